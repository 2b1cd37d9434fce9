"""The quantity grammar: the genre's examples, and properties over everything it can print."""

import csv
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhengtu import rooms
from zhengtu.model import Comparator
from zhengtu.read.quantity import MULTIPLIERS_OF_DIGITS, PREFIXES, RATES, QuantityError, UnitError, bounds, parse

with (rooms.data() / "reference" / "units.csv").open(encoding="utf-8", newline="") as table:
    UNITS = {row["printed"]: (row["unit"], row["classifier"]) for row in csv.DictReader(table)}

# printed, value, unit, classifier, comparator, rounding unit, low, high
EXAMPLES = [
    ("202.58 万宗", "2025800", "NUM", "宗", "eq", "100", "2025750", "2025850"),
    ("80亿条", "8000000000", "NUM", "条", "eq", "100000000", "7950000000", "8050000000"),
    ("7618.03万元", "76180300", "CCY_CNY", "", "eq", "100", "76180250", "76180350"),
    ("2.84\n\n亿元", "284000000", "CCY_CNY", "", "eq", "1000000", "283500000", "284500000"),
    ("7,800,000.00元", "7800000", "CCY_CNY", "", "eq", "0.01", "7799999.995", "7800000.005"),
    ("1,272.04 万元", "12720400", "CCY_CNY", "", "eq", "100", "12720350", "12720450"),
    ("超 9500类", "9500", "NUM", "类", "gt", "1", "9500", None),
    ("突破\n100万次", "1000000", "NUM", "次", "gt", "10000", "1000000", None),
    ("超过 20 万条", "200000", "NUM", "条", "gt", "10000", "200000", None),
    ("30 余场次", "30", "NUM", "场次", "ge", "1", "30", None),
    ("1225余万元", "12250000", "CCY_CNY", "", "ge", "10000", "12250000", None),
    ("900余项", "900", "NUM", "项", "ge", "1", "900", None),
    ("500多人", "500", "NUM", "人", "ge", "1", "500", None),
    ("约 2.84亿元", "284000000", "CCY_CNY", "", "about", "1000000", None, None),
    ("近90万人次", "900000", "NUM", "人次", "about", "10000", None, "900000"),
    ("90%以上", "90", "PERCENT", "", "ge", "1", "90", None),
    ("1小时以内", "1", "HR", "", "le", "1", None, "1"),
    ("≥120万宗", "1200000", "NUM", "宗", "ge", "10000", "1200000", None),
    ("＞10000\n路", "10000", "NUM", "路", "gt", "1", "10000", None),
    ("≤0次", "0", "NUM", "次", "le", "1", None, "0"),
    ("=100%", "100", "PERCENT", "", "eq", "1", "99.5", "100.5"),
    ("≥100百分比", "100", "PERCENT", "", "ge", "1", "100", None),
    ("13套", "13", "NUM", "套", "eq", "1", "13", "13"),
    ("每年 1次", "1", "NUM-PER-YR", "次", "eq", "1", "1", "1"),
    ("每季度 1\n次", "4", "NUM-PER-YR", "次", "eq", "1", "4", "4"),
    ("每年 4次", "4", "NUM-PER-YR", "次", "eq", "1", "4", "4"),
    ("每月1.5万次", "180000", "NUM-PER-YR", "次", "eq", "12000", "174000", "186000"),
    ("3千亿元", "300000000000", "CCY_CNY", "", "eq", "100000000000", "250000000000", "350000000000"),
    ("2百万元", "2000000", "CCY_CNY", "", "eq", "1000000", "1500000", "2500000"),
    ("三千万元", "30000000", "CCY_CNY", "", "eq", "10000", "29995000", "30005000"),
    ("减少近20%", "-20", "PERCENT", "", "about", "1", "-20", None),
    ("低于计划 5%", "-5", "PERCENT", "", "eq", "1", "-5.5", "-4.5"),
    ("20个左右", "20", "NUM", "个", "about", "1", None, None),
    ("减少0个", "0", "NUM", "个", "eq", "1", "0", "0"),
    ("98.62%", "98.62", "PERCENT", "", "eq", "0.01", "98.615", "98.625"),
    ("下降1.36个百分点", "-1.36", "PERCENT", "", "eq", "0.01", "-1.365", "-1.355"),
    ("下降 47.01%", "-47.01", "PERCENT", "", "eq", "0.01", "-47.015", "-47.005"),
    ("减少 3672.85 万元", "-36728500", "CCY_CNY", "", "eq", "100", "-36728550", "-36728450"),
    ("减少超 20%", "-20", "PERCENT", "", "lt", "1", None, "-20"),
    ("超计划 35%", "35", "PERCENT", "", "eq", "1", "34.5", "35.5"),
    ("11347平方\n\n公里", "11347", "KiloM2", "", "eq", "1", "11346.5", "11347.5"),
    ("281G", "281", "GigaBYTE", "", "eq", "1", "280.5", "281.5"),
    ("四个", "4", "NUM", "个", "eq", "1", "4", "4"),
    ("两项", "2", "NUM", "项", "eq", "1", "2", "2"),
    ("二十三家", "23", "NUM", "家", "eq", "1", "23", "23"),
    ("一百零五个", "105", "NUM", "个", "eq", "1", "105", "105"),
    ("7\n大", "7", "NUM", "大", "eq", "1", "7", "7"),
    ("37897", "37897", "", "", "eq", "1", "37896.5", "37897.5"),
]  # fmt: skip


@pytest.mark.parametrize("example", EXAMPLES, ids=[e[0] for e in EXAMPLES])
def test_the_genre_is_read(example: tuple[str, ...]) -> None:
    printed, value, unit, classifier, comparator, step, low, high = example
    read = parse(printed, UNITS)
    assert (read.value, read.unit, read.classifier, read.comparator) == (Decimal(value), unit, classifier, comparator)
    assert read.rounding_unit == Decimal(step)
    assert (read.low, read.high) == tuple(None if bound is None else Decimal(bound) for bound in (low, high))


@pytest.mark.parametrize(
    "printed",
    [
        "",
        "若干个",
        "十几个",
        "1,27.04 万元",
        "7×24小时",
        "202.58.1万宗",
        "超 20%以上",
        "增长--",
        "1 个平台",
        "第3届",
        "三五个",
        "一百二个",
        "一千五个",
        "十百个",
        "5余多个",
        "5余万余元",
        "0,123个",
        "007个",
        "٣个",
        "1234567890123456个",
        "每月 3小时",
    ],
)
def test_what_is_no_quantity_is_refused(printed: str) -> None:
    with pytest.raises((QuantityError, UnitError)):
        parse(printed, UNITS)


def test_a_bare_number_takes_the_unit_it_is_given() -> None:
    read = parse("37897", UNITS, ("NUM", "路"))
    assert (read.unit, read.classifier, read.low, read.high) == ("NUM", "路", read.value, read.value)


def test_an_unknown_unit_is_named() -> None:
    with pytest.raises(UnitError, match="枚"):
        parse("3 枚", UNITS)


numbers = st.decimals(min_value=0, max_value=10**7, places=2, allow_nan=False)


@given(numbers, st.sampled_from(["", *MULTIPLIERS_OF_DIGITS]), st.sampled_from(sorted(UNITS)))
def test_value_is_number_times_multiplier(number: Decimal, multiplier: str, unit: str) -> None:
    read = parse(f"{number} {multiplier}{unit}", UNITS)
    assert read.value == number * MULTIPLIERS_OF_DIGITS.get(multiplier, 1)
    assert read.low is not None
    assert read.high is not None
    assert read.low <= read.value <= read.high
    exact = read.unit == "NUM" and read.rounding_unit == 1
    assert read.high - read.low == (0 if exact else read.rounding_unit)


@given(numbers, st.sampled_from(sorted(PREFIXES)))
def test_a_comparator_bounds_one_side_at_most(number: Decimal, prefix: str) -> None:
    read = parse(f"{prefix}{number}%", UNITS)
    assert read.comparator == PREFIXES[prefix]
    sides: dict[Comparator, tuple[bool, bool]] = {
        "eq": (True, True), "gt": (True, False), "ge": (True, False), "lt": (False, True), "le": (False, True),
        "about": (False, prefix == "近"),
    }  # fmt: skip
    assert (read.low is not None, read.high is not None) == sides[read.comparator]


@given(numbers, st.sampled_from(["万元", "%", "个"]))
def test_decrease_mirrors_increase(number: Decimal, unit: str) -> None:
    more, less = parse(f"增加 {number}{unit}", UNITS), parse(f"减少 {number}{unit}", UNITS)
    assert less.value == -more.value
    assert less.low == (None if more.high is None else -more.high)


@given(st.integers(min_value=0, max_value=9_999_999))
def test_separators_and_width_change_nothing(number: int) -> None:
    wide = str(number).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    assert parse(f"{number:,} 个", UNITS) == parse(f"{number}个", UNITS) == parse(f"{wide}个", UNITS)


def test_han_numerals_count_to_999() -> None:
    digits = "一二三四五六七八九"
    for hundreds, tens, ones in product(range(10), repeat=3):
        written = (f"{digits[hundreds - 1]}百" if hundreds else "") + (
            f"{digits[tens - 1]}十" if tens else "零" if hundreds and ones else ""
        )
        written += digits[ones - 1] if ones else ""
        if written:
            assert parse(f"{written}个", UNITS).value == 100 * hundreds + 10 * tens + ones


@given(st.text(max_size=12))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read = parse(text, UNITS)
    except (QuantityError, UnitError):
        return
    assert any(character.isdigit() or character in "零一二三四五六七八九十百千两〇" for character in text)
    assert read.rounding_unit > 0


@pytest.mark.parametrize(
    ("word", "times"),
    [("每年", 1), ("每半年", 2), ("每季度", 4), ("每月", 12), ("每周", 52), ("每日", 365), ("每天", 365)],
)
def test_a_rate_is_counted_per_year(word: str, times: int) -> None:
    assert parse(f"{word}3次", UNITS).value == 3 * times
    assert word in RATES


def test_bounds_follow_value_step_comparator_and_unit() -> None:
    one, ten = Decimal(1), Decimal(10)
    assert bounds(ten, one, "eq", "NUM") == (ten, ten)
    assert bounds(ten, one, "eq", "PERCENT") == (Decimal("9.5"), Decimal("10.5"))
    assert bounds(ten, ten, "none-stated", "NUM") == (Decimal(5), Decimal(15))
    assert bounds(ten, one, "ge", "NUM") == (ten, None)
    assert bounds(ten, one, "lt", "NUM") == (None, ten)
