"""SERVICE to an allowed place: the query is sent there and nowhere else, and what goes wrong there is told."""

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from tests.store.test_pool import ask, processes, run, running
from tests.store.test_pool import quads as quads  # noqa: PLC0414 (a fixture)

from zhengtu import settings
from zhengtu.errors import QueryRefused, QueryTooSlow, SettingsError, SourceFailed
from zhengtu.store.limits import Limits

FOUND = b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":{"type":"literal","value":"\xe6\x94\xbf\xe5\x9b\xbe"}}]}}'
REDIRECTS = (301, 302, 303, 307, 308)


class Other(BaseHTTPRequestHandler):
    """Another endpoint: /ok answers, /slow never does, /301 … redirect to /ok."""

    asked: list[str]
    slow: threading.Event

    def do_POST(self) -> None:
        self.asked.append(self.path)
        self.rfile.read(int(self.headers["content-length"]))
        if self.path == "/slow":
            self.slow.wait(20)
        code = int(self.path[1:]) if self.path[1:].isdigit() else 200
        self.send_response(code)
        self.send_header("Location", "/ok")
        self.send_header("Content-Type", "application/sparql-results+json")
        self.send_header("Content-Length", str(len(FOUND)))
        self.end_headers()
        self.wfile.write(FOUND)

    do_GET = do_POST  # noqa: N815 (the library's name)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Write nothing."""


@pytest.fixture
def other() -> Iterator[tuple[str, list[str]]]:
    """The address of the other endpoint, and what it was asked."""
    asked, slow = list[str](), threading.Event()
    handler = type("Handler", (Other,), {"asked": asked, "slow": slow})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        slow.set()
        server.shutdown()


def call(target: str) -> str:
    return f"SELECT ?x {{ SERVICE <{target}> {{ ?x ?y ?z }} }}"


def test_an_allowed_service_is_called_and_no_other(quads: Path, other: tuple[str, list[str]]) -> None:
    address, asked = other
    services = [f"{address}{path}" for path in ("/ok", "/slow", "/404", *(f"/{code}" for code in REDIRECTS))]
    limits = Limits(seconds=3, workers=2, services=services)

    async def test() -> None:
        async with running(quads, limits) as pool:
            assert (await ask(pool, call(services[0]))).body.decode().split() == ["x", "政图"]
            assert asked == ["/ok"]
            for target in (f"{address}/other", f"{address}/ok/", f"{address}/ok?x"):
                with pytest.raises(QueryRefused, match="SERVICE"):
                    await ask(pool, call(target))
            assert asked == ["/ok"]
            for code in REDIRECTS:
                with pytest.raises(SourceFailed):
                    await ask(pool, call(f"{address}/{code}"))
            assert asked == ["/ok", *(f"/{code}" for code in REDIRECTS)]
            with pytest.raises(QueryTooSlow):
                await ask(pool, call(f"{address}/slow"))

    run(test)


def test_a_service_that_is_down_is_told_without_an_address(quads: Path, free_port: int) -> None:
    down = f"http://127.0.0.1:{free_port}/sparql"

    async def test() -> None:
        async with running(quads, Limits(workers=2, services=[down])) as pool:
            with pytest.raises(SourceFailed) as told:
                await ask(pool, call(down))
            assert "127.0.0.1" not in str(told.value)
            silent = call(down).replace("SERVICE", "SERVICE SILENT")
            assert (await ask(pool, silent)).body.decode().split("\r\n")[0] == "x"

    run(test)


@pytest.mark.parametrize("services", [(), ("http://127.0.0.1:9/",)])
def test_workers_that_may_call_nobody_can_open_no_connection(quads: Path, services: tuple[str, ...]) -> None:
    async def test() -> None:
        async with running(quads, Limits(workers=2, services=services)) as pool:
            for process in processes(pool):
                bounds = Path(f"/proc/{process}/limits").read_text(encoding="ascii")
                most_files, most_bytes = re.findall(r"Max (?:open files|file size) +(\d+)", bounds)[::-1]
                assert (most_files == "0", most_bytes) == (not services, "0")

    run(test)


def test_the_list_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHENGTU_SERVICE_ALLOW", "https://query.wikidata.org/sparql,http://127.0.0.1:3030/ds")
    chosen = settings.load()
    assert Limits.of(chosen).services == ("https://query.wikidata.org/sparql", "http://127.0.0.1:3030/ds")
    assert Limits.of(settings.load(service_allow="")).services == ()
    for wrong in ("file:///etc/passwd", "https://a,b", "https://a/ b", "https://a/(b)", "urn:x"):
        with pytest.raises(SettingsError, match="service_allow"):
            settings.load(service_allow=wrong)
