"""The protocol as others judge it: a conformance check, the negotiation of every format, a client library."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode
from xml.dom.minidom import Document

import pytest
from rdflib import Graph
from SPARQLWrapper import (
    CSV,
    GET,
    JSON,
    JSONLD,
    N3,
    POST,
    POSTDIRECTLY,
    RDFXML,
    TSV,
    TURTLE,
    URLENCODED,
    XML,
    SPARQLWrapper,
)
from tests.web.served import Served, served

from zhengtu.store.door import FORMATS, Format, Kind, by_name
from zhengtu.web.negotiation import ALIASES

CONFORMANCE = Path(__file__).parents[3] / "shared" / "conformance"
QUADS = '<urn:惠云眼> <urn:p> "政图 ✓"@zh <urn:g> .\n<urn:a> <urn:q> "=1+1" <urn:h> .\n'
KINDS: dict[Kind, str] = {"solutions": "SELECT * { ?s ?p ?o }", "graph": "CONSTRUCT WHERE { ?s ?p ?o }"}
SOLUTIONS = {"json", "xml", "csv", "tsv"}
BOOLEAN = "ASK {}"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Two quads behind the default limits."""
    folder = tmp_path_factory.mktemp("protocol")
    (folder / "two.nq").write_text(QUADS, encoding="utf-8")
    with served(folder, "--data", str(folder / "two.nq")) as running:
        yield running


@pytest.mark.skipif(not CONFORMANCE.is_dir(), reason="the folder ../shared is not beside the checkout")
def test_the_conformance_check_passes_whole(tmp_path: Path) -> None:
    with served(tmp_path, "--data", str(CONFORMANCE / "seed.nq")) as running:
        check = [sys.executable, str(CONFORMANCE / "sparql_protocol_check.py"), "--query", running.endpoint]
        told = subprocess.run(check, capture_output=True, text=True, timeout=300, check=False).stdout  # noqa: S603
    missed = [line for line in told.splitlines() if line.startswith("FAIL")]
    assert not missed
    assert dict(re.findall(r"([MSR]): (\d+/\d+)", told)) == {"M": "54/54", "S": "21/21", "R": "10/10"}


def types(kind: Kind) -> dict[str, str]:
    """The media types that a kind of answer comes in, the one that is sent by each that is asked for."""
    sent = {form.media_type: form.media_type for form in FORMATS if form.kind == kind}
    for alias, name in ALIASES.items():
        if (form := by_name(name)) and form.kind == kind:
            sent[alias] = form.media_type
    return sent


@pytest.mark.parametrize("query", [*KINDS.values(), BOOLEAN])
@pytest.mark.parametrize("asked", sorted({*types("solutions"), *types("graph")}))
def test_a_type_is_sent_or_refused(service: Served, asked: str, query: str) -> None:
    offered = types("graph" if query.startswith("CONSTRUCT") else "solutions")
    for accept in (asked, asked.upper(), f"{asked};charset=utf-8", f"{asked};q=0.001, image/png", f"{asked}, nonsense"):
        answer = service.ask(query, accept)
        if asked in offered:
            assert (answer.status, answer.headers["content-type"].partition(";")[0]) == (200, offered[asked]), accept
        else:
            assert (answer.status, answer.headers["content-type"]) == (406, "application/problem+json"), accept


@pytest.mark.parametrize(
    ("accept", "solutions", "graph"),
    [
        ("*/*", "json", "ttl"),
        ("", "json", "ttl"),
        ("text/*", "csv", "ttl"),
        ("application/*", "json", "nt"),
        ("text/csv;q=0.5, text/tab-separated-values;q=0.6, text/turtle;q=0.1", "tsv", "ttl"),
        ("application/sparql-results+json;q=0, */*", "xml", "ttl"),
        ("text/turtle;q=0, */*;q=0.1", "json", "nt"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "xml", "ttl"),
        ("image/png, image/*;q=0.5", None, None),
        ("text/csv;q=0", None, None),
    ],
)
def test_the_best_type_is_sent(service: Served, accept: str, solutions: str | None, graph: str | None) -> None:
    for query, name in zip(KINDS.values(), (solutions, graph), strict=True):
        form = by_name(name or "")
        answer = service.ask(query, accept)
        sent = answer.headers["content-type"].partition(";")[0]
        assert (answer.status, sent) == ((200, form.media_type) if form else (406, "application/problem+json"))
        assert "Accept" in answer.headers["vary"]


@pytest.mark.parametrize("name", [form.name for form in FORMATS])
def test_the_parameter_names_the_format_whatever_is_accepted(service: Served, name: str) -> None:
    sent: dict[Kind, Format | None] = {
        "solutions": by_name(name) if name in SOLUTIONS else None,
        "graph": by_name({"json": "jsonld", "xml": "rdf"}.get(name, name)) if name not in {"csv", "tsv"} else None,
    }
    for accept in ("*/*", "image/png", "text/csv", "text/turtle"):
        for kind, form in sent.items():
            answer = service.ask(KINDS[kind], accept, format=name)
            media_type = form.media_type if form else "application/problem+json"
            assert (answer.status, answer.headers["content-type"].partition(";")[0]) == (
                200 if form else 406,
                media_type,
            )


def test_every_way_to_ask_is_the_same_question(service: Served) -> None:
    query = 'SELECT (STRLEN("政图 +%2B&=#") AS ?n) ?o { <urn:惠云眼> ?p ?o }'
    form, direct = "application/x-www-form-urlencoded", "application/sparql-query"
    answers = [
        service.request("GET", f"/sparql?query={quote(query)}"),
        service.request("GET", f"/sparql/?{urlencode({'query': query, 'results': 'json', 'unknown': 'x'})}"),
        service.request("POST", "/sparql", urlencode({"query": query}).encode(), {"content-type": form}),
        service.request("POST", "/sparql", query.encode(), {"content-type": f"{direct}; charset=UTF-8"}),
    ]
    assert {answer.body for answer in answers} == {answers[0].body}
    assert ("政图 ✓" in answers[0].text, '"10"' in answers[0].text) == (True, True)
    head = service.request("HEAD", f"/sparql?query={quote(query)}")
    assert (head.status, head.body, head.headers["etag"]) == (200, b"", answers[0].headers["etag"])


def test_an_answer_is_known_again_by_its_tag_packed_or_not(service: Served) -> None:
    path = f"/sparql?query={quote('SELECT (CONCAT(' + ', '.join(['?o'] * 500) + ') AS ?x) { ?s ?p ?o }')}"
    plain = service.request("GET", path)
    packed = service.request("GET", path, headers={"accept-encoding": "br, gzip;q=0.5"})
    refused = service.request("GET", path, headers={"accept-encoding": "gzip;q=0, identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert len(packed.body) < len(plain.body) // 10
    assert ("content-encoding" in plain.headers, refused.body) == (False, plain.body)
    assert plain.headers["etag"] == packed.headers["etag"]
    assert plain.headers["vary"] == "Accept, Accept-Encoding"
    for known in (plain.headers["etag"], f'"x", {plain.headers["etag"]}'):
        again = service.request("GET", path, headers={"if-none-match": known})
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", plain.headers["etag"])
    csv = service.request("GET", path, headers={"accept": "text/csv", "if-none-match": plain.headers["etag"]})
    assert (csv.status, csv.headers["etag"] != plain.headers["etag"]) == (200, True)


@pytest.mark.parametrize("function", ["NOW()", "rand()", "UUID()", "STRUUID ( )"])
def test_what_differs_each_time_is_not_kept(service: Served, function: str) -> None:
    answers = [service.ask(f"SELECT ({function} AS ?x) {{}}", "text/csv") for _ in range(2)]
    assert answers[0].body != answers[1].body
    assert {answer.headers["cache-control"] for answer in answers} == {"no-store"}
    assert "etag" not in answers[0].headers


GRAPHS = (KINDS["graph"], "DESCRIBE <urn:惠云眼>")
WRAPPED: list[tuple[str, str, type]] = [
    (JSON, KINDS["solutions"], dict),
    (XML, KINDS["solutions"], Document),
    (CSV, KINDS["solutions"], bytes),
    (TSV, KINDS["solutions"], bytes),
    (JSON, "ASK { ?s ?p '政图 ✓'@zh }", dict),
    (XML, "ASK { ?s ?p '政图 ✓'@zh }", Document),
    *((form, query, Graph) for form in (XML, RDFXML, JSONLD) for query in GRAPHS),
    *((form, query, bytes) for form in (TURTLE, N3) for query in GRAPHS),
]


@pytest.mark.parametrize("way", [(GET, URLENCODED), (POST, URLENCODED), (POST, POSTDIRECTLY)])
@pytest.mark.parametrize("wrapped", WRAPPED)
def test_sparqlwrapper_reads_every_format(
    service: Served, wrapped: tuple[str, str, type], way: tuple[str, str]
) -> None:
    form, query, expected = wrapped
    client = SPARQLWrapper(service.endpoint)
    client.setQuery(query)
    client.setReturnFormat(form)
    client.setMethod(way[0])
    client.setRequestMethod(way[1])
    found = client.query().convert()
    assert isinstance(found, expected)
    assert "政图 ✓" in said(found) or query.startswith("ASK")


def said(found: Any) -> str:  # noqa: ANN401
    """All that was found, as text."""
    if isinstance(found, bytes):
        return found.decode("utf-8")
    if isinstance(found, Document):
        return str(found.toxml())
    return "".join(map(str, found.objects())) if isinstance(found, Graph) else str(found)
