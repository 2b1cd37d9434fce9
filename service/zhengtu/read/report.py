"""A report folder in, a `Report` out: the steps of reading, in order."""

import hashlib
from collections.abc import Callable, Container
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
from zhengtu.model import Reference, Report, Section, SourceText
from zhengtu.read import facts
from zhengtu.read.files import Row, build_rows, digest, read_table, read_text
from zhengtu.read.periods import calendar_year
from zhengtu.read.reference import by_id
from zhengtu.read.sections import Heading, find_sections, merge_outline
from zhengtu.read.sheets import SLUG, OutlineSheet, ProfileSheet, ReportSheet, read_sheet

Built = TypeVar("Built")

TABLES = (
    "entities",
    "scopes",
    "figures",
    "claims",
    "recognitions",
    "relations",
    "objectives",
    "checks",
    "not-figures",
)
FILES = ("report.yaml", "text.txt", "sections.yaml", *(f"{name}.csv" for name in TABLES))
"""What is read of a report folder; whatever else lies there changes nothing."""


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

    tables = {name: read_table(folder / f"{name}.csv", data / "schemas" / f"{name}.json", problems) for name in TABLES}
    reading = facts.Reading(text, reference, periods={str(sheet.year): calendar_year(sheet.year)})
    reading = reading.knowing(tables["entities"].ids, tables["scopes"].ids)

    def built(name: str, build: Callable[[Row], Built]) -> facts.Built[Built]:
        return build_rows(tables[name], build, problems)

    figures, claims = built("figures", reading.figure), built("claims", reading.claim)
    recognitions, objectives = built("recognitions", reading.recognition), built("objectives", reading.objective)
    comparisons = built("checks", reading.comparison)
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
        digest=digest([path for path in map(folder.joinpath, FILES) if path.exists()]),
        shared_digest=shared_digest,
        text=text,
        sections=sections,
        scopes=facts.scopes(tables["scopes"], problems),
        entities=by_id(tables["entities"], reading.entity, problems),
        figures=_facts(figures),
        claims=_facts(claims),
        recognitions=_facts(recognitions),
        relations=_facts(built("relations", reading.relation)),
        objectives=_facts(objectives),
        comparisons=_facts(comparisons),
        not_figures=_facts(built("not-figures", reading.not_figure)),
        periods=reading.periods,
    )
    problems += facts.agreement(figures, claims, recognitions)
    problems += facts.answers(objectives, comparisons, tables)
    problems += _heads(report, reference, tables["entities"].ids)
    problems += _counts(report, sheet, {problem.file for problem in problems})
    if problems:
        raise ReportInvalid(folder.name, problems)
    return report


def _facts(built: facts.Built[Built]) -> tuple[Built, ...]:
    return tuple(fact for _, fact in built)


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


def _counts(report: Report, sheet: ReportSheet, faulty: set[str]) -> list[InputError]:
    """Tables whose rows are more or fewer than expected; one that is `faulty` lacks the rows that could not be read."""
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
        if actual.get(name) != count and f"{'figures' if name == 'overrides' else name}.csv" not in faulty
    ]


def _heads(report: Report, reference: Reference, entities: Container[str]) -> list[InputError]:
    problems: list[InputError] = []
    if report.body not in entities:
        problems.append(ReferenceDangling("report.yaml", report.body, column="body"))
    if report.place not in reference.places:
        problems.append(ReferenceDangling("report.yaml", report.place, column="region"))
    if report.profile not in reference.codes["profile"]:
        problems.append(CodeUnknown("report.yaml", report.profile, column="profile"))
    return problems
