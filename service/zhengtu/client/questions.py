"""What a researcher gives to choose facts in, the queries that find them with their quotes out.

What is given becomes a term as the parameters of any question do: looked up among the things of the graph, never put
into a query as text.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from zhengtu.errors import ParameterWrong
from zhengtu.model import Label
from zhengtu.namespaces import BASE, prologue
from zhengtu.publish.parameters import MOST_CHARS
from zhengtu.publish.questions import ANY, NAMES, Parameter, Question
from zhengtu.publish.results import INTEGER, TEXT, Column, Result, lexical, of_rows

One = str | int | Decimal | float | date
Given = One | Sequence[One] | None
"""A thing by its IRI, the end of its IRI or any of its names, a year or a number; several of them; or no choice."""

_FIGURES = """
SELECT ?iri ?report ?about ?indicator ?period ?scope ?role ?form ?comparator ?value ?unit (MIN(?said) AS ?printed)
  ?quote ?place
WHERE {
  VALUES ?report { UNDEF }
  VALUES ?about { UNDEF }
  VALUES ?indicator { UNDEF }
  VALUES ?period { UNDEF }
  ?iri a zt:Observation ; dcterms:isPartOf ?report ; schema:about ?about ; zt:indicator ?indicator ;
    sdmx-dimension:refPeriod ?period ; zt:scope ?scope ; zt:valueRole ?role ; zt:valueForm ?form ;
    zt:comparator ?comparator ; sdmx-measure:obsValue ?value ; qudt:hasUnit ?unit ; zt:reportedText ?said ;
    zt:mainPassage/oa:hasSelector ?position , ?words .
  ?position oa:start ?start ; oa:end ?end .
  ?words oa:exact ?quote .
  FILTER(CONTAINS(REPLACE(?quote, "\\\\s", ""), REPLACE(?said, "\\\\s", "")))
  BIND(CONCAT(STR(?start), "-", STR(?end)) AS ?place)
}
GROUP BY ?iri ?report ?about ?indicator ?period ?scope ?role ?form ?comparator ?value ?unit ?quote ?place ?start ?end
ORDER BY ?report ?start ?end ?iri
"""
"""A value that is printed in two ways is told as in its quote."""
FIGURES = Question(
    0,
    "figures",
    Label("陈述的数值", "Stated values"),
    Label("报告陈述的数值，附原文引文与位置", "The values that reports state, with their quotes and places"),
    ("researcher",),
    (
        Parameter("report", "report", NAMES["report"], ANY),
        Parameter("about", "subject", NAMES["subject"], ANY),
        Parameter("indicator", "indicator", NAMES["indicator"], ANY),
        Parameter("period", "period", NAMES["period"], ANY),
    ),
    prologue("dcterms", "oa", "qudt", "schema", "sdmx-dimension", "sdmx-measure", "zt") + _FIGURES,
)
_EVIDENCE = """
SELECT ?passage ?quote ?section ?start ?end ?text ?main
WHERE {
  <$fact> prov:wasDerivedFrom|zt:firstMention ?passage .
  ?passage oa:hasSource ?text ; oa:hasSelector ?position , ?words .
  ?position oa:start ?start ; oa:end ?end .
  ?words oa:exact ?quote .
  OPTIONAL { ?passage dcterms:isPartOf ?section }
  BIND(EXISTS { <$fact> zt:mainPassage ?passage } AS ?main)
}
ORDER BY DESC(?main) ?text ?start ?end ?passage
"""
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^<>\"{}|^`\\\s\x00-\x20]+")
LISTED = tuple(
    Column(name, INTEGER if name == "number" else TEXT)
    for name in ("number", "id", "title_zh", "title_en", "description_zh", "description_en", "parameters")
)


def written(given: Mapping[str, Given]) -> dict[str, list[str]]:
    """What was given, as a person would write it; what is None is left out."""
    return {name: _several(value) for name, value in given.items() if value is not None}


def evidence(fact: str) -> str:
    """The query for the passages of a fact, by its IRI or the end of it after https://w3id.org/zhengtu/.

    Raises ParameterWrong when it is no IRI.
    """
    iri = fact if ":" in fact else BASE + fact.removeprefix("/")
    if not _IRI.fullmatch(iri):
        raise ParameterWrong("iri", fact[:MOST_CHARS], "IRI", [f"{BASE}id/…"])
    return prologue("dcterms", "oa", "prov", "zt") + _EVIDENCE.replace("$fact", iri)


def listed(questions: Sequence[Question]) -> Result:
    """One row per question."""
    return of_rows(LISTED, map(_row, questions))


def _row(question: Question) -> tuple[str, ...]:
    title, description = question.title, question.description
    names = ", ".join(parameter.name for parameter in question.parameters)
    return str(question.number), question.slug, title.zh, title.en, description.zh, description.en, names


def _several(given: One | Sequence[One]) -> list[str]:
    return [lexical(given)] if isinstance(given, One) else [lexical(value) for value in given]
