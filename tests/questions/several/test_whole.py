"""All these questions: rows are unique, quotes stand at their places, and another engine says the same."""

import re
from pathlib import Path

import pytest
import rdflib
from tests.questions.several.asking import QUESTIONS, Answer, Row

from zhengtu import rooms
from zhengtu.publish.columns import read_columns
from zhengtu.publish.questions import Question
from zhengtu.settings import Settings
from zhengtu.store.embedded import EmbeddedStore

NUMBERS = (10, 11, 12, 13, 14, 16, *range(20, 26))
OURS = [question for question in QUESTIONS if question.number in NUMBERS]
INDICATORS = ("meeting-expense", "asset-original-value", "hotline-requests", "hotline-tourism-requests")
SOME = {"indicator": [f"<https://w3id.org/zhengtu/id/indicator/{name}>" for name in INDICATORS]}
FEWER = {"year-on-year": SOME, "county-roll-up": SOME}
"""These take the slower engine minutes over all indicators, for it compares each value with each."""
EACH = pytest.mark.parametrize("question", OURS, ids=lambda question: question.slug)


def test_none_is_missing() -> None:
    assert sorted(question.number for question in OURS) == list(NUMBERS)


def test_no_title_names_a_body_a_place_or_a_year() -> None:
    for question in OURS:
        assert not re.search(r"惠|Huizhou|20\d\d|甲|全国首", question.title.zh + question.title.en)


@EACH
def test_every_column_has_a_name(store: EmbeddedStore, question: Question) -> None:
    assert set(store.query(question.query).variables) <= set(read_columns(rooms.ontology() / "columns.csv"))


@EACH
def test_rows_are_unique_and_quotes_stand_at_their_places(
    alone: Answer, together: Answer, several_settings: Settings, question: Question
) -> None:
    for rows in (alone(question.slug), together(question.slug)):
        assert rows
        assert len(rows) == len({tuple(row.values()) for row in rows})
        for row in rows:
            for column in (name for name in row if name.endswith("quote")):
                check_quote(several_settings.data_dir, row, column)


def check_quote(data: Path, row: Row, column: str) -> None:
    """A quote stands at the place beside it, in the report that the row names for it."""
    prefix = column.removesuffix("quote")
    report = row.get(f"{prefix}report", "") or row["report"]
    start, _, stop = row[f"{prefix}place"].partition("-")
    text = (data / "reports" / report / "text.txt").read_bytes().decode("utf-8")
    assert row[column] == (text[int(start) : int(stop)] if start else "")
    assert row[column] or column != "quote"


@EACH
def test_another_engine_says_the_same_in_the_same_order(
    store: EmbeddedStore, built_graph: rdflib.Dataset, question: Question
) -> None:
    asked = question.written(FEWER.get(question.slug, {}))
    answer = rdflib.Dataset(store=built_graph.store, default_union=True).query(asked)
    found = [tuple("" if cell is None else str(cell) for cell in row) for row in answer]  # type: ignore[union-attr]
    assert found == list(store.query(asked).rows())
    assert found


@EACH
def test_a_report_of_several_is_asked_alone(together: Answer, question: Question) -> None:
    report = "<https://w3id.org/zhengtu/id/report/huizhou-zsj-2024>"
    rows = together(question.slug, report=report)
    assert {row["report"] for row in rows} == {"huizhou-zsj-2024"}
    assert rows == [row for row in together(question.slug) if row["report"] == "huizhou-zsj-2024"]


@pytest.mark.parametrize("number", [11, 12, 13, 14, 16, *range(20, 26)])
def test_a_year_and_a_region_choose_reports(together: Answer, number: int) -> None:
    question = next(question for question in OURS if question.number == number)
    assert {row["report"] for row in together(question.slug, year="1999")} == set()
    everything = {row["report"] for row in together(question.slug)}
    assert {row["report"] for row in together(question.slug, year="2023")} == {
        report for report in everything if report.endswith("2023")
    }
    if "region" in {parameter.name for parameter in question.parameters}:
        below = {"huizhou-zsj-2024", "huizhou-zsj-2023"}
        huizhou = "<https://w3id.org/zhengtu/id/place/huizhou>"
        assert {row["report"] for row in together(question.slug, region=huizhou)} == everything & below
