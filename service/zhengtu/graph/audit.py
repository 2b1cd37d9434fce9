"""Checks in, triples out: each an earl:Assertion; what disagrees is also a finding that holds both statements."""

from collections.abc import Iterator

from rdflib import Literal, URIRef

from zhengtu.graph.literals import labels
from zhengtu.graph.nodes import Nodes
from zhengtu.graph.provenance import SOFTWARE
from zhengtu.model import Check
from zhengtu.store.quads import Triple
from zhengtu.terms import DCTERMS, DQV, EARL, LDQD, OA, PROV, RDF, RDFS, ZT, code, thing


def audit_triples(nodes: Nodes) -> Iterator[Triple]:
    """Every check of the report (EARL 1.0), and a finding for each that has a type."""
    read = {comparison.id for comparison in nodes.report.comparisons}
    figures = {figure.id: nodes.observation(figure) for figure in nodes.report.figures}
    for check in nodes.checks:
        subjects = [figures[figure] for figure in check.figures] or [nodes.passage(span) for span in check.spans]
        yield from _check(nodes, check, subjects, by_reader=check.id in read)
        # Places that contradict each other, seen by no reader, are rows to look at first: the shapes ask for them.
        if check.type and (check.id in read or (check.rule, check.type) != ("same", "conflict")):
            yield from _finding(nodes, check, subjects)


def _check(nodes: Nodes, check: Check, subjects: list[URIRef], *, by_reader: bool) -> Iterator[Triple]:
    node, result = nodes.fact("check", check.id), nodes.fact("check-result", check.id)
    yield node, RDF.type, EARL.Assertion
    yield node, DCTERMS.isPartOf, nodes.self
    yield node, DCTERMS.identifier, Literal(check.id)
    yield from labels(node, DCTERMS.title, check.title)
    yield node, EARL.test, code("audit-rule", check.rule)
    if check.type:
        yield node, DCTERMS.type, code("issue-type", check.type)
    yield node, EARL.mode, EARL.manual if by_reader else EARL.automatic
    yield node, EARL.assertedBy, thing("agent", nodes.report.accepted_by) if by_reader else SOFTWARE
    for subject in subjects:
        yield node, EARL.subject, subject
    for span in check.spans:
        yield node, PROV.wasDerivedFrom, nodes.passage(span)
    yield node, EARL.result, result
    yield result, RDF.type, EARL.TestResult
    yield from labels(result, DCTERMS.title, check.title)
    yield result, EARL.outcome, EARL[check.outcome]
    yield from labels(result, EARL.info, check.explanation)
    if check.stated:
        yield result, ZT.statedResult, Literal(check.stated)
    if check.computed:
        yield result, ZT.computedResult, Literal(check.computed)


def _finding(nodes: Nodes, check: Check, subjects: list[URIRef]) -> Iterator[Triple]:
    """Both statements stay, none is preferred."""
    node = nodes.fact("finding", check.id)
    yield node, RDF.type, DQV.QualityAnnotation
    yield node, DCTERMS.isPartOf, nodes.self
    yield node, DCTERMS.type, code("issue-type", check.type)
    yield node, DQV.inDimension, LDQD.consistency
    yield node, OA.motivatedBy, DQV.qualityAssessment
    yield node, PROV.wasDerivedFrom, nodes.fact("check", check.id)
    yield from labels(node, RDFS.comment, check.explanation)
    for subject in subjects:
        yield node, OA.hasTarget, subject
