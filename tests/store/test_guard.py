"""The guard judges tokens: no disguise of SERVICE passes, no harmless word is taken for it."""

import random

import pyoxigraph
import pytest

from zhengtu.errors import QueryRefused
from zhengtu.store.guard import examine

CALL = "<http://127.0.0.1:9/> { ?s ?p ?o }"
DISGUISES = [
    f"SELECT * {{ SERVICE {CALL} }}",
    "SELECT * { service silent ?where { ?s ?p ?o } }",
    f"SELECT * {{ SeRvIcE#comment\n{CALL} }}",
    rf"SELECT * {{ \u0053ERVICE {CALL} }}",
    rf"SELECT * {{ S\U00000045RVICE {CALL} }}",
    f"SELECT * {{ FILTER EXISTS {{ SERVICE {CALL} }} }}",
    "SELECT * { { SELECT * { SERVICE ex:a { } } } }",
    f'SELECT * {{ ?s ?p "#" . SERVICE {CALL} }}',
    f"SELECT * {{ ?s ?p '''it's''' SERVICE {CALL} }}",
    f"SELECT * {{ FILTER(?a<?b)SERVICE{CALL} }}",
    f"SELECT * {{ FILTER(?a<?b)SERVICE#>\n{CALL} }}",
    f"SELECT * {{ ?s <http://x#y> ?o SERVICE {CALL} }}",
    f"SELECT * {{ {{}}UNION{{SERVICESILENT{CALL}}} }}",
    f"SELECT * {{ {{}} MINUS{{}}SERVICESILENT{CALL} }}",
    "PREFIX s: <http://127.0.0.1:9/> SELECT * { SERVICEs:{ ?s ?p ?o } }",
    f"SELECT * {{ VALUES ?q {{ '\\u0027' }} SERVICE SILENT {CALL} VALUES ?r {{ '\\u0027' }} }}",
    f'SELECT * {{ VALUES ?q {{ "\\u0022" }} SERVICE SILENT {CALL} VALUES ?r {{ "\\u0022" }} }}',
    f"SELECT * {{ VALUES ?q {{ '\\u005C' }} SERVICE SILENT {CALL} VALUES ?r {{ 'z' }} }}",
    f"SELECT * {{ ?s ?p ?o1.SERVICE SILENT {CALL} }}",
    f"PREFIX : <http://a/> SELECT * {{ ?s ?p :.SERVICE SILENT {CALL} }}",
    f"SELECT * {{ ?s ?p 1e5SERVICE SILENT {CALL} }}",
    f"SELECT * {{ ?s ?p trueSERVICE SILENT {CALL} }}",
    f"SELECT * {{ ?s <a'b> ?o SERVICE {CALL} ?t <c'd> ?u }}",
    f"SELECT * {{ ?s ?p '\"' SERVICE {CALL} ?t ?q '\"' }}",
    f'SELECT * {{ # "\n SERVICE {CALL} # "\n }}',
    f"SELECT * {{ FILTER(1!='<a://')SERVICESILENT#>\n{CALL} }}",
    f"SELECT * {{ FILTER(1!='<a://')SERVICE#>\n{CALL} }}",
    f'SELECT * {{ ?s ?p """"""" SERVICE {CALL} """ }}',
]
HARMLESS = [
    "SELECT * { ?service ex:service $myService , ex:PublicService }",
    "PREFIX sd: <http://www.w3.org/ns/sparql-service-description#> SELECT * { ?s a sd:Service }",
    'SELECT * { ?s rdfs:label ?l FILTER(CONTAINS(LCASE(?l), "service")) ; <http://x/SERVICE> ?o }',
    "SELECT * { ?s a <http://purl.org/vocab/cpsv#PublicService> # no word of it here\n }",
]


@pytest.mark.parametrize("query", DISGUISES)
def test_service_is_refused_in_every_disguise(query: str) -> None:
    with pytest.raises(QueryRefused, match="SERVICE"):
        examine(query)


@pytest.mark.parametrize("query", HARMLESS)
def test_the_mere_word_is_not_refused(query: str) -> None:
    examine(query)


FRAGMENTS = [
    "SERVICE", "service ", "SILENT", CALL, "<http://127.0.0.1:9/>", "{ ?s ?p ?o }", "{", "}", "(", ")", "'", '"', "'''",
    '"""', "<a://", "<a", ">", "#", "\n", " ", ".", ";", "?a", "$b", "<", "1", "1.", "true", "FILTER(", "UNION", "^^",
    "\\u0027", "\\u0022", "\\u005C", "\\", "?s ?p ?o", ":", "a:", "a:b", "!=", "||", "VALUES ?v { ", "BIND(1 AS ?x)",
    "MINUS{}", "@en",
]  # fmt: skip


def test_whatever_makes_the_engine_call_is_refused() -> None:
    """Random queries around a call: when the bare engine opens a connection, the guard must have said no."""
    chance, engine, called = random.Random(20241225), pyoxigraph.Store(), 0  # noqa: S311
    for _ in range(6000):
        parts = [chance.choice(FRAGMENTS) for _ in range(chance.randint(0, 5))]
        parts.insert(
            chance.randint(0, len(parts)), chance.choice(["SERVICE", "SERVICESILENT", "service silent "]) + CALL
        )
        query = f"PREFIX : <http://a/> PREFIX a: <http://a/> SELECT * {{ {''.join(parts)} }}"
        if not calls(engine, query):
            continue
        called += 1
        with pytest.raises(QueryRefused):
            examine(query)
    assert called > 50


def calls(engine: pyoxigraph.Store, query: str) -> bool:
    """Whether the engine tries to reach 127.0.0.1:9, where nothing listens: an error, but none of syntax."""
    try:
        for _ in engine.query(query.replace("SILENT", "").replace("silent", "")):  # type: ignore[union-attr]
            pass
    except SyntaxError:
        return False
    except (OSError, RuntimeError):
        return True
    return False


def test_an_impossible_escape_is_refused() -> None:
    with pytest.raises(QueryRefused, match="escape"):
        examine(r"SELECT * { ?s ?p \UFFFFFFFF }")
