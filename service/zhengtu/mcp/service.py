"""A build and settings in, what the tools ask out: the store, its index, its questions, and workers for every query.

All of it is made once, at the start: a new build is taken by the next process.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property, partial
from typing import TypeVar
from urllib.parse import quote

from zhengtu import rooms
from zhengtu.errors import BudgetSpent
from zhengtu.namespaces import BASE
from zhengtu.publish.nearest import Names
from zhengtu.publish.pack import Pack
from zhengtu.publish.vocabulary import Vocabulary
from zhengtu.settings import Settings
from zhengtu.store.budget import Budget
from zhengtu.store.builds import Build
from zhengtu.store.documents import index_of
from zhengtu.store.limits import Limits
from zhengtu.store.pool import Reply, Request, WorkerPool

RESULT_BYTES = 8_000_000
"""Largest answer of one query: of more, no model could read a useful part."""
SAFE = "/:@!$&'()*+,;=~%"
"""What stays as it is in a path."""

Answer = TypeVar("Answer")


class Service:
    """One build, open: in this process for our own look-ups, in the workers for what others ask."""

    def __init__(self, build: Build, settings: Settings) -> None:
        self.build, self.settings = build, settings
        self.limits = replace(Limits.of(settings), result_bytes=min(settings.result_bytes, RESULT_BYTES))
        self.store = build.open()
        self.search = index_of(build.folder, lambda: self.store, build.manifest["digest"])
        self.pack = Pack(self.store)
        self.budget = Budget(settings.client_seconds)
        self.workers = WorkerPool(build.file, self.limits, source=build.source)

    @cached_property
    def names(self) -> Names:
        """The named things, for those who write a name almost right."""
        return Names(self.store)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """What can be said and what must be said."""
        return Vocabulary(self.store, rooms.ontology(), rooms.shapes())

    async def start(self) -> None:
        """Start the workers. Raises StoreError when one cannot load the build."""
        await self.workers.start()

    async def stop(self) -> None:
        """End the workers; queries that still run raise ServiceBusy."""
        await self.workers.stop(drain_seconds=0)

    def address(self, iri: str) -> str:
        """Where a thing is served: at the public address where one is set, else its IRI."""
        if not self.settings.base_url or not iri.startswith(BASE):
            return iri
        path, mark, fragment = iri.removeprefix(BASE).partition("#")
        base = self.settings.base_url.rstrip("/")
        return f"{base}/{quote(path, safe=SAFE)}{mark}{quote(fragment, safe=SAFE)}"


class Visit:
    """One call of a tool: what it asks of the service is charged to its client; a call over stdio has none."""

    def __init__(self, service: Service, client: str = "") -> None:
        self.service, self._client = service, client

    def admit(self) -> None:
        """Raises BudgetSpent when the client has used its time."""
        wait = self.service.budget.wait(self._client) if self._client else 0.0
        if wait > 0:
            raise BudgetSpent(
                f"一分钟内的查询时间已用完；请在 {wait:.0f} 秒后再试，或简化查询。",
                f"The query time of a minute is used up; try again in {wait:.0f} seconds, or ask for less.",
            )

    async def aside(self, look_up: Callable[..., Answer], *arguments: object, **named: object) -> Answer:
        """The answer of a bounded look-up of ours, made in a thread beside the loop."""
        began = time.monotonic()
        try:
            return await asyncio.to_thread(partial(look_up, *arguments, **named))
        finally:
            self._charge(time.monotonic() - began)

    async def query(self, request: Request) -> Reply:
        """The answer of a worker, which may be killed; raises what `WorkerPool.ask` raises."""
        return await self.service.workers.ask(request, self._charge)

    def _charge(self, seconds: float) -> None:
        if self._client:
            self.service.budget.charge(self._client, seconds)
