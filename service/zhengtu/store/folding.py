"""A text in, what is compared of it out: the same for what is indexed and for what is asked.

Every character is folded by itself (compatibility form, no case, no marks above or below it), so that what is part of a
text stays part of it when both are folded. Chinese has no spaces between words, so a text is cut into overlapping pairs
of characters: a word of two characters is one pair, a longer one is a row of pairs, and a single one begins a pair.
A space or line break beside a Chinese character, as printed lines have them, parts nothing.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

_HAN = "[\u2e80-\u2fdf\u3005-\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
SPACE = "\n"
"""What every white space becomes; other signs become a blank, which parts what it stands between."""
DROPPED = re.compile(rf"(?<=[0-9]),(?=[0-9])|(?<={_HAN}){SPACE}+|{SPACE}+(?={_HAN})")
"""White space beside a Chinese character, and a comma within a number: 1,234 is found as 1234, and vice versa."""
LOOSE = re.compile(r"(?<![0-9])[.,]|[.,](?![0-9])")
"""A stop or comma that no number is around."""


class Piece(NamedTuple):
    """A part of a text, and whether it is what was looked for."""

    text: str
    marked: bool


class _Folded(dict[int, str]):
    """Each character folded, when it is first met."""

    def __missing__(self, code: int) -> str:
        plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", chr(code)).casefold())
        bare = "".join(char for char in plain if not unicodedata.combining(char))
        self[code] = "".join(map(_sign, bare))
        return self[code]


def _sign(char: str) -> str:
    return char if char.isalnum() or char in ".," else SPACE if char.isspace() else " "


_FOLDED = _Folded()


def runs(text: str) -> list[str]:
    """The text folded, in runs without space or punctuation; a decimal number is one run with what it touches."""
    return LOOSE.sub(" ", DROPPED.sub("", text.translate(_FOLDED))).split()


def pairs(run: str) -> list[str]:
    """The pairs of a run, then its last character alone: so every character begins a pair, and no pair joins runs."""
    return [*(run[at : at + 2] for at in range(len(run) - 1)), run[-1]]


def tokens(text: str) -> str:
    """What an index keeps of a text: its pairs in order, with spaces between."""
    return " ".join(pair for run in runs(text) for pair in pairs(run))


def pieces(text: str, wanted: Sequence[str], around: int) -> list[Piece]:
    """The text cut where one of the runs `wanted` stands in it; of a long text `around` characters beside the first."""
    spans = list(_joined(_spans(text, wanted)))
    begin, end = _window(len(text), spans, around)
    found, at = [Piece("…", marked=False)] if begin else [], begin
    for start, stop in spans:
        if start >= end:
            break
        found += [Piece(text[at:start], marked=False), Piece(text[start : min(stop, end)], marked=True)]
        at = min(stop, end)
    found.append(Piece(text[at:end] + ("…" if end < len(text) else ""), marked=False))
    return [piece for piece in found if piece.text]


def _window(length: int, spans: Sequence[tuple[int, int]], around: int) -> tuple[int, int]:
    if length <= 2 * around or not spans:
        return 0, min(length, 2 * around)
    begin = max(0, spans[0][0] - around // 2)
    return begin, min(length, max(spans[0][1], begin + 2 * around))


def _spans(text: str, wanted: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where the runs stand in the text as it is written."""
    folded, places = _placed(text)
    for run in wanted:
        at = folded.find(run)
        while at >= 0:
            yield places[at], places[at + len(run) - 1] + 1
            at = folded.find(run, at + len(run))


def _placed(text: str) -> tuple[str, list[int]]:
    """The text folded, and for each character of it the place in the text that it comes from."""
    found = [(char, place) for place, written in enumerate(text) for char in _FOLDED[ord(written)]]
    folded = "".join(char for char, _ in found)
    dropped = {at for sign in DROPPED.finditer(folded) for at in range(*sign.span())}
    kept = [pair for at, pair in enumerate(found) if at not in dropped]
    return LOOSE.sub(" ", "".join(char for char, _ in kept)), [place for _, place in kept]


def _joined(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The spans in order; those that touch or overlap as one."""
    whole: tuple[int, int] | None = None
    for start, end in sorted(spans):
        if whole and start <= whole[1]:
            whole = (whole[0], max(whole[1], end))
            continue
        if whole:
            yield whole
        whole = (start, end)
    if whole:
        yield whole
