"""Interval arithmetic: whatever a printed number stands for is inside, and what rounding cannot explain is outside."""

from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhengtu.check.audit.arithmetic import Interval, apply, explained, number
from zhengtu.model import Comparator, Quantity

true_values = st.decimals(min_value=Decimal("0.001"), max_value=10**6, places=6, allow_nan=False)
steps = st.sampled_from([Decimal(1), Decimal("0.1"), Decimal("0.01"), Decimal(10)])
roundings = st.sampled_from([ROUND_HALF_UP, ROUND_DOWN])


def printed(value: Decimal, step: Decimal, rounding: str = ROUND_HALF_UP, comparator: Comparator = "eq") -> Quantity:
    """`value` as a report prints it, to whole `step`s."""
    shown = (value / step).quantize(Decimal(1), rounding=rounding) * step
    return Quantity(shown, shown - step / 2, shown + step / 2, step, comparator, "CCY_CNY", "", "元")


def counted(value: int) -> Quantity:
    """A count, which is exact."""
    return Quantity(Decimal(value), Decimal(value), Decimal(value), Decimal(1), "eq", "NUM", "个", "个")


@given(true_values, true_values, steps, steps, roundings)
def test_a_true_sum_is_explained_however_it_was_printed(
    one: Decimal, other: Decimal, fine: Decimal, coarse: Decimal, rounding: str
) -> None:
    parts = [number(printed(value, fine, rounding)) for value in (one, other)]
    assert explained(printed(one + other, coarse, rounding), apply(Interval.__add__, *parts))


@given(true_values, true_values, steps, roundings)
def test_a_true_difference_is_explained(one: Decimal, other: Decimal, step: Decimal, rounding: str) -> None:
    parts = [number(printed(value, step, rounding)) for value in (one, other)]
    assert explained(printed(one - other, step, rounding), apply(Interval.__sub__, *parts))


@given(
    st.integers(0, 10**5),
    st.integers(1, 10**5),
    st.sampled_from([Decimal(1), Decimal("0.1"), Decimal("0.01")]),
    roundings,
)
def test_a_true_rate_of_counts_is_explained_and_one_step_away_is_not(
    numerator: int, denominator: int, step: Decimal, rounding: str
) -> None:
    def rate(n: Interval, d: Interval) -> Interval:
        return (n / d).times(100)

    computed = apply(rate, number(counted(numerator)), number(counted(denominator)))
    exact = Fraction(numerator * 100, denominator)
    assert computed.value == exact
    whole = (Decimal(numerator * 100) / Decimal(denominator) / step).quantize(Decimal(1), rounding=rounding) * step
    assert explained(printed(whole, step), computed)
    assert explained(printed(whole + 2 * step, step), computed) is None


@pytest.mark.parametrize(
    ("stated", "computed", "how"),
    [("98.4", "98.4", "exact"), ("98.4", "98.44", "half-up"), ("98.4", "98.47", "truncation"), ("98.4", "98.52", None)],
)
def test_the_way_of_rounding_is_named(stated: str, computed: str, how: str | None) -> None:
    value = Fraction(computed)
    point = Interval(value, value)
    assert explained(printed(Decimal(stated), Decimal("0.1")), apply(lambda: point)) == how


def test_parts_of_rounded_numbers_may_miss_their_rounded_sum_by_a_step() -> None:
    parts = [number(printed(Decimal(value), Decimal("0.01"))) for value in ("0", "2.89", "0.72")]
    computed = apply(lambda a, b, c: a + b + c, *parts)
    assert explained(printed(Decimal("3.62"), Decimal("0.01")), computed) == "unrounded"
    assert explained(printed(Decimal("3.66"), Decimal("0.01")), computed) is None


def test_a_bound_holds_for_what_may_lie_within_it() -> None:
    over = Quantity(Decimal(20), Decimal(20), None, Decimal(1), "gt", "NUM", "个", "个")
    assert explained(over, number(counted(25))) == "bound"
    assert explained(over, number(counted(15))) is None


def test_nothing_is_divided_by_what_may_be_zero() -> None:
    one = Interval(Fraction(1), Fraction(1))
    for divisor in (
        Interval(Fraction(0), Fraction(1)),
        Interval(None, Fraction(1)),
        Interval(Fraction(-1), Fraction(2)),
    ):
        with pytest.raises(ZeroDivisionError):
            one / divisor
    assert one / Interval(Fraction(2), None) == Interval(Fraction(0), Fraction(1, 2))
    assert Interval(Fraction(-4), Fraction(4)) / Interval(Fraction(1), Fraction(2)) == Interval(
        Fraction(-4), Fraction(4)
    )
