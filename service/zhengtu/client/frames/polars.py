"""A typed result in, a DataFrame of polars out."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

import polars as pl

from zhengtu.client.frames import codes, values_of
from zhengtu.publish.results import DECIMAL, INTEGERS, Column, Result, Value, lexical

INT64 = range(-(1 << 63), 1 << 63)
MOST_DIGITS = 38
Values = Sequence[Value]
TYPES: dict[str, type[pl.DataType]] = {
    "xsd:double": pl.Float64,
    "xsd:float": pl.Float64,
    "xsd:boolean": pl.Boolean,
    "xsd:date": pl.Date,
}


def frame(result: Result, *, floats: bool) -> pl.DataFrame:
    """One column per column; `floats`: decimals as Float64."""
    made = [_series(column, values_of(result, place), floats=floats) for place, column in enumerate(result.columns)]
    return pl.DataFrame(made)


def _series(column: Column, values: Values, *, floats: bool) -> pl.Series:
    name, datatype = column.name, column.datatype
    if datatype in INTEGERS and all(value is None or value in INT64 for value in values):
        return pl.Series(name, values, dtype=pl.Int64)
    if datatype == DECIMAL and floats:
        return pl.Series(name, [None if value is None else float(value) for value in values], dtype=pl.Float64)  # type: ignore[arg-type]
    if datatype in INTEGERS or datatype == DECIMAL:
        return _decimals(name, [None if value is None else Decimal(value) for value in values])  # type: ignore[arg-type]
    if datatype == "xsd:dateTime":
        return _moments(name, values)
    if (known := codes(column, values)) is not None:
        return pl.Series(name, values, dtype=pl.Enum(known))
    return pl.Series(name, values, dtype=TYPES.get(datatype, pl.String))


def _decimals(name: str, values: Sequence[Decimal | None]) -> pl.Series:
    """Decimals with the digits that all of them need; text where that is more than polars has."""
    found = [value for value in values if value is not None]
    after = max((-int(value.as_tuple().exponent) for value in found), default=0)
    before = max((value.adjusted() + 1 for value in found), default=0)
    if max(0, before) + max(0, after) > MOST_DIGITS:
        return pl.Series(name, [None if value is None else lexical(value) for value in values], dtype=pl.String)
    return pl.Series(name, values, dtype=pl.Decimal(MOST_DIGITS, max(0, after)))


def _moments(name: str, values: Values) -> pl.Series:
    zoned = any(isinstance(value, datetime) and value.tzinfo for value in values)
    same = [value.astimezone(UTC) if zoned and isinstance(value, datetime) else value for value in values]
    return pl.Series(name, same, dtype=pl.Datetime("us", "UTC" if zoned else None))
