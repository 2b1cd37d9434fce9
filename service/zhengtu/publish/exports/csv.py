"""CSV: RFC 4180, UTF-8, a header, CRLF; as the W3C has it for tables on the Web (Model for Tabular Data, section 7)."""

import csv
import io
import re
from collections.abc import Iterable

from zhengtu.publish.columns import Language, headers
from zhengtu.publish.exports.provenance import Provenance
from zhengtu.publish.results import Result, Value, lexical

BOM = b"\xef\xbb\xbf"
"""Before the first byte, some spreadsheets take it for the sign of UTF-8."""
_FORMULA, _SIGNED = re.compile(r"[\t\r\n]|\s*[=+@＝＋＠－-]"), re.compile(r"-[0-9]+(\.[0-9]+)?")


def write(result: Result, _: Provenance, language: Language | None = None) -> bytes:
    """The table; None is an empty cell, and no cell is a formula."""
    return written(headers(result.names, language), result.rows)


def written(header: Iterable[str], rows: Iterable[Iterable[Value]]) -> bytes:
    """A header and rows as CSV."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(map(harmless, header))
    writer.writerows(map(_cell, row) for row in rows)
    return out.getvalue().encode()


def harmless(cell: str) -> str:
    """The text, with an apostrophe before it where a spreadsheet would run it as a formula."""
    return f"'{cell}" if _FORMULA.match(cell) and not _SIGNED.fullmatch(cell) else cell


def _cell(value: Value) -> str:
    return harmless(value) if isinstance(value, str) else lexical(value)
