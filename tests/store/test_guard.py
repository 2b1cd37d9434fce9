"""The guard judges tokens: no disguise of SERVICE passes, no harmless word is taken for it."""

import time
from contextlib import suppress

import pytest

from zhengtu.errors import QueryMalformed, QueryRefused, QueryTooComplex, QueryTooLong
from zhengtu.store.guard import examine as examine_within
from zhengtu.store.guard import form
from zhengtu.store.limits import Limits

LIMITS = Limits()


def examine(query: str) -> bool:
    return examine_within(query, LIMITS)


DISGUISES = [
    "SELECT * { SERVICE <http://x> { ?s ?p ?o } }",
    "SELECT * { service silent ?where { ?s ?p ?o } }",
    "SELECT * { SeRvIcE#comment\n<http://x>{ ?s ?p ?o } }",
    r"SELECT * { \u0053ERVICE <http://x> { ?s ?p ?o } }",
    r"SELECT * { S\U00000045RVICE <http://x> { ?s ?p ?o } }",
    "SELECT * { FILTER EXISTS { SERVICE <http://x> { ?s ?p ?o } } }",
    "SELECT * { { SELECT * { SERVICE ex:a { } } } }",
    'SELECT * { ?s ?p "#" . SERVICE <http://x> { } }',
    "SELECT * { ?s ?p '''it's''' SERVICE <http://x> { } }",
    "SELECT * { FILTER(?a<?b)SERVICE<http://x>{} }",
    "SELECT * { ?s <http://x#y> ?o SERVICE <http://x> { } }",
    r'SELECT * { ?s ?p "\u005c" . SERVICE <http://x> { ?s ?p ?o } FILTER(?o = "x") }',
    r"SELECT * { ?s ?p '\u0027 . SERVICE <http://x> { } #' }",
    "SELECT * { ?s ?p 1SERVICE <http://x> { } }",
    "SELECT * { ?s ?p trueSERVICE <http://x> { } }",
    "SELECT * { SERVICESILENT<http://x> { } }",
    "PREFIX : <http://x> SELECT * { SERVICE:a { } }",
    "PREFIX : <http://x> SELECT * { servicesilent:a # comment\n { } }",
    "PREFIX e: <http://x> PREFIX SERVICEe: <http://y> SELECT * { ?s ?p 1.SERVICEe:a { } }",
    r"SELECT * { ?s <http://x/'\u0041> '\u0027' . SERVICE <http://x> { } #' }",
    "SELECT * { ?s ?p ?o\u00b7 SERVICE <http://x> { } }",
]
DOUBTFUL = [
    "SELECT * { ?s ?p ?o FILTER(?o<?o+2)SERVICE#>\n<http://x>{ } }",
    "SELECT * { ?s ?p ?o FILTER(?o<strlen('>'))SERVICE <http://x> { } #'\n }",
    "SELECT * { ?s ?p ?o FILTER(?o<?s#>'''\n)SERVICE <http://x> { } #'''\n }",
    "PREFIX x: <http://x> SELECT * { ?s ?p ?o FILTER(?o<x:f('>'))SERVICE <http://x> { } #'\n }",
]
HARMLESS = [
    "SELECT * { ?service ex:service 'SERVICE' . # SERVICE <http://x>\n }",
    'SELECT * { ?s rdfs:label "call the SERVICE" ; <http://x/SERVICE> $SERVICE }',
    "PREFIX service: <http://x> SELECT * { ?s service:from ?o }",
    r"SELECT * { ?s ?p '\"SERVICE' }",
    "PREFIX service: <http://x> SELECT * { GRAPH service:g { ?s ?p ?o } }",
    "SELECT * { ?s <http://x/(a)'s#SERVICE> ?o FILTER(?o < 1 && ?o>0) }",
    "SELECT * { ?s <urn:x:service> ?o }",
]


@pytest.mark.parametrize("query", DISGUISES)
def test_service_is_refused_in_every_disguise(query: str) -> None:
    with pytest.raises(QueryRefused, match="SERVICE"):
        examine(query)


@pytest.mark.parametrize("query", DOUBTFUL)
def test_what_may_be_an_iri_or_a_comparison_is_sent_back_where_it_could_hide_something(query: str) -> None:
    with pytest.raises(QueryMalformed, match="space after <"):
        examine(query)


@pytest.mark.parametrize("query", HARMLESS)
def test_the_mere_word_is_not_refused(query: str) -> None:
    assert examine(query) is False


def test_a_dataset_clause_is_seen() -> None:
    assert examine("SELECT * FROM <urn:g> { ?s ?p ?o }")
    assert examine("SELECT * from named <urn:g> { ?s ?p ?o }")
    assert not examine("SELECT ?from { ?from ex:from 'FROM' }")


def test_an_impossible_escape_is_refused() -> None:
    with pytest.raises(QueryRefused, match="escape"):
        examine(r"SELECT * { ?s ?p \UFFFFFFFF }")


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
    assert examine(f'SELECT * FROM <urn:g> {{ ?s ?p "{text}", """{text}""" . # {text}\n }}')


def test_long_lists_of_values_are_no_chain() -> None:
    for values in (map(str, range(20_000)), (f'"{n}"^^<urn:t>' for n in range(10_000))):
        assert not examine("SELECT * { VALUES ?x { " + " ".join(values) + " } FILTER(?x IN (1, 2)) }")


@pytest.mark.parametrize("part", ["1", "1.", "a-.", "a:", "'", '"""', "<", "<a", "SERVICEa.", "\\u0041", " ", "#\n"])
def test_reading_a_text_takes_time_in_step_with_its_length(part: str) -> None:
    began = time.perf_counter()
    with suppress(QueryRefused, QueryTooComplex):
        examine(part * (LIMITS.query_chars // len(part)))
    assert time.perf_counter() - began < 10


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
