"""A service in, one client served over standard input and output out, until either closes or a signal ends it.

While it serves, standard output is the client's alone: whatever else is written there goes to standard error.
"""

import asyncio
import logging
import os
import signal
import threading
from contextlib import suppress
from typing import cast

import anyio
from mcp.server.stdio import stdio_server

from zhengtu.mcp import journal
from zhengtu.mcp.server import create
from zhengtu.mcp.service import Service

STOP_SECONDS = 5
"""After a signal; a client that does not read any more cannot hold us longer."""
CHUNK, MOST_WAITING = 1 << 16, 16
LOG = logging.getLogger(__name__)


class Lines:
    """The lines of an open file, read by a thread for which nobody waits at the end."""

    def __init__(self, file: int) -> None:
        self._loop, self._lines = asyncio.get_running_loop(), asyncio.Queue[str | None]()
        self._room = threading.Semaphore(MOST_WAITING)
        threading.Thread(target=self._read, args=(file,), daemon=True).start()

    def __aiter__(self) -> "Lines":
        """Itself: the lines come once."""
        return self

    async def __anext__(self) -> str:
        """The next line; bytes that are no UTF-8 are replaced."""
        line = await self._lines.get()
        self._room.release()
        if line is None:
            raise StopAsyncIteration
        return line

    def _read(self, file: int) -> None:
        with suppress(RuntimeError):  # the loop has ended
            rest = bytearray()
            while data := _part(file):
                *lines, last = data.split(b"\n")
                for line in lines:
                    self._give((rest + line).decode("utf-8", "replace"))
                    rest.clear()
                rest += last
            self._give(None)

    def _give(self, line: str | None) -> None:
        self._room.acquire()
        self._loop.call_soon_threadsafe(self._lines.put_nowait, line)


def _part(file: int) -> bytes:
    """What has come; nothing at the end, or when the terminal is gone."""
    try:
        return os.read(file, CHUNK)
    except OSError:
        return b""


def run(service: Service) -> None:
    """Serve until the end. Raises StoreError when the workers cannot start."""
    journal.begin()
    try:
        asyncio.run(_serve(service))
    except* BrokenPipeError:
        LOG.info("the client has gone")


async def _serve(service: Service) -> None:
    loop, scope = asyncio.get_running_loop(), anyio.CancelScope()

    def leave() -> None:
        scope.cancel()
        loop.call_later(STOP_SECONDS, os._exit, 0)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, leave)
    lines = cast("anyio.AsyncFile[str]", Lines(0))  # of which the transport uses the lines alone
    with scope:
        async with stdio_server(stdin=lines) as (incoming, outgoing):
            try:
                await service.start()
                LOG.info("ready: %s", service.build.manifest["digest"])
                server = create(service)
                await server.run(incoming, outgoing, server.create_initialization_options())
            finally:
                with anyio.CancelScope(shield=True):
                    await service.stop()
