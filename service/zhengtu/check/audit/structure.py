"""The numbering of the sections in, what breaks in it out."""

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from zhengtu.check.audit.facts import Facts
from zhengtu.model import Check, Label, Section, SourceText, Span

HAN = {digit: number for number, digit in enumerate("一二三四五六七八九十", start=1)}
STYLES = tuple(
    re.compile(rf"\s*({before}({digits}){after}.*)")
    for before, digits, after in (
        ("", "[一二三四五六七八九十]{1,3}", "、"),
        ("[（(]", "[一二三四五六七八九十]{1,3}", "[）)]"),
        ("", "[0-9]{1,2}", "[.．、]"),
        ("[（(]", "[0-9]{1,2}", "[）)]"),
        ("", "[一二三四五六七八九十]{1,3}", "是"),
    )
)
"""The ways to number a heading; each finds its line and its number."""


class Numbered(NamedTuple):
    """A section with its number, and the line that it begins with."""

    number: int
    section: Section
    place: Span


def structure(facts: Facts) -> Iterator[Check]:
    """Sections of one parent and one style of number: each has a higher number than the one before.

    A number left out may be a heading that the outline does not name, and is no break.
    """
    groups: dict[tuple[str | None, re.Pattern[str]], list[Numbered]] = defaultdict(list)
    for section in facts.report.sections:
        for style in STYLES:
            if found := _numbered(facts.report.text, section, style):
                groups[section.parent, style].append(found)
    for (parent, _), numbered in groups.items():
        if len(numbered) > 1:
            yield _check(facts, parent, numbered)


def _numbered(text: SourceText, section: Section, style: re.Pattern[str]) -> Numbered | None:
    found = style.match(text.raw, section.span.start)
    return Numbered(_number(found[2]), section, Span(*found.span(1))) if found else None


def _check(facts: Facts, parent: str | None, numbered: list[Numbered]) -> Check:
    broken = any(one.number >= other.number for one, other in pairwise(numbered))
    title = next((s.title for s in facts.report.sections if s.id == parent), facts.report.title)
    listed = [str(one.number) for one in numbered]
    zh, en = ("有重复或倒退", "some come again") if broken else ("依次增加", "one after another")
    return Check(
        id=f"structure-{numbered[0].section.id}",
        rule="structure",
        outcome="failed" if broken else "passed",
        type="structure" if broken else "",
        title=Label(f"{title.zh}：编号", f"{title.en or title.zh}: numbering"),
        figures=(),
        stated="、".join(listed),
        computed="",
        explanation=Label(f"编号为{'、'.join(listed)}，{zh}。", f"The numbers are {', '.join(listed)}: {en}."),
        spans=tuple(one.place for one in numbered),
    )


def _number(text: str) -> int:
    """7 → 7, 七 → 7, 十二 → 12, 二十一 → 21."""
    if text.isdigit():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return HAN[text]
    return 10 * HAN.get(tens, 1) + HAN.get(ones, 0)
