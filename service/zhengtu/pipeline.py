"""The steps, in order: read → graph → describe → store, then check. The file to read first."""

import hashlib
import multiprocessing
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from heapq import merge
from itertools import chain
from pathlib import Path
from typing import Literal

from zhengtu import rooms
from zhengtu.check import coverage, run, shacl
from zhengtu.check.audit import audit
from zhengtu.check.reading import read_report as read_validation_report
from zhengtu.errors import BuildRunning, FileMissing, ReportInvalid
from zhengtu.graph.assemble import cube_quads, fresh, report_quads, shared_quads
from zhengtu.model import Check, Reference, Report, Run
from zhengtu.publish import validation
from zhengtu.publish.questions import read_questions
from zhengtu.publish.validation.rdf import report_triples
from zhengtu.publish.void import void_quads
from zhengtu.read.files import digest
from zhengtu.read.reference import read_reference, shared_files
from zhengtu.read.report import read_report
from zhengtu.settings import Settings
from zhengtu.store import builds
from zhengtu.store.builds import NOT_VALIDATED, About, Build, Part, Validation
from zhengtu.store.files import read_files
from zhengtu.store.quads import Quad, Triple, read_quads, sorted_lines
from zhengtu.terms import graph

Say = Callable[[str], None]
Watch = Callable[[Iterable[run.Part], int], Iterable[run.Part]]
"""Lets someone watch the parts come in, of so many."""
CONTEXT = "https://w3id.org/zhengtu/context.jsonld"


def _unwatched(parts: Iterable[run.Part], _: int) -> Iterable[run.Part]:
    return parts


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
    say(f"describing and writing {', '.join(parts)} to {settings.build_dir}")
    return _write(settings, sorted_lines(shared), parts)


def check(settings: Settings, watch: Watch = _unwatched, *, profile: bool = True) -> tuple[Run, ...]:
    """The rules for our data over every report of the current build, then the requirements of its profile.

    Each report is judged by itself with the shared data, as many at a time as there are cores. With `profile` what is
    found is kept: a new build holds the same quads and the validation of them.
    Raises NotEvaluated when the engine cannot run a rule, FileMissing when a profile has no requirements, BuildRunning
    when another build has come meanwhile.
    """
    whole, shapes = builds.current(settings.build_dir), rooms.shapes()
    runs = [_judge("data", whole, shacl.shape_files(shapes), tuple(whole.manifest["reports"]), watch)]
    if profile:
        runs.append(requirements(settings, watch))
        _keep(settings, whole, runs)
    return tuple(runs)


def _keep(settings: Settings, whole: Build, runs: Iterable[Run]) -> None:
    """Write the build anew with what was found about it."""
    if builds.current(settings.build_dir).folder != whole.folder:
        raise BuildRunning("A newer build has come while this one was checked; run `zhengtu check` again.")
    runs = tuple(runs)
    quads = ((s, p, o, graph("quality")) for run in runs for s, p, o in report_triples(run))
    files = dict(chain.from_iterable(validation.files(run, run.subject) for run in runs))
    shared, parts = whole.read_parts()
    _write(settings, shared, parts, Validation(sorted_lines(quads), whole.judged, files))


def _write(
    settings: Settings,
    shared: list[bytes],
    parts: Mapping[str, Part],
    found: Validation = NOT_VALIDATED,
) -> Build:
    """Describe everything together, and make it the current build."""
    everything = list(merge(shared, *(part.lines for part in parts.values()), found.lines))
    described = sorted_lines(void_quads(everything, read_questions(rooms.ontology() / "questions")))
    about = About(described, found)
    return builds.write(settings.build_dir, shared, parts, about, disk_quads=settings.disk_quads)


def requirements(settings: Settings, watch: Watch = _unwatched) -> Run:
    """How far every report of the current build meets the requirements of its profile.

    Raises FileMissing when a profile has no requirements.
    """
    whole, shapes = builds.current(settings.build_dir), rooms.shapes()
    by_profile: dict[str, list[str]] = defaultdict(list)
    for report, held in whole.manifest["reports"].items():
        by_profile[held["profile"]].append(report)
    runs = [
        _judge("document", whole, shacl.shape_files(shapes, name), tuple(reports), watch)
        for name, reports in by_profile.items()
    ]
    return runs[0] if len(runs) == 1 else _joined(runs)


def check_files(settings: Settings, paths: Sequence[Path]) -> Run:
    """The rules for our data over RDF files that someone else wrote, with the shared data as their context.

    Raises FileRefused for a file that is not read, NotEvaluated when the engine cannot run a rule.
    """
    ontology, files = rooms.ontology(), shacl.shape_files(rooms.shapes())
    quads = read_files(paths, {CONTEXT: ontology / "context.jsonld"})
    shared = tuple(shared_quads(read_reference(settings.data_dir, ontology), ontology))
    judged = Run("data", shacl.digest(paths), shacl.digest(files), shacl.engine(), (), ())
    return run.merge(judged, [run.check_data("", quads, files, shared)])


def read_validation(path: Path) -> Run:
    """A sh:ValidationReport that exists, ours or of another program.

    Raises FileRefused when the file is not read, NotEvaluated when it does not hold one report.
    """
    shapes = rooms.shapes()
    profiles = sorted(file.stem for file in (shapes / shacl.PROFILES).glob("*.ttl"))
    groups = (shacl.shape_files(shapes), *(shacl.shape_files(shapes, name) for name in profiles))
    return read_validation_report(read_files((path,), {CONTEXT: rooms.ontology() / "context.jsonld"}), groups)


def _judge(
    subject: Literal["data", "document"], whole: Build, files: tuple[Path, ...], reports: tuple[str, ...], watch: Watch
) -> Run:
    """Every report by itself, in as many processes as there are cores; one alone in this one."""
    judged = Run(subject, whole.judged, shacl.digest(files), shacl.engine(), (), ())
    task = partial(_part, subject, whole, files)
    if len(reports) == 1:
        return run.merge(judged, list(watch(map(task, reports), 1)))
    workers = min(os.cpu_count() or 1, len(reports))
    # A new process for each worker: the bar on a terminal has a thread, and a fork with threads may hang.
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        return run.merge(judged, list(watch(pool.map(task, reports), len(reports))))


def _part(subject: Literal["data", "document"], whole: Build, files: tuple[Path, ...], report: str) -> run.Part:
    quads = tuple(chain.from_iterable(map(read_quads, whole.parts(report))))
    return (run.check_data if subject == "data" else run.check_document)(report, quads, files)


def _joined(runs: Sequence[Run]) -> Run:
    """Runs of several profiles as one, named by the digests of all their rules."""
    rules = hashlib.sha256("".join(one.shapes for one in runs).encode()).hexdigest()
    parts = [run.Part("", one.rules, one.findings, one.requirements) for one in runs]
    return run.merge(replace(runs[0], shapes=rules), parts)


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
        "profile": report.profile,
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
