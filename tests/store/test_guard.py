"""The guard judges tokens: no disguise of SERVICE passes, no harmless word is taken for it."""

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
    assert examine(query) is False


def test_a_dataset_clause_is_seen() -> None:
    assert examine("SELECT * FROM <urn:g> { ?s ?p ?o }")
    assert examine("SELECT * from named <urn:g> { ?s ?p ?o }")
    assert not examine("SELECT ?from { ?from ex:from 'FROM' }")


def test_an_impossible_escape_is_refused() -> None:
    with pytest.raises(QueryRefused, match="escape"):
        examine(r"SELECT * { ?s ?p \UFFFFFFFF }")
