"""Home page and health."""

import re

from fastapi.testclient import TestClient

from zhengtu.web.pages import EXAMPLE
from zhengtu.web.words import EN, ZH


def test_both_languages_say_everything() -> None:
    assert ZH.keys() == EN.keys()
    assert all(ZH.values())
    assert all(EN.values())


def test_the_home_page_speaks_the_readers_language(client: TestClient) -> None:
    zh, en = (client.get("/", headers={"accept-language": tag}) for tag in ("zh-CN,zh;q=0.9", "en-GB,en;q=0.9"))
    assert '<html lang="zh-Hans">' in zh.text
    assert '<html lang="en">' in en.text
    assert client.get("/?lang=en", headers={"accept-language": "zh"}).text == en.text
    assert zh.headers["vary"] == "Accept-Language"


def test_every_link_of_the_home_page_leads_somewhere(client: TestClient) -> None:
    links = set(re.findall(r'(?:href|src|action)="([^"#]+)"', client.get("/").text))
    assert len(links) >= 8
    for link in links:
        assert client.get(link).status_code == 200, link


def test_the_example_query_has_answers(client: TestClient) -> None:
    answer = client.get("/sparql", params={"query": EXAMPLE, "format": "csv"})
    assert len(answer.text.splitlines()) > 10


def test_health_says_what_is_served(client: TestClient) -> None:
    health = client.get("/health").json()
    assert health["status"] == "ready"
    assert health["quads"] > 10000
    assert health["reports"] == ["huizhou-zsj-2024"]
