"""Texts in, an index in one file out; words in, the things that they name, ranked, out.

The index is SQLite's FTS5 over pairs of characters (see `folding`). Its rows stand in the order in which answers are
given (names, aliases, indicators, texts, quotes, pinyin initials; the shorter first), so that the best are read first
and reading stops early, however many there are. What is asked is cut into pairs of letters and digits before the engine
sees it: no sign of its query language gets through.
"""

import hashlib
import shutil
import sqlite3
import tempfile
import time
import weakref
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple, Self

from zhengtu.errors import BuildUnwritten, SearchTooSlow, StoreError
from zhengtu.model import Label, unwrap
from zhengtu.store.folding import Piece, pairs, pieces, runs, tokens

Role = Literal["name", "alias", "indicator", "text", "quote", "pinyin"]
ROLES: tuple[Role, ...] = ("name", "alias", "indicator", "text", "quote", "pinyin")
"""What a text is to its thing, the best first."""
FILE = "search.db"
PAGE = 20
MOST_ROWS, MOST_THINGS = 4000, 1000
"""What is read for one answer: enough to page through, and no more in a large graph."""
MOST_CHARS, MOST_WORDS = 300, 16
"""What is looked at of a question."""
SECONDS = 2.0
AROUND = 90
EXACT_CHARS = 200
_STEPS = 2000
_SCHEMA = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE about (digest TEXT NOT NULL);
CREATE TABLE kind (id INTEGER PRIMARY KEY, name TEXT NOT NULL, zh TEXT NOT NULL, en TEXT NOT NULL);
CREATE TABLE thing (id INTEGER PRIMARY KEY, iri TEXT NOT NULL, kind INTEGER NOT NULL, zh TEXT NOT NULL,
    en TEXT NOT NULL);
CREATE TABLE text (id INTEGER PRIMARY KEY, thing INTEGER NOT NULL, role INTEGER NOT NULL, start INTEGER, stop INTEGER,
    shown TEXT NOT NULL, exact INTEGER);
CREATE VIRTUAL TABLE pair USING fts5 (said, kind, content = '', columnsize = 0, prefix = 1,
    tokenize = "ascii tokenchars '.'");
"""


class Kind(NamedTuple):
    """A class of things: its CURIE and what it is called."""

    name: str
    label: Label


class Thing(NamedTuple):
    """What can be found."""

    iri: str
    label: Label
    kind: Kind


class Text(NamedTuple):
    """What is said of a thing, or its name; `sought` is looked for in place of `shown`, `place` is that of a quote."""

    thing: Thing
    role: Role
    shown: str
    place: tuple[int, int] | None = None
    sought: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """A thing that was found, and the text by which, in pieces."""

    thing: Thing
    role: Role
    pieces: tuple[Piece, ...]
    place: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Found:
    """A page of hits. `loose`: not every word was found; `cut`: the question was too long; `more`: there are others."""

    hits: tuple[Hit, ...] = ()
    total: int = 0
    kinds: tuple[tuple[Kind, int], ...] = ()
    readable: bool = True
    loose: bool = False
    cut: bool = False
    more: bool = False
    size: int = PAGE

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return -(-self.total // self.size)


class _Asked(NamedTuple):
    """The words of a question, all of it as a number, the kind asked for, and whether some of it was left out."""

    words: Sequence[str]
    whole: int
    kind: str
    cut: bool


class _Row(NamedTuple):
    text: int
    thing: int
    kind: int


def write(path: Path, texts: Iterable[Text], digest: str) -> None:
    """Write the index of `texts` for the graph with this digest. Raises BuildUnwritten when there is no room for it."""
    ordered = sorted(set(texts), key=_rank)
    try:
        with closing(sqlite3.connect(path)) as index:
            index.executescript(_SCHEMA)
            index.execute("INSERT INTO about VALUES (?)", (digest,))
            _insert(index, ordered)
            index.execute("INSERT INTO pair (pair) VALUES ('optimize')")
            index.commit()
    except sqlite3.OperationalError as error:
        raise BuildUnwritten(
            f"The search index could not be written to {path.parent}: {error}. Make room, then try again. "
            "搜索索引未能写入，请腾出空间后重试"
        ) from None


def digest_of(path: Path) -> str:
    """The digest of the graph that an index is of; empty when there is no index."""
    try:
        with closing(_opened(path)) as index:
            return str(index.execute("SELECT digest FROM about").fetchone()[0])
    except sqlite3.DatabaseError:
        return ""


def _rank(text: Text) -> tuple[int, int, str, str, str]:
    return ROLES.index(text.role), len(text.shown), text.shown, text.thing.iri, text.sought


def _insert(index: sqlite3.Connection, texts: Sequence[Text]) -> None:
    things = {
        thing: n for n, thing in enumerate(sorted({text.thing for text in texts}, key=lambda thing: thing.iri), 1)
    }
    kinds = {
        kind: n for n, kind in enumerate(sorted({thing.kind for thing in things}, key=lambda kind: kind.name), 1)
    }
    rows = ((n, kind.name, kind.label.zh, kind.label.en) for kind, n in kinds.items())
    index.executemany("INSERT INTO kind VALUES (?, ?, ?, ?)", rows)
    named = ((n, t.iri, kinds[t.kind], t.label.zh, t.label.en) for t, n in things.items())
    index.executemany("INSERT INTO thing VALUES (?, ?, ?, ?, ?)", named)
    index.executemany(
        "INSERT INTO text VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            (n, things[t.thing], ROLES.index(t.role), *(t.place or (None, None)), t.shown, _exact(t))
            for n, t in enumerate(texts, 1)
        ),
    )
    index.execute("CREATE INDEX exact ON text (exact) WHERE exact IS NOT NULL")
    index.executemany(
        "INSERT INTO pair (rowid, said, kind) VALUES (?, ?, ?)",
        ((n, tokens(t.sought or t.shown), _tag(kinds[t.thing.kind])) for n, t in enumerate(texts, 1)),
    )


def _exact(text: Text) -> int | None:
    """By what a question is known to be this very text."""
    return _number(runs(text.sought or text.shown)) if len(text.shown) <= EXACT_CHARS else None


def _number(said: Sequence[str]) -> int:
    """A whole text as a number of 64 bits, so that the index need not hold it twice."""
    return int.from_bytes(hashlib.blake2b(" ".join(said).encode(), digest_size=8).digest(), signed=True)


def _tag(kind: int) -> str:
    return f"kind{kind}"


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)


class Index:
    """An index that was written, to be read by any number of threads: each question opens it for itself."""

    def __init__(self, path: Path, seconds: float = SECONDS) -> None:
        self._path, self._seconds = path, seconds

    @classmethod
    def scratch(cls, texts: Iterable[Text], digest: str) -> Self:
        """An index in a folder of its own, which goes when the index does. Raises BuildUnwritten."""
        folder = Path(tempfile.mkdtemp(prefix="zhengtu-search-"))
        found = cls(folder / FILE)
        weakref.finalize(found, shutil.rmtree, folder, ignore_errors=True)
        write(folder / FILE, texts, digest)
        return found

    def find(self, question: str, kind: str = "", page: int = 1, size: int = PAGE) -> Found:
        """The things that hold every word of `question`, or some where none holds all; `kind` is the CURIE of a class.
        Pages are counted from 1 and have `size` things.

        Raises SearchTooSlow, or StoreError when the index cannot be read.
        """
        looked_at = question[:MOST_CHARS]
        every = list(dict.fromkeys(run for word in looked_at.split() for run in runs(word)))
        cut, words = len(question) > MOST_CHARS or len(every) > MOST_WORDS, every[:MOST_WORDS]
        if not words:
            return Found(readable=False, cut=cut, size=size)
        with self._bounded() as index:
            return _answer(index, _Asked(words, _number(runs(looked_at)), kind, cut), page, size)

    @contextmanager
    def _bounded(self) -> Iterator[sqlite3.Connection]:
        deadline = time.monotonic() + self._seconds
        try:
            with closing(_opened(self._path)) as index:
                index.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS)
                yield index
        except sqlite3.OperationalError as error:
            if "interrupted" in str(error):
                raise SearchTooSlow(f"The search took longer than {self._seconds:g} s.") from None
            raise StoreError(f"The search index cannot be read: {error}") from None
        except sqlite3.DatabaseError as error:
            raise StoreError(f"The search index cannot be read: {error}") from None


def _answer(index: sqlite3.Connection, asked: _Asked, page: int, size: int) -> Found:
    """The page of what was found, with the kinds of all that was found."""
    kinds = _kinds(index)
    number = next((number for number, known in kinds.items() if known.name == asked.kind), 0)
    every, loose = _rows(index, asked)
    rows = _rows(index, asked, _tag(number))[0] if asked.kind else every
    counted = Counter(row.kind for row in every[:MOST_THINGS])
    shown = rows[:MOST_THINGS][(page - 1) * size : page * size]
    return Found(
        tuple(_hit(index, row, kinds, asked.words) for row in shown),
        min(len(rows), MOST_THINGS),
        tuple((kinds[found], count) for found, count in counted.most_common()),
        loose=loose and bool(rows),
        cut=asked.cut,
        more=len(rows) > MOST_THINGS,
        size=size,
    )


def _kinds(index: sqlite3.Connection) -> dict[int, Kind]:
    return {n: Kind(name, Label(zh, en)) for n, name, zh, en in index.execute("SELECT id, name, zh, en FROM kind")}


def _rows(index: sqlite3.Connection, asked: _Asked, tag: str = "") -> tuple[list[_Row], bool]:
    """The rows that hold every word, else those that hold some, the most first; and whether it is the second."""
    words, exact = asked.words, _exactly(index, asked.whole, tag)
    strict = _once((*exact, *_matching(index, [_phrase(word) for word in words], tag)))
    if strict or len(words) == 1:
        return strict, False
    held: Counter[_Row] = Counter()
    for word in words:
        held.update(_matching(index, [_phrase(word)], tag))
    return _once(sorted(held, key=lambda row: (-held[row], row.text))), True


def _exactly(index: sqlite3.Connection, question: int, tag: str) -> list[_Row]:
    """The rows whose text is the question."""
    found = index.execute(
        "SELECT text.id, thing.id, thing.kind FROM text JOIN thing ON thing.id = text.thing "
        "WHERE exact = ? ORDER BY text.id LIMIT ?",
        (question, MOST_THINGS),
    )
    return [row for row in map(_Row._make, found) if not tag or _tag(row.kind) == tag]


def _matching(index: sqlite3.Connection, conditions: Sequence[str], tag: str) -> Iterator[_Row]:
    """The rows that meet every condition, in order."""
    whole = " AND ".join((*(f"said : {condition}" for condition in conditions), *([f"kind : {tag}"] if tag else ())))
    found = index.execute(
        "SELECT text.id, thing.id, thing.kind FROM (SELECT rowid AS row FROM pair WHERE pair MATCH ? ORDER BY rowid "
        "LIMIT ?) CROSS JOIN text ON text.id = row CROSS JOIN thing ON thing.id = text.thing",
        (whole, MOST_ROWS),
    )
    return map(_Row._make, found)


def _phrase(run: str) -> str:
    """A run as the engine looks for it; only letters, digits and stops stand between the quotation marks."""
    return f'"{run}" *' if len(run) == 1 else f'"{" ".join(pairs(run)[:-1])}"'


def _once(rows: Iterable[_Row]) -> list[_Row]:
    """Each thing once, with its first row."""
    first: dict[int, _Row] = {}
    for row in rows:
        first.setdefault(row.thing, row)
    return list(first.values())


def _hit(index: sqlite3.Connection, row: _Row, kinds: dict[int, Kind], words: Sequence[str]) -> Hit:
    role, start, stop, shown, iri, zh, en = index.execute(
        "SELECT role, start, stop, shown, iri, zh, en FROM text JOIN thing ON thing.id = text.thing WHERE text.id = ?",
        (row.text,),
    ).fetchone()
    thing = Thing(iri, Label(zh, en), kinds[row.kind])
    place = None if start is None else (start, stop)
    return Hit(thing, ROLES[role], tuple(pieces(unwrap(shown), words, AROUND)), place)
