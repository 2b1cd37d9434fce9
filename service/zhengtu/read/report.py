"""A report folder in, a `Report` out: the steps of reading, in order."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from zhengtu.errors import (
    CodeUnknown,
    CountUnexpected,
    HeadingMissing,
    InputError,
    ReferenceDangling,
    ReportInvalid,
    TableBroken,
    TextChanged,
)
from zhengtu.model import Entity, Label, Reference, Report, Section, SourceText
from zhengtu.read import facts
from zhengtu.read.files import Row, build_rows, digest, read_table, read_text, read_yaml
from zhengtu.read.periods import calendar_year
from zhengtu.read.reference import by_id
from zhengtu.read.sections import Heading, find_sections, merge_outline

Built = TypeVar("Built")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LabelSheet(_Strict):
    """A name in both languages."""

    zh: str
    en: str


class ReportSheet(_Strict):
    """`report.yaml`."""

    title: LabelSheet
    body: str
    region: str
    year: int
    profile: str
    publisher: str
    source_url: str
    retrieved: str
    sha256: str
    accepted_by: str
    rights: LabelSheet
    expected: dict[str, int]


class HeadingSheet(_Strict):
    """An entry of a profile's outline."""

    id: str
    parent: str | None = None
    title: LabelSheet
    headings: tuple[str, ...]


class ProfileSheet(_Strict):
    """`profile-….yaml`."""

    id: str
    name: LabelSheet
    source: str
    sections: tuple[HeadingSheet, ...]


class OwnHeadingSheet(_Strict):
    """An entry of `sections.yaml`: a heading that only this report has."""

    id: str
    parent: str
    title: LabelSheet
    heading: str
    after: str


class OutlineSheet(_Strict):
    """`sections.yaml`."""

    sections: tuple[OwnHeadingSheet, ...]


Sheet = TypeVar("Sheet", bound=BaseModel)


def read_report(folder: Path, data: Path, reference: Reference, shared_digest: str) -> Report:
    """The report in `folder`, checked against itself and the shared `reference`.

    `data` holds schemas/ and reference/. Raises ReportInvalid with everything that is wrong, one InputError each.
    """
    problems: list[InputError] = []
    try:
        sheet = _sheet(folder / "report.yaml", ReportSheet)
        text = _text(folder / "text.txt", sheet.sha256)
        sections = _sections(folder, data, sheet.profile, text)
    except InputError as problem:
        raise ReportInvalid(folder.name, [problem]) from None

    def rows(table: str) -> tuple[Row, ...]:
        try:
            return read_table(folder / f"{table}.csv", data / "schemas" / f"{table}.json")
        except InputError as problem:
            problems.append(problem)
            return ()

    def table(name: str, build: Callable[[Row], Built]) -> tuple[Built, ...]:
        return build_rows(rows(name), build, problems)

    reading = facts.Reading(text, reference, periods={str(sheet.year): calendar_year(sheet.year)})
    entities: dict[str, Entity] = by_id(rows("entities"), reading.entity, problems)
    reading = reading.knowing(entities, facts.scopes(rows("scopes"), problems))
    report = Report(
        id=folder.name,
        title=Label(sheet.title.zh, sheet.title.en),
        body=sheet.body,
        place=sheet.region,
        period=str(sheet.year),
        profile=sheet.profile,
        source_url=sheet.source_url,
        accepted_by=sheet.accepted_by,
        rights=Label(sheet.rights.zh, sheet.rights.en),
        digest=digest([p for p in folder.iterdir() if p.is_file()]),
        shared_digest=shared_digest,
        text=text,
        sections=sections,
        scopes=reading.scopes,
        entities=entities,
        figures=table("figures", reading.figure),
        claims=table("claims", reading.claim),
        recognitions=table("recognitions", reading.recognition),
        relations=table("relations", reading.relation),
        objectives=table("objectives", reading.objective),
        comparisons=table("checks", reading.comparison),
        not_figures=table("not-figures", reading.not_figure),
        periods=reading.periods,
    )
    problems += facts.agreement(report) + facts.references(report, reference) + _counts(report, sheet)
    problems += _heads(report, reference)
    if problems:
        raise ReportInvalid(folder.name, problems)
    return report


def _sheet(path: Path, model: type[Sheet]) -> Sheet:
    content: Any = read_yaml(path)
    if isinstance(content, list):
        content = {"sections": content}
    try:
        return model.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        raise TableBroken(path.name, first["msg"], column=".".join(map(str, first["loc"]))) from None


def _text(path: Path, sha256: str) -> SourceText:
    raw = read_text(path)
    actual = hashlib.sha256(raw.encode("utf-8")).hexdigest()
    if actual != sha256:
        raise TextChanged(path.name, f"sha256 is {actual}, report.yaml says {sha256}")
    return SourceText(raw, actual)


def _sections(folder: Path, data: Path, profile: str, text: SourceText) -> tuple[Section, ...]:
    path = data / "reference" / f"profile-{profile}.yaml"
    standard = _sheet(path, ProfileSheet)
    own_path = folder / "sections.yaml"
    own = _sheet(own_path, OutlineSheet).sections if own_path.exists() else ()
    try:
        outline = merge_outline(
            [Heading(h.id, h.parent, Label(h.title.zh, h.title.en), h.headings, False) for h in standard.sections],
            [(h.after, Heading(h.id, h.parent, Label(h.title.zh, h.title.en), (h.heading,), True)) for h in own],
        )
    except KeyError as missing:
        raise ReferenceDangling(own_path.name, str(missing.args[0]), column="after") from None
    sections = find_sections(text, outline, own_path.name)
    if not sections:
        raise HeadingMissing(own_path.name, "no section at all was found in text.txt")
    return sections


def _counts(report: Report, sheet: ReportSheet) -> list[InputError]:
    actual = {
        "entities": len(report.entities),
        "figures": len(report.figures),
        "overrides": sum(bool(figure.override_reason) for figure in report.figures),
        "claims": len(report.claims),
        "recognitions": len(report.recognitions),
        "relations": len(report.relations),
        "objectives": len(report.objectives),
        "checks": len(report.comparisons),
    }
    return [
        CountUnexpected("report.yaml", f"{name}: {actual.get(name)} read, {count} expected", column="expected")
        for name, count in sheet.expected.items()
        if actual.get(name) != count
    ]


def _heads(report: Report, reference: Reference) -> list[InputError]:
    problems: list[InputError] = []
    if report.body not in report.entities:
        problems.append(ReferenceDangling("report.yaml", report.body, column="body"))
    if report.place not in reference.places:
        problems.append(ReferenceDangling("report.yaml", report.place, column="region"))
    if report.profile not in reference.codes["profile"]:
        problems.append(CodeUnknown("report.yaml", report.profile, column="profile"))
    return problems
