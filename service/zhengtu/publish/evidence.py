"""A store and IRIs in, the passages that bear them out out: the words, their place, the one that stands for the others.

A value, a statement, an honour or a relation has passages of its own, a thing those that mention it first. What is
computed or found from facts is borne out by the passages of these. A passage bears itself out.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from zhengtu.model import Label
from zhengtu.namespaces import BASE, prologue
from zhengtu.publish.description import Named
from zhengtu.store.door import Store, by_name

MOST_IRIS = 200
"""Most IRIs that are looked up at once."""
_CITABLE = re.compile(re.escape(BASE) + r"id/[\w.~:/#=,%+-]{1,1000}")
_PASSAGES = """
SELECT DISTINCT ?fact ?by ?passage ?quote ?start ?end ?main ?section ?section_zh ?section_en {
  { VALUES ?fact { $facts } ?fact prov:wasDerivedFrom|zt:firstMention|oa:hasTarget ?passage }
  UNION { VALUES ?fact { $facts } ?fact prov:wasDerivedFrom|oa:hasTarget ?by . ?by prov:wasDerivedFrom ?passage }
  UNION { VALUES ?fact { $facts } BIND(?fact AS ?passage) }
  ?passage oa:hasSelector ?said , ?at . ?said oa:exact ?quote . ?at oa:start ?start ; oa:end ?end .
  OPTIONAL {
    ?passage dcterms:isPartOf ?section
    OPTIONAL { ?section dcterms:title ?section_zh FILTER(LANG(?section_zh) = "zh") }
    OPTIONAL { ?section dcterms:title ?section_en FILTER(LANG(?section_en) = "en") }
  }
  BIND(IF(BOUND(?by), EXISTS { ?by zt:mainPassage ?passage }, EXISTS { ?fact zt:mainPassage ?passage }) AS ?main)
}
"""
_RELATIONS = """
SELECT ?statement ?subject ?predicate ?object {
  { VALUES ?subject { <$iri> } ?statement rdf:subject ?subject }
  UNION { VALUES ?object { <$iri> } ?statement rdf:object ?object }
  ?statement rdf:subject ?subject ; rdf:predicate ?predicate ; rdf:object ?object
}
"""


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage that bears out `fact`: its words as they stand in the text, its place (code points, end exclusive).

    `main`: it stands for the others of the same fact, or of `by`. `by` is the fact between the two, where there is one.
    """

    fact: str
    iri: str
    quote: str
    start: int
    end: int
    section: Named | None
    main: bool
    by: str = ""

    @property
    def place(self) -> str:
        """`start-end`."""
        return f"{self.start}-{self.end}"


def evidence(store: Store, iris: Iterable[str]) -> dict[str, tuple[Passage, ...]]:
    """The passages of each IRI that has any, the main one first, then as they stand in the text.

    Of more than MOST_IRIS the first are looked up; IRIs that are not ours have no passages.
    """
    asked = [iri for iri in dict.fromkeys(iris) if _CITABLE.fullmatch(iri)][:MOST_IRIS]
    if not asked:
        return {}
    facts = " ".join(f"<{iri}>" for iri in asked)
    query = prologue("dcterms", "oa", "prov", "zt") + _PASSAGES.replace("$facts", facts)
    found = sorted(map(_passage, _solutions(store, query)), key=_rank)
    by_fact = {fact: _distinct(passages) for fact, passages in groupby(found, key=lambda passage: passage.fact)}
    return {iri: by_fact[iri] for iri in asked if iri in by_fact}


def main_passages(store: Store, iris: Iterable[str]) -> dict[str, Passage]:
    """The passage that stands for the others, of each IRI that has any."""
    return {iri: passages[0] for iri, passages in evidence(store, iris).items()}


def relations(store: Store, iri: str) -> dict[tuple[str, str, str], str]:
    """The node beside each relation that a thing is in, by subject, predicate and object."""
    if not _CITABLE.fullmatch(iri):
        return {}
    rows = store.query(prologue("rdf") + _RELATIONS.replace("$iri", iri)).rows()
    return {(subject, predicate, object_): statement for statement, subject, predicate, object_ in rows}


def _solutions(store: Store, query: str) -> Iterator[Mapping[str, Any]]:
    form = by_name("json")
    assert form is not None  # noqa: S101 (a constant of the door)
    for row in json.loads(store.query(query).write(form))["results"]["bindings"]:
        yield {name: term["value"] for name, term in row.items()}


def _passage(row: Mapping[str, str]) -> Passage:
    named = Label(row.get("section_zh", ""), row.get("section_en", ""))
    return Passage(
        row["fact"],
        row["passage"],
        row["quote"],
        int(row["start"]),
        int(row["end"]),
        Named(row["section"], named) if "section" in row else None,
        row.get("main") == "true",
        row.get("by", ""),
    )


def _rank(passage: Passage) -> tuple[Any, ...]:
    return passage.fact, bool(passage.by), not passage.main, passage.start, -passage.end, passage.iri, passage.by


def _distinct(passages: Iterable[Passage]) -> tuple[Passage, ...]:
    """Each passage once, where it comes first."""
    first: dict[str, Passage] = {}
    for passage in passages:
        first.setdefault(passage.iri, passage)
    return tuple(first.values())
