"""A run tells what no rule looked at, and survives its own RDF form."""

import json
import shutil
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import rdflib

from zhengtu import pipeline, rooms, settings
from zhengtu.check import run, shacl
from zhengtu.check.reading import read_report
from zhengtu.model import Finding, Label, Report, Run, unwrap
from zhengtu.publish.validation import FORMATS
from zhengtu.publish.validation.rdf import report_triples
from zhengtu.settings import Settings
from zhengtu.store import builds
from zhengtu.store.quads import Quad, sorted_lines
from zhengtu.terms import SCHEMA, graph

FILES = shacl.shape_files(rooms.shapes())
GROUPS = (FILES, shacl.shape_files(rooms.shapes(), "gd-a"))


def test_a_rule_that_looks_at_nothing_is_not_evaluated(quads: tuple[Quad, ...], report: Report) -> None:
    """Misspell the class of the source text: its rules look at nothing, and no rule looks at the new class."""
    wrong = rdflib.URIRef("http://schema.org/DigitalDokument")
    kept = tuple((s, p, wrong if o == SCHEMA.DigitalDocument else o, g) for s, p, o, g in quads)
    part = run.check_data(report.id, kept, FILES)
    nothing = {f.shape.partition("#")[2] for f in part.findings if f.reason == "not-evaluated"}
    assert {"SourceText", "QuoteMatchesText", "PrintedInQuote"} <= nothing
    assert str(wrong) in {f.focus for f in part.findings if f.reason == "unseen"}
    assert run.merge(Run("data", "", "", "", (), ()), [part]).status == 2


def test_an_unknown_property_is_told_once_for_all_reports() -> None:
    def part(uses: int) -> run.Part:
        said = Label(f"没有任何规则检查属性 x（出现 {uses} 次）。", "x")
        return run.Part("r", (), (Finding("Info", "urn:x", "", str(uses), "", said, reason="unseen"),))

    merged = run.merge(Run("data", "", "", "", (), ()), [part(2), part(5)])
    assert [f.value for f in merged.findings] == ["5"]
    assert merged.status == 0


def test_nothing_to_judge_is_not_evaluated() -> None:
    quads = ((rdflib.URIRef("urn:a"), rdflib.URIRef("urn:p"), rdflib.URIRef("urn:b"), graph("own")),)
    part = run.check_data("", quads, FILES)
    assert [f.reason for f in part.findings] == ["not-evaluated", "unseen"]


def test_counts_of_focus_nodes_are_those_of_the_tables(runs: tuple[Run, ...], report: Report) -> None:
    looked = {rule.id.partition("#")[2]: rule.focus for rule in runs[0].rules}
    assert looked["Claim"] == len({claim.id for claim in report.claims})
    assert looked["Objective"] == len(report.objectives)
    assert looked["Report"] == 1


def test_the_validation_is_in_the_build_that_check_makes(
    runs: tuple[Run, ...], checked_settings: Settings, built_settings: Settings
) -> None:
    whole, judged = builds.current(checked_settings.build_dir), builds.current(built_settings.build_dir)
    lines = (whole.folder / builds.VALIDATION).read_bytes()
    quads = [(s, p, o, graph("quality")) for one in runs for s, p, o in report_triples(one)]
    assert lines == b"".join(sorted_lines(quads))
    digests = whole.open().query(
        "SELECT ?d { ?r a <http://www.w3.org/ns/shacl#ValidationReport> ; "
        "<http://www.w3.org/ns/prov#wasDerivedFrom>/<http://purl.org/dc/terms/identifier> ?d }"
    )
    assert set(digests.rows()) == {(f"sha256:{judged.manifest['digest']}",)}
    assert whole.judged == judged.manifest["digest"] != whole.manifest["digest"]
    assert set(lines.splitlines()) <= set(whole.file.read_bytes().splitlines())
    for name in (builds.SHARED, builds.REPORTS):
        assert content(whole.folder / name) == content(judged.folder / name)


def test_a_build_checked_again_has_the_same_bytes(checked_settings: Settings) -> None:
    before = builds.current(checked_settings.build_dir)
    held = content(before.folder)
    pipeline.check(checked_settings)
    after = builds.current(checked_settings.build_dir)
    assert after.folder != before.folder, "a build that someone reads is not written over"
    assert content(after.folder) == held


def content(path: Path) -> dict[str, bytes]:
    """The bytes of a file, or of every file below a folder, by name."""
    files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
    return {str(file.relative_to(path)): file.read_bytes() for file in files}


def test_the_rdf_form_has_no_blank_node_and_reads_back_as_the_same_run(runs: tuple[Run, ...]) -> None:
    for one in runs:
        graph_of = rdflib.Graph().parse(data=FORMATS["turtle"](one), format="turtle")
        assert not [node for node in graph_of.all_nodes() if isinstance(node, rdflib.BNode)]
        quads: tuple[Quad, ...] = tuple((s, p, o, graph("own")) for s, p, o in graph_of)  # type: ignore[misc]
        again = read_report(quads, GROUPS)
        assert again.findings == one.findings
        assert (again.subject, again.data, again.shapes, again.engine) == (
            one.subject,
            one.data,
            one.shapes,
            one.engine,
        )
        assert {r.rule.id: (r.status, r.gaps) for r in again.requirements} == {
            r.rule.id: (r.status, r.gaps) for r in one.requirements
        }
        assert FORMATS["csv"](again) == FORMATS["csv"](one)
        told, told_again = (json.loads(FORMATS["json"](each)) for each in (one, again))
        del told["rules"], told_again["rules"]  # the RDF form does not tell how many things a rule looked at
        assert told_again == told


def test_two_runs_give_the_same_bytes(runs: tuple[Run, ...], checked_settings: Settings) -> None:
    again = pipeline.requirements(checked_settings)
    assert {form: write(again) for form, write in FORMATS.items()} == {
        form: write(runs[1]) for form, write in FORMATS.items()
    }


def test_many_reports_are_judged_as_each_by_itself(runs: tuple[Run, ...], own_data: Path, tmp_path: Path) -> None:
    """Two copies of the report in two processes: every rule looks at twice as much and finds the same twice."""
    reports = own_data / "reports"
    shutil.copytree(next(reports.iterdir()), reports / "copy-001")
    chosen = settings.load(data_dir=own_data, build_dir=tmp_path / "build")
    pipeline.build(chosen)
    seen: list[int] = []

    def watch(parts: Iterable[run.Part], total: int) -> Iterable[run.Part]:
        seen.append(total)
        return parts

    (both,) = pipeline.check(chosen, watch, profile=False)
    assert seen == [2]
    assert {r.id: r.focus for r in both.rules} == {r.id: r.focus and 2 * r.focus for r in runs[0].rules}
    found = Counter((f.shape, f.message) for f in both.findings if f.reason == "result")
    assert found == {
        key: 2 * n for key, n in Counter((f.shape, f.message) for f in runs[0].findings if f.shape).items()
    }
    assert not (builds.current(chosen.build_dir).folder / builds.VALIDATION).exists()


def test_a_finding_shows_the_quote_where_it_stands(runs: tuple[Run, ...], report: Report) -> None:
    warned = [f for f in runs[0].findings if f.severity == "Warning"]
    assert len(warned) == 2
    for finding in warned:
        assert finding.label.zh
        assert finding.label.en
        for place in finding.places:
            text = unwrap(report.text.raw[place.start : place.end])
            assert (place.quote, bool(place.section_title.zh)) == (text, True)
