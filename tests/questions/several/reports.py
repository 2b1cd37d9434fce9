"""Invented reports in, a build of them beside the real one out: for the questions that compare reports.

A report is told in sentences, each with the facts that it states. What they name is written here too: places, bodies,
things. The folders, tables and texts are made from that, in the form that `data/schemas/` asks for.
"""

import csv
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from zhengtu import pipeline, settings
from zhengtu.settings import Settings

Row = Mapping[str, str]
TABLES = (
    "entities", "scopes", "figures", "claims", "recognitions", "relations", "objectives", "checks", "not-figures",
)  # fmt: skip
HEADING = "一、部门基本情况"


@dataclass(frozen=True, slots=True)
class Told:
    """An invented report: what each of its sentences states, by table; a quote is the sentence unless a row has one."""

    id: str
    region: str
    body: str
    name: str
    sentences: Sequence[tuple[str, Sequence[tuple[str, Row]]]]
    entities: Sequence[Row]
    scopes: Sequence[Row] = ()
    year: int = 2024
    numbers: Sequence[Row] = field(default_factory=tuple)
    """Rows of not-figures.csv: the numbers of the text that are no figures."""


def figure(about: str, indicator: str, printed: str, **more: str) -> tuple[str, Row]:
    """A row of figures.csv: the level reached in 2024, unless said otherwise."""
    row = {"about": about, "indicator": indicator, "printed": printed, "role": "actual", "form": "level"}
    return "figures", {**row, "period": "2024", **more}


def entity(identifier: str, kind: str, name: str, **more: str) -> Row:
    """A row of entities.csv; its first mention is the first place where the name stands."""
    return {"id": identifier, "kind": kind, "name_zh": name, "name_en": identifier, "quote": name, **more}


def place(identifier: str, name: str, part_of: str, code: str = "") -> Row:
    """A row of places.csv."""
    return {"id": identifier, "name_zh": name, "name_en": identifier, "part_of": part_of, "code": code}


def build(data: Path, folder: Path, places: Sequence[Row], reports: Sequence[Told]) -> Settings:
    """The reports in `data`, a copy of the real data, with `places` added, built into `folder`."""
    append(data, "reference/places.csv", "places", places)
    for told in reports:
        write(data, told)
    chosen = settings.load(data_dir=data, build_dir=folder)
    pipeline.build(chosen)
    return chosen


def write(data: Path, told: Told) -> None:
    """The folder of one report."""
    folder = data / "reports" / told.id
    folder.mkdir()
    text = "\n".join((HEADING, f"{told.name}填报。", *(sentence for sentence, _ in told.sentences))) + "\n"
    (folder / "text.txt").write_text(text, encoding="utf-8")
    (folder / "sections.yaml").write_text("[]\n", encoding="utf-8")
    (folder / "report.yaml").write_text(yaml.safe_dump(sheet(told, text), allow_unicode=True), encoding="utf-8")
    rows = tables(told, text)
    for name in TABLES:
        (folder / f"{name}.csv").write_text(",".join(columns(data, name)) + "\n", encoding="utf-8")
        append(data, f"reports/{told.id}/{name}.csv", name, rows[name])


def sheet(told: Told, text: str) -> dict[str, object]:
    """report.yaml."""
    name = {"zh": f"{told.name}{told.year}年度部门整体支出绩效自评报告", "en": told.id}
    unknown = dict.fromkeys(("publisher", "source_url", "retrieved"), "unknown")
    known = {"body": told.body, "region": told.region, "year": told.year, "profile": "gd-a", "accepted_by": "nobody"}
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    return {"title": name, "rights": name, "sha256": sha256, "expected": {}, **known, **unknown}


def tables(told: Told, text: str) -> dict[str, list[Row]]:
    """The rows of every table; facts are numbered in the order of the sentences."""
    found: dict[str, list[Row]] = {name: [] for name in TABLES}
    for sentence, facts in told.sentences:
        for name, row in facts:
            number = len(found[name]) + 1
            identifier = {"figures": f"f{number:03}", "claims": f"c{number:03}", "recognitions": f"r{number:02}"}
            found[name].append({"id": identifier.get(name, ""), "quote": sentence, **row})
    body = entity(told.body, "public-body", told.name, located_in=told.region)
    mentioned = [body, *told.entities]
    repeated = {row["id"]: "1" for row in mentioned if text.count(row["quote"]) > 1}
    found["entities"] = [{**row, "occurrence": repeated.get(row["id"], "")} for row in mentioned]
    found["scopes"] = list(told.scopes)
    found["not-figures"] = list(told.numbers)
    return found


def columns(data: Path, table: str) -> list[str]:
    """The columns that the schema of a table names."""
    schema = json.loads((data / "schemas" / f"{table}.json").read_text(encoding="utf-8"))
    return [column["name"] for column in schema["columns"]]


def append(data: Path, file: str, table: str, rows: Sequence[Row]) -> None:
    """Rows added to a table; a key that is no column is an error."""
    with (data / file).open("a", encoding="utf-8", newline="") as out:
        names = columns(data, table)
        writer = csv.DictWriter(out, names, restval="", lineterminator="\n")
        writer.writerows({key: row[key] for key in row if key in names or row[key]} for row in rows)
