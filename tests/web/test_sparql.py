"""The SPARQL 1.1 Protocol in its first form."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from fastapi.testclient import TestClient

ONE = 'SELECT ("惠云眼+%41" AS ?name) {}'
FORM = {"content-type": "application/x-www-form-urlencoded"}


def bound(text: str) -> str:
    value: str = json.loads(text)["results"]["bindings"][0]["name"]["value"]
    return value


def test_get_form_and_direct_answer_the_same_and_decode_once(client: TestClient) -> None:
    answers = [
        client.get("/sparql", params={"query": ONE}),
        client.post("/sparql", content=urlencode({"query": ONE}), headers=FORM),
        client.post("/sparql", content=ONE.encode(), headers={"content-type": "application/sparql-query"}),
    ]
    assert [(a.status_code, bound(a.text)) for a in answers] == [(200, "惠云眼+%41")] * 3


@pytest.mark.parametrize(
    ("query", "accept", "expected"),
    [
        ("SELECT * {} LIMIT 1", "*/*", "application/sparql-results+json"),
        ("SELECT * {} LIMIT 1", "text/csv", "text/csv; charset=utf-8"),
        (
            "SELECT * {} LIMIT 1",
            "text/tab-separated-values;q=0.9, text/csv;q=0.1",
            "text/tab-separated-values; charset=utf-8",
        ),
        ("ASK {}", "application/sparql-results+xml", "application/sparql-results+xml"),
        ("CONSTRUCT { <urn:a> <urn:b> 1 } {}", "*/*", "text/turtle; charset=utf-8"),
        ("CONSTRUCT { <urn:a> <urn:b> 1 } {}", "application/ld+json", "application/ld+json"),
        ("DESCRIBE <urn:a>", "application/n-triples", "application/n-triples"),
    ],
)
def test_the_format_follows_accept(client: TestClient, query: str, accept: str, expected: str) -> None:
    answer = client.get("/sparql", params={"query": query}, headers={"accept": accept})
    assert (answer.status_code, answer.headers["content-type"]) == (200, expected)
    assert answer.headers["vary"] == "Accept, Accept-Encoding"


def test_the_format_parameter_wins_and_unknown_ones_are_ignored(client: TestClient) -> None:
    asked = {"query": "ASK {}", "format": "xml", "output": "x", "results": "y"}
    assert "xml" in client.get("/sparql", params=asked).headers["content-type"]


@pytest.mark.parametrize(
    ("status", "request_"),
    [
        (400, {"method": "GET", "url": "/sparql?query="}),
        (400, {"method": "POST", "url": "/sparql", "data": {"format": "json"}}),
        (406, {"method": "GET", "url": "/sparql", "headers": {"accept": "image/png"}}),
        (406, {"method": "GET", "url": "/sparql?format=csv"}),
        (400, {"method": "GET", "url": "/sparql?query=SELECT"}),
        (400, {"method": "GET", "url": "/sparql?query=ASK%20%7B%7D&query=ASK%20%7B%7D"}),
        (400, {"method": "GET", "url": "/sparql?query=%FF"}),
        (400, {"method": "GET", "url": "/sparql?query=INSERT%20DATA%20%7B%20%3Ca%3E%20%3Cb%3E%201%20%7D"}),
        (
            403,
            {"method": "GET", "url": "/sparql?query=ASK%20%7B%20SERVICE%20%3Chttp%3A%2F%2F127.0.0.1%3E%20%7B%7D%20%7D"},
        ),
        (406, {"method": "GET", "url": "/sparql?query=ASK%20%7B%7D", "headers": {"accept": "image/png"}}),
        (415, {"method": "POST", "url": "/sparql", "content": b"x", "headers": {"content-type": "text/plain"}}),
        (405, {"method": "PUT", "url": "/sparql"}),
    ],
)
def test_a_request_that_cannot_be_answered_says_why(client: TestClient, status: int, request_: dict[str, Any]) -> None:
    answer = client.request(**request_)
    assert answer.status_code == status
    assert "Traceback" not in answer.text
    if status != 405:
        problem = answer.json()
        assert answer.headers["content-type"] == "application/problem+json"
        assert problem["status"] == status
        assert " / " in problem["title"]


def test_the_default_graph_is_the_union_and_the_request_may_narrow_it(client: TestClient) -> None:
    query = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    graph = "https://w3id.org/zhengtu/graph/derived"
    whole, part = (
        int(client.get("/sparql", params={"query": query, "format": "csv", **extra}).text.split()[1])
        for extra in ({}, {"default-graph-uri": graph})
    )
    assert 0 < part < whole


def test_names_stand_beside_iris_in_every_format(client: TestClient) -> None:
    query = "SELECT ?r { ?r a <http://schema.org/Report> }"
    for form in ("json", "xml", "csv", "tsv"):
        plain = client.get("/sparql", params={"query": query, "format": form})
        said = client.get("/sparql", params={"query": query, "format": form, "labels": "zh,en"})
        english = client.get("/sparql", params={"query": query, "format": form, "labels": "en"})
        assert "r_label" in said.text
        assert "自评报告" in said.text
        assert "self-evaluation" in english.text
        assert "r_label" not in plain.text
        assert len({plain.headers["etag"], said.headers["etag"], english.headers["etag"]}) == 3
    refused = client.get("/sparql", params={"query": query, "labels": "zh en"})
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (400, "query-malformed")
