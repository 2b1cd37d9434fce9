"""The statements of a description in, what a page says out: names in both languages, groups, facts, quotes, parts."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from zhengtu.model import Label, unwrap
from zhengtu.namespaces import BASE, compact, expand
from zhengtu.publish.describe import ABOUT, CITING, EVIDENCE, NAMES, PART, Outline, Statement, Term, outline, statements
from zhengtu.store.door import Store

KINDS = ("zt:Observation", "schema:Claim", "zt:Recognition", "zt:Objective", "rdf:Statement", "dqv:QualityAnnotation")
"""The classes of facts, in the order in which a page lists them."""
DEFINING = ("skos:definition", "rdfs:comment", "dcterms:description")
SHOWN_OF_A_FACT = (
    "zt:conferredBy", "zt:grade", "zt:edition", "zt:administrativeLevel", "zt:scope", "zt:basis", "rdfs:comment",
)  # fmt: skip
SHOWN_ELSEWHERE = frozenset(("rdf:type", "oa:hasSelector", "oa:hasTarget", *NAMES, *EVIDENCE))
FIRST = (
    "schema:about", "rdf:subject", "rdf:predicate", "rdf:object", "zt:indicator", "zt:valueRole", "zt:valueForm",
    "sdmx-dimension:refPeriod", "zt:comparisonPeriod", "zt:scope", "zt:reportedText", "sdmx-measure:obsValue",
    "dcterms:type", "adms:status", "zt:statusText", "skos:altLabel",
)  # fmt: skip
"""The properties that a page shows before the others."""
USUAL = frozenset((expand("code:scope/not-limited"), expand("code:value-form/level"), expand("code:basis/stated")))
"""Values that go without saying."""


@dataclass(frozen=True, slots=True)
class Named:
    """A thing and what it is called; `said` are words of the report that tell it from others of the same name."""

    iri: str
    label: Label
    said: str = ""

    @property
    def short(self) -> str:
        """The IRI as it is written in a query; whole where it is a namespace."""
        curie = compact(self.iri)
        return self.iri if curie.endswith(":") else curie


Value = Named | Term


@dataclass(frozen=True, slots=True)
class Group:
    """A property and its values; `total` is their number, where some of them are left out."""

    property: Named
    values: tuple[Value, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Quote:
    """A passage: its words as one line, its place (code points, end exclusive), its section, why it is quoted."""

    iri: str
    exact: str
    start: int
    end: int
    section: Named | None
    role: Named


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact about the thing described, with its passages in the order of the text."""

    node: Named
    groups: tuple[Group, ...]
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """What a hash IRI of a document names."""

    anchor: str
    node: Named
    kinds: tuple[Named, ...]
    definition: Label
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Description:
    """All that a page shows of one thing."""

    node: Named
    kinds: tuple[Named, ...]
    definition: Label
    groups: tuple[Group, ...]
    quotes: tuple[Quote, ...]
    facts: tuple[tuple[Named, tuple[Fact, ...]], ...]
    facts_total: int
    inverse: tuple[Group, ...]
    parts: tuple[Part, ...]
    passages: tuple[Quote, ...]
    text: str
    uses: int
    size: int


def description(store: Store, about: Outline) -> Description:
    """The description of a thing that the store knows."""
    return Reader(about, statements(store, about)).description()


def named(store: Store, iri: str) -> Named:
    """What a thing is called, by its own description."""
    return description(store, outline(store, iri)).node


class Reader:
    """The statements of one description by subject and property; properties are CURIEs."""

    def __init__(self, about: Outline, found: Iterable[Statement]) -> None:
        self.about = about
        self._held: dict[str, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
        self._inverse: dict[str, list[str]] = defaultdict(list)
        self._names: dict[str, Named] = {}
        for subject, predicate, value in found:
            link = compact(predicate)
            self._held[subject][link].append(value)
            if value.value == about.iri and value.is_iri:
                self._inverse[link].append(subject)

    def description(self) -> Description:
        """What a page shows."""
        iri = self.about.iri
        return Description(
            self.name(iri),
            tuple(self._kinds(iri)),
            self._definition(iri),
            tuple(self._groups(iri)),
            self._quotes(iri),
            tuple(self._facts()),
            self.about.facts,
            tuple(self._incoming()),
            tuple(self._parts()),
            self._passages(),
            self._text(iri),
            self.about.uses,
            self.about.size,
        )

    def name(self, iri: str) -> Named:
        """What a thing is called, in each language that it is called in; facts are called by what they are about."""
        if iri not in self._names:
            own = next(filter(None, (self._label(iri, property_) for property_ in NAMES)), None)
            self._names[iri] = Named(iri, own or self._composed(iri), self._said(iri))
        return self._names[iri]

    def _label(self, iri: str, property_: str) -> Label | None:
        found = {term.language: term.value for term in sorted(self._of(iri, property_), key=lambda t: t.value)}
        if not found:
            return None
        return Label(found.get("zh", found.get("", "")), found.get("en", ""))

    def _composed(self, iri: str) -> Label:
        held = self._held.get(iri, {})
        if "zt:indicator" in held:
            links = ("schema:about", "zt:indicator", "zt:valueRole", "zt:valueForm", "sdmx-dimension:refPeriod")
            return self._joined(" · ", [end for end in self._ends(iri, links) if end not in (*USUAL, self.about.iri)])
        if "rdf:predicate" in held:
            return self._joined(" → ", self._ends(iri, ("rdf:subject", "rdf:predicate", "rdf:object")))
        if "oa:start" in held or "oa:hasSelector" in held:
            return _place(iri)
        if partition := self._ends(iri, ("void:class", "void:property", "void-ext:datatype")):
            return self._joined(" · ", partition)
        kinds = self._fact_kinds(iri)
        return self._joined(" · ", [*kinds, *self._ends(iri, ("dcterms:type",))] if kinds else [])

    def _fact_kinds(self, iri: str) -> list[str]:
        return [value for value in self._values(iri, "rdf:type") if compact(value) in KINDS]

    def _ends(self, iri: str, links: Sequence[str]) -> list[str]:
        return [value for link in links for value in self._values(iri, link)]

    def _joined(self, by: str, iris: Sequence[str]) -> Label:
        labels = [self.name(iri) for iri in iris]
        if not labels:
            return Label("")
        return Label(
            by.join(n.label.zh or n.label.en or n.short for n in labels),
            by.join(n.label.en or n.label.zh or n.short for n in labels),
        )

    def _said(self, iri: str) -> str:
        """The report's own words in or for a thing."""
        for link in ("zt:reportedText", "oa:exact"):
            for term in self._of(iri, link):
                return unwrap(term.value)
        for selector in self._of(iri, "oa:hasSelector"):
            for term in self._of(selector.value, "oa:exact"):
                return unwrap(term.value)
        return "" if self._label(iri, NAMES[0]) else "".join(t.value for t in self._of(iri, "schema:text")[:1])

    def _kinds(self, iri: str) -> Iterator[Named]:
        """The classes, our own first."""
        classes = sorted(self._values(iri, "rdf:type"), key=lambda name: (not name.startswith(BASE), name))
        return map(self.name, classes)

    def _definition(self, iri: str) -> Label:
        for property_ in DEFINING:
            if label := self._label(iri, property_):
                return label
        return Label("")

    def _groups(self, iri: str) -> Iterator[Group]:
        defining = next((p for p in DEFINING if p in self._held[iri]), "")
        text = "schema:text" if self._text(iri) else ""
        for property_, terms in sorted(self._held[iri].items(), key=lambda held: _rank(held[0])):
            if property_ not in SHOWN_ELSEWHERE and property_ not in (defining, text):
                yield self._group(property_, [self._value(term) for term in self._sorted(terms)])

    def _group(self, property_: str, values: Sequence[Value], total: int = 0) -> Group:
        return Group(self.name(expand(property_)), tuple(values), max(total, len(values)))

    def _value(self, term: Term) -> Value:
        return self.name(term.value) if term.is_iri else term

    def _facts(self) -> Iterator[tuple[Named, tuple[Fact, ...]]]:
        nodes = {node for link in CITING for node in self._inverse[link]}
        nodes |= set(self._ends(self.about.iri, ("oa:hasTarget", "prov:wasDerivedFrom")))
        for kind in KINDS:
            facts = [self._fact(node) for node in nodes if expand(kind) in self._values(node, "rdf:type")]
            if facts:
                yield self.name(expand(kind)), tuple(sorted(facts, key=_order))

    def _fact(self, node: str) -> Fact:
        shown = [(link, [t for t in self._of(node, link) if t.value not in USUAL]) for link in SHOWN_OF_A_FACT]
        groups = (self._group(link, [self._value(t) for t in self._sorted(terms)]) for link, terms in shown if terms)
        return Fact(self.name(node), tuple(groups), self._quotes(node))

    def _quotes(self, iri: str) -> tuple[Quote, ...]:
        """The passages of a fact, or the passage itself; where a value is printed is inside one of them."""
        own = [self._quote(iri, "oa:exact")] if "oa:hasSelector" in self._held[iri] else []
        links = (link for link in EVIDENCE if link != "zt:printedAt" or "prov:wasDerivedFrom" not in self._held[iri])
        quoted = [self._quote(node, link) for link in links for node in self._values(iri, link)]
        return tuple(sorted((q for q in (*own, *quoted) if q), key=lambda q: (q.start, q.end)))

    def _quote(self, passage: str, role: str) -> Quote | None:
        exact, start, end = "", -1, -1
        for selector in self._values(passage, "oa:hasSelector"):
            exact = next(iter(self._values(selector, "oa:exact")), exact)
            start = int(next(iter(self._values(selector, "oa:start")), start))
            end = int(next(iter(self._values(selector, "oa:end")), end))
        section = next(iter(self._values(passage, "dcterms:isPartOf")), "")
        if not exact:
            return None
        return Quote(
            passage, unwrap(exact), start, end, self.name(section) if section else None, self.name(expand(role))
        )

    def _incoming(self) -> Iterator[Group]:
        for link in sorted(self._inverse):
            if link in PART or (link in CITING and self._cited(link)):
                continue
            things = sorted(
                (self.name(node) for node in self._inverse[link]), key=lambda n: (n.label.zh, n.said, n.iri)
            )
            yield self._group(link, things, self.about.incoming.get(link, 0))

    def _cited(self, link: str) -> bool:
        """Whether all that `link` leads from is shown among the facts."""
        return link in ABOUT or all(self._fact_kinds(node) for node in self._inverse[link])

    def _parts(self) -> Iterator[Part]:
        """The parts that a page lists; passages stand in the text, and a partition within another is told by it."""
        own = {term.value for terms in self._held[self.about.iri].values() for term in terms}
        for iri in sorted(self._within()):
            held = self._held[iri].keys()
            if not held & {"oa:hasSource", "oa:exact", "oa:start"} and ("void:triples" not in held or iri in own):
                groups = (group for group in self._groups(iri) if group.property.short != "rdfs:isDefinedBy")
                anchor = iri.partition("#")[2]
                yield Part(anchor, self.name(iri), tuple(self._kinds(iri)), self._definition(iri), tuple(groups))

    def _passages(self) -> tuple[Quote, ...]:
        found = (self._quote(iri, "oa:hasSource") for iri in self._within() if "oa:hasSource" in self._held[iri])
        return tuple(sorted((q for q in found if q), key=lambda q: (q.start, q.end)))

    def _within(self) -> list[str]:
        """The parts: what has a hash IRI of this document, and what says that the document defines it."""
        own = self.about.iri
        defined = set(self._inverse["rdfs:isDefinedBy"])
        return [iri for iri in self._held if iri in defined or (iri.startswith(f"{own}#") and len(self._held[iri]) > 1)]

    def _text(self, iri: str) -> str:
        document = "schema:DigitalDocument" in self.about.classes
        return next(iter(self._values(iri, "schema:text")), "") if document else ""

    def _of(self, iri: str, link: str) -> list[Term]:
        return self._held[iri].get(link, []) if iri in self._held else []

    def _values(self, iri: str, link: str) -> list[str]:
        return [term.value for term in self._of(iri, link)]

    def _sorted(self, terms: Sequence[Term]) -> list[Term]:
        return sorted(terms, key=lambda t: (t.language, self.name(t.value).label.zh if t.is_iri else "", t.value))


def _rank(property_: str) -> tuple[int, str]:
    return FIRST.index(property_) if property_ in FIRST else len(FIRST), property_


def _place(iri: str) -> Label:
    """What a passage or a selector is called: its IRI ends in its place."""
    start, end = iri.rpartition("=")[2].partition(",")[::2]
    return Label(f"第 {start}–{end} 字", f"characters {start}–{end}")


def _order(fact: Fact) -> tuple[int, str]:
    return fact.quotes[0].start if fact.quotes else -1, fact.node.iri


def shown(label: Label, language: str) -> Mapping[str, str]:
    """The label in `language` where there is one, else in the other: its `text` and its `lang`."""
    zh, en = {"text": label.zh, "lang": "zh-Hans"}, {"text": label.en, "lang": "en"}
    first, second = (en, zh) if language == "en" else (zh, en)
    return first if first["text"] else second
