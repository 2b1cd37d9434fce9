"""The built graph: bytes, nodes, evidence, derived values, cube."""

from decimal import Decimal
from pathlib import Path

import rdflib

from zhengtu import pipeline, settings
from zhengtu.model import Report
from zhengtu.namespaces import PREFIXES
from zhengtu.settings import Settings
from zhengtu.store.embedded import EmbeddedStore
from zhengtu.terms import OA, PROV, RDF, SCHEMA, ZT, graph, thing

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
    assert len(written) == 5
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
    for statement in statements:
        subject, predicate, obj = (facts.value(statement, p) for p in (RDF.subject, RDF.predicate, RDF.object))
        assert None not in (subject, predicate, obj)
        assert (subject, predicate, obj) in facts or (subject, predicate, obj) in shared
        assert facts.value(statement, ZT.basis) is not None


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
