"""What a researcher gets: the same from a folder and from an endpoint, and what the engine says, exactly."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pandas as pd
import polars as pl
import pytest
from tests.web.served import Served

from zhengtu.client import Graph
from zhengtu.client.questions import FIGURES
from zhengtu.errors import (
    BuildMissing,
    NotATable,
    ParameterUnknown,
    ParameterWrong,
    QueryMalformed,
    QueryRefused,
    QuestionUnknown,
    RemoteUnavailable,
    SettingsError,
)
from zhengtu.namespaces import BASE, prologue
from zhengtu.publish.pack import JSON, pack_of
from zhengtu.publish.questions import read_questions
from zhengtu.publish.results import read_json
from zhengtu.settings import Settings
from zhengtu.store import builds
from zhengtu.store.embedded import EmbeddedStore

TEXT = Path("data/reports/huizhou-zsj-2024/text.txt")
STATED = prologue("dcat", "dcterms", "oa", "sdmx-measure", "zt") + (
    "SELECT ?value ?began ?end ?role ?printed { ?fact sdmx-measure:obsValue ?value ; zt:valueRole ?role ; "
    "zt:reportedText ?printed ; zt:mainPassage/oa:hasSelector/oa:end ?end . "
    "OPTIONAL { ?fact dcterms:isPartOf/dcterms:temporal/dcat:startDate ?began } } ORDER BY ?fact ?printed LIMIT 40"
)
NAMED = """# number: 1
# title: {zh: 甲, en: A}
# description: {zh: 乙, en: B}
# asked_by: [finance]
# parameters:
#   thing: {type: initiative}
#   least: {type: number, zh: 最小值, en: Least}
SELECT DISTINCT ?thing ?least {
  VALUES ?thing { <https://w3id.org/zhengtu/id/initiative/huiyunyan> }
  VALUES ?least { 99.5 }
  ?thing a ?class .
}
"""

TWICE = """
GRAPH <urn:g> {
  <urn:o> a zt:Observation ; dcterms:isPartOf <urn:r> ; schema:about <urn:a> ; zt:indicator <urn:i> ;
    sdmx-dimension:refPeriod <urn:p> ; zt:scope <urn:s> ; zt:valueRole <urn:v> ; zt:valueForm <urn:f> ;
    zt:comparator odrl:eq ; sdmx-measure:obsValue 4 ; qudt:hasUnit unit:NUM ; zt:reportedText "每季度1次" , "每年4次" ;
    zt:mainPassage <urn:m> .
  <urn:m> oa:hasSelector [ oa:start 3 ; oa:end 11 ] , [ oa:exact "更新\\n每年 4次" ] .
}
"""


def test_a_select_is_what_the_engine_says(graph: Graph, store: EmbeddedStore) -> None:
    for query in (STATED, *(question.query for question in pack_of())):
        said = read_json(store.query(query, labels=("zh", "en")).write(JSON))
        assert graph.rows(query, labels=("zh", "en")) == said
        frame = graph.select(query)
        assert list(frame.columns) == list(said.names)
        assert [[_value(cell) for cell in row] for row in frame.itertuples(index=False)] == [
            list(row) for row in said.rows
        ]


def _value(cell: object) -> object:
    if cell is pd.NA or cell is pd.NaT or cell is None or cell != cell:  # noqa: PLR0124 (a missing category is NaN)
        return None
    return cell.date() if isinstance(cell, pd.Timestamp) else cell


def test_columns_have_the_types_of_their_datatypes(graph: Graph) -> None:
    frame = graph.select(STATED, labels=None)
    types = [str(dtype) for dtype in frame.dtypes]
    assert types == ["object", "datetime64[s]", "Int64", "category", "string"]
    assert isinstance(frame.value[0], Decimal)
    assert frame.began[0].date() == date(2024, 1, 1)
    assert str(graph.select(STATED, labels=None, decimals="float").value.dtype) == "Float64"
    assert graph.select(STATED, labels=None, frame="polars").schema == {
        "value": pl.Decimal(38, 1), "began": pl.Date, "end": pl.Int64,
        "role": pl.Enum(frame.role.cat.categories), "printed": pl.String,
    }  # fmt: skip


def test_labels_are_in_the_language_that_is_asked_for(graph: Graph) -> None:
    query = f"SELECT * {{ VALUES ?role {{ <{BASE}code/value-role/actual> }} }}"
    assert list(graph.select(query).columns) == ["role", "role_label"]
    assert graph.select(query, labels=["zh"]).role_label[0] == "完成值"
    assert graph.select(query, labels=["en"]).role_label[0].isascii()
    assert list(graph.select(query, labels=None).columns) == ["role"]


def test_every_figure_is_there_once_with_its_words_at_their_place(graph: Graph, store: EmbeddedStore) -> None:
    figures = graph.figures()
    counted = "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s a zt:Observation ; zt:mainPassage ?p }"
    (count,) = next(store.query(prologue("zt") + counted).rows())
    assert len(figures) == figures.iri.nunique() == int(count) > 200
    text = TEXT.read_text(encoding="utf-8")
    for place, quote, printed in zip(figures.place, figures.quote, figures.printed, strict=True):
        start, end = map(int, place.split("-"))
        assert text[start:end] == quote
        assert re.sub(r"\s", "", printed) in re.sub(r"\s", "", quote)


def test_a_value_that_is_printed_in_two_ways_is_told_as_in_its_quote(tmp_path: Path) -> None:
    (tmp_path / "small.trig").write_text(prologue() + TWICE, encoding="utf-8")
    ((printed, quote, place),) = [
        row[-3:] for row in EmbeddedStore.of_file(tmp_path / "small.trig").query(FIGURES.query).rows()
    ]
    assert (printed, quote, place) == ("每年4次", "更新\n每年 4次", "3-11")


@pytest.mark.parametrize("about", ["惠云眼", "huiyunyan", f"{BASE}id/initiative/huiyunyan", ["惠云眼"]])
def test_figures_are_chosen_by_any_name(graph: Graph, about: str | list[str]) -> None:
    figures = graph.figures(about=about, period=2024)
    assert len(figures) > 10
    assert set(figures.about) == {f"{BASE}id/initiative/huiyunyan"}
    assert set(figures.period) == {f"{BASE}id/period/2024"}


def test_choices_join_and_a_list_is_any_of_it(graph: Graph) -> None:
    every = graph.figures(report="huizhou-zsj-2024")
    first, second = every.indicator.drop_duplicates()[:2]
    both = graph.figures(indicator=[first, second])
    assert set(both.indicator) == {first, second}
    assert len(both) == every.indicator.isin([first, second]).sum()


@pytest.mark.parametrize("value", ["惠云", "x", '"', "> } SELECT * { ?s ?p ?o #", "\\", "\0"])
def test_what_the_graph_does_not_hold_is_told_and_never_part_of_a_query(graph: Graph, value: str) -> None:
    with pytest.raises(ParameterWrong, match="about"):
        graph.figures(about=value)


def test_evidence_is_every_passage_the_main_one_first(graph: Graph, store: EmbeddedStore) -> None:
    late = (
        "SELECT ?f { ?f zt:mainPassage/oa:hasSelector/oa:start ?main ; prov:wasDerivedFrom/oa:hasSelector/oa:start ?s "
        "FILTER(?s < ?main) } ORDER BY ?f LIMIT 1"
    )
    (fact,) = next(store.query(prologue("oa", "prov", "zt") + late).rows())
    passages = graph.evidence(fact)
    assert list(passages.columns) == [
        "passage", "quote", "section", "section_label", "start", "end", "text", "text_label", "main",
    ]  # fmt: skip
    assert passages.main.tolist() == [True] + [False] * (len(passages) - 1)
    assert len(passages) > 1
    text = TEXT.read_text(encoding="utf-8")
    assert [text[start:end] for start, end in zip(passages.start, passages.end, strict=True)] == passages.quote.tolist()
    assert graph.evidence(fact.removeprefix(BASE)).equals(passages)
    assert len(graph.evidence("id/initiative/huiyunyan")) == 1
    assert len(graph.evidence("id/nothing")) == 0


@pytest.mark.parametrize("iri", ["", "a b", "> } #", 'urn:"', "urn:a\\u003e", "urn:\n"])
def test_evidence_of_what_is_no_iri_is_refused(offline: Graph, iri: str) -> None:
    if iri:
        with pytest.raises(ParameterWrong, match="IRI"):
            offline.evidence(iri)
    else:
        assert len(offline.evidence(iri)) == 0


def test_the_questions_can_be_listed_and_asked(graph: Graph) -> None:
    questions = graph.questions()
    assert questions.number.tolist() == [question.number for question in pack_of()]
    assert set(questions.columns) >= {"id", "title_zh", "title_en", "parameters"}
    by_id, by_number = graph.ask("dossier", labels=None), graph.ask(10, labels=None)
    assert len(by_id) > 10
    assert by_id.equals(by_number)
    assert graph.select(graph.query("dossier"), labels=None).equals(by_id)
    with pytest.raises(QuestionUnknown, match="dossier"):
        graph.ask("dosier")
    with pytest.raises(ParameterUnknown, match="colour"):
        graph.ask("dossier", colour="red")


def test_parameters_of_a_question_may_be_lists_and_numbers(built_settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "named.rq").write_text(NAMED, encoding="utf-8")
    graph = Graph(built_settings.build_dir)
    graph._pack.questions = tuple(read_questions(tmp_path))
    assert graph.ask("named", labels=None).thing.tolist() == [f"{BASE}id/initiative/huiyunyan"]
    both = graph.ask(1, thing=["bqw-platform", "惠云眼"], least=Decimal("0.5"), labels=None)
    assert set(both.thing) == {f"{BASE}id/initiative/huiyunyan", f"{BASE}id/initiative/bqw-platform"}
    assert set(both.least) == {Decimal("0.5")}
    assert graph.ask(1, thing=None, least=7).equals(graph.ask(1, least="7"))
    with pytest.raises(ParameterWrong, match="least"):
        graph.ask(1, least=[1, 2])


def test_words_are_found(graph: Graph, offline: Graph) -> None:
    found = graph.search("惠云眼", limit=25)
    assert len(found) == 25
    assert "惠云眼" in found.title_zh[0]
    assert found.equals(offline.search("惠云眼", limit=25))
    assert len(graph.search("惠云眼", limit=3)) == 3
    assert set(graph.search("惠云眼", kind="zt:Programme").kind) == {"zt:Programme"}
    assert len(graph.search("鹳狸猿")) == 0


def test_what_cannot_be_answered_is_told_with_what_to_do(graph: Graph) -> None:
    with pytest.raises(QueryMalformed, match=r"第 2 行第 \d+ 列 / line 2, column \d+") as told:
        graph.rows("SELECT *\n{ ?s ?p ")
    assert "请更正查询" in str(told.value)
    assert "correct the query" in str(told.value)
    with pytest.raises(QueryRefused, match="leave that part out"):
        graph.rows("SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }")
    for query in ("ASK {}", "DESCRIBE <urn:a>", "CONSTRUCT WHERE { ?s ?p ?o }"):
        with pytest.raises(NotATable, match="SELECT"):
            graph.rows(query)
    with pytest.raises(SettingsError, match="'pandas', 'polars'"):
        graph.select("SELECT * {}", frame="arrow")  # type: ignore[arg-type]


def test_a_folder_without_a_build_is_told(outside: Path) -> None:
    for folder in (outside, outside / "nowhere", str(outside)):
        with pytest.raises(BuildMissing, match=r"请先运行 zhengtu build.*run `zhengtu build` first"):
            Graph(folder)
    with pytest.raises(SettingsError, match="https://"):
        Graph("http://user:secret@127.0.0.1/")


def test_a_page_of_the_service_is_no_endpoint(served_build: Served) -> None:
    with pytest.raises(RemoteUnavailable, match=r"核对地址.*check it"):
        Graph(served_build.endpoint.removesuffix("sparql") + "about", attempts=1).rows("SELECT * {}")
    with pytest.raises(SettingsError, match="can be searched"):
        Graph("http://127.0.0.1:9/query").search("惠云眼")


def test_a_graph_says_what_it_is(offline: Graph, built_settings: Settings) -> None:
    assert repr(offline) == f"Graph({str(built_settings.build_dir)!r})"
    assert Graph("http://127.0.0.1:9").source == Graph("http://127.0.0.1:9/").source == "http://127.0.0.1:9/sparql"
    assert Graph("http://127.0.0.1:9/a/query").source == "http://127.0.0.1:9/a/query"


def test_named_graphs_are_sent_to_an_engine_without_union(served_build: Served, built_settings: Settings) -> None:
    names = list(builds.current(built_settings.build_dir).manifest["graphs"])
    (name,) = [name for name in names if name.endswith("/report-huizhou-zsj-2024")]
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    held = Graph(served_build.endpoint, graphs=[name]).rows(count).rows
    assert held == ((builds.current(built_settings.build_dir).manifest["graphs"][name],),)
