"""Every shape against its case files.

`<Shape>/valid.<case>.ttl` has no finding, `<Shape>/invalid.<case>.ttl` those approved beside it, a line each:
`failing node | path or -- | shape | severity`. Where the rule is a query, the failing node is the sh:value.
ZHENGTU_ACCEPT=1 writes the approved findings anew.
"""

import os
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pyshacl
import pytest
from rdflib import OWL, RDF, RDFS, SH, SKOS, BNode, Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.namespace import DCTERMS
from rdflib.term import Identifier, Node

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
CASES = sorted(HERE.rglob("*.ttl"))
ACCEPT = os.environ.get("ZHENGTU_ACCEPT") == "1"
SHAPES = Namespace("https://w3id.org/zhengtu/shapes#")
BOTH = ["en", "zh"]

TARGETS = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)
ABOUT_A_SHAPE = {SH.path, SH.severity, SH.message, SH.name, SH.group, SH.order}
REPORTED_ELSEWHERE = {SH.property, SH.qualifiedValueShape}


def _read(paths: Iterable[Path]) -> Graph:
    graph = Graph(bind_namespaces="none")
    for path in paths:
        graph.parse(path, format="turtle")
    return graph


@cache
def shapes() -> Graph:
    """All shape files. Pass copies to pySHACL: it adds triples of its own."""
    return _read(sorted((ROOT / "shapes").glob("*.ttl")))


@cache
def vocabulary() -> Graph:
    """The classes and codes that the shapes know of."""
    return _read([ROOT / "ontology" / name for name in ("zhengtu.ttl", "codes.ttl")])


def of_type(kind: URIRef) -> list[URIRef]:
    """The nodes of a class in the shape files."""
    return sorted(s for s in shapes().subjects(RDF.type, kind) if isinstance(s, URIRef))


@cache
def targeted() -> tuple[URIRef, ...]:
    """The shapes that find their own focus nodes."""
    return tuple(s for s in of_type(SH.NodeShape) if any((s, p, None) in shapes() for p in TARGETS))


@cache
def alone(shape: URIRef) -> Graph:
    """One shape with all that it refers to.

    (`use_shapes` of pySHACL 0.40 would leave out its property shapes, because they have IRIs.)
    """
    found, waiting, seen = Graph(), list[Node]([shape]), set[Node]()
    while waiting:
        node = waiting.pop()
        seen.add(node)
        for triple in shapes().triples((node, None, None)):
            found.add(triple)
            if triple[1] != RDFS.isDefinedBy and triple[2] not in seen:
                waiting.append(triple[2])
    return found


def is_query(shape: Node | None) -> bool:
    """Whether the rule of a shape is a SPARQL query."""
    return shape is not None and (shape, SH.sparql, None) in shapes()


def shape_of(case: Path) -> URIRef:
    """The shape that a case file is for: the name of its folder."""
    return SHAPES[case.parent.name]


def approved(case: Path) -> Path:
    """Where the approved findings of a case stand."""
    return case.with_suffix(".findings.txt")


def focus_nodes(shape: URIRef, data: Graph) -> set[Node]:
    """The focus nodes of a shape (SHACL, section 2.1.3)."""
    nodes: set[Node] = set(shapes().objects(shape, SH.targetNode))
    for target in shapes().objects(shape, SH.targetClass):
        for kind in data.transitive_subjects(RDFS.subClassOf, target):
            nodes |= set(data.subjects(RDF.type, kind))
    for target in shapes().objects(shape, SH.targetSubjectsOf):
        nodes |= set(data.subjects(target))
    for target in shapes().objects(shape, SH.targetObjectsOf):
        nodes |= set(data.objects(None, target))
    return nodes


@cache
def results(case: Path) -> Graph:
    """The validation report of one case, against its own shape alone."""
    data = _read([case])
    data.addN((*triple, data) for triple in vocabulary())
    report = pyshacl.validate(data, shacl_graph=alone(shape_of(case)), inference="none")[1]
    assert isinstance(report, Graph)
    return report


def findings(case: Path) -> list[str]:
    """The findings of one case as sorted lines."""
    report = results(case)
    return sorted(" | ".join(_cells(report, result)) for result in report.objects(None, SH.result))


def _cells(report: Graph, result: Node) -> Iterator[str]:
    shape, path = report.value(result, SH.sourceShape), report.value(result, SH.resultPath)
    steps = Collection(report, path) if isinstance(path, BNode) else [path]
    yield short(report.value(result, SH.value if is_query(shape) else SH.focusNode))
    yield "/".join(map(short, steps)) if path else "--"
    yield short(shape)
    yield short(report.value(result, SH.resultSeverity))


@cache
def prefixes() -> Graph:
    """A graph that knows the prefixes of the shape files, and no others."""
    known = Graph(bind_namespaces="none")
    for prefix, namespace in (*shapes().namespaces(), ("ex", URIRef("https://example.org/"))):
        known.bind(prefix, namespace)
    return known


def short(node: Node | None) -> str:
    """A node as a prefixed name."""
    assert isinstance(node, Identifier)
    return node.n3(prefixes().namespace_manager)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.stem}")
def test_a_case_has_the_approved_findings(case: Path) -> None:
    found = findings(case)
    if case.name.startswith("valid."):
        assert focus_nodes(shape_of(case), _read([case]) + vocabulary()), "the shape looks at nothing here"
        assert found == []
        return
    if ACCEPT:
        approved(case).write_text("\n".join(found) + "\n", encoding="utf-8")
    assert found
    assert found == approved(case).read_text(encoding="utf-8").splitlines()


def test_every_file_is_used() -> None:
    invalid = [case for case in CASES if case.name.startswith("invalid.")]
    present = {path for path in HERE.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert present == {Path(__file__), *CASES, *map(approved, invalid)}
    assert not [case for case in CASES if not re.fullmatch(r"(in)?valid\.[a-z0-9-]+\.ttl", case.name)]


@pytest.mark.parametrize("verdict", ["valid", "invalid"])
def test_every_shape_has_cases(verdict: str) -> None:
    assert {shape_of(case) for case in CASES if case.name.startswith(f"{verdict}.")} == set(targeted())


def test_every_constraint_is_seen_to_fail() -> None:
    failed = {
        (report.value(result, SH.sourceShape), report.value(result, SH.sourceConstraintComponent))
        for report in (results(case) for case in CASES)
        for result in report.objects(None, SH.result)
    }
    assert sorted(set(_constraints()) - failed) == []


def _constraints() -> Iterator[tuple[Node, Node]]:
    """Every constraint of a target shape and of its property shapes, with the component that reports it."""
    for shape in {*targeted(), *(p for s in targeted() for p in shapes().objects(s, SH.property))}:
        for parameter in shapes().predicates(shape):
            if str(parameter).startswith(str(SH)) and parameter not in (
                *TARGETS,
                *ABOUT_A_SHAPE,
                *REPORTED_ELSEWHERE,
            ):
                yield shape, _component(str(parameter).removeprefix(str(SH)))


def _component(parameter: str) -> URIRef:
    name = "SPARQL" if parameter == "sparql" else parameter[0].upper() + parameter[1:]
    return URIRef(f"{SH}{name}ConstraintComponent")


def test_the_vocabulary_alone_has_no_finding() -> None:
    conforms, _, text = pyshacl.validate(vocabulary(), shacl_graph=shapes() + Graph(), inference="none")
    assert conforms, text


def test_the_shapes_are_well_formed() -> None:
    conforms, _, text = pyshacl.validate(Graph(), shacl_graph=shapes() + Graph(), meta_shacl=True)
    assert conforms, text


def test_every_node_has_an_iri_of_the_namespace() -> None:
    unnamed = {s for s in shapes().subjects() if not str(s).startswith(SHAPES)}
    assert {s for s in unnamed if (s, RDF.first, None) not in shapes()} == set(of_type(OWL.Ontology))


def test_every_property_shape_and_query_belongs_to_a_shape() -> None:
    assert set(shapes().objects(None, SH.property)) == set(of_type(SH.PropertyShape))
    assert set(shapes().objects(None, SH.sparql)) == set(of_type(SH.SPARQLConstraint))


def languages(node: Node, predicate: URIRef) -> list[str]:
    """The languages of the values, sorted."""
    return sorted(o.language or "" for o in shapes().objects(node, predicate) if isinstance(o, Literal))


def is_grouped(shape: Node) -> bool:
    """Whether a shape has a place in a group of findings."""
    group = shapes().value(shape, SH.group)
    return (group, RDF.type, SH.PropertyGroup) in shapes() and (shape, SH.order, None) in shapes()


@pytest.mark.parametrize("shape", of_type(SH.NodeShape))
def test_a_node_shape_explains_itself_in_both_languages(shape: URIRef) -> None:
    assert languages(shape, RDFS.label) == languages(shape, RDFS.comment) == BOTH
    assert (shape, RDFS.isDefinedBy, None) in shapes()
    assert is_grouped(shape) == (shape in targeted())
    assert ((shape, SH["or"], None) in shapes()) <= (languages(shape, SH.message) == BOTH)


@pytest.mark.parametrize("shape", of_type(SH.PropertyShape))
def test_a_property_shape_explains_itself_in_both_languages(shape: URIRef) -> None:
    assert languages(shape, SH.name) == languages(shape, SH.message) == BOTH
    assert (shape, RDFS.isDefinedBy, None) in shapes()
    assert is_grouped(shape)


@pytest.mark.parametrize("query", of_type(SH.SPARQLConstraint))
def test_a_query_names_the_failing_node_and_fills_its_messages(query: URIRef) -> None:
    head = str(shapes().value(query, SH.select)).partition("WHERE")[0]
    projected = set(re.findall(r"[$?](\w+)", head))
    assert {"this", "value"} <= projected
    assert languages(query, SH.message) == BOTH
    for message in shapes().objects(query, SH.message):
        assert set(re.findall(r"{\?(\w+)}", str(message))) <= projected


@pytest.mark.parametrize("query", of_type(SH.SPARQLConstraint))
def test_a_filled_message_is_known_by_its_full_stop(query: URIRef) -> None:
    """pySHACL 0.40 drops the language of a message when it fills in values, some of which are Chinese."""
    for message in shapes().objects(query, SH.message):
        assert isinstance(message, Literal)
        assert message[-1] == {"zh": "。", "en": "."}[message.language or ""]


def test_a_group_has_a_name_in_both_languages() -> None:
    for group in of_type(SH.PropertyGroup):
        assert languages(group, RDFS.label) == BOTH
        assert (group, SH.order, None) in shapes()


@pytest.mark.parametrize("ontology", of_type(OWL.Ontology))
def test_a_file_has_a_title_a_version_and_a_licence(ontology: URIRef) -> None:
    assert languages(ontology, DCTERMS.title) == languages(ontology, DCTERMS.description) == BOTH
    assert all((ontology, p, None) in shapes() for p in (OWL.versionInfo, OWL.versionIRI, DCTERMS.license))


def test_every_code_list_is_a_list_of_the_ontology() -> None:
    named = {shapes().value(shape, SH.hasValue) for shape in shapes().subjects(SH.path, SKOS.inScheme)}
    assert named <= set(vocabulary().subjects(RDF.type, SKOS.ConceptScheme))


def test_nothing_is_accepted_unseen() -> None:
    assert not ("CI" in os.environ and "ZHENGTU_ACCEPT" in os.environ)
