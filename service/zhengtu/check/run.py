"""The graph of one report and the shapes in, what the rules say of it out; several such parts make one run."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

import rdflib
from rdflib import BNode, URIRef

from zhengtu.check import rules, shacl
from zhengtu.check.names import name, places
from zhengtu.check.unseen import unseen
from zhengtu.model import Completeness, Finding, Label, Requirement, Rule, Run
from zhengtu.store.quads import Quad
from zhengtu.terms import thing

NOTHING_AT_ALL = Label(
    "没有一条规则找到可检查的内容，未能执行。请核对文件是否使用政图词汇。",
    "No rule found anything to look at, so nothing was evaluated. Check that the files use the Zhengtu vocabulary.",
)


@dataclass(frozen=True, slots=True)
class Part:
    """What the rules say of one report (`report` is its id, empty for files of someone else)."""

    report: str
    rules: tuple[Rule, ...]
    findings: tuple[Finding, ...]
    requirements: tuple[Requirement, ...] = ()


def check_data(report: str, quads: Sequence[Quad], files: tuple[Path, ...], shared: Sequence[Quad] = ()) -> Part:
    """The rules for our data over one report. `shared` is context: its own unseen terms are not told.

    Rules of a build must look at something; over files of someone else (`report` empty) it is enough that one does.
    Raises NotEvaluated when the engine cannot run a rule.
    """
    data, shapes = shacl.union((*quads, *shared)), shacl.read_shapes(files)
    looked = rules.rules(shapes, data)
    own = shacl.union(quads) if not report else data
    found = (*shacl.validate(data, shapes), *_not_evaluated(looked, rules.rules(shapes, own), report))
    told = tuple(_told(data, replace(f, report=report)) for f in found)
    return Part(report, looked, (*told, *unseen(quads, data, shapes)))


def check_document(report: str, quads: Iterable[Quad], files: tuple[Path, ...]) -> Part:
    """The requirements of a profile over one report: how far the document meets each.

    Raises NotEvaluated when the engine cannot run a rule.
    """
    data, shapes = shacl.union(quads), shacl.read_shapes(files)
    looked = tuple(rule for rule in rules.rules(shapes, data) if rule.focus is not None)
    results = shacl.validate(data, shapes)
    title = name(data, thing("report", report))
    requirements = tuple(
        replace(requirement(report, rule, [f for f in results if f.shape == rule.id]), title=title) for rule in looked
    )
    gaps = tuple(_gap(one) for one in requirements if one.status != "present")
    missing = tuple(_told(data, replace(f, report=report)) for f in _not_evaluated(looked, looked, report))
    return Part(report, looked, (*gaps, *missing), requirements)


def requirement(report: str, rule: Rule, failed: Sequence[Finding]) -> Requirement:
    """Absent where the rule `stated` fails, partial where only `whole` does, else present."""
    stated = [f.message for f in failed if f.constraint.endswith("-stated")]
    whole = sorted({f.message for f in failed if not f.constraint.endswith("-stated")}, key=lambda m: (m.zh, m.en))
    status: Completeness = "absent" if stated else "partial" if whole else "present"
    return Requirement(report, rule, status, tuple(stated or whole))


def merge(subject: Run, parts: Sequence[Part]) -> Run:
    """The parts as one run: counts added up, a term that no rule looks at told once, findings in one fixed order."""
    counted = Counter[str]()
    known = {rule.id: rule for part in parts for rule in part.rules}
    for part in parts:
        counted.update({rule.id: rule.focus for rule in part.rules if rule.focus is not None})
    merged = (replace(rule, focus=counted[rule.id]) if rule.focus is not None else rule for rule in known.values())
    found = [finding for part in parts for finding in part.findings]
    return replace(
        subject,
        rules=tuple(sorted(merged, key=lambda rule: (rule.order, rule.id))),
        findings=tuple(sorted((*_once(found), *(f for f in found if f.reason != "unseen")), key=shacl.order)),
        requirements=tuple(one for part in parts for one in part.requirements),
    )


def _once(found: Iterable[Finding]) -> Iterable[Finding]:
    """Of the findings about one term, the one that counts most uses."""
    terms = sorted((f for f in found if f.reason == "unseen"), key=lambda f: f.focus)
    for _, same in groupby(terms, key=lambda f: f.focus):
        yield max(same, key=lambda f: int(f.value))


def _not_evaluated(looked: Sequence[Rule], own: Sequence[Rule], report: str) -> list[Finding]:
    """The rules that looked at nothing where they should have, as findings."""
    if report:
        return [_nothing(rule) for rule in looked if rule.focus == 0 and not rule.optional]
    return [] if any(rule.focus for rule in own) else [_nothing(None)]


def _nothing(rule: Rule | None) -> Finding:
    if rule is None:
        return Finding("Violation", "", "", "", "", NOTHING_AT_ALL, reason="not-evaluated")
    zh = f"规则“{rule.title.zh}”没有找到可检查的内容，未能执行。请核对数据是否完整、规则所指的类或属性是否写错。"
    en = (
        f"The rule “{rule.title.en}” found nothing to look at, so it was not evaluated. "
        "Check that the data is whole and that the rule names its class or property rightly."
    )
    return Finding("Violation", rule.id, "", "", rule.id, Label(zh, en), reason="not-evaluated")


def _told(data: rdflib.Graph, found: Finding) -> Finding:
    """A finding with the name of the thing that it is about, and the quotes."""
    node = BNode(found.thing[2:]) if found.thing.startswith("_:") else URIRef(found.thing)
    return replace(found, label=name(data, node), places=places(data, node))


def _gap(one: Requirement) -> Finding:
    return Finding(
        severity=one.rule.severity,
        focus=str(thing("report", one.report)),
        path="",
        value="",
        shape=one.rule.id,
        message=Label("".join(g.zh for g in one.gaps), " ".join(g.en for g in one.gaps)),
        constraint=one.status,
        report=one.report,
        label=one.title,
    )
