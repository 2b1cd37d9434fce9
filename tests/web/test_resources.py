"""Every IRI where it is served: redirects, formats, headers, pages, what is not there, and a proxy in front."""

import gc
import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import quote
from weakref import ref

import pytest
import rdflib
from fastapi.testclient import TestClient

from zhengtu import settings
from zhengtu.namespaces import BASE
from zhengtu.settings import Settings
from zhengtu.store import builds
from zhengtu.web.app import create_app

ENTITY = "id/initiative/hotline-12345"
OBSERVATION = "id/observation/huizhou-zsj-2024.hotline-12345.hotline-closure-effect.actual.level.2024.2025700"
TEXT = "id/text/79b982e8"
PARSERS = {"ttl": "turtle", "nt": "nt", "rdf": "xml", "jsonld": "json-ld"}
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
QUICKLY_PARSED = 200_000
TYPES = {
    "ttl": "text/turtle; charset=utf-8",
    "jsonld": "application/ld+json",
    "nt": "application/n-triples",
    "rdf": "application/rdf+xml",
    "html": "text/html; charset=utf-8",
}


def served(chosen: Settings, root_path: str = "") -> TestClient:
    """The service without its workers: these pages need none."""
    app = create_app(builds.current(chosen.build_dir), chosen)
    return TestClient(app, root_path=root_path, follow_redirects=False)


@pytest.fixture(scope="module")
def web(built_settings: Settings) -> TestClient:
    return served(built_settings)


class Page(HTMLParser):
    """What a page is made of: tags with their attributes, and the text of each language."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._languages: list[str] = []
        self.text: dict[str, str] = defaultdict(str)
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append((tag, found))
        if tag not in ("meta", "link", "br"):
            inherited = self._languages[-1] if self._languages else ""
            self._languages.append(found.get("lang") or inherited)

    def handle_endtag(self, _tag: str) -> None:
        self._languages.pop()

    def handle_data(self, data: str) -> None:
        self.text[self._languages[-1] if self._languages else ""] += data

    def all(self, tag: str, attribute: str) -> list[str]:
        return [value for name, found in self.tags if name == tag and (value := found.get(attribute))]


@pytest.mark.parametrize(
    ("accept", "extension"),
    [
        ("", "ttl"),
        ("*/*", "ttl"),
        (BROWSER, "html"),
        ("text/turtle", "ttl"),
        ("application/ld+json, text/turtle;q=0.5", "jsonld"),
        ("application/json", "jsonld"),
        ("application/n-triples", "nt"),
        ("application/rdf+xml", "rdf"),
        ("text/html;q=0.1, application/rdf+xml;q=0.9", "rdf"),
        ("application/turtle", "ttl"),
        ("text/plain", "nt"),
    ],
)
def test_a_thing_leads_to_the_document_that_suits(web: TestClient, accept: str, extension: str) -> None:
    answer = web.get(f"/{ENTITY}", headers={"accept": accept})
    place = f"/zh/{ENTITY}" if extension == "html" else f"/{ENTITY}.{extension}"
    assert (answer.status_code, answer.headers["location"]) == (303, place)
    assert "accept" in answer.headers["vary"].lower()
    document = web.get(answer.headers["location"])
    assert (document.status_code, document.headers["content-type"]) == (200, TYPES[extension])


@pytest.mark.parametrize("extension", TYPES)
def test_a_document_tells_its_other_formats_and_what_it_describes(web: TestClient, extension: str) -> None:
    answer = web.get(f"/{ENTITY}.{extension}")
    links = re.findall(r'<([^>]*)>; rel="(\w+)"(?:; type="([^"]+)")?', answer.headers["link"])
    assert (f"{BASE}{ENTITY}", "describes", "") in links
    for other, media_type in TYPES.items():
        assert (f"/{ENTITY}.{other}", "alternate", media_type.partition(";")[0]) in links
    assert answer.headers["content-location"] == f"/{ENTITY}.{extension}"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_a_document_that_the_client_has_is_not_sent_again(web: TestClient) -> None:
    first = web.get(f"/{ENTITY}.ttl")
    again = web.get(f"/{ENTITY}.ttl", headers={"if-none-match": f'"x", {first.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    tags = {web.get(f"/{ENTITY}.html?lang={lang}").headers["etag"] for lang in ("zh", "en")}
    assert len(tags | {first.headers["etag"]}) == 3


def test_the_head_of_a_document_is_the_head_of_its_answer(web: TestClient) -> None:
    get, head = web.get(f"/{ENTITY}.ttl"), web.head(f"/{ENTITY}.ttl")
    assert (head.status_code, head.headers["etag"]) == (200, get.headers["etag"])
    assert web.post(f"/{ENTITY}").status_code == 405


def families(built_graph: rdflib.Dataset) -> Iterator[str]:
    """One IRI of each family that the graph names."""
    seen: set[str] = set()
    for iri in sorted({str(t) for q in built_graph.quads() for t in q if isinstance(t, rdflib.URIRef)}):
        path = iri.removeprefix(BASE).partition("#")[0]
        family = path.rpartition("/")[0] or path
        if iri.startswith(BASE) and family not in {*seen, "sparql", "dump", ""}:
            seen.add(family)
            yield path


def test_every_family_resolves_in_every_format(web: TestClient, built_graph: rdflib.Dataset) -> None:
    paths = list(families(built_graph))
    assert len(paths) > 40
    for path in paths:
        answer = web.get(f"/{path}", headers={"accept": "text/turtle"})
        assert answer.status_code in (200, 303), path
        for extension, parser in PARSERS.items():
            document = web.get(f"/{path}.{extension}")
            assert (document.status_code, document.headers["content-type"]) == (200, TYPES[extension]), path
            if len(document.content) < QUICKLY_PARSED:
                graph = rdflib.Graph().parse(data=document.content, format=parser)
                assert rdflib.URIRef(BASE + path) in graph.all_nodes(), path
        assert web.get(f"/{path}.html").status_code == 200, path


def test_every_iri_of_the_graph_resolves(web: TestClient, built_graph: rdflib.Dataset) -> None:
    terms = {str(term) for quad in built_graph.quads() for term in quad if isinstance(term, rdflib.URIRef)}
    paths = {term.removeprefix(BASE).partition("#")[0] for term in terms if term.startswith(BASE)}
    assert len(paths) > 500
    answers = {path: web.get("/" + quote(path), headers={"accept": "application/n-triples"}) for path in paths}
    assert not {path: got.status_code for path, got in answers.items() if got.status_code not in (200, 303)}
    led = {path: got.headers["location"] for path, got in answers.items() if got.status_code == 303}
    assert len(led) > 450
    for path, location in list(led.items())[::10]:
        assert f"<{BASE}{path}>" in web.get(location).text, path


def test_a_vocabulary_is_sent_whole_for_each_of_its_terms(web: TestClient, built_graph: rdflib.Dataset) -> None:
    terms = {t for q in built_graph.quads() for t in q if isinstance(t, rdflib.URIRef) and t.startswith(f"{BASE}ns#")}
    answer = web.get("/ns", headers={"accept": "text/turtle"})
    assert (answer.status_code, answer.headers["content-location"]) == (200, "/ns.ttl")
    graph = rdflib.Graph().parse(data=answer.text, format="turtle")
    assert {term for term in terms if term != rdflib.URIRef(f"{BASE}ns#")} <= set(graph.subjects())
    page = web.get("/ns", headers={"accept": BROWSER})
    assert 'id="Observation"' in page.text


def test_a_text_is_sent_in_its_own_words_and_with_an_anchor_for_every_passage(
    web: TestClient, built_settings: Settings, built_graph: rdflib.Dataset
) -> None:
    manifest = builds.current(built_settings.build_dir).manifest
    (recorded,) = (held["text"] for held in manifest["reports"].values())
    for answer in (web.get(f"/{TEXT}", headers={"accept": "text/plain"}), web.get(f"/{TEXT}.txt")):
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        assert hashlib.sha256(answer.content).hexdigest() == recorded
    assert web.get(f"/{TEXT}", headers={"accept": "text/turtle"}).headers["location"] == f"/{TEXT}.ttl"
    passages = {str(s).partition("#")[2] for s, _, _, _ in built_graph.quads() if f"/{TEXT}#char=" in str(s)}
    page = Page(web.get(f"/{TEXT}.html").text)
    assert len(passages) > 500
    assert passages <= set(page.all("span", "id"))
    assert web.get(f"/{ENTITY}.txt").status_code == 404


def test_the_shapes_resolve_beside_the_build(web: TestClient) -> None:
    graph = rdflib.Graph().parse(data=web.get("/shapes", headers={"accept": "text/turtle"}).text, format="turtle")
    shapes = set(graph.subjects(rdflib.RDF.type, rdflib.SH.NodeShape))
    assert len(shapes) > 20
    assert all(str(shape).startswith(f"{BASE}shapes#") for shape in shapes)
    assert web.get("/shapes/completeness.ttl").status_code == 200
    assert 'id="Observation"' in web.get("/shapes.html").text


def test_the_way_to_the_description_of_the_data(web: TestClient) -> None:
    answer = web.get("/.well-known/void", headers={"accept": "application/ld+json"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/dataset.jsonld")
    graph = rdflib.Graph().parse(data=web.get("/dataset.ttl").text, format="turtle")
    assert graph.value(rdflib.URIRef(f"{BASE}dataset"), rdflib.VOID.triples)


def test_nothing_is_kept_of_a_store_that_is_served_no_more(built_settings: Settings) -> None:
    web = served(built_settings)
    assert web.get(f"/{ENTITY}.ttl").content == web.get(f"/{ENTITY}.ttl").content
    web.get("/id/nothing")
    store = ref(web.app.state.service.store)  # type: ignore[attr-defined]
    web.close()
    del web
    gc.collect()
    assert store() is None


def test_what_is_not_there_helps_to_find_it(web: TestClient) -> None:
    answer = web.get("/id/initiative/huiyunyn")
    problem = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert problem["status"] == 404
    assert problem["type"] == f"{BASE}problem/resource-unknown"
    assert " / " in problem["title"]
    assert problem["nearest"][0] == {
        "iri": f"{BASE}id/initiative/huiyunyan",
        "url": "/id/initiative/huiyunyan",
        "zh": "惠云眼",
        "en": "Huiyunyan (Huizhou Cloud Eye)",
    }
    assert web.get("/id/initiative/惠云眼").json()["nearest"][0]["zh"] == "惠云眼"
    page = web.get("/id/initiative/huiyunyn?lang=en", headers={"accept": BROWSER})
    assert page.status_code == 404
    assert "/en/id/initiative/huiyunyan" in Page(page.text).all("a", "href")


@pytest.mark.parametrize(
    "path",
    [
        "/id/%3Cscript%3Ealert(1)%3C/script%3E",
        "/id/a%3E%20%3Fp%20%3Fo%20%7D%20%23",
        "/id/%22%7D%00",
        "/id/..%2f..%2fetc",
        "/id/a%25b",
        "/id/%5B%23%23%EF%BF%BF",
        "/id/",
        "/nsx",
        "/graph/none.ttl",
        "/id/initiative/hotline-12345.exe",
    ],
)
def test_a_strange_path_is_not_there_and_does_no_harm(web: TestClient, path: str) -> None:
    page, problem = (web.get(path, headers={"accept": accept}) for accept in (BROWSER, "*/*"))
    assert page.status_code == problem.status_code == 404
    assert "<script" not in page.text
    assert problem.headers["content-type"] == "application/problem+json"
    assert "Traceback" not in page.text + problem.text


def test_what_suits_nobody_is_not_acceptable(web: TestClient) -> None:
    answer = web.get(f"/{ENTITY}", headers={"accept": "image/png"})
    assert (answer.status_code, answer.headers["content-type"]) == (406, "application/problem+json")
    assert "text/turtle" in answer.json()["detail"]


@pytest.mark.parametrize("path", [ENTITY, OBSERVATION])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_page_speaks_one_language_and_marks_the_other(web: TestClient, path: str, language: str) -> None:
    asked = Page(web.get(f"/{path}.html", params={"lang": language}).text)
    accepted = web.get(f"/{path}.html", headers={"accept-language": f"{language};q=0.9"})
    assert asked.tags[0] == ("html", {"lang": {"zh": "zh-Hans", "en": "en"}[language]})
    assert Page(accepted.text).tags[0] == asked.tags[0]
    assert "Accept-Language" in accepted.headers["vary"]
    assert not re.search(r"[\u3400-\u9fff]", asked.text["en"])
    assert asked.all("blockquote", "lang") == ["zh-Hans"] * len(asked.all("blockquote", "lang"))
    assert asked.all("blockquote", "lang")
    assert not [tag for tag, found in asked.tags if tag == "script" or "style" in found or "onclick" in found]
    assert f"{BASE}{path}" in asked.text["en"] + asked.text["zh-Hans"]


def test_the_language_stays_from_page_to_page_and_its_link_leads_to_the_same_thing(web: TestClient) -> None:
    answer = web.get(f"/{ENTITY}?lang=en", headers={"accept": BROWSER})
    assert answer.headers["location"] == f"/en/{ENTITY}"
    links = Page(web.get(f"/en/{ENTITY}").text).all("a", "href")
    things = [link for link in links if "/id/" in link and not link.startswith(f"/{ENTITY}.")]
    assert len(things) > 5
    assert [link for link in things if not link.startswith("/en/id/")] == [f"/zh/{ENTITY}"]
    unknown = web.get(f"/{ENTITY}?lang=xx", headers={"accept": BROWSER, "accept-language": "en"})
    assert unknown.headers["location"] == f"/en/{ENTITY}"


def test_every_link_of_a_page_leads_somewhere(web: TestClient) -> None:
    page = Page(web.get(f"/{OBSERVATION}.html").text)
    links = {*page.all("a", "href"), *page.all("link", "href")}
    ours = {link.partition("#")[0] for link in links if link.startswith("/")}
    assert len(ours) > 15
    for link in ours:
        assert web.get(link).status_code in (200, 303), link
    assert not [link for link in links if not link.startswith(("/", "http", "#", "?"))]


def test_behind_a_proxy_addresses_are_the_public_ones_and_iris_stay(built_settings: Settings) -> None:
    with_path = served(built_settings, root_path="/kg")
    named = settings.load(build_dir=built_settings.build_dir, base_url="https://kg.example.org/zt/")
    for web, base in ((with_path, "/kg"), (served(named), "https://kg.example.org/zt")):
        prefix = "/kg" if base == "/kg" else ""
        answer = web.get(f"{prefix}/{ENTITY}", headers={"accept": BROWSER, "host": "evil.example"})
        assert answer.headers["location"] == f"{base}/zh/{ENTITY}"
        document = web.get(f"{prefix}/{ENTITY}.html")
        page = Page(document.text)
        addresses = {*page.all("a", "href"), *page.all("link", "href")}
        assert f"{base}/static/site.css" in addresses
        assert f"{base}/zh/id/place/huizhou" in addresses
        assert f'<{base}/{ENTITY}.ttl>; rel="alternate"' in document.headers["link"]
        assert "evil.example" not in document.text + str(answer.headers)
        graph = rdflib.Graph().parse(data=web.get(f"{prefix}/{ENTITY}.ttl").text, format="turtle")
        assert rdflib.URIRef(BASE + ENTITY) in set(graph.subjects())
        assert not [s for s in graph.subjects() if "kg.example.org" in str(s)]
        missing = web.get(f"{prefix}/id/initiative/huiyunyn").json()["nearest"][0]["url"]
        assert missing == f"{base}/id/initiative/huiyunyan"
