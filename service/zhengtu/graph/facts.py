"""The fact layer: stated values, claims, honours, objectives, each with its quotes."""

from collections import defaultdict
from collections.abc import Iterator

from rdflib import Literal, URIRef

from zhengtu.graph.literals import decimal, labels, zh
from zhengtu.graph.nodes import Nodes
from zhengtu.model import Quantity, Recognition, Span
from zhengtu.store.quads import Triple
from zhengtu.terms import (
    CODE,
    COMPARATORS,
    DCTERMS,
    QUDT,
    RDF,
    RDFS,
    SCHEMA,
    SDMX_DIMENSION,
    SDMX_MEASURE,
    SKOS,
    UNIT,
    ZT,
    code,
    thing,
)


def fact_triples(nodes: Nodes) -> Iterator[Triple]:
    """Every fact of the report."""
    yield from _scopes(nodes)
    yield from _observations(nodes)
    yield from _claims(nodes)
    for recognition in nodes.report.recognitions:
        yield from _recognition(nodes, recognition)
    yield from _objectives(nodes)
    yield from _contributions(nodes)
    yield from _evidence(nodes)


def quantity_triples(node: URIRef, quantity: Quantity) -> Iterator[Triple]:
    """What a value is, stated or derived."""
    yield node, ZT.comparator, COMPARATORS[quantity.comparator]
    yield node, SDMX_MEASURE.obsValue, decimal(quantity.value)
    yield node, QUDT.hasUnit, UNIT[quantity.unit]
    yield node, ZT.roundingUnit, decimal(quantity.rounding_unit)
    if quantity.low is not None:
        yield node, ZT.lowerBound, decimal(quantity.low)
    if quantity.high is not None:
        yield node, ZT.upperBound, decimal(quantity.high)
    if quantity.classifier:
        yield node, ZT.classifier, Literal(quantity.classifier)


def _scopes(nodes: Nodes) -> Iterator[Triple]:
    for identifier, label in nodes.report.scopes.items():
        node = nodes.scope(identifier)
        yield node, RDF.type, SKOS.Concept
        yield node, SKOS.inScheme, CODE["scope"]
        yield from labels(node, SKOS.prefLabel, label)


def _observations(nodes: Nodes) -> Iterator[Triple]:
    for figure in nodes.report.figures:
        node = nodes.observation(figure)
        yield node, RDF.type, ZT.Observation
        yield node, DCTERMS.isPartOf, nodes.self
        yield node, SCHEMA.about, nodes.entity(figure.about)
        yield node, ZT.indicator, thing("indicator", figure.indicator)
        yield node, ZT.valueRole, code("value-role", figure.role)
        yield node, ZT.valueForm, code("value-form", figure.form)
        yield node, SDMX_DIMENSION.refPeriod, thing("period", figure.period)
        yield node, ZT.scope, nodes.scope(figure.scope)
        yield from quantity_triples(node, figure.quantity)
        yield node, ZT.reportedText, Literal(figure.printed)
        yield node, ZT.printedAt, nodes.passage(figure.printed_at)
        if figure.compared_with:
            yield node, ZT.comparisonPeriod, thing("period", figure.compared_with)
        if figure.quantity.unit_text:
            yield node, SCHEMA.unitText, Literal(figure.quantity.unit_text)
        if figure.override_reason:
            yield node, ZT.overrideReason, zh(figure.override_reason)
        if figure.note:
            yield node, RDFS.comment, zh(figure.note)


def _claims(nodes: Nodes) -> Iterator[Triple]:
    texts: dict[str, str] = {}
    for claim in nodes.report.claims:
        node = nodes.fact("claim", claim.id)
        yield node, RDF.type, SCHEMA.Claim
        yield node, DCTERMS.isPartOf, nodes.self
        yield node, SCHEMA.about, nodes.entity(claim.about)
        yield node, DCTERMS.type, code("claim-type", claim.type)
        yield node, DCTERMS.temporal, thing("period", claim.period)
        # Where a claim is stated twice, its first wording is its text; the others stand in its passages.
        yield node, SCHEMA.text, zh(texts.setdefault(claim.id, claim.text))
        if claim.note:
            yield node, RDFS.comment, zh(claim.note)


def _recognition(nodes: Nodes, recognition: Recognition) -> Iterator[Triple]:
    node, recipient = nodes.fact("recognition", recognition.id), nodes.entity(recognition.recipient)
    yield node, RDF.type, ZT.Recognition
    yield node, DCTERMS.isPartOf, nodes.self
    yield from labels(node, DCTERMS.title, recognition.title)
    yield node, ZT.recipient, recipient
    yield node, SCHEMA.about, recipient
    yield node, DCTERMS.type, code("recognition-type", recognition.type)
    yield node, DCTERMS.temporal, thing("period", recognition.period)
    if recognition.conferred_by:
        yield node, ZT.conferredBy, nodes.entity(recognition.conferred_by)
    if recognition.level:
        yield node, ZT.administrativeLevel, code("administrative-level", recognition.level)
    if recognition.grade:
        yield node, ZT.grade, zh(recognition.grade)
    if recognition.edition:
        yield node, ZT.edition, zh(recognition.edition)
    if recognition.note:
        yield node, RDFS.comment, zh(recognition.note)


def _objectives(nodes: Nodes) -> Iterator[Triple]:
    report = nodes.report
    for objective in report.objectives:
        node = nodes.fact("objective", objective.id)
        yield node, RDF.type, ZT.Objective
        yield node, DCTERMS.isPartOf, nodes.self
        yield node, DCTERMS.identifier, Literal(objective.id)
        yield from labels(node, DCTERMS.title, objective.title)
        yield node, SCHEMA.text, zh(report.text.quoted(objective.quote))
        yield node, SCHEMA.about, nodes.entity(report.body)
        yield node, DCTERMS.temporal, thing("period", report.period)


def _contributions(nodes: Nodes) -> Iterator[Triple]:
    """Which facts report on which objective."""
    answers: dict[str, list[URIRef]] = defaultdict(list)
    for objective in nodes.report.objectives:
        for identifier in objective.answered_by:
            answers[identifier].append(nodes.fact("objective", objective.id))
    report = nodes.report
    facts = {
        **{figure.id: nodes.observation(figure) for figure in report.figures},
        **{claim.id: nodes.fact("claim", claim.id) for claim in report.claims},
        **{honour.id: nodes.fact("recognition", honour.id) for honour in report.recognitions},
    }
    for identifier, objectives in answers.items():
        for objective_node in objectives:
            yield facts[identifier], ZT.contributesTo, objective_node


def _evidence(nodes: Nodes) -> Iterator[Triple]:
    """The quotes of every fact; what is stated at several places has those of all of them."""
    report = nodes.report
    quotes, printed = defaultdict[URIRef, list[Span]](list), defaultdict[URIRef, list[Span]](list)
    for figure in report.figures:
        quotes[nodes.observation(figure)] += figure.quote
        printed[nodes.observation(figure)].append(figure.printed_at)
    for claim in report.claims:
        quotes[nodes.fact("claim", claim.id)] += claim.quote
    for recognition in report.recognitions:
        quotes[nodes.fact("recognition", recognition.id)] += recognition.quote
    for objective in report.objectives:
        quotes[nodes.fact("objective", objective.id)] += objective.quote
    for fact, spans in quotes.items():
        yield from nodes.evidence(fact, spans, printed[fact])
