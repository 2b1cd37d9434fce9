"""A run in, JUnit XML out, by junitparser: a suite for each group of rules, for build servers."""

import io
from itertools import groupby

from junitparser import Error, Failure, JUnitXml, TestCase, TestSuite

from zhengtu.model import Finding, Rule, Run
from zhengtu.publish.validation.words import REASONS, TITLES, finding_id, rule_of, short

ALLOWED = dict.fromkeys((*range(0x20), 0xFFFE, 0xFFFF)) | {9: 9, 10: 10, 13: 13}
"""XML 1.0, section 2.2: what may not stand in a document is left out."""


def junit(run: Run) -> bytes:
    """A case for each finding, its name beginning with the severity, and a passed one for each rule that found nothing.

    A violation is a failure, a rule that looked at nothing an error; warnings and notes pass, with their message.
    """
    out, title = JUnitXml(TITLES[run.subject].en), TITLES[run.subject]
    found = {finding.shape for finding in run.findings}
    rows = [(_group(run, finding), _case(run, finding)) for finding in run.findings]
    rows += [(rule.group.zh, _passed(rule)) for rule in run.rules if rule.focus is not None and rule.id not in found]
    for group, cases in groupby(sorted(rows, key=lambda row: row[0]), key=lambda row: row[0]):
        suite = TestSuite(f"{title.zh} {group}".strip())
        suite.add_testcases([case for _, case in cases])
        out.add_testsuite(suite)
    written = io.BytesIO()
    out.write(written, pretty=True)
    return written.getvalue()


def _group(run: Run, finding: Finding) -> str:
    rule = rule_of(run, finding)
    return rule.group.zh if rule else REASONS[finding.reason].zh if finding.reason in REASONS else ""


def _case(run: Run, finding: Finding) -> TestCase:
    rule = rule_of(run, finding)
    title = rule.title.zh if rule else short(finding.shape)
    case = TestCase(
        _xml(f"{finding.severity}: {title}：{finding.label.zh or short(finding.thing)} [{finding_id(finding)}]"),
        classname=short(finding.shape) or finding.reason,
    )
    message, quotes = f"{finding.message.zh} / {finding.message.en}", "\n".join(p.quote for p in finding.places)
    if finding.severity == "Violation":
        kind = Error if finding.reason == "not-evaluated" else Failure
        result = kind(_xml(message), finding.severity)
        result.text = _xml(f"{finding.thing}\n{quotes}")
        case.result = [result]
    else:
        case.system_out = _xml(f"{finding.severity}: {message}\n{finding.thing}\n{quotes}")
    return case


def _passed(rule: Rule) -> TestCase:
    return TestCase(f"{rule.title.zh} / {rule.title.en}", classname=short(rule.id))


def _xml(text: str) -> str:
    return text.translate(ALLOWED)
