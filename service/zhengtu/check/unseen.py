"""Data and shapes in, the classes and properties of the data that no shape looks at out."""

import re
from collections import Counter
from collections.abc import Iterable

import rdflib
from rdflib import SH, Literal, URIRef

from zhengtu.check.rules import focus_nodes, targeted
from zhengtu.check.shacl import UNCHECKED
from zhengtu.model import Finding, Label
from zhengtu.store.quads import Quad
from zhengtu.terms import RDF, graph

VOCABULARY = frozenset((graph("ontology"),)) | UNCHECKED
"""Graphs that are not looked through: the vocabulary has tests of its own."""
PREFIXED = re.compile(r"(?<![\w<?$])([a-z][\w-]*):([A-Za-z][\w-]*)")


def unseen(quads: Iterable[Quad], data: rdflib.Graph, shapes: rdflib.Graph) -> tuple[Finding, ...]:
    """One Info for each class or property that no shape looks at, with how often it is used."""
    seen, classes, properties = _terms(shapes), Counter[URIRef](), Counter[URIRef]()
    looked_at = {node for shape in targeted(shapes) for node in focus_nodes(shapes, shape, data)}
    for subject, predicate, obj, name in quads:
        if name in VOCABULARY:
            continue
        if predicate != RDF.type:
            properties[predicate] += predicate not in seen
        elif isinstance(obj, URIRef):
            classes[obj] += obj not in seen and subject not in looked_at
    found = [_finding(term, number, "类", "class") for term, number in sorted(classes.items()) if number]
    return (*found, *(_finding(term, n, "属性", "property") for term, n in sorted(properties.items()) if n))


def _terms(shapes: rdflib.Graph) -> frozenset[URIRef]:
    """Every IRI that the shapes name, in their triples or in their queries."""
    prefixes = {str(shapes.value(d, SH.prefix)): str(o) for d, o in shapes.subject_objects(SH.namespace)}
    named = {o for o in shapes.objects() if isinstance(o, URIRef)}
    for query in shapes.objects(None, SH.select):
        for prefix, local in PREFIXED.findall(str(query)):
            if prefix in prefixes:
                named.add(URIRef(prefixes[prefix] + local))
    return frozenset(named)


def _finding(term: URIRef, number: int, zh: str, en: str) -> Finding:
    local = re.split(r"[#/]", term)[-1]
    return Finding(
        severity="Info",
        focus=str(term),
        path="",
        value=str(Literal(number)),
        shape="",
        message=Label(
            f"没有任何规则检查{zh} {local}（出现 {number} 次）。如属拼写错误请更正；否则可为其补充规则。",
            f"No rule looks at the {en} {local} (used {number} times). "
            "If it is misspelt, correct it; else a rule may be added.",
        ),
        reason="unseen",
        label=Label(local, local),
    )
