"""A report in, the checks that its model alone asks for out: a new report gets them all without any code."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import combinations

from zhengtu.check.audit.arithmetic import STATED, How, Interval, apply, explained, number
from zhengtu.check.audit.facts import HOW, Facts, Judged, Key, key, numbers, shown
from zhengtu.model import Check, Figure, Label, Quantity

MAGNITUDE = 10
OVER_ATTAINED = Fraction(130, 100)
"""From here on a self-evaluation has to explain (the profile's requirement on over-attainment)."""

SAYING = {
    "same": Label("各处均为{}。", "All places say {}."),
    "bound": Label("各处为{}，与所述界限相容。", "The places say {}, each within the bound of the others."),
    "rounding": Label(
        "各处为{}，相差在末位的舍入范围内。", "The places say {}; rounding or cutting off explains the difference."
    ),
    "about": Label("各处为{}，含约数，无法比较。", "The places say {}; what is only about known cannot be compared."),
    "conflict": Label(
        "同一对象、指标、时期和口径，各处为{}，舍入不能解释；原文未说明原因。",
        "For one thing, indicator, period and scope the places say {}; rounding does not explain it, and the text "
        "gives no reason.",
    ),
}
"""What is said of places that should agree, by how far they do; the gravest comes last."""
NO_BASE = Label(
    "上年数可能为零，或为约数，增减率不可计算。", "The level before may be zero, or is only about known: no rate."
)
SHARES = ("PERCENT",)
"""Units that do not add up."""


def same(facts: Facts) -> Iterator[Check]:
    """One thing, indicator, role, form, period and scope, stated more than once."""
    for figures in facts.by_key.values():
        if len(figures) > 1:
            yield agreement(facts, figures)


def agreement(facts: Facts, figures: tuple[Figure, ...]) -> Check:
    """Whether figures that should say the same do, each with each."""
    pairs = (compared(one.quantity, other.quantity) for one, other in combinations(figures, 2))
    gravest = max(pairs, key=list(SAYING).index)
    values = figures[0].printed if gravest == "same" else numbers(figures)
    said = Label(SAYING[gravest].zh.format(values), SAYING[gravest].en.format(values))
    return facts.check(
        "same",
        figures,
        Judged(
            said,
            gravest if gravest in ("rounding", "conflict") else "",
            figures[1].printed,
            "cantTell" if gravest == "about" else None,
        ),
    )


def compared(one: Quantity, other: Quantity) -> str:
    """How far two quantities agree: a key of SAYING."""
    alike = one.comparator == other.comparator or {one.comparator, other.comparator} <= set(STATED)
    if alike and one.value == other.value:
        return "same"
    how = explained(one, number(other))
    return how if how in ("about", "bound") else "rounding" if how else "conflict"


def change(facts: Facts) -> Iterator[Check]:
    """Change = this level - the level compared with, where the text states all three."""
    for figure in facts.report.figures:
        if figure.form == "difference":
            now = facts.first(key(figure)._replace(form="level"))
            before = facts.first(key(figure)._replace(form="level", period=figure.compared_with))
            if now and before:
                yield difference(facts, "change", figure, now, before)


def difference(facts: Facts, rule: str, stated: Figure, now: Figure, before: Figure) -> Check:
    """Whether a stated difference is that of two stated values."""
    computed = apply(Interval.__sub__, number(now.quantity), number(before.quantity))
    how = explained(stated.quantity, computed)
    result = shown(computed.value, stated)
    zh = f"{now.printed}减{before.printed}为{result}，原文为{stated.printed}"
    en = f"{now.printed} less {before.printed} is {result}; the text says {stated.printed}"
    return facts.check(rule, (stated, now, before), _judged(zh, en, how, result))


def growth(facts: Facts) -> Iterator[Check]:
    """Growth rate = change / the level before it, from this level and the change."""
    for figure in facts.report.figures:
        if figure.form != "growth-rate":
            continue
        now = facts.first(key(figure)._replace(form="level"))
        change = facts.first(key(figure)._replace(form="difference"))
        if now and change:
            yield _growth(facts, figure, now, change)


def _growth(facts: Facts, stated: Figure, now: Figure, change: Figure) -> Check:
    figures = (stated, now, change)
    level, step = number(now.quantity), number(change.quantity)
    try:
        computed = apply(lambda now, change: (change / (now - change)).times(100), level, step)
    except ZeroDivisionError:
        return facts.check("growth", figures, Judged(NO_BASE, outcome="inapplicable"))
    before = level.value - step.value
    how = explained(stated.quantity, computed)
    result = shown(computed.value, stated)
    zh = f"增减额{change.printed}除以上年数{shown(before, now)}为{result}，原文为{stated.printed}"
    en = f"{change.printed} over the level before, {shown(before, now)}, is {result}; the text says {stated.printed}"
    return facts.check("growth", figures, _judged(zh, en, how, result))


def parts(facts: Facts) -> Iterator[Check]:
    """A whole and its parts by the tree of indicators: the sum of a list that is closed and whole, else not more."""
    for wanted, figures in facts.by_key.items():
        children = [i.id for i in facts.reference.indicators.values() if i.broader == wanted.indicator]
        stated = [part for child in children if (part := facts.first(wanted._replace(indicator=child)))]
        alike = [part for part in stated if part.quantity.unit == figures[0].quantity.unit]
        if not alike or figures[0].quantity.unit in SHARES:
            continue
        if len(alike) == len(children) > 1 and wanted.form in ("level", "difference") and not _open(facts, alike[-1]):
            yield whole(facts, "sum", figures[0], tuple(alike))
        elif wanted.form == "level":  # of changes, a part may be more than the whole
            yield whole(facts, "open-sum", figures[0], tuple(alike))


def whole(facts: Facts, rule: str, total: Figure, parts: tuple[Figure, ...]) -> Check:
    """Whether a total is the sum of its parts (`sum`), or at least not less (`open-sum`)."""
    computed, *others = (number(part.quantity) for part in parts)
    first_part = parts[0].printed
    for other in others:
        computed = apply(Interval.__add__, computed, other)
    how = explained(total.quantity, computed)
    result = shown(computed.value, total)
    zh = f"{numbers(parts)}合计{result}，总数为{total.printed}" if others else f"{first_part}是{total.printed}的一部分"
    en = (
        f"{numbers(parts)} add up to {result}; the total is {total.printed}"
        if others
        else f"{first_part} is a part of {total.printed}"
    )
    judged = _judged(zh, en, how, result, failing="sum")
    if rule == "open-sum" and not how and _room(total.quantity, computed.rounded):
        judged = Judged(
            Label(f"{zh}：列举未尽，不超过总数。", f"{en}: the list is open and not more than the whole."), "", result
        )
    if rule == "sum" and how == "unrounded":
        judged = replace(judged, type="rounding")
    return facts.check(rule, (total, *parts), judged)


def _room(total: Quantity, computed: Interval) -> bool:
    """Whether the parts need not be more than the total."""
    high = number(total).rounded.high
    return high is None or computed.low is None or computed.low <= high


def _open(facts: Facts, last: Figure) -> bool:
    """Whether a list ends in 等 after its last part (before the next full stop)."""
    rest = facts.report.text.raw[last.printed_at.end :].partition("。")[0]
    return "等" in rest.partition("，")[0].partition("；")[0]


def attainment(facts: Facts) -> Iterator[Check]:
    """A target and the result that answers it, printed nearest to it."""
    for wanted, targets in facts.by_key.items():
        results = facts.by_key.get(wanted._replace(role="actual"), ())
        if wanted.role == "target" and results:
            place = targets[0].printed_at.start
            nearest = min(results, key=lambda figure: abs(figure.printed_at.start - place))
            yield _attainment(facts, targets[0], nearest)


def _attainment(facts: Facts, target: Figure, actual: Figure) -> Check:
    figures = (actual, target)
    said = f"目标{target.printed}，完成{actual.printed}", f"target {target.printed}, result {actual.printed}"
    direction = facts.reference.indicators[target.indicator].direction
    met = _met(target.quantity, actual.quantity, direction)
    if met is None:
        words = Label(f"{said[0]}：无法比较。", f"{said[1]}: they cannot be compared.")
        return facts.check("attainment", figures, Judged(words, outcome="cantTell"))
    if not met:
        bare = target.quantity.comparator == "none-stated"
        words = Label(
            f"{said[0]}：" + ("目标未写比较符，完成值低于目标值。" if bare else "未达到目标。"),
            f"{said[1]}: " + ("the target has no comparator, the result is below it." if bare else "not attained."),
        )
        return facts.check("attainment", figures, Judged(words, outcome="cantTell" if bare else "failed"))
    ratio = _ratio(target.quantity, actual.quantity) if direction == "higher" else None
    over = ratio is not None and ratio > OVER_ATTAINED
    rate = f"{float(ratio * 100):.4g}%" if ratio is not None else ""
    words = Label(
        f"{said[0]}：达到目标" + (f"，为目标值的{rate}" if rate else "") + ("，超额较多。" if over else "。"),
        f"{said[1]}: attained" + (f", {rate} of the target" if rate else "") + (", far over it." if over else "."),
    )
    return facts.check("attainment", figures, Judged(words, computed=rate))


def _met(target: Quantity, actual: Quantity, direction: str) -> bool | None:
    """Whether all that the result stands for attains the target; None when it cannot be told."""
    wanted, got = Fraction(target.value), number(actual)
    higher = target.comparator in ("gt", "ge") or (target.comparator == "none-stated" and direction == "higher")
    lower = target.comparator in ("lt", "le") or (target.comparator == "none-stated" and direction == "lower")
    if not (higher or lower):  # =, about, or a bare target of an indicator that wants neither more nor less
        equal = got.kind == "stated" and got.rounded.meets(Interval(wanted, wanted))
        return equal if target.comparator == "eq" and got.kind == "stated" else equal or None
    strict = target.comparator in ("gt", "lt")
    edge = got.value if got.kind == "stated" else got.rounded.low if higher else got.rounded.high
    beyond = edge is not None and (edge > wanted if higher else edge < wanted)
    if beyond or (edge == wanted and not strict):
        return True
    return False if got.kind == "stated" else None


def _ratio(target: Quantity, actual: Quantity) -> Fraction | None:
    """Result / target; bounds give none, nor does a target of zero."""
    if actual.comparator not in STATED or target.value <= 0:
        return None
    return Fraction(actual.value) / Fraction(target.value)


def magnitude(facts: Facts) -> Iterator[Check]:
    """Two scopes of one thing whose values lie ten times apart; a whole (without scope) and its part may."""
    scoped: dict[Key, list[Figure]] = defaultdict(list)
    for wanted, figures in facts.by_key.items():
        if wanted.scope:
            scoped[wanted._replace(scope="")].append(figures[0])
    for alike in scoped.values():
        for one, other in combinations(alike, 2):
            if (check := _magnitude(facts, one, other)) is not None:
                yield check


def _magnitude(facts: Facts, one: Figure, other: Figure) -> Check | None:
    more, less = sorted((one, other), key=lambda figure: figure.quantity.value, reverse=True)
    if less.quantity.value <= 0 or more.quantity.value < MAGNITUDE * less.quantity.value:
        return None
    times = f"{float(Fraction(more.quantity.value) / Fraction(less.quantity.value)):.2f}"
    said = Label(
        f"同一对象和指标，两处口径写法不同，{more.printed}约为{less.printed}的{times}倍；原文未说明两者关系。",
        f"For one thing and indicator in two scopes, {more.printed} is about {times} times {less.printed}; "
        "the text does not relate them.",
    )
    return facts.check("magnitude", (more, less), Judged(said, "magnitude", times))


def objectives(facts: Facts) -> Iterator[Check]:
    """An objective, and whether anything reports on it."""
    for objective in facts.report.objectives:
        count = len(objective.answered_by)
        said = (
            Label(f"有{count}条事实对应该目标。", f"{count} facts report on this objective.")
            if count
            else Label("没有事实对应该目标。", "Nothing reports on this objective.")
        )
        yield Check(
            id=f"objective-{objective.id}",
            rule="objective",
            outcome="passed" if count else "failed",
            type="" if count else "unverifiable",
            title=Label(objective.title.zh, objective.title.en or objective.title.zh),
            figures=(),
            stated="",
            computed=str(count),
            explanation=said,
            spans=objective.quote,
        )


def _judged(zh: str, en: str, how: How | None, computed: str, *, failing: str = "conflict") -> Judged:
    """A relation that holds in the way `how`, or does not hold and is `failing`."""
    if how is None:
        words = Label(f"{zh}：不相符，舍入不能解释。", f"{en}: they differ, and rounding does not explain it.")
        return Judged(words, failing, computed)
    words = Label(f"{zh}：{HOW[how].zh}。", f"{en}: {HOW[how].en}.")
    return Judged(words, computed=computed, outcome="cantTell" if how == "about" else None)


RULES = (same, change, growth, parts, attainment, magnitude, objectives)
