"""A path in, its text, YAML or CSV rows out; every fault an InputError."""

import csv
import hashlib
import io
import json
import re
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml

from zhengtu.errors import (
    CodeUnknown,
    EncodingWrong,
    FileMissing,
    InputError,
    ReferenceDangling,
    TableBroken,
    ValueMalformed,
    ValueMissing,
)

Built = TypeVar("Built")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a CSVW table schema (Metadata Vocabulary for Tabular Data, section 5.6)."""

    name: str
    required: bool
    pattern: re.Pattern[str] | None
    separator: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table; `number` counts as a spreadsheet does, the header being row 1."""

    file: str
    number: int
    values: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.values[column]

    def fault(self, kind: type[InputError], column: str | None, detail: str) -> InputError:
        """An error of this row, to raise."""
        return kind(self.file, detail, row=self.number, column=column)

    def whole(self, column: str) -> int | None:
        """A whole number, or None when the cell is empty."""
        return int(self[column]) if self[column] else None

    def many(self, column: str) -> tuple[str, ...]:
        """The parts of a cell whose parts are separated by semicolons."""
        return tuple(part for part in map(str.strip, self[column].split(";")) if part)

    def code(self, column: str, codes: Container[str]) -> str:
        """A code of a list, or empty. Raises CodeUnknown."""
        if self[column] and self[column] not in codes:
            raise self.fault(CodeUnknown, column, self[column])
        return self[column]

    def reference(self, column: str, ids: Container[str]) -> str:
        """An id that another table defines, or empty. Raises ReferenceDangling."""
        if self[column] and self[column] not in ids:
            raise self.fault(ReferenceDangling, column, self[column])
        return self[column]


class _Anything(Container[str]):
    def __contains__(self, _: object) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Table:
    """The rows that follow the schema, and every id that stands in the file, be its row sound or not.

    So a fault is told once, and not again for each row that refers to it.
    """

    rows: tuple[Row, ...]
    ids: Container[str]


UNREAD = Table((), _Anything())
"""A table that could not be read: nothing is known of its ids."""


def read_text(path: Path) -> str:
    """The file as text. Raises FileMissing or EncodingWrong."""
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        raise FileMissing(path.name, str(path)) from None
    except UnicodeDecodeError as error:
        raise EncodingWrong(path.name, f"byte {error.start}: {error.reason}") from None


def read_yaml(path: Path) -> Any:  # noqa: ANN401 (YAML is what it is; a sheet model checks it)
    """The file's content as plain Python values. Raises FileMissing, EncodingWrong or TableBroken."""
    try:
        return yaml.safe_load(read_text(path))
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a date that no calendar has
        raise TableBroken(path.name, str(error)) from None


def read_table(path: Path, schema: Path, problems: list[InputError]) -> Table:
    """The CSV file as its CSVW table schema describes it; whatever does not follow it is added to `problems`.

    UNREAD when it is missing, not UTF-8, or no table of these columns.
    """
    try:
        return _table(path, _columns(schema), problems)
    except InputError as problem:
        problems.append(problem)
        return UNREAD


def _table(path: Path, columns: tuple[Column, ...], problems: list[InputError]) -> Table:
    names = [column.name for column in columns]
    records = _records(path)
    header = next(records, [])
    if header != names:
        raise TableBroken(path.name, f"header is {','.join(header)}, expected {','.join(names)}", row=1)
    rows, ids = [], set()
    for number, record in enumerate(records, start=2):
        if not any(map(str.strip, record)):
            continue
        if len(record) != len(names):
            raise TableBroken(path.name, f"{len(record)} cells, expected {len(names)}", row=number)
        row = Row(path.name, number, dict(zip(names, map(str.strip, record), strict=True)))
        ids.add(row.values.get("id", ""))
        faults = [fault for column in columns if (fault := _fault(row, column))]
        problems += faults
        if not faults:
            rows.append(row)
    return Table(tuple(rows), frozenset(ids))


def build_rows(
    table: Table, build: Callable[[Row], Built], problems: list[InputError]
) -> tuple[tuple[Row, Built], ...]:
    """`build` of every row, beside its row; what cannot be built is added to `problems`."""
    built = []
    for row in table.rows:
        try:
            built.append((row, build(row)))
        except InputError as problem:
            problems.append(problem)
    return tuple(built)


def digest(paths: list[Path]) -> str:
    """SHA-256 over names and bytes of `paths`, in order of name."""
    total = hashlib.sha256()
    for path in sorted(paths, key=lambda p: (p.name, p)):
        total.update(f"{path.name}\n{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()


def _records(path: Path) -> Iterator[list[str]]:
    # Spreadsheets put a byte order mark before what they call UTF-8.
    reader = csv.reader(io.StringIO(read_text(path).removeprefix("\ufeff"), newline=""), strict=True)
    try:
        yield from reader
    except csv.Error as error:
        raise TableBroken(path.name, f"{error} near line {reader.line_num}") from None


def _fault(row: Row, column: Column) -> InputError | None:
    cell = row[column.name]
    if not cell:
        return row.fault(ValueMissing, column.name, "empty") if column.required else None
    for part in cell.split(column.separator) if column.separator else (cell,):
        if column.pattern and not column.pattern.fullmatch(part.strip()):
            return row.fault(ValueMalformed, column.name, f"{part} does not match {column.pattern.pattern}")
    return None


@cache
def _columns(schema: Path) -> tuple[Column, ...]:
    return tuple(_column(described) for described in json.loads(read_text(schema))["columns"])


def _column(described: Mapping[str, Any]) -> Column:
    datatype = described.get("datatype")
    pattern = datatype.get("format") if isinstance(datatype, Mapping) else None
    return Column(
        described["name"],
        described.get("required", False),
        re.compile(pattern) if pattern else None,
        described.get("separator", ""),
    )
