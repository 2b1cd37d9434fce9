"""Oxigraph in this process."""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO, Self

import pyoxigraph as ox

from zhengtu.errors import BuildMissing, QueryMalformed, SourceFailed, StoreError
from zhengtu.namespaces import PREFIXES
from zhengtu.store.door import Format, Kind
from zhengtu.store.guard import examine
from zhengtu.store.labels import labelled
from zhengtu.store.limits import Limits

LIMITS = Limits()
NAMED = "SELECT (COUNT(*) AS ?quads) { GRAPH ?g { ?s ?p ?o } }"
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
        out = io.BytesIO()
        self.write_to(out, form)
        return out.getvalue()

    def write_to(self, out: IO[bytes], form: Format) -> None:
        """The engine's own serialisation, written to `out` as it is made."""
        if form.kind != self.kind:
            raise ValueError(f"{form.name} does not carry {self.kind}")
        with _engine_errors():
            if isinstance(self._found, ox.QueryTriples):
                ox.serialize(self._found, out, format=GRAPHS[form.name], prefixes=PREFIXES)
            else:
                self._found.serialize(out, format=_SOLUTIONS[form.name])


class EmbeddedStore:
    """A dataset in memory or on disk.

    The engine would take the default graph as the *multiset* of all graphs, in which a triple of two graphs counts
    twice. So every triple also stands, once, in the engine's default graph (see `with_union`).
    """

    def __init__(self, engine: ox.Store, size: int, limits: Limits = LIMITS) -> None:
        self._engine, self._size, self._limits = engine, size, limits

    @classmethod
    def of_engine(cls, engine: ox.Store, limits: Limits = LIMITS) -> Self:
        """What an engine holds in memory."""
        size = len(engine)
        return cls(with_union(engine), size, limits)

    @classmethod
    def of_file(cls, path: Path, limits: Limits = LIMITS) -> Self:
        """The N-Quads file of a build, or a TriG file, in memory.

        Raises BuildMissing when there is none, StoreError when it cannot be read.
        """
        return cls.of_engine(fill(ox.Store(), path), limits)

    @classmethod
    def of_folder(cls, folder: Path, limits: Limits = LIMITS) -> Self:
        """A store on disk that `disk.make` wrote, to be read only. Raises StoreError when it cannot be opened."""
        try:
            engine = ox.Store.read_only(str(folder))
            found = cls(engine, 0, limits)
            found._size = int(next(found.query(NAMED).rows())[0])
        except (OSError, RuntimeError) as error:
            raise StoreError(f"The store on disk in {folder.name} cannot be opened: {error}") from None
        return found

    def query(
        self,
        text: str,
        *,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
        labels: Sequence[str] = (),
    ) -> EmbeddedAnswer:
        """Answer a query; see `door.Store.query`. `labels` are languages in which to name each IRI of solutions."""
        examine(text, self._limits)
        by_request = bool(default_graphs or named_graphs)
        with _engine_errors():
            found = self._engine.query(
                text,
                default_graph=[ox.NamedNode(iri) for iri in default_graphs] if by_request else None,
                named_graphs=[ox.NamedNode(iri) for iri in named_graphs] if by_request else None,
            )
            if labels and isinstance(found, ox.QuerySolutions):
                found = labelled(found, self._engine, labels)
        return EmbeddedAnswer(found)

    def __len__(self) -> int:
        """Number of quads."""
        return self._size


def count_statements(path: Path, most: int) -> int:
    """How many statements an N-Quads or TriG file has, each as often as it stands there; counted as far as `most`.

    Raises BuildMissing when there is no file, StoreError when it cannot be read.
    """
    with _file_errors(path):
        return sum(1 for _ in islice(ox.parse(path=str(path), format=_form(path)), most))


def fill(engine: ox.Store, path: Path) -> ox.Store:
    """Load an N-Quads or TriG file into `engine`.

    Raises BuildMissing when there is none, StoreError when it cannot be read.
    """
    with _file_errors(path):
        engine.bulk_load(path=str(path), format=_form(path))
    return engine


def with_union(engine: ox.Store) -> ox.Store:
    """The same engine, whose default graph holds every triple of its graphs, each once."""
    everything = engine.quads_for_pattern(None, None, None, None)
    engine.bulk_extend(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in everything)
    return engine


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
    except (SyntaxError, ValueError, RuntimeError) as error:
        raise QueryMalformed(str(error)) from None
    except OSError:  # its words could hold a path, or what another service said
        raise SourceFailed("A service that the query calls, or the data on disk, could not be read.") from None


@contextmanager
def _file_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise BuildMissing(f"There is no build at {path}; run `zhengtu build` first.") from None
    except (OSError, SyntaxError) as error:
        raise StoreError(f"{path} cannot be loaded: {error}") from None


def _form(path: Path) -> ox.RdfFormat:
    return ox.RdfFormat.TRIG if path.suffix == ".trig" else ox.RdfFormat.N_QUADS


def _value(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> str:
    return str(term) if isinstance(term, ox.Triple) else term.value
