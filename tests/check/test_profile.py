"""What the Huizhou report gives of the profile gd-a, read in its text; and one thing less in it is told."""

from collections.abc import Callable, Iterable
from functools import cache

import pytest
import rdflib
from rdflib import Literal, URIRef
from rdflib.term import Node

from zhengtu import rooms
from zhengtu.check import rules, run, shacl
from zhengtu.errors import FileMissing
from zhengtu.model import Completeness, Requirement, Run
from zhengtu.publish.validation import FORMATS
from zhengtu.store.quads import Quad, load
from zhengtu.terms import CODE, DCTERMS, ID, PROV, RDF, SCHEMA, ZT, graph

REPORT = ID["report/huizhou-zsj-2024"]
STATUSES: dict[int, Completeness] = {
    1: "partial",  # no title in the text; its year and its body are there
    2: "absent",  # no cover
    3: "absent",  # no notice
    4: "present",
    5: "present",  # six offices, listed and counted; two subordinate units, listed
    6: "absent",  # neither posts nor staff
    7: "present",
    8: "present",  # nine numbered objectives
    9: "present",  # 7618.03, 7952.87, 7952.87
    10: "present",  # not stated, computable
    11: "partial",  # no reason under （2）部门预算收支增减变化情况
    12: "present",  # 8.82 budgeted, 3.62 spent, three parts of both, reasons
    13: "present",
    14: "present",  # 99.41 分, 达到预期绩效目标
    15: "absent",  # no weights, no scores
    16: "partial",  # under 效益指标 stands only an indicator of satisfaction
    17: "partial",  # the five targets of the hotline stand outside the table, without levels
    18: "partial",  # nine bare targets: 13套, 90%, 每年1次 …
    19: "partial",  # 运维系统数 13 → 11, with the reason, without a measure
    20: "partial",  # 37897 路 is explained (应接尽接), 202.57 万宗 against ≥120万宗 is not
    21: "partial",
    22: "absent",  # a satisfaction of 99.66%, without method or sample
    23: "present",
    24: "present",  # 无。
    25: "present",
    26: "present",
}


@cache
def profile() -> rdflib.Graph:
    return shacl.read_shapes(shacl.shape_files(rooms.shapes(), "gd-a"))


def judged(view: rdflib.Graph, number: int) -> Requirement:
    """One requirement over the graph."""
    shape = rules.OWN[f"GdA{number:02}"]
    kept = rdflib.Graph()
    for triple in profile():
        if not str(triple[0]).startswith(f"{rules.OWN}GdA") or str(triple[0]).startswith(str(shape)):
            kept.add(triple)
    found = shacl.validate(view, kept)
    return run.requirement("huizhou-zsj-2024", rules.rule(profile(), shape), found)


def test_every_requirement_has_the_status_that_the_text_has(runs: tuple[Run, ...]) -> None:
    assert {one.rule.order[1]: one.status for one in runs[1].requirements} == STATUSES


def test_each_gap_is_one_finding_with_the_severity_of_its_requirement(
    runs: tuple[Run, ...], count: Callable[[str, bytes], int]
) -> None:
    gaps = [one for one in runs[1].requirements if one.status != "present"]
    assert sorted(f.shape for f in runs[1].findings) == sorted(one.rule.id for one in gaps)
    assert {f.shape: f.severity for f in runs[1].findings} == {one.rule.id: one.rule.severity for one in gaps}
    assert {form: count(form, write(runs[1])) for form, write in FORMATS.items()} == dict.fromkeys(FORMATS, len(gaps))


def claims(kind: str) -> Callable[[rdflib.Graph], Iterable[Node]]:
    return lambda view: view.subjects(DCTERMS.type, CODE[f"claim-type/{kind}"])


def values(*indicators: str) -> Callable[[rdflib.Graph], Iterable[Node]]:
    return lambda view: (s for name in indicators for s in view.subjects(ZT.indicator, ID[f"indicator/{name}"]))


def things(*nodes: URIRef) -> Callable[[rdflib.Graph], Iterable[Node]]:
    return lambda _: nodes


LOST: dict[int, tuple[Callable[[rdflib.Graph], Iterable[Node]], Completeness]] = {
    4: (claims("duty"), "partial"),
    5: (values("internal-offices"), "partial"),
    7: (lambda view: view.subjects(RDF.type, SCHEMA.Claim), "partial"),
    8: (lambda view: view.subjects(RDF.type, ZT.Objective), "partial"),
    9: (values("department-budget-total"), "absent"),
    10: (values("department-budget-total"), "absent"),
    12: (values("official-reception-expense"), "partial"),
    13: (values("procurement-goods"), "partial"),
    14: (values("self-evaluation-score"), "partial"),
    23: (claims("problem"), "partial"),
    24: (things(ID["claim/huizhou-zsj-2024.c254"]), "partial"),
    25: (things(graph("report-huizhou-zsj-2024")), "partial"),
    26: (claims("superlative"), "present"),
}


@pytest.mark.parametrize("number", LOST)
def test_what_is_lost_is_missed(number: int, view: rdflib.Graph) -> None:
    pick, status = LOST[number]
    away = [triple for node in set(pick(view)) for triple in view.triples((node, None, None))]
    assert away
    for triple in away:
        view.remove(triple)
    try:
        assert judged(view, number).status == status
    finally:
        for triple in away:
            view.add(triple)


def test_what_is_added_is_seen(view: rdflib.Graph) -> None:
    """A reason under the heading of the changes makes requirement 11 whole."""
    passage, claim = URIRef("urn:passage"), URIRef("urn:claim")
    new = [
        (claim, DCTERMS.type, CODE["claim-type/reason"]),
        (claim, DCTERMS.isPartOf, REPORT),
        (claim, PROV.wasDerivedFrom, passage),
        (passage, DCTERMS.isPartOf, ID["section/huizhou-zsj-2024.budget-changes"]),
    ]
    for triple in new:
        view.add(triple)
    try:
        assert judged(view, 11).status == "present"
    finally:
        for triple in new:
            view.remove(triple)


def test_which_are_absent_is_a_query(runs: tuple[Run, ...]) -> None:
    quads: list[Quad] = [
        (s, p, o, graph("quality"))
        for s, p, o in rdflib.Graph().parse(data=FORMATS["turtle"](runs[1]), format="turtle")
        if isinstance(s, URIRef) and isinstance(p, URIRef) and isinstance(o, URIRef | Literal)
    ]
    absent = load(quads).query(
        f"""PREFIX earl: <http://www.w3.org/ns/earl#> SELECT ?n {{ ?a a earl:Assertion ; earl:test ?rule ;
        earl:result/<{DCTERMS.type}> <{CODE["completeness/absent"]}> . ?rule <http://www.w3.org/ns/shacl#order> ?n }}"""
    )
    assert sorted(int(n) for (n,) in absent.rows()) == [n for n, status in STATUSES.items() if status == "absent"]


def test_a_profile_without_requirements_is_told() -> None:
    with pytest.raises(FileMissing, match="gd-x"):
        shacl.shape_files(rooms.shapes(), "gd-x")
