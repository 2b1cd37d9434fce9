"""A graph and shapes in, findings out, by pySHACL; only graphs are passed, never a path or an address."""

import re
from collections.abc import Iterable
from pathlib import Path

import rdflib
from rdflib.term import Node

from zhengtu.model import Finding, Label
from zhengtu.store.quads import Quad
from zhengtu.terms import RDF, SH, graph

UNCHECKED = frozenset((graph("cube"), graph("catalog")))
"""Graphs that restate facts or describe the build; nothing in them was read from a report."""
HAN = re.compile(r"[\u4e00-\u9fff]")
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
    """Every SHACL result, the gravest first, in a fixed order."""
    import pyshacl  # noqa: PLC0415 (slow to import, and a build does not need it)

    _, results, _ = pyshacl.validate(data, shacl_graph=shapes, inference="none", do_owl_imports=False)
    found = (_finding(results, node) for node in results.subjects(RDF.type, SH.ValidationResult))
    return tuple(sorted(found, key=lambda f: (SEVERITIES.index(f.severity), f.shape, f.focus, f.path, f.value)))


def line(finding: Finding) -> str:
    """A finding as one line for a terminal."""
    value = f" ({finding.value})" if finding.value not in ("", finding.focus) else ""
    return f"{finding.severity}: {finding.focus}{value}: {finding.message.zh} / {finding.message.en} [{finding.shape}]"


def _finding(results: rdflib.Graph, node: Node) -> Finding:
    # pySHACL drops the language of a message that it fills in, so the script tells.
    said = {
        "zh" if HAN.search(message) else "en": message for message in map(str, results.objects(node, SH.resultMessage))
    }
    return Finding(
        severity=_text(results, node, SH.resultSeverity).removeprefix(SH),
        focus=_text(results, node, SH.focusNode),
        path=_text(results, node, SH.resultPath),
        value=_text(results, node, SH.value),
        shape=_text(results, node, SH.sourceShape),
        message=Label(said.get("zh", ""), said.get("en", "")),
    )


def _text(results: rdflib.Graph, node: Node, predicate: rdflib.URIRef) -> str:
    value = results.value(node, predicate)
    return "" if value is None else " ".join(str(value).split())
