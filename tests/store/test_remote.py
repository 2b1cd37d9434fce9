"""What a remote store may do wrong, each an error of ours: played by a server on the loopback interface."""

import json
import socket
import time
from pathlib import Path

import pytest
from tests.store.played import JSON, Play, answer, raw, server

from zhengtu.errors import (
    QueryMalformed,
    QueryRefused,
    QueryTooSlow,
    RemoteAnswerBroken,
    RemoteLoadFailed,
    RemoteUnavailable,
    ResultTooLarge,
    SettingsError,
    StoreError,
)
from zhengtu.store import builds
from zhengtu.store.access import Credentials
from zhengtu.store.limits import Limits
from zhengtu.store.loading import Target, load_build
from zhengtu.store.remote import RemoteStore

TRIPLES = "application/n-triples"
FOUND = json.dumps({"head": {"vars": ["s"]}, "results": {"bindings": [{"s": {"type": "uri", "value": "urn:a"}}] * 3}})
TRUE = '{"head":{},"boolean":true}'
NODES = "<urn:a> <urn:p> <urn:b> .\n<urn:b> <urn:p> <urn:c> .\n"
SELECT, CONSTRUCT = "SELECT ?s { ?s ?p ?o }", "CONSTRUCT WHERE { ?s ?p ?o }"
QUICK = Limits(seconds=0.4, result_bytes=1000)
SECRET = "mì-mǎ-42"  # noqa: S105


def ask(url: str, query: str = SELECT, credentials: Credentials | None = None) -> list[tuple[str, ...]]:
    return list(RemoteStore(url, credentials=credentials, limits=QUICK).query(query).rows())


def drip(connection: socket.socket, _request: str) -> None:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {JSON}\r\nContent-Length: {len(FOUND)}\r\n\r\n"
    connection.sendall(head.encode())
    for character in FOUND:
        connection.sendall(character.encode())
        time.sleep(0.05)


def test_whole_answers_are_answers() -> None:
    for play in (
        answer(FOUND),
        raw("HTTP/1.0 200 OK", {"Content-Type": JSON}, FOUND),
        raw("HTTP/1.1 200 OK", {"Content-Type": JSON, "Transfer-Encoding": "chunked"}, chunked(FOUND)),
    ):
        with server(play) as (url, requests):
            assert ask(url) == [("urn:a",)] * 3
            assert requests[0].startswith("POST /sparql HTTP/1.1")
            assert requests[0].endswith("query=SELECT+%3Fs+%7B+%3Fs+%3Fp+%3Fo+%7D")
    with server(answer(TRUE)) as (url, _):
        assert ask(url, "ASK {}") == [("true",)]


def chunked(body: str, end: str = "0\r\n\r\n") -> str:
    return f"{len(body):x}\r\n{body}\r\n{end}"


BROKEN: dict[str, tuple[str, Play]] = {
    "cut, length told": (SELECT, answer(FOUND[:-20], Content_Length=str(len(FOUND)))),
    "cut, in chunks": (
        SELECT,
        raw("HTTP/1.1 200 OK", {"Content-Type": JSON, "Transfer-Encoding": "chunked"}, chunked(FOUND, "")),
    ),
    "cut, until close": (SELECT, raw("HTTP/1.0 200 OK", {"Content-Type": JSON}, FOUND[:-20])),
    "a graph without an end": (CONSTRUCT, raw("HTTP/1.0 200 OK", {"Content-Type": TRIPLES}, NODES)),
    "a graph cut in a line": (CONSTRUCT, answer(NODES[:-8], TRIPLES)),
    "an error after the rows": (SELECT, answer(FOUND[:-10] + "the engine failed")),
    "an error after the triples": (CONSTRUCT, answer(NODES + "the engine failed", TRIPLES)),
    "a page": (SELECT, answer("<!doctype html><p>Welcome</p>", "text/html; charset=utf-8")),
    "a page that says it is JSON": (SELECT, answer("<!doctype html><p>Welcome</p>")),
    "other JSON": (SELECT, answer('{"hello": "world"}')),
    "nothing": (SELECT, answer("")),
    "a truth value for a table": (SELECT, answer(TRUE)),
    "a table for a truth value": ("ASK {}", answer(FOUND)),
    "a table for a graph": (CONSTRUCT, answer(FOUND)),
    "no HTTP": (SELECT, lambda connection, _: connection.sendall(b"SSH-2.0-OpenSSH\r\n\r\n")),
    "closed at once": (SELECT, lambda _connection, _request: None),
    "stopped by the engine": (SELECT, answer(FOUND, X_SQL_State="S1TAT")),
}


@pytest.mark.parametrize("case", BROKEN)
def test_half_an_answer_is_none(case: str) -> None:
    query, play = BROKEN[case]
    with server(play) as (url, _), pytest.raises(RemoteAnswerBroken):
        ask(url, query)


REFUSED: dict[str, tuple[Play, type[StoreError], str]] = {
    "500": (answer("engine down\nat secret.c:17", "text/plain", "500 Oops"), RemoteUnavailable, "500: engine down.$"),
    "500 with a page": (answer("<h1>Oops</h1>", "text/html", "500 Oops"), RemoteUnavailable, "answers 500.$"),
    "503": (answer("", "text/plain", "503 Busy"), RemoteUnavailable, "503"),
    "404": (answer("", "text/plain", "404 Not Found"), RemoteUnavailable, "404"),
    "401": (answer("", "text/plain", "401 Who", WWW_Authenticate='Basic realm="x"'), RemoteUnavailable, "credentials"),
    "403": (answer("", "text/plain", "403 No"), RemoteUnavailable, "credentials"),
    "400": (answer("line 1: no verb", "text/plain", "400 Bad Request"), QueryMalformed, "line 1: no verb"),
    "slow": (lambda _connection, _request: time.sleep(1), QueryTooSlow, "0.4 seconds"),
    "drop by drop": (drip, QueryTooSlow, "0.4 seconds"),
    "too large": (answer(FOUND + " " * 1000), ResultTooLarge, "1000 bytes"),
    "rows left out": (answer(FOUND, X_SPARQL_MaxRows="3"), ResultTooLarge, "after 3 rows"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_refusal_is_told(case: str) -> None:
    play, error, words = REFUSED[case]
    with server(play) as (url, _), pytest.raises(error, match=words):
        ask(url)


def test_a_store_that_is_down_is_told(free_port: int) -> None:
    with pytest.raises(RemoteUnavailable, match="cannot be reached"):
        ask(f"http://127.0.0.1:{free_port}/sparql")


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_no_redirect_is_followed(status: str) -> None:
    with server(answer(FOUND)) as (other, there), server(answer("", JSON, status, Location=other)) as (url, _):
        with pytest.raises(RemoteUnavailable, match="redirects"):
            ask(url, credentials=Credentials("u", SECRET))
        assert there == []


def test_no_proxy_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with server(answer(FOUND)) as (url, _), server(answer(FOUND)) as (proxy, asked):
        monkeypatch.setenv("http_proxy", proxy)
        monkeypatch.delenv("no_proxy", raising=False)
        assert len(ask(url)) == 3
        assert asked == []


def test_what_is_refused_here_is_not_sent() -> None:
    with server(answer(FOUND)) as (url, requests):
        for query, error in (
            ("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", QueryRefused),
            ("DROP ALL", QueryMalformed),
            ("SELECT * { ?s ?p ?o } ; DROP ALL", QueryMalformed),
            ("DEFINE input:grab-all 'yes' SELECT * { ?s ?p ?o }", QueryMalformed),
        ):
            with pytest.raises(error):
                ask(url, query)
        assert requests == []


def test_the_dataset_is_sent_as_parameters() -> None:
    with server(answer(FOUND)) as (url, requests):
        store = RemoteStore(url, graphs=["urn:政"])
        store.query(SELECT)
        store.query(SELECT, named_graphs=["urn:b"])
        store.query("SELECT ?s FROM <urn:c> { ?s ?p ?o }")
    bodies = [request.partition("\r\n\r\n")[2] for request in requests]
    assert bodies[0].startswith("default-graph-uri=urn%3A%E6%94%BF&named-graph-uri=urn%3A%E6%94%BF&query=")
    assert bodies[1].startswith("named-graph-uri=urn%3Ab&query=")
    assert bodies[2].startswith("query=")


def test_basic_credentials_are_sent_and_never_shown() -> None:
    given = Credentials("u", SECRET)
    refusal = answer("", "text/plain", "401 Who", WWW_Authenticate='Basic realm="x"')
    with server(refusal) as (url, requests), pytest.raises(RemoteUnavailable) as told:
        ask(url, credentials=given)
    assert "Authorization: Basic dTptw6wtbceOLTQy" in requests[0]
    shown = f"{given!r} {given} {told.value!r} {told.value} {RemoteStore(url, credentials=given)!r}"
    assert SECRET not in shown


def challenge_then(play: Play) -> Play:
    """Digest as RFC 7616 has it: a request without a nonce of ours is challenged."""
    ask_again = answer("", "text/plain", "401 Who", WWW_Authenticate='Digest realm="r", nonce="n1", qop="auth"')
    return lambda connection, request: (play if 'nonce="n1"' in request else ask_again)(connection, request)


def test_digest_credentials_are_never_sent_in_the_clear() -> None:
    with server(challenge_then(answer(FOUND))) as (url, requests):
        store = RemoteStore(url, credentials=Credentials("u", "secret-42", "digest"))
        assert len(list(store.query(SELECT).rows())) == 3
        store.query(SELECT)
    assert [request.endswith("\r\n\r\n") for request in requests] == [True, False, False]
    assert ["Authorization: Digest" in request for request in requests] == [False, True, True]
    assert "secret-42" not in "".join(requests)
    assert "nc=00000002" in requests[2]


def test_a_digest_challenge_that_has_grown_old_is_renewed_once() -> None:
    def play(connection: socket.socket, request: str) -> None:
        nonce = f"n{len(requests)}"
        refusal = answer("", "text/plain", "401", WWW_Authenticate=f'Digest realm="r", nonce="{nonce}", qop="auth"')
        (answer(FOUND) if 'nonce="n2"' in request else refusal)(connection, request)

    with server(play) as (url, requests):
        assert len(ask(url, credentials=Credentials("u", "p", "digest"))) == 3
        assert len(requests) == 3
    with server(challenge_then(answer("", "text/plain", "401 Wrong"))) as (url, requests):
        with pytest.raises(RemoteUnavailable, match="credentials"):
            ask(url, credentials=Credentials("u", "p", "digest"))
        assert len(requests) == 2


@pytest.mark.parametrize("challenge", ['Basic realm="r"', "Bearer", 'Digest realm="r", nonce="n", algorithm="odd"'])
def test_a_challenge_that_digest_cannot_meet_is_told(challenge: str) -> None:
    with (
        server(answer("", "text/plain", "401 Who", WWW_Authenticate=challenge)) as (url, _),
        pytest.raises(RemoteUnavailable, match="credentials"),
    ):
        ask(url, credentials=Credentials("u", "p", "digest"))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "sparql",
        "file:///etc/hostname",
        "ftp://127.0.0.1/",
        "http://",
        "http://user:password@127.0.0.1/",
        "http://127.0.0.1/#x",
        "http://127.0.0.1/ x",
        "http://127.0.0.1/政",
        "http://127.0.0.1:port/",
        "http://127.0.0.1/\r\nX: y",
    ],
)
def test_an_address_that_cannot_be_used_is_told(url: str) -> None:
    with pytest.raises(SettingsError, match="https://"):
        RemoteStore(url)


def test_a_graph_that_is_not_taken_or_not_held_is_told(tmp_path: Path) -> None:
    (tmp_path / "small.nq").write_text("<urn:a> <urn:p> <urn:b> <urn:g> .\n", encoding="utf-8")
    build = builds.of_file(tmp_path / "small.nq")
    none = json.dumps({"head": {"vars": ["n"]}, "results": {"bindings": [{"n": {"type": "literal", "value": "0"}}]}})
    with server(answer("no space", "text/plain", "400 Bad Request")) as (url, requests):
        with pytest.raises(RemoteLoadFailed, match="does not take <urn:g>: no space"):
            load_build(build, Target("gsp", f"{url}?x=1", url))
        assert requests[0].startswith("PUT /sparql?x=1&graph=urn%3Ag HTTP/1.1")
    with server(answer(none)) as (url, requests):
        with pytest.raises(RemoteLoadFailed, match="<urn:g> 0 of 1 triples"):
            load_build(build, Target("update", url, url))
        assert requests[0].endswith(
            "DROP SILENT GRAPH <urn:g> ;\nINSERT DATA { GRAPH <urn:g> {\n<urn:a> <urn:p> <urn:b> .\n} }"
        )
