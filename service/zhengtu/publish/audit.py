"""A store in, the audit out: a row for each check, and a summary."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby

from zhengtu.namespaces import prologue
from zhengtu.store.door import Store
from zhengtu.terms import EARL

COLUMNS = (
    "id", "rule", "outcome", "type", "title_zh", "title_en", "figures", "stated", "computed", "explanation_zh",
    "explanation_en", "quotes", "places",
)  # fmt: skip
OUTCOMES = ("passed", "failed", "cantTell", "inapplicable")

_CHECKS = """
SELECT ?check ?report ?id ?rule ?outcome ?type ?title_zh ?title_en ?stated ?computed ?zh ?en WHERE {
  ?check a earl:Assertion ; dcterms:isPartOf/dcterms:identifier ?report ; dcterms:identifier ?id ;
    earl:test/skos:notation ?rule ; dcterms:title ?title_zh , ?title_en ; earl:result ?result .
  ?result earl:outcome ?outcome ; earl:info ?zh , ?en .
  FILTER(LANG(?title_zh) = "zh" && LANG(?title_en) = "en" && LANG(?zh) = "zh" && LANG(?en) = "en")
  OPTIONAL { ?result zt:statedResult ?stated }
  OPTIONAL { ?result zt:computedResult ?computed }
  OPTIONAL { ?finding prov:wasDerivedFrom ?check ; a dqv:QualityAnnotation ; dcterms:type/skos:notation ?type }
} ORDER BY ?report ?rule ?id"""
_FIGURES = """
SELECT ?check ?figure WHERE { ?check a earl:Assertion ; earl:subject ?figure . ?figure a zt:Observation }
ORDER BY ?check ?figure"""
_QUOTES = """
SELECT ?check ?exact ?start ?end WHERE {
  ?check a earl:Assertion ; prov:wasDerivedFrom/oa:hasSelector ?at . ?at oa:start ?start ; oa:end ?end .
  ?passage oa:hasSelector ?at , ?quote . ?quote oa:exact ?exact
} ORDER BY ?check ?start ?end"""


def checks(store: Store) -> Iterator[tuple[str, ...]]:
    """COLUMNS of every check; figures (their IRIs), quotes and places are joined by `;`, places are `start-end`."""
    figures = _by_check(store, _FIGURES)
    quotes = _by_check(store, _QUOTES)
    for check, _, *row in store.query(prologue() + _CHECKS).rows():
        identifier, rule, outcome, kind, title_zh, title_en, stated, computed, zh, en = row
        said = quotes.get(check, [])
        yield (
            identifier, rule, outcome.removeprefix(EARL), kind, title_zh, title_en,
            ";".join(figure for (figure,) in figures.get(check, [])), stated, computed, zh, en,
            ";".join("".join(exact.split()) for exact, _, _ in said),
            ";".join(f"{start}-{end}" for _, start, end in said),
        )  # fmt: skip


def summary(rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """How many checks end how, by rule, in lines; then each finding."""
    all_rows = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
    ended = Counter(row["outcome"] for row in all_rows)
    yield f"{len(all_rows)} checks 核对: " + ", ".join(f"{ended[outcome]} {outcome}" for outcome in OUTCOMES)
    counted = Counter((row["rule"], row["outcome"]) for row in all_rows)
    for rule in sorted({row["rule"] for row in all_rows}):
        yield f"  {rule:12}" + "".join(f"{counted[rule, outcome]:4} {outcome}" for outcome in OUTCOMES)
    findings = sorted((row for row in all_rows if row["type"]), key=lambda row: (row["type"], row["id"]))
    yield f"{len(findings)} findings 发现"
    for kind, of_kind in groupby(findings, key=lambda row: row["type"]):
        yield f"{kind}:"
        for row in of_kind:
            yield f"  {row['id']} [{row['places']}]: {row['explanation_zh']} / {row['explanation_en']}"


def _by_check(store: Store, query: str) -> dict[str, list[tuple[str, ...]]]:
    rows = store.query(prologue() + query).rows()
    return {check: [row[1:] for row in of_check] for check, of_check in groupby(rows, key=lambda row: row[0])}
