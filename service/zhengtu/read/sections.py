"""Text and outline in, sections out: headings are found by their text, never by their number.

Numbers repeat and break in real files, so a heading is what stands at the start of a line after any numbering marker;
it may be wrapped, and is sought after the heading before it. One of the profile ends there, with its line or a mark,
for a sentence may begin with its words; one of the report's own, which a person chose, may run into its sentence.
What a table of contents lists before its first heading comes again is no heading.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from zhengtu.errors import HeadingMissing
from zhengtu.model import Label, Section, SourceText, Span, squeeze

MARKER = re.compile(
    r"[ \t　]*(?:[一二三四五六七八九十]+[、是]|[（(][一二三四五六七八九十\d]+[）)]|\d+[.．、])?[ \t　]*"
)

CLOSING = r"[ \t　]*(?:[。：:（(]|\r?\n|\Z)"
CONTENTS = "目录"


@dataclass(frozen=True, slots=True)
class Heading:
    """An outline entry: any of `texts` names the section; none at all means what stands before the others."""

    id: str
    parent: str | None
    title: Label
    texts: tuple[str, ...]
    required: bool


def find_sections(text: SourceText, outline: Sequence[Heading], file: str) -> tuple[Section, ...]:
    """The sections of `text`, in order. An absent optional heading gives no section.

    Raises HeadingMissing for a required heading; `file` is where the outline was written down.
    """
    starts = _line_starts(text)
    found: list[tuple[int, Heading]] = []
    after = -1
    for heading in outline:
        start = 0 if not heading.texts else _find(text, starts, heading, after)
        if start is None or (not heading.texts and not _opens_with_words(text, outline, starts)):
            if heading.required:
                raise HeadingMissing(file, f"{heading.id}: {' | '.join(heading.texts)}")
            continue
        found.append((start, heading))
        after = start
    ends = [start for start, _ in found[1:]] + [len(text.raw)]
    kept = {heading.id for _, heading in found}
    return tuple(
        Section(h.id, h.title, h.parent if h.parent in kept else None, Span(0 if i == 1 else start, end), position=i)
        for i, ((start, h), end) in enumerate(zip(found, ends, strict=True), start=1)
    )


def merge_outline(standard: Iterable[Heading], own: Iterable[tuple[str, Heading]]) -> tuple[Heading, ...]:
    """The profile's outline with the report's own headings, each after the one it names.

    A heading of the profile may be missing from a report (a gap in the document), an own one may not. An own heading
    with the id of one of the profile takes its place: the report words it in its own way.
    Raises KeyError with the id when an own heading follows one that is not there.
    """
    own = tuple(own)
    reworded = {heading.id for _, heading in own}
    outline = [heading for heading in standard if heading.id not in reworded]
    for after, heading in own:
        places = [i for i, known in enumerate(outline) if known.id == after]
        if not places:
            raise KeyError(after)
        outline.insert(places[0] + 1, heading)
    return tuple(outline)


def _line_starts(text: SourceText) -> list[tuple[int, int]]:
    """(offset of the line, offset of its first character after the marker) of every line that could be a heading."""
    starts, offset = [], 0
    for line in text.raw.splitlines(keepends=True):
        if line.strip():
            marker = MARKER.match(line)
            starts.append((offset, offset + (marker.end() if marker else 0)))
        offset += len(line)
    return _without_contents(text, starts)


def _without_contents(text: SourceText, starts: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The lines but for those of a table of contents that lists headings without pages."""
    said = [squeeze(text.raw[words:].partition("\n")[0]) for _, words in starts]
    if CONTENTS not in said[:-1]:
        return starts
    first = said.index(CONTENTS) + 1
    again = next((i for i in range(first + 1, len(said)) if said[i] == said[first]), first)
    return starts[:first] + starts[again:]


def _find(text: SourceText, starts: list[tuple[int, int]], heading: Heading, after: int) -> int | None:
    closing = "" if heading.required else CLOSING
    wanted = [re.compile(r"\s*".join(map(re.escape, squeeze(option))) + closing) for option in heading.texts]
    return next(
        (line for line, words in starts if line > after and any(w.match(text.raw, words) for w in wanted)), None
    )


def _opens_with_words(text: SourceText, outline: Sequence[Heading], starts: list[tuple[int, int]]) -> bool:
    """Whether anything stands before the first heading (a cover)."""
    firsts = [_find(text, starts, heading, -1) for heading in outline if heading.texts]
    first = min((start for start in firsts if start is not None), default=0)
    return bool(text.raw[:first].strip())
