"""The steps, in order: read → graph → describe → store, then check. The file to read first."""

from collections.abc import Callable, Iterable, Set
from heapq import merge
from itertools import chain
from pathlib import Path

from zhengtu import rooms
from zhengtu.check import coverage, shacl
from zhengtu.check.audit import audit
from zhengtu.errors import FileMissing, ReportInvalid
from zhengtu.graph.assemble import cube_quads, fresh, report_quads, shared_quads
from zhengtu.model import Check, Finding, Reference, Report
from zhengtu.publish.questions import read_questions
from zhengtu.publish.void import void_quads
from zhengtu.read.files import digest
from zhengtu.read.reference import read_reference, shared_files
from zhengtu.read.report import read_report
from zhengtu.settings import Settings
from zhengtu.store import builds
from zhengtu.store.builds import Build, Part
from zhengtu.store.quads import Quad, Triple, read_quads, sorted_lines

Say = Callable[[str], None]


def build(settings: Settings, say: Say = lambda _: None) -> Build:
    """Read every report folder, make the graph, write it whole.

    Raises ReportInvalid with everything that is wrong in all report folders; nothing is written then.
    """
    data, ontology = settings.data_dir, rooms.ontology()
    reference = read_reference(data, ontology)
    shared_digest = digest(shared_files(data, ontology))
    shared = list(shared_quads(reference, ontology))
    stated = {quad[:3] for quad in shared}
    parts: dict[str, Part] = {}
    refused: list[ReportInvalid] = []
    for folder in _report_folders(data):
        say(f"reading {folder.name}")
        try:
            report = read_report(folder, data, reference, shared_digest)
            covered = _covered(report, reference)
            checks = audit(report, reference)
        except ReportInvalid as invalid:
            refused.append(invalid)
            continue
        lines = _lines(fresh(report_quads(report, reference, covered.share, checks), stated), stated, ontology)
        parts[report.id] = Part(lines, _held(report, covered, checks))
    if refused:
        raise ReportInvalid(", ".join(r.report for r in refused), [p for r in refused for p in r.problems])
    say(f"describing {', '.join(parts)}")
    common = sorted_lines(shared)
    everything = list(merge(common, *(part.lines for part in parts.values())))
    described = sorted_lines(void_quads(everything, read_questions(ontology / "questions")))
    say(f"writing {settings.build_dir}")
    return builds.write(settings.build_dir, common, parts, described, disk_quads=settings.disk_quads)


def check(settings: Settings, say: Say = lambda _: None) -> tuple[Finding, ...]:
    """SHACL over every report of the current build, each with the shared data only: cost grows with what is there."""
    whole, shapes = builds.current(settings.build_dir), shacl.read_shapes(rooms.shapes())
    findings: list[Finding] = []
    for report in whole.manifest["reports"]:
        say(f"checking {report}")
        findings += shacl.validate(shacl.union(chain.from_iterable(map(read_quads, whole.parts(report)))), shapes)
    return tuple(findings)


def _report_folders(data: Path) -> list[Path]:
    folders = sorted(p for p in (data / "reports").iterdir() if p.is_dir())
    if not folders:
        raise FileMissing("reports", f"{data / 'reports'} holds no report folder")
    return folders


def _covered(report: Report, reference: Reference) -> coverage.Coverage:
    covered = coverage.measure(report, reference.units)
    problems = coverage.problems(report, covered)
    if problems:
        raise ReportInvalid(report.id, problems)
    return covered


def _lines(quads: Iterable[Quad], stated: Set[Triple], ontology: Path) -> list[bytes]:
    """The quads of a report with their cube."""
    facts = list(quads)
    cube = fresh(cube_quads(facts, ontology), stated | {fact[:3] for fact in facts})
    return sorted_lines(chain(facts, cube))


def _held(report: Report, covered: coverage.Coverage, checks: tuple[Check, ...]) -> dict[str, object]:
    return {
        "title": {"zh": report.title.zh, "en": report.title.en},
        "digest": report.digest,
        "text": report.text.sha256,
        "entities": len(report.entities),
        "figures": len(report.figures),
        "claims": len({claim.id for claim in report.claims}),
        "relations": len({(r.subject, r.predicate, r.object) for r in report.relations}),
        "recognitions": len({honour.id for honour in report.recognitions}),
        "objectives": len(report.objectives),
        "checks": len(checks),
        "numbers": covered.total,
        "coverage": str(covered.share),
    }
