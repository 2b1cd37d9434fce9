"""A run in, one self-contained HTML file out: both languages, no script, nothing loaded from anywhere."""

from functools import cache
from itertools import groupby

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from zhengtu.model import SEVERITIES, Label, Rule, Run
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

OTHER = Label("数据用词", "Terms of the data")


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
    own = [rule for rule in run.rules if rule.focus is not None]
    counted = [
        (rule, sum(f.shape == rule.id or f.shape.startswith(f"{rule.id}-") for f in run.findings)) for rule in own
    ]
    return [(group, list(rows)) for group, rows in groupby(counted, key=lambda row: row[0].group)]


def _findings(run: Run) -> list[tuple[Label, list[object]]]:
    """The findings under the group of their rule, in the order of the groups."""

    def place(finding: object) -> tuple[tuple[int, int], str]:
        rule = rule_of(run, finding)  # type: ignore[arg-type]
        return (rule.order if rule else (10_001, 0)), rule.group.zh if rule else ""

    ordered = sorted(run.findings, key=lambda f: (place(f)[0][0], SEVERITIES.index(f.severity), place(f)[0][1]))
    labels = {rule.group.zh: rule.group for rule in run.rules}
    rows = groupby(ordered, key=lambda f: place(f)[1])
    return [(labels.get(group, OTHER) if group else OTHER, list(found)) for group, found in rows]
