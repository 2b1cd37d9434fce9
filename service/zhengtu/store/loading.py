"""A build in, the same graphs in a remote store out: each graph replaced whole, all of them counted at the end.

Two ways, for an engine may offer either: the SPARQL 1.1 Graph Store HTTP Protocol (a PUT per graph, section 5.3) or
SPARQL 1.1 Update (a DROP with the first INSERT DATA of a graph, then INSERT DATA, section 3). A load that was cut off
is mended by loading again. Graphs that the build does not have are left alone and named.
"""

import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.request import Request

from zhengtu.errors import QueryMalformed, RemoteLoadFailed
from zhengtu.namespaces import PREFIXES
from zhengtu.store.access import Credentials
from zhengtu.store.builds import Build
from zhengtu.store.limits import Limits
from zhengtu.store.remote import RemoteStore
from zhengtu.store.wire import Wire

Method = Literal["gsp", "update"]
Progress = Callable[[str, int, int], None]

LIMITS = Limits(seconds=600)
READ = 64 << 20
BATCH_TRIPLES, BATCH_BYTES = 1000, 1 << 20  # Virtuoso's parser takes some 5,000 triples in one update
COUNT = "SELECT (COUNT(*) AS ?triples) {{ GRAPH <{}> {{ ?s ?p ?o }} }}"
OURS = f'SELECT DISTINCT ?g {{ GRAPH ?g {{ ?s ?p ?o }} FILTER(STRSTARTS(STR(?g), "{PREFIXES["graph"]}")) }}'


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the remote store holds after a load: triples of each graph of the build, and graphs of builds before."""

    graphs: dict[str, int]
    left_over: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """Where to load: `write_url` takes graphs by `method`, `query_url` answers the queries that count them."""

    method: Method
    write_url: str
    query_url: str
    credentials: Credentials | None = None


def load_build(build: Build, target: Target, progress: Progress = lambda _graph, _sent, _all: None) -> Loaded:
    """Replace the graphs of `build` in a remote store and count them there.

    `progress` is told the graph, its triples sent so far, and all its triples. Raises SettingsError for an address that
    cannot be used, RemoteLoadFailed when a graph is not taken or not held afterwards, and what `wire.Wire.send` raises.
    """
    wire = Wire(target.write_url, target.credentials, LIMITS.seconds, LIMITS.result_bytes)
    store = RemoteStore(target.query_url, credentials=target.credentials, limits=LIMITS)
    expected: dict[str, int] = build.manifest["graphs"]
    with tempfile.TemporaryDirectory() as folder:
        for graph, triples in sorted(_split(build.file, Path(folder)).items()):
            sent = 0
            for request, size in _WAYS[target.method](wire, graph, triples):
                _send(wire, request, graph)
                sent += size
                progress(graph, sent, expected[graph])
    return _counted(store, expected)


def _split(quads: Path, folder: Path) -> dict[str, Path]:
    """Each graph's triples as a file of `folder`; at most READ bytes are in memory."""
    files: dict[str, Path] = {}
    with quads.open("rb") as source:
        while lines := source.readlines(READ):
            triples: defaultdict[bytes, list[bytes]] = defaultdict(list)
            for line in lines:
                triple, graph, _ = line.rsplit(b" ", 2)
                triples[graph].append(triple + b" .\n")
            for graph, found in triples.items():
                path = files.setdefault(graph.strip(b"<>").decode(), folder / f"{len(files)}.nt")
                with path.open("ab") as out:
                    out.writelines(found)
    return files


def _puts(wire: Wire, graph: str, triples: Path) -> Iterator[tuple[Request, int]]:
    body = triples.read_bytes()
    yield wire.request("PUT", body, "application/n-triples", graph=graph), body.count(b"\n")


def _updates(wire: Wire, graph: str, triples: Path) -> Iterator[tuple[Request, int]]:
    before = f"DROP SILENT GRAPH <{graph}> ;\n"
    with triples.open("rb") as lines:
        for batch in _batches(lines):
            text = b"%sINSERT DATA { GRAPH <%s> {\n%s} }" % (before.encode(), graph.encode(), b"".join(batch))
            yield wire.request("POST", text, "application/sparql-update"), len(batch)
            before = ""


_WAYS: dict[Method, Callable[[Wire, str, Path], Iterator[tuple[Request, int]]]] = {"gsp": _puts, "update": _updates}


def _batches(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    batch, size = list[bytes](), 0
    for line in lines:
        if batch and (len(batch) == BATCH_TRIPLES or size + len(line) > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(line)
        size += len(line)
    if batch:
        yield batch


def _send(wire: Wire, request: Request, graph: str) -> None:
    try:
        wire.send(request)
    except QueryMalformed as error:
        raise RemoteLoadFailed(f"The remote store does not take <{graph}>: {error}") from None


def _counted(store: RemoteStore, expected: dict[str, int]) -> Loaded:
    found = {graph: int(next(store.query(COUNT.format(graph)).rows())[0]) for graph in expected}
    wrong = [f"<{g}> {found[g]} of {expected[g]} triples" for g in expected if found[g] != expected[g]]
    if wrong:
        raise RemoteLoadFailed(f"The remote store does not hold what was loaded: {'; '.join(wrong)}.")
    ours = {graph for (graph,) in store.query(OURS).rows()}
    return Loaded(found, tuple(sorted(ours - expected.keys())))
