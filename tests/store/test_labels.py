"""Names beside IRIs: in the best language there is, with as many rows as before."""

import json

import pyoxigraph as ox
import pytest

from zhengtu.errors import QueryMalformed
from zhengtu.namespaces import PREFIXES
from zhengtu.store.door import by_name
from zhengtu.store.embedded import EmbeddedStore
from zhengtu.store.labels import languages

NAMES = {
    "both": [("skos:prefLabel", "甲", "zh"), ("skos:prefLabel", "A", "en"), ("rdfs:label", "other", "en")],
    "script": [("rdfs:label", "乙", "zh-Hans"), ("rdfs:label", "丙", "")],
    "plain": [("dcterms:title", "plain", ""), ("dcterms:title", "nom", "fr")],
    "french": [("rdfs:label", "nom", "fr"), ("rdfs:label", "Name", "de")],
    "none": [],
}


@pytest.fixture(scope="module")
def named() -> EmbeddedStore:
    """Things with names of every kind; each stands twice, once beside a literal."""
    engine, value = ox.Store(), ox.NamedNode("urn:value")
    for thing, names in NAMES.items():
        node = ox.NamedNode(f"urn:{thing}")
        engine.add(ox.Quad(node, value, ox.Literal(thing)))
        engine.add(ox.Quad(node, value, node))
        for property_, text, language in names:
            prefix, _, local = property_.partition(":")
            literal = ox.Literal(text, language=language) if language else ox.Literal(text)
            engine.add(ox.Quad(node, ox.NamedNode(PREFIXES[prefix] + local), literal))
    return EmbeddedStore.of_engine(engine)


QUERY = "SELECT ?s ?v ?no { ?s <urn:value> ?v . OPTIONAL { ?s <urn:no> ?no } } ORDER BY ?s ?v"


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ("zh,en", {"both": "甲", "script": "乙", "plain": "plain", "french": "Name", "none": ""}),
        ("en", {"both": "A", "script": "丙", "plain": "plain", "french": "Name", "none": ""}),
        ("fr,zh", {"both": "甲", "script": "乙", "plain": "nom", "french": "nom", "none": ""}),
        ("it", {"both": "A", "script": "丙", "plain": "plain", "french": "Name", "none": ""}),
    ],
)
def test_each_iri_has_its_best_name_and_no_row_is_lost(
    named: EmbeddedStore, tags: str, expected: dict[str, str]
) -> None:
    answer = named.query(QUERY, labels=languages(tags))
    assert answer.variables == ("s", "s_label", "v", "v_label", "no")
    rows = list(answer.rows())
    assert [(row[0], row[2], row[4]) for row in rows] == list(named.query(QUERY).rows())
    for thing, name, value, value_name, _ in rows:
        assert name == expected[thing.removeprefix("urn:")]
        assert value_name == (name if value == thing else "")


def test_names_keep_their_language_and_terms_stay_as_they_were(named: EmbeddedStore) -> None:
    query = 'SELECT ?s ("1.50"^^<urn:t> AS ?x) (TRIPLE(<urn:a>, <urn:b>, 1) AS ?t) { ?s <urn:value> "both" }'
    results = json.loads(named.query(query, labels=("zh",)).write(by_name("json")))  # type: ignore[arg-type]
    (row,) = results["results"]["bindings"]
    assert row["s_label"] == {"type": "literal", "value": "甲", "xml:lang": "zh"}
    assert row["x"] == {"type": "literal", "value": "1.50", "datatype": "urn:t"}
    assert row["t"]["type"] == "triple"


def test_a_column_of_that_name_stays(named: EmbeddedStore) -> None:
    query = 'SELECT ?s ("mine" AS ?s_label) { ?s <urn:value> "both" }'
    answer = named.query(query, labels=("zh",))
    assert (answer.variables, list(answer.rows())) == (("s", "s_label"), [("urn:both", "mine")])


def test_what_are_no_solutions_or_no_rows_is_as_before(named: EmbeddedStore) -> None:
    assert list(named.query("ASK {}", labels=("zh",)).rows()) == [("true",)]
    nothing = named.query("SELECT ?s { ?s <urn:no> ?o }", labels=("zh",))
    assert (nothing.variables, list(nothing.rows())) == (("s",), [])
    assert named.query("CONSTRUCT WHERE { ?s ?p ?o }", labels=("zh",)).kind == "graph"


@pytest.mark.parametrize("text", ["zh en", "zh;en", "<script>", ",", "z", "zh," * 9, "中文"])
def test_what_is_no_language_is_refused(text: str) -> None:
    with pytest.raises(QueryMalformed, match="zh,en"):
        languages(text)


def test_no_language_is_no_label() -> None:
    assert languages("  ") == ()
    assert languages("zh-Hans , EN") == ("zh-hans", "en")
