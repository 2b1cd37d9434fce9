"""The built graph: bytes, nodes, evidence, derived values, cube."""

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import rdflib

from zhengtu import pipeline, settings
from zhengtu.graph.facts import fact_triples
from zhengtu.graph.nodes import Nodes
from zhengtu.graph.source import CONTEXT
from zhengtu.model import Reference, Report, Span
from zhengtu.namespaces import PREFIXES
from zhengtu.settings import Settings
from zhengtu.store.embedded import EmbeddedStore
from zhengtu.terms import OA, PROV, RDF, SCHEMA, ZT, code, graph, passage, statement, thing

PROLOGUE = "\n".join(f"PREFIX {prefix}: <{iri}>" for prefix, iri in PREFIXES.items())


def rows(store: EmbeddedStore, query: str) -> list[tuple[str, ...]]:
    return list(store.query(PROLOGUE + query).rows())


def contents(folder: Path) -> dict[Path, bytes]:
    root = folder.resolve()
    return {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_two_builds_give_the_same_bytes(built_settings: Settings, tmp_path: Path) -> None:
    again = pipeline.build(settings.load(build_dir=tmp_path / "again"))
    first = built_settings.build_dir / "current"
    written, before = contents(again.folder), contents(first)
    assert len(written) == 6
    assert written == before


def test_quads_are_sorted_and_trig_says_the_same(built_settings: Settings, built_graph: rdflib.Dataset) -> None:
    folder = built_settings.build_dir / "current"
    lines = (folder / "zhengtu.nq").read_bytes().splitlines()
    assert lines == sorted(set(lines))
    trig = rdflib.Dataset().parse(data=(folder / "zhengtu.trig").read_text(encoding="utf-8"), format="trig")
    assert set(trig.quads()) == set(built_graph.quads())


def test_no_blank_node_is_published(built_settings: Settings) -> None:
    lines = (built_settings.build_dir / "current" / "zhengtu.nq").read_text(encoding="utf-8").splitlines()
    assert not [line for line in lines if line.startswith("_:") or " _:" in line.partition('"')[0]]


def test_every_fact_has_a_passage_and_every_passage_its_words(store: EmbeddedStore, report: Report) -> None:
    facts = "VALUES ?type { zt:Observation schema:Claim zt:Recognition zt:Objective rdf:Statement } ?fact a ?type"
    assert not rows(store, f"SELECT ?fact {{ {facts} FILTER NOT EXISTS {{ ?fact prov:wasDerivedFrom ?p }} }}")
    quoted = rows(store, "SELECT ?s ?e ?q { ?p oa:hasSelector ?a , ?b . ?a oa:start ?s ; oa:end ?e . ?b oa:exact ?q }")
    assert len(quoted) > 500
    assert all(report.text.raw[int(start) : int(end)] == exact for start, end, exact in quoted)


def test_the_same_statement_in_three_places_is_one_node(store: EmbeddedStore, report: Report) -> None:
    nodes = rows(store, "SELECT DISTINCT ?o { GRAPH ?g { ?o a zt:Observation ; zt:printedAt ?p } }")
    places = rows(store, "SELECT DISTINCT ?o ?p { ?o zt:printedAt ?p }")
    assert len(nodes) < len(places)
    rate = [f for f in report.figures if f.quantity.value == Decimal("98.62")]
    assert len(rate) == 3


def test_last_years_level_is_derived_from_level_and_change(store: EmbeddedStore) -> None:
    query = """SELECT ?value { GRAPH graph:derived { ?o a zt:Observation ; sdmx-measure:obsValue ?value } }"""
    values = {Decimal(value) for (value,) in rows(store, query)}
    assert {Decimal(46000), Decimal(81000), Decimal(116257200)} <= values


def test_relations_stand_beside_their_statements(built_graph: rdflib.Dataset, report: Report) -> None:
    facts, shared = (built_graph.graph(graph(name)) for name in (f"report-{report.id}", "reference"))
    statements = list(facts.subjects(RDF.type, RDF.Statement))
    assert len(statements) > 100
    for node in statements:
        subject, predicate, obj = (facts.value(node, p) for p in (RDF.subject, RDF.predicate, RDF.object))
        assert None not in (subject, predicate, obj)
        assert (subject, predicate, obj) in facts or (subject, predicate, obj) in shared
        assert facts.value(node, ZT.basis) is not None


def test_named_graphs_follow_the_life_of_what_they_hold(store: EmbeddedStore, report: Report) -> None:
    held = {iri for (iri,) in rows(store, "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }")}
    names = (
        f"report-{report.id}",
        f"source-{report.id}",
        "derived",
        "quality",
        "reference",
        "ontology",
        "cube",
        "catalog",
    )
    assert held == {str(graph(name)) for name in names}


def test_the_cube_holds_each_key_once(store: EmbeddedStore, report: Report) -> None:
    cube = "GRAPH graph:cube { ?o a qb:Observation ; qb:dataSet ?d } ?o zt:indicator ?i"
    total = int(rows(store, f"SELECT (COUNT(DISTINCT ?o) AS ?n) {{ {cube} }}")[0][0])
    assert total > 200
    assert rows(store, f"SELECT DISTINCT ?d {{ {cube} }}") == [(str(thing("cube", report.id)),)]


def test_a_triple_stands_in_one_graph_so_that_the_union_has_it_once(store: EmbeddedStore) -> None:
    every, single = (
        rows(store, f"SELECT (COUNT(*) AS ?n) {{ {group} }}")
        for group in ("?s ?p ?o", "SELECT DISTINCT ?s ?p ?o { ?s ?p ?o }")
    )
    assert every == single == [(str(len(store)),)]


def test_the_text_is_in_the_graph_as_it_was_read(built_graph: rdflib.Dataset, report: Report) -> None:
    source = built_graph.graph(graph(f"source-{report.id}"))
    (text,) = source.objects(None, SCHEMA.text)
    assert str(text) == report.text.raw
    assert len(list(source.subjects(RDF.type, OA.ResourceSelection))) > 500


def test_a_report_graph_tells_where_it_comes_from(built_graph: rdflib.Dataset, report: Report) -> None:
    catalog = built_graph.graph(graph("catalog"))
    bundle = graph(f"report-{report.id}")
    assert (bundle, RDF.type, PROV.Bundle) in catalog
    reading = catalog.value(bundle, PROV.wasGeneratedBy)
    assert catalog.value(reading, PROV.wasAssociatedWith) is not None


def test_a_relation_is_stated_where_a_row_states_it_and_keeps_the_quotes_of_its_rows(
    built_graph: rdflib.Dataset, report: Report
) -> None:
    facts = built_graph.graph(graph(f"report-{report.id}"))
    rows = defaultdict(list)
    for relation in report.relations:
        rows[relation.subject, relation.predicate, relation.object].append(relation)
    for key, relations in rows.items():
        node = statement(report.id, *key)
        stated = any(relation.basis == "stated" for relation in relations)
        assert facts.value(node, ZT.basis) == code("basis", "stated" if stated else "inferred")
        quotes = {passage(report.text.sha256, span) for relation in relations for span in relation.quote}
        assert set(facts.objects(node, PROV.wasDerivedFrom)) == quotes
    assert {relation.basis for relation in report.relations} == {"stated", "inferred"}


def test_an_office_is_a_unit_of_its_body(built_graph: rdflib.Dataset, report: Report, reference: Reference) -> None:
    facts = built_graph.graph(graph(f"report-{report.id}"))
    nodes = Nodes(report, reference)
    offices = [entity for entity in report.entities.values() if entity.kind == "office" and entity.part_of]
    for office in offices:
        unit_of = rdflib.URIRef(PREFIXES["org"] + "unitOf")
        assert (nodes.entity(office.id), unit_of, nodes.entity(office.part_of)) in facts
    assert offices


def test_a_derived_level_is_as_wide_as_what_it_comes_from(store: EmbeddedStore) -> None:
    query = """SELECT ?low ?high ?l1 ?h1 ?l2 ?h2 { GRAPH graph:derived {
        ?o a zt:Observation ; zt:lowerBound ?low ; zt:upperBound ?high ; prov:wasDerivedFrom ?level , ?change }
      ?level zt:valueForm <https://w3id.org/zhengtu/code/value-form/level> ; zt:lowerBound ?l1 ; zt:upperBound ?h1 .
      ?change zt:valueForm <https://w3id.org/zhengtu/code/value-form/difference> ; zt:lowerBound ?l2 ; zt:upperBound ?h2
    }"""
    derived = [tuple(map(Decimal, row)) for row in rows(store, query)]
    assert derived
    for low, high, level_low, level_high, change_low, change_high in derived:
        assert (low, high) == (level_low - change_high, level_high - change_low)
        assert low < high


def test_a_selector_gives_the_words_around_its_quote(store: EmbeddedStore, report: Report) -> None:
    query = """SELECT ?s ?e ?before ?after { ?p oa:hasSelector ?a , ?b . ?a oa:start ?s ; oa:end ?e .
        ?b oa:prefix ?before ; oa:suffix ?after }"""
    raw = report.text.raw
    for start, end, before, after in rows(store, query):
        assert before == raw[max(0, int(start) - CONTEXT) : int(start)]
        assert after == raw[int(end) : int(end) + CONTEXT]


def test_a_passage_belongs_to_the_section_that_it_stands_in(store: EmbeddedStore, report: Report) -> None:
    query = """SELECT ?s ?section { ?p dcterms:isPartOf ?section ; oa:hasSelector ?a . ?a oa:start ?s }"""
    starts = [section.span.start for section in report.sections] + [len(report.text.raw) + 1]
    sections = [(Span(*ends), section.id) for ends, section in zip(pairwise(starts), report.sections, strict=True)]
    for start, section in rows(store, query):
        inside = next(identifier for span, identifier in sections if span.start <= int(start) < span.end)
        assert section.endswith(f"/section/{report.id}.{inside}")


def test_a_correction_says_why(report: Report, reference: Reference) -> None:
    corrected = replace(report.figures[0], override_reason="印刷有误")
    nodes = Nodes(replace(report, figures=(corrected,), objectives=()), reference)
    reasons = [o for s, p, o in fact_triples(nodes) if p == ZT.overrideReason]
    assert reasons == [rdflib.Literal("印刷有误", lang="zh")]


def test_one_of_its_quotes_stands_for_each_fact(store: EmbeddedStore) -> None:
    query = """
    SELECT ?fact (COUNT(DISTINCT ?main) AS ?mains) (MIN(?starts) AS ?first)
      (SAMPLE(?at) AS ?start) (SAMPLE(?in) AS ?held)
    WHERE {
      VALUES ?class { zt:Observation zt:Recognition zt:Objective schema:Claim rdf:Statement }
      ?fact a ?class ; prov:wasDerivedFrom/oa:hasSelector/oa:start ?starts .
      OPTIONAL { ?fact zt:mainPassage ?main . ?fact prov:wasDerivedFrom ?main . ?main oa:hasSelector ?place .
        ?place oa:start ?at ; oa:end ?to }
      OPTIONAL { ?fact zt:printedAt/oa:hasSelector ?print . ?print oa:start ?from ; oa:end ?until }
      BIND(!BOUND(?from) || (?at <= ?from && ?until <= ?to) AS ?holds)
      BIND(IF(?holds, 1, ?nothing) AS ?in)
    } GROUP BY ?fact"""
    found = rows(store, query)
    assert len(found) > 1000
    assert {mains for _, mains, _, _, _ in found} == {"1"}
    assert {held for *_, held in found} == {"1"}
    assert sum(start == first for _, _, first, start, _ in found) > 0.95 * len(found)
