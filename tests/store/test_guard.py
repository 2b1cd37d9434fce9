"""The guard judges tokens: no disguise of SERVICE passes, no harmless word is taken for it."""

import random
import time
from collections.abc import Sequence
from contextlib import suppress

import pyoxigraph
import pytest

from zhengtu.errors import QueryMalformed, QueryRefused, QueryTooComplex, QueryTooLong
from zhengtu.store.guard import examine as examine_within
from zhengtu.store.guard import form, names_dataset
from zhengtu.store.limits import Limits

LIMITS = Limits()


def examine(query: str, services: Sequence[str] = ()) -> None:
    examine_within(query, Limits(services=services))


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


ALLOWED = ("http://127.0.0.1:9/", "https://example.org/sparql?of=service")
LITERAL = [
    f"SELECT * {{ SERVICE {CALL} }}",
    f"SELECT * {{ service\n silent<{ALLOWED[1]}> {{ ?s ?p ?o }} }}",
    f"SELECT * {{ SERVICE SILENT {CALL} {{}} UNION {{ SERVICE <{ALLOWED[1]}> {{}} }} ?service ?p ?o }}",
    f"SELECT * {{ VALUES ?q {{ 'it\\u0027s' }} SERVICE {CALL} }}",
]
NOT_LITERAL = [
    "SELECT * { SERVICE <http://127.0.0.1:9/other> { ?s ?p ?o } }",
    "SELECT * { SERVICE <http://127.0.0.1:9> { ?s ?p ?o } }",
    "SELECT * { SERVICE <HTTP://127.0.0.1:9/> { ?s ?p ?o } }",
    f"SELECT * {{ SERVICE#\n{CALL} }}",
    f"SELECT * {{ SERVICE {CALL} SERVICE <http://x/> {{}} }}",
    f"SELECT * {{ BIND(<http://127.0.0.1:9/> AS ?t) SERVICE ?t {{ ?s ?p ?o }} SERVICE {CALL} }}",
    "PREFIX s: <http://127.0.0.1:9/> SELECT * { SERVICE s: { ?s ?p ?o } }",
    "BASE <http://127.0.0.1:9/> SELECT * { SERVICE <> { ?s ?p ?o } }",
    r"SELECT * { SERVICE <http://127.0.0.1:9/\u0061> { ?s ?p ?o } }",
    rf"SELECT * {{ SERVICE {CALL} \u0053ERVICE <http://x/> {{}} }}",
    f"SELECT * {{ SERVICE\u00a0{CALL} }}",
]


@pytest.mark.parametrize("query", LITERAL)
def test_a_call_to_an_allowed_service_is_let_through_where_it_is_written_out(query: str) -> None:
    examine(query, ALLOWED)
    with pytest.raises(QueryRefused, match="SERVICE"):
        examine(query)


@pytest.mark.parametrize("query", NOT_LITERAL)
def test_any_other_call_stays_refused(query: str) -> None:
    with pytest.raises(QueryRefused, match="SERVICE may call <http"):
        examine(query, ALLOWED)


BOMBS = [
    "SELECT * { FILTER(" + "(" * 5000 + "1" + ")" * 5000 + ") }",
    "SELECT * {" + "{" * 100 + "}" * 100 + "}",
    "SELECT * { ?s ?p " + "[ ?p " * 200 + "1" + "]" * 200 + " }",
    "SELECT * { FILTER(" + "||".join(["?a"] * 5000) + ") }",
    "SELECT * { FILTER(" + "!" * 5000 + "?a) }",
    "SELECT * { ?s " + "^" * 5000 + "<urn:p> ?o }",
    "SELECT * { ?s " + "/".join(["<urn:p>"] * 5000) + " ?o }",
    "SELECT * { " + " UNION ".join(["{}"] * 5000) + " }",
    "SELECT * { FILTER(1" + "+1" * 5000 + " > 0) }",
    "SELECT * { FILTER(?a<?b&&?c='x>y') FILTER(" + "(" * 100 + "1" + ")" * 100 + ") }",
]


@pytest.mark.parametrize("query", BOMBS, ids=[q[:32] for q in BOMBS])
def test_what_would_overflow_the_parser_is_refused(query: str) -> None:
    with pytest.raises(QueryTooComplex):
        examine(query)


def test_a_query_has_a_longest_text() -> None:
    with pytest.raises(QueryTooLong):
        examine("#" * 200_001)


def test_brackets_and_operators_in_strings_count_for_nothing() -> None:
    text = "(" * 300 + "||" * 400
    examine(f'SELECT * FROM <urn:g> {{ ?s ?p "{text}", """{text}""" . # {text}\n }}')


def test_a_comparison_that_looks_like_an_iri_does_no_harm() -> None:
    examine("SELECT * { FILTER(?a<?b&&?c='x>y') " + "?s <http://x/a/b/c> ?o . " * 20 + "}")


def test_long_lists_of_values_are_no_chain() -> None:
    for values in (map(str, range(20_000)), (f'"{n}"^^<urn:t>' for n in range(10_000))):
        examine("SELECT * { VALUES ?x { " + " ".join(values) + " } FILTER(?x IN (1, 2)) }")


PARTS = [
    "1", "1.", "a-.", "a:", "'", '"', "''", '""', "'''", '"""', '"""a', "<", "<a", "<a://", "<a://SERVICE>",
    "?SERVICE ", "SERVICEa.", ":SERVICE", '"SERVICE" ', "SERVICE SILENT <a://b> ", "SERVICE SILENT ", "\\", '\\"',
    "\\'", '"""\\', "\\u0041", "\\u0022", " ", "#\n", "#", "?", "$", "%20", "<\\u0041", '"<', "<\"", "^^ ", '"" ', "(",
    "[]",
]  # fmt: skip


@pytest.mark.parametrize("part", PARTS)
def test_reading_a_text_takes_time_in_step_with_its_length(part: str) -> None:
    for before in ("", '"'):
        text = before + part * ((LIMITS.query_chars - 4) // len(part))
        began = time.process_time()
        with suppress(QueryRefused, QueryTooComplex):
            examine(text, ("a://b",))
        with suppress(QueryMalformed, QueryTooComplex):
            form(text, LIMITS)
        assert time.process_time() - began < 3


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("SELECT * FROM <urn:g> { ?s ?p ?o }", True),
        ("SELECT * from named <urn:g> { ?s ?p ?o }", True),
        (r"SELECT * \u0046ROM <urn:g> { ?s ?p ?o }", True),
        ("SELECT ?from { ?from ex:from 'FROM' }", False),
    ],
)
def test_a_dataset_clause_is_seen(query: str, *, named: bool) -> None:
    assert names_dataset(query, LIMITS) is named


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT * { ?s ?p ?o }", "SELECT"),
        ("# INSERT DATA\nPREFIX drop: <http://x/DROP> BASE <http://x> ask { ?insert drop:add 'CLEAR' }", "ASK"),
        ("construct where { ?s ?p ?o }", "CONSTRUCT"),
        ("DESCRIBE <http://x/LOAD>", "DESCRIBE"),
    ],
)
def test_the_form_of_a_query_is_its_first_word(query: str, expected: str) -> None:
    assert form(query, LIMITS) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# SELECT",
        "DROP ALL",
        "PREFIX ex: <http://x> insert data { ex:a ex:b 1 }",
        "SELECT * { ?s ?p ?o } ; CLEAR ALL",
        r"SELECT * { ?s ?p ?o } ; \u0044ROP ALL",
        r"\u0053ELECT * { ?s ?p ?o }",
        "DEFINE get:soft 'soft' SELECT * { ?s ?p ?o }",
    ],
)
def test_what_is_no_query_has_no_form(text: str) -> None:
    with pytest.raises(QueryMalformed):
        form(text, LIMITS)
