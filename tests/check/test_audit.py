"""The audit on the real report: what holds, what disagrees, and what a changed number does to it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from zhengtu.check.audit import audit
from zhengtu.errors import ReportInvalid
from zhengtu.model import Check, Comparison, Figure, Label, Reference, Report, Span
from zhengtu.read.quantity import parse

TYPES = {"rounding", "conflict", "scope", "sum", "magnitude", "measure", "unverifiable", "structure"}


@pytest.fixture(scope="module")
def checks(report: Report, reference: Reference) -> tuple[Check, ...]:
    return audit(report, reference)


def stating(report: Report, reference: Reference, figure: str, printed: str) -> Report:
    """The report without what a reader wrote of it, one figure printing something else."""

    def changed(known: Figure) -> Figure:
        if known.id != figure:
            return known
        indicator = reference.indicators[known.indicator]
        read = parse(printed, reference.units, (indicator.unit, indicator.classifier))
        bare = known.quantity.comparator == "none-stated" and "=" not in printed
        kept = "none-stated" if bare else read.comparator
        return replace(known, printed=printed, quantity=replace(read, comparator=kept))

    return replace(report, comparisons=(), figures=tuple(map(changed, report.figures)))


def judged(checks: tuple[Check, ...]) -> dict[str, tuple[str, str]]:
    return {check.id: (check.outcome, check.type) for check in checks}


def test_every_check_says_what_it_found_in_both_languages(checks: tuple[Check, ...], report: Report) -> None:
    assert len({check.id for check in checks}) == len(checks) > 160
    for check in checks:
        assert check.type in TYPES | {""}, check.id
        for label in (check.title, check.explanation):
            assert label.zh, check.id
            assert label.en, check.id
        assert check.spans, check.id
        assert all(report.text.slice(span).strip() for span in check.spans)


def test_more_than_eighty_relations_are_recomputed_and_hold(checks: tuple[Check, ...]) -> None:
    recomputed = [check for check in checks if check.computed and check.outcome == "passed"]
    assert len(recomputed) > 80
    assert {check.rule for check in recomputed} >= {
        "same", "sum", "open-sum", "change", "growth", "difference", "rate", "attainment", "objective",
    }  # fmt: skip


def test_no_contradiction_is_claimed_where_rounding_or_scope_explains(checks: tuple[Check, ...]) -> None:
    assert not [check for check in checks if check.type in ("conflict", "sum")]
    by_id = judged(checks)
    assert by_id["hotline-requests"] == ("passed", "rounding")
    assert by_id["three-public-account"] == ("passed", "rounding")
    assert by_id["initial-budget"] == ("inapplicable", "scope")


MUTATIONS: list[tuple[str, str, dict[str, tuple[str, str]]]] = [
    ("f109", "98.42%", {"same-f018-f109-f246": ("failed", "conflict")}),
    ("f284", "1.91万元", {"change-f285-f283-f284": ("failed", "conflict")}),
    ("f060", "增长9.89%", {"growth-f060-f058-f059": ("failed", "conflict")}),
    ("f277", "1万元", {"sum-f276-f277-f278": ("failed", "sum")}),
    ("f148", "4200条", {"open-sum-f147-f148-f149-f150": ("failed", "sum")}),
    ("f108", "≥99%", {"attainment-f109-f108": ("failed", "")}),
    ("f206", "≤99%", {"attainment-f207-f206": ("failed", "")}),
    ("f105", "超60000万次", {"magnitude-f029-f105": None, "magnitude-f105-f029": None}),  # type: ignore[dict-item]
    ("f105", "超60万次", {"magnitude-f029-f105": ("failed", "magnitude")}),
]


@pytest.mark.parametrize(("figure", "printed", "expected"), MUTATIONS, ids=[f"{m[0]} {m[1]}" for m in MUTATIONS])
def test_a_changed_number_changes_the_checks_that_it_takes_part_in_and_no_other(
    figure: str, printed: str, expected: dict[str, tuple[str, str]], report: Report, reference: Reference
) -> None:
    before = judged(audit(replace(report, comparisons=()), reference))
    after = judged(audit(stating(report, reference, figure, printed), reference))
    for check, ended in expected.items():
        assert after.get(check) == ended
    changed = {check for check in before | after if before.get(check) != after.get(check)}
    assert all(figure in check for check in changed), changed


def row(rule: str, *figures: str, kind: str = "") -> Callable[[Report], Report]:
    """The report with one row of checks.csv."""
    comparison = Comparison("seen", rule, figures, kind, Label("见原文。", "See the text."))
    return lambda report: replace(report, comparisons=(comparison,))


@pytest.mark.parametrize(
    ("written", "words"),
    [
        (row("sum", "f058", "f061", "f064"), "8.82万元 is stated, 3.22万元 computed"),
        (row("rate", "f011", "f009", "f010"), "98.4% is stated, 101.6% computed"),
        (row("same", "f017", "f018"), "seen"),
        (row("change", "f285", "f283"), "takes 3 figures"),
        (row("difference", "f088", "f087", "f086"), "增加40.47万元 is stated, −40.47万元 computed"),
    ],
)
def test_a_row_that_says_what_does_not_hold_stops_the_build(
    written: Callable[[Report], Report], words: str, report: Report, reference: Reference
) -> None:
    with pytest.raises(ReportInvalid, match="comparison-wrong") as refused:
        audit(written(report), reference)
    assert words in str(refused.value)


def test_a_row_that_gives_its_type_is_taken_as_it_is(report: Report, reference: Reference) -> None:
    checks = audit(row("sum", "f024", "f125", "f126", kind="scope")(report), reference)
    seen = next(check for check in checks if check.id == "seen")
    assert (seen.outcome, seen.type, seen.stated, seen.computed) == ("inapplicable", "scope", "77个", "75个")


def test_what_a_reader_said_is_not_said_again(report: Report, reference: Reference) -> None:
    alone = judged(audit(replace(report, comparisons=()), reference))
    assert "sum-f274-f275-f276-f279" in alone
    beside = judged(audit(row("sum", "f274", "f275", "f276", "f279", kind="rounding")(report), reference))
    assert set(alone) - set(beside) == {"sum-f274-f275-f276-f279"}


def test_an_objective_without_facts_and_a_broken_numbering_are_told(report: Report, reference: Reference) -> None:
    first, *others = report.objectives
    by_id = judged(audit(replace(report, objectives=(replace(first, answered_by=()), *others)), reference))
    assert by_id[f"objective-{first.id}"] == ("failed", "unverifiable")
    broken = [check for check in by_id if check.startswith("structure-") and by_id[check][1]]
    assert broken == ["structure-objectives-met"]


def test_a_target_without_comparator_is_not_judged_below_it(checks: tuple[Check, ...]) -> None:
    assert judged(checks)["attainment-f173-f172"] == ("cantTell", "")


def test_growth_on_a_base_of_zero_is_not_computed(report: Report, reference: Reference) -> None:
    figures = tuple(replace(f, form="growth-rate") if f.id == "f066" else f for f in report.figures)
    figures += tuple(replace(f, id="f900") for f in report.figures if f.id == "f066")
    by_id = judged(audit(replace(report, figures=figures, comparisons=()), reference))
    assert by_id["growth-f066-f065-f900"] == ("inapplicable", "")


def test_a_result_of_another_measure_attains_nothing(checks: tuple[Check, ...]) -> None:
    by_id = judged(checks)
    assert by_id["attainment-f107-f106"] == ("passed", "")
    assert by_id["attainment-f115-f114"] == ("cantTell", "")


def alone(report: Report, reference: Reference, **printed: str) -> dict[str, Check]:
    """The checks by id of a report where some figures print something else and no reader wrote anything."""
    for figure, words in printed.items():
        report = stating(report, reference, figure, words)
    return {check.id: check for check in audit(report, reference)}


@pytest.mark.parametrize("base", ["约8.82万元", "0.73万元"])
def test_a_base_that_may_be_zero_or_is_only_about_known_is_no_error(
    base: str, report: Report, reference: Reference
) -> None:
    by_id = alone(report, reference, f058=base)
    assert by_id["growth-f060-f058-f059"].outcome in ("cantTell", "inapplicable")


def test_what_is_only_about_known_contradicts_nothing_and_proves_nothing(report: Report, reference: Reference) -> None:
    by_id = alone(report, reference, f109="约60%")
    assert (by_id["same-f018-f109-f246"].outcome, by_id["same-f018-f109-f246"].type) == ("cantTell", "")


def test_a_bound_and_a_number_beyond_it_agree_without_a_word(report: Report, reference: Reference) -> None:
    for first, second, outcome, kind in (("超2000次", "2005次", "passed", ""), ("2005次", "超2000次", "passed", ""),
                                         ("超2000次", "1900次", "failed", "conflict")):  # fmt: skip
        check = alone(report, reference, f097=first, f263=second)["same-f097-f263"]
        assert (check.outcome, check.type) == (outcome, kind), (first, second)


def test_rounding_must_explain_every_pair(report: Report, reference: Reference) -> None:
    by_id = alone(report, reference, f017="202.58万宗", f107="202.57万宗", f245="202.59万宗")
    assert by_id["same-f017-f107-f245"].type == "conflict"


def test_parts_of_a_change_may_be_more_than_it(report: Report, reference: Reference) -> None:
    fewer = replace(report, comparisons=(), figures=tuple(f for f in report.figures if f.id not in ("f062", "f069")))
    assert not [check for check in audit(fewer, reference) if check.figures[:1] == ("f059",) and check.type == "sum"]


def test_an_exact_target_is_met_by_itself_alone(report: Report, reference: Reference) -> None:
    assert alone(report, reference, f194="=100%", f195="99.6%")["attainment-f195-f194"].outcome == "failed"
    assert alone(report, reference, f194="=100%", f195="100%")["attainment-f195-f194"].outcome == "passed"


def test_a_gap_in_the_numbering_may_be_a_heading_that_the_outline_does_not_name(
    report: Report, reference: Reference
) -> None:
    kept = tuple(section for section in report.sections if section.id != "budget-changes")
    by_id = judged(audit(replace(report, sections=kept, comparisons=()), reference))
    assert by_id["structure-budget-composition"] == ("passed", "")


def test_a_last_heading_without_a_line_end_is_read(report: Report, reference: Reference) -> None:
    last = report.sections[-1]
    raw = report.text.raw[: last.span.start] + report.text.raw[last.span.start :].split("\n")[0]
    sections = (*report.sections[:-1], replace(last, span=Span(last.span.start, len(raw))))
    cut = replace(report, text=replace(report.text, raw=raw), sections=sections, comparisons=())
    assert "structure-department" in judged(audit(cut, reference))


def test_a_type_that_the_numbers_do_not_bear_out_stops_the_build(report: Report, reference: Reference) -> None:
    with pytest.raises(ReportInvalid, match="seen"):
        audit(row("same", "f018", "f109", kind="conflict")(report), reference)
