"""The language of a page: in its address, kept by the link to the other, chosen for a browser that names none."""

import pytest
from fastapi.testclient import TestClient

from zhengtu import settings
from zhengtu.settings import Settings
from zhengtu.store import builds
from zhengtu.web.app import create_app

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize(
    ("path", "accepted", "place"),
    [
        ("/", "", "/zh/"),
        ("/", "en-GB,en;q=0.9,zh;q=0.8", "/en/"),
        ("/", "fr,en;q=0.5", "/zh/"),
        ("/audit", "zh-CN", "/zh/audit"),
        ("/audit?lang=en", "zh-CN", "/en/audit"),
        ("/search?q=%E6%83%A0%26&lang=en&kind=", "", "/en/search?q=%E6%83%A0%26&kind="),
        ("/search?q=//evil.example/", "en", "/en/search?q=%2F%2Fevil.example%2F"),
    ],
)
def test_a_browser_is_led_to_the_page_in_its_language(client: TestClient, path: str, accepted: str, place: str) -> None:
    headers = {"accept": BROWSER, "accept-language": accepted, "host": "evil.example"}
    answer = client.get(path, headers=headers, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, place)
    assert {"Accept", "Accept-Language"} <= set(answer.headers["vary"].split(", "))


@pytest.mark.parametrize("path", ["/health", "/metrics", "/dump/zhengtu.nq", "/audit.csv", "/sparql", "/docs"])
def test_what_is_no_page_stays_where_it_is(client: TestClient, path: str) -> None:
    assert client.get(path, headers={"accept": BROWSER}, follow_redirects=False).status_code == 200


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_address_says_the_language_whatever_is_accepted(client: TestClient, language: str) -> None:
    other = {"zh": "en", "en": "zh"}[language]
    for accept in ("*/*", "application/json", BROWSER):
        page = client.get(f"/{language}/audit", headers={"accept": accept, "accept-language": other})
        assert page.headers["content-type"].startswith("text/html")
        assert f'<html lang="{ {"zh": "zh-Hans", "en": "en"}[language] }">' in page.text
        assert f'href="/{other}/audit" lang' in page.text
        assert f'href="/{language}/"' in page.text


@pytest.mark.parametrize("path", ["/zhx", "/zh//evil.example", "/en/nothing", "/zh/../etc/passwd", "/zh/zh/audit"])
def test_what_is_not_there_is_not_there_in_any_language(client: TestClient, path: str) -> None:
    answer = client.get(path, headers={"accept": BROWSER}, follow_redirects=False)
    assert answer.status_code == 404
    assert "location" not in answer.headers


def test_below_a_path_or_another_address_a_browser_is_led_there(built_settings: Settings) -> None:
    build = builds.current(built_settings.build_dir)
    named = settings.load(build_dir=built_settings.build_dir, base_url="https://kg.example.org/zt/")
    with TestClient(create_app(build, named)) as served:
        answer = served.get("/audit", headers={"accept": BROWSER}, follow_redirects=False)
        assert answer.headers["location"] == "https://kg.example.org/zt/zh/audit"
    with TestClient(create_app(build, built_settings), root_path="/kg") as served:
        answer = served.get("/kg/audit", headers={"accept": BROWSER}, follow_redirects=False)
        assert answer.headers["location"] == "/kg/zh/audit"
        assert 'href="/kg/en/audit" lang' in served.get("/kg/zh/audit").text
