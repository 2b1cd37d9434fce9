"""A graph and shapes in, findings out, by pySHACL; only graphs are passed, never a path or an address."""

import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import cast

import rdflib
from rdflib.collection import Collection
from rdflib.term import BNode, Node

from zhengtu.errors import FileMissing, NotEvaluated
from zhengtu.model import SEVERITIES, Finding, Label, Severity
from zhengtu.store.quads import Quad
from zhengtu.terms import RDF, SH, graph

UNCHECKED = frozenset((graph("cube"),))
"""The cube restates facts; nothing in it was read from a report."""
PREFIX_FILE, PROFILES = "prefixes.ttl", "profiles"


def shape_files(folder: Path, profile: str = "") -> tuple[Path, ...]:
    """The files of the rules for our data, or of the requirements of one profile.

    Raises FileMissing when the profile has no requirements.
    """
    if not profile:
        return tuple(sorted(folder.glob("*.ttl")))
    file = folder / PROFILES / f"{profile}.ttl"
    if not file.is_file():
        raise FileMissing(f"shapes/{PROFILES}", f"there are no requirements for the profile {profile}")
    return folder / PREFIX_FILE, file


@cache
def read_shapes(files: tuple[Path, ...]) -> rdflib.Graph:
    """The shape files as one graph; pass it on, never change it."""
    shapes = rdflib.Graph()
    for path in files:
        shapes.parse(path, format="turtle")
    return shapes


def digest(files: Iterable[Path]) -> str:
    """The SHA-256 of files, one after the other."""
    total = hashlib.sha256()
    for path in files:
        total.update(path.read_bytes())
    return total.hexdigest()


def engine() -> str:
    """The name and version of the SHACL engine."""
    import pyshacl  # noqa: PLC0415 (slow to import, and a build does not need it)

    return f"pySHACL {pyshacl.__version__}"


def union(quads: Iterable[Quad]) -> rdflib.Graph:
    """What is checked: facts, text, derived values, findings and reference data, as one graph."""
    view = rdflib.Graph()
    for subject, predicate, obj, name in quads:
        if name not in UNCHECKED:
            view.add((subject, predicate, obj))
    return view


def validate(data: rdflib.Graph, shapes: rdflib.Graph) -> tuple[Finding, ...]:
    """Every SHACL result, the gravest first, in a fixed order.

    Raises NotEvaluated when the engine cannot run a rule.
    """
    import pyshacl  # noqa: PLC0415 (slow to import, and a build does not need it)

    _search_parameters_in_a_set()
    # The engine adds triples of its own to the shapes that it is given.
    own = rdflib.Graph()
    own += shapes
    _, results, said = pyshacl.validate(data, shacl_graph=own, inference="none", do_owl_imports=False)
    if not isinstance(results, rdflib.Graph):
        raise NotEvaluated(f"The rules could not be run: {said}")
    # The results that explain another one (sh:detail) are no findings of their own.
    found = (finding(results, node) for node in results.objects(None, SH.result))
    return tuple(sorted(found, key=order))


def order(found: Finding) -> tuple[int, str, str, str, str, str, str]:
    """The order of findings in every report."""
    grave = SEVERITIES.index(found.severity)
    return grave, found.shape, found.constraint, found.report, found.focus, found.path, found.value + found.message.zh


def finding(results: rdflib.Graph, node: Node) -> Finding:
    """One sh:ValidationResult of a report graph."""
    # pySHACL drops the language of a message that it fills in, so the full stop tells.
    said = {
        message.language or ("zh" if message.endswith("。") else "en"): str(message)
        for message in results.objects(node, SH.resultMessage)
        if isinstance(message, rdflib.Literal)
    }
    return Finding(
        severity=cast("Severity", text(results, node, SH.resultSeverity).removeprefix(SH)),
        focus=text(results, node, SH.focusNode),
        path=path(results, results.value(node, SH.resultPath)),
        value=text(results, node, SH.value),
        shape=text(results, node, SH.sourceShape),
        message=Label(said.get("zh", ""), said.get("en", "")),
        constraint=text(results, node, SH.sourceConstraint),
    )


def text(results: rdflib.Graph, node: Node, predicate: rdflib.URIRef) -> str:
    """The value of a property as text: an IRI, `_:` and the name of a blank node, or a literal on one line."""
    value = results.value(node, predicate)
    if isinstance(value, BNode):
        return f"_:{value}"
    return "" if value is None else " ".join(str(value).split())


def path(results: rdflib.Graph, node: Node | None) -> str:
    """A SHACL path as a SPARQL property path (SHACL, section 2.3.1)."""
    if node is None:
        return ""
    if (node, RDF.first, None) in results:
        return "/".join(path(results, step) for step in Collection(results, node))
    for predicate, form in _PATHS.items():
        inner = results.value(node, predicate)
        if inner is not None:
            steps = Collection(results, inner) if predicate == SH.alternativePath else (inner,)
            return form.format("|".join(path(results, step) for step in steps))
    return f"<{node}>"


_PATHS = {
    SH.inversePath: "^{}",
    SH.alternativePath: "({})",
    SH.zeroOrMorePath: "({})*",
    SH.oneOrMorePath: "({})+",
    SH.zeroOrOnePath: "({})?",
}


def _search_parameters_in_a_set() -> None:
    """Let pySHACL look up the parameters of a shape in a set.

    It asks, for every shape and focus node, whether each predicate is in a list of all parameters: a third of its time.
    """
    from pyshacl import shape  # noqa: PLC0415
    from pyshacl.constraints import ALL_CONSTRAINT_PARAMETERS, CONSTRAINT_PARAMETERS_MAP  # noqa: PLC0415

    vars(shape)["CONSTRAINT_PARAMS"] = (frozenset(ALL_CONSTRAINT_PARAMETERS), CONSTRAINT_PARAMETERS_MAP)
