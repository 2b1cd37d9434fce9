"""A folder or an address in, a store and a search over it out."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import count, islice
from pathlib import Path
from typing import Any, Protocol

from zhengtu.client.patience import Patience, PatientStore
from zhengtu.errors import RemoteAnswerBroken, SettingsError
from zhengtu.publish import search
from zhengtu.store import builds
from zhengtu.store.door import Store
from zhengtu.store.limits import Limits
from zhengtu.store.remote import RemoteStore
from zhengtu.store.wire import Wire

SCHEMES, ENDPOINT = ("http://", "https://"), "sparql"
Hit = Mapping[str, Any]


class Source(Protocol):
    """Where a graph is asked."""

    name: str

    @property
    def store(self) -> Store:
        """The store that answers queries."""

    def search(self, words: str, kind: str, limit: int) -> list[Hit]:
        """At most `limit` things that are found, the best first, as `/search` writes them."""


class Folder:
    """A build in this process: nothing is sent anywhere, and nothing ends a query but its end."""

    def __init__(self, folder: Path) -> None:
        """Raises BuildMissing or BuildDamaged."""
        self.name = str(folder)
        self._build = builds.of_folder(folder)

    @cached_property
    def store(self) -> Store:
        """The build, opened once, when it is first asked."""
        return self._build.open()

    def search(self, words: str, kind: str, limit: int) -> list[Hit]:
        """See Source."""
        found = search.find_in(self._build, words, kind, limit)
        return _results(search.as_data(found, words, kind, 1, str))


class Address:
    """A SPARQL endpoint; what ends in / is the home page of a served Zhengtu, whose endpoint is beside it."""

    def __init__(self, url: str, graphs: Sequence[str], limits: Limits, patience: Patience) -> None:
        """Nothing is sent yet. Raises SettingsError when `url` is no address that can be used."""
        home = url if "/" in url.partition("://")[2] else f"{url}/"
        self.name = home + ENDPOINT if home.endswith("/") else home
        self.store: Store = PatientStore(RemoteStore(self.name, graphs=graphs, limits=limits), patience)
        self._home = self.name.removesuffix(ENDPOINT)
        self._limits, self._patience = limits, patience

    def search(self, words: str, kind: str, limit: int) -> list[Hit]:
        """See Source. Raises SettingsError at an endpoint that is no Zhengtu."""
        if not self._home.endswith("/"):
            raise SettingsError(
                f"{self.name} 不是政图服务，无法搜索；请用 .select()。 {self.name} is no served Zhengtu, "
                "which alone can be searched; use .select()."
            )
        wire = Wire(f"{self._home}search", None, self._limits.seconds, self._limits.result_bytes)
        return list(islice(self._pages(wire, words, kind), limit))

    def _pages(self, wire: Wire, words: str, kind: str) -> Iterator[Hit]:
        for page in count(1):
            request = wire.look_up(q=words, kind=kind, page=str(page), format="json")
            found = _read(self._patience.ask(lambda request=request: wire.send(request)).body)  # type: ignore[misc]
            yield from _results(found)
            if page >= found["pages"]:
                return


def source_of(where: str | Path, graphs: Sequence[str], timeout: float, attempts: int) -> Source:
    """An address or a folder. Raises SettingsError, BuildMissing or BuildDamaged."""
    if isinstance(where, str) and where.startswith(SCHEMES):
        return Address(where, graphs, Limits(seconds=timeout), Patience(attempts))
    return Folder(Path(where))


def _read(body: bytes) -> Mapping[str, Any]:
    try:
        found: Mapping[str, Any] = json.loads(body)
        if {"pages", "results"} <= found.keys():
            return found
    except (ValueError, AttributeError, RecursionError):
        pass
    raise RemoteAnswerBroken("The search answers with something else than JSON of a search.")


def _results(found: Mapping[str, Any]) -> list[Hit]:
    return list(found["results"])
