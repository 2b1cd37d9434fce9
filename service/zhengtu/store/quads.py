"""rdflib terms in, the engine's out, and back: for making and checking the graph; a service needs none of it."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pyoxigraph as ox
from rdflib import Literal, URIRef
from rdflib.term import Node

from zhengtu.errors import BuildMissing, StoreError
from zhengtu.namespaces import PREFIXES
from zhengtu.store.embedded import EmbeddedStore
from zhengtu.terms import XSD

Triple = tuple[URIRef, URIRef, URIRef | Literal]
Quad = tuple[URIRef, URIRef, URIRef | Literal, URIRef]


def load(quads: Iterable[Quad]) -> EmbeddedStore:
    """A store in memory that holds `quads`."""
    engine = ox.Store()
    engine.bulk_extend(map(_quad, quads))
    return EmbeddedStore.of_engine(engine)


def construct(quads: Iterable[Quad], query: str) -> Iterator[Triple]:
    """The triples that a CONSTRUCT query makes of all `quads` as one graph."""
    engine = ox.Store()
    engine.bulk_extend(ox.Quad(_node(s), _node(p), _object(o)) for s, p, o, _ in quads)
    found = engine.query(query)
    if not isinstance(found, ox.QueryTriples):
        raise StoreError("The query constructs no graph.")
    return ((named(triple.subject), named(triple.predicate), term(triple.object)) for triple in found)


def read_quads(path: Path) -> Iterator[Quad]:
    """The quads of an N-Quads file, literals exactly as written. Raises BuildMissing when there is no such file."""
    try:
        for quad in ox.parse(path=str(path), format=ox.RdfFormat.N_QUADS):
            yield named(quad.subject), named(quad.predicate), term(quad.object), named(quad.graph_name)
    except FileNotFoundError:
        raise BuildMissing(f"There is no build at {path}; run `zhengtu build` first.") from None


def sorted_lines(quads: Iterable[Quad]) -> list[bytes]:
    """The quads as N-Quads lines, sorted, each once: the same quads give the same bytes."""
    written = ox.serialize({_quad(quad) for quad in quads}, format=ox.RdfFormat.N_QUADS)
    return sorted((written or b"").splitlines(keepends=True))


def turtle(triples: Iterable[Triple]) -> bytes:
    """The triples as Turtle with the known prefixes, sorted, each once: the same triples give the same bytes."""
    made = {ox.Triple(_node(s), _node(p), _object(o)) for s, p, o in triples}
    return ox.serialize(sorted(made, key=str), format=ox.RdfFormat.TURTLE, prefixes=PREFIXES) or b""


def named(term: ox.NamedNode | ox.BlankNode | ox.Triple | ox.DefaultGraph) -> URIRef:
    """An IRI. Raises StoreError when it is something else."""
    if isinstance(term, ox.NamedNode):
        return URIRef(term.value)
    raise StoreError(f"{term} is not an IRI; nothing published is a blank node.")


def term(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> URIRef | Literal:
    """An IRI or a literal, exactly as written. Raises StoreError for a blank node."""
    if not isinstance(term, ox.Literal):
        return named(term)
    if term.language:
        return Literal(term.value, lang=term.language)
    datatype = URIRef(term.datatype.value)
    return Literal(term.value, datatype=None if datatype == XSD.string else datatype, normalize=False)


def _quad(quad: Quad) -> ox.Quad:
    subject, predicate, obj, graph = quad
    return ox.Quad(_node(subject), _node(predicate), _object(obj), _node(graph))


def _node(node: Node) -> ox.NamedNode:
    if isinstance(node, URIRef):
        return ox.NamedNode(node)
    raise StoreError(f"{node!r} is not an IRI; nothing published is a blank node.")


def _object(node: URIRef | Literal) -> ox.NamedNode | ox.Literal:
    if not isinstance(node, Literal):
        return _node(node)
    if node.language:
        return ox.Literal(str(node), language=node.language)
    return ox.Literal(str(node), datatype=ox.NamedNode(node.datatype) if node.datatype else None)
