"""Shapes in, the rules that they are out, each with how many nodes of the data it looked at.

pySHACL says "conforms" of a rule that looked at nothing; so the focus nodes are counted here (SHACL, section 2.1.3).
"""

from functools import cache
from pathlib import Path
from typing import cast

import rdflib
from rdflib import RDFS, SH
from rdflib.term import Node

from zhengtu.check.names import both
from zhengtu.check.shacl import read_shapes
from zhengtu.model import Rule, Severity
from zhengtu.terms import RDF

OWN = rdflib.Namespace("https://w3id.org/zhengtu/shapes#")
RECORD = OWN["GdARecordGroup"]
"""The requirements that are about our record of a document."""
TARGETS = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)
LAST = 10_000


def rules(shapes: rdflib.Graph, data: rdflib.Graph) -> tuple[Rule, ...]:
    """Every rule that finds its own focus nodes, with their number in `data`, then the property shapes, in order."""
    found = [rule(shapes, shape, len(focus_nodes(shapes, shape, data))) for shape in targeted(shapes)]
    found += [rule(shapes, shape) for shape in properties(shapes)]
    return tuple(sorted(found, key=lambda r: (r.order, r.id)))


def targeted(shapes: rdflib.Graph) -> list[Node]:
    """The shapes that find their own focus nodes."""
    return sorted({shape for target in TARGETS for shape in shapes.subjects(target)}, key=str)


def properties(shapes: rdflib.Graph) -> list[Node]:
    """The property shapes of those."""
    return sorted({p for shape in targeted(shapes) for p in shapes.objects(shape, SH.property)}, key=str)


def focus_nodes(shapes: rdflib.Graph, shape: Node, data: rdflib.Graph) -> set[Node]:
    """The nodes of `data` that a shape looks at."""
    nodes = set(shapes.objects(shape, SH.targetNode))
    for kind in shapes.objects(shape, SH.targetClass):
        for narrower in data.transitive_subjects(RDFS.subClassOf, kind):
            nodes |= set(data.subjects(RDF.type, narrower))
    for predicate in shapes.objects(shape, SH.targetSubjectsOf):
        nodes |= set(data.subjects(predicate))
    for predicate in shapes.objects(shape, SH.targetObjectsOf):
        nodes |= set(data.objects(None, predicate))
    return nodes


def rule(shapes: rdflib.Graph, shape: Node, focus: int | None = None) -> Rule:
    """One shape as a rule."""
    group = shapes.value(shape, SH.group)
    severity = shapes.value(shape, SH.severity) or SH.Violation
    return Rule(
        id=str(shape),
        title=both(shapes, shape, (RDFS.label, SH.name)),
        about=both(shapes, shape, (RDFS.comment, SH.description)),
        group=both(shapes, group, (RDFS.label,)),
        order=(_number(shapes, group), _number(shapes, shape)),
        severity=cast("Severity", str(severity).removeprefix(str(SH))),
        focus=focus,
        optional=(shape, OWN["mayLookAtNothing"], rdflib.Literal(True)) in shapes,
        ours=group == RECORD,
    )


@cache
def all_rules(files: tuple[Path, ...]) -> dict[str, Rule]:
    """The rules of shape files by their IRI, without counts."""
    shapes = read_shapes(files)
    return {str(shape): rule(shapes, shape) for shape in (*targeted(shapes), *properties(shapes))}


def _number(shapes: rdflib.Graph, node: Node | None) -> int:
    value = shapes.value(node, SH.order) if node is not None else None
    return int(str(value)) if value is not None else LAST
