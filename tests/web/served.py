"""A served process: started on a free port of the loopback interface, asked from outside, ended whatever happens."""

import http.client
import os
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

START_SECONDS = 60
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back over HTTP; the names of headers in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Served:
    """A service in a process of its own; `log` is what it writes."""

    port: int
    process: int
    log: Path

    @property
    def endpoint(self) -> str:
        """The address of the endpoint."""
        return f"http://127.0.0.1:{self.port}/sparql"

    def request(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        seconds: float = 30,
    ) -> Answer:
        """One request on a connection of its own; sending stops where the service has answered already."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        try:
            connection.connect()
            with suppress(BrokenPipeError, ConnectionResetError):
                connection.request(method, path, body, dict(headers or {}))
            got = connection.getresponse()
            return Answer(got.status, {name.lower(): value for name, value in got.getheaders()}, got.read())
        finally:
            connection.close()

    def ask(self, query: str, accept: str = "*/*", **parameters: str) -> Answer:
        """A query, by a posted form."""
        form = {"content-type": "application/x-www-form-urlencoded", "accept": accept}
        return self.request("POST", "/sparql", urlencode({"query": query, **parameters}).encode(), form)

    def raw(self, payload: bytes, seconds: float = 10) -> bytes:
        """Bytes as they are; everything that comes back before the connection closes, or for `seconds`."""
        with self.connect(seconds) as connection:
            connection.sendall(payload)
            return read_all(connection)

    def connect(self, seconds: float = 10) -> socket.socket:
        """A connection on which nothing is sent."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=seconds)

    def workers(self) -> list[int]:
        """The processes behind the one that speaks HTTP."""
        return _descendants(self.process)

    def processor_seconds(self) -> float:
        """Processor time that the workers have taken so far."""
        return sum(map(_processor_seconds, self.workers()))

    def worker_memory(self) -> int:
        """Bytes of memory that the largest worker has in use."""
        return max(map(_memory, self.workers()), default=0)


@contextmanager
def served(folder: Path, *options: str, **settings: object) -> Iterator[Served]:
    """Serve with these options, and settings as ZHENGTU_… variables; `folder` takes the log."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "zhengtu", "serve", "--port", str(port), *options]
    environment = {**os.environ, **{f"ZHENGTU_{name.upper()}": str(value) for name, value in settings.items()}}
    log = folder / f"serve-{port}.log"
    with log.open("wb") as out, subprocess.Popen(command, env=environment, stdout=out, stderr=out) as process:  # noqa: S603
        service = Served(port, process.pid, log)
        try:
            _wait(service, process)
            yield service
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            finally:
                process.kill()


def read_all(connection: socket.socket) -> bytes:
    """What comes until the other side closes, or until the time of the connection is over."""
    received = b""
    try:
        while part := connection.recv(1 << 16):
            received += part
    except (TimeoutError, ConnectionError):
        pass
    return received


def more_files(count: int) -> None:
    """Let this process open as many files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(count, hard)), hard))


def _wait(service: Served, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if service.request("GET", "/health").status == http.client.OK:
                return
        except OSError:
            pass
        time.sleep(0.05)
    raise AssertionError(service.log.read_text(encoding="utf-8", errors="replace"))


def _descendants(process: int) -> list[int]:
    children = [int(child) for child in _read(f"/proc/{process}/task/{process}/children").split()]
    return [*children, *(further for child in children for further in _descendants(child))]


def _processor_seconds(process: int) -> float:
    fields = _read(f"/proc/{process}/stat").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS if fields else 0


def _memory(process: int) -> int:
    fields = _read(f"/proc/{process}/statm").split()
    return int(fields[1]) * resource.getpagesize() if fields else 0


def _read(path: str) -> str:
    """A file of the process table; empty when the process has ended."""
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""
