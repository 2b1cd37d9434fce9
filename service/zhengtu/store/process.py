"""What to open in, processes over it out: the pool's side of `store.worker`, which says what the processes do."""

import asyncio
import ctypes.util
import json
import os
import select
import signal
import socket
import sys
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from zhengtu.errors import StoreError
from zhengtu.store.limits import Limits
from zhengtu.store.worker import ENDED, LENGTHS, NEW_WORKER, ORDER, RENEW, Head

NICE = 10
WORDS_CHARS, WORDS_BYTES = 200, 1 << 16


class Worker(asyncio.Protocol):
    """The socket to one worker: a request goes out, its answer comes back."""

    def __init__(self, keeper: "Keeper", stderr: int) -> None:
        loop = asyncio.get_running_loop()
        self.process, self.returncode, self.slow = 0, 0, False
        self.closed: asyncio.Future[None] = loop.create_future()
        self._thread = 0
        self._keeper, self._stderr = keeper, stderr
        self._transport: asyncio.Transport | None = None
        self._hangup = select.poll()
        self._received = bytearray()
        self._answer: asyncio.Future[tuple[Head, bytes]] = loop.create_future()
        self._end: asyncio.Future[str] | None = None

    @property
    def lost(self) -> bool:
        """Whether the process has ended; the socket tells it before the loop does."""
        return self.closed.done() or bool(self._hangup.poll(0))

    async def ready(self) -> None:
        """Wait until it holds the store. Raises ConnectionError when it ends before."""
        head, _ = await self._answer
        self.process, self._thread = head["process"], head["thread"]

    def ask(self, head: Head) -> "asyncio.Future[tuple[Head, bytes]]":
        """One request, one answer to come, which is a ConnectionError when the process ends."""
        self._answer = asyncio.get_running_loop().create_future()
        if self.closed.done() or self._transport is None:
            self._answer.set_exception(ConnectionError())
        else:
            written = json.dumps(head).encode()
            self._transport.write(LENGTHS.pack(len(written), 0) + written)
        return self._answer

    async def renew(self) -> None:
        """Go on in a new thread, which does not yield. Raises ConnectionError when the process ends instead."""
        self.ask(RENEW)
        await self.ready()
        self.slow = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket is open."""
        self._hangup.register(transport.get_extra_info("socket"), 0)
        self._transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        """A part of an answer, or the whole of it."""
        received = self._received
        received += data
        if len(received) < LENGTHS.size:
            return
        head, body = LENGTHS.unpack_from(received)
        start = LENGTHS.size + head
        if len(received) < start + body:
            return
        with memoryview(received) as whole:
            answer = json.loads(bytes(whole[LENGTHS.size : start])), bytes(whole[start:])
        self._received = bytearray()
        if not self._answer.done():
            self._answer.set_result(answer)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 (asyncio's name)
        """The process has ended."""
        self.closed.set_result(None)
        if not self._answer.done():
            self._answer.set_exception(ConnectionError())

    def yield_processor(self) -> None:
        """Let every quick query go before this one."""
        self.slow = True
        with suppress(ProcessLookupError):
            os.setpriority(os.PRIO_PROCESS, self._thread, NICE)

    async def end(self) -> str:
        """Kill the process, wait for its end, and give the last line that it wrote."""
        if self._end is None:
            self._end = asyncio.ensure_future(self._ended())
        return await asyncio.shield(self._end)

    async def _ended(self) -> str:
        if self.process:
            self.returncode = await self._keeper.end_worker(self.process)
        if self._transport is not None:
            self._transport.close()
        with open(self._stderr, "rb") as written:  # noqa: PTH123 (a number, not a path)
            return _last_line(written.read(WORDS_BYTES) or b"")


class Keeper:
    """The process that loads the store and makes workers; it starts when it is needed, and again after it has ended."""

    def __init__(self, source: Path, limits: Limits) -> None:
        self._source, self._limits = source, limits
        self._process: asyncio.subprocess.Process | None = None
        self._control: socket.socket | None = None
        self._starting = asyncio.Lock()
        self._ending: dict[int, asyncio.Future[int]] = {}
        self._listening: asyncio.Task[None] | None = None

    async def worker(self) -> Worker:
        """A new worker, which holds the store. Raises StoreError when it cannot load it."""
        async with self._starting:
            if self._control is None:
                await self._start()
            keeper, control = self._process, self._control
        worker = await self._hatch()
        try:
            await worker.ready()
        except ConnectionError:
            words = await worker.end()
            if keeper is self._process and (control is None or _hung_up(control)):
                words = words or await self.end()
            raise StoreError(f"A worker could not load {self._source.name}: {words}") from None
        except BaseException:
            await worker.end()
            raise
        return worker

    async def end_worker(self, process: int) -> int:
        """Kill a worker; its status as `subprocess` tells it: negative is the signal that ended it."""
        status: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._ending[process] = status
        try:
            self._order(process)
        except ConnectionError:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
            status.set_result(-signal.SIGKILL)
        try:
            return await status
        finally:
            del self._ending[process]

    async def end(self) -> str:
        """End the process, and with it every worker; gives the last line that it wrote."""
        process, listening, self._process = self._process, self._listening, None
        if process is None:
            return ""
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)
        words = _last_line(await process.stderr.read() if process.stderr else b"")
        await process.wait()
        if listening is not None:
            await listening
        return words

    async def _start(self) -> None:
        await self.end()
        control, theirs = socket.socketpair()
        control.setblocking(False)
        with theirs:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "zhengtu.store.worker"),
                *(str(theirs.fileno()), str(self._source), json.dumps(asdict(self._limits))),
                pass_fds=(theirs.fileno(),),
                env=os.environ | _allocator(),
                stdin=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
            )
        self._control = control
        self._listening = asyncio.ensure_future(self._listen(control))

    async def _hatch(self) -> Worker:
        ours, theirs = socket.socketpair()
        stderr, written = os.pipe()
        for end in (stderr, written):
            os.set_blocking(end, False)
        worker = Worker(self, stderr)
        await asyncio.get_running_loop().create_connection(lambda: worker, sock=ours)
        try:
            self._order(NEW_WORKER, theirs.fileno(), written)
        except ConnectionError:
            pass  # the worker is lost with its socket
        finally:
            theirs.close()
            os.close(written)
        return worker

    def _order(self, process: int, *files: int) -> None:
        if self._control is None:
            raise ConnectionError
        socket.send_fds(self._control, [ORDER.pack(process)], files)

    async def _listen(self, control: socket.socket) -> None:
        """Hear which workers have ended, until the keeper itself ends."""
        with control, suppress(ConnectionError):  # which it is when orders were left unread
            while told := await asyncio.get_running_loop().sock_recv(control, ENDED.size):
                process, status = ENDED.unpack(told)
                if process in self._ending:
                    self._ending[process].set_result(status)
        self._control = None
        for status in self._ending.values():
            if not status.done():
                status.set_result(-signal.SIGKILL)


def _allocator() -> dict[str, str]:
    """What puts jemalloc under the engine where the system has it: queries that join take an eighth less time."""
    found = ctypes.util.find_library("jemalloc") if sys.platform == "linux" else None
    loaded = [name for name in (os.environ.get("LD_PRELOAD"), found) if name]
    return {"LD_PRELOAD": ":".join(loaded)} if found else {}


def _hung_up(control: socket.socket) -> bool:
    """Whether nobody holds the other end any more."""
    watched = select.poll()
    if control.fileno() >= 0:
        watched.register(control, 0)
    return control.fileno() < 0 or bool(watched.poll(0))


def _last_line(written: bytes) -> str:
    return written.decode(errors="replace").strip().rpartition("\n")[2][:WORDS_CHARS]
