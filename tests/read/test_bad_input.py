"""Every kind of bad input: one line with file, row, column, reason and remedy; status 1; the old output stays."""

import csv
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from zhengtu import pipeline, settings
from zhengtu.cli import app
from zhengtu.errors import ReportInvalid
from zhengtu.model import Reference
from zhengtu.read.report import read_report

REPORT = "reports/huizhou-zsj-2024"


@dataclass(frozen=True)
class Case:
    """A way to spoil the data, and the error that names it."""

    name: str
    spoil: Callable[[Path], None]
    code: str
    place: str
    says: str = ""


def cell(table: str, row: int, column: str, value: str) -> Callable[[Path], None]:
    """Overwrite one cell; row 2 is the first after the header."""

    def spoil(data: Path) -> None:
        path = data / table
        with path.open(encoding="utf-8", newline="") as source:
            rows = list(csv.reader(source))
        rows[row - 1][rows[0].index(column)] = value
        with path.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out, lineterminator="\n").writerows(rows)

    return spoil


def edit(file: str, change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    """Change the bytes of a file."""

    def spoil(data: Path) -> None:
        (data / file).write_bytes(change((data / file).read_bytes()))

    return spoil


def override_a_number(data: Path) -> None:
    """A number made up, with a reason: what report.yaml expects gives it away."""
    cell(FIGURES, 2, "override_value", "9")(data)
    cell(FIGURES, 2, "override_reason", "想当然")(data)


def override_in_vain(data: Path) -> None:
    cell(FIGURES, 2, "override_value", "8")(data)
    cell(FIGURES, 2, "override_reason", "与原文相同")(data)


def repeat_first_row(data: Path) -> None:
    path = data / REPORT / "entities.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join([*lines, lines[1]]), encoding="utf-8")


def override_the_unit(data: Path) -> None:
    cell(FIGURES, 2, "override_unit", "FURLONG")(data)
    cell(FIGURES, 2, "override_reason", "想当然")(data)


def disagree(data: Path) -> None:
    """Two rows of one claim about different things."""
    for row, about in ((2, "huizhou-data-bureau"), (3, "huiyunyan")):
        cell(f"{REPORT}/claims.csv", row, "id", "c999")(data)
        cell(f"{REPORT}/claims.csv", row, "about", about)(data)


FIGURES, ENTITIES, RELATIONS = (f"{REPORT}/{table}.csv" for table in ("figures", "entities", "relations"))
DIFFERENCE = 54  # f053, 减少3672.85 万元
CASES = [
    Case("override of a number", override_a_number, "count-unexpected", "report.yaml column expected", "overrides: 1"),
    Case("override in vain", override_in_vain, "override-unexplained", "figures.csv row 2 column override_value"),
    Case("broken CSV", edit(FIGURES, lambda b: b + b'f999,"unclosed\n'), "table-broken", "figures.csv"),
    Case("cells missing", edit(FIGURES, lambda b: b + b"f999,1\n"), "table-broken", "figures.csv row ", "2 cells"),
    Case(
        "wrong header",
        edit(FIGURES, lambda b: b.replace(b"id,printed", b"id,print", 1)),
        "table-broken",
        "figures.csv row 1",
    ),
    Case(
        "unknown kind", cell(ENTITIES, 2, "kind", "gadget"), "code-unknown", "entities.csv row 2 column kind", "gadget"
    ),
    Case("unknown role", cell(FIGURES, 3, "role", "hope"), "code-unknown", "figures.csv row 3 column role", "hope"),
    Case(
        "quote not in the text",
        cell(FIGURES, 2, "quote", "查无此句 8 个"),
        "quote-missing",
        "figures.csv row 2 column quote",
        "查无此句",
    ),
    Case(
        "quote twice",
        cell(ENTITIES, 2, "quote", "惠州市"),
        "quote-ambiguous",
        "entities.csv row 2 column quote",
        "times",
    ),
    Case(
        "printed not in quote",
        cell(FIGURES, 2, "printed", "9999 个"),
        "printed-misplaced",
        "figures.csv row 2 column printed",
        "9999",
    ),
    Case("empty cell", cell(FIGURES, 2, "about", ""), "value-missing", "figures.csv row 2 column about"),
    Case("malformed id", cell(ENTITIES, 2, "id", "惠州"), "value-malformed", "entities.csv row 2 column id"),
    Case("repeated id", repeat_first_row, "id-repeated", "entities.csv row "),
    Case(
        "no such period",
        cell(FIGURES, 2, "period", "last-year"),
        "value-malformed",
        "figures.csv row 2 column period",
        "last-year",
    ),
    Case(
        "missing entity",
        cell(FIGURES, 2, "about", "nobody"),
        "reference-dangling",
        "figures.csv row 2 column about",
        "nobody",
    ),
    Case(
        "missing indicator",
        cell(FIGURES, 2, "indicator", "nothing"),
        "reference-dangling",
        "figures.csv row 2 column indicator",
        "nothing",
    ),
    Case(
        "missing parent",
        cell(ENTITIES, 2, "part_of", "nobody"),
        "reference-dangling",
        "entities.csv row 2 column part_of",
        "nobody",
    ),
    Case(
        "override without reason",
        cell(FIGURES, 2, "override_value", "7"),
        "override-unexplained",
        "figures.csv row 2 column override_reason",
    ),
    Case(
        "changed text",
        edit(f"{REPORT}/text.txt", lambda b: b.replace(b"202.58", b"202.59", 1)),
        "text-changed",
        "text.txt",
        "sha256",
    ),
    Case(
        "wrong encoding",
        edit(ENTITIES, lambda b: b.decode().encode("gb18030")),
        "encoding-wrong",
        "entities.csv",
        "byte",
    ),
    Case(
        "text in another encoding",
        edit(f"{REPORT}/text.txt", lambda b: b.decode().encode("gb18030")),
        "encoding-wrong",
        "text.txt",
    ),
    Case("missing file", lambda data: (data / REPORT / "claims.csv").unlink(), "file-missing", "claims.csv"),
    Case("missing text", lambda data: (data / REPORT / "text.txt").unlink(), "file-missing", "text.txt"),
    Case("broken YAML", edit(f"{REPORT}/report.yaml", lambda b: b + b"a: [\n"), "table-broken", "report.yaml"),
    Case(
        "unknown field",
        edit(f"{REPORT}/report.yaml", lambda b: b + b"colour: red\n"),
        "table-broken",
        "report.yaml column colour",
    ),
    Case(
        "lost row",
        edit(FIGURES, lambda b: b[: b.rstrip().rindex(b"\n") + 1]),
        "count-unexpected",
        "report.yaml column expected",
    ),
    Case(
        "bad hash",
        edit(f"{REPORT}/report.yaml", lambda b: b.replace(b"sha256: 7", b"sha256: x")),
        "table-broken",
        "report.yaml column sha256",
    ),
    Case(
        "heading gone",
        edit(f"{REPORT}/sections.yaml", lambda b: b.replace("提高政治站位".encode(), "降低".encode())),
        "heading-missing",
        "sections.yaml",
    ),
    Case(
        "unknown unit",
        edit("reference/units.csv", lambda b: b.replace("\n宗,".encode(), "\n棕,".encode())),
        "unit-unknown",
        "figures.csv row ",
        "宗",
    ),
    Case(
        "unit that swallows a multiplier",
        edit("reference/units.csv", lambda b: b + "万元,CCY_CNY,\n".encode()),
        "value-malformed",
        "units.csv row ",
        "万元 is 万 and a unit",
    ),
    Case(
        "unit twice",
        edit("reference/units.csv", lambda b: b + "元,CCY_CNY,\n".encode()),
        "id-repeated",
        "units.csv row ",
    ),
    Case(
        "place of nowhere",
        edit("reference/places.csv", lambda b: b + "x,甲,X,,nowhere,\n".encode()),
        "reference-dangling",
        "places.csv row ",
        "nowhere",
    ),
    Case(
        "address with a space",
        edit("reference/places.csv", lambda b: b + "x,甲,X,,,http://a/ b\n".encode()),
        "value-malformed",
        "places.csv row ",
    ),
    Case(
        "predicate that is no relation",
        cell(RELATIONS, 2, "predicate", "dcterms:title"),
        "value-malformed",
        "relations.csv row 2 column predicate",
    ),
    Case(
        "difference from nothing",
        cell(FIGURES, DIFFERENCE, "compared_with", ""),
        "value-missing",
        f"figures.csv row {DIFFERENCE} column compared_with",
    ),
    Case(
        "unknown override unit",
        override_the_unit,
        "code-unknown",
        "figures.csv row 2 column override_unit",
    ),
    Case(
        "rows that disagree",
        disagree,
        "statements-disagree",
        "claims.csv row 3 column id",
        "row 2 says something else",
    ),
    Case(
        "objective answered by nothing",
        cell(f"{REPORT}/objectives.csv", 2, "answered_by", "f998"),
        "reference-dangling",
        "objectives.csv row 2 column answered_by",
        "f998",
    ),
    Case(
        "comparison of nothing",
        cell(f"{REPORT}/checks.csv", 2, "figures", "f998"),
        "reference-dangling",
        "checks.csv row 2 column figures",
        "f998",
    ),
    Case(
        "date that no calendar has",
        edit(f"{REPORT}/report.yaml", lambda b: b.replace(b"retrieved: unknown", b"retrieved: 2025-13-45")),
        "table-broken",
        "report.yaml",
    ),
    Case(
        "words for a date",
        edit(f"{REPORT}/report.yaml", lambda b: b.replace(b"retrieved: unknown", b"retrieved: '2025-13-45'")),
        "table-broken",
        "report.yaml column retrieved",
    ),
    Case("YAML without fields", edit(f"{REPORT}/report.yaml", lambda _: b"words"), "table-broken", "report.yaml"),
    Case(
        "unparsable quantity",
        cell(FIGURES, 2, "printed", "解决问题 8 个"),
        "quantity-unreadable",
        "figures.csv row 2 column printed",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_bad_input_is_one_line_that_says_where_and_how_to_mend_it(case: Case, own_data: Path, tmp_path: Path) -> None:
    case.spoil(own_data)
    with pytest.raises(ReportInvalid) as refused:
        pipeline.build(settings.load(data_dir=own_data, build_dir=tmp_path / "build"))
    lines = [str(problem) for problem in refused.value.problems if problem.code == case.code]
    assert lines, f"no {case.code} among:\n{refused.value}"
    line = next(line for line in lines if line.startswith(case.place))
    assert "\n" not in line
    assert case.says in line
    assert "To mend it: " in line
    assert not (tmp_path / "build").exists()


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.resolve().rglob("*") if path.is_file()}


def test_a_failed_build_ends_with_1_and_leaves_the_old_output(own_data: Path, tmp_path: Path) -> None:
    options = ["--data-dir", str(own_data), "--build-dir", str(tmp_path / "build")]
    assert CliRunner().invoke(app, ["build", *options]).exit_code == 0
    before = contents(tmp_path / "build" / "current")
    cell(FIGURES, 2, "quote", "查无此句 8 个")(own_data)
    failed = CliRunner().invoke(app, ["build", *options])
    assert failed.exit_code == 1
    assert "figures.csv row 2 column quote" in failed.stderr
    assert contents(tmp_path / "build" / "current") == before
    assert not list((tmp_path / "build").glob(".building-*"))


def test_every_fault_is_told_not_only_the_first(own_data: Path, tmp_path: Path) -> None:
    for row in (2, 3, 4):
        cell(FIGURES, row, "quote", f"查无此句 {row} 个")(own_data)
    with pytest.raises(ReportInvalid) as refused:
        pipeline.build(settings.load(data_dir=own_data, build_dir=tmp_path / "build"))
    assert {p.row for p in refused.value.problems if p.code == "quote-missing"} == {2, 3, 4}


def test_the_faults_of_every_report_are_told(own_data: Path, tmp_path: Path) -> None:
    shutil.copytree(own_data / REPORT, own_data / "reports" / "another-report")
    for report, row in ((REPORT, 2), ("reports/another-report", 3)):
        cell(f"{report}/figures.csv", row, "quote", "查无此句 8 个")(own_data)
    with pytest.raises(ReportInvalid) as refused:
        pipeline.build(settings.load(data_dir=own_data, build_dir=tmp_path / "build"))
    assert [p.row for p in refused.value.problems] == [3, 2]


def test_what_a_spreadsheet_saves_is_read_the_same(own_data: Path, tmp_path: Path) -> None:
    plain = pipeline.build(settings.load(data_dir=own_data, build_dir=tmp_path / "plain"))
    for path in (own_data / REPORT).glob("*.csv"):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    saved = pipeline.build(settings.load(data_dir=own_data, build_dir=tmp_path / "saved"))
    counts = [{**held, "digest": ""} for build in (plain, saved) for held in build.manifest["reports"].values()]
    assert counts[0] == counts[1]
    assert plain.manifest["graphs"] == saved.manifest["graphs"]


@pytest.mark.parametrize(
    "spoil",
    [
        cell(ENTITIES, 2, "kind", "gadget"),
        cell(ENTITIES, 2, "name_zh", ""),
        lambda data: (data / ENTITIES).unlink(),
        edit(ENTITIES, lambda b: b.replace(b"id,", b"name,", 1)),
        cell(f"{REPORT}/scopes.csv", 2, "name_zh", ""),
    ],
    ids=["kind", "name", "missing", "header", "scope"],
)
def test_a_fault_is_told_once_not_for_all_that_refer_to_it(
    spoil: Callable[[Path], None], own_data: Path, tmp_path: Path
) -> None:
    spoil(own_data)
    with pytest.raises(ReportInvalid) as refused:
        pipeline.build(settings.load(data_dir=own_data, build_dir=tmp_path / "build"))
    assert len(refused.value.problems) == 1


def test_blank_lines_and_files_that_are_not_read_change_nothing(own_data: Path, tmp_path: Path) -> None:
    (own_data / REPORT / ".~lock.figures.csv#").write_text("open elsewhere", encoding="utf-8")
    (own_data / "reference" / "notes.txt").write_text("to do", encoding="utf-8")
    before = pipeline.build(settings.load(build_dir=tmp_path / "before"))
    same = pipeline.build(settings.load(data_dir=own_data, build_dir=tmp_path / "same"))
    assert same.manifest == before.manifest
    for table in (own_data / REPORT).glob("*.csv"):
        table.write_bytes(table.read_bytes() + b"\n\n")
    padded = pipeline.build(settings.load(data_dir=own_data, build_dir=tmp_path / "padded"))
    assert padded.manifest["graphs"] == before.manifest["graphs"]


def test_a_correction_moves_the_bounds_too(own_data: Path, reference: Reference) -> None:
    for column, value in (("value", "30"), ("comparator", "ge"), ("reason", "原文另有说明")):
        cell(FIGURES, 2, f"override_{column}", value)(own_data)
    edit(f"{REPORT}/report.yaml", lambda b: b.replace(b"overrides: 0", b"overrides: 1"))(own_data)
    figure = read_report(own_data / REPORT, own_data, reference, "").figures[0]
    quantity = figure.quantity
    assert quantity.value == quantity.low == 30
    assert (quantity.high, quantity.comparator) == (None, "ge")
    assert figure.override_reason == "原文另有说明"


def test_a_folder_that_cannot_be_used_is_one_line(own_data: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    for options in (
        ["--data-dir", str(tmp_path / "none")],
        ["--data-dir", str(own_data), "--build-dir", str(tmp_path / "file")],
    ):
        failed = CliRunner().invoke(app, ["build", *options])
        assert failed.exit_code == 1
        assert str(tmp_path) in failed.stderr
        assert "Traceback" not in failed.output
