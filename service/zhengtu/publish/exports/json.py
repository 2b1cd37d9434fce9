"""JSON: the columns with their names in both languages, the rows as arrays in their order, and where it comes from.

Decimals are numbers with every digit as written, never through a binary fraction.
"""

import json
import math
from decimal import Decimal

from zhengtu.publish.columns import Language, label
from zhengtu.publish.exports.provenance import Provenance, as_data
from zhengtu.publish.results import Result, Value, lexical


def write(result: Result, about: Provenance, _: Language | None = None) -> bytes:
    """The table; what JSON has no form for (dates, infinity) is text as XSD writes it, an empty cell is null."""
    columns = [{"name": c.name, **_called(c.name), "datatype": c.datatype} for c in result.columns]
    rows = ",\n".join(f"[{','.join(map(_value, row))}]" for row in result.rows)
    parts = f'"columns":{_text(columns)}', f'"rows":[\n{rows}\n]', f'"about":{_text(as_data(about, result))}'
    return f"{{{','.join(parts)}}}\n".encode()


def _called(name: str) -> dict[str, str]:
    called = label(name)
    return {"zh": called.zh, "en": called.en}


def _value(value: Value) -> str:
    if isinstance(value, Decimal):
        return lexical(value)
    if isinstance(value, float) and not math.isfinite(value):
        return _text(lexical(value))
    if value is None or isinstance(value, bool | int | float):
        return _text(value)
    return _text(lexical(value))


def _text(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
