"""Rows in, facts out: every quote resolved to spans, every printed value parsed, every code and id known."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from zhengtu.errors import (
    CodeUnknown,
    IdRepeated,
    InputError,
    OverrideUnexplained,
    PrintedMisplaced,
    QuantityUnreadable,
    QuoteAmbiguous,
    QuoteMissing,
    ReferenceDangling,
    StatementsDisagree,
    UnitUnknown,
    ValueMalformed,
)
from zhengtu.model import (
    Claim,
    Comparison,
    Entity,
    Figure,
    Label,
    NotFigure,
    Objective,
    Period,
    Quantity,
    Recognition,
    Reference,
    Relation,
    Report,
    SourceText,
    Span,
    squeeze,
)
from zhengtu.read import quotes
from zhengtu.read.files import Row, build_rows
from zhengtu.read.periods import period
from zhengtu.read.quantity import QuantityError, UnitError, parse
from zhengtu.terms import COMPARATORS, expand

OVERRIDES = ("override_value", "override_unit", "override_comparator", "override_classifier")


@dataclass(frozen=True)
class Reading:
    """What a row is read against. Every method raises an InputError that names the row."""

    text: SourceText
    reference: Reference
    entities: Mapping[str, Entity] = field(default_factory=dict)
    scopes: Mapping[str, Label] = field(default_factory=dict)
    periods: dict[str, Period] = field(default_factory=dict)

    def knowing(self, entities: Mapping[str, Entity], scopes: Mapping[str, Label]) -> "Reading":
        """The same reading, with the entities and scopes that later tables refer to."""
        return replace(self, entities=entities, scopes=scopes)

    def entity(self, row: Row) -> Entity:
        """A row of entities.csv."""
        codes, places = self.reference.codes, self.reference.places
        return Entity(
            id=row["id"],
            kind=row.code("kind", self.reference.kinds),
            name=Label(row["name_zh"], row["name_en"]),
            aliases=row.many("aliases"),
            status=row.code("status", codes["status"]),
            status_text=row["status_text"],
            located_in=row.reference("located_in", places),
            part_of=row["part_of"],
            mention=self._mention(row),
            note=row["note"],
        )

    def figure(self, row: Row) -> Figure:
        """A row of figures.csv."""
        codes = self.reference.codes
        quote = self._quote(row)
        indicator = row.reference("indicator", self.reference.indicators)
        role = row.code("role", codes["value-role"])
        printed_at = self._printed_at(row, quote)
        return Figure(
            id=row["id"],
            about=row.reference("about", self.entities),
            indicator=indicator,
            role=role,
            form=row.code("form", codes["value-form"]),
            period=self._period(row, "period"),
            compared_with=self._period(row, "compared_with"),
            scope=row.reference("scope", self.scopes),
            printed=squeeze(self.text.slice(printed_at)),
            quantity=self._quantity(row, indicator, role),
            printed_at=printed_at,
            quote=quote,
            override_reason=row["override_reason"],
            note=row["note"],
        )

    def claim(self, row: Row) -> Claim:
        """A row of claims.csv; without a text of its own the quote is the text."""
        quote = self._quote(row)
        return Claim(
            id=row["id"],
            about=row.reference("about", self.entities),
            type=row.code("type", self.reference.codes["claim-type"]),
            period=self._period(row, "period"),
            text=row["text"] or "……".join(squeeze(self.text.slice(span)) for span in quote),
            quote=quote,
            note=row["note"],
        )

    def recognition(self, row: Row) -> Recognition:
        """A row of recognitions.csv."""
        codes = self.reference.codes
        return Recognition(
            id=row["id"],
            recipient=row.reference("recipient", self.entities),
            title=Label(row["title_zh"], row["title_en"]),
            type=row.code("type", codes["recognition-type"]),
            conferred_by=row.reference("conferred_by", self.entities),
            level=row.code("level", codes["administrative-level"]),
            grade=row["grade"],
            edition=row["edition"],
            period=self._period(row, "period"),
            quote=self._quote(row),
            note=row["note"],
        )

    def relation(self, row: Row) -> Relation:
        """A row of relations.csv."""
        try:
            expand(row["predicate"])
        except KeyError:
            raise row.fault(CodeUnknown, "predicate", row["predicate"]) from None
        return Relation(
            subject=row.reference("subject", self.entities),
            predicate=row["predicate"],
            object=row.reference("object", {**self.entities, **self.reference.places}),
            basis=row.code("basis", self.reference.codes["basis"]),
            quote=self._quote(row),
            note=row["note"],
        )

    def objective(self, row: Row) -> Objective:
        """A row of objectives.csv."""
        return Objective(row["id"], Label(row["title_zh"], row["title_en"]), self._quote(row), row.many("answered_by"))

    def comparison(self, row: Row) -> Comparison:
        """A row of checks.csv."""
        return Comparison(
            row["id"],
            row["rule"],
            row.many("figures"),
            row.code("type", self.reference.codes["issue-type"]),
            Label(row["explanation_zh"], row["explanation_en"]),
        )

    def not_figure(self, row: Row) -> NotFigure:
        """A row of not-figures.csv."""
        reason = row.code("reason", self.reference.codes["not-figure-reason"])
        if row["occurrence"] == "all":
            spans = _resolved(row, lambda: quotes.locate_all(self.text, row["quote"]))
        else:
            spans = self._quote(row)
        if row["printed"]:
            spans = (self._printed_at(row, spans),)
        return NotFigure(spans, reason)

    def _quote(self, row: Row) -> tuple[Span, ...]:
        return _resolved(row, lambda: quotes.locate(self.text, row["quote"], row.whole("occurrence")))

    def _mention(self, row: Row) -> tuple[Span, ...]:
        spans = self._quote(row)
        said = squeeze("".join(self.text.slice(span) for span in spans))
        names = (row["name_zh"], *row.many("aliases"))
        if not any(squeeze(name) in said for name in names):
            raise row.fault(PrintedMisplaced, "quote", f"none of {'; '.join(names)} stands in {row['quote']}")
        return spans

    def _printed_at(self, row: Row, quote: tuple[Span, ...]) -> Span:
        nth = row.whole("printed_occurrence") if "printed_occurrence" in row.values else None
        try:
            return quotes.locate_within(self.text, quote, row["printed"], nth)
        except LookupError:
            raise row.fault(PrintedMisplaced, "printed", f"{row['printed']} in {row['quote']}") from None

    def _period(self, row: Row, column: str) -> str:
        if not row[column]:
            return ""
        known = self.periods.get(row[column]) or period(row[column], self.reference.periods)
        if known is None:
            raise row.fault(ValueMalformed, column, f"{row[column]} is neither a date form nor in periods.csv")
        self.periods[known.id] = known
        return known.id

    def _quantity(self, row: Row, indicator: str, role: str) -> Quantity:
        default = self.reference.indicators[indicator]
        quantity = _overridden(row, _parsed(row, self.reference.units, (default.unit, default.classifier)))
        if role == "target" and quantity.comparator == "eq" and "=" not in row["printed"].replace("＝", "="):
            quantity = replace(quantity, comparator="none-stated")
        if quantity.unit != default.unit and row["form"] in ("level", "difference"):
            detail = f"{row['printed']} is in {quantity.unit}, the indicator {indicator} in {default.unit}"
            raise row.fault(UnitUnknown, "printed", detail)
        return quantity


def scopes(rows: Iterable[Row], problems: list[InputError]) -> dict[str, Label]:
    """The rows of scopes.csv by id."""
    found: dict[str, Label] = {}

    def once(row: Row) -> None:
        if row["id"] in found:
            raise row.fault(IdRepeated, "id", row["id"])
        found[row["id"]] = Label(row["name_zh"], row["name_en"])

    build_rows(tuple(rows), once, problems)
    return found


def agreement(report: Report) -> list[InputError]:
    """Rows that share an id or make one node must say the same of it, quotes and notes apart."""
    return [
        *_unequal("claims.csv", report.claims, lambda c: c.id, lambda c: (c.about, c.type, c.period)),
        *_unequal(
            "recognitions.csv", report.recognitions, lambda r: r.id, lambda r: replace(r, quote=(), note="")
        ),
        *_unequal(
            "figures.csv",
            report.figures,
            lambda f: (
                f.about, f.indicator, f.role, f.form, f.period, f.scope, f.quantity.value, f.quantity.comparator,
            ),
            lambda f: (replace(f.quantity, unit_text=""), f.compared_with),
        ),
        *_unequal("figures.csv", report.figures, lambda f: f.id, lambda f: f),
    ]  # fmt: skip


def references(report: Report, reference: Reference) -> list[InputError]:
    """Ids that are named before their table is read whole: parents, answers, figures of checks."""
    figures = {figure.id for figure in report.figures}
    facts = figures | {claim.id for claim in report.claims} | {r.id for r in report.recognitions}
    named = [
        *(("entities.csv", "part_of", e.id, e.part_of, report.entities) for e in report.entities.values()),
        *(("indicators.csv", "broader", i.id, i.broader, reference.indicators) for i in reference.indicators.values()),
        *(("objectives.csv", "answered_by", o.id, a, facts) for o in report.objectives for a in o.answered_by),
        *(("checks.csv", "figures", c.id, f, figures) for c in report.comparisons for f in c.figures),
    ]
    return [
        ReferenceDangling(file, f"{target} (named by {source})", column=column)
        for file, column, source, target, known in named
        if target and target not in known
    ]


def _resolved(row: Row, locate: Callable[[], tuple[Span, ...]]) -> tuple[Span, ...]:
    try:
        return locate()
    except quotes.AmbiguousError as error:
        raise row.fault(QuoteAmbiguous, "quote", f"{error.args[0]} ({error.args[1]} times)") from None
    except quotes.NotFoundError as error:
        raise row.fault(QuoteMissing, "quote", error.args[0] or "an empty slice") from None


def _parsed(row: Row, units: Mapping[str, tuple[str, str]], bare: tuple[str, str]) -> Quantity:
    try:
        return parse(row["printed"], units, bare)
    except UnitError as error:
        raise row.fault(UnitUnknown, "printed", f"{error.args[0]} in {row['printed']}") from None
    except QuantityError:
        raise row.fault(QuantityUnreadable, "printed", row["printed"]) from None


def _overridden(row: Row, read: Quantity) -> Quantity:
    given = {column.removeprefix("override_"): row[column] for column in OVERRIDES if row[column]}
    if bool(given) != bool(row["override_reason"]):
        raise row.fault(OverrideUnexplained, "override_reason", ", ".join(given) or "a reason, but no override")
    if not given:
        return read
    if given.get("comparator", "eq") not in COMPARATORS:
        raise row.fault(CodeUnknown, "override_comparator", given["comparator"])
    changes: dict[str, Any] = dict(given)
    if "value" in given:
        value = Decimal(given["value"])
        changes |= {"value": value, "low": value, "high": value}
    corrected = replace(read, **changes)
    if corrected == read:
        raise row.fault(OverrideUnexplained, f"override_{next(iter(given))}", "the grammar reads the same")
    return corrected


def _unequal(
    file: str, rows: Iterable[Any], key: Callable[[Any], Hashable], said: Callable[[Any], object]
) -> list[InputError]:
    first: dict[Hashable, Any] = {}
    return [
        StatementsDisagree(file, f"{row.id} and {known.id} say different things of one statement")
        for row in rows
        if said(known := first.setdefault(key(row), row)) != said(row)
    ]
