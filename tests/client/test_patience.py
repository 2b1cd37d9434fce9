"""What an endpoint may do wrong, played on the loopback interface: asked again, or told with what to do."""

import json
import socket
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from tests.store.played import JSON, Play, answer, raw, server

from zhengtu.client import Graph
from zhengtu.errors import (
    QueryMalformed,
    QueryTooLong,
    QueryTooSlow,
    RemoteAnswerBroken,
    RemoteAnswerCut,
    RemoteBusy,
    RemoteUnavailable,
    RemoteUnreachable,
    ResultTooLarge,
    ZhengtuError,
)

VALUE = {"type": "literal", "value": "98.50", "datatype": "http://www.w3.org/2001/XMLSchema#decimal"}
FOUND = json.dumps({"head": {"vars": ["x"]}, "results": {"bindings": [{"x": VALUE}]}})
SELECT = "SELECT ?x { ?s ?p ?x }"
BUSY = answer("", "text/plain", "503 Busy", Retry_After="7")
GONE: Play = lambda _connection, _request: None  # noqa: E731
CUT = answer(FOUND[:-9], Content_Length=str(len(FOUND)))


def in_turn(*plays: Play) -> Play:
    """One play after the other; the last one for ever."""
    left = list(plays)

    def play(connection: socket.socket, request: str) -> None:
        (left.pop(0) if len(left) > 1 else left[0])(connection, request)

    return play


def problem(status: str, code: str, detail: str) -> Play:
    body = json.dumps({"type": f"https://w3id.org/zhengtu/problem/{code}", "detail": detail}, ensure_ascii=False)
    return answer(body, "application/problem+json", status)


PASSING: dict[str, tuple[tuple[Play, ...], list[float]]] = {
    "busy, then not": ((BUSY,), [7]),
    "too many requests": ((answer("", "text/plain", "429 Slow down", Retry_After="2"),), [2]),
    "busy, no time told": ((answer("", "text/html", "503 Busy"),), [0.5]),
    "come back at once": ((answer("", "text/plain", "503 Busy", Retry_After="0"),), [0.5]),
    "a time that is none": ((answer("", "text/plain", "503 Busy", Retry_After="soon"),), [0.5]),
    "a problem of ours": ((problem("503 Busy", "service-busy", "wait"),), [0.5]),
    "closed at once": ((GONE,), [0.5]),
    "cut": ((CUT, CUT, CUT), [0.5, 1, 2]),
    "each in turn": ((GONE, BUSY, CUT), [0.5, 7, 2]),
}


@pytest.mark.parametrize("case", PASSING)
def test_what_passes_is_asked_again(case: str, waits: list[float]) -> None:
    plays, expected = PASSING[case]
    with server(in_turn(*plays, answer(FOUND))) as (url, requests):
        assert [str(value) for (value,) in Graph(url).rows(SELECT).rows] == ["98.50"]
    assert waits == expected
    assert len(requests) == len(plays) + 1
    assert len(set(requests)) == 1


def test_a_date_to_come_back_is_waited_for(waits: list[float]) -> None:
    then = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
    with server(in_turn(answer("", "text/plain", "503 Busy", Retry_After=then), answer(FOUND))) as (url, _):
        Graph(url).rows(SELECT)
    assert len(waits) == 1
    assert 15 < waits[0] <= 20


def test_patience_ends(waits: list[float], free_port: int) -> None:
    with server(BUSY) as (url, requests), pytest.raises(RemoteBusy, match=r"服务繁忙.*try later.*503"):
        Graph(url).rows(SELECT)
    assert (len(requests), waits) == (4, [7, 7, 7])
    with server(BUSY) as (url, requests), pytest.raises(RemoteBusy) as told:
        Graph(url, attempts=1).rows(SELECT)
    assert (len(requests), told.value.retry_after) == (1, 7)
    waits.clear()
    with pytest.raises(RemoteUnreachable, match=r"无法连接.*cannot be reached"):
        Graph(f"http://127.0.0.1:{free_port}/").rows(SELECT)
    assert waits == [0.5, 1, 2]


def test_a_wait_that_is_too_long_is_told_at_once(waits: list[float]) -> None:
    with (
        server(answer("", "text/plain", "503 Busy", Retry_After="3600")) as (url, requests),
        pytest.raises(RemoteBusy) as told,
    ):
        Graph(url).rows(SELECT)
    assert (len(requests), waits, told.value.retry_after) == (1, [], 3600)


FINAL: dict[str, tuple[Play, type[ZhengtuError], str]] = {
    "a page": (answer("<!doctype html><p>Welcome", "text/html"), RemoteAnswerBroken, "核对地址.*check it.*text/html"),
    "garbage that says it is JSON": (answer("<!doctype html>"), RemoteAnswerBroken, "no SPARQL answer"),
    "other JSON": (answer('{"hello": 1}'), RemoteAnswerBroken, "no SPARQL answer"),
    "nothing": (answer(""), RemoteAnswerBroken, "no SPARQL answer"),
    "cut in silence": (raw("HTTP/1.0 200 OK", {"Content-Type": JSON}, FOUND[:-9]), RemoteAnswerBroken, "no SPARQL"),
    "redirect": (answer("", JSON, "302 Found", Location="http://127.0.0.1:1/x"), RemoteUnavailable, "to http://127"),
    "not found": (answer("", "text/html", "404 Not Found"), RemoteUnavailable, "核对地址.*404"),
    "no method": (answer("", "text/html", "405 No"), RemoteUnavailable, "405"),
    "engine failed": (answer("oops", "text/plain", "500 Oops"), RemoteUnavailable, "500: oops"),
    "bad query": (answer("line 1: no verb", "text/plain", "400 Bad"), QueryMalformed, "更正.*the query.*no verb"),
    "bad query, as we tell it": (
        problem("400 Bad Request", "query-malformed", "第 2 行第 3 列 / line 2, column 3: expected }"),
        QueryMalformed,
        "第 2 行第 3 列 / line 2, column 3",
    ),
    "too slow": (problem("504 Late", "query-too-slow", "30 s"), QueryTooSlow, "查询超时.*LIMIT"),
    "too slow for a proxy": (answer("", "text/html", "504 Late"), QueryTooSlow, "查询超时.*LIMIT"),
    "too large": (problem("507 Large", "result-too-large", "50 MB"), ResultTooLarge, "结果过大.*LIMIT.*50 MB"),
    "too long": (problem("413 Long", "query-too-long", "200000"), QueryTooLong, "查询过长.*shorten the query"),
    "too long for a proxy": (answer("", "text/html", "413 Long"), QueryTooLong, "查询过长.*shorten the query"),
    "a problem that is none": (answer("[1]", "application/problem+json", "500 Oops"), RemoteUnavailable, "500"),
}


@pytest.mark.parametrize("case", FINAL)
def test_what_is_final_is_told_at_once(case: str, waits: list[float]) -> None:
    play, error, words = FINAL[case]
    with server(play) as (url, requests), pytest.raises(error, match=words) as told:
        Graph(url).rows(SELECT)
    assert type(told.value) is error
    assert str(told.value).startswith(f"{url} ")
    assert (len(requests), waits) == (1, [])


def test_a_slow_endpoint_is_told_after_the_timeout(waits: list[float]) -> None:
    def slow(connection: socket.socket, _request: str) -> None:
        connection.recv(1)

    with server(slow) as (url, requests), pytest.raises(QueryTooSlow, match=r"timeout.*0\.3 seconds"):
        Graph(url, timeout=0.3).rows(SELECT)
    assert (len(requests), waits) == (1, [])


def test_a_cut_search_is_asked_again_and_one_that_is_none_is_told(waits: list[float]) -> None:
    found = json.dumps({"pages": 0, "results": []})
    whole = answer(found, "application/json")
    cut = answer(found[:-3], "application/json", Content_Length=str(len(found)))
    with server(in_turn(cut, whole)) as (url, requests):
        assert len(Graph(url).search("惠 & 云")) == 0
    assert requests[1].startswith("GET /search?q=%E6%83%A0%20%26%20%E4%BA%91&kind=&page=1&format=json HTTP/1.1")
    assert waits == [0.5]
    for play in (answer("<p>", "text/html"), answer("[]"), answer('{"pages": 1}')):
        with server(play) as (url, _), pytest.raises(RemoteAnswerBroken, match="核对地址"):
            Graph(url).search("惠")


def test_labels_are_asked_for_and_another_endpoint_may_add_none() -> None:
    with server(answer(FOUND)) as (url, requests):
        assert list(Graph(url).select(SELECT).columns) == ["x"]
        Graph(url).select(SELECT, labels=None)
    assert "labels=zh%2Cen" in requests[0]
    assert "labels" not in requests[1]


def test_a_cut_answer_is_never_a_shorter_table(waits: list[float]) -> None:
    for size in range(len(FOUND)):
        with (
            server(answer(FOUND[:size], Content_Length=str(len(FOUND)))) as (url, _),
            pytest.raises(RemoteAnswerCut),
        ):
            Graph(url, attempts=1).rows(SELECT)
    assert waits == []
