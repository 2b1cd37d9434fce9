"""Queries in, answers out, by worker processes that can be killed: on time, on memory, or when nobody waits any more.

Every worker takes any query. One that runs longer than `slow_after` is slow: it yields the processor to the others, and
one worker less than there are may be slow at the same time, so that a quick query never waits for slow ones. Among
waiting queries the shortest text goes first. A worker that ends, for whatever reason, is replaced.
"""

import asyncio
import fcntl
import itertools
import signal
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from zhengtu import errors
from zhengtu.errors import QueryInterrupted, QueryTooHungry, QueryTooSlow, ServiceBusy, StoreError
from zhengtu.store.door import Format, Kind, by_name
from zhengtu.store.limits import Limits
from zhengtu.store.process import Keeper, Worker
from zhengtu.store.worker import Head

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
ERRORS: dict[str, type[StoreError]] = {
    kind.code: kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, StoreError)
}
REASONS: Mapping[type[BaseException], str] = {
    QueryTooSlow: "time",
    QueryTooHungry: "memory",
    QueryInterrupted: "killed",
    ServiceBusy: "crowded",
    asyncio.CancelledError: "abandoned",
}
"""Why a worker is replaced, by what its query raised; else `fault`."""


class Observer:
    """Who is told what the workers do; this one does not listen."""

    def ran(self, seconds: float) -> None:
        """A query held a worker for `seconds`."""

    def replaced(self, reason: str, words: str) -> None:
        """A worker ended, for one of REASONS; `words` is the last line that it wrote."""

    def unstarted(self, words: str) -> None:
        """A worker could not start; it is tried again."""


@dataclass(frozen=True, slots=True)
class Request:
    """One query with its dataset and the format wanted of each kind of answer (None: no kind of it is wanted).

    `labels` are languages in which to name each IRI of solutions.
    """

    query: str
    default_graphs: Sequence[str] = ()
    named_graphs: Sequence[str] = ()
    solutions: Format | None = None
    graph: Format | None = None
    seconds: float | None = None
    labels: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer; `format` is None when none was wanted of this kind."""

    kind: Kind
    format: Format | None
    body: bytes


class WorkerPool:
    """The workers over one build."""

    def __init__(
        self, quads: Path, limits: Limits, observer: Observer | None = None, source: Path | None = None
    ) -> None:
        """`quads` is the file of the build; `source` its store on disk where it has one."""
        self.limits, self._quads, self._observer = limits, quads, observer or Observer()
        self._keeper = Keeper(source or quads, limits)
        self._idle: list[Worker] = []
        self._busy: set[Worker] = set()
        self._waiting: list[tuple[int, int, asyncio.Future[Worker | None]]] = []
        self._order = itertools.count()
        self._starting: set[asyncio.Task[None]] = set()
        self._ending: set[asyncio.Task[None]] = set()
        self._slow = 0
        self._closed = False
        self._held: IO[bytes] | None = None

    @property
    def waiting(self) -> int:
        """How many queries wait for a worker."""
        return len(self._waiting)

    def states(self) -> dict[str, int]:
        """Workers by what they do."""
        slow = sum(worker.slow for worker in self._busy)
        return {
            "idle": len(self._idle),
            "busy": len(self._busy) - slow,
            "slow": slow,
            "starting": len(self._starting) + len(self._ending),
        }

    async def start(self) -> None:
        """Start all workers, and hold the build against removal. Raises StoreError when one cannot load it."""
        self._held = _hold(self._quads)
        starts = (self._keeper.worker() for _ in range(self.limits.workers))
        started = await asyncio.gather(*starts, return_exceptions=True)
        for worker in started:
            if isinstance(worker, Worker):
                self._keep(worker)
        for fault in started:
            if isinstance(fault, BaseException):
                await self.stop(drain_seconds=0)
                raise fault

    async def stop(self, drain_seconds: float = 10) -> None:
        """Let queries that run or wait end for a while, then end every worker; the queries left raise ServiceBusy."""
        clock = asyncio.get_running_loop().time
        deadline = clock() + drain_seconds
        while (self._busy or self._waiting) and clock() < deadline and not self._closed:
            await asyncio.sleep(0.02)
        self._closed = True
        for _, _, turn in self._waiting:
            turn.set_result(None)
        self._waiting.clear()
        for task in self._starting:
            task.cancel()
        await asyncio.gather(*self._starting, *self._ending, return_exceptions=True)
        await asyncio.gather(*(worker.end() for worker in (*self._idle, *self._busy)))
        await self._keeper.end()
        self._idle.clear()
        if self._held:
            self._held.close()

    async def ask(self, request: Request, charge: Callable[[float], None] = lambda _: None) -> Reply:
        """Answer a query; a caller that is cancelled stops its query. `charge` is told how long it held a worker.

        Raises what the query deserves (QueryMalformed, QueryRefused, QueryTooComplex, QueryTooSlow, QueryTooHungry,
        ResultTooLarge …) or ServiceBusy.
        """
        worker = await self._take(len(request.query))
        self._busy.add(worker)
        fault: BaseException | None = None
        began = asyncio.get_running_loop().time()
        try:
            head, body = await self._run(worker, request)
        except BaseException as error:
            fault = error
            raise
        finally:
            seconds = asyncio.get_running_loop().time() - began
            self._observer.ran(seconds)
            charge(seconds)
            self._give_back(worker, fault)
        if "error" in head:
            raise ERRORS[head["error"]](head["detail"])
        return Reply(head["kind"], by_name(head.get("format", "")), body)

    async def _run(self, worker: Worker, request: Request) -> tuple[Head, bytes]:
        seconds = min(request.seconds or self.limits.seconds, self.limits.seconds)
        asked = worker.ask(_head(request))
        try:
            done, _ = await asyncio.wait((asked,), timeout=min(self.limits.slow_after, seconds))
            return asked.result() if done else await self._run_slowly(worker, asked, seconds)
        except ConnectionError:
            raise await self._lost(worker) from None
        finally:
            asked.cancel()

    async def _lost(self, worker: Worker) -> StoreError:
        """Why a worker ended in the middle of a query."""
        await worker.end()
        if self._closed:
            return ServiceBusy("The service is stopping.")
        if worker.returncode == -signal.SIGKILL:
            return QueryInterrupted("The process that answered the query was ended from outside; ask again.")
        return QueryTooHungry(
            f"The query ended its worker: it needed more than {self.limits.memory_mb} MB, or nested too deep."
        )

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
        while self._idle and not self._closed:
            worker = self._idle.pop()
            if not worker.lost:
                return worker
            self._retire(worker, "killed")
        if self._closed:
            raise ServiceBusy("The service is stopping.")
        if len(self._waiting) >= self.limits.queue:
            raise ServiceBusy(f"{self.limits.queue} queries are waiting already; try again later.")
        return await self._wait(weight)

    async def _wait(self, weight: int) -> Worker:
        turn: asyncio.Future[Worker | None] = asyncio.get_running_loop().create_future()
        entry = (weight, next(self._order), turn)
        self._waiting.append(entry)
        try:
            await asyncio.wait((turn,), timeout=self.limits.queue_seconds)
        except asyncio.CancelledError:
            if turn.done() and (given := turn.result()):
                self._offer(given)
            raise
        finally:
            with suppress(ValueError):
                self._waiting.remove(entry)
        if not turn.done():
            raise ServiceBusy("The query waited too long for its turn; try again later.")
        worker = turn.result()
        if worker is None:
            raise ServiceBusy("The service is stopping.")
        return worker

    def _offer(self, worker: Worker) -> None:
        """Give a free worker to the shortest waiting query, else keep it."""
        if self._closed:
            self._retire(worker, "stopping")
        elif self._waiting:
            entry = min(self._waiting, key=lambda waiting: waiting[:2])
            self._waiting.remove(entry)
            entry[2].set_result(worker)
        else:
            self._idle.append(worker)

    def _keep(self, worker: Worker) -> None:
        """Take a new worker in, and notice when it ends while it has nothing to do."""
        worker.closed.add_done_callback(lambda _: self._notice(worker))
        self._offer(worker)

    def _notice(self, worker: Worker) -> None:
        if worker in self._idle and not self._closed:
            self._idle.remove(worker)
            self._retire(worker, "killed")

    def _give_back(self, worker: Worker, fault: BaseException | None) -> None:
        self._busy.discard(worker)
        if fault is not None:
            self._retire(worker, REASONS.get(type(fault), "fault"))
        elif worker.slow:
            self._task(self._renew(worker), self._starting)
        else:
            self._offer(worker)

    async def _renew(self, worker: Worker) -> None:
        """Go on in a new thread: one that was made to yield cannot take its priority back; the process stays warm."""
        try:
            await worker.renew()
        except ConnectionError:
            self._retire(worker, "killed")
        except asyncio.CancelledError:
            await worker.end()
            raise
        else:
            self._offer(worker)

    def _retire(self, worker: Worker, reason: str) -> None:
        self._task(self._replace(worker, reason), self._ending)

    async def _replace(self, worker: Worker, reason: str) -> None:
        words = await worker.end()
        if self._closed:
            return
        self._observer.replaced(reason, words)
        self._task(self._restart(), self._starting)

    async def _restart(self) -> None:
        pause = FIRST_PAUSE
        while not self._closed:
            try:
                self._keep(await self._keeper.worker())
            except (StoreError, OSError) as error:
                self._observer.unstarted(str(error))
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
            else:
                return

    def _task(self, work: Coroutine[None, None, None], among: set[asyncio.Task[None]]) -> None:
        task = asyncio.ensure_future(work)
        among.add(task)
        task.add_done_callback(among.discard)


def _head(request: Request) -> Head:
    return {
        "query": request.query,
        "default": list(request.default_graphs),
        "named": list(request.named_graphs),
        "labels": list(request.labels),
        "formats": {
            "solutions": request.solutions and request.solutions.name,
            "graph": request.graph and request.graph.name,
        },
    }


def _hold(quads: Path) -> IO[bytes]:
    """The file, open and locked for reading, so that no build removes it (see `builds`). Raises StoreError."""
    try:
        held = quads.open("rb")
    except OSError as error:
        raise StoreError(f"{quads} cannot be read: {error.strerror}") from None
    with suppress(OSError):  # not every file system has locks
        fcntl.flock(held, fcntl.LOCK_SH)
    return held
