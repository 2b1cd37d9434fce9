"""A period id in, a Period out: `2024`, `2024-12-25`, `to-2024-12-31`, or one of periods.csv."""

import re
from collections.abc import Mapping
from datetime import date

from zhengtu.model import Label, Period

_YEAR = re.compile(r"\d{4}")
_DAY = re.compile(r"(to-)?(\d{4}-\d{2}-\d{2})")


def period(identifier: str, known: Mapping[str, Period]) -> Period | None:
    """The period that `identifier` names, or None."""
    if identifier in known:
        return known[identifier]
    if _YEAR.fullmatch(identifier):
        return calendar_year(int(identifier))
    found = _DAY.fullmatch(identifier)
    if found is None or not _is_date(found[2]):
        return None
    day = date.fromisoformat(found[2])
    zh = f"{day.year}年{day.month}月{day.day}日"
    if found[1]:
        return Period(identifier, Label(f"截至{zh}", f"up to {day}"), "", found[2])
    return Period(identifier, Label(zh, found[2]), found[2], found[2])


def calendar_year(year: int) -> Period:
    """The period of a calendar year."""
    return Period(f"{year:04}", Label(f"{year}年", str(year)), f"{year:04}-01-01", f"{year:04}-12-31")


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
