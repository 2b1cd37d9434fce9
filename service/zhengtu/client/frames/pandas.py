"""A typed result in, a DataFrame of pandas out."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from zhengtu.client.frames import codes, values_of
from zhengtu.publish.results import DECIMAL, INTEGERS, Column, Result, Value

INT64 = range(-(1 << 63), 1 << 63)
Values = Sequence[Value]


def frame(result: Result, *, floats: bool) -> pd.DataFrame:
    """One column per column; `floats`: decimals as Float64."""
    arrays = [_array(column, values_of(result, place), floats=floats) for place, column in enumerate(result.columns)]
    made = pd.DataFrame(dict(enumerate(arrays)), index=pd.RangeIndex(len(result.rows)))
    return made.set_axis(list(result.names), axis="columns")


def _array(column: Column, values: Values, *, floats: bool) -> Any:  # noqa: ANN401 (arrays have no common type)
    datatype = column.datatype
    if datatype in INTEGERS:
        return _integers(values)
    if datatype == DECIMAL:
        return _floats(values) if floats else _objects(values)
    if (known := codes(column, values)) is not None:
        return pd.Categorical(values, categories=known)
    make = MADE.get(datatype)
    return make(values) if make else pd.array(values, dtype=pd.StringDtype())


def _integers(values: Values) -> Any:  # noqa: ANN401
    small = all(value is None or value in INT64 for value in values)
    return pd.array(values, dtype="Int64") if small else _objects(values)


def _floats(values: Values) -> Any:  # noqa: ANN401
    """Values as doubles; what is missing is masked, so that NaN stays a value."""
    missing = np.array([value is None for value in values], dtype=bool)
    filled = np.array([0.0 if value is None else float(value) for value in values], dtype=np.float64)  # type: ignore[arg-type]
    return pd.arrays.FloatingArray(filled, missing)


def _moments(values: Values) -> Any:  # noqa: ANN401
    zoned = any(isinstance(value, datetime) and value.tzinfo for value in values)
    return pd.to_datetime(pd.Series(values, dtype=object), utc=zoned).astype(
        "datetime64[us, UTC]" if zoned else "datetime64[us]"
    )


def _objects(values: Values) -> Any:  # noqa: ANN401
    made = np.empty(len(values), dtype=object)
    made[:] = values
    return made


MADE: dict[str, Callable[[Values], Any]] = {
    "xsd:double": _floats,
    "xsd:float": _floats,
    "xsd:boolean": lambda values: pd.array(values, dtype="boolean"),
    "xsd:date": lambda values: pd.Series(np.array(values, dtype="datetime64[s]")),
    "xsd:dateTime": _moments,
}
"""How the values of a datatype become an array; all others are strings."""
