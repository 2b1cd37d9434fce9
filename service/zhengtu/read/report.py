"""A report folder in, a `Report` out: the steps of reading, in order."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from zhengtu.errors import (
    CodeUnknown,
    CountUnexpected,
    HeadingMissing,
    InputError,
    ReferenceDangling,
    ReportInvalid,
    TextChanged,
    ValueMalformed,
)
from zhengtu.model import Entity, Reference, Report, Section, SourceText
from zhengtu.read import facts
from zhengtu.read.files import Row, build_rows, digest, read_table, read_text
from zhengtu.read.periods import calendar_year
from zhengtu.read.reference import by_id
from zhengtu.read.sections import Heading, find_sections, merge_outline
from zhengtu.read.sheets import SLUG, OutlineSheet, ProfileSheet, ReportSheet, read_sheet

Built = TypeVar("Built")


def read_report(folder: Path, data: Path, reference: Reference, shared_digest: str) -> Report:
    """The report in `folder`, checked against itself and the shared `reference`.

    `data` holds schemas/ and reference/. Raises ReportInvalid with everything that is wrong, one InputError each.
    """
    problems: list[InputError] = []
    try:
        if not SLUG.fullmatch(folder.name):
            raise ValueMalformed(folder.name, "the folder's name is the report's id: lower-case words and hyphens")
        sheet = read_sheet(folder / "report.yaml", ReportSheet)
        text = _text(folder / "text.txt", sheet.sha256)
        sections = _sections(folder, data, sheet.profile, text)
    except InputError as problem:
        raise ReportInvalid(folder.name, [problem]) from None

    def rows(table: str) -> tuple[Row, ...]:
        try:
            return read_table(folder / f"{table}.csv", data / "schemas" / f"{table}.json", problems)
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
        title=sheet.title.label,
        body=sheet.body,
        place=sheet.region,
        period=str(sheet.year),
        profile=sheet.profile,
        publisher=sheet.publisher,
        source_url=sheet.source_url,
        retrieved=sheet.retrieved,
        accepted_by=sheet.accepted_by,
        rights=sheet.rights.label,
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


def _text(path: Path, sha256: str) -> SourceText:
    raw = read_text(path)
    actual = hashlib.sha256(raw.encode("utf-8")).hexdigest()
    if actual != sha256:
        raise TextChanged(path.name, f"sha256 is {actual}, report.yaml says {sha256}")
    return SourceText(raw, actual)


def _sections(folder: Path, data: Path, profile: str, text: SourceText) -> tuple[Section, ...]:
    path = data / "reference" / f"profile-{profile}.yaml"
    standard = read_sheet(path, ProfileSheet)
    own_path = folder / "sections.yaml"
    own = read_sheet(own_path, OutlineSheet).sections if own_path.exists() else ()
    try:
        outline = merge_outline(
            [Heading(h.id, h.parent, h.title.label, h.headings, False) for h in standard.sections],
            [(h.after, Heading(h.id, h.parent, h.title.label, (h.heading,), True)) for h in own],
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
