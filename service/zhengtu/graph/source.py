"""The text layer: report, frozen text, sections, and every passage that a fact quotes."""

from collections.abc import Iterator

from rdflib import Literal

from zhengtu.graph.literals import integer, labels, whole
from zhengtu.graph.nodes import Nodes
from zhengtu.model import Label, Report, Span
from zhengtu.store.quads import Triple
from zhengtu.terms import DCTERMS, DOCO, OA, PROV, RDF, RDFS, SCHEMA, code, selectors, thing

CONTEXT = 24
"""Characters before and after a quote in its selector (Web Annotation Data Model, section 4.2.4)."""


def report_triples(nodes: Nodes) -> Iterator[Triple]:
    """The report as a document."""
    report, self = nodes.report, nodes.self
    yield self, RDF.type, SCHEMA.Report
    yield from labels(self, DCTERMS.title, report.title)
    yield self, DCTERMS.identifier, Literal(report.id)
    yield self, DCTERMS.creator, nodes.entity(report.body)
    yield self, DCTERMS.temporal, thing("period", report.period)
    yield self, DCTERMS.spatial, thing("place", report.place)
    yield self, DCTERMS.conformsTo, code("profile", report.profile)
    yield self, DCTERMS.hasFormat, nodes.text
    origin = Label(
        f"发布者：{report.publisher}；来源：{report.source_url}；取得日期：{report.retrieved}",
        f"publisher: {report.publisher}; source: {report.source_url}; retrieved: {report.retrieved}",
    )
    yield from labels(self, RDFS.comment, origin)


def text_triples(nodes: Nodes) -> Iterator[Triple]:
    """The frozen text and its sections."""
    report, text = nodes.report, nodes.text
    yield text, RDF.type, SCHEMA.DigitalDocument
    yield text, RDF.type, PROV.Entity
    zh, en = report.title.zh, report.title.en
    yield from labels(text, DCTERMS.title, Label(f"{zh}：全文", en and f"{en}: full text"))
    yield text, SCHEMA.text, Literal(report.text.raw)
    yield text, SCHEMA.encodingFormat, Literal("text/plain")
    yield text, DCTERMS.identifier, Literal(f"sha256:{report.text.sha256}")
    yield text, DCTERMS.extent, Literal(f"{len(report.text.raw)} characters")
    yield from labels(text, DCTERMS.rights, report.rights)
    for section in report.sections:
        node = nodes.fact("section", section.id)
        yield node, RDF.type, DOCO.Section
        yield from labels(node, DCTERMS.title, section.title)
        yield node, SCHEMA.position, integer(section.position)
        yield node, DCTERMS.isPartOf, nodes.fact("section", section.parent) if section.parent else nodes.self


def passage_triples(nodes: Nodes) -> Iterator[Triple]:
    """Every passage that the report's facts, names and checks point to."""
    for span in sorted(_quoted(nodes.report).union(*(check.spans for check in nodes.checks))):
        yield from _passage(nodes, span)


def _passage(nodes: Nodes, span: Span) -> Iterator[Triple]:
    text, node = nodes.report.text, nodes.passage(span)
    position, quote = selectors(text.sha256, span)
    yield node, RDF.type, OA.ResourceSelection
    yield node, OA.hasSource, nodes.text
    yield node, DCTERMS.isPartOf, nodes.fact("section", nodes.report.section_of(span).id)
    yield node, OA.hasSelector, position
    yield node, OA.hasSelector, quote
    yield position, RDF.type, OA.TextPositionSelector
    yield position, OA.start, whole(span.start)
    yield position, OA.end, whole(span.end)
    yield quote, RDF.type, OA.TextQuoteSelector
    yield quote, OA.exact, Literal(text.slice(span))
    yield quote, OA.prefix, Literal(text.raw[max(0, span.start - CONTEXT) : span.start])
    yield quote, OA.suffix, Literal(text.raw[span.end : span.end + CONTEXT])


def _quoted(report: Report) -> frozenset[Span]:
    quotes = [
        *(entity.mention for entity in report.entities.values()),
        *(fact.quote for fact in report.figures),
        *((fact.printed_at,) for fact in report.figures),
        *(fact.quote for fact in report.claims),
        *(fact.quote for fact in report.recognitions),
        *(fact.quote for fact in report.relations),
        *(fact.quote for fact in report.objectives),
    ]
    return frozenset(span for spans in quotes for span in spans)
