"""The Data Cube that cube.rq derives, against the integrity constraints of the RDF Data Cube Vocabulary."""

import time
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

ROOT = Path(__file__).parents[2]
DATA = Path(__file__).parent / "data"
BASE = "https://w3id.org/zhengtu/"
QB = "http://purl.org/linked-data/cube#"
QUERY = (ROOT / "ontology" / "cube.rq").read_text(encoding="utf-8")
TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")

PREFIXES = """
BASE <https://w3id.org/zhengtu/id/observation/>
PREFIX qb: <http://purl.org/linked-data/cube#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX schema: <http://schema.org/>
PREFIX sdmx-attribute: <http://purl.org/linked-data/sdmx/2009/attribute#>
PREFIX sdmx-measure: <http://purl.org/linked-data/sdmx/2009/measure#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX zt: <https://w3id.org/zhengtu/ns#>
PREFIX cube: <https://w3id.org/zhengtu/cube#>
"""

NORMALISE = """
INSERT { ?part qb:componentProperty ?property . ?property a ?kind }
WHERE {
  VALUES (?link ?kind) {
    (qb:dimension qb:DimensionProperty) (qb:measure qb:MeasureProperty) (qb:attribute qb:AttributeProperty)
  }
  ?part ?link ?property
}
"""
"""Section 10 of the vocabulary, as far as the structure here abbreviates anything."""

# Section 11: each constraint asks for what breaks it, and beside it stands an update that breaks it in a sound cube.
CONSTRAINTS = {
    "IC-1 one data set": (
        """?o a qb:Observation
           FILTER(NOT EXISTS { ?o qb:dataSet ?d } || EXISTS { ?o qb:dataSet ?d1 , ?d2 FILTER(?d1 != ?d2) })""",
        "DELETE WHERE { <b.hotline.requests.1> qb:dataSet ?d }",
    ),
    "IC-2 one structure": (
        """?d a qb:DataSet
           FILTER(NOT EXISTS { ?d qb:structure ?s } || EXISTS { ?d qb:structure ?s1 , ?s2 FILTER(?s1 != ?s2) })""",
        "INSERT { ?d qb:structure cube:other } WHERE { ?d a qb:DataSet }",
    ),
    "IC-3 a measure": (
        """?s a qb:DataStructureDefinition
           FILTER NOT EXISTS { ?s qb:component/qb:componentProperty/a qb:MeasureProperty }""",
        "DELETE WHERE { cube:structure qb:component cube:obsValue }",
    ),
    "IC-4 ranges": (
        "?p a qb:DimensionProperty FILTER NOT EXISTS { ?p rdfs:range ?range }",
        "DELETE WHERE { schema:about rdfs:range ?r }",
    ),
    "IC-5 code lists": (
        "?p a qb:DimensionProperty ; rdfs:range skos:Concept FILTER NOT EXISTS { ?p qb:codeList ?list }",
        "DELETE WHERE { zt:scope qb:codeList ?list }",
    ),
    "IC-6 only attributes are optional": (
        """?part qb:componentProperty ?p ; qb:componentRequired false
           FILTER NOT EXISTS { ?p a qb:AttributeProperty }""",
        "INSERT DATA { cube:about qb:componentRequired false }",
    ),
    "IC-11 all dimensions": (
        """?o qb:dataSet/qb:structure/qb:component/qb:componentProperty ?p . ?p a qb:DimensionProperty
           FILTER NOT EXISTS { ?o ?p ?value }""",
        "DELETE WHERE { <b.hotline.requests.1> zt:scope ?s }",
    ),
    "IC-12 no duplicates": (
        """?o1 qb:dataSet ?d . ?o2 qb:dataSet ?d FILTER(?o1 != ?o2)
           FILTER NOT EXISTS {
             ?d qb:structure/qb:component/qb:componentProperty ?p . ?p a qb:DimensionProperty .
             ?o1 ?p ?value1 . ?o2 ?p ?value2 FILTER(?value1 != ?value2)
           }""",
        "INSERT { <twin> a qb:Observation ; ?p ?v } WHERE { <b.hotline.requests.1> ?p ?v }",
    ),
    "IC-13 required attributes": (
        """?o qb:dataSet/qb:structure/qb:component ?part .
           ?part qb:componentRequired true ; qb:componentProperty ?p FILTER NOT EXISTS { ?o ?p ?value }""",
        "DELETE WHERE { <b.hotline.requests.1> sdmx-attribute:unitMeasure ?u }",
    ),
    "IC-14 all measures": (
        """?o qb:dataSet/qb:structure/qb:component/qb:componentProperty ?p . ?p a qb:MeasureProperty
           FILTER NOT EXISTS { ?o ?p ?value }""",
        "DELETE WHERE { <b.hotline.requests.1> sdmx-measure:obsValue ?v }",
    ),
    "IC-19 codes from the code list": (
        """?o qb:dataSet/qb:structure/qb:component/qb:componentProperty ?p .
           ?p a qb:DimensionProperty ; qb:codeList ?list . ?list a skos:ConceptScheme .
           ?o ?p ?value FILTER NOT EXISTS { ?value a skos:Concept ; skos:inScheme ?list }""",
        "INSERT DATA { <b.hotline.requests.1> zt:valueRole zt:nowhere }",
    ),
}


def loaded(path: Path) -> ox.Store:
    store = ox.Store()
    store.load(path=path)
    return store


def construct(store: ox.Store) -> set[ox.Triple]:
    result = store.query(QUERY, use_default_graph_as_union=True)
    assert isinstance(result, ox.QueryTriples)
    return set(result)


def observations(cube: set[ox.Triple]) -> set[str]:
    kind = ox.NamedNode(QB + "Observation")
    found = {t.subject for t in cube if t.predicate == TYPE and t.object == kind}
    return {n.value.removeprefix(BASE + "id/observation/") for n in found if isinstance(n, ox.NamedNode)}


def objects(cube: set[ox.Triple], subject: str, predicate: str) -> set[str]:
    node, link = ox.NamedNode(BASE + "id/" + subject), ox.NamedNode(predicate)
    found = {t.object for t in cube if t.subject == node and t.predicate == link}
    return {o.value for o in found if isinstance(o, (ox.NamedNode, ox.Literal))}


@pytest.fixture(scope="module")
def cube() -> set[ox.Triple]:
    return construct(loaded(DATA / "figures.trig"))


@pytest.fixture
def published(cube: set[ox.Triple]) -> ox.Store:
    """The cube with its structure, its code lists and its indicators, normalised, as one graph."""
    store = ox.Store()
    store.extend(ox.Quad(t.subject, t.predicate, t.object) for t in cube)
    for name in ("zhengtu", "codes", "cube"):
        store.load(path=ROOT / "ontology" / f"{name}.ttl")
    facts = loaded(DATA / "figures.trig").quads_for_pattern(
        None, ox.NamedNode("http://www.w3.org/2004/02/skos/core#inScheme"), None
    )
    store.extend(ox.Quad(q.subject, q.predicate, q.object) for q in facts)
    scopes = (ox.NamedNode(f"{BASE}id/scope/a.{name}") for name in ("network", "cloud"))
    concept = ox.NamedNode("http://www.w3.org/2004/02/skos/core#Concept")
    store.extend(ox.Quad(scope, TYPE, concept) for scope in scopes)
    store.update(PREFIXES + NORMALISE)
    return store


def broken(store: ox.Store, name: str) -> bool:
    return bool(store.query(f"{PREFIXES} ASK {{ {CONSTRAINTS[name][0]} }}"))


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_the_cube_keeps_the_constraint(published: ox.Store, name: str) -> None:
    assert not broken(published, name)


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_the_constraint_can_be_broken(published: ox.Store, name: str) -> None:
    published.update(PREFIXES + CONSTRAINTS[name][1])
    assert broken(published, name)


def test_one_value_stays_where_a_report_contradicts_itself(cube: set[ox.Triple]) -> None:
    assert observations(cube) == {
        "a.hotline.requests.2",
        "a.hotline.rate.1",
        "a.firewall.attacks.1",
        "a.firewall.attacks.2",
        "a.firewall.attacks.3",
        "a.hotline.rate.9",
        "a.hotline.requests.8",
        "b.hotline.requests.1",
    }


def test_each_report_has_a_data_set_of_its_own(cube: set[ox.Triple]) -> None:
    for report, title in (
        ("a", {"甲：数值立方体", "A: cube of figures"}),
        ("b", {"乙：数值立方体", "B: cube of figures"}),
    ):
        dataset = f"cube/{report}"
        assert objects(cube, dataset, "http://purl.org/dc/terms/title") == title
        assert objects(cube, dataset, QB + "structure") == {BASE + "cube#structure"}
        assert objects(cube, dataset, "http://www.w3.org/ns/prov#wasDerivedFrom") == {f"{BASE}id/report/{report}"}
        assert objects(
            cube, f"observation/{report}.hotline.requests.{'2' if report == 'a' else '1'}", QB + "dataSet"
        ) == {f"{BASE}id/{dataset}"}


def test_a_figure_without_scope_is_not_limited(cube: set[ox.Triple]) -> None:
    scope = BASE + "ns#scope"
    assert objects(cube, "observation/a.firewall.attacks.3", scope) == {BASE + "code/scope/not-limited"}
    assert objects(cube, "observation/a.firewall.attacks.1", scope) == {BASE + "id/scope/a.network"}


def test_the_cube_is_the_same_once_it_is_in_the_union(cube: set[ox.Triple]) -> None:
    store = loaded(DATA / "figures.trig")
    store.extend(ox.Quad(t.subject, t.predicate, t.object, ox.NamedNode(BASE + "graph/cube")) for t in cube)
    assert construct(store) == cube


def many(count: int) -> Iterator[ox.Quad]:
    """`count` observations in reports of 500; every tenth repeats the dimensions of the one before."""
    report_class = ox.NamedNode("http://schema.org/Report")
    fixed = {
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#type": ox.NamedNode(BASE + "ns#Observation"),
        BASE + "ns#valueRole": ox.NamedNode(BASE + "code/value-role/actual"),
        BASE + "ns#valueForm": ox.NamedNode(BASE + "code/value-form/level"),
        BASE + "ns#comparator": ox.NamedNode("http://www.w3.org/ns/odrl/2/eq"),
        "http://qudt.org/schema/qudt/hasUnit": ox.NamedNode("http://qudt.org/vocab/unit/NUM"),
        "http://purl.org/linked-data/sdmx/2009/dimension#refPeriod": ox.NamedNode(BASE + "id/period/2024"),
    }
    for number in range(count):
        report = f"r{number // 500}"
        facts, texts = (ox.NamedNode(f"{BASE}graph/{kind}-{report}") for kind in ("report", "source"))
        node, whole = (ox.NamedNode(f"{BASE}id/{n}") for n in (f"observation/{report}.{number}", f"report/{report}"))
        passage = ox.NamedNode(f"{BASE}id/text/{report}#char={number},{number + 1}")
        varied: dict[str, ox.NamedNode | ox.Literal] = {
            "http://purl.org/dc/terms/isPartOf": whole,
            "http://schema.org/about": ox.NamedNode(f"{BASE}id/initiative/{number // 10 % 5}"),
            BASE + "ns#indicator": ox.NamedNode(f"{BASE}id/indicator/{number - (number % 10 == 9)}"),
            "http://purl.org/linked-data/sdmx/2009/measure#obsValue": ox.Literal(number),
            "http://www.w3.org/ns/prov#wasDerivedFrom": passage,
        }
        yield ox.Quad(whole, TYPE, report_class, facts)
        yield ox.Quad(passage, TYPE, ox.NamedNode("http://www.w3.org/ns/oa#ResourceSelection"), texts)
        yield from (ox.Quad(node, ox.NamedNode(p), o, facts) for p, o in {**fixed, **varied}.items())


def test_the_cost_grows_with_the_number_of_observations() -> None:
    """Four times the observations take about four times as long; comparing them pairwise would take sixteen times."""
    seconds = []
    for count in (3_000, 12_000):
        store = ox.Store()
        store.extend(many(count))
        start = time.perf_counter()
        assert len(observations(construct(store))) == count * 9 // 10
        seconds.append(time.perf_counter() - start)
    assert seconds[1] < 10 * seconds[0]
