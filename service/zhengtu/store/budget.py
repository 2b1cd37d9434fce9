"""Seconds of workers that one client has used in, whether it may use more out: time is charged, not requests."""

from collections import OrderedDict
from collections.abc import Callable
from time import monotonic

MINUTE = 60
MOST_CLIENTS = 10_000


class Budget:
    """Each client may use `seconds` at once, and as many again in every minute; 0 is no limit."""

    def __init__(self, seconds: float, clock: Callable[[], float] = monotonic) -> None:
        self._seconds, self._clock = seconds, clock
        self._used: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, client: str) -> float:
        """Seconds until the client may ask again; 0 is now."""
        return max(0.0, self._owed(client) - self._seconds) * MINUTE / self._seconds if self._seconds else 0.0

    def charge(self, client: str, seconds: float) -> None:
        """Note what a query of the client took; of too many clients the one that asked longest ago is forgotten."""
        if self._seconds:
            self._used[client] = self._owed(client) + seconds, self._clock()
            self._used.move_to_end(client)
            if len(self._used) > MOST_CLIENTS:
                self._used.popitem(last=False)

    def _owed(self, client: str) -> float:
        used, then = self._used.get(client, (0.0, 0.0))
        return max(0.0, used - (self._clock() - then) * self._seconds / MINUTE)
