"""A store in, its named things out, so that an address which leads nowhere finds those that come nearest to it."""

from itertools import pairwise
from typing import NamedTuple
from urllib.parse import unquote

from zhengtu.model import Label
from zhengtu.namespaces import BASE, prologue
from zhengtu.publish.description import Named
from zhengtu.store.door import Store

CANDIDATES = 5000
"""Most things that are looked at, so that a wrong address costs little in a large graph."""
LEAST = 0.2
"""Least likeness (0 to 1) of what is worth showing."""
AT_HOME = 0.1
"""What the same family counts."""

_NAMED = f"""
SELECT ?iri (SAMPLE(?name_zh) AS ?zh) (SAMPLE(?name_en) AS ?en) {{
  {{ SELECT DISTINCT ?iri {{ ?iri skos:prefLabel|rdfs:label|dcterms:title ?any
     FILTER(STRSTARTS(STR(?iri), "{BASE}")) }} LIMIT {CANDIDATES} }}
  ?iri skos:prefLabel|rdfs:label|dcterms:title ?name
  BIND(IF(LANG(?name) = "zh", ?name, ?none) AS ?name_zh) BIND(IF(LANG(?name) = "en", ?name, ?none) AS ?name_en)
}} GROUP BY ?iri
"""


class Candidate(NamedTuple):
    """A thing, the family of its IRI, and the pairs of characters of its slug and its names."""

    thing: Named
    family: str
    pairs: tuple[frozenset[str], ...]


class Names:
    """The named things of one store, read once."""

    def __init__(self, store: Store) -> None:
        found = store.query(prologue("dcterms", "rdfs", "skos") + _NAMED).rows()
        self._candidates = [_candidate(Named(iri, Label(zh, en))) for iri, zh, en in found]

    def nearest(self, iri: str, count: int = 8) -> tuple[Named, ...]:
        """At most `count` things whose IRI or name is like the end of `iri`, the most alike first."""
        family, _, slug = unquote(iri.removeprefix(BASE)).rstrip("/").rpartition("/")
        wanted = _pairs(slug.rpartition("#")[2])
        alike = ((_likeness(wanted, family, candidate), candidate.thing) for candidate in self._candidates)
        found = sorted((-likeness, thing.iri, thing) for likeness, thing in alike if likeness >= LEAST)
        return tuple(thing for _, _, thing in found[:count])


def _candidate(thing: Named) -> Candidate:
    family, _, slug = thing.iri.removeprefix(BASE).rpartition("/")
    texts = (slug.rpartition("#")[2], thing.label.zh, thing.label.en)
    return Candidate(thing, family, tuple(map(_pairs, texts)))


def _likeness(wanted: frozenset[str], family: str, candidate: Candidate) -> float:
    """Dice's coefficient of the pairs, the best of slug and names."""
    best = max(2 * len(wanted & pairs) / (len(wanted) + len(pairs) or 1) for pairs in candidate.pairs)
    return best + AT_HOME if best and candidate.family == family else best


def _pairs(text: str) -> frozenset[str]:
    """The pairs of neighbouring characters, and the first character alone, in lower case."""
    low = text.lower()
    return frozenset((low[:1], *map("".join, pairwise(low)))) - {""}
