"""A parameter and what a person wrote for it in, a SPARQL term out: a thing of the graph, or a number.

A thing may be written as its IRI, as the end of its IRI, or by any of its names. So every term is made by us, from
what the graph holds or from digits; no text of a request becomes part of a query.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from zhengtu.errors import ParameterUnknown, ParameterWrong
from zhengtu.model import Label
from zhengtu.namespaces import BASE, prologue
from zhengtu.publish.questions import ANY, Parameter, Question, Type
from zhengtu.store.door import Store

ALL = ("", "*", ANY)
"""What means that nothing is restricted; for one who leaves a parameter out it has its default."""
MOST_VALUES, MOST_CHARS, NEAR = 50, 200, 3
_NUMBER, _YEAR = re.compile(r"-?\d{1,15}(\.\d{1,9})?", re.ASCII), re.compile(r"\d{4}", re.ASCII)
_NAMED = """
SELECT ?iri (SAMPLE(?name_zh) AS ?zh) (SAMPLE(?name_en) AS ?en)
  (GROUP_CONCAT(DISTINCT ?other; separator="\\t") AS ?others)
WHERE {
  { SELECT DISTINCT ?iri WHERE { $which } }
  OPTIONAL { ?iri skos:prefLabel|dcterms:title ?name_zh FILTER(LANG(?name_zh) = "zh") }
  OPTIONAL { ?iri skos:prefLabel|dcterms:title ?name_en FILTER(LANG(?name_en) = "en") }
  OPTIONAL { ?iri skos:altLabel|dcterms:identifier ?other }
}
GROUP BY ?iri
ORDER BY ?zh ?iri
"""
_WHICH: Mapping[Type, str] = {
    "report": "?iri a schema:Report .",
    "initiative": "?class rdfs:subClassOf* zt:Initiative . ?iri a ?class .",
    "subject": "?stated a zt:Observation ; schema:about ?iri .",
    "indicator": "?iri a zt:Indicator . FILTER EXISTS { ?stated zt:indicator ?iri }",
    "region": "?report a schema:Report ; dcterms:spatial ?place . ?place dcterms:isPartOf* ?iri .",
    "year": "?report a schema:Report ; dcterms:temporal ?iri .",
    "period": "?stated a zt:Observation ; sdmx-dimension:refPeriod ?iri .",
}


@dataclass(frozen=True, slots=True)
class Option:
    """One value that a parameter may have: its term, what a form sends for it, its names."""

    term: str
    value: str
    label: Label
    others: tuple[str, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """All ways to write it, in lower case."""
        names = (self.term.strip("<>"), self.value, self.label.zh, self.label.en, *self.others)
        return frozenset(name.casefold() for name in names if name)


def listed(store: Store, type_: Type) -> tuple[Option, ...]:
    """All things of a type that the graph holds, by their Chinese name."""
    prefixes = prologue("dcterms", "rdfs", "schema", "sdmx-dimension", "skos", "zt")
    rows = store.query(prefixes + _NAMED.replace("$which", _WHICH[type_])).rows()
    found = (_option(type_, *row) for row in rows if row[0])
    return tuple({option.term: option for option in found}.values())


def terms(
    question: Question, given: Mapping[str, Sequence[str]], known: Mapping[Type, Sequence[Option]]
) -> dict[str, tuple[str, ...]]:
    """The terms of the parameters that are given, each at most MOST_VALUES; `known` is what is `listed`, by type.

    Raises ParameterUnknown when the question has no such parameter, ParameterWrong when it cannot have such a value.
    """
    parameters = {parameter.name: parameter for parameter in question.parameters}
    for name in given:
        if name not in parameters:
            raise ParameterUnknown(question.slug, name[:MOST_CHARS], list(parameters))
    said = {name: values for name, values in given.items() if any(values) or parameters[name].type != "number"}
    return {name: _terms(parameters[name], values, known) for name, values in said.items() if values}


def _terms(parameter: Parameter, values: Sequence[str], known: Mapping[Type, Sequence[Option]]) -> tuple[str, ...]:
    if len(values) > MOST_VALUES or (parameter.type == "number" and len(values) > 1):
        most = 1 if parameter.type == "number" else MOST_VALUES
        raise ParameterWrong(parameter.name, f"{len(values)} ×", parameter.type, [f"≤ {most}"])
    found = tuple(dict.fromkeys(_term(parameter, value.strip(), known) for value in values))
    return (ANY,) if ANY in found else found


def _term(parameter: Parameter, value: str, known: Mapping[Type, Sequence[Option]]) -> str:
    if value in ALL and parameter.type != "number":
        return ANY
    if parameter.type == "number":
        if not _NUMBER.fullmatch(value):
            raise ParameterWrong(parameter.name, value[:MOST_CHARS], parameter.type, ["130", "99.5"])
        return value
    if parameter.type == "year" and _YEAR.fullmatch(value):
        return value  # a year without a report is a question with an empty answer
    wanted, of_type = value.casefold(), known[parameter.type]
    for option in of_type:
        if wanted in option.names:
            return option.term
    written = {name: option.value for option in of_type for name in option.names}
    near = get_close_matches(wanted[:MOST_CHARS], written, NEAR, 0.4)
    examples = list(dict.fromkeys(written[name] for name in near)) or [option.value for option in of_type[:NEAR]]
    raise ParameterWrong(parameter.name, value[:MOST_CHARS], parameter.type, examples)


def _option(type_: Type, iri: str, zh: str, en: str, others: str) -> Option:
    end = iri.rpartition("/")[2] if iri.startswith(BASE) else iri
    term = end if type_ == "year" else f"<{iri}>"
    return Option(term, end, Label(zh, en or zh), tuple(filter(None, others.split("\t"))))
