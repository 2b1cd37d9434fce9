"""A node of a graph in, what a person calls it and where the text says so out."""

from collections.abc import Iterable, Iterator

import rdflib
from rdflib import RDFS, Literal, URIRef
from rdflib.term import Node

from zhengtu.model import Label, Quotation, unwrap
from zhengtu.terms import DCTERMS, OA, PROV, SCHEMA, SKOS, ZT

NAMING = (SKOS.prefLabel, DCTERMS.title, RDFS.label, SCHEMA.text)
PLACES = 3
"""How many quotes a finding shows at most."""


def both(graph: rdflib.Graph, node: Node | None, predicates: Iterable[URIRef]) -> Label:
    """The first of the properties that has a value, in Chinese and English."""
    for predicate in predicates:
        said = {o.language: str(o) for o in sorted(graph.objects(node, predicate), key=str) if isinstance(o, Literal)}
        if said and node is not None:
            plain = said.get(None, "")
            return Label(said.get("zh", plain), said.get("en", plain))
    return Label("")


def name(graph: rdflib.Graph, node: Node) -> Label:
    """What a person calls a node; a stated value is called by its indicator and its printed form."""
    indicator, printed = graph.value(node, ZT.indicator), graph.value(node, ZT.reportedText)
    if indicator is not None:
        of = both(graph, indicator, NAMING)
        value = "" if printed is None else " ".join(str(printed).split())
        return Label(f"{of.zh} {value}".strip(), f"{of.en} {value}".strip())
    return both(graph, node, NAMING)


def places(graph: rdflib.Graph, node: Node) -> tuple[Quotation, ...]:
    """The quotes that a node rests on, in the order of the text, at most PLACES; a passage rests on itself."""
    passages = {
        *graph.objects(node, PROV.wasDerivedFrom),
        *graph.objects(node, ZT.firstMention),
        *graph.subjects(OA.hasSelector, node),
        node,
    }
    return tuple(sorted(_places(graph, passages), key=lambda p: (p.start, p.end)))[:PLACES]


def _places(graph: rdflib.Graph, passages: Iterable[Node]) -> Iterator[Quotation]:
    for passage in passages:
        selected = list(graph.objects(passage, OA.hasSelector))
        start, end = _first(graph, selected, OA.start), _first(graph, selected, OA.end)
        if start is None or end is None or not (start.isdigit() and end.isdigit()):
            continue
        quote = unwrap(_first(graph, selected, OA.exact) or "")
        section = graph.value(passage, DCTERMS.isPartOf)
        title = both(graph, section, (DCTERMS.title,))
        yield Quotation(str(passage), quote, int(start), int(end), "" if section is None else str(section), title)


def _first(graph: rdflib.Graph, nodes: Iterable[Node], predicate: URIRef) -> str | None:
    return next((str(value) for node in nodes for value in graph.objects(node, predicate)), None)
