"""What the store says about a thing: everything that the graph names is described, in every format, with its facts."""

import re
from collections import defaultdict
from pathlib import Path

import pytest
import rdflib

from zhengtu.model import Report, squeeze
from zhengtu.namespaces import BASE, expand, prologue
from zhengtu.publish.describe import FACTS, INVERSE, NAMES, describe, outline
from zhengtu.publish.description import Description, Named, description
from zhengtu.store.door import Format, by_name, formats
from zhengtu.store.embedded import EmbeddedStore

ENTITY = f"{BASE}id/initiative/hotline-12345"
OBSERVATION = f"{BASE}id/observation/huizhou-zsj-2024.hotline-12345.hotline-closure-effect.actual.level.2024.2025700"
ELSEWHERE = {f"{BASE}sparql"}
"""What the graph names and another part of the service answers."""


def form(name: str) -> Format:
    found = by_name(name)
    assert found is not None
    return found


def described(store: EmbeddedStore, iri: str, name: str = "nt") -> str:
    return describe(store, outline(store, iri), form(name)).decode()


def page(store: EmbeddedStore, iri: str) -> Description:
    return description(store, outline(store, iri))


def count(store: EmbeddedStore, pattern: str) -> int:
    query = f"{prologue()}SELECT (COUNT(*) AS ?n) {{ SELECT DISTINCT * {{ {pattern} }} }}"
    return int(next(store.query(query).rows())[0])


@pytest.fixture(scope="module")
def documents(built_graph: rdflib.Dataset) -> dict[str, set[str]]:
    """Every IRI of ours that the build names, by the document that it is dereferenced to."""
    found: dict[str, set[str]] = defaultdict(set)
    for iri in {str(term) for quad in built_graph.quads() for term in quad if isinstance(term, rdflib.URIRef)}:
        if iri.startswith(BASE) and iri not in ELSEWHERE:
            found[iri.partition("#")[0]].add(iri)
    return found


def test_every_iri_of_the_graph_is_described_in_its_document(
    store: EmbeddedStore, documents: dict[str, set[str]]
) -> None:
    assert len(documents) > 1500
    for document, iris in documents.items():
        about = outline(store, document)
        nodes = set(re.findall(r"<([^>]*)>", describe(store, about, form("nt")).decode()))
        assert about.known, document
        assert {iri for iri in iris if not iri.endswith("#")} <= nodes, document


@pytest.mark.parametrize(
    "iri",
    [
        ENTITY,
        OBSERVATION,
        f"{BASE}ns",
        f"{BASE}code/value-role/target",
        f"{BASE}graph/quality",
        f"{BASE}id/period/2024",
    ],
)
def test_every_format_says_the_same(store: EmbeddedStore, iri: str) -> None:
    parsers = {"ttl": "turtle", "nt": "nt", "rdf": "xml", "jsonld": "json-ld"}
    read = {
        f.name: rdflib.Graph().parse(data=described(store, iri, f.name), format=parsers[f.name])
        for f in formats("graph")
    }
    said = {name: {(s, p, str(o)) for s, p, o in graph} for name, graph in read.items()}
    assert len(said["nt"]) > 20
    assert said["ttl"] == said["nt"] == said["rdf"] == said["jsonld"]


def test_a_statement_is_written_once_and_the_same_twice(store: EmbeddedStore) -> None:
    lines = described(store, f"{BASE}id/report/huizhou-zsj-2024").splitlines()
    assert len(lines) == len(set(lines))
    assert lines == described(store, f"{BASE}id/report/huizhou-zsj-2024").splitlines()


def test_an_entity_has_its_facts_and_their_quotes_and_what_links_to_it(store: EmbeddedStore) -> None:
    facts = count(store, f"?f schema:about|rdf:subject|rdf:object <{ENTITY}> . ?f prov:wasDerivedFrom ?p")
    nodes = described(store, ENTITY)
    assert facts > 30
    assert nodes.count(f"<{expand('oa:exact')}>") > 20
    linked = rdflib.Graph().parse(data=nodes, format="nt")
    (topic,) = linked.subjects(rdflib.FOAF.primaryTopic)
    assert str(topic) == f"{ENTITY}.ttl"
    assert len(list(linked.subject_predicates(rdflib.URIRef(ENTITY)))) == 1 + count(store, f"?s ?p <{ENTITY}>")


def test_what_is_named_has_its_name_in_both_languages(store: EmbeddedStore) -> None:
    for iri in (ENTITY, OBSERVATION, f"{BASE}id/objective/huizhou-zsj-2024.7", f"{BASE}id/report/huizhou-zsj-2024"):
        graph = rdflib.Graph().parse(data=described(store, iri), format="nt")
        silent = {rdflib.URIRef(expand(name)) for name in NAMES}
        said = [(s, p, o) for s, p, o in graph if s != rdflib.URIRef(f"{iri}.ttl") and p not in silent]
        for node in {n for _, p, o in said for n in ((p, o) if p == rdflib.RDF.type else (p,))}:
            labels = {str(getattr(label, "language", "")) for label in graph.objects(node, rdflib.RDFS.label)}
            assert labels >= {"zh", "en"}, node


def test_links_are_bounded_and_their_number_told(store: EmbeddedStore) -> None:
    period = f"{BASE}id/period/2024"
    about = outline(store, period)
    total = count(store, f"?s dcterms:temporal <{period}>")
    assert about.cut["dcterms:temporal"] == about.incoming["dcterms:temporal"] == total > INVERSE
    text = described(store, period)
    assert len(re.findall(rf"<{expand('dcterms:temporal')}> <{period}>", text)) == INVERSE
    assert f'"dcterms:temporal: {INVERSE} of {total} links to it are listed."@en' in text
    (group,) = (g for g in page(store, period).inverse if g.property.short == "dcterms:temporal")
    assert (len(group.values), group.total) == (INVERSE, total)


def test_facts_are_bounded_and_their_number_told(store: EmbeddedStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zhengtu.publish.describe.FACTS", 5)
    about = page(store, ENTITY)
    assert sum(len(facts) for _, facts in about.facts) == 5 < about.facts_total
    assert "5 of" in described(store, ENTITY)
    assert FACTS > 5


def test_an_observation_is_called_by_what_it_states(store: EmbeddedStore) -> None:
    about = page(store, OBSERVATION)
    assert about.node.label.zh == "12345热线 · 诉求办结效果 · 完成值 · 2024年"
    assert about.node.label.en == "12345 hotline · Effect of closing requests · actual result · 2024"
    assert about.node.said == "202.57万宗"
    (quote,) = about.quotes
    assert (quote.exact, quote.start, quote.end) == ("诉求办结效果目标值≥120 万宗，实际完成202.57 万宗", 6288, 6320)
    assert quote.section is not None
    assert quote.section.label.en == "Operation of the 12345 hotline"
    assert [kind.short for kind, _ in about.facts] == ["dqv:QualityAnnotation"]


def test_a_passage_is_its_slice_of_the_text_and_leads_to_what_cites_it(store: EmbeddedStore, report: Report) -> None:
    about = page(store, f"{BASE}id/text/79b982e8#char=6288,6320")
    (quote,) = about.quotes
    assert squeeze(quote.exact) == squeeze(report.text.raw[6288:6320])
    assert OBSERVATION in {fact.node.iri for _, facts in about.facts for fact in facts}


def test_a_finding_shows_every_quote_of_what_disagrees(store: EmbeddedStore) -> None:
    about = page(store, f"{BASE}id/finding/huizhou-zsj-2024.hotline-closure-measure")
    targets = count(store, f"<{about.node.iri}> oa:hasTarget ?t")
    facts = [fact for _, facts in about.facts for fact in facts]
    assert len(facts) == targets >= 2
    assert all(fact.quotes for fact in facts)


def test_a_code_has_its_definition_and_tells_how_often_it_is_used(store: EmbeddedStore) -> None:
    code = f"{BASE}code/value-role/target"
    about = page(store, code)
    assert about.definition.zh
    assert about.definition.en
    (used,) = (group for group in about.inverse if group.property.short == "zt:valueRole")
    assert used.total == count(store, f"?o zt:valueRole <{code}>")


def test_a_property_tells_how_often_it_is_used(store: EmbeddedStore) -> None:
    assert page(store, f"{BASE}ns#indicator").uses == count(store, "?s zt:indicator ?o")


def test_a_graph_tells_its_size_and_where_it_comes_from(store: EmbeddedStore) -> None:
    name = f"{BASE}graph/report-huizhou-zsj-2024"
    about = page(store, name)
    assert about.size == count(store, f"GRAPH <{name}> {{ ?s ?p ?o }}") > 1000
    assert {"prov:wasAttributedTo", "prov:wasGeneratedBy"} <= {group.property.short for group in about.groups}


def test_the_ontology_lists_its_terms_with_their_definitions(store: EmbeddedStore) -> None:
    about = page(store, f"{BASE}ns")
    assert len(about.parts) == count(store, f"?t rdfs:isDefinedBy <{BASE}ns>")
    assert all(p.node.label.zh and p.node.label.en and p.definition.zh and p.definition.en for p in about.parts)


def test_facts_and_links_have_names_to_show(store: EmbeddedStore, documents: dict[str, set[str]]) -> None:
    families: dict[str, list[str]] = defaultdict(list)
    for iri in sorted(documents):
        families[iri.removeprefix(BASE).rpartition("/")[0]].append(iri)
    for family, iris in families.items():
        for iri in iris[:2]:
            about = page(store, iri)
            values = [value for group in about.inverse for value in group.values]
            named = [about.node, *(fact.node for _, facts in about.facts for fact in facts), *values]
            nameless = {n.iri for n in named if isinstance(n, Named) and not (n.label.zh and n.label.en)}
            assert not {iri for iri in nameless if iri.startswith(BASE + "id/")} - known_nameless(family), family


def known_nameless(family: str) -> set[str]:
    """What the graph itself gives no name in both languages."""
    return {f"{BASE}id/measurement/huizhou-zsj-2024.number-coverage"} if family else set()


@pytest.mark.parametrize(
    "iri",
    [f"{BASE}id/org/nothing", f"{BASE}x> ?p ?o }} #", "javascript:alert(1)", "no iri", "", f"{BASE}a\nb", 'urn:"'],
)
def test_what_is_not_there_is_unknown_and_what_is_no_iri_asks_nothing(store: EmbeddedStore, iri: str) -> None:
    assert not outline(store, iri).known


def test_the_documents_are_found_without_a_framework() -> None:
    sources = [*Path("service/zhengtu/publish").glob("*.py")]
    assert not [path for path in sources if re.search(r"fastapi|starlette|jinja2", path.read_text(encoding="utf-8"))]
