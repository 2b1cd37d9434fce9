"""A graph and shapes in, findings out, by pySHACL; only graphs are passed, never a path or an address."""

from collections.abc import Callable, Iterable
from pathlib import Path

import rdflib
from rdflib.term import Node

from zhengtu.model import Finding, Label
from zhengtu.store.quads import Quad
from zhengtu.terms import RDF, SH, graph

UNCHECKED = frozenset((graph("cube"), graph("catalog")))
"""Graphs that restate facts or describe the build; nothing in them was read from a report."""
TARGETS = frozenset((SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf))
SEVERITIES = ("Violation", "Warning", "Info")


def read_shapes(folder: Path) -> rdflib.Graph:
    """All shape files of the room as one graph."""
    shapes = rdflib.Graph()
    for path in sorted(folder.glob("*.ttl")):
        shapes.parse(path, format="turtle")
    return shapes


def union(quads: Iterable[Quad]) -> rdflib.Graph:
    """What is checked: facts, text, derived values, findings and reference data, as one graph."""
    view = rdflib.Graph()
    for subject, predicate, obj, name in quads:
        if name not in UNCHECKED:
            view.add((subject, predicate, obj))
    return view


def validate(data: rdflib.Graph, shapes: rdflib.Graph) -> tuple[Finding, ...]:
    """Every SHACL result, the gravest first, in a fixed order.

    Core constraints are cheap on an rdflib graph in memory and dear on Oxigraph, SPARQL constraints the other way
    round, by a factor of ten and more: so each kind runs where it is cheap.
    """
    by_query = frozenset(shapes.subjects(SH.sparql))
    found = [
        *_run(data, _aiming(shapes, lambda shape: shape not in by_query)),
        *_run(_on_oxigraph(data), _aiming(shapes, lambda shape: shape in by_query)),
    ]
    return tuple(sorted(found, key=lambda f: (SEVERITIES.index(f.severity), f.shape, f.focus, f.path, f.value)))


def _run(data: rdflib.Graph, shapes: rdflib.Graph) -> list[Finding]:
    import pyshacl  # noqa: PLC0415 (slow to import, and a build does not need it)

    _, results, _ = pyshacl.validate(data, shacl_graph=shapes, inference="none", do_owl_imports=False)
    return [_finding(results, node) for node in results.subjects(RDF.type, SH.ValidationResult)]


def _aiming(shapes: rdflib.Graph, chosen: Callable[[Node], bool]) -> rdflib.Graph:
    """The shapes, of which only the chosen ones keep their targets."""
    kept = rdflib.Graph()
    for subject, predicate, obj in shapes:
        if predicate not in TARGETS or chosen(subject):
            kept.add((subject, predicate, obj))
    return kept


def _on_oxigraph(data: rdflib.Graph) -> rdflib.Graph:
    copied = rdflib.Graph(store="Oxigraph")
    copied.addN((subject, predicate, obj, copied) for subject, predicate, obj in data)
    return copied


def line(finding: Finding) -> str:
    """A finding as one line for a terminal."""
    value = f" ({finding.value})" if finding.value else ""
    return f"{finding.severity}: {finding.focus}{value}: {finding.message.zh} / {finding.message.en} [{finding.shape}]"


def _finding(results: rdflib.Graph, node: Node) -> Finding:
    messages = {
        m.language or "": str(m) for m in results.objects(node, SH.resultMessage) if isinstance(m, rdflib.Literal)
    }
    fallback = messages.get("", "")
    return Finding(
        severity=_text(results, node, SH.resultSeverity).removeprefix(SH),
        focus=_text(results, node, SH.focusNode),
        path=_text(results, node, SH.resultPath),
        value=_text(results, node, SH.value),
        shape=_text(results, node, SH.sourceShape),
        message=Label(messages.get("zh", fallback), messages.get("en", fallback)),
    )


def _text(results: rdflib.Graph, node: Node, predicate: rdflib.URIRef) -> str:
    value = results.value(node, predicate)
    return "" if value is None else " ".join(str(value).split())
