"""What is served now: one build, its workers, and the switch to the next build without dropping a request."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from zhengtu.errors import QueryMalformed
from zhengtu.settings import Settings
from zhengtu.store.builds import Build
from zhengtu.store.embedded import EmbeddedStore
from zhengtu.store.limits import Limits
from zhengtu.store.pool import WorkerPool
from zhengtu.web.sparql import SparqlEndpoint


class Service:
    """A build in the engine (for our own pages) and in the workers (for everyone's queries)."""

    def __init__(self, build: Build, settings: Settings) -> None:
        self.settings, self.limits = settings, Limits.of(settings)
        self.build, self.store = build, self._open(build)
        workers = WorkerPool(build.file, self.limits)
        self.endpoint = SparqlEndpoint(workers, build.manifest["digest"], settings, self.describe)
        self._retiring: set[asyncio.Task[None]] = set()

    def _open(self, build: Build) -> EmbeddedStore:
        return build.open()

    async def start(self) -> None:
        """Start the workers."""
        await self.endpoint.pool.start()

    async def stop(self) -> None:
        """Let running queries end, then end the workers."""
        await self.endpoint.pool.stop()
        await asyncio.gather(*self._retiring)

    async def switch(self, build: Build) -> None:
        """Serve `build` from now on; queries that run over the one before end there. The same build changes nothing."""
        if build.manifest["digest"] == self.build.manifest["digest"]:
            return
        store = await asyncio.to_thread(self._open, build)
        workers = WorkerPool(build.file, self.limits)
        await workers.start()
        before, self.build, self.store = self.endpoint.pool, build, store
        self.endpoint.pool, self.endpoint.digest = workers, build.manifest["digest"]
        self.endpoint.cache.clear()
        retiring = asyncio.ensure_future(before.stop(drain_seconds=self.limits.seconds))
        self._retiring.add(retiring)
        retiring.add_done_callback(self._retiring.discard)

    def describe(self, request: Request) -> Response:
        """The answer of /sparql to a request without a query."""
        raise QueryMalformed(f"{request.url.path} has no query; give one in the parameter `query`.")
