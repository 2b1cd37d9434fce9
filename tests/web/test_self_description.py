"""What the service says of itself: the endpoint to whoever asks nothing, the interface as OpenAPI, and all data."""

import hashlib
import json
import re
from importlib.resources import files

import pytest
import rdflib
from fastapi.testclient import TestClient
from rdflib import RDF, VOID, URIRef

from zhengtu import settings
from zhengtu.namespaces import BASE
from zhengtu.settings import Settings
from zhengtu.store import builds
from zhengtu.store.door import FORMATS
from zhengtu.terms import SD
from zhengtu.web.app import create_app
from zhengtu.web.words import WORDS

BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
PARSERS = {
    "text/turtle": "turtle",
    "application/n-triples": "nt",
    "application/rdf+xml": "xml",
    "application/ld+json": "json-ld",
}


def web_of(chosen: Settings, root_path: str = "") -> TestClient:
    """The service without its workers: what is asked here needs none."""
    return TestClient(create_app(builds.current(chosen.build_dir), chosen), root_path=root_path, follow_redirects=False)


@pytest.fixture(scope="module")
def web(built_settings: Settings) -> TestClient:
    return web_of(built_settings)


@pytest.mark.parametrize("path", ["/sparql", "/sparql/"])
@pytest.mark.parametrize("accept", ["", "*/*", *PARSERS])
def test_the_endpoint_describes_itself_to_whoever_asks_nothing(web: TestClient, accept: str, path: str) -> None:
    answer = web.get(path, headers={"accept": accept})
    sent = answer.headers["content-type"].partition(";")[0]
    assert (answer.status_code, sent) == (200, accept if accept in PARSERS else "text/turtle")
    graph = rdflib.Graph().parse(data=answer.content, format=PARSERS[sent])
    (service,) = graph.subjects(RDF.type, SD.Service)
    assert str(service) == str(graph.value(service, SD.endpoint)) == "http://testserver/sparql"
    assert len(list(graph.objects(service, SD.resultFormat))) == len(FORMATS)
    dataset = graph.value(service, SD.defaultDataset)
    assert graph.value(dataset, VOID.triples)
    assert URIRef(f"{BASE}dump/zhengtu.nq") in graph.objects(dataset, VOID.dataDump)
    assert {"accept", "host"} <= set(answer.headers["vary"].lower().split(", "))


def test_the_parameter_names_the_format_of_the_description(web: TestClient) -> None:
    for name, media_type in (
        ("nt", "application/n-triples"),
        ("jsonld", "application/ld+json"),
        ("rdf", "application/rdf+xml"),
    ):
        answer = web.get(f"/sparql?format={name}", headers=BROWSER)
        assert answer.headers["content-type"].partition(";")[0] == media_type


@pytest.mark.parametrize("host", ["evil.example/<x>", "a b", '"><script>', "[", "x" * 300, "example.org:99999999"])
def test_a_host_that_is_none_is_not_taken_up(web: TestClient, host: str) -> None:
    answer = web.get("/sparql", headers={"host": host})
    assert (answer.status_code, host in answer.text) == (200, False)
    rdflib.Graph().parse(data=answer.text, format="turtle")


def test_the_address_is_the_public_one_where_it_is_known(built_settings: Settings) -> None:
    named = settings.load(build_dir=built_settings.build_dir, base_url="https://kg.example.org/zt/")
    for web, path, expected in (
        (web_of(named), "/sparql", "https://kg.example.org/zt/sparql"),
        (web_of(built_settings, "/kg"), "/kg/sparql", "http://testserver/kg/sparql"),
    ):
        graph = rdflib.Graph().parse(data=web.get(path).text, format="turtle")
        assert [str(service) for service in graph.subjects(RDF.type, SD.Service)] == [expected]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_person_gets_a_page_with_every_limit(web: TestClient, language: str) -> None:
    answer = web.get("/sparql", headers={**BROWSER, "accept-language": language})
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert WORDS[language]["endpoint_title"] in answer.text
    for figure in ("30", "1536", "50000000", "200000", "64", "300"):
        assert re.search(rf"<li>[^<]*\b{figure}\b", answer.text, re.ASCII), figure
    assert ("A query may run" in answer.text) == (language == "en")


def test_the_list_of_services_is_told(built_settings: Settings) -> None:
    allowed = settings.load(build_dir=built_settings.build_dir, service_allow="https://example.org/sparql")
    answer = web_of(allowed).get("/sparql")
    assert "SERVICE may call https://example.org/sparql only" in answer.text
    assert "BasicFederatedQuery" in answer.text
    assert "BasicFederatedQuery" not in web_of(built_settings).get("/sparql").text


def test_the_page_of_the_interface_needs_nothing_from_elsewhere(web: TestClient) -> None:
    page = web.get("/docs")
    assert page.status_code == 200
    assert "script-src 'self';" in page.headers["content-security-policy"]
    assert "//" not in page.text
    parts = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(parts) == 4
    for part in parts:
        assert web.get(part).status_code == 200, part
    bundle = files("fastapi_offline").joinpath("static/swagger-ui-bundle.js").read_bytes()
    assert web.get("/docs/assets/swagger-ui-bundle.js").content == bundle


def test_the_interface_behind_a_path_is_found_there(built_settings: Settings) -> None:
    named = settings.load(build_dir=built_settings.build_dir, base_url="https://kg.example.org/zt")
    web = web_of(named)
    assert 'src="https://kg.example.org/zt/docs/assets/swagger-ui-bundle.js"' in web.get("/docs").text
    assert web.get("/openapi.json").json()["servers"] == [{"url": "https://kg.example.org/zt"}]


def test_the_interface_is_described_whole(web: TestClient) -> None:
    described = web.get("/openapi.json").json()
    paths = {"/sparql", "/id/{path}", "/ns", "/.well-known/void", "/health", "/metrics", "/dump/zhengtu.{extension}"}
    assert paths <= set(described["paths"])
    asked = described["paths"]["/sparql"]["get"]
    assert {parameter["name"] for parameter in asked["parameters"]} >= {"query", "format", "default-graph-uri"}
    assert {form.media_type for form in FORMATS} <= set(asked["responses"]["200"]["content"])
    ids = [operation["operationId"] for path in described["paths"].values() for operation in path.values()]
    assert len(ids) == len(set(ids))
    assert all(operation["responses"] for path in described["paths"].values() for operation in path.values())


def test_the_whole_graph_is_sent_as_it_was_built(web: TestClient, built_settings: Settings) -> None:
    build = builds.current(built_settings.build_dir)
    lines = web.get("/dump/zhengtu.nq")
    assert hashlib.sha256(lines.content).hexdigest() == build.manifest["digest"]
    assert lines.headers["content-type"] == "application/n-quads"
    assert lines.headers["content-disposition"] == 'attachment; filename="zhengtu.nq"'
    assert (lines.headers["x-content-type-options"], lines.headers["access-control-allow-origin"]) == ("nosniff", "*")
    trig = web.get("/dump/zhengtu.trig")
    assert (trig.headers["content-type"], trig.content) == (
        "application/trig",
        (build.folder / builds.TRIG).read_bytes(),
    )
    part = web.get("/dump/zhengtu.nq", headers={"range": "bytes=0-9"})
    assert (part.status_code, part.content) == (206, lines.content[:10])
    assert web.head("/dump/zhengtu.nq").headers["content-length"] == str(len(lines.content))


@pytest.mark.parametrize("extension", ["json", "../manifest.json", "nq/..", "%2e%2e%2fmanifest.json", "nq%00", "NQ"])
def test_no_other_file_is_sent(web: TestClient, extension: str) -> None:
    answer = web.get(f"/dump/zhengtu.{extension}")
    assert answer.status_code == 404
    assert "digest" not in answer.text


def test_many_ranges_are_answered_at_once_or_refused(web: TestClient) -> None:
    flood = "bytes=" + ",".join(f"{n}-{n + 1}" for n in range(0, 4000, 3))
    answer = web.get("/dump/zhengtu.nq", headers={"range": flood})
    assert answer.status_code in {200, 206, 400, 416}
    assert len(answer.content) <= len(web.get("/dump/zhengtu.nq").content)


def test_the_problem_of_a_missing_file_is_told_in_both_languages(web: TestClient) -> None:
    problem = json.loads(web.get("/dump/zhengtu.json").content)
    assert "没有这个文件" in problem["title"]
    assert problem["detail"] == "nq, trig"
