"""Queries in, answers out, by worker processes that can be killed: on time, on memory, or when nobody waits any more.

Every worker takes any query. One that runs longer than `slow_after` is slow: it yields the processor to the others, and
one worker less than there are may be slow at the same time, so that a quick query never waits for slow ones. Among
waiting queries the shortest text goes first.
"""

import asyncio
import itertools
import json
import os
import signal
import socket
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from zhengtu import errors
from zhengtu.errors import QueryTooHungry, QueryTooSlow, ServiceBusy, StoreError
from zhengtu.store.door import Format, Kind, by_name
from zhengtu.store.limits import Limits
from zhengtu.store.worker import LENGTHS, Head

NICE = 10
ERRORS: dict[str, type[StoreError]] = {
    kind.code: kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, StoreError)
}


@dataclass(frozen=True, slots=True)
class Request:
    """One query with its dataset and the format wanted of each kind of answer (None: no kind of it is wanted)."""

    query: str
    default_graphs: Sequence[str] = ()
    named_graphs: Sequence[str] = ()
    solutions: Format | None = None
    graph: Format | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer; `format` is None when none was wanted of this kind."""

    kind: Kind
    format: Format | None
    body: bytes


class Worker:
    """One worker process and the socket to it."""

    def __init__(
        self, process: asyncio.subprocess.Process, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.process, self._reader, self._writer = process, reader, writer
        self.slow = False

    @classmethod
    async def start(cls, quads: Path, limits: Limits) -> Self:
        """Start a process and wait until it holds the store. Raises StoreError when it ends before."""
        ours, theirs = socket.socketpair()
        with theirs:
            command = (sys.executable, "-m", "zhengtu.store.worker", str(theirs.fileno()), str(quads))
            process = await asyncio.create_subprocess_exec(
                *command, json.dumps(asdict(limits)), pass_fds=(theirs.fileno(),), stdin=asyncio.subprocess.DEVNULL
            )
        reader, writer = await asyncio.open_connection(sock=ours, limit=1 << 20)
        worker = cls(process, reader, writer)
        try:
            await worker._receive()
        except asyncio.IncompleteReadError:
            await worker.end()
            raise StoreError(f"A worker could not load {quads.name}.") from None
        return worker

    async def ask(self, head: Head) -> tuple[Head, bytes]:
        """One request, one answer. Raises IncompleteReadError or ConnectionError when the process ends."""
        written = json.dumps(head).encode()
        self._writer.write(LENGTHS.pack(len(written), 0) + written)
        await self._writer.drain()
        return await self._receive()

    async def _receive(self) -> tuple[Head, bytes]:
        head, body = LENGTHS.unpack(await self._reader.readexactly(LENGTHS.size))
        return json.loads(await self._reader.readexactly(head)), await self._reader.readexactly(body)

    def yield_processor(self) -> None:
        """Let every quick query go before this one."""
        self.slow = True
        if self.process.returncode is None:
            os.setpriority(os.PRIO_PROCESS, self.process.pid, NICE)

    async def end(self) -> None:
        """Kill the process and wait for its end."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGKILL)
        await self.process.wait()
        self._writer.close()


class WorkerPool:
    """The workers over one build."""

    def __init__(self, quads: Path, limits: Limits) -> None:
        self.limits, self._quads = limits, quads
        self._idle: list[Worker] = []
        self._waiting: list[tuple[int, int, asyncio.Future[Worker]]] = []
        self._order = itertools.count()
        self._starting: set[asyncio.Task[None]] = set()
        self._busy: set[Worker] = set()
        self._slow = 0
        self._closed = False

    async def start(self) -> None:
        """Start all workers. Raises StoreError when one cannot load the build."""
        self._idle = list(
            await asyncio.gather(*(Worker.start(self._quads, self.limits) for _ in range(self.limits.workers)))
        )

    async def stop(self, drain_seconds: float = 10) -> None:
        """Let running queries end for a while, then end every worker."""
        self._closed = True
        deadline = asyncio.get_running_loop().time() + drain_seconds
        while self._busy and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(0.02)
        await asyncio.gather(*self._starting, return_exceptions=True)
        await asyncio.gather(*(worker.end() for worker in (*self._idle, *self._busy)))
        self._idle.clear()

    async def ask(self, request: Request) -> Reply:
        """Answer a query; a caller that is cancelled stops its query.

        Raises what the query deserves (QueryMalformed, QueryRefused, QueryTooComplex, QueryTooSlow, QueryTooHungry,
        ResultTooLarge …) or ServiceBusy.
        """
        worker = await self._take(len(request.query))
        self._busy.add(worker)
        healthy = False
        try:
            head, body = await self._run(worker, request)
            healthy = True
        except (asyncio.IncompleteReadError, ConnectionError):
            raise QueryTooHungry(
                f"The query ended its worker: it needed more than {self.limits.memory_mb} MB, or nested too deep."
            ) from None
        finally:
            self._busy.discard(worker)
            self._give_back(worker, healthy=healthy)
        if "error" in head:
            raise ERRORS[head["error"]](head["detail"])
        return Reply(head["kind"], by_name(head.get("format", "")), body)

    async def _run(self, worker: Worker, request: Request) -> tuple[Head, bytes]:
        seconds = min(request.seconds or self.limits.seconds, self.limits.seconds)
        head = {
            "query": request.query,
            "default": list(request.default_graphs),
            "named": list(request.named_graphs),
            "formats": {
                "solutions": request.solutions and request.solutions.name,
                "graph": request.graph and request.graph.name,
            },
        }
        asked = asyncio.ensure_future(worker.ask(head))
        try:
            done, _ = await asyncio.wait((asked,), timeout=min(self.limits.slow_after, seconds))
            if done:
                return asked.result()
            return await self._run_slowly(worker, asked, seconds)
        finally:
            asked.cancel()

    async def _run_slowly(
        self, worker: Worker, asked: "asyncio.Future[tuple[Head, bytes]]", seconds: float
    ) -> tuple[Head, bytes]:
        if self._slow >= max(1, self.limits.workers - 1):
            raise ServiceBusy("As many long queries are running as this service takes; try again later.")
        self._slow += 1
        try:
            worker.yield_processor()
            done, _ = await asyncio.wait((asked,), timeout=seconds - self.limits.slow_after)
        finally:
            self._slow -= 1
        if not done:
            raise QueryTooSlow(
                f"The query ran longer than {seconds:g} seconds and was stopped; add LIMIT or ask for less."
            )
        return asked.result()

    async def _take(self, weight: int) -> Worker:
        if self._closed:
            raise ServiceBusy("The service is stopping.")
        if self._idle:
            return self._idle.pop()
        if len(self._waiting) >= self.limits.queue:
            raise ServiceBusy(f"{self.limits.queue} queries are waiting already; try again later.")
        turn: asyncio.Future[Worker] = asyncio.get_running_loop().create_future()
        entry = (weight, next(self._order), turn)
        self._waiting.append(entry)
        try:
            return await asyncio.wait_for(asyncio.shield(turn), self.limits.queue_seconds)
        except BaseException as error:
            if turn.done() and not turn.cancelled():
                self._offer(turn.result())
            else:
                turn.cancel()
                self._waiting.remove(entry)
            if isinstance(error, TimeoutError):
                raise ServiceBusy("The query waited too long for its turn; try again later.") from None
            raise

    def _offer(self, worker: Worker) -> None:
        """Give a free worker to the shortest waiting query, else keep it."""
        if self._waiting:
            entry = min(self._waiting, key=lambda waiting: waiting[:2])
            self._waiting.remove(entry)
            entry[2].set_result(worker)
        else:
            self._idle.append(worker)

    def _give_back(self, worker: Worker, *, healthy: bool) -> None:
        # A worker that was made to yield cannot take its priority back; it is replaced like one that was stopped.
        if healthy and not worker.slow:
            self._offer(worker)
            return
        task = asyncio.ensure_future(self._replace(worker))
        self._starting.add(task)
        task.add_done_callback(self._starting.discard)

    async def _replace(self, worker: Worker) -> None:
        await worker.end()
        if not self._closed:
            self._offer(await Worker.start(self._quads, self.limits))
