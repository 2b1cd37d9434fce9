"""The audit as a table and as a summary, from the built graph."""

import csv
import io
from collections import Counter

import pytest
from typer.testing import CliRunner

from zhengtu.check.audit import audit
from zhengtu.cli import app
from zhengtu.model import Reference, Report, squeeze
from zhengtu.publish.audit import COLUMNS, OUTCOMES
from zhengtu.settings import Settings


@pytest.fixture(scope="module")
def table(built_settings: Settings) -> list[dict[str, str]]:
    done = CliRunner().invoke(app, ["audit", "--format", "csv", "--build-dir", str(built_settings.build_dir)])
    assert done.exit_code == 0
    return list(csv.DictReader(io.StringIO(done.stdout)))


def test_a_row_for_each_check_with_its_quotes(
    table: list[dict[str, str]], report: Report, reference: Reference
) -> None:
    checks = {check.id: check for check in audit(report, reference)}
    assert tuple(table[0]) == COLUMNS
    assert len(table) == len(checks)
    for row in table:
        check = checks[row["id"]]
        assert (row["rule"], row["outcome"], row["type"]) == (check.rule, check.outcome, check.type)
        assert (row["stated"], row["computed"]) == (check.stated, check.computed)
        assert (row["explanation_zh"], row["title_en"]) == (check.explanation.zh, check.title.en)
        places = [tuple(map(int, place.split("-"))) for place in row["places"].split(";")]
        assert places == sorted({(span.start, span.end) for span in check.spans})
        assert [squeeze(report.text.raw[start:end]) for start, end in places] == row["quotes"].split(";")
        assert len(list(filter(None, row["figures"].split(";")))) <= len(check.figures)


def test_the_summary_counts_what_the_table_holds(built_settings: Settings, table: list[dict[str, str]]) -> None:
    done = CliRunner().invoke(app, ["audit", "--build-dir", str(built_settings.build_dir)])
    ended = Counter(row["outcome"] for row in table)
    first, *rest = done.stdout.splitlines()
    assert first == f"{len(table)} checks 核对: " + ", ".join(f"{ended[outcome]} {outcome}" for outcome in OUTCOMES)
    assert f"{sum(bool(row['type']) for row in table)} findings 发现" in rest
    assert any("hotline-requests" in line and "202.58万宗" in line for line in rest)
    wrong = CliRunner().invoke(app, ["audit", "--format", "doc", "--build-dir", str(built_settings.build_dir)])
    assert (wrong.exit_code, "summary or csv" in wrong.stderr) == (1, True)
