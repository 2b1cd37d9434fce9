"""The command, as a user at a shell meets it."""

import csv
import io
import json
import os
import pty
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from zhengtu import pipeline, settings
from zhengtu.cli import app
from zhengtu.errors import SettingsError
from zhengtu.model import Finding, Label, Reason, Rule, Run, Severity
from zhengtu.publish.exports import FORMS
from zhengtu.publish.exports.provenance import QUERY_TITLE, Provenance
from zhengtu.publish.results import read_json
from zhengtu.publish.search import print_table
from zhengtu.publish.tables import TABLES
from zhengtu.settings import Settings
from zhengtu.store import builds
from zhengtu.store.folding import Piece
from zhengtu.store.search import Found, Hit, Kind, Thing

run = CliRunner().invoke


def test_every_command_has_help() -> None:
    listed = run(app, ["--help"]).stdout
    for table in TABLES:
        assert table in run(app, ["export", "--help"]).stdout
    asking = ("query", "export", "search", "questions", "ask")
    for name in ("build", "check", "validate", "report", "serve", "load", "version", *asking):
        assert name in listed
        assert run(app, [name, "--help"]).exit_code == 0


def test_query_runs_a_file_in_a_chosen_format(built_settings: Settings, tmp_path: Path) -> None:
    query = tmp_path / "q.rq"
    query.write_text("SELECT (1 AS ?one) {}", encoding="utf-8")
    options = ["--build-dir", str(built_settings.build_dir)]
    assert run(app, ["query", str(query), *options]).stdout == "one\n1\n"
    assert '"bindings"' in run(app, ["query", str(query), "--format", "json", *options]).stdout
    wrong = run(app, ["query", str(query), "--format", "ttl", *options])
    assert (wrong.exit_code, "json, xml, csv, tsv" in wrong.stderr) == (1, True)
    missing = run(app, ["query", str(tmp_path / "none.rq"), *options])
    assert (missing.exit_code, "cannot be read" in missing.stderr) == (1, True)


@pytest.mark.parametrize("table", ["figures", "entities"])
def test_export_writes_a_table(built_settings: Settings, table: str) -> None:
    done = run(app, ["export", table, "--format", "csv", "--build-dir", str(built_settings.build_dir)])
    assert done.exit_code == 0
    assert len(list(csv.reader(io.StringIO(done.stdout)))) > 100


def test_search_finds_words_in_either_language(built_settings: Settings) -> None:
    options = ["--build-dir", str(built_settings.build_dir)]
    zh, en = (run(app, ["search", "惠云", *options, "--lang", lang, "--limit", "3"]) for lang in ("zh", "en"))
    assert (zh.exit_code, "工程或项目" in zh.stdout, "Programme" in en.stdout) == (0, True, True)
    found = json.loads(run(app, ["search", "202.58", "--format", "json", "--limit", "3", *options]).stdout)
    assert (found["query"], len(found["results"])) == ("202.58", 3)
    kind = json.loads(run(app, ["search", "平台", "--kind", "zt:Platform", "--format", "json", *options]).stdout)
    assert {result["kind"]["kind"] for result in kind["results"]} == {"zt:Platform"}
    nothing = run(app, ["search", "没有这样的话", *options])
    assert (nothing.exit_code, nothing.stdout, "换用较短的词" in nothing.stderr) == (1, "", True)
    assert run(app, ["search", "\udcff*\x1b惠", "--format", "json", *options]).exit_code == 0


def test_what_is_found_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    thing = Thing("http://e/\x1b[31m", Label("\x1b]0;evil\x07\u202e惠[bold]"), Kind("", Label("其他")))
    print_table(Found((Hit(thing, "name", (Piece("惠\x1b[2J", marked=True),), None),), 1), "zh")
    printed = capsys.readouterr().out
    assert not {"\x1b", "\x07", "\u202e"} & set(printed)
    assert "[bold]" in printed


def test_what_does_not_exist_is_said_plainly(built_settings: Settings, tmp_path: Path) -> None:
    for arguments, words in (
        (["export", "nothing", "--build-dir", str(built_settings.build_dir)], "no table nothing"),
        (["export", "figures", "--format", "doc", "--build-dir", str(built_settings.build_dir)], "no format doc"),
        (["export", "figures", "--build-dir", str(tmp_path)], "zhengtu build"),
        (["serve", "--port", "0"], "port"),
    ):
        failed = run(app, arguments)
        assert failed.exit_code == 1, arguments
        assert words in failed.stderr
        assert "Traceback" not in failed.output


def test_without_a_build_nothing_can_be_evaluated(tmp_path: Path) -> None:
    for command in ("check", "validate"):
        failed = run(app, [command, "--build-dir", str(tmp_path)])
        assert (failed.exit_code, "zhengtu build" in failed.stderr) == (2, True)


def test_a_damaged_build_is_refused(built_settings: Settings, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(built_settings.build_dir / "current", tmp_path / "current"))
    quads = folder / "zhengtu.nq"
    quads.write_bytes(quads.read_bytes().rpartition(b"\n<")[0] + b"\n")
    failed = run(app, ["export", "figures", "--build-dir", str(tmp_path)])
    assert (failed.exit_code, "manifest" in failed.stderr) == (1, True)


def a_run(*severities: Severity, reason: Reason = "result") -> Run:
    found = tuple(
        Finding(severity, f"urn:{i}", "", "", "urn:shape", Label(f"说明{i}", f"said {i}"), reason=reason)
        for i, severity in enumerate(severities)
    )
    rule = Rule("urn:shape", Label("规则", "rule"), Label(""), Label(""), (1, 1), "Violation", 1)
    return Run("data", "a" * 64, "b" * 64, "engine", (rule,), found)


@pytest.mark.parametrize(
    ("judged", "status"),
    [
        (a_run("Violation", "Warning", "Info"), 1),
        (a_run("Warning"), 0),
        (a_run("Violation", reason="not-evaluated"), 2),
    ],
)
def test_check_and_validate_end_as_the_run_does(judged: Run, status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "check", lambda *_, **__: (judged,))
    for command in ("check", "validate"):
        done = run(app, [command])
        assert done.exit_code == status
        assert [line.partition(":")[0] for line in done.stderr.splitlines()] == [f.severity for f in judged.findings]
        assert len(done.stdout.splitlines()) == 1


def test_a_gap_in_a_document_never_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "requirements", lambda *_: replace(a_run("Violation"), subject="document"))
    assert run(app, ["validate", "--profile"]).exit_code == 0


def test_validate_judges_files_of_someone_else(tmp_path: Path) -> None:
    good, bad, other = (tmp_path / name for name in ("good.ttl", "bad.ttl", "other.ttl"))
    zt, code = "@prefix zt: <https://w3id.org/zhengtu/ns#> .", "https://w3id.org/zhengtu/code"
    names = '<http://www.w3.org/2004/02/skos/core#prefLabel> "件数"@zh , "Count"@en'
    good.write_text(
        f"{zt} <urn:i> a zt:Indicator ; {names} ; <http://www.w3.org/2004/02/skos/core#inScheme> <{code}/indicator> ; "
        f"<http://qudt.org/schema/qudt/hasUnit> <http://qudt.org/vocab/unit/NUM> ; "
        f"zt:desiredDirection <{code}/direction/higher> .",
        encoding="utf-8",
    )
    bad.write_text(f"{zt} <urn:i> a zt:Indicator .", encoding="utf-8")
    other.write_text("<urn:a> <urn:b> <urn:c> .", encoding="utf-8")
    assert run(app, ["validate", str(good)]).exit_code == 0
    judged = run(app, ["validate", str(bad), "--format", "json"])
    assert judged.exit_code == 1
    assert {f["focus"] for f in json.loads(judged.stdout)["findings"] if f["severity"] == "Violation"} == {"urn:i"}
    assert run(app, ["validate", str(other)]).exit_code == 2
    refused = run(app, ["validate", str(tmp_path / "none.ttl")])
    assert (refused.exit_code, len(refused.stderr.splitlines())) == (2, 1)


def test_report_writes_an_existing_report_in_another_form(tmp_path: Path) -> None:
    made, page = tmp_path / "report.ttl", tmp_path / "report.html"
    made.write_text(
        """@prefix sh: <http://www.w3.org/ns/shacl#> . [] a sh:ValidationReport ; sh:conforms false ; sh:result [
        a sh:ValidationResult ; sh:focusNode <urn:a> ; sh:resultPath <urn:p> ; sh:resultSeverity sh:Violation ;
        sh:sourceShape <urn:shape> ; sh:resultMessage "Nothing here."@en ] .""",
        encoding="utf-8",
    )
    done = run(app, ["report", str(made), "--format", "html", "--output", str(page)])
    assert done.exit_code == 0, done.output
    assert "Nothing here." in page.read_text(encoding="utf-8")
    empty = tmp_path / "empty.ttl"
    empty.write_text("<urn:a> <urn:b> <urn:c> .", encoding="utf-8")
    assert run(app, ["report", str(empty)]).exit_code == 2
    unknown = run(app, ["report", str(made), "--format", "doc"])
    assert (unknown.exit_code, "no format doc" in unknown.stderr) == (2, True)


def test_a_port_in_use_is_said_before_the_address_is(built_settings: Settings, free_port: int) -> None:
    with socket.create_server(("127.0.0.1", free_port)):
        failed = run(app, ["serve", "--port", str(free_port), "--build-dir", str(built_settings.build_dir)])
    assert failed.exit_code == 1
    assert failed.stdout == ""
    assert len(failed.stderr.splitlines()) == 1


def test_settings_in_a_file_of_another_encoding_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_bytes("ZHENGTU_HOST=主机".encode("gb18030"))
    with pytest.raises(SettingsError, match="UTF-8"):
        settings.load()


def test_settings_come_from_the_environment_and_say_what_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHENGTU_PORT", "8123")
    assert settings.load().port == 8123
    assert settings.load(port=8124).port == 8124
    monkeypatch.setenv("ZHENGTU_PORT", "high")
    with pytest.raises(SettingsError, match="port"):
        settings.load()


def test_every_setting_has_help_in_both_languages() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert re.search(r"[一-鿿]", field.description), name


def test_serve_answers_over_http(built_settings: Settings, free_port: int) -> None:
    command = [sys.executable, "-m", "zhengtu", "serve", "--port", str(free_port)]
    command += ["--build-dir", str(built_settings.build_dir)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603
        try:
            assert server.stdout is not None
            assert str(free_port) in server.stdout.readline()
            url = f"http://127.0.0.1:{free_port}/sparql?query=ASK%20%7B%7D"
            assert b"true" in answer(url)
        finally:
            server.terminate()
            server.wait(timeout=20)


def answer(url: str) -> bytes:
    """The body, once the server listens."""
    for _ in range(100):
        try:
            with urllib.request.urlopen(url, timeout=10) as got:  # noqa: S310
                return bytes(got.read())
        except (ConnectionError, urllib.error.URLError):
            time.sleep(0.1)
    raise AssertionError("the server never answered")


def test_questions_are_listed_for_people_and_for_programs() -> None:
    listed = json.loads(run(app, ["questions", "--format", "json"]).stdout)
    assert {"number", "id", "title", "description", "asked_by", "parameters", "query"} <= listed[0].keys()
    for lang in ("zh", "en"):
        told = "".join(run(app, ["questions", "--lang", lang]).stdout.split())  # long titles go over two lines
        for question in listed:
            assert question["id"] in told
            assert "".join(question["title"][lang].split()) in told


def test_a_question_is_answered_in_every_form(built_settings: Settings, tmp_path: Path) -> None:
    where = ["--build-dir", str(built_settings.build_dir)]
    told = run(app, ["ask", "12", *where])
    assert told.exit_code == 0
    assert "低空行业数据空间" in told.stdout
    assert "Shuyuangang (Data Source Harbour)" in run(app, ["ask", "data-spaces", "--lang", "en", *where]).stdout
    table = run(app, ["ask", "12", "--format", "csv", "--lang", "en", *where]).stdout
    rows = list(csv.DictReader(io.StringIO(table)))
    assert {"about", "about_label", "quote", "place"} <= rows[0].keys()
    about = json.loads(run(app, ["ask", "12", "--format", "json", *where]).stdout)["about"]
    assert about["rows"] == len(rows)
    book = tmp_path / "answer.xlsx"
    assert run(app, ["ask", "12", "--format", "xlsx", "--output", str(book), *where]).exit_code == 0
    assert book.read_bytes()[:2] == b"PK"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nothing"], "zhengtu questions"),
        (["12", "--param", "x=1"], "没有参数"),
        (["12", "--param", "x"], "NAME=VALUE"),
        (["12", "--format", "pdf"], "pdf"),
        (["12", "--format", "json", "--bom"], "--bom"),
    ],
)
def test_a_question_asked_wrongly_is_told_what_there_is(
    built_settings: Settings, arguments: list[str], told: str
) -> None:
    result = run(app, ["ask", *arguments, "--build-dir", str(built_settings.build_dir)])
    assert result.exit_code == 1
    assert told in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("form", ["xlsx", "parquet"])
def test_an_answer_is_exported_as_a_table_is(built_settings: Settings, tmp_path: Path, form: str) -> None:
    options = ["--build-dir", str(built_settings.build_dir), "--format", form]
    query, file = tmp_path / "q.rq", tmp_path / f"answer.{form}"
    query.write_text("SELECT (1.50 AS ?value) {}", encoding="utf-8")
    done = run(app, ["query", str(query), *options, "--columns", "zh", "--output", str(file)])
    assert (done.exit_code, done.stdout) == (0, "")
    found = read_json(
        b'{"head":{"vars":["value"]},"results":{"bindings":[{"value":{"type":"literal","value":"1.5",'
        b'"datatype":"http://www.w3.org/2001/XMLSchema#decimal"}}]}}'
    )
    about = Provenance.of(builds.current(built_settings.build_dir), QUERY_TITLE, query.read_text(encoding="utf-8"))
    assert file.read_bytes() == FORMS[form].write(found, about, "zh")
    query.write_text("ASK {}", encoding="utf-8")
    refused = run(app, ["query", str(query), *options])
    assert (refused.exit_code, "Only the answer to a SELECT query" in refused.stderr) == (1, True)


def test_csv_for_spreadsheets_has_a_mark_and_names(built_settings: Settings, tmp_path: Path) -> None:
    options = ["--build-dir", str(built_settings.build_dir), "--columns", "en", "--bom"]
    query = tmp_path / "q.rq"
    query.write_text("SELECT ('=1' AS ?value) {}", encoding="utf-8")
    assert run(app, ["query", str(query), *options]).stdout_bytes == b"\xef\xbb\xbfValue\r\n'=1\r\n"
    assert run(app, ["export", "figures", *options]).stdout_bytes.startswith(b"\xef\xbb\xbfIRI,Report,About,")
    refused = run(app, ["export", "figures", *options, "--format", "json"])
    assert (refused.exit_code, "--bom is for csv" in refused.stderr) == (1, True)


@pytest.mark.parametrize("form", ["xlsx", "parquet"])
def test_no_file_of_bytes_goes_to_a_terminal(built_settings: Settings, form: str) -> None:
    shown, terminal = pty.openpty()
    command = [sys.executable, "-m", "zhengtu", "export", "figures", "--format", form]
    build = ["--build-dir", str(built_settings.build_dir)]
    done = subprocess.run([*command, *build], stdout=terminal, stderr=subprocess.PIPE, check=False)  # noqa: S603
    os.close(terminal)
    os.close(shown)
    assert done.returncode == 1
    assert f"{form} is no text for a terminal; give --output FILE." in done.stderr.decode()
