"""What a report is once read: frozen values, no input or output. Offsets are 0-based code points, end exclusive."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Literal

Comparator = Literal["eq", "ge", "gt", "le", "lt", "about", "none-stated"]


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A slice of the text."""

    start: int
    end: int

    def holds(self, other: "Span") -> bool:
        """Whether `other` lies inside this slice."""
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True)
class SourceText:
    """The words as read. `squeezed` is the text without white space, `positions` maps its characters back."""

    raw: str
    sha256: str

    @cached_property
    def positions(self) -> tuple[int, ...]:
        """Offset in `raw` of every character of `squeezed`."""
        return tuple(i for i, character in enumerate(self.raw) if not character.isspace())

    @cached_property
    def squeezed(self) -> str:
        """The text without white space."""
        return squeeze(self.raw)

    def slice(self, span: Span) -> str:
        """The characters of `span`, as stored."""
        return self.raw[span.start : span.end]

    def quoted(self, spans: tuple[Span, ...]) -> str:
        """The slices without white space, `……` between them."""
        return "……".join(squeeze(self.slice(span)) for span in spans)

    def span(self, start: int, length: int) -> Span:
        """The slice of `raw` for `length` characters of `squeezed` from `start`."""
        return Span(self.positions[start], self.positions[start + length - 1] + 1)


def squeeze(text: str) -> str:
    """`text` without any white space."""
    return "".join(text.split())


def unwrap(text: str) -> str:
    """`text` as one line: what was broken in mid-word is joined without a space."""
    return "".join(line.strip() for line in text.splitlines())


@dataclass(frozen=True, slots=True)
class Label:
    """A name in both languages; `en` may be empty."""

    zh: str
    en: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report from its heading to the next heading of any level."""

    id: str
    title: Label
    parent: str | None
    span: Span
    position: int


@dataclass(frozen=True, slots=True)
class Quantity:
    """What one printed value says.

    `value`, `low`, `high` and `rounding_unit` are in the base unit (元, points of per cent, km², pieces);
    `unit` is a QUDT unit code or empty for a bare number; `classifier` the 量词 of a count;
    `unit_text` the unit as printed with its multiplier (万宗). `low` or `high` is None where unbounded.
    """

    value: Decimal
    low: Decimal | None
    high: Decimal | None
    rounding_unit: Decimal
    comparator: Comparator
    unit: str
    classifier: str
    unit_text: str


@dataclass(frozen=True, slots=True)
class Entity:
    """A named thing."""

    id: str
    kind: str
    name: Label
    aliases: tuple[str, ...]
    status: str
    status_text: str
    located_in: str
    part_of: str
    mention: tuple[Span, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One stated value in one place. `quote` may have several slices, `printed_at` lies in one of them."""

    id: str
    about: str
    indicator: str
    role: str
    form: str
    period: str
    compared_with: str
    scope: str
    printed: str
    quantity: Quantity
    printed_at: Span
    quote: tuple[Span, ...]
    override_reason: str
    note: str


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement without a number, in one place."""

    id: str
    about: str
    type: str
    period: str
    text: str
    quote: tuple[Span, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Recognition:
    """One honour, in one place."""

    id: str
    recipient: str
    title: Label
    type: str
    conferred_by: str
    level: str
    grade: str
    edition: str
    period: str
    quote: tuple[Span, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Relation:
    """One relation, in one place; `predicate` is a CURIE."""

    subject: str
    predicate: str
    object: str
    basis: str
    quote: tuple[Span, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Objective:
    """One annual objective and the ids of the facts that report on it."""

    id: str
    title: Label
    quote: tuple[Span, ...]
    answered_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A relation between figures that only a reader sees; `type` is empty when it holds."""

    id: str
    rule: str
    figures: tuple[str, ...]
    type: str
    explanation: Label


@dataclass(frozen=True, slots=True)
class NotFigure:
    """A number of the text that states no quantity, with the reason."""

    spans: tuple[Span, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Indicator:
    """A quantity that reports track."""

    id: str
    name: Label
    broader: str
    dimension: str
    unit: str
    classifier: str
    direction: str


@dataclass(frozen=True, slots=True)
class Place:
    """A place with its GB/T 2260 code, where it has one."""

    id: str
    name: Label
    code: str
    part_of: str
    exact_match: str


@dataclass(frozen=True, slots=True)
class Period:
    """A period; `start` and `end` are ISO dates or empty (only `end`: cumulative to)."""

    id: str
    name: Label
    start: str
    end: str


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of named thing: the RDF classes of its things and the family of their IRIs."""

    id: str
    classes: tuple[str, ...]
    family: str


@dataclass(frozen=True)
class Reference:
    """What all reports share."""

    indicators: Mapping[str, Indicator]
    places: Mapping[str, Place]
    periods: Mapping[str, Period]
    units: Mapping[str, tuple[str, str]]
    kinds: Mapping[str, Kind]
    codes: Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class Report:
    """One report, whole. `digest` is the SHA-256 over its folder, `shared_digest` over what all reports share."""

    id: str
    title: Label
    body: str
    place: str
    period: str
    profile: str
    publisher: str
    source_url: str
    retrieved: str
    accepted_by: str
    rights: Label
    digest: str
    shared_digest: str
    text: SourceText
    sections: tuple[Section, ...]
    scopes: Mapping[str, Label]
    entities: Mapping[str, Entity]
    figures: tuple[Figure, ...]
    claims: tuple[Claim, ...]
    recognitions: tuple[Recognition, ...]
    relations: tuple[Relation, ...]
    objectives: tuple[Objective, ...]
    comparisons: tuple[Comparison, ...]
    not_figures: tuple[NotFigure, ...]
    periods: Mapping[str, Period] = field(default_factory=dict)

    def section_of(self, span: Span) -> Section:
        """The section that `span` starts in."""
        return next(s for s in reversed(self.sections) if s.span.start <= span.start)


@dataclass(frozen=True, slots=True)
class Finding:
    """One SHACL result: `severity` is Violation, Warning or Info; node names are IRIs or literals as text."""

    severity: str
    focus: str
    path: str
    value: str
    shape: str
    message: Label
