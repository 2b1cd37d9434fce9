"""Shared reference data in, triples out: indicators, places, periods."""

from collections.abc import Iterator, Mapping

from rdflib import Literal, URIRef

from zhengtu.graph.literals import labels
from zhengtu.model import Period, Reference
from zhengtu.store.quads import Triple
from zhengtu.terms import CODE, DCAT, DCTERMS, QUDT, RDF, SKOS, UNIT, XSD, ZT, code, thing


def reference_triples(reference: Reference) -> Iterator[Triple]:
    """Everything that all reports share, periods apart."""
    yield from _indicators(reference)
    yield from _places(reference)


def period_triples(periods: Mapping[str, Period]) -> Iterator[Triple]:
    """Periods as dcterms:PeriodOfTime; only an end date means cumulative to that day."""
    for period in periods.values():
        node = thing("period", period.id)
        yield node, RDF.type, DCTERMS.PeriodOfTime
        yield from labels(node, SKOS.prefLabel, period.name)
        if period.start:
            yield node, DCAT.startDate, Literal(period.start, datatype=XSD.date)
        if period.end:
            yield node, DCAT.endDate, Literal(period.end, datatype=XSD.date)


def _indicators(reference: Reference) -> Iterator[Triple]:
    for indicator in reference.indicators.values():
        node = thing("indicator", indicator.id)
        yield node, RDF.type, ZT.Indicator
        yield from labels(node, SKOS.prefLabel, indicator.name)
        yield node, SKOS.inScheme, CODE["indicator"]
        yield node, QUDT.hasUnit, UNIT[indicator.unit]
        yield node, ZT.desiredDirection, code("direction", indicator.direction)
        if indicator.broader:
            yield node, SKOS.broader, thing("indicator", indicator.broader)
        if indicator.dimension:
            yield node, ZT.dimension, code("indicator-framework", indicator.dimension)
        if indicator.classifier:
            yield node, ZT.classifier, Literal(indicator.classifier)


def _places(reference: Reference) -> Iterator[Triple]:
    for place in reference.places.values():
        node = thing("place", place.id)
        yield node, RDF.type, DCTERMS.Location
        yield from labels(node, SKOS.prefLabel, place.name)
        if place.code:
            yield node, DCTERMS.identifier, Literal(place.code)
        if place.part_of:
            yield node, DCTERMS.isPartOf, thing("place", place.part_of)
        if place.exact_match:
            yield node, SKOS.exactMatch, URIRef(place.exact_match)
