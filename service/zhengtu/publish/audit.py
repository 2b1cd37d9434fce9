"""A store in, the audit out: every check with its words, its places and how it ends."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from zhengtu.model import Label, squeeze
from zhengtu.namespaces import prologue
from zhengtu.store.door import Store
from zhengtu.terms import EARL

COLUMNS = (
    "id", "report", "rule", "outcome", "type", "title_zh", "title_en", "figures", "stated", "computed",
    "explanation_zh", "explanation_en", "quotes", "places",
)  # fmt: skip
OUTCOMES = ("passed", "failed", "cantTell", "inapplicable")

CHECKS = """
SELECT ?check ?report ?id ?rule ?outcome ?type ?title_zh ?title_en ?stated ?computed ?zh ?en WHERE {
  ?check a earl:Assertion ; dcterms:isPartOf/dcterms:identifier ?report ; dcterms:identifier ?id ;
    earl:test/skos:notation ?rule ; dcterms:title ?title_zh , ?title_en ; earl:result ?result .
  ?result earl:outcome ?outcome ; earl:info ?zh , ?en .
  FILTER(LANG(?title_zh) = "zh" && LANG(?title_en) = "en" && LANG(?zh) = "zh" && LANG(?en) = "en")
  OPTIONAL { ?result zt:statedResult ?stated }
  OPTIONAL { ?result zt:computedResult ?computed }
  OPTIONAL { ?check dcterms:type/skos:notation ?type }
} ORDER BY ?report ?rule ?id"""
_FIGURES = """
SELECT ?check ?figure WHERE { ?check a earl:Assertion ; earl:subject ?figure . ?figure a zt:Observation }
ORDER BY ?check ?figure"""
_QUOTES = """
SELECT ?check ?passage ?exact ?start ?end WHERE {
  ?check a earl:Assertion ; prov:wasDerivedFrom ?passage . ?passage oa:hasSelector ?at , ?quote .
  ?at oa:start ?start ; oa:end ?end . ?quote oa:exact ?exact
} ORDER BY ?check ?start ?end"""
_NAMES = """
SELECT ?notation ?zh ?en WHERE {
  VALUES ?scheme { <https://w3id.org/zhengtu/code/audit-rule> <https://w3id.org/zhengtu/code/issue-type> }
  ?code skos:inScheme ?scheme ; skos:notation ?word ; skos:prefLabel ?zh , ?en .
  FILTER(LANG(?zh) = "zh" && LANG(?en) = "en")
  BIND(CONCAT(REPLACE(STR(?scheme), "^.*/", ""), "/", ?word) AS ?notation)
}"""


@dataclass(frozen=True, slots=True)
class Place:
    """A quote and where it stands: code points into the report's text."""

    passage: str
    exact: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Audited:
    """One check as the graph holds it; `iri` and `figures` are IRIs, `type` is empty where nothing disagrees."""

    iri: str
    report: str
    id: str
    rule: str
    outcome: str
    type: str
    title: Label
    stated: str
    computed: str
    explanation: Label
    figures: tuple[str, ...]
    places: tuple[Place, ...]


def audited(store: Store) -> Iterator[Audited]:
    """Every check of every report, by report, rule and id."""
    figures, quotes = _by_check(store, _FIGURES), _by_check(store, _QUOTES)
    for check, report, *row in store.query(prologue() + CHECKS).rows():
        identifier, rule, outcome, kind, title_zh, title_en, stated, computed, zh, en = row
        places = (Place(passage, exact, int(start), int(end)) for passage, exact, start, end in quotes.get(check, []))
        yield Audited(
            iri=check,
            report=report,
            id=identifier,
            rule=rule,
            outcome=outcome.removeprefix(EARL),
            type=kind,
            title=Label(title_zh, title_en),
            stated=stated,
            computed=computed,
            explanation=Label(zh, en),
            figures=tuple(figure for (figure,) in figures.get(check, [])),
            places=tuple(places),
        )


def names(store: Store) -> dict[str, Label]:
    """The names of rules (`audit-rule/same`) and of types (`issue-type/scope`)."""
    return {code: Label(zh, en) for code, zh, en in store.query(prologue() + _NAMES).rows()}


def checks(store: Store) -> Iterator[tuple[str, ...]]:
    """COLUMNS of every check of a store."""
    return rows(audited(store))


def rows(found: Iterable[Audited]) -> Iterator[tuple[str, ...]]:
    """COLUMNS of each check; figures, quotes and places are joined by `;`, places are `start-end`."""
    for check in found:
        yield (
            check.id, check.report, check.rule, check.outcome, check.type, check.title.zh, check.title.en,
            ";".join(check.figures), check.stated, check.computed, check.explanation.zh, check.explanation.en,
            ";".join(squeeze(place.exact) for place in check.places),
            ";".join(f"{place.start}-{place.end}" for place in check.places),
        )  # fmt: skip


def counted(found: Iterable[Audited]) -> dict[str, Counter[str]]:
    """How the checks of each rule end."""
    ended: dict[str, Counter[str]] = {}
    for check in found:
        ended.setdefault(check.rule, Counter())[check.outcome] += 1
    return dict(sorted(ended.items()))


def findings(found: Iterable[Audited]) -> dict[str, list[Audited]]:
    """The checks that have a type, by type, in the order of the text."""
    typed = sorted((check for check in found if check.type), key=lambda c: (c.type, c.places[0].start, c.id))
    return {kind: list(of_kind) for kind, of_kind in groupby(typed, key=lambda check: check.type)}


def summary(found: Sequence[Audited]) -> Iterator[str]:
    """How many checks end how, by rule, in lines; then each finding."""
    ended = Counter(check.outcome for check in found)
    yield f"{len(found)} checks 核对: " + ", ".join(f"{ended[outcome]} {outcome}" for outcome in OUTCOMES)
    for rule, outcomes in counted(found).items():
        yield f"  {rule:12}" + "".join(f"{outcomes[outcome]:4} {outcome}" for outcome in OUTCOMES)
    by_type = findings(found)
    yield f"{sum(map(len, by_type.values()))} findings 发现"
    for kind, of_kind in by_type.items():
        yield f"{kind}:"
        for check in of_kind:
            places = ";".join(f"{place.start}-{place.end}" for place in check.places)
            yield f"  {check.id} [{places}]: {check.explanation.zh} / {check.explanation.en}"


def _by_check(store: Store, query: str) -> dict[str, list[tuple[str, ...]]]:
    found = store.query(prologue() + query).rows()
    return {check: [row[1:] for row in of_check] for check, of_check in groupby(found, key=lambda row: row[0])}
