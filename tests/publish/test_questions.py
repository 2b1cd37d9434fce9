"""The pack of questions: how its files are read, and how what a person writes for a parameter becomes a term."""

import re
from pathlib import Path

import pytest

from zhengtu import rooms
from zhengtu.errors import ParameterUnknown, ParameterWrong, QuestionUnknown, TableBroken
from zhengtu.publish.pack import Pack
from zhengtu.publish.questions import find, read_questions
from zhengtu.store.embedded import EmbeddedStore

QUESTIONS = tuple(read_questions(rooms.ontology() / "questions"))
HEADER = """# number: 1
# title: {zh: 甲, en: A}
# description: {zh: 乙, en: B}
# asked_by: [finance]
# parameters:
#   report: {type: report}
#   programme: {type: initiative, zh: 工程, en: Programme}
#   year: {type: year}
#   least: {type: number, zh: 最小值, en: Least}
"""
BODY = """SELECT * WHERE {
  VALUES ?report { UNDEF }
  VALUES ?programme { <https://w3id.org/zhengtu/id/initiative/huiyunyan> }
  VALUES ?year { UNDEF }
  VALUES ?least { 99.5 }
}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A pack of one question."""
    (tmp_path / "q.rq").write_text(HEADER + BODY, encoding="utf-8")
    return tmp_path


def test_a_question_is_read_with_its_parameters_and_their_defaults(folder: Path) -> None:
    (question,) = read_questions(folder)
    assert (question.number, question.slug, question.title.zh, question.asked_by) == (1, "q", "甲", ("finance",))
    assert [(p.name, p.type, p.label.en, p.default) for p in question.parameters] == [
        ("report", "report", "Report", "UNDEF"),
        ("programme", "initiative", "Programme", "<https://w3id.org/zhengtu/id/initiative/huiyunyan>"),
        ("year", "year", "Year", "UNDEF"),
        ("least", "number", "Least", "99.5"),
    ]
    assert question.query == BODY


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("# number: 1\n", ""),
        ("# number: 1\n", "# number: one\n"),
        ("[finance]", "[nobody]"),
        ("type: year", "type: decade"),
        ("# title: {zh: 甲, en: A}", "# title: {zh: 甲}"),
        ("# title: {zh: 甲, en: A}", "# title: {zh: [甲"),
        ("VALUES ?year { UNDEF }", "VALUES ?year {UNDEF}"),
        ("VALUES ?year { UNDEF }", "VALUES ?year { UNDEF } VALUES ?year { 2024 }"),
    ],
)
def test_a_question_whose_header_or_default_is_broken_is_refused(folder: Path, before: str, after: str) -> None:
    text = (folder / "q.rq").read_text(encoding="utf-8")
    (folder / "q.rq").write_text(text.replace(before, after), encoding="utf-8")
    with pytest.raises(TableBroken, match=r"q\.rq"):
        list(read_questions(folder))


@pytest.mark.parametrize(
    ("given", "term"),
    [
        ("惠云眼", "<https://w3id.org/zhengtu/id/initiative/huiyunyan>"),
        ("huiyunyan", "<https://w3id.org/zhengtu/id/initiative/huiyunyan>"),
        (" HuiYunYan ", "<https://w3id.org/zhengtu/id/initiative/huiyunyan>"),
        ("https://w3id.org/zhengtu/id/initiative/huiyunyan", "<https://w3id.org/zhengtu/id/initiative/huiyunyan>"),
        ("", "UNDEF"),
        ("*", "UNDEF"),
    ],
)
def test_a_thing_may_be_written_by_its_iri_its_end_or_its_names(
    folder: Path, store: EmbeddedStore, given: str, term: str
) -> None:
    (question,) = read_questions(folder)
    query = Pack(store, [question]).query(question, {"programme": [given]})
    assert query == BODY.replace("<https://w3id.org/zhengtu/id/initiative/huiyunyan>", term)


def test_several_values_are_several_terms_and_none_keeps_the_default(folder: Path, store: EmbeddedStore) -> None:
    (question,) = read_questions(folder)
    query = Pack(store, [question]).query(question, {"year": ["2023", "2024", "2023"], "least": ["5"], "report": []})
    assert query == BODY.replace("?year { UNDEF }", "?year { 2023 2024 }").replace("99.5", "5")


HOSTILE = (
    "} SELECT * { ?s ?p ?o",
    "<https://w3id.org/zhengtu/id/initiative/huiyunyan> } #",
    '"',
    "\\",
    "惠" * 10_000,
    "\0",
    "1e9999",
    "１３０",
    "NaN",
    "-",
)


@pytest.mark.parametrize("name", ["report", "programme", "year", "least"])
@pytest.mark.parametrize("value", HOSTILE)
def test_what_is_no_value_is_refused_and_never_part_of_a_query(
    folder: Path, store: EmbeddedStore, name: str, value: str
) -> None:
    (question,) = read_questions(folder)
    with pytest.raises(ParameterWrong) as refused:
        Pack(store, [question]).query(question, {name: [value]})
    assert name in refused.value.zh
    assert name in refused.value.en
    assert len(str(refused.value)) < 2000


def test_who_asks_wrongly_is_told_what_there_is(folder: Path, store: EmbeddedStore) -> None:
    (question,) = read_questions(folder)
    pack = Pack(store, [question])
    with pytest.raises(ParameterUnknown, match="report, programme, year, least"):
        pack.query(question, {"x": ["1"]})
    with pytest.raises(ParameterWrong, match="huiyunyan"):
        pack.query(question, {"programme": ["惠云眼睛"]})
    with pytest.raises(ParameterWrong):
        pack.query(question, {"least": ["1", "2"]})
    with pytest.raises(QuestionUnknown, match="dossier"):
        find(QUESTIONS, "dosier")
    assert find(QUESTIONS, "10") is find(QUESTIONS, "dossier")


def test_numbers_and_prefixes_of_the_pack_are_whole() -> None:
    numbers = [question.number for question in QUESTIONS]
    assert numbers == sorted(set(numbers))
    for question in QUESTIONS:
        for name in re.findall(r"VALUES \?(\w+) \{", question.query):
            assert name in {parameter.name for parameter in question.parameters} or name in ("role", "class")
