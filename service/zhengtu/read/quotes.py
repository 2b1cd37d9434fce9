"""A quote and the text in, exact character spans out; white space apart, never fuzzily."""

from collections.abc import Iterator

from zhengtu.model import SourceText, Span, squeeze

ELLIPSIS = "…"


class NotFoundError(LookupError):
    """A slice does not occur (where it must)."""


class AmbiguousError(LookupError):
    """A slice occurs more than once; `args[1]` is how often."""


def locate(text: SourceText, quote: str, occurrence: int | None = None) -> tuple[Span, ...]:
    """The spans of `quote`, whose slices are joined by `…`.

    The first slice must be unique or numbered by `occurrence` (from 1); each next one is the first match
    after the one before. Raises NotFoundError or AmbiguousError with the slice.
    """
    first, *rest = (squeeze(part) for part in quote.split(ELLIPSIS))
    start = _first(text.squeezed, first, occurrence)
    spans = [text.span(start, len(first))]
    for part in rest:
        start = text.squeezed.find(part, start + 1)
        if not part or start < 0:
            raise NotFoundError(part)
        spans.append(text.span(start, len(part)))
    return tuple(spans)


def locate_all(text: SourceText, quote: str) -> tuple[Span, ...]:
    """Every span where `quote` (one slice) occurs. Raises NotFoundError when there is none."""
    part = squeeze(quote)
    spans = tuple(text.span(start, len(part)) for start in occurrences(text.squeezed, part))
    if not spans:
        raise NotFoundError(part)
    return spans


def locate_within(text: SourceText, spans: tuple[Span, ...], printed: str, occurrence: int | None) -> Span:
    """The span of `printed` inside one of `spans`.

    Raises NotFoundError when it is in none, AmbiguousError when it is there more than once without number.
    """
    part = squeeze(printed)
    inside = [
        span
        for start in occurrences(text.squeezed, part)
        if any(outer.holds(span := text.span(start, len(part))) for outer in spans)
    ]
    return inside[_choose(len(inside), part, occurrence)]


def occurrences(text: str, part: str) -> Iterator[int]:
    """Every start of `part` in `text`, overlapping ones too."""
    start = text.find(part) if part else -1
    while start >= 0:
        yield start
        start = text.find(part, start + 1)


def _first(text: str, part: str, occurrence: int | None) -> int:
    starts = list(occurrences(text, part))
    return starts[_choose(len(starts), part, occurrence)]


def _choose(count: int, part: str, occurrence: int | None) -> int:
    if count == 0 or (occurrence is not None and not 1 <= occurrence <= count):
        raise NotFoundError(part)
    if occurrence is None and count > 1:
        raise AmbiguousError(part, count)
    return (occurrence or 1) - 1
