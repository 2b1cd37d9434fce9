"""Sections are found by the words of their headings, in order, whatever their numbers say."""

import pytest

from zhengtu.errors import HeadingMissing
from zhengtu.model import Label, Report, SourceText
from zhengtu.read.sections import Heading, find_sections, merge_outline

RAW = " 一、部门基本情况\n\n（二）部门职能\n\n部门职能是管理。\n（二）预算执\n\n行情况\n7 万元。\n"


def heading(identifier: str, *texts: str, required: bool = True) -> Heading:
    return Heading(identifier, None, Label(identifier), texts, required)


def test_numbers_do_not_matter_and_wraps_neither() -> None:
    outline = [heading("basics", "部门基本情况"), heading("duties", "部门职能"), heading("budget", "预算执行情况")]
    sections = find_sections(SourceText(RAW, "0"), outline, "sections.yaml")
    assert [RAW[s.span.start : s.span.end].strip()[:4] for s in sections] == ["一、部门", "（二）部", "（二）预"]
    assert sections[0].span.start == 0
    assert sections[-1].span.end == len(RAW)


def test_a_missing_heading_is_named_when_it_is_required() -> None:
    with pytest.raises(HeadingMissing, match="problems: 存在问题"):
        find_sections(SourceText(RAW, "0"), [heading("problems", "存在问题")], "sections.yaml")
    optional = [heading("basics", "部门基本情况"), heading("problems", "存在问题", required=False)]
    assert [s.id for s in find_sections(SourceText(RAW, "0"), optional, "f")] == ["basics"]


def test_headings_are_sought_one_after_another() -> None:
    with pytest.raises(HeadingMissing):
        find_sections(SourceText(RAW, "0"), [heading("budget", "预算执行情况"), heading("duties", "部门职能")], "f")


def test_own_headings_follow_the_one_they_name() -> None:
    outline = merge_outline([heading("a", "甲"), heading("b", "乙")], [("a", heading("own", "丙"))])
    assert [h.id for h in outline] == ["a", "own", "b"]
    with pytest.raises(KeyError):
        merge_outline([heading("a", "甲")], [("z", heading("own", "丙"))])


def test_a_cover_is_what_stands_before_the_first_heading() -> None:
    outline = [heading("cover", required=False), heading("duties", "部门职能"), heading("budget", "预算执行情况")]
    sections = find_sections(SourceText(RAW, "0"), outline, "f")
    assert [s.id for s in sections] == ["cover", "duties", "budget"]


def test_a_sentence_that_begins_with_the_words_of_a_heading_is_none() -> None:
    raw = "部门职能调整后有五项。\n（二）部门职能：\n见附件。\n"
    duties, own = heading("duties", "部门职能", required=False), heading("duties", "部门职能")
    assert find_sections(SourceText(raw, "0"), [heading("cover", required=False), duties], "f")[1].span.start == 12
    assert find_sections(SourceText(raw, "0"), [own], "f")[0].span.start == 0


@pytest.mark.parametrize("page", ["", "……3", "  4"])
def test_a_table_of_contents_holds_no_headings(page: str) -> None:
    listed = "".join(f"{line}{page}\n" for line in ("一、部门基本情况", "二、绩效自评情况"))
    raw = f"目 录\n{listed}一、部门基本情况\n正文。\n二、绩效自评情况\n正文。\n"
    outline = [heading("basics", "部门基本情况", required=False), heading("result", "绩效自评情况", required=False)]
    sections = find_sections(SourceText(raw, "0"), outline, "f")
    assert [raw[s.span.start :].count("正文") for s in sections] == [2, 1]
    assert raw[sections[1].span.start :].startswith("二、绩效自评情况\n正文")


def test_the_report_is_cut_without_gap(report: Report) -> None:
    ends = [section.span.end for section in report.sections]
    assert [section.span.start for section in report.sections] == [0, *ends[:-1]]
    assert ends[-1] == len(report.text.raw)
    titles = {section.title.zh for section in report.sections}
    assert {"部门职能", "部门整体支出情况", "自评结论", "预算执行情况", "其他自评情况"} <= titles
