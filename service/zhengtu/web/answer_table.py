"""The answer to a question in, the table that a page shows out: names for IRIs, links to things and to places."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from zhengtu.model import unwrap
from zhengtu.namespaces import compact
from zhengtu.publish import columns
from zhengtu.publish.results import IRI, Result, Value, lexical
from zhengtu.store.labels import SUFFIX
from zhengtu.web.reader import Reader
from zhengtu.web.words import WORDS

Kind = Literal["thing", "quote", "place", "number", "words"]
PLACE = re.compile(r"(\d{1,9})-(\d{1,9})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Head:
    """A column of the page: its name in the data, what it is called, and how its cells are shown."""

    name: str
    label: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell shows, and where it leads (empty: nowhere)."""

    text: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of as many cells as there are columns; what holds for all of them; the columns that none of them fills."""

    heads: tuple[Head, ...]
    rows: tuple[tuple[Cell, ...], ...]
    shared: tuple[tuple[Head, Cell], ...] = ()
    empty: tuple[Head, ...] = ()


def table(result: Result, texts: Mapping[str, str], reader: Reader) -> Table:
    """The answer for a reader; `texts` gives the text of each report."""
    names = set(result.names)
    shown = [
        column
        for column in result.columns
        if not (column.name.endswith(SUFFIX) and column.name.removesuffix(SUFFIX) in names)
    ]
    heads = tuple(Head(c.name, _called(c.name, reader), _kind(c.name, c.datatype)) for c in shown)
    rows = (dict(zip(result.names, row, strict=True)) for row in result.rows)
    return _said_once(Table(heads, tuple(tuple(_cell(head, row, texts, reader) for head in heads) for row in rows)))


def _said_once(whole: Table) -> Table:
    """The table without the things that are the same in all rows, which stand before it, and without empty columns."""
    shared, empty, kept = list[tuple[Head, Cell]](), list[Head](), list[int]()
    for place, head in enumerate(whole.heads):
        cells = {row[place] for row in whole.rows}
        if len(cells) == 1 and head.kind == "thing" and (only := next(iter(cells))).text:
            shared.append((head, only))
        elif not any(cell.text for cell in cells):
            empty.append(head)
        else:
            kept.append(place)
    rows = tuple(tuple(row[place] for place in kept) for row in whole.rows)
    return Table(tuple(whole.heads[place] for place in kept), rows, tuple(shared), tuple(empty))


def _called(name: str, reader: Reader) -> str:
    label = columns.label(name)
    return label.zh if reader.language == "zh" else label.en


def _kind(name: str, datatype: str) -> Kind:
    if datatype == IRI:
        return "thing"
    last = name.rpartition("_")[2]
    if last in ("quote", "place"):
        return "quote" if last == "quote" else "place"
    return "number" if datatype in ("xsd:integer", "xsd:decimal", "xsd:double") else "words"


def _cell(head: Head, row: Mapping[str, Value], texts: Mapping[str, str], reader: Reader) -> Cell:
    value = row[head.name]
    if value is None:
        return Cell("")
    if isinstance(value, bool):
        return Cell(WORDS[reader.language]["yes" if value else "no"])
    text = lexical(value)
    if head.kind == "thing":
        return Cell(str(row.get(head.name + SUFFIX) or compact(text)), reader.address(text))
    if head.kind == "place" and (found := PLACE.fullmatch(text)):
        of_report = texts.get(str(row.get("report")), "")
        return Cell(text, reader.address(f"{of_report}#char={found[1]},{found[2]}") if of_report else "")
    return Cell(unwrap(text) if head.kind == "quote" else text)
