"""Tables and answers as files: the same as the command writes, within limits, whatever the query answers."""

import asyncio
import csv
import io
import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, unquote

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fastapi.testclient import TestClient
from tests.web.served import Served, served
from typer.testing import CliRunner

from zhengtu.cli import app
from zhengtu.errors import ExportTooHungry, ExportTooSlow, NotATable, ServiceBusy
from zhengtu.publish.exports import FORMS
from zhengtu.publish.exports.csv import BOM
from zhengtu.publish.exports.provenance import QUERY_TITLE, Provenance
from zhengtu.publish.tables import TABLES
from zhengtu.settings import Settings
from zhengtu.store import builds
from zhengtu.web.app import create_app
from zhengtu.web.exports import AT_ONCE, MODULE, QUEUE, Answer, Exports, Wanted
from zhengtu.web.tables import FILES

SELECT = "SELECT ?s ?value { ?s <http://purl.org/linked-data/sdmx/2009/measure#obsValue> ?value } ORDER BY ?s ?value"
ONE = b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":{"type":"literal","value":"a"}}]}}'
HTML = {"Accept": "text/html"}


@pytest.fixture
def about(built_settings: Settings) -> Provenance:
    """What is said of an answer."""
    return Provenance.of(builds.current(built_settings.build_dir), QUERY_TITLE, SELECT)


@pytest.mark.parametrize(
    ("file", "columns"),
    [
        *((file, "zh" if FILES[file][0] == "entities" else "") for file in FILES if FILES[file][0] != "checks"),
        ("checks.csv", "en"),
    ],
)
def test_a_file_is_what_the_command_writes(
    client: TestClient, built_settings: Settings, file: str, columns: str
) -> None:
    name, form = FILES[file]
    options = [*(["--columns", columns] if columns else []), "--build-dir", str(built_settings.build_dir)]
    done = CliRunner().invoke(app, ["export", name, "--format", form, *options])
    answer = client.get(f"/tables/{file}", params={"columns": columns})
    assert (done.exit_code, answer.status_code) == (0, 200)
    assert answer.content == done.stdout_bytes
    assert answer.headers["content-type"] == FORMS[form].media_type
    assert answer.headers["content-disposition"].startswith(f'attachment; filename="{file}"')
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_file_that_the_client_has_is_not_sent_again(client: TestClient) -> None:
    first = client.get("/tables/figures.csv")
    tag = first.headers["etag"]
    again = client.get("/tables/figures.csv", headers={"If-None-Match": f'"x", {tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    marked = client.get("/tables/figures.csv?bom=1", headers={"If-None-Match": tag})
    assert (marked.status_code, marked.content) == (200, BOM + first.content)
    assert client.head("/tables/figures.csv").headers["etag"] == tag


def test_a_csv_leads_to_what_its_columns_mean(client: TestClient) -> None:
    link = client.get("/tables/entities.csv").headers["link"]
    (address,) = re.findall(r'<([^>]+)>; rel="describedby"', link)
    described = client.get(f"/tables/{address}")
    assert described.headers["content-type"] == "application/csvm+json"
    assert described.json()["url"] == "entities.csv"


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        ("/tables/nothing.csv", 404, "not-found"),
        ("/tables/figures.csv?columns=fr", 400, "export-malformed"),
        ("/tables/figures.xlsx?bom=1", 400, "export-malformed"),
        ("/tables/..manifest.json", 404, "not-found"),
        ("/export", 400, "query-malformed"),
        ("/export?query=ASK%20%7B%7D", 400, "not-a-table"),
        ("/export?query=CONSTRUCT%20WHERE%20%7B%3Fs%20%3Fp%20%3Fo%7D", 400, "not-a-table"),
        ("/export?query=SELEKT", 400, "query-malformed"),
        ("/export?query=ASK%20%7B%7D&format=exe", 400, "export-malformed"),
        (f"/export?query={quote('SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }')}", 403, "query-refused"),
    ],
)
def test_what_cannot_be_exported_is_told(client: TestClient, address: str, status: int, code: str) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["type"].endswith(f"/problem/{code}")
    assert " / " in answer.json()["title"]
    page = client.get(address, headers=HTML)
    assert (page.status_code, page.headers["content-type"]) == (status, "text/html; charset=utf-8")


def test_any_select_becomes_a_file_that_says_what_the_endpoint_says(client: TestClient) -> None:
    rows = client.get("/sparql", params={"query": SELECT}).json()["results"]["bindings"]
    expected = [[row["s"]["value"], row["value"]["value"]] for row in rows]
    assert len(expected) > 200
    written = {form: client.get("/export", params={"query": SELECT, "format": form}) for form in FORMS}
    assert [list(row) for row in csv.reader(io.StringIO(written["csv"].text, newline=""))][1:] == expected
    in_json = json.loads(written["json"].content, parse_float=str, parse_int=str)
    assert in_json["rows"] == expected
    assert in_json["about"]["query"] == SELECT
    parquet = pq.read_table(pa.BufferReader(written["parquet"].content)).to_pylist()
    assert [[row["s"], f"{row['value'].normalize():f}"] for row in parquet] == expected
    book = openpyxl.load_workbook(io.BytesIO(written["xlsx"].content))
    assert [row[0] for row in book.worksheets[0].iter_rows(min_row=2, values_only=True)] == [row[0] for row in expected]
    posted = client.post("/export", data={"query": SELECT, "format": "parquet"})
    assert posted.content == written["parquet"].content
    direct = client.post("/export?format=parquet", content=SELECT, headers={"Content-Type": "application/sparql-query"})
    assert direct.content == written["parquet"].content


def test_things_are_named_and_columns_called_as_the_reader_asks(client: TestClient) -> None:
    query = "SELECT DISTINCT ?indicator { ?s <https://w3id.org/zhengtu/ns#indicator> ?indicator } LIMIT 3"
    asked = {"query": query, "labels": "zh", "columns": "zh", "bom": "1"}
    answer = client.get("/export", params=asked)
    assert answer.content.startswith(BOM + "指标,指标（名称）\r\n".encode())
    assert "filename*=UTF-8''result.csv" in answer.headers["content-disposition"]


HOSTILE = (
    "=cmd|' /C calc'!A0", "+1", "-x", "@x", "\\t=1", "\\r=1", "＝1", "＋1", "<script>",
    "\\u0001\\u0008\\u000B\\u001F", "\\uFFFE\\uFFFF", "_x0041_",
)  # fmt: skip


def test_hostile_values_are_text_in_every_form(client: TestClient) -> None:
    cells = " ".join(f'"{cell}"' for cell in HOSTILE)
    columns = " ".join(f"(1 AS ?c{number})" for number in range(300))
    query = f"""SELECT ?__proto__ ?long (<urn:a'b> AS ?iri) {columns} {{ VALUES ?__proto__ {{ {cells} }}
      BIND(REPLACE("{"x" * 400}", "x", "{"汉" * 100}") AS ?long) }}"""
    answers = {form: client.post("/export", data={"query": query, "format": form}) for form in FORMS}
    assert {answer.status_code for answer in answers.values()} == {200}
    book = openpyxl.load_workbook(io.BytesIO(answers["xlsx"].content))
    assert {cell.data_type for row in book.worksheets[0].iter_rows() for cell in row} <= {"s", "n"}
    assert book.worksheets[0].max_column == 303
    assert "whole in the CSV" in str(book.worksheets[0]["B2"].value)
    rows = list(csv.reader(io.StringIO(answers["csv"].text, newline="")))[1:]
    assert not [row[0] for row in rows if re.match(r"[=+@\t\r＝＋-]", row[0])]
    assert {len(row[1]) for row in rows} == {40_000}
    assert json.loads(answers["json"].content)["columns"][0]["name"] == "__proto__"
    assert pq.read_table(pa.BufferReader(answers["parquet"].content)).column("__proto__").to_pylist()[0] == HOSTILE[0]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_leads_to_files_that_are_there(client: TestClient, lang: str) -> None:
    page = client.get(f"/tables?lang={lang}")
    links = [unquote(link.replace("&amp;", "&")) for link in re.findall(r'href="(/tables/[^"]+)"', page.text)]
    assert len(links) == 9 * len(TABLES)
    for link in links:
        assert client.get(link).status_code == 200, link
    for table in TABLES.values():
        assert getattr(table.title, lang) in page.text
    assert f'href="/{lang}/tables"' in client.get(f"/?lang={lang}").text


def write(exports: Exports, answer: Answer, form: str = "xlsx") -> bytes:
    return asyncio.run(exports.file(answer, Wanted(FORMS[form])))[1]


def test_what_takes_too_long_or_too_much_is_stopped(built_settings: Settings, about: Provenance) -> None:
    slow = Exports(built_settings.model_copy(update={"export_seconds": 0.01}))
    with pytest.raises(ExportTooSlow, match=r"0\.01 seconds"):
        write(slow, Answer(ONE, about))
    row = '{"x":{"type":"literal","value":"' + "a" * 20 + '"}}'
    big = '{"head":{"vars":["x"]},"results":{"bindings":[' + ",".join([row] * 600_000) + "]}}"
    hungry = Exports(built_settings.model_copy(update={"worker_memory_mb": 256}))
    with pytest.raises(ExportTooHungry, match="256 MB"):
        write(hungry, Answer(big.encode(), about))
    with pytest.raises(NotATable):
        write(hungry, Answer(b"{}", about))


def test_few_write_at_once_few_wait_and_the_rest_are_sent_away(built_settings: Settings, about: Provenance) -> None:
    async def run() -> list[object]:
        exports, many = Exports(built_settings), AT_ONCE + QUEUE + 3
        answers = [Answer(ONE.replace(b'"a"', b'"%d"' % number), about) for number in range(many)]
        files = (exports.file(answer, Wanted(FORMS["json"])) for answer in answers)
        return list(await asyncio.gather(*files, return_exceptions=True))

    done = asyncio.run(run())
    assert sum(isinstance(one, ServiceBusy) for one in done) == 3
    assert sum(isinstance(one, tuple) for one in done) == AT_ONCE + QUEUE


def test_the_same_file_is_written_once(built_settings: Settings, about: Provenance) -> None:
    async def run() -> float:
        exports = Exports(built_settings)
        await exports.file(Answer(ONE, about), Wanted(FORMS["json"]))
        began = time.perf_counter()
        await exports.file(Answer(ONE, about), Wanted(FORMS["json"]))
        return time.perf_counter() - began

    assert asyncio.run(run()) < 0.05


@pytest.fixture(scope="module")
def poor(built_settings: Settings) -> Iterator[TestClient]:
    """A service that gives each client half a second."""
    settings = built_settings.model_copy(update={"client_seconds": 0.5, "query_seconds": 1})
    with TestClient(create_app(builds.current(settings.build_dir), settings)) as service:
        yield service


def test_an_export_is_charged_to_the_same_budget_as_queries(poor: TestClient) -> None:
    heavy = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    assert poor.get("/export", params={"query": heavy}).status_code == 504
    for address in ("/sparql", "/export"):
        refused = poor.get(address, params={"query": "SELECT (1 AS ?x) {}"})
        assert refused.status_code == 429, address
        assert int(refused.headers["retry-after"]) > 0


def test_writing_ends_when_the_client_goes_away(built_settings: Settings, tmp_path: Path) -> None:
    query = quote("SELECT * { ?s ?p ?o BIND(?p AS ?q) BIND(?p AS ?r) BIND(?p AS ?t) }")
    with served(tmp_path, "--build-dir", str(built_settings.build_dir)) as service:
        with service.connect() as connection:
            connection.sendall(f"GET /export?format=xlsx&query={query} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            wait(lambda: writers(service), 20)
        wait(lambda: not writers(service), 4)
        assert service.ask("ASK {}").status == 200


def writers(service: Served) -> list[int]:
    """The processes that write files; they take several seconds for the whole graph."""
    commands = {process: Path(f"/proc/{process}/cmdline") for process in service.workers()}
    return [process for process, file in commands.items() if file.exists() and MODULE.encode() in file.read_bytes()]


def wait(until: Callable[[], object], seconds: float) -> None:
    """Wait until it is so. Raises AssertionError when it takes too long."""
    deadline = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < deadline
        time.sleep(0.02)
