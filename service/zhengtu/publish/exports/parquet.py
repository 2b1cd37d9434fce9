"""Parquet: every column with the type of its values, its names and datatype beside it, its source in the schema."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq

from zhengtu.publish.columns import Language, headers, label
from zhengtu.publish.exports.provenance import Provenance, as_data
from zhengtu.publish.results import Result, Value, lexical

MOST_DIGITS = 38
"""Digits of a 128-bit decimal."""
INT64 = range(-(1 << 63), 1 << 63)
METADATA = b"zhengtu"


def write(result: Result, about: Provenance, language: Language | None = None) -> bytes:
    """The table; a number that no type of Parquet holds exactly makes its column text."""
    arrays = [_array([row[place] for row in result.rows]) for place in range(len(result.columns))]
    called = headers(result.names, language)
    fields = [
        pa.field(name, array.type, metadata=_described(column.name, column.datatype))
        for name, array, column in zip(called, arrays, result.columns, strict=True)
    ]
    said = json.dumps(as_data(about, result), ensure_ascii=False)
    table = pa.Table.from_arrays(arrays, schema=pa.schema(fields, metadata={METADATA: said.encode()}))
    out = pa.BufferOutputStream()
    pq.write_table(table, out, compression="zstd")
    written: bytes = out.getvalue().to_pybytes()
    return written


def _described(name: str, datatype: str) -> dict[str, str]:
    called = label(name)
    return {"name": name, "zh": called.zh, "en": called.en, "datatype": datatype}


def _array(values: Sequence[Value]) -> pa.Array:
    type_ = _type([value for value in values if value is not None])
    if pa.types.is_string(type_):
        return pa.array([None if value is None else lexical(value) for value in values], type_)
    if pa.types.is_timestamp(type_) and type_.tz:
        return pa.array([value.astimezone(UTC) if isinstance(value, datetime) else None for value in values], type_)
    return pa.array(values, type_)


def _type(values: Sequence[Value]) -> pa.DataType:
    """The type that holds all values, which are of one Python type."""
    kind = type(values[0]) if values else str
    if kind is bool:
        return pa.bool_()
    if kind is float:
        return pa.float64()
    if kind is datetime:
        return pa.timestamp("us", tz=_zone(values[0]))
    if kind is date:
        return pa.date32()
    if kind is int and all(value in INT64 for value in values):
        return pa.int64()
    return _decimal(Decimal(value) for value in values) if kind in (int, Decimal) else pa.string()  # type: ignore[arg-type]


def _zone(value: Value) -> str | None:
    return "UTC" if isinstance(value, datetime) and value.tzinfo else None


def _decimal(values: Iterable[Decimal]) -> pa.DataType:
    before = after = 0
    for value in values:
        exponent = int(value.as_tuple().exponent)
        after = max(after, -exponent)
        before = max(before, value.adjusted() + 1)
    return pa.decimal128(max(1, before + after), after) if before + after <= MOST_DIGITS else pa.string()
