"""Oxigraph in this process."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import pyoxigraph as ox

from zhengtu.errors import BuildMissing, QueryMalformed, StoreError
from zhengtu.namespaces import PREFIXES
from zhengtu.store.door import Format, Kind
from zhengtu.store.guard import examine

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
    """An answer of the embedded engine, which computes it as it is read."""

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
        with _engine_errors():
            if isinstance(self._found, ox.QueryBoolean):
                yield (str(bool(self._found)).lower(),)
            elif isinstance(self._found, ox.QuerySolutions):
                for solution in self._found:
                    yield tuple("" if term is None else _value(term) for term in solution)

    def write(self, form: Format) -> bytes:
        """The engine's own serialisation."""
        if form.kind != self.kind:
            raise ValueError(f"{form.name} does not carry {self.kind}")
        with _engine_errors():
            if isinstance(self._found, ox.QueryTriples):
                return ox.serialize(self._found, format=_GRAPHS[form.name], prefixes=PREFIXES) or b""
            return self._found.serialize(format=_SOLUTIONS[form.name]) or b""


class EmbeddedStore:
    """A dataset in memory.

    The engine would take the default graph as the *multiset* of all graphs, in which a triple of two graphs counts
    twice. So every triple is also put into the engine's default graph, where it stands once.
    """

    def __init__(self, engine: ox.Store) -> None:
        self._engine, self._size = engine, len(engine)
        engine.bulk_extend([ox.Quad(quad.subject, quad.predicate, quad.object) for quad in engine])

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

    def add_file(self, path: Path) -> None:
        """Add the quads of an N-Quads file. Raises StoreError when it cannot be read."""
        try:
            quads = list(ox.parse(path=str(path), format=ox.RdfFormat.N_QUADS))
        except (OSError, SyntaxError) as error:
            raise StoreError(f"{path} cannot be loaded: {error}") from None
        self._engine.bulk_extend(quads)
        self._engine.bulk_extend([ox.Quad(quad.subject, quad.predicate, quad.object) for quad in quads])
        self._size = sum(1 for quad in self._engine if quad.graph_name != ox.DefaultGraph())

    def query(
        self, text: str, *, default_graphs: Sequence[str] = (), named_graphs: Sequence[str] = ()
    ) -> EmbeddedAnswer:
        """Answer a query; see `door.Store.query`."""
        examine(text)
        by_request = bool(default_graphs or named_graphs)
        with _engine_errors():
            found = self._engine.query(
                text,
                default_graph=[ox.NamedNode(iri) for iri in default_graphs] if by_request else None,
                named_graphs=[ox.NamedNode(iri) for iri in named_graphs] if by_request else None,
            )
        return EmbeddedAnswer(found)

    def __len__(self) -> int:
        """Number of quads in named graphs."""
        return self._size


def write_trig(quads_file: Path, trig_file: Path) -> None:
    """The sorted N-Quads file as TriG, in the same order."""
    with trig_file.open("wb") as out:
        ox.serialize(
            sorted(ox.parse(path=str(quads_file), format=ox.RdfFormat.N_QUADS), key=lambda q: str(q.graph_name)),
            out,
            format=ox.RdfFormat.TRIG,
            prefixes=PREFIXES,
        )


@contextmanager
def _engine_errors() -> Iterator[None]:
    """What the engine says against a query, when it reads it or while it computes the answer."""
    try:
        yield
    except (SyntaxError, ValueError, RuntimeError, OSError) as error:
        raise QueryMalformed(str(error)) from None


def _value(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> str:
    return str(term) if isinstance(term, ox.Triple) else term.value
