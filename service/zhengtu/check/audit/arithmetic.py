"""Printed quantities in, whether one follows from the others out: intervals of fractions, never floats.

A printed number stands for every number that prints as it does, and the text does not say whether it was rounded or
cut off. So a result is computed three times: from the numbers as printed, from all that round to them, and from all
that they are cut from.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Literal, cast

from zhengtu.model import Quantity

STATED = ("eq", "none-stated")
"""Comparators of a number that is printed as it is, and not as a bound."""

Kind = Literal["stated", "bound", "about"]
KINDS: tuple[Kind, ...] = ("stated", "bound", "about")
"""What a number is worth as evidence, the best first: a result is worth as much as the worst that it is made of."""

How = Literal["exact", "half-up", "truncation", "unrounded", "bound", "about"]


@dataclass(frozen=True, slots=True)
class Interval:
    """All numbers from `low` to `high`; None is unbounded."""

    low: Fraction | None
    high: Fraction | None

    def meets(self, other: "Interval") -> bool:
        """Whether a number lies in both."""
        return _not_above(self.low, other.high) and _not_above(other.low, self.high)

    def __add__(self, other: "Interval") -> "Interval":
        return Interval(_plus(self.low, other.low), _plus(self.high, other.high))

    def __sub__(self, other: "Interval") -> "Interval":
        return Interval(_minus(self.low, other.high), _minus(self.high, other.low))

    def __truediv__(self, other: "Interval") -> "Interval":
        """The quotient by numbers above zero. Raises ZeroDivisionError when the divisor may be none of these."""
        if other.low is None or other.low <= 0:
            raise ZeroDivisionError
        return Interval(_quotient(self.low, other.high, other.low), _quotient(self.high, other.low, other.high))

    def times(self, factor: int) -> "Interval":
        """The interval scaled by a positive factor."""
        return Interval(*(None if bound is None else bound * factor for bound in (self.low, self.high)))


@dataclass(frozen=True, slots=True)
class Number:
    """One number: as printed, as all that round to it, as all that are cut to it."""

    point: Interval
    rounded: Interval
    cut: Interval
    kind: Kind = "stated"

    @property
    def value(self) -> Fraction:
        """The number as printed."""
        return cast("Fraction", self.point.low)


def number(quantity: Quantity) -> Number:
    """A printed quantity as a number to compute with."""
    value, step = Fraction(quantity.value), Fraction(quantity.rounding_unit)
    point = Interval(value, value)
    rounded = Interval(_fraction(quantity.low), _fraction(quantity.high))
    if quantity.comparator not in STATED:
        return Number(point, rounded, rounded, "about" if quantity.comparator == "about" else "bound")
    if rounded == point:
        return Number(point, rounded, rounded)
    return Number(point, rounded, Interval(value - step, value) if value < 0 else Interval(value, value + step))


def apply(operation: Callable[..., Interval], *numbers: Number) -> Number:
    """`operation` on each of the three readings of `numbers`."""
    return Number(
        operation(*(n.point for n in numbers)),
        operation(*(n.rounded for n in numbers)),
        operation(*(n.cut for n in numbers)),
        _worst(n.kind for n in numbers),
    )


def explained(stated: Quantity, computed: Number) -> How | None:
    """How the stated quantity follows from the computed number, or None when it does not.

    What is only about known follows from nothing and contradicts nothing: `about`.
    """
    said = number(stated)
    kind = _worst((said.kind, computed.kind))
    if kind == "about":
        return "about"
    if kind == "bound":
        return "bound" if said.rounded.meets(computed.rounded) else None
    step, value = Fraction(stated.rounding_unit), computed.value
    if value == said.value:
        return "exact"
    if _half_up(value, step) == said.value:
        return "half-up"
    if _cut(value, step) == said.value:
        return "truncation"
    readings = (computed.rounded, computed.cut)
    return "unrounded" if any(s.meets(c) for s in (said.rounded, said.cut) for c in readings) else None


def _worst(kinds: Iterable[Kind]) -> Kind:
    return max(kinds, key=KINDS.index, default="stated")


def _half_up(value: Fraction, step: Fraction) -> Fraction:
    size = floor(abs(value) / step + Fraction(1, 2)) * step
    return size if value >= 0 else -size


def _cut(value: Fraction, step: Fraction) -> Fraction:
    size = floor(abs(value) / step) * step
    return size if value >= 0 else -size


def _fraction(value: Decimal | None) -> Fraction | None:
    return None if value is None else Fraction(value)


def _quotient(bound: Fraction | None, if_positive: Fraction | None, if_negative: Fraction | None) -> Fraction | None:
    if bound is None:
        return None
    divisor = if_positive if bound >= 0 else if_negative
    return Fraction(0) if divisor is None else bound / divisor


def _not_above(low: Fraction | None, high: Fraction | None) -> bool:
    return low is None or high is None or low <= high


def _plus(one: Fraction | None, other: Fraction | None) -> Fraction | None:
    return None if one is None or other is None else one + other


def _minus(one: Fraction | None, other: Fraction | None) -> Fraction | None:
    return None if one is None or other is None else one - other
