"""A run in, JSON and CSV out: one object or row for each finding."""

import csv as csv_library
import io
import json as json_library
from dataclasses import asdict
from typing import Any

from zhengtu.model import Finding, Label, Run
from zhengtu.publish.validation.words import finding_id, rule_of, verdict

COLUMNS = (
    "id", "severity", "reason", "report", "rule", "rule_zh", "rule_en", "status", "thing", "label_zh", "label_en",
    "focus", "path", "value", "message_zh", "message_en", "quotes", "places",
)  # fmt: skip


def csv(run: Run) -> bytes:
    """COLUMNS of every finding; quotes and places (`start-end`, code points of the text) are joined by `;`."""
    out = io.StringIO()
    writer = csv_library.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(_row(run, finding) for finding in run.findings)
    return out.getvalue().encode()


def json(run: Run) -> bytes:
    """The whole run: verdict, digests, counts, rules, requirements and findings."""
    held: dict[str, Any] = {
        "subject": run.subject,
        "verdict": asdict(verdict(run)),
        "status": run.status,
        "data": run.data,
        "shapes": run.shapes,
        "engine": run.engine,
        "counts": {severity: run.count(severity) for severity in ("Violation", "Warning", "Info")},
        "rules": [
            {"id": r.id, "title": asdict(r.title), "group": asdict(r.group), "severity": r.severity,
             "focusNodes": r.focus}
            for r in run.rules
            if r.focus is not None
        ],
        "requirements": [
            {"report": one.report, "rule": one.rule.id, "title": asdict(one.rule.title), "status": one.status,
             "gaps": [asdict(gap) for gap in one.gaps]}
            for one in run.requirements
        ],
        "findings": [_object(run, finding) for finding in run.findings],
    }  # fmt: skip
    return (json_library.dumps(held, ensure_ascii=False, indent=1) + "\n").encode()


def _object(run: Run, finding: Finding) -> dict[str, Any]:
    row = dict(zip(COLUMNS, _row(run, finding), strict=True))
    places = [
        {"passage": p.passage, "quote": p.quote, "start": p.start, "end": p.end, "section": asdict(p.section_title)}
        for p in finding.places
    ]
    plain = {key: row[key] for key in COLUMNS[:14] if not key.endswith(("_zh", "_en"))}
    rule = rule_of(run, finding)
    return {
        **plain,
        "title": asdict(rule.title if rule else Label("")),
        "label": asdict(finding.label),
        "message": asdict(finding.message),
        "places": places,
    }


def _row(run: Run, finding: Finding) -> tuple[str, ...]:
    rule = rule_of(run, finding)
    title = rule.title if rule else Label("")
    return (
        finding_id(finding), finding.severity, finding.reason, finding.report, finding.shape, title.zh, title.en,
        finding.constraint if run.subject == "document" else "", finding.thing, finding.label.zh, finding.label.en,
        finding.focus, finding.path, finding.value, finding.message.zh, finding.message.en,
        ";".join(p.quote for p in finding.places), ";".join(f"{p.start}-{p.end}" for p in finding.places),
    )  # fmt: skip
