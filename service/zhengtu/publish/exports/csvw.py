"""CSVW: what the columns of the CSV mean (Metadata Vocabulary for Tabular Data), beside it as <name>.csv-metadata.json.

The header of the CSV, in the language asked for, is a title in no language; what the columns are called are the others.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from urllib.parse import quote

from zhengtu.model import Label
from zhengtu.publish.citation import RIGHTS
from zhengtu.publish.columns import Language, headers
from zhengtu.publish.describe import DATASET, LICENCE
from zhengtu.publish.exports.provenance import Provenance, as_data
from zhengtu.publish.results import IRI, Column, Result, lexical

KNOWN = frozenset((
        "anyURI", "base64Binary", "boolean", "byte", "date", "dateTime", "dateTimeStamp", "dayTimeDuration", "decimal",
        "double", "duration", "float", "gDay", "gMonth", "gMonthDay", "gYear", "gYearMonth", "hexBinary", "int",
        "integer", "language", "long", "negativeInteger", "nonNegativeInteger", "nonPositiveInteger",
        "normalizedString", "positiveInteger", "short", "string", "time", "token", "unsignedByte", "unsignedInt",
        "unsignedLong", "unsignedShort", "yearMonthDuration",
))  # fmt: skip
"""The datatypes of section 5.11.1 that XSD has, too."""
INERT = Label(
    "若单元格会被电子表格当作公式，其前加一个撇号。",
    "A cell that a spreadsheet would run as a formula has an apostrophe before it.",
)


def write(result: Result, about: Provenance, language: Language | None = None) -> bytes:
    """The metadata; `dc:` is Dublin Core Terms, as in section 5.2 of the vocabulary."""
    names = result.names
    titles = zip(result.columns, headers(names, language), headers(names, "zh"), headers(names, "en"), strict=True)
    schema: dict[str, Any] = {"columns": [_column(column, *called) for column, *called in titles]}
    if about.key:
        schema["primaryKey"] = [name_of(name) for name in about.key]
    metadata = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "zh"}],
        "url": f"{quote(about.name)}.csv",
        "dc:title": _both(about.title),
        "dc:license": {"@id": LICENCE},
        "dc:rights": _both(RIGHTS),
        "dc:source": {"@id": DATASET},
        "dc:created": {"@value": lexical(about.written), "@type": "xsd:dateTime"},
        "dc:bibliographicCitation": {"@value": about.citation, "@language": "en"},
        "tableSchema": schema,
        "notes": [as_data(about, result), asdict(INERT)],
    }
    return (json.dumps(metadata, ensure_ascii=False, indent=1) + "\n").encode()


def name_of(name: str) -> str:
    """The name of a column as section 5.6 takes it: of ASCII letters, digits and escapes, no underscore before them."""
    escaped = quote(name, safe="").replace("-", "%2D").replace("~", "%7E")
    return f"%5F{escaped[1:]}" if escaped.startswith("_") else escaped


def _column(column: Column, header: str, zh: str, en: str) -> Mapping[str, Any]:
    titles = {"und": header, "zh": zh, "en": en}
    return {"name": name_of(column.name), "titles": titles, "datatype": _datatype(column.datatype)}


def _datatype(datatype: str) -> str:
    name = "anyURI" if datatype == IRI else datatype.removeprefix("xsd:")
    return name if name in KNOWN else "string"


def _both(label: Label) -> list[dict[str, str]]:
    return [{"@value": label.zh, "@language": "zh"}, {"@value": label.en, "@language": "en"}]
