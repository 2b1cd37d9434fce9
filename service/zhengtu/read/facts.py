"""Rows in, facts out: every quote resolved to spans, every printed value parsed, every code and id known."""

from collections.abc import Callable, Container, Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, TypeVar

from zhengtu.errors import (
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
    ValueMissing,
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
    SourceText,
    Span,
    squeeze,
)
from zhengtu.read import quotes
from zhengtu.read.files import UNREAD, Row, Table, build_rows
from zhengtu.read.periods import period
from zhengtu.read.quantity import QuantityError, UnitError, bounds, parse

Fact = TypeVar("Fact", Figure, Claim, Recognition)
Thing = TypeVar("Thing")
Built = tuple[tuple[Row, Thing], ...]
"""What was built of a table, each beside its row."""

OVERRIDES = ("override_value", "override_unit", "override_comparator", "override_classifier")


@dataclass(frozen=True)
class Reading:
    """What a row is read against. Every method raises an InputError that names the row."""

    text: SourceText
    reference: Reference
    entities: Container[str] = UNREAD.ids
    scopes: Container[str] = UNREAD.ids
    periods: dict[str, Period] = field(default_factory=dict)

    def knowing(self, entities: Container[str], scopes: Container[str]) -> "Reading":
        """The same reading, with the ids of entities and scopes that the tables refer to."""
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
            part_of=row.reference("part_of", self.entities),
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
            compared_with=self._compared_with(row),
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
            text=row["text"] or self.text.quoted(quote),
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
        return Relation(
            subject=row.reference("subject", self.entities),
            predicate=row["predicate"],
            object=self._thing(row, "object"),
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

    def _thing(self, row: Row, column: str) -> str:
        """An entity or a place."""
        return row[column] if row[column] in self.reference.places else row.reference(column, self.entities)

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

    def _compared_with(self, row: Row) -> str:
        if row["form"] == "difference" and not row["compared_with"]:
            raise row.fault(ValueMissing, "compared_with", "a difference is one from another period")
        return self._period(row, "compared_with")

    def _quantity(self, row: Row, indicator: str, role: str) -> Quantity:
        default, units = self.reference.indicators[indicator], self.reference.units
        quantity = _overridden(row, _parsed(row, units, (default.unit, default.classifier)), units)
        bare = "=" not in row["printed"].replace("＝", "=") and not row["override_comparator"]
        if role == "target" and quantity.comparator == "eq" and bare:
            quantity = replace(quantity, comparator="none-stated")
        if quantity.unit != default.unit and row["form"] in ("level", "difference"):
            detail = f"{row['printed']} is in {quantity.unit}, the indicator {indicator} in {default.unit}"
            raise row.fault(UnitUnknown, "printed", detail)
        return quantity


def scopes(table: Table, problems: list[InputError]) -> dict[str, Label]:
    """The rows of scopes.csv by id."""
    found: dict[str, Label] = {}

    def once(row: Row) -> None:
        if row["id"] in found:
            raise row.fault(IdRepeated, "id", row["id"])
        found[row["id"]] = Label(row["name_zh"], row["name_en"])

    build_rows(table, once, problems)
    return found


def agreement(figures: Built[Figure], claims: Built[Claim], recognitions: Built[Recognition]) -> Iterator[InputError]:
    """Rows that share an id or make one node must say the same of it, quotes and notes apart."""
    yield from _unequal(claims, lambda c: c.id, lambda c: (c.about, c.type, c.period))
    yield from _unequal(recognitions, lambda r: r.id, lambda r: replace(r, quote=(), note=""))
    yield from _unequal(
        figures,
        lambda f: (f.about, f.indicator, f.role, f.form, f.period, f.scope, f.quantity.value, f.quantity.comparator),
        lambda f: (replace(f.quantity, unit_text=""), f.compared_with),
    )
    yield from _unequal(figures, lambda f: f.id, lambda f: f)


def answers(
    objectives: Built[Objective], comparisons: Built[Comparison], tables: Mapping[str, Table]
) -> Iterator[InputError]:
    """The facts that objectives.csv and checks.csv name must stand in their tables."""
    for row, objective in objectives:
        for fact in objective.answered_by:
            if not any(fact in tables[name].ids for name in ("figures", "claims", "recognitions")):
                yield row.fault(ReferenceDangling, "answered_by", fact)
    for row, comparison in comparisons:
        for figure in comparison.figures:
            if figure not in tables["figures"].ids:
                yield row.fault(ReferenceDangling, "figures", figure)


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


def _overridden(row: Row, read: Quantity, units: Mapping[str, tuple[str, str]]) -> Quantity:
    """The quantity as a person corrected it; its bounds follow from the corrected parts."""
    given = {column.removeprefix("override_"): row[column] for column in OVERRIDES if row[column]}
    if bool(given) != bool(row["override_reason"]):
        raise row.fault(OverrideUnexplained, "override_reason", ", ".join(given) or "a reason, but no override")
    if not given:
        return read
    row.code("override_unit", {unit for unit, _ in units.values()})
    changes: dict[str, Any] = given | ({"value": Decimal(given["value"])} if "value" in given else {})
    in_vain = [name for name, value in changes.items() if getattr(read, name) == value]
    if in_vain:
        raise row.fault(OverrideUnexplained, f"override_{in_vain[0]}", "the grammar reads the same")
    corrected = replace(read, **changes)
    low, high = bounds(corrected.value, corrected.rounding_unit, corrected.comparator, corrected.unit)
    return replace(corrected, low=low, high=high)


def _unequal(
    built: Built[Fact], key: Callable[[Fact], Hashable], said: Callable[[Fact], object]
) -> Iterator[InputError]:
    first: dict[Hashable, tuple[Row, Fact]] = {}
    for row, fact in built:
        known_row, known = first.setdefault(key(fact), (row, fact))
        if said(known) != said(fact):
            yield row.fault(StatementsDisagree, "id", f"{fact.id}: row {known_row.number} says something else")
