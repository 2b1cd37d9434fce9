"""The lines of a build in, quads that describe it out: VoID with its partitions, and what `publish.endpoint` says.

The description is part of what it describes, so that every number in it is what a query over the whole build counts; it
is therefore made again until it no longer changes. Nodes have IRIs below the data set's, and no clock is read: the same
lines give the same description.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from rdflib import Literal, URIRef

from zhengtu.errors import StoreError
from zhengtu.namespaces import BASE, PREFIXES, compact, prologue
from zhengtu.publish.describe import DATASET, LICENCE
from zhengtu.publish.endpoint import ENDPOINT, contents, endpoint_triples, labels
from zhengtu.publish.questions import Question
from zhengtu.store.quads import Quad, Triple, sorted_lines
from zhengtu.store.scratch import Scratch
from zhengtu.terms import DCTERMS, ID, RDF, SD, VOID, VOID_EXT, graph

SELF = URIRef(DATASET)
CATALOG = graph("catalog")
LINKS = ("skos:exactMatch", "skos:closeMatch", "qudt:hasUnit")
"""Properties whose values in other namespaces are counted as links between data sets."""
EXAMPLES = ("schema:Report", "zt:Observation", "zt:Indicator", "zt:Initiative", "schema:Claim", "rdf:Statement")
ROUNDS = 12

_OWN, _OTHER = "urn:x:own", "urn:x:other"
_COUNTS = {
    "whole": "SELECT (COUNT(*) AS ?n) (COUNT(DISTINCT ?s) AS ?m) { ?s ?p ?o }",
    "objects": "SELECT (COUNT(*) AS ?n) { { SELECT DISTINCT ?o { ?s ?p ?o } } $new }",
    "properties": "SELECT ?p (COUNT(*) AS ?n) (COUNT(DISTINCT ?s) AS ?m) { ?s ?p ?o } GROUP BY ?p",
    "property_objects": "SELECT ?p (COUNT(*) AS ?n) { { SELECT DISTINCT ?p ?o { ?s ?p ?o } } $new_of_p } GROUP BY ?p",
    "classes": "SELECT ?c (COUNT(*) AS ?n) { ?s a ?c } GROUP BY ?c",
    "used": "SELECT ?c ?p (COUNT(*) AS ?n) { ?s a ?c ; ?p ?o } GROUP BY ?c ?p",
    "to_classes": "SELECT ?c ?p ?d (COUNT(*) AS ?n) { ?s a ?c ; ?p ?o . $typed } GROUP BY ?c ?p ?d",
    "to_datatypes": """SELECT ?c ?p ?d (COUNT(*) AS ?n) {
      ?s a ?c ; ?p ?o FILTER(isLiteral(?o)) BIND(DATATYPE(?o) AS ?d) } GROUP BY ?c ?p ?d""",
    "links": """SELECT ?p ?d (COUNT(*) AS ?n) { VALUES ?p { $links } ?s ?p ?o
      FILTER(isIRI(?o) && !STRSTARTS(STR(?o), "$base")) BIND(REPLACE(STR(?o), "[^/#]*$", "") AS ?d) }
      GROUP BY ?p ?d""",
}
"""Each over one graph, the request naming it as the default graph and the other graph as a named one."""


@dataclass(frozen=True)
class Tally:
    """How often what occurs; every key is a tuple of IRIs, `subjects` by property or, for all of them, by nothing."""

    counts: Mapping[str, Counter[tuple[str, ...]]]
    subjects: Counter[tuple[str, ...]] = field(default_factory=Counter)

    def __add__(self, other: "Tally") -> "Tally":
        """The tally of both, where no node is a subject in both and `other` counts no object of this one."""
        both = {name: self.counts[name] + other.counts[name] for name in self.counts}
        return Tally(both, self.subjects + other.subjects)


def void_quads(lines: Sequence[bytes], questions: Iterable[Question]) -> list[Quad]:
    """The description of the build that `lines` (sorted N-Quads) and the description itself make up, in its graph.

    Raises StoreError when the lines describe the data set already.
    """
    sizes = Counter(line.rsplit(b" ", 2)[1].strip(b"<>").decode() for line in lines)
    sizes[str(CATALOG)] += 0
    steady = list(endpoint_triples(sizes, questions))
    scratch = Scratch()
    scratch.put(_OWN, sorted({*lines, *sorted_lines(_in_catalog(steady))}))
    if _known(scratch):
        raise StoreError(f"{SELF} is described already.")
    sizes[str(CATALOG)] += len(steady)
    return list(_in_catalog([*steady, *_settled(scratch, sizes)]))


def _settled(scratch: Scratch, sizes: Mapping[str, int]) -> list[Triple]:
    """The part of the description that holds numbers, once they no longer change.

    The number of distinct objects is an object itself. Where no number counts itself, another choice of examples does.
    """
    nothing = Tally({name: Counter() for name in _COUNTS})
    scratch.put(_OTHER, sorted_lines(_in_catalog(_described(nothing, sizes, ()))))
    steady = _tally(scratch, _OWN, _OTHER)
    examples = _found_examples(scratch)
    for count in range(len(examples), -1, -1):
        described = _described(steady, sizes, examples[:count])
        for _ in range(ROUNDS):
            scratch.put(_OTHER, sorted_lines(_in_catalog(described)))
            found = steady + _tally(scratch, _OTHER, _OWN)
            whole = {**sizes, str(CATALOG): sizes[str(CATALOG)] + len(described)}
            before, described = described, _described(found, whole, examples[:count])
            if before == described:
                return described
    raise StoreError("The description of the build does not settle.")


def _tally(scratch: Scratch, own: str, other: str) -> Tally:
    """The tally of one graph; an object that the graph `_OWN` has is not counted again among those of another."""
    counts: dict[str, Counter[tuple[str, ...]]] = {}
    subjects: Counter[tuple[str, ...]] = Counter()
    for name, query in _COUNTS.items():
        counts[name] = Counter()
        answer = scratch.query(prologue() + _filled(query, other), default_graphs=[own], named_graphs=[other])
        two = answer.variables[-1] == "m"
        for row in answer.rows():
            key, numbers = (row[:-2], row[-2:]) if two else (row[:-1], row[-1:])
            counts[name][key] = int(numbers[0])
            if two:
                subjects[key] = int(numbers[1])
    return Tally(counts, subjects)


def _filled(query: str, other: str) -> str:
    """The query with what it leaves open; only the graph that is added to another asks what is new."""
    elsewhere = {"$new_of_p": f"GRAPH <{_OWN}> {{ ?x ?p ?o }}", "$new": f"GRAPH <{_OWN}> {{ ?x ?y ?o }}"}
    for mark, group in elsewhere.items():
        query = query.replace(mark, f"FILTER NOT EXISTS {{ {group} }}" if other == _OWN else "")
    query = query.replace("$typed", f"{{ ?o a ?d }} UNION {{ GRAPH <{other}> {{ ?o a ?d }} }}")
    return query.replace("$links", " ".join(LINKS)).replace("$base", BASE)


def _known(scratch: Scratch) -> bool:
    asked = scratch.query(f"ASK {{ <{SELF}> ?p ?o }}", default_graphs=[_OWN])
    return next(asked.rows())[0] == "true"


def _found_examples(scratch: Scratch) -> list[URIRef]:
    """The first instance, by IRI, of each class of EXAMPLES."""
    query = f"{prologue()}SELECT (MIN(STR(?s)) AS ?first) {{ ?s a $class FILTER(STRSTARTS(STR(?s), '{ID}')) }}"
    found = (scratch.query(query.replace("$class", name), default_graphs=[_OWN]).rows() for name in EXAMPLES)
    return [URIRef(first) for rows in found for (first,) in rows if first]


def _described(tally: Tally, sizes: Mapping[str, int], examples: Sequence[URIRef]) -> list[Triple]:
    return [
        *_dataset(tally, examples),
        *_graph_sizes(sizes),
        *_property_partitions(tally),
        *_class_partitions(tally),
        *_linksets(tally),
    ]


def _dataset(tally: Tally, examples: Sequence[URIRef]) -> Iterator[Triple]:
    """Void, section 2 (general metadata) and section 4 (statistics); SPARQL 1.1 Service Description, section 3.2."""
    counts = tally.counts
    yield SELF, RDF.type, VOID.Dataset
    yield SELF, RDF.type, SD.Dataset
    yield from labels(
        SELF,
        DCTERMS.title,
        "政图：数字政府成效知识图谱",
        "Zhengtu: the knowledge graph of digital government achievement",
    )
    yield from labels(
        SELF,
        DCTERMS.description,
        "政府部门整体支出绩效自评报告的关联数据：每个数值、陈述与关系都锚定到原文引文。",
        "Performance self-evaluation reports of government departments as linked data; every figure, claim and "
        "relation is anchored to its quote.",
    )
    yield SELF, DCTERMS.publisher, ID["agent/zhengtu-team"]
    yield SELF, DCTERMS.license, URIRef(LICENCE)
    yield SELF, VOID.sparqlEndpoint, ENDPOINT
    yield SELF, VOID.uriSpace, Literal(BASE)
    yield from ((SELF, VOID.dataDump, URIRef(f"{BASE}dump/zhengtu.{extension}")) for extension in ("nq", "trig"))
    yield from ((SELF, VOID.exampleResource, example) for example in examples)
    yield from ((SELF, VOID.vocabulary, URIRef(name)) for name in _vocabularies(tally))
    yield SELF, VOID.triples, Literal(counts["whole"][()])
    yield SELF, VOID.distinctSubjects, Literal(tally.subjects[()])
    yield SELF, VOID.distinctObjects, Literal(counts["objects"][()])
    yield SELF, VOID.properties, Literal(len(counts["properties"]))
    yield SELF, VOID.classes, Literal(len(counts["classes"]))


def _vocabularies(tally: Tally) -> set[str]:
    """The namespaces of the properties and classes."""
    short = (compact(iri).partition(":")[0] for (iri,) in (*tally.counts["properties"], *tally.counts["classes"]))
    return {PREFIXES[prefix] for prefix in short if prefix in PREFIXES}


def _graph_sizes(sizes: Mapping[str, int]) -> Iterator[Triple]:
    for name, count in sizes.items():
        node = contents(name)
        yield SELF, VOID.subset, node
        yield SELF, SD.namedGraph, URIRef(name)
        yield node, RDF.type, SD.Graph
        yield node, RDF.type, VOID.Dataset
        yield node, VOID.triples, Literal(count)


def _property_partitions(tally: Tally) -> Iterator[Triple]:
    """How often each property is used. How many values void:distinctObjects has is not said: it would count itself."""
    for key, count in tally.counts["properties"].items():
        node = _node("property", *key)
        yield SELF, VOID.propertyPartition, node
        yield node, RDF.type, VOID.Dataset
        yield node, VOID.property, URIRef(key[0])
        yield node, VOID.triples, Literal(count)
        yield node, VOID.distinctSubjects, Literal(tally.subjects[key])
        if key != (str(VOID.distinctObjects),):
            yield node, VOID.distinctObjects, Literal(tally.counts["property_objects"][key])


def _class_partitions(tally: Tally) -> Iterator[Triple]:
    """How many things each class has, which properties they have, and to things of which class or values of which type.

    The nesting is the one that SPARQL editors read: class, property, class or (void-ext) datatype.
    """
    counts = tally.counts
    for key, count in counts["classes"].items():
        node = _node("class", *key)
        yield SELF, VOID.classPartition, node
        yield from _partition(node, VOID["class"], key, VOID.entities, count)
    for key, count in counts["used"].items():
        node = _node("class", *key)
        yield _node("class", key[0]), VOID.propertyPartition, node
        yield from _partition(node, VOID.property, key, VOID.triples, count)
    for key, count in counts["to_classes"].items():
        node = _node("class", *key)
        yield _node("class", *key[:2]), VOID.classPartition, node
        yield from _partition(node, VOID["class"], key, VOID.triples, count)
    for key, count in counts["to_datatypes"].items():
        node = _node("class", *key)
        yield _node("class", *key[:2]), VOID_EXT.datatypePartition, node
        yield from _partition(node, VOID_EXT.datatype, key, VOID.triples, count)


def _partition(node: URIRef, by: URIRef, key: tuple[str, ...], measure: URIRef, count: int) -> Iterator[Triple]:
    yield node, RDF.type, VOID.Dataset
    yield node, by, URIRef(key[-1])
    yield node, measure, Literal(count)


def _linksets(tally: Tally) -> Iterator[Triple]:
    """VoID, section 5: what leads to things of other data sets."""
    for (link, space), count in tally.counts["links"].items():
        node, target = _node("links", link, space), _node("outside", space)
        yield SELF, VOID.subset, node
        yield node, RDF.type, VOID.Linkset
        yield node, VOID.linkPredicate, URIRef(link)
        yield node, VOID.subjectsTarget, SELF
        yield node, VOID.objectsTarget, target
        yield node, VOID.triples, Literal(count)
        yield target, RDF.type, VOID.Dataset
        yield target, VOID.uriSpace, Literal(space)


def _node(kind: str, *iris: str) -> URIRef:
    """`…/dataset#class/zt:Observation/zt:indicator`: an IRI outside the known namespaces is written percent-encoded."""
    short = (compact(iri) if compact(iri) != iri else quote(iri, safe="") for iri in iris)
    return URIRef(f"{SELF}#{'/'.join((kind, *short))}")


def _in_catalog(triples: Iterable[Triple]) -> Iterator[Quad]:
    return ((subject, predicate, obj, CATALOG) for subject, predicate, obj in triples)
