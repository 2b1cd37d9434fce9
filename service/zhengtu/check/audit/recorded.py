"""checks.csv in, checks out: what a reader saw is recomputed wherever its rule is arithmetic."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from zhengtu.check.audit.arithmetic import apply, explained, number
from zhengtu.check.audit.facts import OUTCOMES, Facts, Judged, shown
from zhengtu.check.audit.rules import agreement, difference, whole
from zhengtu.errors import ComparisonWrong, InputError
from zhengtu.model import Check, Comparison, Figure, Label, Outcome

NO_WORDS = Label("")
"""A row of checks.csv has its own."""

Recompute = Callable[[Facts, tuple[Figure, ...]], Check]


def _rate(facts: Facts, figures: tuple[Figure, ...]) -> Check:
    """A rate and its numerator and denominator."""
    stated, numerator, denominator = figures
    try:
        computed = apply(lambda n, d: (n / d).times(100), number(numerator.quantity), number(denominator.quantity))
    except ZeroDivisionError:
        return facts.check("rate", figures, Judged(NO_WORDS, outcome="inapplicable"))
    how = explained(stated.quantity, computed)
    outcome: Outcome | None = "cantTell" if how == "about" else None
    return facts.check(
        "rate", figures, Judged(NO_WORDS, "" if how else "conflict", shown(computed.value, stated), outcome)
    )


RECOMPUTED: Mapping[str, Recompute] = {
    "same": agreement,
    "sum": lambda facts, figures: whole(facts, "sum", figures[0], figures[1:]),
    "open-sum": lambda facts, figures: whole(facts, "open-sum", figures[0], figures[1:]),
    "change": lambda facts, figures: difference(facts, "change", *figures),
    "difference": lambda facts, figures: difference(facts, "difference", *figures),
    "rate": _rate,
}
"""By rule; every other is for a reader alone to judge."""
OF_NUMBERS = ("rounding", "sum", "conflict")
"""Types that only numbers which differ can have."""
FIGURES = {"change": 3, "difference": 3, "rate": 3}
"""How many figures a rule takes: what is checked, and what it is computed from."""


def recorded(facts: Facts, problems: list[InputError]) -> Iterator[Check]:
    """A check for each row of checks.csv; a row whose arithmetic says otherwise is added to `problems`."""
    for row in facts.report.comparisons:
        figures = tuple(facts.by_id[identifier] for identifier in row.figures)
        if len(figures) != FIGURES.get(row.rule, len(figures)):
            problems.append(ComparisonWrong("checks.csv", f"{row.id}: {row.rule} takes {FIGURES[row.rule]} figures"))
            continue
        recompute = RECOMPUTED.get(row.rule)
        check = recompute(facts, figures) if recompute else facts.check(row.rule, figures, Judged(NO_WORDS))
        if (check.outcome == "failed" and not row.type) or (recompute and row.type in OF_NUMBERS and not check.type):
            told = f"{row.id}: {check.stated} is stated, {check.computed} computed"
            problems.append(ComparisonWrong("checks.csv", told))
        kind = row.type or check.type
        outcome = OUTCOMES[kind] if kind else check.outcome
        yield replace(check, id=row.id, type=kind, outcome=outcome, explanation=row.explanation)


def in_doubt(check: Check, rows: tuple[Comparison, ...]) -> Check:
    """A target attained by what a reader found to answer another measure: the numbers agree, the measure does not."""
    row = next((row for row in rows if row.type == "measure" and check.figures[:1] == row.figures[:1]), None)
    if row is None or check.rule != "attainment":
        return check
    zh, en = check.explanation.zh, check.explanation.en
    words = Label(f"{zh}但完成值与指标的计量不同，见{row.id}。", f"{en} But it answers another measure, see {row.id}.")
    return replace(check, outcome="cantTell", explanation=words)


def covers(row: Comparison, check: Check) -> bool:
    """Whether a reader has already said what a rule found over the same figures: the same, or another sum of them."""
    alike = row.rule == check.rule or {row.rule, check.rule} <= set(RECOMPUTED) - {"same"}
    return bool(check.figures) and alike and set(check.figures) <= set(row.figures)
