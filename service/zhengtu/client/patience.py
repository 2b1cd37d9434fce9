"""A request in, its answer out, asked again where a store is busy, cannot be reached or breaks off; never without end.

An error of the request itself is final: to ask again would cost both sides and change nothing.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import TypeVar

from zhengtu.errors import RemoteAnswerCut, RemoteBusy, RemoteUnreachable
from zhengtu.store.door import Answer, Store

T = TypeVar("T")
PASSING = (RemoteBusy, RemoteUnreachable, RemoteAnswerCut)
FIRST_WAIT = 0.5


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a request is sent at most, and the longest wait before it is sent again, in seconds."""

    attempts: int = 4
    longest: float = 60

    def ask(self, request: Callable[[], T]) -> T:
        """What `request` returns; each wait is twice the one before, and no shorter than the store asks for.

        Raises the last error, and one that is final or asks for a longer wait at once.
        """
        for attempt in count(1):
            try:
                return request()
            except PASSING as error:
                asked = error.retry_after if isinstance(error, RemoteBusy) else None
                wait = max(FIRST_WAIT * 2 ** (attempt - 1), asked or 0)
                if attempt >= self.attempts or wait > self.longest:
                    raise
            time.sleep(wait)
        raise AssertionError  # count has no end


class PatientStore:
    """A store that is asked with patience."""

    def __init__(self, store: Store, patience: Patience) -> None:
        self._store, self._patience = store, patience

    def query(
        self,
        text: str,
        *,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
        labels: Sequence[str] = (),
    ) -> Answer:
        """See `door.Store.query`."""
        return self._patience.ask(
            lambda: self._store.query(text, default_graphs=default_graphs, named_graphs=named_graphs, labels=labels)
        )

    def __len__(self) -> int:
        return len(self._store)
