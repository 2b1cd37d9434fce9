"""Answers given before, up to a number of bytes; the least used go first."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Cache(Generic[Value]):
    """Values by key, each with its size; `size` of all of them together, `hits` and `misses` of those asked for."""

    def __init__(self, limit: int) -> None:
        self._limit, self.size = limit, 0
        self.hits = self.misses = 0
        self._held: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()

    def get(self, key: Hashable) -> Value | None:
        """The value, which becomes the newest."""
        found = self._held.get(key)
        if found is None:
            self.misses += 1
            return None
        self.hits += 1
        self._held.move_to_end(key)
        return found[0]

    def put(self, key: Hashable, value: Value, size: int) -> None:
        """Keep the value, unless it would take an eighth of the room alone."""
        if size * 8 > self._limit or key in self._held:
            return
        self._held[key] = value, size
        self.size += size
        while self.size > self._limit:
            self.size -= self._held.popitem(last=False)[1][1]

    def clear(self) -> None:
        """Forget everything."""
        self._held.clear()
        self.size = 0
