"""Stated level and change in, last year's level out: derived values, each pointing to what it was computed from."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from rdflib import URIRef

from zhengtu.graph.facts import quantity_triples
from zhengtu.graph.literals import en, zh
from zhengtu.graph.nodes import Nodes
from zhengtu.model import Figure, Quantity
from zhengtu.store.quads import Triple
from zhengtu.terms import DCTERMS, ID, PROV, RDF, RDFS, SCHEMA, SDMX_DIMENSION, ZT, code, observation, thing

ACTIVITY = ID["activity/derive-previous-level"]

Key = tuple[str, str, str, str, str]


def derived_triples(nodes: Nodes) -> Iterator[Triple]:
    """The level of the comparison period = level − change, where the report states both and not the result."""
    levels, changes = _by_key(nodes, "level"), _by_key(nodes, "difference")
    for key, differences in changes.items():
        for change in differences.values():
            about, indicator, role, _, scope = key
            if (about, indicator, role, change.compared_with, scope) in levels:
                continue
            for level in levels.get(key, {}).values():
                if level.quantity.comparator == change.quantity.comparator == "eq":
                    yield from _previous(nodes, level, change)


def activity_triples() -> Iterator[Triple]:
    """The rule by which levels are derived."""
    yield ACTIVITY, RDF.type, PROV.Activity
    yield ACTIVITY, RDFS.label, zh("上年数 = 本年数 − 增减额")
    yield ACTIVITY, RDFS.label, en("level of the previous period = level − change")


def _by_key(nodes: Nodes, form: str) -> dict[Key, dict[URIRef, Figure]]:
    found: dict[Key, dict[URIRef, Figure]] = defaultdict(dict)
    for figure in nodes.report.figures:
        if figure.form == form:
            key = (figure.about, figure.indicator, figure.role, figure.period, figure.scope)
            found[key].setdefault(nodes.observation(figure), figure)
    return found


def _previous(nodes: Nodes, level: Figure, change: Figure) -> Iterator[Triple]:
    quantity = _difference(level.quantity, change.quantity)
    key = (level.about, level.indicator, level.role, "level", change.compared_with)
    node = observation(nodes.report.id, key, "eq", quantity.value, level.scope)
    yield node, RDF.type, ZT.Observation
    yield node, DCTERMS.isPartOf, nodes.self
    yield node, SCHEMA.about, nodes.entity(level.about)
    yield node, ZT.indicator, thing("indicator", level.indicator)
    yield node, ZT.valueRole, code("value-role", level.role)
    yield node, ZT.valueForm, code("value-form", "level")
    yield node, SDMX_DIMENSION.refPeriod, thing("period", change.compared_with)
    yield from quantity_triples(node, quantity)
    yield node, ZT.scope, nodes.scope(level.scope)
    yield node, PROV.wasDerivedFrom, nodes.observation(level)
    yield node, PROV.wasDerivedFrom, nodes.observation(change)
    yield node, PROV.wasGeneratedBy, ACTIVITY


def _difference(level: Quantity, change: Quantity) -> Quantity:
    """Interval arithmetic: the result is as wide as both together."""
    return replace(
        level,
        value=level.value - change.value,
        low=_minus(level.low, change.high),
        high=_minus(level.high, change.low),
        rounding_unit=max(level.rounding_unit, change.rounding_unit),
    )


def _minus(bound: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if bound is None or other is None else bound - other
