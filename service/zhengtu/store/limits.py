"""What one query may cost, and how many may run: one frozen record, made from the settings.

The settings are not imported: a worker, which starts often, needs only the record.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from zhengtu.settings import Settings


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of the public endpoint; times in seconds, sizes in bytes unless named otherwise.

    `services` are the IRIs that SERVICE may call.
    """

    seconds: float = 30
    memory_mb: int = 1536
    result_bytes: int = 50_000_000
    query_chars: int = 200_000
    depth: int = 64
    chain: int = 300
    workers: int = 3
    queue: int = 64
    queue_seconds: float = 10
    client_seconds: float = 120
    slow_after: float = 0.2
    services: Sequence[str] = ()

    @classmethod
    def of(cls, settings: "Settings") -> Self:
        """The limits that the settings set."""
        return cls(
            seconds=settings.query_seconds,
            memory_mb=settings.worker_memory_mb,
            result_bytes=settings.result_bytes,
            query_chars=settings.query_chars,
            depth=settings.query_depth,
            chain=settings.query_chain,
            workers=settings.workers,
            queue=settings.queue_length,
            queue_seconds=settings.queue_seconds,
            client_seconds=settings.client_seconds,
            slow_after=settings.slow_seconds,
            services=settings.services,
        )
