"""A printed value in, a Quantity out: the quantity grammar of the genre, as tables.

    [rate] [direction] [comparator] number [余多] [multiplier] [余多] [unit] [余多] [comparator]

White space is noise, full-width digits and signs are folded. Nothing is guessed: what the tables do not
know raises QuantityError or UnitError.
"""

import re
from collections.abc import Mapping
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
MULTIPLIERS = {"万亿": 10**12, "亿": 10**8, "万": 10**4, "千": 10**3, "百": 10**2}
HAN_DIGITS = dict(zip("零一二三四五六七八九", range(10), strict=True)) | {"〇": 0, "两": 2}
HAN_PLACES = {"十": 10, "百": 100, "千": 1000}

MORE = frozenset("余多")
MIRROR: dict[Comparator, Comparator] = {"gt": "lt", "ge": "le", "lt": "gt", "le": "ge"}
FOLDED = str.maketrans("０１２３４５６７８９％＞＜＝．", "0123456789%><=.")
COUNT_UNIT = "NUM"
RATE_UNIT = "NUM-PER-YR"


class QuantityError(ValueError):
    """The printed value does not follow the grammar."""


class UnitError(ValueError):
    """The printed unit is not in the unit table."""


def _either(words: Mapping[str, object]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


_GRAMMAR = re.compile(
    rf"(?P<rate>{_either(RATES)})?"
    rf"(?P<direction>{_either(DIRECTIONS)})?"
    rf"(?P<prefix>{_either(PREFIXES)})?"
    rf"(?P<number>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?|[{''.join(HAN_DIGITS)}{''.join(HAN_PLACES)}]+)"
    rf"(?P<more>[余多])?(?P<multiplier>{_either(MULTIPLIERS)})?(?P<more_scaled>[余多])?"
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
    scale, word = found["multiplier"] or "", found["unit"]
    if scale and scale + word in units:  # 百分比 is a unit, not a hundred of something
        scale, word = "", scale + word
    unit, classifier = _unit(word, units) if word else bare
    number, decimals = _number(found["number"], printed)
    multiplier = MULTIPLIERS.get(scale, 1)
    sign = DIRECTIONS.get(found["direction"], 1)
    magnitude, step = number * multiplier, Decimal(multiplier).scaleb(-decimals)
    if found["rate"]:
        unit, magnitude = _rate(found["rate"], unit, magnitude, printed)
    comparator = _comparator(found, printed)
    exact = unit in (COUNT_UNIT, RATE_UNIT) and multiplier == 1 and not decimals
    low, high = _bounds(magnitude, Decimal(0) if exact else step / 2, comparator, found["prefix"] == "近")
    if sign < 0:
        low, high, comparator = _negative(high), _negative(low), MIRROR.get(comparator, comparator)
    return Quantity(
        value=magnitude * sign,
        low=low,
        high=high,
        rounding_unit=step,
        comparator=comparator,
        unit=unit,
        classifier=classifier,
        unit_text=scale + word,
    )


def _unit(word: str, units: Mapping[str, tuple[str, str]]) -> tuple[str, str]:
    if word not in units:
        raise UnitError(word)
    return units[word]


def _number(text: str, printed: str) -> tuple[Decimal, int]:
    """The number and its count of decimals."""
    if text[0].isdigit():
        digits = text.replace(",", "")
        return Decimal(digits), len(digits.partition(".")[2])
    return Decimal(_han(text, printed)), 0


def _han(text: str, printed: str) -> int:
    """三 → 3, 十二 → 12, 二十 → 20, 一百零五 → 105."""
    total, digit = 0, None
    for character in text:
        if character in HAN_PLACES:
            total += (1 if digit is None else digit) * HAN_PLACES[character]
            digit = None
        elif digit:
            raise QuantityError(printed)
        else:
            digit = HAN_DIGITS[character]
    return total + (digit or 0)


def _rate(word: str, unit: str, magnitude: Decimal, printed: str) -> tuple[str, Decimal]:
    """A count per period as a count per year."""
    if unit != COUNT_UNIT:
        raise QuantityError(printed)
    return RATE_UNIT, magnitude * RATES[word]


def _comparator(found: re.Match[str], printed: str) -> Comparator:
    """The one comparator that is printed; two that differ are no quantity."""
    said: set[Comparator] = {"ge"} if any(found[m] for m in ("more", "more_scaled", "more_unit")) else set()
    if found["prefix"]:
        said.add(PREFIXES[found["prefix"]])
    if found["suffix"]:
        said.add(SUFFIXES[found["suffix"]])
    if len(said) > 1:
        raise QuantityError(printed)
    return said.pop() if said else "eq"


def _bounds(
    value: Decimal, half: Decimal, comparator: Comparator, below: bool
) -> tuple[Decimal | None, Decimal | None]:
    """Lower and upper bound; `half` is half of the last printed digit, `below` the 近 that says less than."""
    match comparator:
        case "gt" | "ge":
            return value, None
        case "lt" | "le":
            return None, value
        case "about":
            return None, value if below else None
        case _:
            return value - half, value + half


def _negative(value: Decimal | None) -> Decimal | None:
    return None if value is None else -value
