"""Every kind of bad input: one line with file, row, column, reason and remedy; status 1; the old output stays."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from zhengtu import pipeline, settings
from zhengtu.cli import app
from zhengtu.errors import ReportInvalid

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


FIGURES, ENTITIES = f"{REPORT}/figures.csv", f"{REPORT}/entities.csv"
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
        "entities.csv column part_of",
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


def test_what_a_spreadsheet_saves_is_read_the_same(own_data: Path, tmp_path: Path) -> None:
    plain = pipeline.build(settings.load(data_dir=own_data, build_dir=tmp_path / "plain"))
    for path in (own_data / REPORT).glob("*.csv"):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    saved = pipeline.build(settings.load(data_dir=own_data, build_dir=tmp_path / "saved"))
    counts = [{**held, "digest": ""} for build in (plain, saved) for held in build.manifest["reports"].values()]
    assert counts[0] == counts[1]
    assert plain.manifest["graphs"] == saved.manifest["graphs"]


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
