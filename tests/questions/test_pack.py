"""Every question: rows are unique, quotes stand at their places, things have names, another engine says the same."""

import csv
import warnings
from decimal import Decimal, InvalidOperation

import pytest
import rdflib

from zhengtu import rooms
from zhengtu.model import Run
from zhengtu.namespaces import PREFIXES
from zhengtu.publish.questions import Question, find, read_questions
from zhengtu.settings import Settings
from zhengtu.store import builds
from zhengtu.store.embedded import EmbeddedStore

SLUGS = (
    "target-vs-actual", "unmet-indicators", "over-attained", "indicator-evidence", "same-indicator-differs",
    "magnitude-slips", "three-public-expenses", "score-traced", "objectives-without-result", "cumulative-or-annual",
    "budget-execution", "spend-per-output", "missing-content", "budget-year-on-year", "disagreements",
)  # fmt: skip
PACK = tuple(read_questions(rooms.ontology() / "questions"))
QUESTIONS = tuple(find(PACK, slug) for slug in SLUGS)
of_each = pytest.mark.parametrize("question", QUESTIONS, ids=SLUGS)
NAMED = """SELECT ?language {{ <{}> ?named ?label . BIND(LANG(?label) AS ?language) FILTER(?named IN (
  <http://www.w3.org/2004/02/skos/core#prefLabel>, <http://www.w3.org/2000/01/rdf-schema#label>,
  <http://purl.org/dc/terms/title>, <http://schema.org/text>, <http://www.w3.org/2000/01/rdf-schema#comment>)) }}"""
NAMED_IN_CHINESE_ONLY = ("id/claim/",)


@pytest.fixture(scope="module")
def checked(checked_settings: Settings, runs: tuple[Run, ...]) -> EmbeddedStore:
    """The build with its validation."""
    assert runs
    return builds.current(checked_settings.build_dir).open()


@pytest.fixture(scope="module")
def checked_graph(checked_settings: Settings, runs: tuple[Run, ...]) -> rdflib.Dataset:
    """The same in rdflib, its default graph the union of all."""
    assert runs
    quads = (checked_settings.build_dir / "current" / "zhengtu.nq").read_text(encoding="utf-8")
    graph = rdflib.Dataset(default_union=True)
    graph.parse(data=quads, format="nquads")
    return graph


@of_each
def test_rows_are_unique_and_quotes_stand_at_their_places(checked: EmbeddedStore, question: Question) -> None:
    answer = checked.query(question.query)
    rows = list(answer.rows())
    assert rows
    assert len(rows) == len(set(rows))
    text = (rooms.data() / "reports/huizhou-zsj-2024/text.txt").read_bytes().decode("utf-8")
    prefixes = [name.removesuffix("quote") for name in answer.variables if name.endswith("quote")]
    assert prefixes or question.slug == "missing-content"
    for row in rows:
        cells = dict(zip(answer.variables, row, strict=True))
        for prefix in prefixes:
            start, _, end = cells[f"{prefix}place"].partition("-")
            assert bool(start) == bool(cells[f"{prefix}quote"])
            assert not start or text[int(start) : int(end)] == cells[f"{prefix}quote"]


@of_each
def test_a_value_stands_in_its_quote(checked: EmbeddedStore, question: Question) -> None:
    answer = checked.query(question.query)
    for row in answer.rows():
        cells = dict(zip(answer.variables, row, strict=True))
        for prefix in (name.removesuffix("printed") for name in answer.variables if name.endswith("printed")):
            printed = cells[f"{prefix}printed"]
            assert printed in "".join(cells[f"{prefix}quote"].split())


@of_each
def test_columns_have_names_and_so_have_the_things_in_them(checked: EmbeddedStore, question: Question) -> None:
    with (rooms.ontology() / "columns.csv").open(encoding="utf-8", newline="") as source:
        columns = list(csv.DictReader(source))
    assert [row["name"] for row in columns] == sorted({row["name"] for row in columns})
    named = {row["name"] for row in columns if row["zh"] and row["en"]}
    answer = checked.query(question.query)
    assert set(answer.variables) <= named
    things = {cell for row in answer.rows() for cell in row if cell.startswith("http")}
    for thing in (thing for thing in things if not thing.startswith(PREFIXES["unit"])):  # QUDT names the units
        languages = {language for (language,) in checked.query(NAMED.format(thing)).rows()}
        assert "zh" in languages, thing
        assert "en" in languages or any(part in thing for part in NAMED_IN_CHINESE_ONLY), thing


@of_each
def test_another_report_and_another_year_have_no_rows(checked: EmbeddedStore, question: Question) -> None:
    assert {"report", "year"} <= {parameter.name for parameter in question.parameters}
    everything = list(checked.query(question.query).rows())
    report = "<https://w3id.org/zhengtu/id/report/huizhou-zsj-2024>"
    assert list(checked.query(question.written({"report": (report,), "year": ("2024",)})).rows()) == everything
    assert list(checked.query(question.written({"report": ("<urn:other>", report)})).rows()) == everything
    assert not list(checked.query(question.written({"report": ("<urn:other>",)})).rows())
    assert not list(checked.query(question.written({"year": ("2023",)})).rows())


@of_each
def test_another_engine_gives_the_same_rows_in_the_same_order(
    checked: EmbeddedStore, checked_graph: rdflib.Dataset, question: Question
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        found = checked_graph.query(question.query).bindings
    variables = checked.query(question.query).variables
    others = [tuple(str(row.get(rdflib.Variable(name), "")) for name in variables) for row in found]
    ours = checked.query(question.query).rows()
    assert [tuple(map(plain, row)) for row in others] == [tuple(map(plain, row)) for row in ours]


def plain(cell: str) -> Decimal | str:
    """A number as its value, for engines write decimals differently."""
    try:
        return Decimal(cell)
    except InvalidOperation:
        return cell
