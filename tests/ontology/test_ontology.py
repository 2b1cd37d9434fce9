"""The ontology files against themselves, against the vocabularies that they cite, and against all that uses them."""

import csv
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

import pytest
import rdflib
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import (
    CSVW,
    DCAT,
    DCTERMS,
    FOAF,
    ODRL2,
    ORG,
    OWL,
    PROV,
    QB,
    RDF,
    RDFS,
    SDO,
    SH,
    SKOS,
    SOSA,
    VANN,
    VOID,
    XSD,
)

ROOT = Path(__file__).parents[2]
ONTOLOGY = ROOT / "ontology"
FILES = ("zhengtu", "codes", "alignment", "cube", "terms")

BASE = "https://w3id.org/zhengtu/"
ZT = rdflib.Namespace(BASE + "ns#")
CODE = rdflib.Namespace(BASE + "code/")
CUBE = rdflib.Namespace(BASE + "cube#")
SCHEMA = rdflib.Namespace("http://schema.org/")
BIBO = rdflib.Namespace("http://purl.org/ontology/bibo/")
HEADER = URIRef(BASE + "ns")
OWN = (str(ZT), str(CODE), str(CUBE))

LISTED = (
    CSVW, DCAT, DCTERMS, FOAF, ODRL2, ORG, OWL, PROV, QB, RDF, RDFS, SDO, SH, SKOS, SOSA, VANN, VOID, XSD
)  # fmt: skip
"""The vocabularies whose term lists rdflib carries."""

USING = {".csv", ".jinja", ".html", ".json", ".jsonld", ".py", ".rq", ".trig", ".ttl", ".yaml"}
CODED_COLUMNS = {
    "entities.csv": {"kind": "entity-kind", "status": "status"},
    "figures.csv": {"role": "value-role", "form": "value-form", "override_comparator": "comparator"},
    "claims.csv": {"type": "claim-type"},
    "relations.csv": {"basis": "basis"},
    "recognitions.csv": {"type": "recognition-type", "level": "administrative-level"},
    "checks.csv": {"type": "issue-type"},
    "not-figures.csv": {"reason": "not-figure-reason"},
    "indicators.csv": {"dimension": "indicator-framework", "direction": "direction"},
}


@pytest.fixture(scope="module")
def files() -> dict[str, Graph]:
    """Each Turtle file of ontology/, parsed."""
    return {name: Graph().parse(ONTOLOGY / f"{name}.ttl") for name in FILES}


@pytest.fixture(scope="module")
def whole(files: dict[str, Graph]) -> Graph:
    """All of them as one graph."""
    graph = Graph()
    for part in files.values():
        graph += part
    return graph


def iris(graph: Iterable[tuple[object, ...]]) -> set[URIRef]:
    return {node for statement in graph for node in statement if isinstance(node, URIRef)}


def own(nodes: Iterable[URIRef]) -> set[URIRef]:
    """Those in the namespaces that ontology/ defines: terms, codes, parts of the cube structure."""
    return {n for n in nodes if str(n).startswith(OWN) and str(n) not in OWN}


def defined(graph: Graph) -> set[URIRef]:
    return {s for s in graph.subjects(RDF.type) if isinstance(s, URIRef)}


def terms(graph: Graph) -> set[URIRef]:
    """The own classes and properties."""
    return {s for s in defined(graph) if s.startswith(ZT)}


def codes(graph: Graph) -> set[URIRef]:
    """The own concepts of code lists."""
    return {s for s in graph.subjects(RDF.type, SKOS.Concept) if isinstance(s, URIRef) and s.startswith(CODE)}


def languages(graph: Graph, node: URIRef, predicate: URIRef) -> list[str]:
    """The languages of the non-empty values, sorted."""
    values = (v for v in graph.objects(node, predicate) if isinstance(v, Literal) and v.strip())
    return sorted(v.language or "" for v in values)


def lacking(graph: Graph, nodes: Iterable[URIRef], predicate: URIRef) -> list[URIRef]:
    """The nodes without exactly one value in each of en and zh."""
    return sorted(n for n in nodes if languages(graph, n, predicate) != ["en", "zh"])


def written(text: str) -> Iterator[URIRef]:
    """The own terms and codes that a file names, in full, by prefix, or as an attribute of ZT."""
    yield from (URIRef(m) for m in re.findall(rf"{BASE}(?:ns|cube)#\w+", text))
    yield from (URIRef(m) for m in re.findall(rf"{BASE}code/[a-z-]+(?:/[a-z0-9-]+)?(?![\w{{-])", text))
    yield from (ZT[name] for name in re.findall(r"(?<!\w)ZT\.([A-Za-z]\w*)", text))
    prefixes = {"zt": str(ZT), **dict(re.findall(rf"(?i:@?prefix)\s+([\w-]+):\s*<({BASE}[^>]*)>", text))}
    for prefix, namespace in prefixes.items():
        if namespace.startswith(OWN):
            names = re.findall(rf"(?<![\w/-]){prefix}:([A-Za-z][\w-]*(?:\\/[a-z0-9-]+)?)", text)
            yield from (URIRef(namespace + name.replace("\\", "")) for name in names)


def using_files() -> list[Path]:
    rooms = (ROOT / room for room in ("ontology", "shapes", "data", "service"))
    return sorted(p for p in chain.from_iterable(r.rglob("*") for r in rooms) if p.suffix in USING)


def known_outside() -> set[str]:
    lines = (Path(__file__).parent / "external-terms.txt").read_text(encoding="utf-8").splitlines()
    listed = [line for line in lines if line and not line.startswith("#")]
    assert len(listed) == len(set(listed))
    return set(listed)


def listed_by_rdflib(iri: str) -> bool:
    """Whether a vocabulary that rdflib carries has the term; schema.org is one vocabulary under two schemes."""
    spelled = iri.replace(SCHEMA, str(SDO))
    return any(spelled.startswith(str(ns)) and spelled.removeprefix(str(ns)) in ns for ns in LISTED)


def cited(graph: Graph) -> set[str]:
    """The outside terms of a graph. What a header points to is documents, not terms."""
    pointers = {DCTERMS.license, DCTERMS.source, RDFS.seeAlso}
    return {str(n) for n in iris(t for t in graph if t[1] not in pointers) if not n.startswith(BASE)}


# (a) what is used is defined


def test_every_own_term_written_anywhere_is_defined(whole: Graph) -> None:
    known = defined(whole)
    for path in using_files():
        unknown = own(written(path.read_text(encoding="utf-8"))) - known
        assert not unknown, path.relative_to(ROOT)


def test_every_own_term_in_the_ontology_is_defined(whole: Graph) -> None:
    assert own(iris(whole)) <= defined(whole)


def test_every_code_in_the_tables_is_defined(whole: Graph) -> None:
    words = {
        scheme: notations(whole, CODE[scheme]) for columns in CODED_COLUMNS.values() for scheme in columns.values()
    }
    for path in sorted(p for p in (ROOT / "data").rglob("*.csv") if p.name in CODED_COLUMNS):
        with path.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                for column, scheme in CODED_COLUMNS[path.name].items():
                    assert row[column] in words[scheme] | {""}, (path.name, row)


def test_every_own_term_in_the_built_graph_is_defined(built_graph: rdflib.Dataset, whole: Graph) -> None:
    assert own(iris(built_graph.quads())) <= defined(whole)


def test_every_outside_term_in_the_built_graph_is_named(built_graph: rdflib.Dataset, files: dict[str, Graph]) -> None:
    used = {
        n for _, p, o, _ in built_graph.quads() for n in ((p, o) if p == RDF.type else (p,)) if isinstance(n, URIRef)
    }
    outside = {n for n in used if not n.startswith(BASE)}
    assert not lacking(files["terms"], outside, RDFS.label)


# (b) what is defined is named and explained


def test_every_own_term_has_one_label_and_one_definition_in_each_language(files: dict[str, Graph]) -> None:
    ours = terms(files["zhengtu"])
    assert not lacking(files["zhengtu"], ours, RDFS.label)
    assert not lacking(files["zhengtu"], ours, RDFS.comment)


def test_every_own_term_is_defined_by_the_ontology(files: dict[str, Graph]) -> None:
    graph = files["zhengtu"]
    assert all(graph.value(t, RDFS.isDefinedBy) == HEADER for t in terms(graph))


def test_no_two_own_terms_share_a_label(files: dict[str, Graph]) -> None:
    graph = files["zhengtu"]
    for kinds in ({OWL.Class}, {OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty}):
        group = [t for t in terms(graph) if graph.value(t, RDF.type) in kinds]
        labels = [label for t in group for label in graph.objects(t, RDFS.label)]
        assert len(labels) == len(set(labels))


def test_a_definition_is_a_sentence(whole: Graph) -> None:
    for text in chain(*(whole.objects(t, RDFS.comment) for t in terms(whole)), whole.objects(None, SKOS.definition)):
        assert str(text).endswith("。" if isinstance(text, Literal) and text.language == "zh" else "."), text


def test_every_outside_term_is_named(files: dict[str, Graph]) -> None:
    graph = files["terms"]
    assert not lacking(graph, {s for s in defined(graph) if not s.startswith(BASE)}, RDFS.label)


def test_every_part_of_the_cube_is_named(files: dict[str, Graph]) -> None:
    graph = files["cube"]
    assert not lacking(graph, {s for s in defined(graph) if s.startswith(CUBE)}, RDFS.label)


# (c) outside terms are spelled as their vocabularies spell them


@pytest.mark.parametrize("name", FILES)
def test_every_outside_term_is_spelled_as_published(files: dict[str, Graph], name: str) -> None:
    assert not {iri for iri in cited(files[name]) if not listed_by_rdflib(iri)} - known_outside()


def test_the_list_of_outside_terms_holds_no_term_that_nobody_uses(whole: Graph) -> None:
    assert known_outside() <= cited(whole)


def test_schema_org_is_cited_under_one_scheme() -> None:
    for path in using_files():
        assert "https://schema.org/" not in path.read_text(encoding="utf-8"), path.relative_to(ROOT)


# (d) no blank nodes


@pytest.mark.parametrize("name", FILES)
def test_no_blank_nodes(files: dict[str, Graph], name: str) -> None:
    assert not [s for s in files[name] if any(isinstance(n, BNode) for n in s)]


# (e) the OWL stays light


@pytest.mark.parametrize("name", ["zhengtu", "alignment"])
def test_owl_is_in_el_and_ql_and_rl(files: dict[str, Graph], name: str) -> None:
    graph = files[name]
    kinds = {
        OWL.Ontology, OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty, OWL.NamedIndividual,
    }  # fmt: skip
    assert set(graph.objects(None, RDF.type)) <= kinds | {FOAF.Agent}
    axioms = {RDFS.subClassOf, RDFS.subPropertyOf, RDFS.domain, RDFS.range}
    notes = {RDFS.label, RDFS.comment, RDFS.isDefinedBy, RDFS.seeAlso, OWL.versionIRI, OWL.versionInfo}
    annotations = set(graph.subjects(RDF.type, OWL.AnnotationProperty)) | {
        p for p in graph.predicates() if str(p).startswith((str(DCTERMS), str(SKOS), str(BIBO), str(VANN)))
    }
    assert set(graph.predicates()) <= axioms | notes | annotations | {RDF.type, FOAF.name}
    literal = {XSD.string, XSD.decimal, RDFS.Literal}
    data = set(graph.subjects(RDF.type, OWL.DatatypeProperty))
    for prop, reach in graph.subject_objects(RDFS.range):
        assert reach in literal if prop in data else (reach, RDF.type, OWL.Class) in graph, prop
    for _, domain in graph.subject_objects(RDFS.domain):
        assert (domain, RDF.type, OWL.Class) in graph


def test_every_term_is_of_one_kind(files: dict[str, Graph]) -> None:
    graph = files["zhengtu"]
    assert all(len(list(graph.objects(t, RDF.type))) == 1 for t in terms(graph))
    assert all(len(list(graph.objects(t, p))) <= 1 for t in terms(graph) for p in (RDFS.domain, RDFS.range))


def test_nothing_is_imported(whole: Graph) -> None:
    assert not list(whole.objects(None, OWL.imports))


def test_classes_are_capitalised_and_properties_are_not(files: dict[str, Graph]) -> None:
    graph = files["zhengtu"]
    for term in terms(graph):
        assert term.removeprefix(ZT)[0].isupper() == ((term, RDF.type, OWL.Class) in graph), term


# (f) metadata


def test_the_ontology_describes_itself(files: dict[str, Graph]) -> None:
    graph = files["zhengtu"]
    for predicate in (RDFS.label, DCTERMS.title, DCTERMS.description, DCTERMS.bibliographicCitation):
        assert languages(graph, HEADER, predicate) == ["en", "zh"], predicate
    for predicate in (
        DCTERMS.creator, DCTERMS.contributor, DCTERMS.publisher, DCTERMS.license, DCTERMS.source, BIBO.status,
        RDFS.seeAlso, DCTERMS.created, DCTERMS.issued, DCTERMS.modified,
    ):  # fmt: skip
        assert graph.value(HEADER, predicate, any=True), predicate
    version = graph.value(HEADER, OWL.versionInfo)
    assert graph.value(HEADER, OWL.versionIRI) == URIRef(f"{HEADER}/{version}")
    assert all(f"/{version}" in str(c) for c in graph.objects(HEADER, DCTERMS.bibliographicCitation))
    assert str(graph.value(HEADER, VANN.preferredNamespacePrefix)) == "zt"
    assert str(graph.value(HEADER, VANN.preferredNamespaceUri)) == str(ZT)
    assert languages(graph, URIRef(BASE + "id/agent/zhengtu-team"), FOAF.name) == ["en", "zh"]


@pytest.mark.parametrize("name", FILES)
def test_every_file_says_what_it_is(files: dict[str, Graph], name: str) -> None:
    graph = files[name]
    (header,) = (s for s in graph.subjects(RDF.type, OWL.Ontology) if isinstance(s, URIRef))
    for predicate in (RDFS.label, DCTERMS.title, DCTERMS.description):
        assert languages(graph, header, predicate) == ["en", "zh"], predicate
    assert graph.value(header, DCTERMS.license)
    assert str(graph.value(header, OWL.versionInfo)) == str(files["zhengtu"].value(HEADER, OWL.versionInfo))


# (g) code lists


def notations(graph: Graph, scheme: URIRef) -> set[str]:
    """The words of a code list, whether a scheme or a collection."""
    members = chain(graph.subjects(SKOS.inScheme, scheme), graph.objects(scheme, SKOS.member))
    return {str(word) for member in members for word in graph.objects(member, SKOS.notation)}


def test_every_code_is_complete(files: dict[str, Graph]) -> None:
    graph = files["codes"]
    assert not lacking(graph, codes(graph), SKOS.prefLabel)
    assert not lacking(graph, codes(graph), SKOS.definition)
    for code in codes(graph):
        (notation,) = graph.objects(code, SKOS.notation)
        lists = set(graph.objects(code, SKOS.inScheme)) | set(graph.subjects(SKOS.member, code))
        assert {URIRef(f"{of}/{notation}") for of in lists} == {code}


def test_every_code_list_is_complete(files: dict[str, Graph]) -> None:
    graph = files["codes"]
    schemes = set(graph.subjects(RDF.type, SKOS.ConceptScheme)) | set(graph.subjects(RDF.type, SKOS.Collection))
    named = {s for s in schemes if isinstance(s, URIRef)}
    for predicate in (SKOS.prefLabel, SKOS.definition, DCTERMS.title):
        assert not lacking(graph, named, predicate)
    assert all(notations(graph, s) for s in named - {CODE.indicator})
    assert set(graph.objects(None, SKOS.inScheme)) <= set(graph.subjects(RDF.type, SKOS.ConceptScheme))


def test_a_code_stands_at_the_top_of_its_list_or_under_another(files: dict[str, Graph]) -> None:
    graph = files["codes"]
    for code, scheme in graph.subject_objects(SKOS.inScheme):
        top = (code, SKOS.topConceptOf, scheme) in graph
        assert top == ((scheme, SKOS.hasTopConcept, code) in graph)
        assert top == ((code, SKOS.broader, None) not in graph)
        assert all((wider, SKOS.inScheme, scheme) in graph for wider in graph.objects(code, SKOS.broader))


def test_labels_within_a_code_list_differ(files: dict[str, Graph]) -> None:
    graph = files["codes"]
    for scheme in graph.subjects(RDF.type, SKOS.ConceptScheme):
        labels = [
            label for code in graph.subjects(SKOS.inScheme, scheme) for label in graph.objects(code, SKOS.prefLabel)
        ]
        assert len(labels) == len(set(labels)), scheme


def test_the_comparators_are_those_of_odrl_and_two_own(files: dict[str, Graph]) -> None:
    graph = files["codes"]
    members = {m for m in graph.objects(CODE.comparator, SKOS.member) if isinstance(m, URIRef)}
    assert {str(graph.value(m, SKOS.notation)): m for m in members} == {
        "eq": ODRL2.eq,
        "gt": ODRL2.gt,
        "ge": ODRL2.gteq,
        "lt": ODRL2.lt,
        "le": ODRL2.lteq,
        "about": CODE["comparator/about"],
        "none-stated": CODE["comparator/none-stated"],
    }
    assert not lacking(graph, members, SKOS.prefLabel)
    assert not lacking(graph, members, SKOS.definition)


def test_every_kind_says_its_classes_and_its_family(files: dict[str, Graph], whole: Graph) -> None:
    for kind in files["codes"].subjects(SKOS.inScheme, CODE["entity-kind"]):
        classes = set(files["codes"].objects(kind, ZT.kindClass))
        assert classes
        assert all({OWL.Class, RDFS.Class} & set(whole.objects(c, RDF.type)) for c in classes), kind
        assert re.fullmatch(r"[a-z]+", str(files["codes"].value(kind, ZT.iriFamily)))
