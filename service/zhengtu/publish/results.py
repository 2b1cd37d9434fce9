"""SPARQL JSON results, or the rows of a table, in; typed columns and rows of Python values out.

A column has one datatype where all its values fit it: its values are then int, Decimal, float, bool, date or datetime.
Values of any other datatype are text as written. Where values disagree the column is `mixed`, and all of it is text.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from zhengtu.errors import NotATable
from zhengtu.namespaces import PREFIXES

Value = str | int | Decimal | float | bool | date | datetime | None
IRI, TEXT, MIXED = "iri", "text", "mixed"
XSD = PREFIXES["xsd"]
INTEGER, DECIMAL = "xsd:integer", "xsd:decimal"
INTEGERS = frozenset((
    "xsd:integer", "xsd:long", "xsd:int", "xsd:short", "xsd:byte", "xsd:nonNegativeInteger", "xsd:positiveInteger",
    "xsd:nonPositiveInteger", "xsd:negativeInteger", "xsd:unsignedLong", "xsd:unsignedInt", "xsd:unsignedShort",
    "xsd:unsignedByte",
))  # fmt: skip
TEXTS = frozenset((TEXT, "xsd:string"))
MOST_DIGITS = 4000
"""Longer integers are text: Python reads none of more than 4,300 digits."""

_SURROGATE = re.compile(r"[\ud800-\udfff]")
_INTEGER = re.compile(rf"[+-]?[0-9]{{1,{MOST_DIGITS}}}")
_DECIMAL = re.compile(rf"[+-]?(?:[0-9]{{1,{MOST_DIGITS}}}(?:\.[0-9]{{0,{MOST_DIGITS}}})?|\.[0-9]{{1,{MOST_DIGITS}}})")
_DOUBLE = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[+-]?INF|NaN")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CLOCK = r"[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})?"
_MOMENT = re.compile(f"{_DATE.pattern}T{_CLOCK}")
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, and `iri`, `text`, `mixed` or the CURIE of one XSD datatype (`xsd:decimal`)."""

    name: str
    datatype: str = TEXT


@dataclass(frozen=True, slots=True)
class Result:
    """A table: every row has a value, or None, for each column."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(column.name for column in self.columns)


def read_json(document: bytes, datatypes: Sequence[str] = ()) -> Result:
    """The solutions of SPARQL 1.1 Query Results JSON (section 3); `datatypes` of all columns where they are known.

    Raises NotATable when it holds no solutions.
    """
    try:
        found = json.loads(document)
        names, bindings = found["head"]["vars"], found["results"]["bindings"]
        cells = [[_cell(binding.get(name)) for name in names] for binding in bindings]
        return _typed([_text(name) for name in names], cells, datatypes)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise NotATable(
            "只有 SELECT 查询的结果可以导出为表格。 Only the answer to a SELECT query can be exported as a table."
        ) from None


def of_rows(columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> Result:
    """A table of strings whose columns say what they are; an empty string is None."""
    cells: list[list[_Cell]] = [[(TEXT, _text(cell)) if cell else None for cell in row] for row in rows]
    return _typed([column.name for column in columns], cells, [column.datatype for column in columns])


def as_json(result: Result) -> bytes:
    """A result as SPARQL JSON, of which `read_json`, told the datatypes, makes the same result again."""
    bindings = [_binding(result.columns, row) for row in result.rows]
    document = {"head": {"vars": result.names}, "results": {"bindings": bindings}}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def lexical(value: Value) -> str:
    """A value as XSD writes it; None is the empty string."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, float):
        return repr(value).replace("inf", "INF").replace("nan", "NaN")
    if isinstance(value, datetime):
        return _moment(value)
    return value.isoformat() if isinstance(value, date) else str(value)


_Cell = tuple[str, str] | None
"""Datatype (IRI, TEXT, or the CURIE of an XSD datatype) and lexical form."""


def _typed(names: Sequence[str], cells: list[list[_Cell]], datatypes: Sequence[str] = ()) -> Result:
    columns: list[Column] = []
    values: list[list[Value]] = []
    for place, name in enumerate(names):
        of_column = [row[place] for row in cells]
        datatype = datatypes[place] if datatypes else _datatype(of_column)
        datatype, read = _values(datatype, of_column)
        columns.append(Column(name, datatype))
        values.append(read)
    rows = tuple(zip(*values, strict=True)) if values else tuple(() for _ in cells)
    return Result(tuple(columns), rows)


def _datatype(cells: Iterable[_Cell]) -> str:
    """What a column holds: the one datatype of its values; of several kinds of exact numbers the widest."""
    found = {cell[0] for cell in cells if cell is not None}
    if len(found) == 1:
        (only,) = found
        return TEXT if only in TEXTS else only
    if found and found <= INTEGERS:
        return INTEGER
    if found and found <= INTEGERS | {DECIMAL}:
        return DECIMAL
    return TEXT if found <= TEXTS else MIXED


def _values(datatype: str, cells: list[_Cell]) -> tuple[str, list[Value]]:
    """The datatype and the values of a column; `mixed` and text where one of them does not fit."""
    read = INTEGER_READER if datatype in INTEGERS else READERS.get(datatype)
    if read is not None:
        try:
            values = [None if cell is None else read(cell[1]) for cell in cells]
        except (ValueError, OverflowError):
            datatype = MIXED
        else:
            moments = {value.tzinfo is None for value in values if isinstance(value, datetime)}
            if len(moments) <= 1:
                return datatype, values
            datatype = MIXED
    return datatype, [None if cell is None else cell[1] for cell in cells]


def _matched(pattern: re.Pattern[str], make: Callable[[str], Value]) -> Callable[[str], Value]:
    def read(text: str) -> Value:
        if not pattern.fullmatch(text):
            raise ValueError(text)
        return make(text)

    return read


def _boolean(text: str) -> bool:
    if text not in _BOOLEANS:
        raise ValueError(text)
    return _BOOLEANS[text]


INTEGER_READER = _matched(_INTEGER, int)
READERS: Mapping[str, Callable[[str], Value]] = {
    DECIMAL: _matched(_DECIMAL, Decimal),
    "xsd:double": _matched(_DOUBLE, float),
    "xsd:float": _matched(_DOUBLE, float),
    "xsd:boolean": _boolean,
    "xsd:date": _matched(_DATE, date.fromisoformat),
    "xsd:dateTime": _matched(_MOMENT, datetime.fromisoformat),
}
"""How the values of a datatype are read; of a datatype that is not here they stay text."""


def _cell(term: Mapping[str, Any] | None) -> _Cell:
    if term is None:
        return None
    kind, value = term["type"], term["value"]
    if kind == "uri":
        return IRI, _text(value)
    if kind == "bnode":
        return TEXT, f"_:{_text(value)}"
    if kind == "triple":
        return TEXT, _triple(value)
    datatype = term.get("datatype", "")
    return (f"xsd:{datatype[len(XSD) :]}" if datatype.startswith(XSD) else TEXT), _text(value)


def _triple(value: Mapping[str, Any]) -> str:
    """A triple term as SPARQL writes it (RDF 1.2)."""
    parts = (value.get(part) for part in ("subject", "predicate", "object"))
    return f"<<( {' '.join(_written(part) for part in parts)} )>>"


def _written(term: Mapping[str, Any] | None) -> str:
    cell = _cell(term)
    if cell is None:
        raise ValueError("a triple term lacks a part")
    if cell[0] == IRI:
        return f"<{cell[1]}>"
    return cell[1] if term and term["type"] in ("bnode", "triple") else json.dumps(cell[1], ensure_ascii=False)


def _text(text: str) -> str:
    """The text without lone surrogates, which no file can hold; each is the sign for what cannot be read."""
    if not isinstance(text, str):
        raise TypeError(text)
    return _SURROGATE.sub("\ufffd", text)


def _binding(columns: Iterable[Column], row: Iterable[Value]) -> dict[str, dict[str, str]]:
    pairs = zip(columns, row, strict=True)
    return {column.name: _term(column, value) for column, value in pairs if value is not None}


def _term(column: Column, value: Value) -> dict[str, str]:
    if column.datatype == IRI:
        return {"type": "uri", "value": str(value)}
    typed = {"datatype": XSD + column.datatype.removeprefix("xsd:")} if column.datatype.startswith("xsd:") else {}
    return {"type": "literal", "value": lexical(value), **typed}


def _moment(value: datetime) -> str:
    seconds = value.replace(tzinfo=None, microsecond=0).isoformat()
    fraction = f".{value.microsecond:06}".rstrip("0") if value.microsecond else ""
    zone = value.isoformat()[len(value.replace(tzinfo=None).isoformat()) :]
    return seconds + fraction + ("Z" if zone == "+00:00" else zone)
