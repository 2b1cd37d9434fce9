"""Everything in its named graph."""

from collections.abc import Container, Iterable, Iterator
from decimal import Decimal
from pathlib import Path

import rdflib

from zhengtu.graph import audit, derived, entities, facts, provenance, quality, reference, source
from zhengtu.graph.nodes import Nodes
from zhengtu.model import Check, Reference, Report
from zhengtu.store.quads import Quad, Triple, construct
from zhengtu.terms import graph

ONTOLOGY_FILES = ("zhengtu.ttl", "codes.ttl", "terms.ttl", "alignment.ttl", "cube.ttl")


def report_quads(report: Report, shared: Reference, coverage: Decimal, checks: tuple[Check, ...]) -> Iterator[Quad]:
    """The graphs of one report; `coverage` is the measured share of accounted numbers (0 to 1)."""
    nodes = Nodes(report, shared, checks)
    yield from _into(f"report-{report.id}", source.report_triples(nodes))
    yield from _into(f"report-{report.id}", entities.entity_triples(nodes))
    yield from _into(f"report-{report.id}", entities.relation_triples(nodes))
    yield from _into(f"report-{report.id}", facts.fact_triples(nodes))
    yield from _into(f"source-{report.id}", source.text_triples(nodes))
    yield from _into(f"source-{report.id}", source.passage_triples(nodes))
    yield from _into("derived", derived.derived_triples(nodes))
    yield from _into("quality", audit.audit_triples(nodes))
    yield from _into("quality", quality.coverage_triples(nodes, coverage))
    yield from _into("reference", reference.period_triples(report.periods))
    yield from _into("catalog", provenance.provenance_triples(nodes))


def shared_quads(shared: Reference, ontology: Path) -> Iterator[Quad]:
    """The graphs that belong to no report."""
    yield from _into("reference", reference.reference_triples(shared))
    yield from _into("derived", derived.activity_triples())
    yield from _into("quality", quality.metric_triples())
    yield from _into("catalog", provenance.software_triples())
    for name in ONTOLOGY_FILES:
        yield from _into("ontology", rdflib.Graph().parse(ontology / name, format="turtle"))  # type: ignore[arg-type]


def cube_quads(quads: Iterable[Quad], ontology: Path) -> Iterator[Quad]:
    """The figures among `quads` as a W3C Data Cube: what ontology/cube.rq constructs, the same for every report."""
    return _into("cube", construct(quads, (ontology / "cube.rq").read_text(encoding="utf-8")))


def fresh(quads: Iterable[Quad], stated: Container[Triple]) -> Iterator[Quad]:
    """The quads whose triple no other graph states yet.

    The default graph is the union of all graphs, and engines count there what stands in two of them twice.
    """
    return (quad for quad in quads if quad[:3] not in stated)


def _into(name: str, triples: Iterable[Triple]) -> Iterator[Quad]:
    node = graph(name)
    return ((subject, predicate, obj, node) for subject, predicate, obj in triples)
