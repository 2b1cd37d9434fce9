"""A printed value in, a Quantity out: the quantity grammar of the genre, as tables.

    [rate] [direction] [comparator] number [余多] [multiplier] [余多] [unit] [余多] [comparator]

White space is noise, full-width digits and signs are folded. Nothing is guessed: what the tables do not
know raises QuantityError or UnitError.
"""

import re
from collections.abc import Container, Mapping
from decimal import Decimal

from zhengtu.model import Comparator, Quantity, squeeze

RATES = {"每年": 1, "每半年": 2, "每季度": 4, "每月": 12, "每周": 52, "每日": 365, "每天": 365}
DIRECTIONS = {
    **dict.fromkeys(("增加了", "增加", "增长", "上升", "提升", "提高", "上涨", "超计划"), 1),
    **dict.fromkeys(("减少了", "减少", "下降", "降低", "精简", "压减", "下跌", "低于计划", "-", "−", "－"), -1),
}
PREFIXES: dict[str, Comparator] = {
    **dict.fromkeys(("超过", "超", "突破", "逾", "大于", "高于", "多于", ">"), "gt"),
    **dict.fromkeys(("不少于", "不低于", "不小于", "至少", "≥", "≧", ">="), "ge"),
    **dict.fromkeys(("小于", "低于", "少于", "不足", "<"), "lt"),
    **dict.fromkeys(("不超过", "不高于", "不大于", "不多于", "至多", "≤", "≦", "<="), "le"),
    **dict.fromkeys(("约", "大约", "近"), "about"),
    "=": "eq",
}
SUFFIXES: dict[str, Comparator] = {
    **dict.fromkeys(("及以上", "以上"), "ge"),
    **dict.fromkeys(("及以下", "以下", "以内"), "le"),
    "左右": "about",
}
MULTIPLIERS = {"万亿": 10**12, "亿": 10**8, "万": 10**4}
MULTIPLIERS_OF_DIGITS = {
    **MULTIPLIERS,
    "千亿": 10**11,
    "百亿": 10**10,
    "千万": 10**7,
    "百万": 10**6,
    "十万": 10**5,
    "千": 10**3,
    "百": 10**2,
}
"""A Han numeral says thousands and hundreds itself."""
HAN_DIGITS = dict(zip("零一二三四五六七八九", range(10), strict=True)) | {"〇": 0, "两": 2}
HAN_PLACES = {"十": 10, "百": 100, "千": 1000}

MIRROR: dict[Comparator, Comparator] = {"gt": "lt", "ge": "le", "lt": "gt", "le": "ge"}
FOLDED = str.maketrans("０１２３４５６７８９％＞＜＝．", "0123456789%><=.")
COUNT_UNIT = "NUM"
RATE_UNIT = "NUM-PER-YR"
MOST_DIGITS = 15
"""Longer numbers would be rounded on the way (Python's decimals have 28 digits)."""


class QuantityError(ValueError):
    """The printed value does not follow the grammar."""


class UnitError(ValueError):
    """The printed unit is not in the unit table."""


def _either(words: Mapping[str, object]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


_ONES = "[一二两三四五六七八九]"
_TENS = f"{_ONES}十{_ONES}?"
_HUNDREDS = f"{_ONES}百(?:[零〇]{_ONES}|{_TENS})?"
_THOUSANDS = f"{_ONES}千(?:[零〇](?:{_TENS}|{_ONES})|{_HUNDREDS})?"
_HAN = f"{_THOUSANDS}|{_HUNDREDS}|{_TENS}|十{_ONES}?|{_ONES}|[零〇]"
_NUMERALS = "".join((*HAN_DIGITS, *HAN_PLACES))

_GRAMMAR = re.compile(
    rf"(?P<rate>{_either(RATES)})?"
    rf"(?P<direction>{_either(DIRECTIONS)})?"
    rf"(?P<prefix>{_either(PREFIXES)})?"
    rf"(?:(?P<digits>(?:[1-9][0-9]{{0,2}}(?:,[0-9]{{3}})+|0|[1-9][0-9]*)(?:\.[0-9]+)?)(?P<more>[余多])?"
    rf"(?P<multiplier>{_either(MULTIPLIERS_OF_DIGITS)})?"
    rf"|(?P<han>{_HAN})(?P<han_more>[余多])?(?P<han_multiplier>{_either(MULTIPLIERS)})?(?![{_NUMERALS}]))"
    rf"(?P<more_scaled>[余多])?"
    rf"(?P<unit>[^\d\s]*?)(?P<more_unit>[余多])?(?P<suffix>{_either(SUFFIXES)})?"
)


def parse(printed: str, units: Mapping[str, tuple[str, str]], bare: tuple[str, str] = ("", "")) -> Quantity:
    """Read `printed` (for example `≥120万宗`, `减少 3672.85 万元`, `30 余场次`, `每季度 1 次`, `四个`).

    `units` maps a printed unit to (QUDT unit code, classifier); `bare` is what a number without unit gets.
    Raises QuantityError when the grammar does not cover it, UnitError when the unit is not in the table.
    """
    found = _GRAMMAR.fullmatch(squeeze(printed).translate(FOLDED))
    if found is None:
        raise QuantityError(printed)
    scale, word = found["multiplier"] or found["han_multiplier"] or "", found["unit"]
    if scale and scale + word in units:  # 百分比 is a unit, not a hundred of something
        scale, word = "", scale + word
    unit, classifier = _unit(word, units) if word else bare
    number, decimals = _number(found, printed)
    multiplier = MULTIPLIERS_OF_DIGITS.get(scale, 1)
    value, step = number * multiplier, Decimal(multiplier).scaleb(-decimals)
    if found["rate"]:
        unit, value, step = _rate(found["rate"], unit, value, step, printed)
    comparator = _comparator(found, printed)
    if DIRECTIONS.get(found["direction"], 1) < 0:
        value, comparator = -value, MIRROR.get(comparator, comparator)
    low, high = bounds(value, step, comparator, unit, near=found["prefix"] == "近")
    return Quantity(value, low, high, step, comparator, unit, classifier, scale + word)


def bounds(
    value: Decimal, step: Decimal, comparator: Comparator, unit: str, *, near: bool = False
) -> tuple[Decimal | None, Decimal | None]:
    """Lower and upper bound of a value whose last printed digit is worth `step`; `near` is the 近 that says less than.

    A count that is printed to the last piece is exact; everything else may lie half a step to either side.
    """
    match comparator:
        case "gt" | "ge":
            return value, None
        case "lt" | "le":
            return None, value
        case "about":
            return (value if near and value < 0 else None), (value if near and value >= 0 else None)
        case _:
            half = Decimal(0) if unit in (COUNT_UNIT, RATE_UNIT) and step == 1 else step / 2
            return value - half, value + half


def scaled_unit(word: str, units: Container[str]) -> str | None:
    """The multiplier that `word` begins with, where the rest is a unit too: 万 of 万元."""
    return next((m for m in MULTIPLIERS_OF_DIGITS if word.startswith(m) and word.removeprefix(m) in units), None)


def _unit(word: str, units: Mapping[str, tuple[str, str]]) -> tuple[str, str]:
    if word not in units:
        raise UnitError(word)
    return units[word]


def _number(found: re.Match[str], printed: str) -> tuple[Decimal, int]:
    """The number and its count of decimals."""
    if found["han"]:
        return Decimal(_han(found["han"])), 0
    digits = found["digits"].replace(",", "")
    if len(digits) > MOST_DIGITS:
        raise QuantityError(printed)
    return Decimal(digits), len(digits.partition(".")[2])


def _han(text: str) -> int:
    """三 → 3, 十二 → 12, 二十 → 20, 一百零五 → 105."""
    total, digit = 0, None
    for character in text:
        if character in HAN_PLACES:
            total += (1 if digit is None else digit) * HAN_PLACES[character]
            digit = None
        else:
            digit = HAN_DIGITS[character]
    return total + (digit or 0)


def _rate(word: str, unit: str, value: Decimal, step: Decimal, printed: str) -> tuple[str, Decimal, Decimal]:
    """A count per period as a count per year; one printed to the last piece stays so."""
    if unit != COUNT_UNIT:
        raise QuantityError(printed)
    times = RATES[word]
    return RATE_UNIT, value * times, step if step == 1 else step * times


def _comparator(found: re.Match[str], printed: str) -> Comparator:
    """The one comparator that is printed; two are no quantity."""
    more = [found[name] for name in ("more", "han_more", "more_scaled", "more_unit") if found[name]]
    said: list[Comparator] = ["ge"] * len(more)
    if found["prefix"]:
        said.append(PREFIXES[found["prefix"]])
    if found["suffix"]:
        said.append(SUFFIXES[found["suffix"]])
    if len(set(said)) > 1 or len(more) > 1:
        raise QuantityError(printed)
    return said[0] if said else "eq"
