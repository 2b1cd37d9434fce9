"""The figures of a report by what they are about, and the words that a check says of them."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from math import floor
from typing import NamedTuple

from zhengtu.check.audit.arithmetic import How
from zhengtu.model import Check, Figure, Label, Outcome, Reference, Report, Span
from zhengtu.terms import plain

DECIMALS = re.compile(r"\.([0-9]+)")

HOW: Mapping[How, Label] = {
    "exact": Label("恰好相等", "exactly"),
    "half-up": Label("四舍五入后相等", "rounded half up"),
    "truncation": Label("截去尾数后相等", "cut off"),
    "unrounded": Label("按未舍入的数计算可以相等", "from unrounded numbers"),
    "bound": Label("与所述界限相容", "within the stated bound"),
    "about": Label("含约数，无法复算", "a number that is only about known proves nothing"),
}
OUTCOMES: Mapping[str, Outcome] = {
    "": "passed",
    "rounding": "passed",
    "scope": "inapplicable",
    "unverifiable": "cantTell",
    **dict.fromkeys(("conflict", "sum", "magnitude", "measure", "structure"), "failed"),
}
"""How a check ends whose finding is of this type. A difference that rounding explains is no failure, one of scope no
contradiction."""


class Key(NamedTuple):
    """What two figures must share to speak of one thing."""

    about: str
    indicator: str
    role: str
    form: str
    period: str
    scope: str


def key(figure: Figure) -> Key:
    """The key of a figure."""
    return Key(figure.about, figure.indicator, figure.role, figure.form, figure.period, figure.scope)


@dataclass(frozen=True)
class Facts:
    """One report as the rules see it."""

    report: Report
    reference: Reference

    @cached_property
    def by_id(self) -> Mapping[str, Figure]:
        """Figures by id."""
        return {figure.id: figure for figure in self.report.figures}

    @cached_property
    def by_key(self) -> Mapping[Key, tuple[Figure, ...]]:
        """Figures that state the same, in the order of the table."""
        found: dict[Key, list[Figure]] = defaultdict(list)
        for figure in self.report.figures:
            found[key(figure)].append(figure)
        return {k: tuple(figures) for k, figures in found.items()}

    def first(self, wanted: Key) -> Figure | None:
        """The first figure with this key."""
        return next(iter(self.by_key.get(wanted, ())), None)

    def title(self, figure: Figure) -> Label:
        """Thing and indicator."""
        thing, indicator = self.report.entities[figure.about].name, self.reference.indicators[figure.indicator].name
        return Label(f"{thing.zh}：{indicator.zh}", f"{thing.en or thing.zh}: {indicator.en or indicator.zh}")

    def check(self, rule: str, figures: Iterable[Figure], judged: "Judged") -> Check:
        """A check that a rule found; the first of `figures` is the one that is checked."""
        checked, *others = figures
        ids = (checked.id, *(figure.id for figure in others))
        return Check(
            id="-".join((rule, *ids)),
            rule=rule,
            outcome=judged.outcome or OUTCOMES[judged.type],
            type=judged.type,
            title=self.title(checked),
            figures=ids,
            stated=checked.printed,
            computed=judged.computed,
            explanation=judged.explanation,
            spans=tuple(quote_of(figure) for figure in (checked, *others)),
        )


@dataclass(frozen=True, slots=True)
class Judged:
    """What a rule says: `type` of the disagreement or empty; the outcome follows from it where none is given."""

    explanation: Label
    type: str = ""
    computed: str = ""
    outcome: Outcome | None = None


def quote_of(figure: Figure) -> Span:
    """The slice of the quote that the value is printed in."""
    return next(span for span in figure.quote if span.holds(figure.printed_at))


def shown(value: Fraction, like: Figure) -> str:
    """A computed value in the printed unit of a figure, to one digit more than it prints; with a true minus sign."""
    decimals = len(match[1]) if (match := DECIMALS.search(like.printed)) else 0
    scale = Fraction(like.quantity.rounding_unit) * 10**decimals
    size = floor(abs(value / scale) * 10 ** (decimals + 1) + Fraction(1, 2))
    sign = "−" if value < 0 < size else ""
    return sign + plain(Decimal(size).scaleb(-decimals - 1)) + like.quantity.unit_text


def numbers(figures: Iterable[Figure]) -> str:
    """Printed values, joined."""
    return "、".join(figure.printed for figure in figures)
