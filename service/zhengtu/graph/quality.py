"""How much of the text is accounted for."""

from collections.abc import Iterator
from decimal import Decimal

from zhengtu.graph.literals import decimal, en, zh
from zhengtu.graph.nodes import Nodes
from zhengtu.store.quads import Triple
from zhengtu.terms import DQV, ID, LDQD, RDF, SKOS, graph

METRIC = ID["metric/number-coverage"]


def coverage_triples(nodes: Nodes, coverage: Decimal) -> Iterator[Triple]:
    """The measured share (0 to 1) of the text's numbers that are accounted for."""
    node = ID[f"measurement/{nodes.report.id}.number-coverage"]
    yield node, RDF.type, DQV.QualityMeasurement
    yield node, DQV.computedOn, graph(f"report-{nodes.report.id}")
    yield node, DQV.isMeasurementOf, METRIC
    yield node, DQV.value, decimal(coverage)


def metric_triples() -> Iterator[Triple]:
    """The metric itself."""
    yield METRIC, RDF.type, DQV.Metric
    yield METRIC, DQV.inDimension, LDQD.completeness
    yield METRIC, SKOS.prefLabel, zh("原文数字登记率")
    yield METRIC, SKOS.prefLabel, en("share of the text's numbers accounted for")
    yield METRIC, SKOS.definition, zh("原文中已登记为数值、或已说明为何不是数值的数字所占比例。")
    yield (
        METRIC,
        SKOS.definition,
        en("Share of the numbers in the text that are a figure or listed, with a reason, as none."),
    )
