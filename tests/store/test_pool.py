"""The workers: what ends a query, what ends a worker, and that everyone else is served meanwhile."""

import asyncio
import ctypes.util
import os
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from zhengtu.errors import (
    QueryInterrupted,
    QueryMalformed,
    QueryTooHungry,
    QueryTooSlow,
    ResultTooLarge,
    ServiceBusy,
    StoreError,
)
from zhengtu.store.door import by_name
from zhengtu.store.limits import Limits
from zhengtu.store.pool import Observer, Reply, Request, WorkerPool

ASK = "ASK {}"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
HEAVY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
HUNGRY = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?a ?d ?g"
LARGE = "SELECT * { ?a ?b ?c . ?d ?e ?f . FILTER(?a != ?d) }"
SLOW = 'ASK { ?a ?b ?c . ?d ?e ?f . VALUES ?k { 1 2 3 4 } FILTER(CONCAT(STR(?a), STR(?d), STR(?k)) = "no") }'
LIMITS = Limits(seconds=10, workers=2, memory_mb=512)
QUADS = 300
ROBUST_SECONDS = 3


class Record(Observer):
    """An observer that counts why workers were replaced."""

    def __init__(self) -> None:
        self.reasons, self.queries, self.words = Counter[str](), 0, list[str]()

    def ran(self, seconds: float) -> None:
        assert seconds >= 0
        self.queries += 1

    def replaced(self, reason: str, words: str) -> None:
        self.reasons[reason] += 1
        self.words.append(words)

    def unstarted(self, words: str) -> None:
        self.reasons["unstarted"] += 1
        self.words.append(words)


@pytest.fixture(scope="module")
def quads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of QUADS quads."""
    path = tmp_path_factory.mktemp("pool") / "small.nq"
    path.write_text("".join(f'<urn:s{n}> <urn:p> "政图 {n}" <urn:g> .\n' for n in range(QUADS)), encoding="utf-8")
    return path


@asynccontextmanager
async def running(
    quads: Path, limits: Limits, record: Record | None = None, source: Path | None = None
) -> AsyncIterator[WorkerPool]:
    """A pool that is stopped whatever happens."""
    pool = WorkerPool(quads, limits, record, source)
    await pool.start()
    try:
        yield pool
    finally:
        await pool.stop(drain_seconds=0)


async def ask(pool: WorkerPool, query: str, form: str = "csv") -> Reply:
    return await pool.ask(Request(query, solutions=by_name(form)))


async def fault(pool: WorkerPool, query: str) -> type[BaseException] | None:
    """The error that a query ends with, or None."""
    try:
        await ask(pool, query)
    except StoreError as error:
        return type(error)
    return None


async def until(true: Callable[[], bool], seconds: float = 10) -> None:
    """Wait until something is so; fails when it is not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, true
        await asyncio.sleep(0.02)


def processes(pool: WorkerPool) -> list[int]:
    """The numbers of the workers' processes."""
    return [worker.process for worker in (*pool._idle, *pool._busy)]


def alive(process: int) -> bool:
    """Whether the process runs; one that waits to be collected does not."""
    try:
        return status(process)[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def parent(process: int) -> int:
    """The number of the process that started this one."""
    return int(status(process)[1])


def status(process: int) -> list[str]:
    """State, parent … (proc(5), /proc/pid/stat, from the third field)."""
    return Path(f"/proc/{process}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()


def run(test: Callable[[], Coroutine[None, None, None]]) -> None:
    asyncio.run(asyncio.wait_for(test(), timeout=60))


def test_a_query_beyond_its_time_memory_or_size_is_stopped_and_the_next_is_answered(quads: Path) -> None:
    record = Record()

    async def test() -> None:
        limits = replace(LIMITS, seconds=0.5, memory_mb=256, result_bytes=100_000)
        async with running(quads, limits, record) as pool:
            with pytest.raises(QueryTooSlow, match=r"0\.5 seconds"):
                await ask(pool, HEAVY)
            with pytest.raises(ResultTooLarge, match="100000 bytes"):
                await ask(pool, LARGE)
            with pytest.raises(QueryMalformed):
                await ask(pool, "SELECT")
            assert (await ask(pool, COUNT)).body.split() == [b"n", str(QUADS).encode()]
            await until(lambda: pool.states()["idle"] == limits.workers)
        async with running(quads, replace(limits, seconds=10), record) as pool:
            with pytest.raises(QueryTooHungry, match="256 MB"):
                await ask(pool, HUNGRY)
            assert (await ask(pool, ASK)).body.strip() == b"true"
            await until(lambda: pool.states()["idle"] == limits.workers)

    run(test)
    assert record.reasons == {"time": 1, "memory": 1}
    assert record.queries == 6


@pytest.mark.parametrize("allocator", ["jemalloc", "libc"])
def test_memory_is_limited_under_either_allocator(
    quads: Path, monkeypatch: pytest.MonkeyPatch, allocator: str
) -> None:
    if allocator == "libc":
        monkeypatch.setattr(ctypes.util, "find_library", lambda _: None)
    elif ctypes.util.find_library("jemalloc") is None:
        pytest.skip("jemalloc is not installed (Debian: libjemalloc2)")
    record = Record()

    async def test() -> None:
        async with running(quads, replace(LIMITS, memory_mb=128, seconds=50), record) as pool:
            for process in processes(pool):
                mapped = Path(f"/proc/{process}/maps").read_text(encoding="utf-8")
                assert ("libjemalloc" in mapped) == (allocator == "jemalloc")
            for _ in range(2):
                with pytest.raises(QueryTooHungry, match="128 MB"):
                    await ask(pool, HUNGRY)
                assert (await ask(pool, ASK)).body.strip() == b"true"

    run(test)
    assert record.reasons == {"memory": 2}


def test_a_request_may_ask_for_less_time_and_never_for_more(quads: Path) -> None:
    async def test() -> None:
        async with running(quads, replace(LIMITS, seconds=0.6)) as pool:
            for seconds, told in ((0.1, "0.1 seconds"), (60, "0.6 seconds")):
                with pytest.raises(QueryTooSlow, match=told):
                    await pool.ask(Request(HEAVY, seconds=seconds))

    run(test)


def test_an_abandoned_query_is_stopped_and_its_processor_is_free(quads: Path) -> None:
    record = Record()

    async def test() -> None:
        async with running(quads, LIMITS, record) as pool:
            before = set(processes(pool))
            asking = asyncio.ensure_future(ask(pool, HEAVY))
            await until(lambda: pool.states()["slow"] == 1)
            (busy,) = (worker.process for worker in pool._busy)
            asking.cancel()
            await until(lambda: not alive(busy), seconds=ROBUST_SECONDS)
            await until(lambda: pool.states()["idle"] == LIMITS.workers)
            assert set(processes(pool)) & before == before - {busy}

    run(test)
    assert record.reasons == {"abandoned": 1}


def test_a_quick_query_beside_twenty_heavy_ones_is_answered_at_once(quads: Path) -> None:
    record = Record()

    async def test() -> None:
        async with running(quads, replace(LIMITS, workers=3, seconds=2), record) as pool:
            heavy = [asyncio.ensure_future(fault(pool, HEAVY)) for _ in range(20)]
            for _ in range(5):
                await asyncio.sleep(0.15)
                began = time.monotonic()
                assert (await ask(pool, ASK)).body.strip() == b"true"
                assert time.monotonic() - began < ROBUST_SECONDS
            assert set(await asyncio.gather(*heavy)) == {QueryTooSlow, ServiceBusy}

    run(test)
    assert record.reasons["crowded"] > record.reasons["time"] > 0


def test_a_full_queue_and_a_long_wait_are_refused(quads: Path) -> None:
    async def test() -> None:
        async with running(quads, replace(LIMITS, workers=1, queue=2, queue_seconds=0.5)) as pool:
            heavy = asyncio.ensure_future(fault(pool, HEAVY))
            await until(lambda: pool.states()["slow"] == 1)
            waiting = [asyncio.ensure_future(fault(pool, ASK)) for _ in range(2)]
            await until(lambda: pool.waiting == 2)
            with pytest.raises(ServiceBusy, match="2 queries are waiting"):
                await ask(pool, ASK)
            assert await asyncio.gather(*waiting) == [ServiceBusy, ServiceBusy]
            assert pool.waiting == 0
            heavy.cancel()
            await until(lambda: pool.states()["idle"] == 1)
            assert await fault(pool, ASK) is None

    run(test)


def test_of_waiting_queries_the_shortest_goes_first_and_a_cancelled_one_takes_no_turn(quads: Path) -> None:
    order: list[str] = []

    async def test() -> None:
        async with running(quads, replace(LIMITS, workers=1, seconds=1)) as pool:

            async def tell(query: str) -> None:
                await ask(pool, query)
                order.append(query)

            heavy = asyncio.ensure_future(fault(pool, HEAVY))
            await until(lambda: pool.states()["slow"] == 1)
            asked = [asyncio.ensure_future(tell(ASK + " " * spaces)) for spaces in (30, 10, 20, 0)]
            await until(lambda: pool.waiting == 4)
            asked.pop(1).cancel()
            await asyncio.gather(heavy, *asked)

    run(test)
    assert [len(query) - len(ASK) for query in order] == [0, 20, 30]


def test_a_slow_query_is_answered_and_its_worker_does_not_stay_slow(quads: Path) -> None:
    record = Record()

    async def test() -> None:
        async with running(quads, replace(LIMITS, slow_after=0.02), record) as pool:
            assert (await ask(pool, SLOW)).body.strip() == b"false"
            await until(lambda: pool.states() == {"idle": 2, "busy": 0, "slow": 0, "starting": 0})
            priorities = [os.getpriority(os.PRIO_PROCESS, worker._thread) for worker in pool._idle]
            assert priorities == [os.getpriority(os.PRIO_PROCESS, 0)] * LIMITS.workers

    run(test)
    assert record.reasons == {}, "the process stays, and with it what it has read of a store on disk"


def test_a_killed_worker_costs_one_query_at_most(quads: Path) -> None:
    record = Record()

    async def test() -> None:
        async with running(quads, LIMITS, record) as pool:
            asking = asyncio.ensure_future(fault(pool, HEAVY))
            await until(lambda: pool.states()["slow"] == 1)
            os.kill(next(iter(pool._busy)).process, signal.SIGKILL)
            assert await asking is QueryInterrupted
            assert await fault(pool, ASK) is None
            await until(lambda: pool.states()["idle"] == LIMITS.workers)
            for process in processes(pool):
                os.kill(process, signal.SIGKILL)
            await asyncio.sleep(0.05)
            assert await asyncio.gather(*(fault(pool, ASK) for _ in range(10))) == [None] * 10
            await until(lambda: pool.states()["idle"] == LIMITS.workers)

    run(test)
    assert record.reasons == {"killed": 3}


def test_everything_killed_at_once_comes_back(quads: Path) -> None:
    record = Record()

    async def test() -> None:
        async with running(quads, LIMITS, record) as pool:
            before = processes(pool)
            for process in {parent(process) for process in before} - {os.getpid()} | set(before):
                os.kill(process, signal.SIGKILL)
            await until(lambda: len(set(processes(pool)) - set(before)) == LIMITS.workers)
            assert await fault(pool, ASK) is None
            assert not any(map(alive, before))

    run(test)
    assert record.reasons["killed"] == LIMITS.workers


def test_stopping_drains_then_refuses_and_leaves_no_process(quads: Path) -> None:
    record = Record()

    async def test() -> None:
        async with running(quads, replace(LIMITS, workers=1, slow_after=0.02), record) as pool:
            ends = [asyncio.ensure_future(fault(pool, query)) for query in (SLOW, ASK)]
            await asyncio.sleep(0.1)
            await pool.stop(drain_seconds=8)
            assert await asyncio.gather(*ends) == [None, None]
            assert await fault(pool, ASK) is ServiceBusy
        async with running(quads, replace(LIMITS, workers=1), record) as pool:
            left = processes(pool)
            ends = [asyncio.ensure_future(fault(pool, query)) for query in (HEAVY, ASK)]
            await until(lambda: pool.states()["slow"] == 1)
            await pool.stop(drain_seconds=0.1)
            assert await asyncio.gather(*ends) == [ServiceBusy, ServiceBusy]
            await until(lambda: not any(map(alive, left)))

    run(test)


def test_two_pools_over_one_file(quads: Path) -> None:
    async def test() -> None:
        async with running(quads, LIMITS) as one, running(quads, LIMITS) as other:
            answers = await asyncio.gather(*(ask(pool, COUNT) for pool in (one, other) for _ in range(4)))
            assert {answer.body for answer in answers} == {f"n\r\n{QUADS}\r\n".encode()}
            await one.stop(drain_seconds=0)
            assert await fault(other, ASK) is None

    run(test)


@pytest.mark.parametrize("content", [None, "<urn:a> <urn:b> "])
def test_a_file_that_cannot_be_loaded_is_told(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "bad.nq"
    if content is not None:
        file.write_text(content)

    async def test() -> None:
        with pytest.raises(StoreError, match=r"bad\.nq"):
            await WorkerPool(file, LIMITS).start()

    run(test)
