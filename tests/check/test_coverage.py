"""Every number of the text is accounted for, exactly once."""

from dataclasses import replace
from decimal import Decimal

from zhengtu.check.coverage import measure, problems
from zhengtu.model import Reference, Report


def test_every_number_of_the_report_is_accounted_for(report: Report, reference: Reference) -> None:
    covered = measure(report, reference.units)
    assert covered.total > 400
    assert covered.share == 1
    assert problems(report, covered) == []


def test_a_lost_figure_is_a_number_uncovered(report: Report, reference: Reference) -> None:
    lost = report.figures[0]
    covered = measure(replace(report, figures=report.figures[1:]), reference.units)
    assert covered.share < Decimal(1)
    (problem,) = problems(replace(report, figures=report.figures[1:]), covered)
    assert problem.code == "number-uncovered"
    assert f"at {lost.printed_at.start} in" in problem.detail


def test_a_number_is_not_both(report: Report, reference: Reference) -> None:
    as_none = replace(report.not_figures[0], spans=(report.figures[0].printed_at,))
    covered = measure(replace(report, not_figures=(*report.not_figures, as_none)), reference.units)
    assert [p.code for p in problems(report, covered)] == ["number-covered-twice"]


def test_han_numerals_before_a_classifier_are_numbers_too(report: Report, reference: Reference) -> None:
    han = next(f for f in report.figures if f.printed == "四个")
    rest = tuple(f for f in report.figures if f is not han)
    assert measure(replace(report, figures=rest), reference.units).uncovered == (
        replace(han.printed_at, end=han.printed_at.start + 1),
    )
