"""Oxigraph in this process."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Self

import pyoxigraph as ox
from rdflib import Literal, URIRef
from rdflib.term import Node

from zhengtu.errors import BuildMissing, QueryMalformed, StoreError
from zhengtu.store.door import Format, Kind, Quad, Triple
from zhengtu.store.guard import examine
from zhengtu.terms import PREFIXES, XSD

_SOLUTIONS = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
}
_GRAPHS = {
    "ttl": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "rdf": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
}


class EmbeddedAnswer:
    """An answer of the embedded engine."""

    def __init__(self, found: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples) -> None:
        self._found = found
        self.kind: Kind = "graph" if isinstance(found, ox.QueryTriples) else "solutions"

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the columns; empty for ASK and for graphs."""
        if isinstance(self._found, ox.QuerySolutions):
            return tuple(variable.value for variable in self._found.variables)
        return ()

    def rows(self) -> Iterator[tuple[str, ...]]:
        """Solutions as strings; ASK is one row of `true` or `false`."""
        if isinstance(self._found, ox.QueryBoolean):
            yield (str(bool(self._found)).lower(),)
        elif isinstance(self._found, ox.QuerySolutions):
            for solution in self._found:
                yield tuple("" if term is None else _value(term) for term in solution)

    def triples(self) -> Iterator[Triple]:
        """The graph."""
        if isinstance(self._found, ox.QueryTriples):
            for triple in self._found:
                yield _iri(triple.subject), _iri(triple.predicate), _term(triple.object)

    def write(self, form: Format) -> bytes:
        """The engine's own serialisation."""
        if form.kind != self.kind:
            raise ValueError(f"{form.name} does not carry {self.kind}")
        if isinstance(self._found, ox.QueryTriples):
            return _bytes(ox.serialize(self._found, format=_GRAPHS[form.name], prefixes=_prefixes()))
        return _bytes(self._found.serialize(format=_SOLUTIONS[form.name]))


class EmbeddedStore:
    """A dataset in memory."""

    def __init__(self, engine: ox.Store) -> None:
        self._engine = engine

    @classmethod
    def of_file(cls, path: Path) -> Self:
        """The N-Quads file of a build.

        Raises BuildMissing when there is none, StoreError when it cannot be read.
        """
        engine = ox.Store()
        try:
            engine.bulk_load(path=str(path), format=ox.RdfFormat.N_QUADS)
        except FileNotFoundError:
            raise BuildMissing(f"There is no build at {path}; run `zhengtu build` first.") from None
        except (OSError, SyntaxError) as error:
            raise StoreError(f"{path} cannot be loaded: {error}") from None
        return cls(engine)

    @classmethod
    def of_quads(cls, quads: Iterable[Quad]) -> Self:
        """A dataset of rdflib terms."""
        engine = ox.Store()
        engine.bulk_extend(map(_quad, quads))
        return cls(engine)

    def query(
        self, text: str, *, default_graphs: Sequence[str] = (), named_graphs: Sequence[str] = ()
    ) -> EmbeddedAnswer:
        """Answer a query; see `door.Store.query`."""
        named_in_query = examine(text)
        by_request = bool(default_graphs or named_graphs)
        try:
            found = self._engine.query(
                text,
                use_default_graph_as_union=not (named_in_query or by_request),
                default_graph=[ox.NamedNode(iri) for iri in default_graphs] if by_request else None,
                named_graphs=[ox.NamedNode(iri) for iri in named_graphs] if by_request else None,
            )
        except (SyntaxError, ValueError) as error:
            raise QueryMalformed(str(error)) from None
        return EmbeddedAnswer(found)

    def __len__(self) -> int:
        return len(self._engine)


def read_quads(path: Path) -> Iterator[Quad]:
    """The quads of an N-Quads file, literals exactly as written. Raises BuildMissing when there is no such file."""
    try:
        for quad in ox.parse(path=str(path), format=ox.RdfFormat.N_QUADS):
            yield _iri(quad.subject), _iri(quad.predicate), _term(quad.object), _iri(quad.graph_name)
    except FileNotFoundError:
        raise BuildMissing(f"There is no build at {path}; run `zhengtu build` first.") from None


def sorted_lines(quads: Iterable[Quad]) -> list[bytes]:
    """The quads as N-Quads lines, sorted, each once: the same quads give the same bytes."""
    written = _bytes(ox.serialize({_quad(quad) for quad in quads}, format=ox.RdfFormat.N_QUADS))
    return sorted(written.splitlines(keepends=True))


def write_trig(quads_file: Path, trig_file: Path) -> None:
    """The sorted N-Quads file as TriG, in the same order."""
    with trig_file.open("wb") as out:
        ox.serialize(
            sorted(ox.parse(path=str(quads_file), format=ox.RdfFormat.N_QUADS), key=lambda q: str(q.graph_name)),
            out,
            format=ox.RdfFormat.TRIG,
            prefixes=_prefixes(),
        )


def _prefixes() -> dict[str, str]:
    return {prefix: str(iri) for prefix, iri in PREFIXES.items()}


def _bytes(written: bytes | None) -> bytes:
    return written or b""


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


def _iri(term: ox.NamedNode | ox.BlankNode | ox.Triple | ox.DefaultGraph) -> URIRef:
    if isinstance(term, ox.NamedNode):
        return URIRef(term.value)
    raise StoreError(f"{term} is not an IRI; nothing published is a blank node.")


def _term(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> URIRef | Literal:
    if not isinstance(term, ox.Literal):
        return _iri(term)
    if term.language:
        return Literal(term.value, lang=term.language)
    datatype = URIRef(term.datatype.value)
    return Literal(term.value, datatype=None if datatype == XSD.string else datatype, normalize=False)


def _value(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> str:
    return str(term) if isinstance(term, ox.Triple) else term.value
