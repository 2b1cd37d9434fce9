"""Standard input and output, HTTP: nothing but the protocol on the line, no stranger let in, an end without remains."""

import asyncio
import http.client
import json
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.mcp.spoken import descendants, greet, listening, piped, running, tell, text, until
from tests.mcp.test_tools import RUNAWAY

from zhengtu import settings
from zhengtu.errors import BuildDamaged, StoreError, ZhengtuError
from zhengtu.mcp.faults import told
from zhengtu.mcp.http import guarded
from zhengtu.mcp.server import call
from zhengtu.mcp.service import Service, Visit
from zhengtu.publish.problems import SAID
from zhengtu.settings import Settings
from zhengtu.store import builds

BODY_BYTES = 100_000
PING = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}


@pytest.fixture(scope="module")
def port(built_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A server over HTTP with a small body limit and a small budget."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = int(probe.getsockname()[1])
    log = tmp_path_factory.mktemp("mcp") / "log"
    tight = {"body_bytes": BODY_BYTES, "client_seconds": 1, "query_seconds": 3}
    with listening(built_settings.build_dir, free, log, base_url="https://example.org/zhengtu", **tight):
        yield free


def post(port: int, message: object, path: str = "/mcp", **headers: str) -> tuple[int, str]:
    """The status and the body of one request."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    given = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream", **headers}
    try:
        connection.request("POST", path, json.dumps(message).encode(), given)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def test_a_request_needs_no_session(port: int) -> None:
    status, body = post(port, PING)
    assert status == 200
    assert {tool["name"] for tool in json.loads(body)["result"]["tools"]} >= {"search", "sparql"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Host": "127.0.0.1.evil.example:80"}, 421),
        ({"Host": "example.org"}, 200),
        ({"Host": "localhost:1"}, 200),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "https://example.org"}, 200),
        ({"Content-Type": "text/plain"}, 400),
    ],
)
def test_strangers_are_kept_out(port: int, headers: dict[str, str], status: int) -> None:
    assert post(port, PING, **headers)[0] == status


def test_a_large_body_is_refused(port: int) -> None:
    assert post(port, {**PING, "params": {"x": "y" * BODY_BYTES}})[0] == 413
    assert post(port, PING)[0] == 200


def test_another_path_is_nothing(port: int) -> None:
    assert post(port, PING, path="/")[0] == 404


@pytest.mark.parametrize("body", ["[", [], {"jsonrpc": "2.0", "id": 1, "method": "nope"}, {"jsonrpc": "1.0"}])
def test_what_is_no_message_is_told_without_a_trace(port: int, body: object) -> None:
    status, said = post(port, body)
    assert 200 <= status < 500
    assert "Traceback" not in said
    assert "/site-packages/" not in said


def test_a_client_that_has_used_its_time_is_told_to_wait(port: int) -> None:
    def ask(query: str) -> str:
        params = {"name": "sparql", "arguments": {"query": query}}
        return post(port, {**PING, "method": "tools/call", "params": params})[1]

    heavy = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f FILTER(?c < ?f) } LIMIT 1"
    for _ in range(3):
        ask(f"{heavy} #{_}")
        said = ask("ASK {}")
        if "[budget]" in said:
            break
    assert "[budget]" in said


def test_only_who_has_an_address_is_charged(built_settings: Settings) -> None:
    service = Service(builds.current(built_settings.build_dir), built_settings)
    service.budget.charge("a", 1000)

    def said(client: str) -> Any:  # noqa: ANN401
        return asyncio.run(call(Visit(service, client), "search", {"words": "惠云眼"}))

    assert "[budget]" in text(said("a"))
    assert not said("b").is_error
    assert not said("").is_error


def test_a_fault_of_ours_is_a_sentence_and_goes_to_the_log(
    built_settings: Settings, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = Service(builds.current(built_settings.build_dir), built_settings)
    monkeypatch.setattr(service, "search", None)
    said = asyncio.run(call(Visit(service), "search", {"words": "惠云眼"}))
    assert said.is_error
    assert "NoneType" not in text(said)
    assert "[tool-failed]" in text(said)
    assert "NoneType" in caplog.text


def test_an_address_is_the_public_one_where_there_is_one(built_settings: Settings) -> None:
    chosen = settings.load(build_dir=built_settings.build_dir, base_url="https://example.org/zhengtu/")
    service = Service(builds.current(chosen.build_dir), chosen)
    assert service.address("https://w3id.org/zhengtu/id/text/1#char=1,2") == (
        "https://example.org/zhengtu/id/text/1#char=1,2"
    )
    assert service.address("http://schema.org/Claim") == "http://schema.org/Claim"


def test_hosts_are_named() -> None:
    assert "[::2]:*" in guarded(settings.load(host="::2")).allowed_hosts
    assert "*" not in "".join(guarded(settings.load(host="0.0.0.0")).allowed_hosts).replace(":*", "")  # noqa: S104


def test_errors_of_ours_hide_their_paths_and_errors_of_queries_do_not() -> None:
    assert "/secret" not in told(BuildDamaged("/secret/build is damaged"))
    for kind in StoreError.__subclasses__():
        if kind.code in SAID:
            assert "a detail" in told(kind("a detail"))
    assert told(ZhengtuError("x")).endswith("[error]")


def test_nothing_but_the_protocol_is_on_standard_output_and_the_end_of_input_ends_all(
    built_settings: Settings, tmp_path: Path
) -> None:
    with piped(built_settings.build_dir, tmp_path / "log") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert greet(process)["result"]["serverInfo"]["name"] == "zhengtu"
        process.stdin.write(b"this is no message\n\xff\xfe\n\n")
        for number, query in enumerate(("ASK {}", "SELECT * {", "SELECT * { ?s ?p ?o } LIMIT 3"), 1):
            tell(process, "tools/call", number, name="sparql", arguments={"query": query})
            assert json.loads(process.stdout.readline())["id"] == number
        started = [process.pid, *descendants(process.pid)]
        assert len(started) > 3
        process.stdin.close()
        rest = process.stdout.read()
        assert process.wait(timeout=10) == 0
        assert all(json.loads(line)["jsonrpc"] == "2.0" for line in rest.splitlines())
        until(lambda: not running(started), 5)
    assert "ready" in (tmp_path / "log").read_text()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it_in_mid_query_though_the_client_still_listens(
    built_settings: Settings, tmp_path: Path, number: signal.Signals
) -> None:
    with piped(built_settings.build_dir, tmp_path / "log") as process:
        greet(process)
        tell(process, "tools/call", 1, name="sparql", arguments={"query": RUNAWAY})
        until(lambda: len(descendants(process.pid)) > 3)
        started = [process.pid, *descendants(process.pid)]
        process.send_signal(number)
        assert process.wait(timeout=10) == 0
        until(lambda: not running(started), 5)


def test_a_client_that_reads_no_more_does_not_hold_it(built_settings: Settings, tmp_path: Path) -> None:
    with piped(built_settings.build_dir, tmp_path / "log") as process:
        greet(process)
        for number in range(1, 6):
            tell(process, "tools/call", number, name="describe", arguments={"thing": "惠云眼", "limit": 300})
        until(lambda: len(descendants(process.pid)) > 3)
        time.sleep(2)  # the answers are more than the pipe holds
        started = [process.pid, *descendants(process.pid)]
        process.terminate()
        assert process.wait(timeout=15) == 0
        until(lambda: not running(started), 5)


def test_a_client_that_dies_leaves_nothing_behind(built_settings: Settings, tmp_path: Path) -> None:
    with piped(built_settings.build_dir, tmp_path / "log") as process:
        greet(process)
        started = descendants(process.pid)
        process.kill()
        process.wait(timeout=10)
        until(lambda: not running(started), 10)


def test_sigterm_ends_the_http_server_within_ten_seconds(
    built_settings: Settings, free_port: int, tmp_path: Path
) -> None:
    with listening(built_settings.build_dir, free_port, tmp_path / "log") as process:
        started = [process.pid, *descendants(process.pid)]
        assert post(free_port, PING)[0] == 200
        process.terminate()
        assert process.wait(timeout=10) == 0
        until(lambda: not running(started), 5)


def test_no_build_is_told_in_a_line(tmp_path: Path) -> None:
    with piped(tmp_path, tmp_path / "log") as process:
        assert process.wait(timeout=30) == 1
        assert process.stdout is not None
        assert process.stdout.read() == b""
    assert "run `zhengtu build` first" in (tmp_path / "log").read_text()
