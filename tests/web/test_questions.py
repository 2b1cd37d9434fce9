"""The questions over HTTP: as a list, as pages, as files; asked wrongly, answered plainly."""

import csv
import io
import json
import re
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from zhengtu.publish.pack import pack_of
from zhengtu.publish.questions import Question
from zhengtu.web.answer_table import PLACE

BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
QUESTIONS = pack_of()
every_question = pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.slug)


def test_programs_get_the_list_and_people_a_page(client: TestClient) -> None:
    listed = client.get("/questions").json()
    assert [each["id"] for each in listed] == [question.slug for question in QUESTIONS]
    for each in listed:
        assert client.get(each["url"], params={"format": "csv"}).status_code == 200
    for language in ("zh", "en"):
        page = client.get(f"/{language}/questions", headers=BROWSER).text
        for question in QUESTIONS:
            assert f'href="/{language}/questions/{question.slug}"' in page


@every_question
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_question_has_a_page_that_shows_what_the_csv_holds(
    client: TestClient, question: Question, language: str
) -> None:
    page = client.get(f"/{language}/questions/{question.slug}", headers=BROWSER)
    assert page.status_code == 200
    rows = list(csv.DictReader(io.StringIO(client.get(f"/questions/{question.slug}.csv").text)))
    body = page.text.partition("<tbody>")[2].partition("</tbody>")[0]
    assert body.count("<tr>") == len(rows)
    assert (question.title.zh if language == "zh" else question.title.en).split()[0] in page.text
    links = re.findall(r'href="(/[^"#]+)#char=[^"]*"', body)
    if any(PLACE.fullmatch(value or "") for row in rows for name, value in row.items() if name.endswith("place")):
        assert links
    by_number, by_slug = (client.get(f"/questions/{name}.csv") for name in (question.number, question.slug))
    assert by_number.content == by_slug.content


def test_an_answer_comes_in_every_form_with_its_source(client: TestClient) -> None:
    document = client.get("/questions/12.json").json()
    assert document["about"]["query"].startswith("PREFIX")
    assert document["about"]["rows"] == len(document["rows"]) > 0
    book, table = client.get("/questions/12.xlsx"), client.get("/questions/12.parquet")
    assert (book.content[:2], table.content[:4]) == (b"PK", b"PAR1")
    assert "data-spaces.xlsx" in book.headers["content-disposition"]
    with_mark = client.get("/questions/12.csv", params={"bom": "1", "columns": "zh"})
    assert with_mark.content.startswith(b"\xef\xbb\xbf")
    assert client.get("/questions/12", headers={"accept": "text/csv"}).text == client.get("/questions/12.csv").text


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/questions/nothing", 404, "question-unknown"),
        ("/questions/0", 404, "question-unknown"),
        (f"/questions/{quote('<script>', safe='')}", 404, "question-unknown"),
        ("/questions/12?nothing=1", 400, "parameter-unknown"),
        ("/questions/12?report=nowhere", 400, "parameter-wrong"),
        ("/questions/12?report=" + quote("} SELECT * { ?s ?p ?o"), 400, "parameter-wrong"),
        ("/questions/12?format=pdf", 400, "not-acceptable"),
        ("/questions/12.csv?columns=fr", 400, "export-malformed"),
    ],
)
def test_a_question_asked_wrongly_is_answered_plainly(client: TestClient, path: str, status: int, code: str) -> None:
    problem = client.get(path, headers={"accept": "application/json"})
    assert (problem.status_code, problem.json()["type"].rpartition("/")[2]) == (status, code)
    page = client.get(f"/en{path}", headers=BROWSER)
    assert page.status_code == status
    assert "<script" not in page.text
    assert json.dumps(problem.json(), ensure_ascii=False).count("\\n") == 0


def test_a_form_keeps_what_was_asked(client: TestClient) -> None:
    page = client.get("/en/questions/12", params={"report": "huizhou-zsj-2024"}, headers=BROWSER).text
    assert re.search(r'<option value="huizhou-zsj-2024" selected>', page)
    assert 'href="/zh/questions/12?report=huizhou-zsj-2024"' in page
    assert "report=huizhou-zsj-2024&amp;columns=en" in page
