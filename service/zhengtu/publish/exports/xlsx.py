"""XLSX: the data on one sheet, where they come from on the other; no cell is a formula or a link.

A number is one where a double holds it as written, which up to 15 digits it does; else it is text. What a cell cannot
hold (32,767 characters; characters that XML has no form for) is told on the second sheet.
"""

import io
import math
import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from zhengtu.errors import TableTooLarge
from zhengtu.model import Label
from zhengtu.publish.columns import Language, headers
from zhengtu.publish.exports.provenance import Provenance, told
from zhengtu.publish.results import Result, Value, lexical

MOST_ROWS, MOST_COLUMNS, MOST_CHARS, MOST_DIGITS = 1_048_576, 16_384, 32_767, 15
"""What a sheet and a cell can hold (characters are UTF-16 units), and the digits that every double keeps."""
FIRST_DAY = date(1900, 3, 1)
"""Before it spreadsheets disagree about the calendar."""
NARROWEST, WIDEST, SAMPLE, WIDE_FROM = 8, 48, 200, 0x2E80
CHUNK = 16_000
"""Characters of a long text that stand in one cell of the second sheet."""
SHEETS = {"zh": ("数据", "来源"), "en": ("Data", "Source")}
CUT = "……【超出单元格上限，全文见 CSV；cut at the limit of a cell, whole in the CSV】"
UNWRITABLE = re.compile(r"[\ufffe\uffff]")
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


class Sheet:
    """A sheet that is being filled; `cut` and `replaced` are the cells that could not be written as they are."""

    def __init__(self, sheet: Worksheet, day: Format, moment: Format) -> None:
        self._sheet, self._day, self._moment = sheet, day, moment
        self.cut: list[str] = []
        self.replaced: list[str] = []

    def put(self, row: int, column: int, value: Value, form: Format | None = None) -> None:
        """Write one value as what it is."""
        if isinstance(value, bool):
            self._sheet.write_boolean(row, column, value)
        elif isinstance(value, datetime | date) and _holds_day(value):
            self._sheet.write_datetime(row, column, value, self._moment if isinstance(value, datetime) else self._day)
        elif isinstance(value, int | float | Decimal) and holds_number(value):
            self._sheet.write_number(row, column, value)
        elif value is not None:
            self._sheet.write_string(row, column, self._fitting(lexical(value), xl_rowcol_to_cell(row, column)), form)

    def _fitting(self, text: str, cell: str) -> str:
        """The text as far as a cell holds it."""
        fitting = UNWRITABLE.sub("\ufffd", text)
        if fitting != text:
            self.replaced.append(cell)
        encoded = fitting.encode("utf-16-le")
        if len(encoded) // 2 > MOST_CHARS:
            self.cut.append(cell)
            fitting = encoded[: 2 * (MOST_CHARS - len(CUT))].decode("utf-16-le", "ignore") + CUT
        return fitting


def write(result: Result, about: Provenance, language: Language | None = None) -> bytes:
    """The workbook. Raises TableTooLarge when a sheet cannot hold so many rows or columns."""
    if len(result.rows) >= MOST_ROWS or len(result.columns) > MOST_COLUMNS:
        raise TableTooLarge(
            f"XLSX 每表最多 {MOST_ROWS - 1} 行数据、{MOST_COLUMNS} 列；请改用 CSV 或 Parquet。 "
            f"A sheet holds {MOST_ROWS - 1} rows of data and {MOST_COLUMNS} columns, this table has "
            f"{len(result.rows)} and {len(result.columns)}; take CSV or Parquet."
        )
    out = io.BytesIO()
    with Workbook(out, OPTIONS) as book:
        book.set_properties({"title": _in(about.title, language), "created": about.written.replace(tzinfo=None)})
        bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        formats = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        data, source = (book.add_worksheet(name) for name in SHEETS[language or "en"])
        sheet = Sheet(data, *formats)
        _fill(data, sheet, result, headers(result.names, language), bold)
        _tell(source, Sheet(source, *formats), [*_said(about, result), *_limits(sheet)], bold)
    return out.getvalue()


def holds_number(value: float | Decimal) -> bool:
    """Whether a cell shows the number as it is: a double, of which a spreadsheet keeps 15 digits."""
    if isinstance(value, float):
        return math.isfinite(value) and float(f"{value:.16G}") == value
    exact = Decimal(value)
    digits = "".join(map(str, exact.as_tuple().digits)).rstrip("0")
    return len(digits) <= MOST_DIGITS and (not exact or -307 <= exact.adjusted() <= 307)  # noqa: PLR2004 (a double's)


def _holds_day(value: date) -> bool:
    if isinstance(value, datetime):
        return value.tzinfo is None and not value.microsecond and value.date() >= FIRST_DAY
    return value >= FIRST_DAY


def _fill(data: Worksheet, sheet: Sheet, result: Result, header: list[str], bold: Format) -> None:
    for place, name in enumerate(header):
        sheet.put(0, place, name, bold)
    for number, row in enumerate(result.rows, 1):
        for place, value in enumerate(row):
            sheet.put(number, place, value)
    for place, width in enumerate(_widths(header, result)):
        data.set_column(place, place, width)
    data.freeze_panes(1, 0)
    if header:
        data.autofilter(0, 0, len(result.rows), len(header) - 1)


def _tell(source: Worksheet, sheet: Sheet, said: Iterable[tuple[Label, str | int | Label]], bold: Format) -> None:
    """What is said of the data: its name in both languages, then in one or two cells what is said."""
    rows = ((name, cells) for name, value in said for cells in _cells(value))
    for number, (name, cells) in enumerate(rows):
        for place, cell in enumerate((name.zh, name.en, *cells)):
            sheet.put(number, place, cell, bold if place < 2 else None)  # noqa: PLR2004 (the two names)
    for place, width in enumerate((24, 28, 60, 60)):
        source.set_column(place, place, width)


def _cells(value: str | int | Label) -> Iterator[tuple[str | int, ...]]:
    """What is said, in rows of cells; a long text goes on in the next row."""
    if isinstance(value, Label):
        yield value.zh, value.en
    elif isinstance(value, int):
        yield (value,)
    else:
        yield from ((value[start : start + CHUNK],) for start in range(0, len(value) or 1, CHUNK))


def _said(about: Provenance, result: Result) -> Iterator[tuple[Label, str | int | Label]]:
    return ((said.name, said.value) for said in told(about, result))


def _limits(sheet: Sheet) -> Iterator[tuple[Label, str]]:
    if sheet.cut:
        name = Label("超出单元格上限而截断的单元格", f"Cells cut at {MOST_CHARS} characters; whole in the CSV")
        yield name, " ".join(sheet.cut)
    if sheet.replaced:
        name = Label("含 XLSX 无法存储的字符的单元格", "Cells with characters that XLSX cannot hold")
        yield name, " ".join(sheet.replaced)


def _widths(header: list[str], result: Result) -> Iterator[float]:
    for place, name in enumerate(header):
        longest = max((_width(lexical(row[place])[:WIDEST]) for row in result.rows[:SAMPLE]), default=0)
        yield min(max(longest, _width(name[:WIDEST]) + 3, NARROWEST), WIDEST)


def _width(text: str) -> int:
    """Columns that a text takes, a Chinese character two."""
    return sum(2 if ord(character) >= WIDE_FROM else 1 for character in text)


def _in(label: Label, language: Language | None) -> str:
    return label.zh if language == "zh" else label.en if language else f"{label.zh} {label.en}"
