"""The server in a process of its own, spoken to by the SDK's own client or by lines; ended whatever happens."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from anyio.from_thread import BlockingPortal, start_blocking_portal
from mcp_types import CallToolResult, TextContent, Tool

from mcp import Client, StdioServerParameters

COMMAND = (sys.executable, "-m", "zhengtu", "mcp")
SECONDS = 60


@dataclass(frozen=True, slots=True)
class Session:
    """The SDK's client, open; asked from a thread that is not its own."""

    client: Client
    portal: BlockingPortal

    def tools(self) -> list[Tool]:
        """The tools that it lists."""
        listed: list[Tool] = self.portal.call(self.client.list_tools).tools
        return listed

    def call(self, name: str, **arguments: Any) -> CallToolResult:  # noqa: ANN401 (JSON)
        """What a tool answers; the client compares it with the output schema."""
        found = self.portal.call(partial(self.client.call_tool, name, arguments))
        assert isinstance(found, CallToolResult)
        return found

    def answer(self, name: str, **arguments: Any) -> dict[str, Any]:  # noqa: ANN401 (JSON)
        """The data of an answer that is none of an error."""
        found = self.call(name, **arguments)
        assert not found.is_error, text(found)
        assert found.structured_content is not None
        data: dict[str, Any] = found.structured_content
        return data

    def refusal(self, name: str, **arguments: Any) -> str:  # noqa: ANN401 (JSON)
        """The words of an error."""
        found = self.call(name, **arguments)
        assert found.is_error
        return text(found)


def text(found: CallToolResult) -> str:
    """The text of an answer."""
    (content,) = found.content
    assert isinstance(content, TextContent)
    return content.text


@contextmanager
def speaking(server: StdioServerParameters | str) -> Iterator[Session]:
    """A session with a server that the client starts, or that listens at an address."""
    client = Client(server, read_timeout_seconds=SECONDS)
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(client) as opened:
        yield Session(opened, portal)


def over_stdio(build_dir: Path, **settings: object) -> StdioServerParameters:
    """How the client starts the server."""
    return StdioServerParameters(command=COMMAND[0], args=list(COMMAND[1:]), env=variables(build_dir, settings))


def variables(build_dir: Path, settings: Mapping[str, object]) -> dict[str, str]:
    """Settings as ZHENGTU_… variables."""
    return {f"ZHENGTU_{name.upper()}": str(value) for name, value in {"build_dir": build_dir, **settings}.items()}


@contextmanager
def listening(build_dir: Path, port: int, log: Path, **settings: object) -> Iterator["subprocess.Popen[bytes]"]:
    """The server over HTTP."""
    environment = {**os.environ, **variables(build_dir, settings)}
    command = [*COMMAND, "--http", "--port", str(port)]
    with log.open("wb") as out, subprocess.Popen(command, env=environment, stdout=out, stderr=out) as process:  # noqa: S603
        try:
            until(lambda: b"ready" in log.read_bytes() or process.poll() is not None)
            assert process.poll() is None, log.read_text()
            yield process
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            finally:
                process.kill()


@contextmanager
def piped(build_dir: Path, log: Path, **settings: object) -> Iterator["subprocess.Popen[bytes]"]:
    """The server over pipes, spoken to line by line."""
    environment = {**os.environ, **variables(build_dir, settings)}
    with log.open("wb") as errors:
        process = subprocess.Popen(  # noqa: S603
            COMMAND, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors
        )
        with process:
            try:
                yield process
            finally:
                process.kill()


def tell(process: "subprocess.Popen[bytes]", method: str, number: int | None, **params: object) -> None:
    """Write one message; one without a number wants no answer."""
    assert process.stdin is not None
    message = {"jsonrpc": "2.0", "method": method, "params": params} | ({"id": number} if number is not None else {})
    process.stdin.write(json.dumps(message).encode() + b"\n")
    process.stdin.flush()


def greet(process: "subprocess.Popen[bytes]") -> dict[str, Any]:
    """The handshake; the answer of the server."""
    about = {"name": "test", "version": "1"}
    tell(process, "initialize", 0, protocolVersion="2025-06-18", capabilities={}, clientInfo=about)
    assert process.stdout is not None
    answer: dict[str, Any] = json.loads(process.stdout.readline())
    tell(process, "notifications/initialized", None)
    return answer


def descendants(process: int) -> list[int]:
    """The processes that a process started, and those that these started."""
    found = list[int]()
    for children in Path(f"/proc/{process}/task").glob("*/children"):
        for child in map(int, children.read_text().split()):
            found += [child, *descendants(child)]
    return found


def running(processes: list[int]) -> list[int]:
    """Those of the processes that have not ended."""
    return [process for process in processes if Path(f"/proc/{process}/stat").exists() and not _ended(process)]


def _ended(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except FileNotFoundError:
        return True


def until(holds: Any, seconds: float = SECONDS) -> None:  # noqa: ANN401 (a question without arguments)
    """Wait until `holds()`. Raises AssertionError when it does not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)
