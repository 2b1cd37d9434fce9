"""The search over HTTP: in both languages, for people and programs, and for whoever means harm."""

import re
from pathlib import Path
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from tests.web.served import served

from zhengtu import settings
from zhengtu.errors import SearchTooSlow
from zhengtu.model import Label
from zhengtu.publish.search import BEYOND, CUT, LOOSE, NOTHING, UNREADABLE
from zhengtu.store import builds
from zhengtu.store.search import Index
from zhengtu.web.app import create_app

HTML = {"accept": "text/html"}
HOSTILE = [
    "%22", "*", "NEAR%28a%20b%29", "%00", "%E6%83%A0%00", "%ED%A0%80%E6%83%A0", "%FF%FE",
    "%F0%9F%98%80", "%E2%80%AE%E6%83%A0",
    "%EF%BC%8C%E3%80%82", "%3Cscript%3Ealert(1)%3C/script%3E",
    "%27%20OR%201=1--", "+" * 50, "said%3Ax", "%E6%83%A0*", "(" * 2000,
]  # fmt: skip
EVIL = "<script>alert(1)</script>\u202e<img src=x onerror=alert(2)>惠州"


def test_a_program_gets_json(client: TestClient) -> None:
    answer = client.get("/search", params={"q": "惠云"})
    body = answer.json()
    assert answer.headers["content-type"] == "application/json"
    first = body["results"][0]
    assert first["iri"] == "https://w3id.org/zhengtu/id/initiative/huiyunyan"
    assert first["title"]["zh"] == "惠云眼"
    assert first["match"]["text"][slice(*first["match"]["marks"][0])] == "惠云"
    assert first["kind"]["en"]
    assert body["total"] > 20
    assert len(body["results"]) == 20


@pytest.mark.parametrize(("language", "kind"), [("zh", "工程或项目"), ("en", "Programme")])
def test_a_person_gets_a_page_in_their_language(client: TestClient, language: str, kind: str) -> None:
    page = client.get("/search", params={"q": "惠云眼", "lang": language}, headers=HTML).text
    assert kind in page
    assert "<mark>惠云眼</mark>" in page
    assert page == client.get("/search", params={"q": "惠云眼", "lang": language, "format": "html"}).text
    assert page == client.get(f"/{language}/search", params={"q": "惠云眼"}).text


def test_every_result_and_every_link_leads_somewhere(client: TestClient) -> None:
    page = client.get("/search", params={"q": "数据", "page": 2, "lang": "en"}, headers=HTML).text
    links = {link.replace("&amp;", "&") for link in re.findall(r'(?:href|action)="([^"]+)"', page)}
    results = [link for link in links if link.startswith("/en/id/")]
    assert len(results) > 5
    for link in (link for link in links if link[0] in "/?"):
        address = f"/search{link}" if link.startswith("?") else link
        assert client.get(address, headers=HTML).status_code == 200, link


def test_the_page_of_a_quote_has_its_place(client: TestClient) -> None:
    found = client.get("/search", params={"q": "共受理诉求"}).json()["results"]
    place = next(result for result in found if result["place"])
    path, _, anchor = place["url"].partition("#")
    assert anchor == f"char={place['place']['start']},{place['place']['end']}"
    assert f'id="{anchor}"' in client.get(path, headers=HTML).text


def test_the_other_language_keeps_the_question(client: TestClient) -> None:
    page = client.get("/search?q=%E6%83%A0&kind=zt:Platform&lang=zh", headers=HTML).text
    assert 'href="/en/search?q=%E6%83%A0&amp;kind=zt%3APlatform"' in page


@pytest.mark.parametrize(
    ("asked", "note"),
    [
        ({"q": "，。*"}, UNREADABLE),
        ({"q": "没有这样的话"}, NOTHING),
        ({"q": "惠云眼 没有这样的话"}, LOOSE),
        ({"q": "惠" * 301}, CUT),
        ({"q": "惠云眼", "page": "50"}, BEYOND),
        ({"q": "惠云眼", "kind": "zt:None"}, NOTHING),
    ],
)
def test_what_a_reader_should_know_is_said(client: TestClient, asked: dict[str, str], note: Label) -> None:
    assert note.zh in client.get("/search", params={**asked, "lang": "zh"}, headers=HTML).text
    assert note.en in client.get("/search", params={**asked, "lang": "en"}, headers=HTML).text
    assert {"zh": note.zh, "en": note.en} in client.get("/search", params=asked).json()["notes"]


def test_nothing_asked_shows_how_to_ask(client: TestClient) -> None:
    page = client.get("/search", headers=HTML).text
    assert "例如" in page
    assert UNREADABLE.zh not in page
    assert client.get("/search").json()["total"] == 0


@pytest.mark.parametrize("question", HOSTILE)
@pytest.mark.parametrize("form", ["html", "json"])
def test_hostile_questions_are_answered_plainly(client: TestClient, question: str, form: str) -> None:
    answer = client.get(f"/search?q={question}&format={form}&kind={question}")
    assert answer.status_code == 200
    assert "<script" not in answer.text or form == "json"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_question_that_no_address_can_hold_is_refused(tmp_path: Path) -> None:
    data = tmp_path / "few.nq"
    data.write_text('<http://e/a> <http://www.w3.org/2004/02/skos/core#prefLabel> "惠州"@zh <http://e/g> .\n', "utf-8")
    with served(tmp_path, "--data", str(data), "--build-dir", str(tmp_path / "build")) as running:
        assert running.request("GET", f"/search?q={'a' * 10_240}").status == 414
        answer = running.request("GET", f"/search?q={quote('惠')}")
        assert '"iri":"http://e/a"' in answer.text


@pytest.mark.parametrize("asked", ["page=0", "page=-1", "page=x", "page=51", "page=²", "page=9999999", "format=csv"])
def test_a_page_or_format_that_is_none_is_told(client: TestClient, asked: str) -> None:
    answer = client.get(f"/search?q=a&{asked}")
    assert answer.status_code == 400
    assert answer.json()["type"].endswith("search-malformed")


def test_a_format_that_nobody_offers_is_told(client: TestClient) -> None:
    assert client.get("/search?q=a", headers={"accept": "text/csv"}).status_code == 406


def test_a_search_that_takes_too_long_says_what_to_do(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*_: object, **__: object) -> None:
        raise SearchTooSlow("The search took longer than 2 s.")

    monkeypatch.setattr(Index, "find", slow)
    answer = client.get("/search?q=a", headers=HTML)
    assert answer.status_code == 503
    assert "请用更少或更具体的词" in answer.text


def test_names_from_a_hostile_graph_stay_text(tmp_path: Path) -> None:
    data = tmp_path / "evil.nq"
    label = "<http://www.w3.org/2004/02/skos/core#prefLabel>"
    escaped = EVIL.replace('"', '\\"')
    data.write_text(
        f'<http://e/a> {label} "{escaped}"@zh <http://e/g> .\n'
        f'<javascript:alert(3)> {label} "惠州乙"@zh <http://e/g> .\n'
        '<http://e/a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://e/%22%3E%3Cscript> <http://e/g> .\n',
        "utf-8",
    )
    with TestClient(create_app(builds.of_file(data), settings.load(data=data, build_dir=tmp_path))) as client:
        page = client.get("/search?q=%E6%83%A0%E5%B7%9E", headers=HTML).text
        assert client.get("/search?q=script").json()["total"] == 1
    assert page.count("<li>\n<p") == 2
    assert "<script" not in page
    assert "<img" not in page
    assert 'href="javascript' not in page
    assert "&lt;script&gt;" in page
    assert re.search(r"<bdi>[^<]*\u202e", page)
