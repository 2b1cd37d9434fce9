"""What the hostile internet sends, to a served process over the real build: each request has its safe outcome.

Beside all of it an independent query is asked again and again: everyone else is served. Nothing of what comes back
holds a trace or a path, nothing is written, read or contacted, and the processor is free again afterwards.
"""

import gzip
import hashlib
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from tests.web.served import Answer, Served, more_files, read_all, served

from zhengtu.settings import Settings

SECONDS, MEMORY_MB, RESULT_BYTES, CONNECTIONS, RECEIVE_SECONDS = 1.5, 300, 2_000_000, 300, 2
PULSE_SECONDS, SLOW_PULSES = 1, 1
"""Others are answered within a second; the machine of the test may lose that second once."""
FORM = {"content-type": "application/x-www-form-urlencoded"}
DIRECT = {"content-type": "application/sparql-query"}
BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
LEAKS = re.compile(r"Traceback|File \"|\.py\b|site-packages|/home/|/root/|/tmp/|/usr/|/etc/|panicked")

SLOW, HUNGRY, LARGE = (504, "query-too-slow"), (507, "query-too-hungry"), (507, "result-too-large")
BUSY, LONG, COMPLEX = (503, "service-busy"), (413, "query-too-long"), (400, "query-too-complex")
REFUSED, MALFORMED = (403, "query-refused"), (400, "query-malformed")
WHOLE = (200, "")
STOPPED = {SLOW, HUNGRY, LARGE, BUSY}


class Pulse(threading.Thread):
    """An independent client: asks, each time another question, and remembers how long the answer took."""

    def __init__(self, service: Served) -> None:
        super().__init__(daemon=True)
        self._service, self._ended = service, threading.Event()
        self.statuses, self.waits, self.memory = list[int](), list[float](), 0

    def run(self) -> None:
        """Ask until told to stop."""
        number = 0
        while not self._ended.wait(0.1):
            number += 1
            began = time.monotonic()
            try:
                status = self._service.request("GET", f"/sparql?query={quote(f'ASK {{}} # {number}')}").status
            except OSError:
                status = 0
            self.statuses.append(status)
            self.waits.append(time.monotonic() - began)
            self.memory = max(self.memory, self._service.worker_memory())

    def end(self) -> None:
        """Stop asking."""
        self._ended.set()
        self.join()


class Canary:
    """A listener on the loopback interface that counts who calls."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self.calls = 0
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                self._socket.accept()[0].close()
            except OSError:
                return
            self.calls += 1

    def close(self) -> None:
        """Stop listening."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


@pytest.fixture(scope="module")
def canary() -> Iterator[Canary]:
    """Who is called, would have been reached by a query."""
    listening = Canary()
    yield listening
    assert listening.calls == 0
    listening.close()


@pytest.fixture(scope="module")
def service(built_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The real build behind narrow limits; nothing of the service itself fails in all these tests."""
    limits = {
        "query_seconds": SECONDS,
        "worker_memory_mb": MEMORY_MB,
        "result_bytes": RESULT_BYTES,
        "queue_seconds": 5,
        "client_seconds": 0,
        "connections": CONNECTIONS,
        "receive_seconds": RECEIVE_SECONDS,
        "send_seconds": 2,
    }
    folder = tmp_path_factory.mktemp("hostile")
    with served(folder, "--build-dir", str(built_settings.build_dir), **limits) as running:
        yield running
    assert "Traceback" not in running.log.read_text(encoding="utf-8", errors="replace")


@pytest.fixture(autouse=True)
def pulse(service: Served) -> Iterator[Pulse]:
    """Everyone else is served while a test runs; afterwards the workers rest, within their memory."""
    beside = Pulse(service)
    beside.start()
    yield beside
    beside.end()
    assert set(beside.statuses) <= {200}
    slow = [wait for wait in beside.waits if wait > PULSE_SECONDS]
    assert len(slow) <= SLOW_PULSES, beside.waits
    assert max(slow, default=0) < 5 * PULSE_SECONDS
    assert beside.memory < (MEMORY_MB + 150) << 20
    assert rests(service)


def rests(service: Served) -> bool:
    """Whether the workers take no processor time any more, soon."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        before = service.processor_seconds()
        time.sleep(0.1)
        if service.processor_seconds() - before < 0.05:
            return True
    return False


def outcome(answer: Answer) -> tuple[int, str]:
    """Status and code of an answer that gives nothing away."""
    assert not LEAKS.search(answer.text), answer.text[:1000]
    assert answer.headers["x-content-type-options"] == "nosniff"
    if answer.status == 200:
        return WHOLE
    problem = json.loads(answer.body)
    assert (answer.headers["content-type"], problem["status"]) == ("application/problem+json", answer.status)
    assert ("retry-after" in answer.headers) == (answer.status == 503)
    return answer.status, problem["type"].rpartition("/")[2]


# Heavy

EVERY = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i"
DIGITS = "VALUES ?{} {{ " + " ".join(map(str, range(100))) + " }}"
HEAVY = {
    "cartesian product": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "product of values": "SELECT (COUNT(*) AS ?n) { " + " ".join(DIGITS.format(f"v{n}") for n in range(8)) + " }",
    "star": "SELECT (COUNT(*) AS ?n) { ?s ?p1 ?o1 ; ?p2 ?o2 ; ?p3 ?o3 ; ?p4 ?o4 ; ?p5 ?o5 ; ?p6 ?o6 ; ?p7 ?o7 }",
    "paths": "SELECT (COUNT(*) AS ?n) { ?a (<urn:a>|!<urn:a>)* ?b . ?b (<urn:a>|!<urn:a>)* ?c }",
    "paths of paths": "SELECT (COUNT(*) AS ?n) { ?a ((((!<urn:a>)*/(!<urn:a>)*)*)+)* ?b }",
    "doubling": "SELECT (STRLEN(?v40) AS ?n) { BIND('xxxxxxxxxx' AS ?v0) "
    + " ".join(f"BIND(CONCAT(?v{n}, ?v{n}) AS ?v{n + 1})" for n in range(40))
    + " }",
    "concatenation": f"SELECT (GROUP_CONCAT(CONCAT(STR(?a), STR(?c), STR(?d), STR(?f))) AS ?all) {{ {EVERY} }}",
    "ordering": f"SELECT * {{ {EVERY} }} ORDER BY ?a ?f ?i",
    "distinct": f"SELECT DISTINCT ?a ?d ?g {{ {EVERY} }}",
    "grouping": f"SELECT ?a ?d ?g (COUNT(*) AS ?n) {{ {EVERY} }} GROUP BY ?a ?d ?g",
    "patterns": f"SELECT (COUNT(*) AS ?n) {{ {EVERY} FILTER(REGEX(CONCAT(STR(?c), STR(?f)), '^(([a-z])+.)+$')) }}",
    "construct": f"CONSTRUCT {{ ?a ?b ?f . ?d ?e ?c }} {{ {EVERY} }}",
    "describe": "DESCRIBE ?s ?o { ?s ?p ?o }",
    "rows": f"SELECT * {{ {EVERY} }}",
    "no match": f"ASK {{ {EVERY} FILTER(CONCAT(STR(?a), STR(?f), STR(?i)) = 'none') }}",
    "optional": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c OPTIONAL { ?d ?e ?c OPTIONAL { ?f ?g ?e OPTIONAL { ?h ?i ?g }}}}",
    "not exists": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f FILTER NOT EXISTS { ?a ?e ?f . ?d ?b ?c } }",
    "catastrophic pattern": "ASK { FILTER(REGEX('" + "a" * 5000 + "!', '^(a+)+$')) }",
    "repeated pattern": "ASK { FILTER(REGEX('a', '((a{1,1000}){1,1000}){1,1000}')) }",
    "replacement": "SELECT (STRLEN(REPLACE(REPLACE('"
    + "a" * 5000
    + "', 'a', '"
    + "b" * 5000
    + "'), 'b', 'ccc')) AS ?n) {}",
}


@pytest.mark.parametrize("name", HEAVY)
def test_a_heavy_query_is_stopped(service: Served, name: str) -> None:
    assert outcome(service.ask(HEAVY[name])) in STOPPED | {WHOLE}


def test_twenty_heavy_queries_at_once_are_stopped_or_told_to_come_again(service: Served) -> None:
    with ThreadPoolExecutor(20) as many:
        answers = list(many.map(lambda n: service.ask(f"{HEAVY['cartesian product']} # {n}"), range(20)))
    assert {outcome(answer) for answer in answers} == {SLOW, BUSY}


def test_a_query_whose_client_has_gone_is_stopped(service: Served) -> None:
    before = set(service.workers())
    with ExitStack() as clients:
        for number in range(2):
            asked = quote(f"{HEAVY['star']} # {number}")
            connection = clients.enter_context(service.connect())
            connection.sendall(f"GET /sparql?query={asked} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        time.sleep(0.5)
    assert rests(service)
    assert len(set(service.workers()) - before) >= 2


def test_large_answers_are_not_kept_for_clients_that_do_not_read(service: Served) -> None:
    query = quote("SELECT * { ?a ?b ?c } LIMIT 4000")
    with ExitStack() as clients:
        for _ in range(50):
            connection = clients.enter_context(socket.socket())
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.connect(("127.0.0.1", service.port))
            connection.sendall(f"GET /sparql?query={query} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        time.sleep(1)


# Complexity


def nested(before: str, inner: str, after: str) -> Callable[[int], str]:
    """A construct within itself, as often as asked for."""
    return lambda depth: before * depth + inner + after * depth


NESTED: dict[str, tuple[str, Callable[[int], str]]] = {
    "functions": ("SELECT * {{ FILTER({}) }}", nested("ABS(", "1", ")")),
    "brackets": ("SELECT * {{ FILTER({}) }}", nested("(", "1", ")")),
    "groups": ("SELECT * {{ {} }}", nested("{", "?s ?p ?o", "}")),
    "exists": ("SELECT * {{ {} }}", nested("FILTER EXISTS { ", "?s ?p ?o", " }")),
    "subselects": ("SELECT * {{ {} }}", nested("{ SELECT * { ", "?s ?p ?o", " } }")),
    "optionals": ("SELECT * {{ {} }}", nested("OPTIONAL { ?s ?p ?o ", "", " }")),
    "minus": ("SELECT * {{ ?s ?p ?o {} }}", nested("MINUS { ?s ?p ?o ", "", " }")),
    "graphs": ("SELECT * {{ {} }}", nested("GRAPH ?g { ", "?s ?p ?o", " }")),
    "lists": ("SELECT * {{ ?s ?p {} }}", nested("( ", "1", " )")),
    "blank nodes": ("SELECT * {{ ?s ?p {} }}", nested("[ ?p ", "1", " ]")),
    "quoted triples": ("SELECT * {{ ?s ?p {} }}", nested("<<( <urn:a> <urn:b> ", "1", " )>>")),
    "paths": ("SELECT * {{ ?s {} ?o }}", nested("(", "<urn:p>", ")*")),
    "template": ("CONSTRUCT {{ ?s ?p {} }} {{ ?s ?p ?o }}", nested("[ ?p ", "1", " ]")),
}


@pytest.mark.parametrize("name", NESTED)
def test_deep_nesting_is_refused_and_modest_nesting_is_not(service: Served, name: str) -> None:
    query, made = NESTED[name]
    assert outcome(service.ask(query.format(made(3)))) in STOPPED | {WHOLE}
    assert outcome(service.ask(query.format(made(30)))) in STOPPED | {WHOLE, COMPLEX}
    for depth in (150, 5000):
        assert outcome(service.ask(query.format(made(depth)))) == COMPLEX


CHAINS = {
    "union": "SELECT * {{ {{}}{} }}".format(" UNION {}" * 3000),
    "or": "SELECT * {{ FILTER(1{}) }}".format(" || 1" * 5000),
    "and": "SELECT * {{ FILTER(1{}) }}".format(" && 1" * 5000),
    "not": "SELECT * {{ FILTER({}1) }}".format("!" * 5000),
    "signs": "SELECT * {{ FILTER({}1) }}".format("-" * 5000),
    "sum": "SELECT * {{ FILTER(1{}) }}".format(" + 1" * 5000),
    "comparison": "SELECT * {{ FILTER(1{}) }}".format(" < 1" * 5000),
    "path": "SELECT * {{ ?s <urn:p>{} ?o }}".format("/<urn:p>" * 5000),
    "alternatives": "SELECT * {{ ?s <urn:p>{} ?o }}".format("|<urn:p>" * 5000),
    "inverse": "SELECT * {{ ?s {}<urn:p> ?o }}".format("^" * 4999),
    "optional": "SELECT * {{ {} }}".format("OPTIONAL {} " * 3000),
    "minus": "SELECT * {{ ?s ?p ?o {} }}".format("MINUS {} " * 3000),
}


@pytest.mark.parametrize("name", CHAINS)
def test_a_long_chain_is_refused(service: Served, name: str) -> None:
    assert outcome(service.ask(CHAINS[name])) == COMPLEX


ROWS = {
    "binds": "SELECT * {{ {} }}".format(" ".join(f"BIND({n} AS ?v{n})" for n in range(9000))),
    "filters": "SELECT * {{ ?s ?p ?o {} }}".format("FILTER(?s) " * 15_000),
    "groups": "SELECT * {{ {} }}".format("{ ?s ?p ?o } " * 10_000),
    "values": "SELECT * {{ {} }}".format("VALUES ?a { 1 } " * 10_000),
    "patterns": "SELECT * {{ {} }}".format("?s ?p ?o . " * 15_000),
    "variables": "SELECT * {{ {} }}".format(" ".join(f"?s{n} ?p{n} ?o{n} ." for n in range(6000))),
    "subselects": "SELECT * {{ {} }}".format("{ SELECT * {} } " * 10_000),
    "list": "SELECT * {{ ?s ?p ({}) }}".format("1 " * 50_000),
    "objects": "SELECT * {{ ?s ?p 1{} }}".format(", 1" * 50_000),
    "exists": "SELECT * {{ ?s ?p ?o {} }}".format("FILTER EXISTS {} " * 10_000),
    "in": "SELECT * {{ ?s ?p ?o FILTER(?o IN (1{})) }}".format(", 1" * 50_000),
    "columns": "SELECT {} {{}}".format(" ".join(f"(1 AS ?v{n})" for n in range(9000))),
    "aggregates": "SELECT {} {{ ?s ?p ?o }}".format(" ".join(f"(COUNT(?s) AS ?v{n})" for n in range(5000))),
    "order": "SELECT * {{ ?s ?p ?o }} ORDER BY {}".format("(?s) " * 30_000),
    "arguments": "SELECT (CONCAT('a'{}) AS ?x) {{}}".format(", 'a'" * 30_000),
    "prefixes": "{} ASK {{}}".format(" ".join(f"PREFIX p{n}: <urn:{n}>" for n in range(7000))),
    "graphs": "SELECT * {} {{ ?s ?p ?o }}".format(" ".join(f"FROM <urn:{n}>" for n in range(9000))),
    "described": "DESCRIBE {}".format("<urn:a> " * 20_000),
    "comments": "ASK {{}} {}".format("#\n" * 90_000),
}


@pytest.mark.parametrize("name", ROWS)
def test_what_is_long_without_being_deep_is_answered_or_stopped(service: Served, name: str) -> None:
    assert outcome(service.ask(ROWS[name])) in STOPPED | {WHOLE}


LENGTHS = {
    "values": "SELECT * {{ VALUES ?v {{ {} }} }}".format("1 " * 400_000),
    "literal": "ASK {{ ?s ?p '{}' }}".format("x" * 900_000),
    "iri": "ASK {{ ?s ?p <http://example.org/{}> }}".format("x" * 900_000),
    "variable": "ASK {{ ?s ?p ?{} }}".format("x" * 900_000),
    "white space": "ASK {{ {} }}".format(" " * 900_000),
}


@pytest.mark.parametrize("name", LENGTHS)
def test_a_long_text_is_refused(service: Served, name: str) -> None:
    assert outcome(service.request("POST", "/sparql", LENGTHS[name].encode(), DIRECT)) == LONG


def test_ten_megabytes_of_values_are_refused_unread(service: Served) -> None:
    query = "SELECT * {{ VALUES ?v {{ {} }} }}".format("12345 " * 1_700_000)
    assert outcome(service.request("POST", "/sparql", query.encode(), DIRECT)) == LONG


# Outbound

PREFIX = "PREFIX : <http://{0}/> PREFIX e: <http://{0}/> PREFIX SERVICE: <http://{0}/> "
SERVICES = [
    "SELECT * {{ SERVICE <http://{0}/> {{ ?s ?p ?o }} }}",
    "SELECT * {{ service silent <http://{0}/> {{ ?s ?p ?o }} }}",
    "SELECT * {{ SeRvIcE # comment\n # and more\n <http://{0}/> {{ ?s ?p ?o }} }}",
    "SELECT * {{ SERVICE\t\r\n<http://{0}/>{{?s ?p ?o}} }}",
    r"SELECT * {{ \u0053ERVICE <http://{0}/> {{ ?s ?p ?o }} }}",
    r"SELECT * {{ S\U00000045RVICE <\u0068ttp://{0}/> {{ ?s ?p ?o }} }}",
    r"SELECT * {{ SERVICE <http://{0}/\u0061> {{ ?s ?p ?o }} }}",
    r"SELECT * {{ ?s <http://x/'\u0041> '\u0027' . SERVICE <http://{0}/> {{ ?s ?p ?o }} #' }}",
    PREFIX + "SELECT * {{ SERVICE e:x {{ ?s ?p ?o }} }}",
    PREFIX + "SELECT * {{ SERVICE :x {{ ?s ?p ?o }} }}",
    PREFIX + "SELECT * {{ SERVICE:x {{ ?s ?p ?o }} }}",
    PREFIX + "SELECT * {{ SERVICEe:x {{ ?s ?p ?o }} }}",
    PREFIX + "SELECT * {{ SERVICESILENTe:x {{ ?s ?p ?o }} }}",
    PREFIX + "SELECT * {{ SERVICE<http://{0}/>{{ ?s ?p ?o }} }}",
    "SELECT * {{ SERVICESILENT<http://{0}/> {{ ?s ?p ?o }} }}",
    "SELECT * {{ VALUES ?x {{ <http://{0}/> }} SERVICE ?x {{ ?s ?p ?o }} }}",
    "SELECT * {{ VALUES ?x {{ <http://{0}/> }} SERVICE?x{{ ?s ?p ?o }} }}",
    "SELECT * {{ BIND(IRI('http://{0}/') AS ?x) SERVICE SILENT ?x {{ ?s ?p ?o }} }}",
    "ASK {{ FILTER EXISTS {{ SERVICE <http://{0}/> {{ ?s ?p ?o }} }} }}",
    "ASK {{ FILTER NOT EXISTS {{ SERVICE <http://{0}/> {{ ?s ?p ?o }} }} }}",
    "SELECT * {{ {{ SELECT * {{ SERVICE <http://{0}/> {{ ?s ?p ?o }} }} }} }}",
    "SELECT * {{ ?s ?p ?o OPTIONAL {{ SERVICE <http://{0}/> {{ ?s ?p ?x }} }} }}",
    "SELECT * {{ ?s ?p ?o MINUS {{ SERVICE <http://{0}/> {{ ?s ?p ?o }} }} }}",
    "SELECT * {{ {{}} UNION {{ SERVICE <http://{0}/> {{ ?s ?p ?o }} }} }}",
    "SELECT * {{ GRAPH ?g {{ SERVICE <http://{0}/> {{ ?s ?p ?o }} }} }}",
    "CONSTRUCT {{ ?s ?p ?o }} {{ SERVICE <http://{0}/> {{ ?s ?p ?o }} }}",
    "DESCRIBE ?s {{ SERVICE <http://{0}/> {{ ?s ?p ?o }} }}",
    "SELECT * {{ ?s ?p 1SERVICE <http://{0}/> {{ ?a ?b ?c }} }}",
    "SELECT * {{ ?s ?p trueSERVICE <http://{0}/> {{ ?a ?b ?c }} }}",
    "SELECT * {{ ?s ?p ?o FILTER(?o<?o+2)SERVICE#>\n<http://{0}/>{{ ?a ?b ?c }} }}",
    "SELECT * {{ ?s ?p ?o FILTER(?o<strlen('>'))SERVICE <http://{0}/> {{ ?a ?b ?c }} #'\n }}",
    "BASE <http://{0}/> SELECT * {{ SERVICE <x> {{ ?s ?p ?o }} }}",
    "SELECT * {{ SERVICE <file:///etc/passwd> {{ ?s ?p ?o }} }}",
]


@pytest.mark.parametrize("query", SERVICES)
def test_no_disguise_of_service_reaches_out(service: Served, canary: Canary, query: str) -> None:
    answer = service.ask(query.format(canary.address))
    assert outcome(answer) in {REFUSED, MALFORMED}
    assert "SERVICE" in answer.text or "space after" in answer.text


SOURCES = ["http://{0}/data.ttl", "https://{0}/data.ttl", "file:///etc/passwd", "file:/etc/hostname", "ftp://{0}/x"]


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("clause", ["FROM", "FROM NAMED"])
def test_a_dataset_elsewhere_is_empty(service: Served, canary: Canary, clause: str, source: str) -> None:
    source = source.format(canary.address)
    pattern = "{ { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
    parameter = "default-graph-uri" if clause == "FROM" else "named-graph-uri"
    for answer in (
        service.ask(f"SELECT * {clause} <{source}> {pattern}", "text/csv"),
        service.ask(f"SELECT * {pattern}", "text/csv", **{parameter: source}),
    ):
        assert outcome(answer) == WHOLE
        assert len(answer.text.split()) == 1


def test_functions_read_no_file_and_no_address(service: Served, canary: Canary) -> None:
    for function in (f"<http://{canary.address}/f>(1)", "<file:///dev/zero>(1)", "<java:java.lang.System.exit>(1)"):
        answer = service.ask(f"SELECT ({function} AS ?x) {{}}", "text/csv")
        assert outcome(answer) in {WHOLE, MALFORMED, REFUSED}
        assert "root:" not in answer.text


# Writes

UPDATES = [
    "INSERT DATA { <urn:hostile> <urn:p> 1 }",
    "DELETE WHERE { ?s ?p ?o }",
    "DELETE { ?s ?p ?o } INSERT { <urn:hostile> ?p ?o } WHERE { ?s ?p ?o }",
    "CLEAR ALL",
    "DROP ALL",
    "CREATE GRAPH <urn:hostile>",
    "COPY DEFAULT TO <urn:hostile>",
    "LOAD <http://{0}/data.ttl>",
    "LOAD SILENT <file:///etc/passwd> INTO GRAPH <urn:hostile>",
]


@pytest.mark.parametrize("update", UPDATES)
def test_nothing_is_written_by_any_way(service: Served, canary: Canary, built_settings: Settings, update: str) -> None:
    text = update.replace("{0}", canary.address)
    before = state(service, built_settings)
    for way in ("query", "update"):
        sent = urlencode({way: text})
        answers = [
            service.request("POST", "/sparql", sent.encode(), FORM),
            service.request("POST", f"/sparql?{sent}", b"", FORM),
            service.request("POST", "/sparql", text.encode(), {"content-type": f"application/sparql-{way}"}),
        ]
        assert {outcome(answer)[0] for answer in answers} <= {400, 415}
    assert outcome(service.request("GET", f"/sparql?{urlencode({'query': text})}")) == MALFORMED
    got = service.request("GET", f"/sparql?{urlencode({'update': text})}")
    assert got.status in {200, 400}
    for method in ("PUT", "DELETE", "PATCH"):
        for path in ("/sparql", "/sparql?graph=urn:hostile", "/sparql?default"):
            assert outcome(service.request(method, path, text.encode(), DIRECT)) == (405, "method")
    assert state(service, built_settings) == before


def state(service: Served, built: Settings) -> tuple[str, str]:
    """What the service holds, and what is on disk."""
    query = "SELECT (COUNT(*) AS ?n) (COUNT(DISTINCT ?g) AS ?gs) { GRAPH ?g { ?s ?p ?o } }"
    quads = Path(built.build_dir / "current" / "zhengtu.nq").read_bytes()
    return service.ask(f"{query} # {time.monotonic()}", "text/csv").text, hashlib.sha256(quads).hexdigest()


# Transport

HEAD = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
ASK = b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: x\r\n"
RAW: dict[str, tuple[bytes, set[int]]] = {
    "a declared body too large": (HEAD + b"Content-Length: 10000000000\r\n\r\nASK {}", {413}),
    "a chunk too large": (HEAD + b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFF\r\nASK", {400, 413}),
    "both lengths": (
        HEAD + b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n",
        {400},
    ),
    "two lengths": (HEAD + b"Content-Length: 6\r\nContent-Length: 7\r\n\r\nASK {} ", {400}),
    "a negative length": (HEAD + b"Content-Length: -1\r\n\r\nASK {}", {400}),
    "a length of letters": (HEAD + b"Content-Length: six\r\n\r\nASK {}", {400}),
    "an unknown encoding": (HEAD + b"Transfer-Encoding: gzip, chunked, nonsense\r\n\r\n0\r\n\r\n", {400}),
    "a long header": (ASK + b"X-Long: " + b"x" * 65_536 + b"\r\n\r\n", {431}),
    "many headers": (ASK + b"".join(b"X-%d: x\r\n" % n for n in range(5000)) + b"\r\n", {431}),
    "a long address": (b"GET /sparql?query=" + b"x" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", {414}),
    "an address without end": (b"GET /" + b"x" * 100_000, {414, 431}),
    "a null in a header": (ASK + b"X-Null: \x00\r\n\r\n", {400}),
    "a bare line feed in a header": (ASK + b"Accept: text/csv\r\n\tX: y\r\n\r\n", {200, 400}),
    "no http": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"x" * 100, {400}),
    "http of the future": (b"GET / HTTP/9.9\r\n\r\n", {400}),
    "the preface of http/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {400}),
    "another method": (b"TRACE /sparql HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", {405}),
    "a proxy request": (b"CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", {400, 404, 405}),
    "a whole address": (b"GET http://127.0.0.1:22/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", {200, 400, 404}),
    "an upgrade": (ASK + b"Connection: close, upgrade\r\nUpgrade: websocket\r\n\r\n", {200, 400, 426}),
    "a path upwards": (
        b"GET /static/../../../../../etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        {404},
    ),
    "an escaped path upwards": (
        b"GET /static/..%2f..%2f..%2fetc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        {404},
    ),
}


@pytest.mark.parametrize("name", RAW)
def test_what_is_no_decent_request_is_refused(service: Served, name: str) -> None:
    payload, statuses = RAW[name]
    received = service.raw(payload)
    assert received.startswith(b"HTTP/1.1 ")
    assert int(received.split()[1]) in statuses
    assert received.count(b"HTTP/1.1 ") <= 2
    assert not LEAKS.search(received.decode("utf-8", "replace"))
    assert b"root:" not in received


def test_a_body_larger_than_declared_limits_is_refused_while_it_comes(service: Served) -> None:
    with service.connect() as connection:
        connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        part = b"10000\r\n" + b"#" * 0x10000 + b"\r\n"
        try:
            for _ in range(40):
                connection.sendall(part)
        except OSError:
            pass
        assert connection.recv(100).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br"])
def test_a_packed_body_is_not_unpacked(service: Served, encoding: str) -> None:
    bomb = gzip.compress(b"#" * 50_000_000)
    assert outcome(service.request("POST", "/sparql", bomb, {**DIRECT, "content-encoding": encoding})) == (
        415,
        "media-type",
    )


def test_line_ends_in_parameters_add_no_header(service: Served) -> None:
    for name in ("format", "query", "default-graph-uri", "callback"):
        sent = f"query=ASK%7B%7D&{name}=json%0d%0aX-Injected:%20yes%0d%0a%0d%0a"
        answer = service.request("GET", f"/sparql?{sent}")
        assert "x-injected" not in answer.headers
        assert outcome(answer) in {WHOLE, MALFORMED}
    answer = service.request(
        "GET", "/sparql?query=ASK%7B%7D", headers={"accept": "text/csv", "origin": "https://evil.example"}
    )
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("name", ["host", "x-forwarded-host", "forwarded", "x-original-url", "x-rewrite-url"])
def test_no_answer_takes_up_a_foreign_host(service: Served, name: str) -> None:
    value = "host=evil.example" if name == "forwarded" else "evil.example"
    for path in ("/", "/health", "/health/", "//evil.example/", "/sparql?query=ASK%7B%7D", "/sparql?query=x", "/none"):
        answer = service.request("GET", path, headers={name: value, "accept": "text/html"})
        assert "evil.example" not in answer.headers.get("location", "")
        assert name == "host" or path.startswith("//") or "evil.example" not in answer.text


def test_ranges_without_number_are_not_served_one_by_one(service: Served) -> None:
    ranges = "bytes=" + ",".join(f"{n}-" for n in range(1000))
    css = service.request("GET", "/static/zhengtu.css", headers={"range": ranges})
    assert css.status in {200, 206, 400, 404, 416}
    assert len(css.body) < 1_000_000


SLOW_CLIENTS = {
    "idle": b"",
    "slow heads": ASK[:30],
    "slow bodies": HEAD + b"Content-Length: 100\r\n\r\nASK",
}


@pytest.mark.parametrize("name", SLOW_CLIENTS)
def test_hundreds_of_slow_clients_keep_nobody_out(service: Served, pulse: Pulse, name: str) -> None:
    count = 600 if name == "idle" else 200
    more_files(count + 500)
    with ExitStack() as clients:
        slow = [clients.enter_context(service.connect()) for _ in range(count)]
        for connection in slow:
            with suppress(OSError):
                connection.sendall(SLOW_CLIENTS[name])
        before = len(pulse.statuses)
        time.sleep(RECEIVE_SECONDS + 1)
        assert len(pulse.statuses) - before >= 3
        ended = [read_all(connection) for connection in slow]
    assert {answer.split()[1] for answer in ended if answer} <= {b"408", b"503"}


def test_a_client_that_sends_a_byte_at_a_time_has_its_time_too(service: Served) -> None:
    with service.connect(RECEIVE_SECONDS + 5) as connection:
        began = time.monotonic()
        try:
            for byte in ASK * 100:
                connection.sendall(bytes([byte]))
                time.sleep(0.05)
        except OSError:
            pass
        assert time.monotonic() - began < RECEIVE_SECONDS + 5


# Output

SCRIPT = "<script>alert(1)</script>"
INJECTED = [
    SCRIPT,
    f"SELECT * {{ ?s ?p '{SCRIPT}",
    f"SELECT * {{ ?s ?p <{SCRIPT}> }}",
    f"SELECT ?{SCRIPT} {{}}",
    f"SELECT * {{ ?s ?p 'x'@en-{SCRIPT} }}",
    "SELECT * { ?s ?p \"'><img src=x onerror=alert(1)>",
    f"PREFIX x: <javascript:alert(1)> {SCRIPT}",
]


@pytest.mark.parametrize("query", INJECTED)
def test_what_is_said_of_a_bad_query_is_no_script(service: Served, query: str) -> None:
    assert outcome(service.ask(query)) == MALFORMED
    page = service.request("GET", f"/sparql?query={quote(query)}", headers=BROWSER)
    assert (page.status, page.headers["content-type"]) == (400, "text/html; charset=utf-8")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "<script" not in page.text
    assert "<img" not in page.text


@pytest.mark.parametrize(
    "accept", ["text/csv", "text/tab-separated-values", "application/json", "text/xml", "text/html"]
)
def test_a_literal_comes_back_as_data_that_no_browser_runs(service: Served, accept: str) -> None:
    query = f"SELECT ('{SCRIPT}' AS ?x) ('=cmd|calc!A1' AS ?y) ('x'@en AS ?z) {{}}"
    answer = service.ask(query, accept)
    if accept == "text/html":
        assert answer.status == 406
        return
    assert outcome(answer) == WHOLE
    assert answer.headers["content-type"].partition(";")[0] not in {
        "text/html",
        "application/xhtml+xml",
        "image/svg+xml",
    }
    assert "sandbox" in answer.headers["content-security-policy"]
    if "xml" in accept:
        assert "<script" not in answer.text


def test_there_is_no_padded_json(service: Served) -> None:
    for parameter in ("callback", "jsonp"):
        answer = service.ask("ASK {}", "application/json", **{parameter: "alert"})
        assert json.loads(answer.body)["boolean"] is True


@pytest.mark.parametrize(
    "path", ["/<script>alert(1)</script>", "/%3Cscript%3Ealert(1)%3C/script%3E", "/a%00b", "/%ff", "/\u202e"]
)
def test_a_path_that_leads_nowhere_says_so_and_nothing_else(service: Served, path: str) -> None:
    answer = service.request("GET", quote(path, safe="/%<>()"), headers=BROWSER)
    assert answer.status in {400, 404}
    assert "<script>alert" not in answer.text
    assert not LEAKS.search(answer.text)
