"""From values to columns and back: nothing is lost on the way, whatever the values are."""

import sys
from datetime import UTC, date, datetime
from decimal import Decimal

import hypothesis.strategies as st
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings

from zhengtu.client.frames import Library, frame_of
from zhengtu.errors import ExtraMissing
from zhengtu.namespaces import PREFIXES
from zhengtu.publish.results import IRI, Column, Result, Value

CODE = f"{PREFIXES['code']}value-role/"
VALUES: dict[str, st.SearchStrategy[Value]] = {
    "xsd:integer": st.integers(),
    "xsd:int": st.integers(-(2**31), 2**31 - 1),
    "xsd:decimal": st.decimals(allow_nan=False, allow_infinity=False, places=6),
    "xsd:double": st.floats(),
    "xsd:boolean": st.booleans(),
    "xsd:date": st.dates(),
    "xsd:dateTime": st.datetimes(timezones=st.just(UTC)),
    "text": st.text(),
    "mixed": st.text(),
    IRI: st.sampled_from((CODE + "target", CODE + "actual", f"{PREFIXES['odrl']}eq", "urn:a")),
}


@st.composite
def results(draw: st.DrawFn) -> Result:
    names = draw(st.lists(st.text(min_size=1, max_size=3), unique=True, max_size=4))
    datatypes = [draw(st.sampled_from(sorted(VALUES))) for _ in names]
    height = draw(st.integers(0, 6))
    rows = [tuple(draw(st.none() | VALUES[datatype]) for datatype in datatypes) for _ in range(height)]
    return Result(tuple(map(Column, names, datatypes)), tuple(rows))


def plain(cell: object) -> object:
    """A cell as it was; NaN, which is not itself, by its name."""
    if cell is None or cell is pd.NA or cell is pd.NaT:
        return None
    if isinstance(cell, pd.Timestamp):
        return cell.to_pydatetime()
    return "NaN" if isinstance(cell, float) and cell != cell else cell  # noqa: PLR0124


def cells(column: Column, values: object) -> list[object]:
    found = [plain(cell) for cell in values]  # type: ignore[attr-defined]
    if column.datatype == IRI:
        return [None if cell == "NaN" else cell for cell in found]
    return [cell.date() if column.datatype == "xsd:date" and isinstance(cell, datetime) else cell for cell in found]


@given(results())
@settings(deadline=None)
def test_pandas_holds_what_was_there(result: Result) -> None:
    frame = frame_of(result, "pandas", "decimal")
    assert frame.shape == (len(result.rows), len(result.columns))
    assert tuple(frame.columns) == result.names
    for place, column in enumerate(result.columns):
        assert cells(column, frame.iloc[:, place].array) == [plain(row[place]) for row in result.rows]


@given(results())
@settings(deadline=None)
def test_polars_holds_what_was_there(result: Result) -> None:
    frame = frame_of(result, "polars", "decimal")
    assert tuple(frame.columns) == result.names
    for place, column in enumerate(result.columns):
        found, expected = frame[column.name], [plain(row[place]) for row in result.rows]
        if found.dtype == pl.String and column.datatype in ("xsd:integer", "xsd:decimal"):
            number = int if column.datatype == "xsd:integer" else Decimal
            assert [None if cell is None else number(cell) for cell in found] == expected
        else:
            assert cells(column, found) == expected


TYPES: dict[str, tuple[Value, str, pl.DataType]] = {
    "xsd:integer": (7, "Int64", pl.Int64()),
    "xsd:nonNegativeInteger": (2**70, "object", pl.Decimal(38, 0)),
    "xsd:decimal": (Decimal("1.50"), "object", pl.Decimal(38, 2)),
    "xsd:double": (0.5, "Float64", pl.Float64()),
    "xsd:boolean": (True, "boolean", pl.Boolean()),
    "xsd:date": (date(2024, 2, 29), "datetime64[s]", pl.Date()),
    "xsd:dateTime": (datetime(2024, 1, 1, tzinfo=UTC), "datetime64[us, UTC]", pl.Datetime("us", "UTC")),
    "xsd:gYear": ("2024", "string", pl.String()),
    "text": ("惠云眼", "string", pl.String()),
    "iri": (CODE + "actual", "category", pl.Enum([CODE + "actual"])),
}


@pytest.mark.parametrize("datatype", TYPES)
@pytest.mark.parametrize("rows", [2, 1])
def test_the_type_of_a_column_is_that_of_its_datatype(datatype: str, rows: int) -> None:
    value, pandas_type, polars_type = TYPES[datatype]
    result = Result((Column("x", datatype),), ((value,), (None,))[:rows])
    assert str(frame_of(result, "pandas", "decimal")["x"].dtype) == pandas_type
    assert frame_of(result, "polars", "decimal")["x"].dtype == polars_type


@pytest.mark.parametrize("datatype", sorted(set(TYPES) - {"iri", "xsd:nonNegativeInteger", "xsd:decimal"}))
def test_a_column_without_values_has_its_type_too(datatype: str) -> None:
    none = Result((Column("x", datatype),), ())
    assert str(frame_of(none, "pandas", "decimal")["x"].dtype) == TYPES[datatype][1].replace(", UTC", "")
    assert len(frame_of(none, "polars", "decimal")) == 0


def test_decimals_are_floats_on_request() -> None:
    result = Result((Column("x", "xsd:decimal"),), ((Decimal("98.5"),), (None,)))
    for library, missing in (("pandas", pd.NA), ("polars", None)):
        column = frame_of(result, library, "float")["x"]  # type: ignore[arg-type]
        assert column.dtype in (pd.Float64Dtype(), pl.Float64())
        assert column[0] == 98.5
        assert column[1] is missing


def test_moments_without_a_zone_have_none() -> None:
    noon = datetime(2024, 1, 1, 12)  # noqa: DTZ001 (as it may be written)
    result = Result((Column("x", "xsd:dateTime"),), ((noon,), (None,)))
    assert str(frame_of(result, "pandas", "decimal")["x"].dtype) == "datetime64[us]"
    assert frame_of(result, "pandas", "decimal")["x"][0] == noon
    assert frame_of(result, "polars", "decimal")["x"].to_list() == [noon, None]


def test_codes_are_sorted_categories_and_other_iris_are_not() -> None:
    codes = Result((Column("x", IRI),), ((CODE + "target",), (None,), (CODE + "actual",)))
    assert list(frame_of(codes, "pandas", "decimal")["x"].cat.categories) == [CODE + "actual", CODE + "target"]
    mixed = Result((Column("x", IRI),), ((CODE + "target",), ("urn:a",)))
    assert str(frame_of(mixed, "pandas", "decimal")["x"].dtype) == "string"


@pytest.mark.parametrize(("library", "extra"), [("pandas", "client"), ("polars", "polars")])
def test_a_missing_library_is_told_with_how_to_install_it(
    library: Library, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, f"zhengtu.client.frames.{library}", raising=False)
    for missing in (library, "numpy"):  # which comes with pandas
        monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(ExtraMissing, match=rf"未安装 {library}.*pip install 'zhengtu\[{extra}\]'"):
        frame_of(Result((), ()), library, "decimal")
