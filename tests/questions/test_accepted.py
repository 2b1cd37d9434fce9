"""Every question gives the answer that was accepted; ZHENGTU_ACCEPT=1 takes what is given now as the accepted one."""

import os
import re
from collections.abc import Iterator
from difflib import unified_diff
from functools import cache

import pytest

from zhengtu import rooms
from zhengtu.model import Label, Run
from zhengtu.publish import columns
from zhengtu.publish.exports import FORMS
from zhengtu.publish.exports.provenance import Provenance
from zhengtu.publish.pack import Pack, pack_of
from zhengtu.publish.questions import Question
from zhengtu.publish.results import IRI, Result
from zhengtu.settings import Settings
from zhengtu.store import builds

ACCEPT = os.environ.get("ZHENGTU_ACCEPT") == "1"
FOLDER = rooms.ontology() / "questions"
QUESTIONS = pack_of()
every_question = pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.slug)


@pytest.fixture(scope="module")
def build(runs: tuple[Run, ...], checked_settings: Settings) -> builds.Build:
    """The build with its validation, as it is published."""
    assert runs
    return builds.current(checked_settings.build_dir)


@pytest.fixture(scope="module")
def pack(build: builds.Build) -> Pack:
    """The questions over the build."""
    return Pack(build.open())


@cache
def asked(pack: Pack, question: Question, **given: str) -> Result:
    """The answer, asked for once."""
    return pack.ask(question, {name: [value] for name, value in given.items()}, ("zh", "en"))[1]


@every_question
def test_the_answer_is_the_accepted_one(build: builds.Build, pack: Pack, question: Question) -> None:
    accepted, about = FOLDER / f"{question.slug}.csv", Provenance.of(build, question.title, question.query)
    given = FORMS["csv"].write(asked(pack, question), about)
    if ACCEPT:
        accepted.write_bytes(given)
    before = accepted.read_bytes().decode("utf-8").splitlines()
    difference = "\n".join(unified_diff(before, given.decode("utf-8").splitlines(), "accepted", "given", lineterm=""))
    assert not difference, difference


def test_each_accepted_answer_has_its_question_and_each_number_is_there() -> None:
    assert {path.stem for path in FOLDER.glob("*.csv")} == {question.slug for question in QUESTIONS}
    assert [question.number for question in QUESTIONS] == list(range(1, len(QUESTIONS) + 1))


def test_nothing_is_accepted_unseen() -> None:
    assert not ("CI" in os.environ and ACCEPT)


def quoted(result: Result) -> Iterator[tuple[str, str]]:
    """Each quote of an answer with its place."""
    for name in result.names:
        if name == "quote" or name.endswith("_quote"):
            of, at = result.names.index(name), result.names.index(f"{name.removesuffix('quote')}place")
            yield from ((str(row[of]), str(row[at])) for row in result.rows if row[of] is not None)


@every_question
def test_every_quote_stands_at_its_place(pack: Pack, question: Question) -> None:
    (text,) = [path.read_bytes().decode("utf-8") for path in sorted((rooms.data() / "reports").glob("*/text.txt"))]
    for quote, place in quoted(asked(pack, question)):
        found = re.fullmatch(r"(\d+)-(\d+)", place)
        assert found
        assert text[int(found[1]) : int(found[2])] == quote


@every_question
def test_rows_are_told_apart_and_columns_have_names_in_both_languages(pack: Pack, question: Question) -> None:
    result = asked(pack, question)
    assert len(set(result.rows)) == len(result.rows)
    named = {column.name for column in result.columns}
    for column in result.columns:
        if not column.name.endswith(columns.NAMING):
            assert columns.label(column.name) != Label(column.name, column.name), column.name
        assert column.datatype != IRI or column.name.endswith(columns.NAMING) or column.name + columns.NAMING in named


@every_question
def test_asking_for_the_one_report_changes_nothing_and_for_another_year_nothing_is_left(
    pack: Pack, question: Question
) -> None:
    parameters = {parameter.name for parameter in question.parameters}
    assert "report" in parameters, "every question can be asked of one report"
    whole = asked(pack, question)
    (report,) = pack.options(question)["report"]
    assert asked(pack, question, report=report.value) == whole
    if "year" in parameters:
        assert asked(pack, question, year="2024") == whole
        assert asked(pack, question, year="1999").rows == ()


@every_question
def test_a_query_runs_as_it_stands_in_the_file(pack: Pack, question: Question, build: builds.Build) -> None:
    text = (FOLDER / f"{question.slug}.rq").read_text(encoding="utf-8")
    answer = build.open().query(text)
    assert answer.variables == tuple(n for n in asked(pack, question).names if not n.endswith(columns.NAMING))
