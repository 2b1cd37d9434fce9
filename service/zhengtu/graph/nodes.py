"""A `Report` in, the IRIs of its nodes out: the one place where facts, entities and passages get theirs."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from rdflib import URIRef

from zhengtu.model import Check, Figure, Reference, Report, Span
from zhengtu.store.quads import Triple
from zhengtu.terms import ID, PROV, ZT, code, document, observation, passage, thing


@dataclass(frozen=True)
class Nodes:
    """IRIs for one report."""

    report: Report
    reference: Reference
    checks: tuple[Check, ...] = ()

    @property
    def self(self) -> URIRef:
        """The report."""
        return thing("report", self.report.id)

    @property
    def text(self) -> URIRef:
        """The frozen text."""
        return document(self.report.text.sha256)

    def entity(self, identifier: str) -> URIRef:
        """An entity of the report, or a place of the reference data."""
        known = self.report.entities.get(identifier)
        return thing(self.reference.kinds[known.kind].family if known else "place", identifier)

    def fact(self, family: str, identifier: str) -> URIRef:
        """A claim, a recognition, an objective, a scope, a section, a finding: numbered within the report."""
        return ID[f"{family}/{self.report.id}.{identifier}"]

    def scope(self, identifier: str) -> URIRef:
        """A scope of the report; an observation that the text does not limit has the scope `not-limited`."""
        return self.fact("scope", identifier) if identifier else code("scope", "not-limited")

    def observation(self, figure: Figure) -> URIRef:
        """The node of a stated value."""
        key = (figure.about, figure.indicator, figure.role, figure.form, figure.period)
        quantity = figure.quantity
        return observation(self.report.id, key, quantity.comparator, quantity.value, figure.scope)

    def passage(self, span: Span) -> URIRef:
        """A passage of the text."""
        return passage(self.report.text.sha256, span)

    def evidence(self, fact: URIRef, quotes: Collection[Span], printed: Collection[Span] = ()) -> Iterator[Triple]:
        """All the quotes that a fact was read from, and the one that stands for them.

        That is the first of those that hold a printed value where the fact has one, and of those that begin there the
        longest.
        """
        for span in quotes:
            yield fact, PROV.wasDerivedFrom, self.passage(span)
        holding = [span for span in quotes if any(span.holds(value) for value in printed)]
        main = min(holding or quotes, key=lambda span: (span.start, -span.end))
        yield fact, ZT.mainPassage, self.passage(main)
