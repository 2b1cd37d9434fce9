"""A report in, the numbers of its text that nothing accounts for out.

A number is a run of digits, or a Han numeral before a classifier. It is accounted for when it lies inside the
printed value of a figure, or inside a slice that not-figures.csv lists with a reason; never both.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from zhengtu.errors import InputError, NumberCoveredTwice, NumberUncovered
from zhengtu.model import Report, SourceText, Span

DIGITS = re.compile(r"\d+")
COUNTED = ("种", "批", "层", "章", "届", "维度", "方面", "季度")
"""Words that follow a Han numeral, as the units of the unit table do, but are none."""
CONTEXT = 12


@dataclass(frozen=True, slots=True)
class Coverage:
    """`total` numbers; those in neither table, and those in both."""

    total: int
    uncovered: tuple[Span, ...]
    twice: tuple[Span, ...]

    @property
    def share(self) -> Decimal:
        """The share that is accounted for, 0 to 1, to four places."""
        if not self.total:
            return Decimal(1)
        return (1 - Decimal(len(self.uncovered)) / self.total).quantize(Decimal("0.0001"))


def measure(report: Report, units: Iterable[str]) -> Coverage:
    """Which numbers of the text are accounted for; `units` are those that the unit table knows."""
    figures = _Slices(figure.printed_at for figure in report.figures)
    others = _Slices(span for listed in report.not_figures for span in listed.spans)
    numbers = sorted({*_digits(report.text), *_han_counts(report.text, units)})
    return Coverage(
        total=len(numbers),
        uncovered=tuple(n for n in numbers if not figures.hold(n) and not others.hold(n)),
        twice=tuple(n for n in numbers if figures.hold(n) and others.hold(n)),
    )


def problems(report: Report, coverage: Coverage) -> list[InputError]:
    """One error per number that is not accounted for exactly once."""
    return [
        *(NumberUncovered("text.txt", _where(report.text, n), row=_line(report.text, n)) for n in coverage.uncovered),
        *(NumberCoveredTwice("text.txt", _where(report.text, n), row=_line(report.text, n)) for n in coverage.twice),
    ]


class _Slices:
    """Spans that can be asked whether one of them holds another."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self._spans = sorted(set(spans))
        self._starts = [span.start for span in self._spans]
        self._longest = max((span.end - span.start for span in self._spans), default=0)

    def hold(self, number: Span) -> bool:
        last = bisect_right(self._starts, number.start)
        for index in range(last - 1, -1, -1):
            span = self._spans[index]
            if span.start < number.end - self._longest:
                return False
            if span.holds(number):
                return True
        return False


def _digits(text: SourceText) -> Iterator[Span]:
    return (Span(found.start(), found.end()) for found in DIGITS.finditer(text.raw))


def _han_counts(text: SourceText, units: Iterable[str]) -> Iterator[Span]:
    words = "|".join(map(re.escape, sorted({*units, *COUNTED})))
    for found in re.finditer(f"[零〇一二两三四五六七八九十百千]+(?={words})", text.squeezed):
        yield text.span(found.start(), found.end() - found.start())


def _where(text: SourceText, number: Span) -> str:
    around = text.raw[max(0, number.start - CONTEXT) : number.end + CONTEXT]
    return f"{text.slice(number)} at {number.start} in …{around}…"


def _line(text: SourceText, number: Span) -> int:
    return text.raw.count("\n", 0, number.start) + 1
