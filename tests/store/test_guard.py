"""The guard judges tokens: no disguise of SERVICE passes, no harmless word is taken for it."""

import pytest

from zhengtu.errors import QueryRefused
from zhengtu.store.guard import examine

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
