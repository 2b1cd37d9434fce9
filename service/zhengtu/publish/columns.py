"""The name of a column in, what a reader calls it out: the list `ontology/columns.csv`, in Chinese and English."""

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Literal

from zhengtu import rooms
from zhengtu.errors import TableBroken
from zhengtu.model import Label

Language = Literal["zh", "en"]
FILE, HEADER, NAMING = "columns.csv", ["name", "zh", "en"], "_label"


def read_columns(path: Path) -> dict[str, Label]:
    """The list, by name. Raises TableBroken where a row is incomplete, repeated or out of order."""
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    if header != HEADER:
        raise TableBroken(path.name, f"the header must be {','.join(HEADER)}", row=1)
    names = [row[0] for row in rows]
    for number, row in enumerate(rows, 2):
        if len(row) != len(HEADER) or not all(map(str.strip, row)):
            raise TableBroken(path.name, "a row has a name, a Chinese and an English label", row=number)
    if names != sorted(set(names)):
        raise TableBroken(path.name, "the rows must be sorted by name, each name once")
    return {name: Label(zh, en) for name, zh, en in rows}


def label(name: str) -> Label:
    """What a column is called; `x_label` that is not listed is the name of x, any other is called as it is."""
    listed = _listed()
    if name in listed:
        return listed[name]
    if name.endswith(NAMING) and name != NAMING:
        of = label(name.removesuffix(NAMING))
        return Label(f"{of.zh}（名称）", f"{of.en} (name)")
    return Label(name, name)


def headers(names: Sequence[str], language: Language | None) -> list[str]:
    """The header of a table in a language, or of the names as they are; where two would be the same, with the name."""
    if language is None:
        return list(names)
    called = [label(name).zh if language == "zh" else label(name).en for name in names]
    often = Counter(called)
    return [f"{word} [{name}]" if often[word] > 1 else word for name, word in zip(names, called, strict=True)]


@cache
def _listed() -> Mapping[str, Label]:
    return read_columns(rooms.ontology() / FILE)
