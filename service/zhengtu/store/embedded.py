"""Oxigraph in this process."""

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Self

import pyoxigraph as ox

from zhengtu.errors import BuildMissing, QueryMalformed, StoreError
from zhengtu.namespaces import PREFIXES
from zhengtu.store.door import Format, Kind
from zhengtu.store.guard import examine
from zhengtu.store.limits import Limits

LIMITS = Limits()
_SOLUTIONS = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
}
GRAPHS = {
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

    def write(self, form: Format) -> bytes:
        """The engine's own serialisation."""
        out = io.BytesIO()
        self.write_to(out, form)
        return out.getvalue()

    def write_to(self, out: IO[bytes], form: Format) -> None:
        """The engine's own serialisation, written to `out` as it is made."""
        if form.kind != self.kind:
            raise ValueError(f"{form.name} does not carry {self.kind}")
        if isinstance(self._found, ox.QueryTriples):
            ox.serialize(self._found, out, format=GRAPHS[form.name], prefixes=PREFIXES)
        else:
            self._found.serialize(out, format=_SOLUTIONS[form.name])


class EmbeddedStore:
    """A dataset in memory."""

    def __init__(self, engine: ox.Store, limits: Limits = LIMITS) -> None:
        self._engine, self._limits = engine, limits

    @classmethod
    def of_file(cls, path: Path, limits: Limits = LIMITS) -> Self:
        """The N-Quads file of a build, or a TriG file.

        Raises BuildMissing when there is none, StoreError when it cannot be read.
        """
        engine = ox.Store()
        form = ox.RdfFormat.TRIG if path.suffix == ".trig" else ox.RdfFormat.N_QUADS
        try:
            engine.bulk_load(path=str(path), format=form)
        except FileNotFoundError:
            raise BuildMissing(f"There is no build at {path}; run `zhengtu build` first.") from None
        except (OSError, SyntaxError) as error:
            raise StoreError(f"{path} cannot be loaded: {error}") from None
        return cls(engine, limits)

    def query(
        self, text: str, *, default_graphs: Sequence[str] = (), named_graphs: Sequence[str] = ()
    ) -> EmbeddedAnswer:
        """Answer a query; see `door.Store.query`."""
        named_in_query = examine(text, self._limits)
        by_request = bool(default_graphs or named_graphs)
        try:
            found = self._engine.query(
                text,
                use_default_graph_as_union=not (named_in_query or by_request),
                default_graph=[ox.NamedNode(iri) for iri in default_graphs] if by_request else None,
                named_graphs=[ox.NamedNode(iri) for iri in named_graphs] if by_request else None,
            )
        except (SyntaxError, ValueError, RuntimeError) as error:
            raise QueryMalformed(str(error)) from None
        return EmbeddedAnswer(found)

    def __len__(self) -> int:
        return len(self._engine)


def write_trig(quads_file: Path, trig_file: Path) -> None:
    """The sorted N-Quads file as TriG, in the same order."""
    with trig_file.open("wb") as out:
        ox.serialize(
            sorted(ox.parse(path=str(quads_file), format=ox.RdfFormat.N_QUADS), key=lambda q: str(q.graph_name)),
            out,
            format=ox.RdfFormat.TRIG,
            prefixes=PREFIXES,
        )


def _value(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> str:
    return str(term) if isinstance(term, ox.Triple) else term.value
