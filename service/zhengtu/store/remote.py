"""A remote SPARQL 1.1 endpoint behind the door, asked by SPARQLWrapper.

The remote engine finds the answer; it comes as SPARQL JSON or N-Triples, is read whole and checked here, and is written
in the format wanted by the same writers as the embedded engine's answers. So an answer that is cut off, garbled or no
answer at all is an error, and no format depends on who wrote it.

The dataset. Engines differ in what the default graph of a query is when neither the query nor the request names one:
the union of all graphs (Virtuoso, its own system graphs among them) or the nameless graph only (Oxigraph). A store made
with `graphs` sends these names with each such query, as default and as named graphs (SPARQL 1.1 Protocol, section
2.1.4): then every engine answers over their union and over nothing else. The text of a query is never changed. A store
made without `graphs` takes the engine's default graph as it is.

Who may ask what is for the remote engine to say: give it an account that reads only. What its functions can do beyond
SPARQL (Virtuoso's `bif:`) is not judged here. ENGINES.md has the differences that a user would notice.
"""

from collections.abc import Iterator, Sequence
from urllib.request import Request

import pyoxigraph as ox
from SPARQLWrapper import POST, SPARQLWrapper

from zhengtu.errors import RemoteAnswerBroken
from zhengtu.namespaces import PREFIXES
from zhengtu.store.access import Credentials
from zhengtu.store.door import Format, Kind
from zhengtu.store.embedded import GRAPHS, EmbeddedAnswer
from zhengtu.store.guard import examine, form, names_dataset
from zhengtu.store.limits import Limits
from zhengtu.store.wire import Received, Wire

LIMITS = Limits()
SOLUTIONS = ("application/sparql-results+json", "application/json")
TRIPLES = ("application/n-triples", "text/plain")
ASK_COLUMN = "__ASK_RETVAL"
COUNT = "SELECT (COUNT(*) AS ?quads) { GRAPH ?g { ?s ?p ?o } }"


class GraphAnswer:
    """A graph that a remote engine made, as N-Triples known to be whole."""

    kind: Kind = "graph"
    variables: tuple[str, ...] = ()

    def __init__(self, triples: bytes) -> None:
        self._triples = triples

    def rows(self) -> Iterator[tuple[str, ...]]:
        """A graph has no rows."""
        return iter(())

    def write(self, form: Format) -> bytes:
        """The graph in another serialisation. Raises ValueError when `form` is for solutions."""
        if form.kind != self.kind:
            raise ValueError(f"{form.name} does not carry {self.kind}")
        triples = ox.parse(self._triples, format=ox.RdfFormat.N_TRIPLES)
        return ox.serialize(triples, format=GRAPHS[form.name], prefixes=PREFIXES) or b""


class RemoteStore:
    """A dataset of a remote SPARQL 1.1 endpoint; see the head of this module for what its default graph is."""

    def __init__(
        self,
        url: str,
        *,
        graphs: Sequence[str] = (),
        credentials: Credentials | None = None,
        limits: Limits = LIMITS,
    ) -> None:
        """Nothing is sent yet. Raises SettingsError when `url` is no address that can be used."""
        self._wire = Wire(url, credentials, limits.seconds, limits.result_bytes)
        self._graphs, self._limits = tuple(graphs), limits

    def query(
        self,
        text: str,
        *,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
        labels: Sequence[str] = (),
    ) -> EmbeddedAnswer | GraphAnswer:
        """Answer a query; see `door.Store.query`. `labels` are asked for by a parameter that a served Zhengtu knows.

        Raises also RemoteUnavailable, RemoteAnswerBroken, QueryTooSlow, ResultTooLarge.
        """
        examine(text, self._limits)
        asked = form(text, self._limits)
        if not (default_graphs or named_graphs or names_dataset(text, self._limits)):
            default_graphs = named_graphs = self._graphs
        call = _Call(self._wire.url, text, asked)
        if labels:
            call.addParameter("labels", ",".join(labels))
        request = call.request(default_graphs, named_graphs)
        received = self._wire.send(request)
        return _solutions(received, asked) if asked in ("SELECT", "ASK") else _graph(received)

    def __len__(self) -> int:
        return int(next(iter(self.query(COUNT).rows()))[0])


class _Call(SPARQLWrapper):
    """SPARQLWrapper as the maker of requests; the wire sends them, so that no opener or proxy is shared."""

    def __init__(self, url: str, text: str, asked: str) -> None:
        self._asked = asked
        super().__init__(url)
        self.setQuery(text)
        self.setMethod(POST)
        self.setOnlyConneg(True)
        self.addCustomHttpHeader("Accept", ", ".join(SOLUTIONS if asked in ("SELECT", "ASK") else TRIPLES[:1]))

    def request(self, default_graphs: Sequence[str], named_graphs: Sequence[str]) -> Request:
        """The request with its dataset (SPARQL 1.1 Protocol, section 2.1.2: a form by POST)."""
        for name, graphs in (("default-graph-uri", default_graphs), ("named-graph-uri", named_graphs)):
            for graph in graphs:
                self.addParameter(name, graph)
        request: Request = self._createRequest()
        return request

    def _parseQueryType(self, _query: str) -> str:  # noqa: N802 (the name is SPARQLWrapper's)
        """What the guard found by tokens; the pattern of SPARQLWrapper takes a comment for a keyword."""
        return self._asked


def _solutions(received: Received, asked: str) -> EmbeddedAnswer:
    _expect(received, SOLUTIONS)
    try:
        found = _results(received.body)
        rows = 0 if isinstance(found, ox.QueryBoolean) else sum(1 for _ in found)
    except (SyntaxError, ValueError) as error:
        raise RemoteAnswerBroken(f"The remote store's answer is not whole SPARQL JSON: {error}") from None
    if (asked == "ASK") == isinstance(found, ox.QueryBoolean):
        return EmbeddedAnswer(_results(received.body))
    if isinstance(found, ox.QuerySolutions) and [v.value for v in found.variables] == [ASK_COLUMN]:
        return EmbeddedAnswer(_results(b'{"head":{},"boolean":%s}' % (b"true" if rows else b"false")))
    raise RemoteAnswerBroken(f"The remote store's answer is none to {asked}.")


def _results(body: bytes) -> ox.QuerySolutions | ox.QueryBoolean:
    return ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)


def _graph(received: Received) -> GraphAnswer:
    _expect(received, TRIPLES)
    if not received.delimited:
        raise RemoteAnswerBroken("The remote store does not say where its answer ends; a part could be missing.")
    try:
        for _ in ox.parse(received.body, format=ox.RdfFormat.N_TRIPLES):
            pass
    except (SyntaxError, ValueError) as error:
        raise RemoteAnswerBroken(f"The remote store's answer is not whole N-Triples: {error}") from None
    return GraphAnswer(received.body)


def _expect(received: Received, media_types: Sequence[str]) -> None:
    if received.media_type not in media_types:
        raise RemoteAnswerBroken(f"The remote store answers with {received.media_type}, not with {media_types[0]}.")
