"""The guard judges tokens: no disguise of SERVICE passes, no harmless word is taken for it."""

import pytest

from zhengtu.errors import QueryRefused, QueryTooComplex, QueryTooLong
from zhengtu.store.guard import examine as examine_within
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
]
HARMLESS = [
    "SELECT * { ?service ex:service 'SERVICE' . # SERVICE <http://x>\n }",
    'SELECT * { ?s rdfs:label "call the SERVICE" ; <http://x/SERVICE> $SERVICE }',
    "PREFIX service: <http://x> SELECT * { ?s service:from ?o }",
    r"SELECT * { ?s ?p '\"SERVICE' }",
]


@pytest.mark.parametrize("query", DISGUISES)
def test_service_is_refused_in_every_disguise(query: str) -> None:
    with pytest.raises(QueryRefused, match="SERVICE"):
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
    assert not examine("SELECT * { VALUES ?x { " + " ".join(map(str, range(20_000))) + " } FILTER(?x IN (1, 2)) }")
