"""A run in, RDF out: a sh:ValidationReport with a named node for everything, and where it comes from. No clock.

The requirements on a document are earl:Assertions beside it, so that "which are absent" is a query.
"""

import re
from collections.abc import Iterator

from rdflib import Literal, URIRef

from zhengtu import __version__
from zhengtu.model import Finding, Label, Quotation, Requirement, Rule, Run
from zhengtu.publish.validation.words import finding_id, heading, outcome, rule_of, short, verdict
from zhengtu.store.quads import Triple, turtle
from zhengtu.terms import DCTERMS, EARL, ID, OA, PROV, RDF, RDFS, SH, XSD, code, thing

ACTIVITY = Label("校验", "Validation")
JUDGED = Label("所校验的数据", "What was judged")
RULES = Label("校验所用规则", "The rules it was judged by")
STEPS = re.compile(r"<[^<>]*>(/<[^<>]*>)*")
GENID = ID["genid/"]
"""Blank nodes of files that someone else wrote get IRIs here (RDF 1.1 Concepts, section 3.5)."""


def turtle_report(run: Run) -> bytes:
    """The report as Turtle, the same bytes at every run."""
    return turtle(report_triples(run, alone=True))


def report_triples(run: Run, *, alone: bool = False) -> Iterator[Triple]:
    """The report, its findings, the requirements, and the rules that they name.

    A report that stands `alone` also tells the names and the quotes that stand in the graph which it judged.
    """
    yield from _report(run)
    yield from _activity(run)
    for finding in run.findings:
        yield from _result(run, finding)
        if alone:
            yield from _context(finding)
    for one in run.requirements:
        yield from _assertion(run, one)
    named = {*(one.rule for one in run.requirements), *(rule_of(run, finding) for finding in run.findings)}
    for rule in sorted((rule for rule in named if rule), key=lambda rule: rule.id):
        yield from _rule(rule)


def report_node(run: Run) -> URIRef:
    """The report: named by what it judged and by which rules."""
    return thing("validation", f"{run.subject}.{run.data[:8]}.{run.shapes[:8]}")


def _report(run: Run) -> Iterator[Triple]:
    node, said = report_node(run), verdict(run)
    yield node, RDF.type, SH.ValidationReport
    yield node, RDF.type, PROV.Entity
    conforms = str(not run.findings).lower()
    yield node, SH.conforms, Literal(conforms, datatype=XSD.boolean, normalize=False)
    yield from _both(node, RDFS.label, said)
    yield node, DCTERMS.type, Literal(run.subject)
    yield node, PROV.wasDerivedFrom, thing("judged", run.data[:16])
    yield node, PROV.wasGeneratedBy, thing("activity", f"validate.{run.subject}.{run.data[:8]}.{run.shapes[:8]}")
    for finding in run.findings:
        yield node, SH.result, _node(finding)


def _activity(run: Run) -> Iterator[Triple]:
    data, rules = thing("judged", run.data[:16]), thing("rules", run.shapes[:16])
    activity = thing("activity", f"validate.{run.subject}.{run.data[:8]}.{run.shapes[:8]}")
    yield activity, RDF.type, PROV.Activity
    yield from _both(activity, RDFS.label, ACTIVITY)
    yield activity, DCTERMS.description, Literal(run.engine)
    yield activity, PROV.wasAssociatedWith, ID[f"agent/zhengtu-{__version__}"]
    for used, sha256, name in ((data, run.data, JUDGED), (rules, run.shapes, RULES)):
        yield activity, PROV.used, used
        yield used, RDF.type, PROV.Entity
        yield from _both(used, RDFS.label, name)
        yield used, DCTERMS.identifier, Literal(f"sha256:{sha256}")


def _result(run: Run, finding: Finding) -> Iterator[Triple]:
    node = _node(finding)
    yield node, RDF.type, SH.ValidationResult
    yield node, SH.focusNode, _term(finding.focus)
    yield node, SH.resultSeverity, SH[finding.severity]
    yield node, SH.sourceConstraintComponent, _component(finding)
    yield from _both(node, RDFS.label, heading(run, finding))
    yield from _both(node, SH.resultMessage, finding.message)
    if finding.shape:
        yield node, SH.sourceShape, URIRef(finding.shape)
    if finding.constraint.startswith("http"):
        yield node, SH.sourceConstraint, URIRef(finding.constraint)
    if finding.value:
        yield node, SH.value, _term(finding.value)
    if finding.report:
        yield node, DCTERMS.source, thing("report", finding.report)
    if run.subject == "document" and finding.constraint:
        yield node, DCTERMS.type, code("completeness", finding.constraint)
    yield from _path(node, finding.path)
    for place in finding.places:
        yield node, PROV.wasDerivedFrom, URIRef(place.passage)


def _component(finding: Finding) -> URIRef:
    """What kind of constraint failed; two kinds are this project's own, beside those of SHACL."""
    if finding.reason == "result":
        return SH.SPARQLConstraintComponent if finding.constraint else SH.NodeConstraintComponent
    return URIRef(f"https://w3id.org/zhengtu/shapes#{finding.reason}")


def _path(node: URIRef, path: str) -> Iterator[Triple]:
    """A predicate, or a sequence of predicates as a list with named nodes; other paths are told by the source shape."""
    steps = path[1:-1].split(">/<") if STEPS.fullmatch(path) else []
    if len(steps) == 1:
        yield node, SH.resultPath, URIRef(steps[0])
        return
    for number, step in enumerate(steps):
        cell, rest = URIRef(f"{node}.path-{number}"), URIRef(f"{node}.path-{number + 1}")
        if number == 0:
            yield node, SH.resultPath, cell
        yield cell, RDF.first, URIRef(step)
        yield cell, RDF.rest, rest if number + 1 < len(steps) else RDF.nil


def _context(finding: Finding) -> Iterator[Triple]:
    named = _term(finding.thing)
    if isinstance(named, URIRef):
        yield from _both(named, RDFS.label, finding.label)
    for place in finding.places:
        yield from _place(place)


def _place(place: Quotation) -> Iterator[Triple]:
    text, _, span = place.passage.partition("#char=")
    passage, position, quote = URIRef(place.passage), URIRef(f"{text}#position={span}"), URIRef(f"{text}#quote={span}")
    yield passage, OA.hasSelector, position
    yield passage, OA.hasSelector, quote
    yield position, OA.start, Literal(str(place.start), datatype=XSD.nonNegativeInteger, normalize=False)
    yield position, OA.end, Literal(str(place.end), datatype=XSD.nonNegativeInteger, normalize=False)
    yield quote, OA.exact, Literal(place.quote)
    if place.section:
        yield passage, DCTERMS.isPartOf, URIRef(place.section)
        yield from _both(URIRef(place.section), DCTERMS.title, place.section_title)


def _assertion(run: Run, one: Requirement) -> Iterator[Triple]:
    node = thing("requirement", f"{one.report}.{short(one.rule.id)}")
    result = thing("requirement-result", f"{one.report}.{short(one.rule.id)}")
    for told in (node, result):
        yield from _both(told, RDFS.label, outcome(one))
    yield node, RDF.type, EARL.Assertion
    yield node, EARL.subject, thing("report", one.report)
    yield node, EARL.test, URIRef(one.rule.id)
    yield node, EARL.mode, EARL.automatic
    yield node, EARL.assertedBy, ID[f"agent/zhengtu-{__version__}"]
    yield node, EARL.result, result
    yield node, PROV.wasDerivedFrom, report_node(run)
    yield result, RDF.type, EARL.TestResult
    yield result, EARL.outcome, EARL.passed if one.status == "present" else EARL.failed
    yield result, DCTERMS.type, code("completeness", one.status)
    yield from _both(result, EARL.info, Label("\n".join(g.zh for g in one.gaps), "\n".join(g.en for g in one.gaps)))


def _rule(rule: Rule) -> Iterator[Triple]:
    node = URIRef(rule.id)
    yield from _both(node, RDFS.label, rule.title)
    yield node, SH.severity, SH[rule.severity]
    yield node, SH.order, Literal(str(rule.order[1]), datatype=XSD.integer, normalize=False)


def _node(finding: Finding) -> URIRef:
    return thing("validation-result", finding_id(finding))


def _term(text: str) -> URIRef | Literal:
    if text.startswith("_:"):
        return URIRef(f"{GENID}{text[2:]}")
    return URIRef(text) if text.startswith(("http:", "https:", "urn:")) else Literal(text)


def _both(node: URIRef, predicate: URIRef, label: Label) -> Iterator[Triple]:
    for language, words in (("zh", label.zh), ("en", label.en)):
        if words:
            yield node, predicate, Literal(words, lang=language)
