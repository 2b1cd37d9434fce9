"""A run in, the words that every form says of it out: the verdict in one line, names of findings."""

import hashlib
from collections import Counter

from zhengtu.model import SEVERITIES, Completeness, Finding, Label, Requirement, Rule, Run

SEVERITY_NAMES = {
    "data": {
        "Violation": Label("错误", "violation"),
        "Warning": Label("提醒", "warning"),
        "Info": Label("提示", "note"),
    },
    "document": {
        "Violation": Label("必备", "required"),
        "Warning": Label("应有", "expected"),
        "Info": Label("宜有", "advised"),
    },
}
"""What a person reads for a severity: of our data an error, of a document how much a thing is asked for."""
STATUS_NAMES: dict[Completeness, Label] = {
    "present": Label("齐全", "present"),
    "partial": Label("部分", "partial"),
    "absent": Label("缺失", "absent"),
}
TITLES = {
    "data": Label("数据校验报告", "Validation of our data"),
    "document": Label("报告文本完整性", "Completeness of the document"),
}
REASONS = {
    "not-evaluated": Label("未能执行", "not evaluated"),
    "unseen": Label("未检查的词汇", "terms no rule looks at"),
}


def finding_id(finding: Finding) -> str:
    """A name made of what is found where, the same at every run."""
    parts = (finding.report, finding.shape, finding.constraint, finding.focus, finding.path, finding.value)
    text = "\x1f".join((*parts, finding.severity, finding.reason, finding.message.zh, finding.message.en))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def verdict(run: Run) -> Label:
    """What came out, in one line."""
    return _of_documents(run) if run.subject == "document" else _of_data(run)


def rule_of(run: Run, finding: Finding) -> Rule | None:
    """The rule that a finding comes from."""
    return next((rule for rule in run.rules if rule.id == finding.shape), None)


def heading(run: Run, finding: Finding) -> Label:
    """A finding in a few words: the rule, and the thing where that has a name."""
    rule = rule_of(run, finding)
    title = rule.title if rule else REASONS.get(finding.reason, finding.message)
    named = finding.label if finding.label.zh or finding.label.en else Label(*[short(finding.thing)] * 2)
    if not named.zh and not named.en:
        return title
    return Label(f"{title.zh}：{named.zh or named.en}", f"{title.en}: {named.en or named.zh}")


def outcome(one: Requirement) -> Label:
    """A requirement and how far a document meets it."""
    status = STATUS_NAMES[one.status]
    return Label(f"{one.rule.title.zh}：{status.zh}", f"{one.rule.title.en}: {status.en}")


def line(run: Run, finding: Finding) -> str:
    """A finding as one line for a terminal; of a document only which requirement it does not meet."""
    rule = rule_of(run, finding)
    if run.subject == "document" and rule and finding.constraint in STATUS_NAMES:
        name = STATUS_NAMES[finding.constraint]
        return f"{name.zh} {name.en}: {rule.order[1]}. {rule.title.zh} / {rule.title.en} [{finding.report}]"
    value = f" ({finding.value})" if finding.value not in ("", finding.focus) else ""
    return f"{finding.severity}: {finding.focus}{value}: {finding.message.zh} / {finding.message.en} [{finding.shape}]"


def gaps(run: Run, finding: Finding) -> tuple[Label, ...]:
    """What is wrong, sentence by sentence: of a document each thing that is missing."""
    listed = (one.gaps for one in run.requirements if one.rule.id == finding.shape and one.report == finding.report)
    return next(listed, ()) or (finding.message,)


def short(iri: str) -> str:
    """The last part of an IRI, for a person who knows it."""
    return iri.rpartition("#")[2].rpartition("/")[2] if iri else ""


def _of_data(run: Run) -> Label:
    counted, names = {severity: run.count(severity) for severity in SEVERITIES}, SEVERITY_NAMES[run.subject]
    zh = "，".join(f"{counted[s]} 项{names[s].zh}" for s in SEVERITIES)
    en = ", ".join(f"{counted[s]} {names[s].en}{'s' * (counted[s] != 1)}" for s in SEVERITIES)
    head = {
        0: Label("符合", "Conforms"),
        1: Label("不符合", "Does not conform"),
        2: Label("未能完成校验", "Could not be evaluated"),
    }[run.status]
    return Label(f"{head.zh}：{zh}。", f"{head.en}: {en}.")


def _of_documents(run: Run) -> Label:
    counted = Counter(one.status for one in run.requirements)
    zh = "，".join(f"{counted[s]} 项{STATUS_NAMES[s].zh}" for s in STATUS_NAMES)
    en = ", ".join(f"{counted[s]} {STATUS_NAMES[s].en}" for s in STATUS_NAMES)
    total = len(run.requirements)
    if any(finding.reason == "not-evaluated" for finding in run.findings):
        return Label(f"未能完成校验：{zh}。", f"Could not be evaluated: {en}.")
    return Label(f"{total} 项要求：{zh}。", f"{total} requirements: {en}.")
