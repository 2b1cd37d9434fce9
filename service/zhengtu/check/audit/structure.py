"""The numbering of the sections in, what breaks in it out."""

import re
from collections import defaultdict
from collections.abc import Iterator

from zhengtu.check.audit.facts import Facts
from zhengtu.model import Check, Label, Section, Span

HAN = {digit: number for number, digit in enumerate("一二三四五六七八九十", start=1)}
STYLES = {
    "一、": re.compile(r"\s*([一二三四五六七八九十]{1,3})、"),
    "（一）": re.compile(r"\s*[（(]([一二三四五六七八九十]{1,3})[）)]"),
    "1.": re.compile(r"\s*([0-9]{1,2})[.．、]"),
    "（1）": re.compile(r"\s*[（(]([0-9]{1,2})[）)]"),
    "一是": re.compile(r"\s*([一二三四五六七八九十]{1,3})是"),
}


def structure(facts: Facts) -> Iterator[Check]:
    """Sections of one parent and one style of number: each is one more than the one before."""
    groups: dict[tuple[str | None, str], list[tuple[int, Section, Span]]] = defaultdict(list)
    for section in facts.report.sections:
        for style, pattern in STYLES.items():
            if found := pattern.match(facts.report.text.raw, section.span.start):
                start = found.end() - len(found[0].lstrip())
                place = Span(start, facts.report.text.raw.index("\n", found.end()))
                groups[section.parent, style].append((_number(found[1]), section, place))
    for (parent, _), numbered in groups.items():
        if len(numbered) > 1:
            yield _check(facts, parent, numbered)


def _check(facts: Facts, parent: str | None, numbered: list[tuple[int, Section, Span]]) -> Check:
    given = [number for number, _, _ in numbered]
    broken = given != list(range(1, len(given) + 1))
    title = next((s.title for s in facts.report.sections if s.id == parent), facts.report.title)
    listed = "、".join(map(str, given))
    said = (
        Label(f"编号为{listed}，有重复或跳号。", f"The numbers are {listed}: some are repeated or missing.")
        if broken
        else Label(f"编号为{listed}，连续。", f"The numbers are {listed}, one after another.")
    )
    first = numbered[0][1].id
    return Check(
        f"structure-{first}", "structure", "failed" if broken else "passed", "structure" if broken else "",
        Label(f"{title.zh}：编号", f"{title.en or title.zh}: numbering"), (), listed,
        "、".join(map(str, range(1, len(given) + 1))), said, tuple(place for _, _, place in numbered),
    )  # fmt: skip


def _number(text: str) -> int:
    """7 → 7, 七 → 7, 十二 → 12, 二十一 → 21."""
    if text.isdigit():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return HAN[text]
    return 10 * HAN.get(tens, 1) + HAN.get(ones, 0)
