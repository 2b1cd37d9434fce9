"""The exported tables say what the text says."""

import csv
import io
from decimal import Decimal
from pathlib import Path

import pytest

from zhengtu.model import Report, squeeze
from zhengtu.publish.exports import csv as separated
from zhengtu.publish.tables import ENTITY_COLUMNS, FIGURE_COLUMNS, TABLES
from zhengtu.store.embedded import EmbeddedStore

Table = list[dict[str, str]]


def exported(store: EmbeddedStore, name: str) -> Table:
    table = TABLES[name]
    written = separated.written([column.name for column in table.columns], table.rows(store))
    return list(csv.DictReader(io.StringIO(written.decode(), newline="")))


@pytest.fixture(scope="module")
def figures(store: EmbeddedStore) -> Table:
    return exported(store, "figures")


@pytest.fixture(scope="module")
def entities(store: EmbeddedStore) -> Table:
    return exported(store, "entities")


def test_one_row_per_stated_value_and_passage(figures: Table, report: Report) -> None:
    assert tuple(figures[0]) == FIGURE_COLUMNS
    keys = [(row["iri"], row["printed_start"]) for row in figures]
    assert len(set(keys)) == len(keys) == len(report.figures)


def test_offsets_give_the_words(figures: Table, report: Report) -> None:
    for row in figures:
        for words in ("printed", "quote"):
            start, end = int(row[f"{words}_start"]), int(row[f"{words}_end"])
            assert squeeze(report.text.raw[start:end]) == squeeze(row[words])
        assert int(row["quote_start"]) <= int(row["printed_start"]) < int(row["printed_end"]) <= int(row["quote_end"])


def test_values_are_in_base_units(figures: Table) -> None:
    by_printed = {squeeze(row["printed"]): row for row in figures}
    expected = {
        "202.58万宗": ("2025800", "NUM", "宗", "eq"),
        "98.62%": ("98.62", "PERCENT", "", "eq"),
        "7618.03万元": ("76180300", "CCY_CNY", "", "eq"),
        "减少3672.85万元": ("-36728500", "CCY_CNY", "", "eq"),
        "11347平方公里": ("11347", "KiloM2", "", "eq"),
        "≥120万宗": ("1200000", "NUM", "宗", "ge"),
        "＞10000路": ("10000", "NUM", "路", "gt"),
        "13套": ("13", "NUM", "套", "none-stated"),
        "30余场次": ("30", "NUM", "场次", "ge"),
        "约2.84亿元": ("284000000", "CCY_CNY", "", "about"),
        "≤1小时": ("1", "HR", "", "le"),
        "281G": ("281", "GigaBYTE", "", "eq"),
        "四个": ("4", "NUM", "个", "eq"),
    }
    for printed, (value, unit, classifier, comparator) in expected.items():
        row = by_printed[printed]
        assert (Decimal(row["value"]), row["unit"], row["classifier"], row["comparator"]) == (
            Decimal(value), unit, classifier, comparator,
        )  # fmt: skip


def test_every_named_thing_is_found_by_name(entities: Table, report: Report) -> None:
    assert tuple(entities[0]) == ENTITY_COLUMNS
    assert len(entities) == len({row["iri"] for row in entities}) == len(report.entities)
    names = "\n".join(row["name_zh"] + ";" + row["aliases"] for row in entities)
    for name in (Path(__file__).parent / "names.txt").read_text(encoding="utf-8").split():
        assert name in names, name
    assert all(row["name_en"] and row["class"] and row["kind"] for row in entities)


def test_a_formula_is_defused_and_a_negative_number_is_not() -> None:
    rows = [("=1+1", "-31.59", "-x"), ("@x", "+1", "文,字"), ("＝1+1", " =1", "\t1"), ("\r1", "－1", "a=1")]
    written = separated.written(("a", "b", "c"), rows).decode()
    assert written.startswith("a,b,c\r\n'=1+1,-31.59,'-x\r\n'@x,'+1,\"文,字\"\r\n")
    assert list(csv.reader(io.StringIO(written, newline="")))[3:] == [
        ["'＝1+1", "' =1", "'\t1"],
        ["'\r1", "'－1", "a=1"],
    ]
