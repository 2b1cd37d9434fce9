"""A run in, one self-contained HTML file out: both languages, no script, nothing loaded from anywhere."""

from collections import Counter
from functools import cache
from itertools import groupby

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from zhengtu.model import SEVERITIES, Finding, Label, Rule, Run
from zhengtu.publish.validation.words import (
    REASONS,
    SEVERITY_NAMES,
    STATUS_NAMES,
    TITLES,
    finding_id,
    gaps,
    rule_of,
    short,
    verdict,
)

OTHER, LAST = Label("其他", "Other"), 10_001
"""Where findings without a rule stand: after all groups."""


def html(run: Run) -> bytes:
    """The report for a person: verdict, counts, rules by group, then each finding with quote, place and remedy."""
    page = _template().render(
        run=run, title=TITLES[run.subject], verdict=verdict(run), severities=SEVERITIES,
        names=SEVERITY_NAMES[run.subject],
        statuses=STATUS_NAMES, reasons=REASONS, groups=_groups(run), by_group=_findings(run), finding_id=finding_id,
        gaps=gaps, rule_of=rule_of, short=short,
    )  # fmt: skip
    return page.encode()


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("zhengtu.publish"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["both"] = _both
    return environment.get_template("validation.html")


def _both(label: Label) -> Markup:
    """A label in both languages, of which the page shows one."""
    zh, en = label.zh or label.en, label.en or label.zh
    return Markup('<span lang="zh">{}</span><span lang="en">{}</span>').format(escape(zh), escape(en))


def _groups(run: Run) -> list[tuple[Label, list[tuple[Rule, int]]]]:
    """The rules that find their own nodes, by group, each with the number of its findings and those of its parts."""
    found = Counter(finding.shape for finding in run.findings)
    own = [rule for rule in run.rules if rule.focus is not None]
    rows = [(rule, sum(n for shape, n in found.items() if shape.partition("-")[0] == rule.id)) for rule in own]
    return [(group, list(of_group)) for group, of_group in groupby(rows, key=lambda row: row[0].group)]


def _findings(run: Run) -> list[tuple[Label, list[Finding]]]:
    """The findings under the group of their rule, in the order of the groups, the gravest first."""
    placed = [(_place(run, finding), finding) for finding in run.findings]
    placed.sort(key=lambda row: (row[0][0], SEVERITIES.index(row[1].severity)))
    grouped = groupby(placed, key=lambda row: row[0])
    return [(group, [finding for _, finding in rows]) for (_, group), rows in grouped]


def _place(run: Run, finding: Finding) -> tuple[int, Label]:
    rule = rule_of(run, finding)
    return (rule.order[0], rule.group) if rule and rule.group.zh else (LAST, OTHER)
