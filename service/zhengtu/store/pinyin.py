"""A Chinese name in, the first letters of its pinyin out."""

import re
from collections.abc import Callable, Iterator
from functools import cache

HAN = re.compile(r"[\u3400-\u9fff]")
MOST_HAN = 30
"""What is longer is no name that anyone abbreviates."""


def initials(name: str) -> str:
    """`惠云眼` → `hyy`, what is not Chinese as it stands; empty for what is not Chinese at all, or too long."""
    if not 1 < len(HAN.findall(name)) <= MOST_HAN:
        return ""
    return "".join(_letters()(name))


@cache
def _letters() -> Callable[[str], Iterator[str]]:
    """The dictionary, read when it is first needed: it takes as much memory as all else that a service reads."""
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415

    def letters(name: str) -> Iterator[str]:
        return (part for part in lazy_pinyin(name, style=Style.FIRST_LETTER) if part.isalnum())

    return letters
