"""A typed result in, a DataFrame of pandas or of polars out; one module per library, read only when it is wanted.

    column           pandas                                  polars
    xsd:integer …    Int64; objects beyond 64 bits           Int64; Decimal, text beyond 38 digits
    xsd:decimal      Decimal objects, or Float64 on request  Decimal, text beyond 38 digits; or Float64
    xsd:double       Float64 (NaN is a value, missing is NA) Float64
    xsd:boolean      boolean                                 Boolean
    xsd:date         datetime64[s]                           Date
    xsd:dateTime     datetime64[us], in UTC where zoned      Datetime, in UTC where zoned
    IRIs of codes    category                                Enum
    other IRIs, text string                                  String
"""

from collections.abc import Iterable
from importlib import import_module
from typing import Any, Literal

from zhengtu.errors import ExtraMissing, SettingsError
from zhengtu.namespaces import PREFIXES
from zhengtu.publish.results import IRI, Column, Result, Value

Library = Literal["pandas", "polars"]
Decimals = Literal["decimal", "float"]
EXTRAS: dict[Library, str] = {"pandas": "client", "polars": "polars"}
CODES = (PREFIXES["code"], PREFIXES["odrl"])
"""Where the codes of our code lists begin; comparators are ODRL's."""


def frame_of(result: Result, library: Library, decimals: Decimals) -> Any:  # noqa: ANN401 (of either library)
    """The result as a DataFrame of `library`: as many rows, and the columns in their order.

    Raises ExtraMissing when the library is not installed, SettingsError for another one.
    """
    _choose("frame", library, tuple(EXTRAS))
    _choose("decimals", decimals, ("decimal", "float"))
    try:
        import_module(library)
    except ModuleNotFoundError as error:
        if error.name != library:
            raise
        extra = EXTRAS[library]
        raise ExtraMissing(
            f"未安装 {library}：请运行 pip install 'zhengtu[{extra}]'，或用 .rows() 取得不依赖它的结果。 "
            f"{library} is not installed: run pip install 'zhengtu[{extra}]', or take .rows(), which needs none."
        ) from None
    return import_module(f"{__name__}.{library}").frame(result, floats=decimals == "float")


def values_of(result: Result, place: int) -> list[Value]:
    """The values of one column."""
    return [row[place] for row in result.rows]


def codes(column: Column, values: Iterable[Value]) -> list[str] | None:
    """The codes of a column that holds nothing else, sorted; None for any other column."""
    found = {str(value) for value in values if value is not None}
    return sorted(found) if column.datatype == IRI and found and all(map(_is_code, found)) else None


def _is_code(iri: str) -> bool:
    return iri.startswith(CODES)


def _choose(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        listed = ", ".join(map(repr, known))
        raise SettingsError(f"{name} 须为 {listed} 之一，而不是 {value!r}。 {name} is one of {listed}, not {value!r}.")
