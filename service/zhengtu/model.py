"""What a report is once read: frozen values, no input or output. Offsets are 0-based code points, end exclusive."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Literal

Outcome = Literal["passed", "failed", "cantTell", "inapplicable"]
"""How a check ends, as EARL 1.0 names it (section 2.7)."""

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
class Check:
    """One relation of the report, recomputed or judged by a reader; `type` is empty when nothing disagrees.

    `figures` are ids of figures.csv, `stated` and `computed` numbers as a person writes them, `spans` the quotes.
    """

    id: str
    rule: str
    outcome: Outcome
    type: str
    title: Label
    figures: tuple[str, ...]
    stated: str
    computed: str
    explanation: Label
    spans: tuple[Span, ...]


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


Severity = Literal["Violation", "Warning", "Info"]
Reason = Literal["result", "not-evaluated", "unseen"]
"""Why something is a finding: a rule failed, a rule looked at nothing, or no rule looked at a term of the data."""
Completeness = Literal["present", "partial", "absent"]
"""How far a document meets a requirement of its profile."""
SEVERITIES: tuple[Severity, ...] = ("Violation", "Warning", "Info")


@dataclass(frozen=True, slots=True)
class Quotation:
    """A quote where it stands: characters `start` to `end` (0-based, end exclusive) of a text, in a section."""

    passage: str
    quote: str
    start: int
    end: int
    section: str = ""
    section_title: Label = Label("")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, or missing; node names are IRIs or literals as text.

    `path` is a SPARQL property path, `constraint` the rule within the shape where it has several, `label` what a person
    calls the thing concerned, `places` the quotes that it rests on. The message says what is wrong and how to mend it.
    """

    severity: Severity
    focus: str
    path: str
    value: str
    shape: str
    message: Label
    constraint: str = ""
    reason: Reason = "result"
    report: str = ""
    label: Label = Label("")
    places: tuple[Quotation, ...] = ()

    @property
    def thing(self) -> str:
        """What is concerned: the value that a rule over a whole report names, else the focus node."""
        named = self.value.startswith(("http:", "https:", "urn:", "_:"))
        return self.value if named and self.constraint else self.focus


@dataclass(frozen=True, slots=True)
class Rule:
    """A shape that finds its own focus nodes, or one of its property shapes, in both languages.

    `order` sorts rules by group, then within it; `focus` counts the nodes that it looked at, None where it has no
    target of its own; `optional` rules may look at nothing; `ours` tells rules about our record
    from rules about a document.
    """

    id: str
    title: Label
    about: Label
    group: Label
    order: tuple[int, int]
    severity: Severity
    focus: int | None = None
    optional: bool = False
    ours: bool = False


@dataclass(frozen=True, slots=True)
class Requirement:
    """How far one document meets one requirement of its profile; `gaps` are the messages of what is missing."""

    report: str
    rule: Rule
    status: Completeness
    gaps: tuple[Label, ...]
    title: Label = Label("")


@dataclass(frozen=True)
class Run:
    """One run of the rules, whole: every form of the report is made from this and nothing else.

    `subject` keeps findings about our data apart from findings about documents; `data` and `shapes` are the SHA-256 of
    what was judged and of the rules.
    """

    subject: Literal["data", "document"]
    data: str
    shapes: str
    engine: str
    rules: tuple[Rule, ...]
    findings: tuple[Finding, ...]
    requirements: tuple[Requirement, ...] = ()

    def count(self, severity: Severity) -> int:
        """How many findings have this severity."""
        return sum(finding.severity == severity for finding in self.findings)

    @property
    def status(self) -> Literal[0, 1, 2]:
        """0 conforms, 1 has violations, 2 could not be evaluated. A gap in a document is no violation of ours."""
        if any(finding.reason == "not-evaluated" for finding in self.findings):
            return 2
        ours = {rule.id for rule in self.rules if self.subject == "data" or rule.ours}
        return 1 if any(f.severity == "Violation" and f.shape in ours for f in self.findings) else 0
