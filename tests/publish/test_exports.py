"""Every form of an export, read back by another library, says what the engine says."""

import csv
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from csvw import CSVW
from hypothesis import HealthCheck, given, settings
from openpyxl.utils.escape import unescape
from tests.publish.test_results import JSON, results

from zhengtu import __version__
from zhengtu.errors import TableTooLarge
from zhengtu.model import Label
from zhengtu.namespaces import prologue
from zhengtu.publish import citation
from zhengtu.publish.columns import Language
from zhengtu.publish.exports import FORMS
from zhengtu.publish.exports.csv import harmless
from zhengtu.publish.exports.provenance import Provenance
from zhengtu.publish.exports.xlsx import CUT, MOST_CHARS, MOST_ROWS, holds_number
from zhengtu.publish.results import Column, Result, Value, lexical, read_json
from zhengtu.publish.tables import TABLES, provenance
from zhengtu.settings import Settings
from zhengtu.store import builds
from zhengtu.store.embedded import EmbeddedStore

ROOT = Path(__file__).parent.parent.parent
ABOUT = Provenance(
    "result", Label("查询结果", "Answer"), "SELECT *", datetime(2026, 1, 2, tzinfo=UTC), "0.1.0", "d" * 64
)
FORMULAS = (
    "=1+1",
    "+1",
    "-x",
    "@x",
    "\t=1",
    "\r=1",
    "＝1+1",
    "＋1",
    '=HYPERLINK("http://e/")',
    "http://e/",
    "{=1}",
    "-1",
)


def table(*values: Value, datatype: str = "text") -> Result:
    """A table of one column."""
    return Result((Column("x", datatype),), tuple((value,) for value in values))


@pytest.fixture(scope="module")
def figures(store: EmbeddedStore) -> Result:
    """The real table of figures."""
    return TABLES["figures"].read(store)


@pytest.fixture(scope="module")
def about(built_settings: Settings) -> Provenance:
    """What is said of the table of figures."""
    return provenance(builds.current(built_settings.build_dir), "figures")


def read_csv(written: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(written.decode(), newline="")))


def read_xlsx(written: bytes, sheet: int = 0) -> list[list[object]]:
    """The cells; texts without the escapes of control characters (ECMA-376, 22.9.2.19)."""
    found = openpyxl.load_workbook(io.BytesIO(written)).worksheets[sheet]
    return [
        [unescape(cell) if isinstance(cell, str) else cell for cell in row] for row in found.iter_rows(values_only=True)
    ]


def read_parquet(written: bytes) -> pa.Table:
    return pq.read_table(pa.BufferReader(written))


def test_figures_are_in_every_form_what_they_are_in_the_engine(figures: Result, about: Provenance) -> None:
    written = {name: form.write(figures, about) for name, form in FORMS.items()}
    names, expected = list(figures.names), [list(row) for row in figures.rows]
    assert len(expected) > 200
    assert read_csv(written["csv"]) == [
        names,
        *([harmless(lexical(cell)) if isinstance(cell, str) else lexical(cell) for cell in row] for row in expected),
    ]
    in_json = json.loads(written["json"], parse_float=Decimal)
    assert [column["name"] for column in in_json["columns"]] == names
    assert in_json["rows"] == expected
    header, *rows = read_xlsx(written["xlsx"])
    assert header == names
    assert [
        [same(e, g) for e, g in zip(es, gs, strict=True)] for es, gs in zip(expected, rows, strict=True)
    ] == expected
    parquet = read_parquet(written["parquet"])
    assert parquet.column_names == names
    assert [list(row.values()) for row in parquet.to_pylist()] == expected
    assert pa.types.is_decimal(parquet.schema.field("value").type)
    assert pa.types.is_int64(parquet.schema.field("quote_start").type)


def same(expected: Value, got: object) -> object:
    """`expected` where a cell holds it: a number by its digits, an empty text as an empty cell."""
    if isinstance(expected, int | Decimal) and isinstance(got, int | float) and Decimal(repr(got)) == expected:
        return expected
    return got


def test_the_numbers_are_those_that_the_engine_gives_without_us(figures: Result, store: EmbeddedStore) -> None:
    """Against the engine's own JSON, asked again without the code of the tables."""
    query = prologue() + "SELECT DISTINCT ?iri ?value { ?iri zt:printedAt ?at ; sdmx-measure:obsValue ?value }"
    found = read_json(store.query(query).write(JSON)).rows
    place = figures.names.index("value")
    assert {(row[0], row[place]) for row in figures.rows} == set(found)


@pytest.fixture(params=sorted(TABLES))
def described(
    request: pytest.FixtureRequest, store: EmbeddedStore, built_settings: Settings, tmp_path: Path
) -> tuple[Path, Result, Provenance]:
    """A table of the build in a folder of its own, as CSV and metadata."""
    found = TABLES[request.param].read(store)
    said = provenance(builds.current(built_settings.build_dir), request.param)
    (tmp_path / f"{said.name}.csv-metadata.json").write_bytes(FORMS["csvw"].write(found, said))
    (tmp_path / f"{said.name}.csv").write_bytes(FORMS["csv"].write(found, said))
    return tmp_path, found, said


def test_a_csvw_processor_accepts_the_metadata_and_reads_the_same(
    described: tuple[Path, Result, Provenance], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, found, said = described
    monkeypatch.chdir(folder)
    metadata = CSVW(f"{said.name}.csv-metadata.json", validate=True)
    assert metadata.is_valid, [str(warning.message) for warning in metadata.warnings]
    (of_table,) = metadata.tables
    assert of_table.check_primary_key()
    assert [[plain(cell) for cell in row.values()] for row in of_table] == [
        [harmless(cell) if isinstance(cell, str) else cell for cell in row] for row in found.rows
    ]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_csvw_processor_accepts_headers_in_a_language(
    described: tuple[Path, Result, Provenance], language: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the key: this processor finds the columns of a key by the name in the header alone."""
    folder, found, said = described
    monkeypatch.chdir(folder)
    metadata = json.loads(FORMS["csvw"].write(found, said, language))
    metadata["tableSchema"].pop("primaryKey")
    Path(f"{said.name}.csv-metadata.json").write_text(json.dumps(metadata), encoding="utf-8")
    Path(f"{said.name}.csv").write_bytes(FORMS["csv"].write(found, said, language))
    assert CSVW(f"{said.name}.csv-metadata.json", validate=True).is_valid


def plain(cell: object) -> object:
    """An IRI as text; what else the processor reads, as it is."""
    unsplit = getattr(cell, "unsplit", None)
    return unsplit() if unsplit else cell


def test_the_metadata_tells_where_it_comes_from(figures: Result, about: Provenance) -> None:
    said = json.loads(FORMS["csvw"].write(figures, about))
    assert said["dc:license"]["@id"] == "https://creativecommons.org/licenses/by/4.0/"
    assert said["tableSchema"]["primaryKey"] == ["iri", "printed_start"]
    told = json.loads(FORMS["json"].write(figures, about))["about"]
    assert (told["rows"], told["cut_at"], told["digest"]) == (len(figures.rows), None, about.digest)
    assert json.loads(read_parquet(FORMS["parquet"].write(figures, about)).schema.metadata[b"zhengtu"]) == told
    sheet = {row[1]: row[2:] for row in read_xlsx(FORMS["xlsx"].write(figures, about, "zh"), 1)}
    assert sheet["Rows"][0] == len(figures.rows)
    assert sheet["Whole or cut"] == ["完整", "whole"]
    assert sheet["Graph written (UTC)"][0] == lexical(about.written)
    assert "CC BY 4.0" in str(sheet["Rights"])
    assert about.digest[:16] in str(sheet["Citation"])
    assert sheet["Query"][0] == about.query
    cut = {row[1]: row[2:] for row in read_xlsx(FORMS["xlsx"].write(figures, replace(about, cut_at=289)), 1)}
    assert cut["Whole or cut"][1] == "cut after 289 rows"


@pytest.mark.parametrize("form", FORMS)
def test_the_same_table_is_the_same_bytes(form: str, figures: Result, about: Provenance) -> None:
    assert FORMS[form].write(figures, about, "zh") == FORMS[form].write(figures, about, "zh")
    other = replace(about, written=about.written.replace(year=2001))
    assert (FORMS[form].write(figures, other) != FORMS[form].write(figures, about)) == (form != "csv")
    assert Provenance.of_json(about.as_json()) == about


def test_a_workbook_is_as_old_as_its_graph(figures: Result, about: Provenance) -> None:
    created = openpyxl.load_workbook(io.BytesIO(FORMS["xlsx"].write(figures, about))).properties.created
    assert created == about.written.replace(tzinfo=None)


def test_a_reader_finds_the_columns_in_her_language(figures: Result, about: Provenance) -> None:
    for name, read in HEADERS.items():
        assert read(FORMS[name].write(figures, about, "zh"))[:2] == ["标识符", "报告"], name
        assert read(FORMS[name].write(figures, about, "en"))[3] == "About (name in Chinese)", name
    workbook = openpyxl.load_workbook(io.BytesIO(FORMS["xlsx"].write(figures, about, "zh")))
    assert workbook.sheetnames == ["数据", "来源"]
    assert workbook.worksheets[0].freeze_panes == "A2"
    assert workbook.worksheets[0].auto_filter.ref == f"A1:W{len(figures.rows) + 1}"


HEADERS: Mapping[str, Callable[[bytes], list[object]]] = {
    "csv": lambda written: list(read_csv(written)[0]),
    "xlsx": lambda written: read_xlsx(written)[0],
    "parquet": lambda written: list(read_parquet(written).column_names),
}


def test_no_cell_is_a_formula_or_a_link() -> None:
    book = openpyxl.load_workbook(io.BytesIO(FORMS["xlsx"].write(table(*FORMULAS), replace(ABOUT, query="=1+1"))))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert not [cell.coordinate for cell in cells if cell.hyperlink]
    assert [unescape(cell.value) for cell in book.worksheets[0]["A"][1:]] == list(FORMULAS)
    in_csv = [row[0] for row in read_csv(FORMS["csv"].write(table(*FORMULAS), ABOUT))[1:]]
    inert = ("http://e/", "{=1}", "-1")
    assert in_csv == [text if text in inert else f"'{text}" for text in FORMULAS]


def test_what_a_cell_cannot_hold_is_told() -> None:
    texts = "\x00\x01\x0b\x1f\x7f\ufffe", "_x0041_", "汉" * 40_000, "😀" * 20_000, "x" * MOST_CHARS, "\ufffd"
    written = FORMS["xlsx"].write(table(*texts), ABOUT)
    cells = [str(row[0]) for row in read_xlsx(written)[1:]]
    assert cells[0] == "\x00\x01\x0b\x1f\x7f\ufffd"
    assert cells[2].endswith(CUT)
    assert cells[3].endswith(CUT)
    assert cells[4:] == ["x" * MOST_CHARS, "\ufffd"]
    assert all(len(cell.encode("utf-16-le")) // 2 <= MOST_CHARS for cell in cells)
    told = {str(row[1]): row[2] for row in read_xlsx(written, 1)}
    assert told["Cells cut at 32767 characters; whole in the CSV"] == "A4 A5"
    assert told["Cells with characters that XLSX cannot hold"] == "A2"
    for form in ("csv", "json", "parquet"):
        again = READ[form](FORMS[form].write(table(*texts), ABOUT))
        assert again == list(texts), form


READ: Mapping[str, Callable[[bytes], list[object]]] = {
    "csv": lambda written: [row[0] for row in read_csv(written)[1:]],
    "json": lambda written: [row[0] for row in json.loads(written)["rows"]],
    "parquet": lambda written: read_parquet(written).column(0).to_pylist(),
}


def test_a_long_query_stands_whole_on_the_second_sheet() -> None:
    query = "SELECT " + "?x " * 40_000
    rows = read_xlsx(FORMS["xlsx"].write(table("a"), replace(ABOUT, query=query)), 1)
    assert "".join(str(row[2]) for row in rows if row[1] == "Query") == query


def test_a_table_beyond_the_form_is_an_error_that_names_another() -> None:
    with pytest.raises(TableTooLarge, match="CSV or Parquet"):
        FORMS["xlsx"].write(Result((Column("x"),), ((None,),) * MOST_ROWS), ABOUT)
    with pytest.raises(TableTooLarge, match="16384"):
        FORMS["xlsx"].write(Result(tuple(Column(f"c{n}") for n in range(16_385)), ()), ABOUT)


def test_columns_without_number_or_with_odd_names_are_columns() -> None:
    names = ("__proto__", "constructor", "空", "a", *(f"c{n}" for n in range(300)))
    wide = Result(tuple(Column(name, "iri") for name in names), (("urn:a'b\"c",) * len(names),))
    for form in FORMS.values():
        assert form.write(wide, ABOUT, "en")
        assert form.write(Result((), ()), ABOUT)
    assert json.loads(FORMS["json"].write(wide, ABOUT))["columns"][0]["name"] == "__proto__"
    described = json.loads(FORMS["csvw"].write(wide, ABOUT))["tableSchema"]["columns"]
    assert [column["name"] for column in described[:3]] == ["%5F_proto__", "constructor", "%E7%A9%BA"]


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (Decimal("9.95"), True), (Decimal("1.234567890123456"), False), (Decimal(123456789012345), True),
        (10**15 + 1, False), (10**200, True), (10**400, False), (Decimal("1e-320"), False),
        (0, True), (Decimal("0.00"), True),
        (0.1, True), (0.1 + 0.2, False), (float("inf"), False), (float("nan"), False),
    ],
)  # fmt: skip
def test_a_number_is_one_where_a_cell_shows_it_as_it_is(value: float | Decimal, number: bool) -> None:
    assert holds_number(value) == number
    (cell,) = read_xlsx(FORMS["xlsx"].write(table(value), ABOUT))[1]
    assert isinstance(cell, int | float) == number
    assert Decimal(str(cell)) == Decimal(lexical(value)) or str(cell) == lexical(value)


def test_days_are_days_where_spreadsheets_agree_on_them() -> None:
    days = date(2024, 2, 29), date(1899, 1, 1)
    assert [row[0] for row in read_xlsx(FORMS["xlsx"].write(table(*days), ABOUT))[1:]] == [
        NOON.replace(hour=0),
        "1899-01-01",
    ]
    assert read_parquet(FORMS["parquet"].write(table(*days), ABOUT)).column(0).to_pylist() == list(days)


@pytest.mark.parametrize(
    ("values", "is_text"),
    [([Decimal(10**37), Decimal("0.001")], True), ([10**39], True), ([2**63 - 1], False), ([2**63], False)],
)
def test_a_number_that_no_type_of_parquet_holds_makes_its_column_text(values: list[Value], is_text: bool) -> None:
    column = read_parquet(FORMS["parquet"].write(table(*values), ABOUT)).column(0)
    assert column.to_pylist() == ([lexical(value) for value in values] if is_text else values)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(results())
def test_whatever_the_values_are_they_come_back(result: Result) -> None:
    assert read_csv(FORMS["csv"].write(result, ABOUT)) == [
        list(result.names),
        *([harmless(lexical(v)) if isinstance(v, str) else lexical(v) for v in row] for row in result.rows),
    ]
    in_json = json.loads(FORMS["json"].write(result, ABOUT), parse_float=str, parse_int=str)["rows"]
    in_parquet = [list(row.values()) for row in read_parquet(FORMS["parquet"].write(result, ABOUT)).to_pylist()]
    closed = Result((*result.columns, Column("end")), tuple((*row, ".") for row in result.rows))
    in_xlsx = [row[:-1] for row in read_xlsx(FORMS["xlsx"].write(closed, ABOUT))[1:]]
    for row, *read in zip(result.rows, in_json, in_parquet, in_xlsx, strict=True):
        for value, from_json, from_parquet, from_xlsx in zip(row, *read, strict=True):
            assert from_json == (value if isinstance(value, bool | None) else lexical(value))
            assert from_parquet in (value, lexical(value)), value
            assert survives(value, from_xlsx), (value, from_xlsx)


NOON = datetime(2024, 2, 29, 12)  # noqa: DTZ001 (a spreadsheet knows no zones)


def survives(value: Value, cell: object) -> bool:
    """Whether a cell of a spreadsheet, as openpyxl reads it, is the value."""
    if isinstance(value, str):  # openpyxl drops `x005F_` wherever it stands
        return (cell or "") == value.replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd") or "x005F_" in value
    if isinstance(value, bool) or value is None:
        return cell is value
    if isinstance(value, datetime) and isinstance(cell, datetime):
        return cell == value
    if isinstance(value, date) and isinstance(cell, datetime):
        return cell.date() == value
    if isinstance(value, int | float | Decimal) and isinstance(cell, int | float):
        return Decimal(repr(cell)) == Decimal(lexical(value))
    return cell == lexical(value)


def test_the_citation_says_what_citation_cff_says() -> None:
    said = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    line = citation.citation(__version__, ABOUT.written, ABOUT.digest)
    assert said["title"] == citation.TITLE
    assert [author["name"] for author in said["authors"]] == list(citation.AUTHORS)
    assert all(part in line for part in (said["title"], said["url"], said["version"], "(2026)", "d" * 16))
