"""Graphs that change while they are counted: for describing a build before it is written, never for serving."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from zhengtu.store.embedded import EmbeddedStore


class Scratch(EmbeddedStore):
    """A store in memory whose graphs may be replaced; the dataset of a query is named by the request."""

    def __init__(self) -> None:
        self._graphs = ox.Store()
        self._held: dict[str, set[bytes]] = defaultdict(set)
        super().__init__(self._graphs, 0)

    def put(self, graph: str, lines: Iterable[bytes]) -> None:
        """Make the graph hold the triples of N-Quads lines, each once, whatever graphs the lines name.

        Only what differs from before is touched: the engine keeps what is deleted, and would read it with every query.
        """
        wanted = {line.rsplit(b" ", 2)[0] for line in lines}
        before, self._held[graph] = self._held[graph], wanted
        for quad in _quads(before - wanted, graph):
            self._graphs.remove(quad)
        self._graphs.bulk_extend(_quads(wanted - before, graph))


def _quads(triples: Iterable[bytes], graph: str) -> Iterator[ox.Quad]:
    name = ox.NamedNode(graph)
    for found in ox.parse(b" .\n".join((*sorted(triples), b"")), format=ox.RdfFormat.N_TRIPLES):
        yield ox.Quad(found.subject, found.predicate, found.object, name)
