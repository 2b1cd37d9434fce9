"""A build in, what every export says of itself out: what was asked, of which graph, under which licence."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, NamedTuple, Self

from zhengtu.model import Label
from zhengtu.publish.citation import RIGHTS, citation
from zhengtu.publish.describe import DATASET, LICENCE
from zhengtu.publish.results import Result, lexical
from zhengtu.store.builds import Build

QUERY_TITLE = Label("查询结果", "Answer to a query")
"""The title of an answer that has none of its own."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """What is said of a table; the number of rows is counted where it is written.

    `name` is the stem of its file, `key` the columns that tell its rows apart, `written` (UTC) when the graph was
    written, `cut_at` the number of rows after which the answer was cut, 0 where it is whole.
    """

    name: str
    title: Label
    query: str
    written: datetime
    version: str
    digest: str
    reports: tuple[Label, ...] = ()
    key: tuple[str, ...] = ()
    cut_at: int = 0

    @classmethod
    def of(cls, build: Build, title: Label, query: str, name: str = "result") -> Self:
        """What is said of the whole answer to `query` over a build."""
        manifest = build.manifest
        reports = tuple(Label(**held["title"]) for held in manifest["reports"].values())
        return cls(name, title, query, build.written, manifest["version"], manifest["digest"], reports)

    @classmethod
    def of_json(cls, text: str) -> Self:
        """What `as_json` wrote."""
        held: dict[str, Any] = json.loads(text)
        held["title"] = Label(**held["title"])
        held["reports"] = tuple(Label(**title) for title in held["reports"])
        held["written"], held["key"] = datetime.fromisoformat(held["written"]), tuple(held["key"])
        return cls(**held)

    def as_json(self) -> str:
        """Everything, in one line."""
        return json.dumps({**asdict(self), "written": self.written.isoformat()}, ensure_ascii=False)

    @property
    def citation(self) -> str:
        """How to cite it."""
        return citation(self.version, self.written, self.digest)


class Said(NamedTuple):
    """One thing that is said of a table: its key, its name, and its text or number."""

    key: str
    name: Label
    value: str | int | Label


def told(about: Provenance, result: Result) -> list[Said]:
    """What is said of a table, in the order in which it is shown."""
    return [
        Said("title", Label("标题", "Title"), about.title),
        *(Said("report", Label("报告", "Report"), title) for title in about.reports),
        Said("rows", Label("行数", "Rows"), len(result.rows)),
        Said("whole", Label("是否完整", "Whole or cut"), _whole(about)),
        Said("written", Label("图谱生成时间（UTC）", "Graph written (UTC)"), lexical(about.written)),
        Said("digest", Label("图谱摘要（SHA-256）", "Digest of the graph (SHA-256)"), about.digest),
        Said("version", Label("政图版本", "Version of Zhengtu"), about.version),
        Said("source", Label("数据集", "Data set"), DATASET),
        Said("licence", Label("许可", "Licence"), LICENCE),
        Said("rights", Label("权利", "Rights"), RIGHTS),
        Said("citation", Label("引用格式", "Citation"), about.citation),
        Said("query", Label("查询", "Query"), about.query),
    ]


def as_data(about: Provenance, result: Result) -> dict[str, Any]:
    """The same as JSON data; `report` and `rights` are in both languages, `cut_at` is null where nothing was cut."""
    data: dict[str, Any] = {"reports": [asdict(title) for title in about.reports], "cut_at": about.cut_at or None}
    for said in told(about, result):
        if said.key not in ("report", "whole"):
            data[said.key] = asdict(said.value) if isinstance(said.value, Label) else said.value
    return data


def _whole(about: Provenance) -> Label:
    if not about.cut_at:
        return Label("完整", "whole")
    return Label(f"只含前 {about.cut_at} 行", f"cut after {about.cut_at} rows")
