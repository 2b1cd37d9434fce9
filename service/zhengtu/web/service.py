"""What is served now: one build, its workers, and the switch to the next build without dropping a request."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

from zhengtu.errors import ZhengtuError
from zhengtu.publish.pack import Pack
from zhengtu.settings import Settings
from zhengtu.store.builds import Build
from zhengtu.store.documents import index_of
from zhengtu.store.embedded import EmbeddedStore
from zhengtu.store.limits import Limits
from zhengtu.store.pool import Observer, WorkerPool
from zhengtu.store.search import Index
from zhengtu.web.self_description import describe
from zhengtu.web.sparql import SparqlEndpoint

LOG = logging.getLogger(__name__)
State = Literal["starting", "ready", "stopping"]


class Service:
    """A build in the engine (for our own pages) and in the workers (for everyone's queries)."""

    def __init__(self, build: Build, settings: Settings, observer: Observer | None = None) -> None:
        self.settings, self.limits = settings, Limits.of(settings)
        self.build, self.store = build, self._open(build)
        self.search, self.pack = self._index(build, self.store), Pack(self.store)
        self._observer, self.stopping = observer, False
        workers = WorkerPool(build.file, self.limits, observer, build.source)
        self.endpoint = SparqlEndpoint(workers, build.manifest["digest"], settings, self.describe)
        self._retiring: set[WorkerPool] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._switching = asyncio.Lock()

    @property
    def state(self) -> State:
        """`ready` as long as a worker is alive and nobody has asked for the end."""
        if self.stopping:
            return "stopping"
        workers = self.endpoint.pool.states()
        return "ready" if workers["idle"] + workers["busy"] + workers["slow"] else "starting"

    def _open(self, build: Build) -> EmbeddedStore:
        return build.open()

    def _index(self, build: Build, store: EmbeddedStore) -> Index:
        return index_of(build.folder, lambda: store, build.manifest["digest"])

    async def start(self) -> None:
        """Start the workers."""
        async with self._switching:
            await self.endpoint.pool.start()
        self._log("started")

    async def stop(self) -> None:
        """End the workers; queries that still run raise ServiceBusy."""
        self.announce_stop()
        pools = (self.endpoint.pool, *self._retiring)
        await asyncio.gather(*(pool.stop(drain_seconds=0) for pool in pools))

    def announce_stop(self) -> None:
        """Tell who asks for the health, and the log, that the end is near."""
        if not self.stopping:
            self._log("stopping")
        self.stopping = True

    def abandon(self) -> None:
        """Stop, without waiting for it."""
        self._task(self.stop())

    def reload(self, newest: Callable[[], Build]) -> None:
        """Begin to switch to what `newest` gives; one that cannot be served changes nothing, and the log says why."""
        self._task(self._reload(newest))

    async def _reload(self, newest: Callable[[], Build]) -> None:
        try:
            await self.switch(await asyncio.to_thread(newest))
        except ZhengtuError as error:
            LOG.error("not reloaded", extra={"fields": {"reason": str(error)}})  # noqa: TRY400 (the trace says no more)

    async def switch(self, build: Build) -> None:
        """Serve `build` from now on; queries that run over the one before end there. The same build changes nothing."""
        async with self._switching:
            if build.manifest["digest"] != self.build.manifest["digest"]:
                await self._switch(build)

    async def _switch(self, build: Build) -> None:
        store = await asyncio.to_thread(self._open, build)
        search = await asyncio.to_thread(self._index, build, store)
        workers = WorkerPool(build.file, self.limits, self._observer, build.source)
        await workers.start()
        before, self.build, self.store, self.search = self.endpoint.pool, build, store, search
        self.pack = Pack(store)
        self.endpoint.pool, self.endpoint.digest = workers, build.manifest["digest"]
        self.endpoint.cache.clear()
        self._retiring.add(before)
        self._task(self._retire(before))
        self._log("reloaded")

    async def _retire(self, workers: WorkerPool) -> None:
        await workers.stop(drain_seconds=self.limits.queue_seconds + self.limits.seconds)
        self._retiring.discard(workers)

    def _task(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _log(self, event: str) -> None:
        manifest = self.build.manifest
        LOG.info(event, extra={"fields": {"digest": manifest["digest"], "quads": manifest["quads"]}})

    async def describe(self, request: Request) -> Response:
        """The answer of /sparql to a request without a query."""
        return await describe(request, self.store, self.settings, self.limits)
