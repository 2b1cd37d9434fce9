"""The built graph conforms; with one thing deleted, altered or added, exactly the expected rule says so."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache

import pytest
import rdflib
from rdflib import BNode, Literal, URIRef
from rdflib.term import Node
from tests.shapes.test_shapes import alone

from zhengtu import rooms
from zhengtu.check import rules, shacl
from zhengtu.check.names import name, places
from zhengtu.model import Run
from zhengtu.publish.validation import FORMATS
from zhengtu.terms import (
    ADMS,
    CODE,
    DCTERMS,
    DQV,
    ID,
    OA,
    PROV,
    QUDT,
    RDF,
    SCHEMA,
    SDMX_MEASURE,
    SH,
    SKOS,
    UNIT,
    XSD,
    ZT,
)

OWN = rules.OWN
Triples = list[tuple[Node, Node, Node]]
Count = Callable[[str, bytes], int]
Change = Callable[[rdflib.Graph], tuple[Node, Triples, Triples]]
"""A graph in; the thing that the finding names, the triples to take away and those to add out."""
OBSERVATION = ID["observation/huizhou-zsj-2024."]
UNLISTED = CODE["nowhere/unlisted"]


@cache
def shapes() -> rdflib.Graph:
    """The rules for our data."""
    return shacl.read_shapes(shacl.shape_files(rooms.shapes()))


@contextmanager
def changed(view: rdflib.Graph, away: Triples, new: Triples) -> Iterator[rdflib.Graph]:
    """The graph with a change, which is undone after."""
    assert all(triple in view for triple in away)
    assert not any(triple in view for triple in new)
    for triple in away:
        view.remove(triple)
    for triple in new:
        view.add(triple)
    try:
        yield view
    finally:
        for triple in new:
            view.remove(triple)
        for triple in away:
            view.add(triple)


def one(nodes: Iterator[Node]) -> Node:
    """The first of the nodes by name."""
    return min(nodes, key=str)


def of(kind: Node) -> Callable[[rdflib.Graph], Node]:
    """The first thing of a class."""
    return lambda view: one(view.subjects(RDF.type, kind))


def stated(view: rdflib.Graph) -> Node:
    """The first value that is printed in the report."""
    return one(view.subjects(ZT.reportedText))


def computed(view: rdflib.Graph) -> Node:
    """The first value that is computed from others."""
    return one(s for s in view.subjects(PROV.wasGeneratedBy) if (s, RDF.type, ZT.Observation) in view)


def about(thing: str, change: Change) -> Change:
    """A change that is noticed at another thing than the one that changed."""
    return lambda view: (ID[thing], *change(view)[1:])


def with_form(form: str) -> Callable[[rdflib.Graph], Node]:
    """The first value of a form that names what it is compared with."""
    return lambda view: one(
        s for s in view.subjects(ZT.valueForm, CODE[f"value-form/{form}"]) if (s, ZT.comparisonPeriod, None) in view
    )


def without(pick: Callable[[rdflib.Graph], Node], predicate: URIRef) -> Change:
    """Delete: a property of a thing."""

    def change(view: rdflib.Graph) -> tuple[Node, Triples, Triples]:
        node = pick(view)
        return node, list(view.triples((node, predicate, None))), []

    return change


def instead(pick: Callable[[rdflib.Graph], Node], predicate: URIRef, value: Node) -> Change:
    """Alter: a property of a thing has another value."""

    def change(view: rdflib.Graph) -> tuple[Node, Triples, Triples]:
        node = pick(view)
        return node, list(view.triples((node, predicate, None))), [(node, predicate, value)]

    return change


def also(pick: Callable[[rdflib.Graph], Node], predicate: URIRef, value: Node) -> Change:
    """Add: a second value of a property."""

    def change(view: rdflib.Graph) -> tuple[Node, Triples, Triples]:
        node = pick(view)
        return node, [], [(node, predicate, value)]

    return change


def named(node: URIRef) -> Callable[[rdflib.Graph], Node]:
    """A thing by its IRI."""
    return lambda _: node


def observed(text: str) -> Callable[[rdflib.Graph], Node]:
    """The first value whose IRI has these words after the report's."""
    return lambda view: one(s for s in view.subjects(RDF.type, ZT.Observation) if str(s).startswith(OBSERVATION + text))


def decimal(text: str) -> Literal:
    return Literal(text, datatype=XSD.decimal)


def coded(pick: Callable[[rdflib.Graph], Node], predicate: URIRef) -> Change:
    return instead(pick, predicate, UNLISTED)


def subject_of(predicate: URIRef) -> Callable[[rdflib.Graph], Node]:
    return lambda view: one(view.subjects(predicate))


def position(view: rdflib.Graph) -> tuple[Node, Triples, Triples]:
    node = one(view.subjects(OA.start))
    last = Literal("99999", datatype=XSD.nonNegativeInteger)
    return node, list(view.triples((node, OA.start, None))), [(node, OA.start, last)]


def quote(view: rdflib.Graph) -> tuple[Node, Triples, Triples]:
    passage = of(OA.ResourceSelection)(view)
    words = next(o for o in view.objects(passage, OA.hasSelector) if (o, OA.exact, None) in view)
    return passage, list(view.triples((words, OA.exact, None))), [(words, OA.exact, Literal("not what it says"))]


def twice_quoted(view: rdflib.Graph) -> tuple[Node, Triples, Triples]:
    node, passages = stated(view), view.subjects(RDF.type, OA.ResourceSelection)
    other = one(passage for passage in passages if (node, ZT.mainPassage, passage) not in view)
    return node, [], [(node, ZT.mainPassage, other)]


def unasserted(view: rdflib.Graph) -> tuple[Node, Triples, Triples]:
    node = of(RDF.Statement)(view)
    subject, predicate, obj = (view.value(node, part) for part in (RDF.subject, RDF.predicate, RDF.object))
    assert subject is not None
    assert predicate is not None
    assert obj is not None
    return node, [(subject, predicate, obj)], []


def unanchored(view: rdflib.Graph) -> tuple[Node, Triples, Triples]:
    node = one(view.subjects(RDF.predicate, ZT.supports))
    subject = view.value(node, RDF.subject)
    assert subject is not None
    return subject, list(view.triples((node, RDF.object, None))), []


def unrecorded(view: rdflib.Graph) -> tuple[Node, Triples, Triples]:
    node = ID["finding/huizhou-zsj-2024.hotline-requests"]
    value = min(view.objects(node, OA.hasTarget), key=str)
    return value, [(node, RDF.type, DQV.QualityAnnotation)], []


def untitled(view: rdflib.Graph) -> tuple[Node, Triples, Triples]:
    node = of(DCTERMS.PeriodOfTime)(view)
    return node, [t for t in view.triples((node, SKOS.prefLabel, None)) if getattr(t[2], "language", "") == "zh"], []


CHANGES: dict[str, Change] = {
    "Observation": without(stated, QUDT.hasUnit),
    "ObservationOrigin": without(computed, PROV.wasGeneratedBy),
    "StatedObservation": without(stated, ZT.printedAt),
    "ComparisonPeriodOfDifference": without(with_form("difference"), ZT.comparisonPeriod),
    "ComparisonPeriodOfGrowthRate": without(with_form("growth-rate"), ZT.comparisonPeriod),
    "Claim": without(of(SCHEMA.Claim), DCTERMS.type),
    "Recognition": without(of(ZT.Recognition), ZT.recipient),
    "Objective": without(of(ZT.Objective), DCTERMS.identifier),
    "Statement": without(of(RDF.Statement), ZT.basis),
    "RelationAnchored": unanchored,
    "StatementAsserted": unasserted,
    "Report": without(of(SCHEMA.Report), DCTERMS.creator),
    "SourceText": without(of(SCHEMA.DigitalDocument), SCHEMA.text),
    "Section": without(of(URIRef("http://purl.org/spar/doco/Section")), SCHEMA.position),
    "Passage": without(of(OA.ResourceSelection), DCTERMS.isPartOf),
    "Entity": also(of(ZT.Platform), SKOS.prefLabel, Literal("又一名称", lang="zh")),
    "Indicator": without(of(ZT.Indicator), QUDT.hasUnit),
    "ReferenceItem": untitled,
    "Finding": without(of(DQV.QualityAnnotation), DCTERMS.type),
    "NumberCoverage": instead(of(DQV.QualityMeasurement), DQV.value, decimal("0.99")),
    "TargetHasActual": about(
        "observation/huizhou-zsj-2024.huiyunyan.complaint-handling-rate.target.level.2024.100",
        without(observed("huiyunyan.complaint-handling-rate.actual"), ZT.valueRole),
    ),
    "MainPassage": twice_quoted,
    "PassageSpan": position,
    "QuoteMatchesText": quote,
    "PrintedInQuote": without(stated, PROV.wasDerivedFrom),
    "ReportedTextMatchesPrint": instead(stated, ZT.reportedText, Literal("others")),
    "Bounds": instead(stated, ZT.lowerBound, decimal("99999999999")),
    "NoUnrecordedConflict": unrecorded,
    "GrowthRate": instead(
        observed("huizhou-data-bureau.agency-operating-expense.approved-budget.growth-rate"),
        SDMX_MEASURE.obsValue,
        decimal("-12"),
    ),
    "DerivedLevel": instead(computed, SDMX_MEASURE.obsValue, decimal("1")),
    "OneUnit": about(
        "indicator/hotline-connection-rate",
        instead(observed("hotline-12345.hotline-connection-rate.target"), QUDT.hasUnit, UNIT["HR"]),
    ),
    "PartsWithinWhole": about(
        "observation/huizhou-zsj-2024.huizhou-data-bureau.three-public-expenses.approved-budget.level.2024.88200",
        instead(
            observed("huizhou-data-bureau.overseas-travel-expense.approved-budget.level.2024"),
            SDMX_MEASURE.obsValue,
            decimal("900000000"),
        ),
    ),
    "ValueRoleCode": coded(stated, ZT.valueRole),
    "ValueFormCode": coded(stated, ZT.valueForm),
    "ComparatorCode": coded(stated, ZT.comparator),
    "ScopeCode": coded(stated, ZT.scope),
    "ClaimTypeCode": coded(of(SCHEMA.Claim), DCTERMS.type),
    "RecognitionTypeCode": coded(of(ZT.Recognition), DCTERMS.type),
    "AdministrativeLevelCode": coded(subject_of(ZT.administrativeLevel), ZT.administrativeLevel),
    "BasisCode": coded(of(RDF.Statement), ZT.basis),
    "DirectionCode": coded(of(ZT.Indicator), ZT.desiredDirection),
    "DimensionCode": coded(subject_of(ZT.dimension), ZT.dimension),
    "StatusCode": coded(subject_of(ADMS.status), ADMS.status),
    "EntityKindCode": coded(of(ZT.Platform), DCTERMS.type),
    "ProfileCode": coded(of(SCHEMA.Report), DCTERMS.conformsTo),
    "IssueTypeCode": coded(of(DQV.QualityAnnotation), DCTERMS.type),
}


def test_every_rule_has_a_change() -> None:
    assert {OWN[shape] for shape in CHANGES} == set(rules.targeted(shapes()))


@pytest.mark.parametrize("shape", CHANGES)
def test_one_change_gives_one_finding_in_every_format(shape: str, view: rdflib.Graph, count: Count) -> None:
    rule = alone(OWN[shape])
    before = set(shacl.validate(view, rule))
    thing, away, new = CHANGES[shape](view)
    with changed(view, away, new):
        found = [f for f in shacl.validate(view, rule) if f not in before]
        found = [replace(f, label=name(view, thing), places=places(view, thing)) for f in found]
    assert len(found) == 1
    assert found[0].shape in {str(OWN[shape]), *map(str, shapes().objects(OWN[shape], SH.property))}
    assert [f.thing for f in found] == [str(thing)]
    assert all(f.message.zh and f.message.en for f in found)
    run = Run("data", "0" * 64, "1" * 64, "engine", rules.rules(rule, view), tuple(found))
    for form, write in FORMATS.items():
        assert count(form, write(run)) == 1, form
        assert (str(thing) if form != "html" else found[0].message.en.split(".")[0][:12]).encode() in write(run), form


def test_the_build_has_no_violation(runs: tuple[Run, ...]) -> None:
    ours, documents = runs
    assert (ours.status, ours.count("Violation")) == (0, 0)
    assert documents.status == 0


def test_a_path_of_several_steps_is_told_as_sparql_writes_it() -> None:
    graph = rdflib.Graph().parse(
        data=f"@prefix sh: <{SH}> . @prefix ex: <urn:> . ex:a ex:p ( ex:b [ sh:inversePath ex:c ] "
        "[ sh:alternativePath ( ex:d [ sh:zeroOrMorePath ex:e ] ) ] ) .",
        format="turtle",
    )
    path = shacl.path(graph, graph.value(URIRef("urn:a"), URIRef("urn:p")))
    assert path == "<urn:b>/^<urn:c>/(<urn:d>|(<urn:e>)*)"
    assert isinstance(graph.value(URIRef("urn:a"), URIRef("urn:p")), BNode)
