"""A sh:ValidationReport that exists in, the run that it tells of out."""

from dataclasses import replace
from itertools import zip_longest
from pathlib import Path
from typing import Literal

import rdflib
from rdflib.term import BNode, Node, URIRef

from zhengtu.check import shacl
from zhengtu.check.names import name, places
from zhengtu.check.rules import all_rules
from zhengtu.errors import NotEvaluated
from zhengtu.model import Completeness, Finding, Label, Reason, Requirement, Rule, Run
from zhengtu.store.quads import Quad
from zhengtu.terms import DCTERMS, EARL, PROV, RDF, SH

UNKNOWN = "unknown"
DIGEST = "sha256:"


def read_report(quads: tuple[Quad, ...], shapes: tuple[tuple[Path, ...], ...]) -> Run:
    """The run that a report tells of; rules of ours are named as `shapes` (groups of files) name them.

    Raises NotEvaluated when there is not exactly one report.
    """
    graph = rdflib.Graph()
    for quad in quads:
        graph.add(quad[:3])
    reports = list(graph.subjects(RDF.type, SH.ValidationReport))
    if len(reports) != 1:
        raise NotEvaluated(f"The file holds {len(reports)} validation reports; it must hold one.")
    known = {iri: rule for files in shapes for iri, rule in all_rules(files).items()}
    subject: Literal["data", "document"] = (
        "document" if _said(graph, reports[0], DCTERMS.type) == "document" else "data"
    )
    found = tuple(
        sorted((_finding(graph, node, subject) for node in graph.objects(reports[0], SH.result)), key=shacl.order)
    )
    requirements = tuple(_requirement(graph, node, known) for node in graph.subjects(RDF.type, EARL.Assertion))
    named = {f.shape for f in found if f.shape} | {one.rule.id for one in requirements}
    return Run(
        subject=subject,
        data=_digest(graph, graph.value(reports[0], PROV.wasDerivedFrom)),
        shapes=_digest(graph, _rules_used(graph, reports[0])),
        engine=_said(graph, graph.value(reports[0], PROV.wasGeneratedBy), DCTERMS.description) or UNKNOWN,
        rules=tuple(sorted((_rule(iri, known) for iri in named), key=lambda rule: (rule.order, rule.id))),
        findings=found,
        requirements=tuple(sorted(requirements, key=lambda one: (one.report, one.rule.order))),
    )


def _finding(graph: rdflib.Graph, node: Node, subject: str) -> Finding:
    found = shacl.finding(graph, node)
    component = shacl.text(graph, node, SH.sourceConstraintComponent)
    reasons: dict[str, Reason] = {"not-evaluated": "not-evaluated", "unseen": "unseen"}
    found = replace(
        found,
        reason=reasons.get(component.rpartition("#")[2], "result"),
        report=shacl.text(graph, node, DCTERMS.source).rpartition("/")[2],
        constraint=found.constraint if subject == "data" else _last(graph, node, DCTERMS.type),
    )
    thing = BNode(found.thing[2:]) if found.thing.startswith("_:") else URIRef(found.thing)
    quoted = tuple(place for passage in graph.objects(node, PROV.wasDerivedFrom) for place in places(graph, passage))
    return replace(found, label=name(graph, thing), places=tuple(sorted(quoted, key=lambda p: (p.start, p.end))))


def _requirement(graph: rdflib.Graph, node: Node, known: dict[str, Rule]) -> Requirement:
    result = graph.value(node, EARL.result)
    said: dict[str, Completeness] = {"present": "present", "partial": "partial"}
    return Requirement(
        report=_last(graph, node, EARL.subject),
        rule=_rule(shacl.text(graph, node, EARL.test), known),
        status=said.get(_last(graph, result, DCTERMS.type), "absent"),
        gaps=_gaps(graph, result),
        title=name(graph, graph.value(node, EARL.subject) or node),
    )


def _gaps(graph: rdflib.Graph, result: Node | None) -> tuple[Label, ...]:
    """What is missing, a line each in both languages."""
    told = [] if result is None else [o for o in graph.objects(result, EARL.info) if isinstance(o, rdflib.Literal)]
    lines = {o.language or "": o.splitlines() for o in told}
    pairs = zip_longest(lines.get("zh", ()), lines.get("en", ()), fillvalue="")
    return tuple(Label(zh, en) for zh, en in pairs)


def _rule(iri: str, known: dict[str, Rule]) -> Rule:
    nothing = Label("")
    return known.get(iri) or Rule(iri, Label(iri), nothing, nothing, (10_000, 0), "Violation")


def _rules_used(graph: rdflib.Graph, report: Node) -> Node | None:
    judged, activity = graph.value(report, PROV.wasDerivedFrom), graph.value(report, PROV.wasGeneratedBy)
    return next((used for used in graph.objects(activity, PROV.used) if used != judged), None)


def _digest(graph: rdflib.Graph, node: Node | None) -> str:
    return _said(graph, node, DCTERMS.identifier).removeprefix(DIGEST) or UNKNOWN


def _said(graph: rdflib.Graph, node: Node | None, predicate: URIRef) -> str:
    return "" if node is None else shacl.text(graph, node, predicate)


def _last(graph: rdflib.Graph, node: Node | None, predicate: URIRef) -> str:
    return _said(graph, node, predicate).rpartition("/")[2]
