"""SPARQL JSON results become columns of one datatype, or of text where their values disagree."""

import json
import math
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhengtu.errors import NotATable
from zhengtu.publish.results import IRI, MIXED, TEXT, XSD, Column, Result, Value, as_json, lexical, of_rows, read_json
from zhengtu.store.door import formats
from zhengtu.store.embedded import EmbeddedStore

(JSON, *_) = formats("solutions")


def bindings(*cells: tuple[str, str]) -> bytes:
    """One column `x` of (datatype, value); `iri` is an IRI."""
    made = [
        {
            "x": {"type": "uri", "value": value}
            if kind == IRI
            else {"type": "literal", "value": value, "datatype": XSD + kind}
        }
        for kind, value in cells
    ]
    return json.dumps({"head": {"vars": ["x"]}, "results": {"bindings": made}}).encode()


@pytest.mark.parametrize(
    ("cells", "datatype", "values"),
    [
        ([("decimal", "1.50"), ("decimal", "-0.1")], "xsd:decimal", [Decimal("1.50"), Decimal("-0.1")]),
        ([("integer", "7"), ("decimal", "1.5")], "xsd:decimal", [Decimal(7), Decimal("1.5")]),
        ([("int", "7"), ("long", "8")], "xsd:integer", [7, 8]),
        ([("nonNegativeInteger", "7")], "xsd:nonNegativeInteger", [7]),
        ([("integer", "9" * 5000)], MIXED, ["9" * 5000]),
        ([("integer", "abc")], MIXED, ["abc"]),
        ([("integer", "１２")], MIXED, ["１２"]),
        ([("decimal", "1e3")], MIXED, ["1e3"]),
        ([("double", "INF"), ("double", "1.5E0")], "xsd:double", [math.inf, 1.5]),
        ([("double", "inf")], MIXED, ["inf"]),
        ([("boolean", "true"), ("boolean", "0")], "xsd:boolean", [True, False]),
        ([("date", "2024-02-29")], "xsd:date", [date(2024, 2, 29)]),
        ([("date", "2023-02-29")], MIXED, ["2023-02-29"]),
        ([("date", "2024-02-29Z")], MIXED, ["2024-02-29Z"]),
        ([("dateTime", "2024-01-01T00:00:00Z")], "xsd:dateTime", [datetime(2024, 1, 1, tzinfo=UTC)]),
        (
            [("dateTime", "2024-01-01T00:00:00Z"), ("dateTime", "2024-01-01T00:00:00")],
            MIXED,
            ["2024-01-01T00:00:00Z", "2024-01-01T00:00:00"],
        ),
        ([("gYear", "2024")], "xsd:gYear", ["2024"]),
        ([("decimal", "1"), ("double", "1")], MIXED, ["1", "1"]),
        ([(IRI, "urn:a"), (IRI, "urn:b")], IRI, ["urn:a", "urn:b"]),
        ([(IRI, "urn:a"), ("string", "b")], MIXED, ["urn:a", "b"]),
        ([("string", ""), ("string", "\ud800")], TEXT, ["", "\ufffd"]),
    ],
)
def test_a_column_has_one_datatype_or_is_text(cells: list[tuple[str, str]], datatype: str, values: list[Value]) -> None:
    result = read_json(bindings(*cells))
    assert result.columns == (Column("x", datatype),)
    assert [row[0] for row in result.rows] == values
    assert {type(row[0]) for row in result.rows} == {type(value) for value in values}


def test_what_the_engine_writes_is_read(store: EmbeddedStore) -> None:
    query = """SELECT ?i ?l ?n ?u ?t ?__proto__ ?空 WHERE {
      VALUES (?i ?l ?n ?__proto__) { (<urn:a'b> "x"@zh 1.50 1) (<urn:b> "y" 2 true) }
      BIND(<<( <urn:s> <urn:p> "o" )>> AS ?t) }"""
    result = read_json(store.query(query).write(JSON))
    assert [column.datatype for column in result.columns] == [IRI, TEXT, "xsd:decimal", TEXT, TEXT, MIXED, TEXT]
    assert result.names[5:] == ("__proto__", "空")
    assert result.rows[0] == ("urn:a'b", "x", Decimal("1.5"), None, '<<( <urn:s> <urn:p> "o" )>>', "1", None)


@pytest.mark.parametrize(
    "document",
    [
        b'{"head":{},"boolean":true}', b"", b"[]", b"null", b"\xff", b"[" * 100_000,
        b'{"head":{"vars":[1]},"results":{"bindings":[]}}',
        b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":{"type":"literal","value":1}}]}}',
        b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":{}}]}}',
        b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":{"type":"triple","value":{}}}]}}',
    ],
)  # fmt: skip
def test_what_is_no_table_is_said_to_be_none(document: bytes) -> None:
    with pytest.raises(NotATable, match="SELECT"):
        read_json(document)


def test_rows_of_strings_become_what_their_columns_say() -> None:
    columns = Column("a", "xsd:decimal"), Column("b"), Column("c", IRI)
    assert of_rows(columns, [("1.5", "1.5", "urn:a"), ("", "", "")]).rows == (
        (Decimal("1.5"), "1.5", "urn:a"),
        (None, None, None),
    )
    assert of_rows(columns, [("x", "", "")]).columns[0].datatype == MIXED


ZONES = st.sampled_from([None, UTC, timezone(timedelta(hours=8)), timezone(-timedelta(hours=3, minutes=30))])
COLUMNS = st.one_of(
    *(
        st.tuples(st.just(datatype), st.lists(st.none() | values, min_size=4, max_size=4))
        for datatype, values in {
            "xsd:integer": st.integers(),
            "xsd:decimal": st.decimals(allow_nan=False, allow_infinity=False, places=7),
            "xsd:double": st.floats(allow_nan=False),
            "xsd:boolean": st.booleans(),
            "xsd:date": st.dates(),
            TEXT: st.text(),
            IRI: st.text(min_size=1),
        }.items()
    ),
    ZONES.flatmap(
        lambda zone: st.tuples(
            st.just("xsd:dateTime"), st.lists(st.datetimes(timezones=st.just(zone)), min_size=4, max_size=4)
        )
    ),
)


@st.composite
def results(draw: st.DrawFn) -> Result:
    """Tables of four rows."""
    made: list[tuple[str, list[Value]]] = draw(st.lists(COLUMNS, min_size=1, max_size=6))
    columns = tuple(Column(f"c{place}", datatype) for place, (datatype, _) in enumerate(made))
    return Result(columns, tuple(zip(*(values for _, values in made), strict=True)))


@given(results())
def test_a_result_survives_its_way_through_json(result: Result) -> None:
    again = read_json(as_json(result), [column.datatype for column in result.columns])
    assert again == result
    assert [[lexical(v) for v in row] for row in again.rows] == [[lexical(v) for v in row] for row in result.rows]
