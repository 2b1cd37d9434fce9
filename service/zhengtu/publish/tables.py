"""A store in, tables out: one row per stated value and passage, one row per named thing."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from zhengtu.model import Label, unwrap
from zhengtu.namespaces import compact, prologue
from zhengtu.publish import audit
from zhengtu.publish.exports.provenance import Provenance
from zhengtu.publish.results import DECIMAL, INTEGER, IRI, TEXT, Column, Result, of_rows
from zhengtu.store.builds import Build
from zhengtu.store.door import Store
from zhengtu.terms import COMPARATORS, ID, UNIT, code

Rows = Iterator[tuple[str, ...]]

FIGURE_COLUMNS = (
    "iri", "report", "about", "about_label_zh", "indicator", "indicator_label_zh", "role", "form", "comparator",
    "value", "low", "high", "unit", "classifier", "printed", "printed_start", "printed_end", "period", "scope",
    "section", "quote", "quote_start", "quote_end",
)  # fmt: skip
ENTITY_COLUMNS = ("iri", "class", "kind", "name_zh", "name_en", "aliases", "report")

# A value printed in one quote stands in the shortest of its quotes that holds the printed slice.
_FIGURES = """
SELECT ?iri ?report ?about ?about_label ?indicator ?indicator_label ?role ?form ?comparator ?value ?low ?high ?unit
  ?classifier ?printed ?printed_start ?printed_end ?period ?scope ?section ?quote ?quote_start ?quote_end
WHERE {
  ?iri a zt:Observation ; dcterms:isPartOf/dcterms:identifier ?report ; schema:about ?about ; zt:indicator ?indicator ;
    zt:valueRole/skos:notation ?role ; zt:valueForm/skos:notation ?form ; zt:comparator ?comparator ;
    sdmx-measure:obsValue ?value ; qudt:hasUnit ?unit ; sdmx-dimension:refPeriod ?period ; zt:printedAt ?slice .
  ?about skos:prefLabel ?about_label . FILTER(LANG(?about_label) = "zh")
  ?indicator skos:prefLabel ?indicator_label . FILTER(LANG(?indicator_label) = "zh")
  ?slice dcterms:isPartOf/dcterms:title ?section ; oa:hasSelector ?at , ?said .
  FILTER(LANG(?section) = "zh")
  ?at oa:start ?printed_start ; oa:end ?printed_end .
  ?said oa:exact ?printed .
  ?iri prov:wasDerivedFrom/oa:hasSelector ?quoted_at .
  ?quoted_at oa:start ?quote_start ; oa:end ?quote_end .
  FILTER(?quote_start <= ?printed_start && ?printed_end <= ?quote_end)
  ?passage oa:hasSelector ?quoted_at , ?quoted .
  ?quoted oa:exact ?quote .
  OPTIONAL { ?iri zt:lowerBound ?low }
  OPTIONAL { ?iri zt:upperBound ?high }
  OPTIONAL { ?iri zt:classifier ?classifier }
  ?iri zt:scope ?limit .
  OPTIONAL { ?limit skos:prefLabel ?scope FILTER(LANG(?scope) = "zh" && ?limit != <$not_limited>) }
}
ORDER BY ?report ?printed_start ?iri (?quote_end - ?quote_start)
"""

_ENTITIES = """
SELECT ?iri (GROUP_CONCAT(DISTINCT STR(?class); separator=";") AS ?classes) ?kind ?name_zh ?name_en
  (GROUP_CONCAT(DISTINCT ?alias; separator=";") AS ?aliases) ?report
WHERE {
  ?report_node a schema:Report ; dcterms:identifier ?report .
  BIND(IRI(CONCAT(STR(graph:), "report-", ?report)) AS ?g)
  GRAPH ?g { ?iri zt:firstMention ?mention ; dcterms:type ?code . OPTIONAL { ?iri skos:altLabel ?alias } }
  GRAPH ?named { ?iri a ?class ; skos:prefLabel ?name_zh . FILTER(LANG(?name_zh) = "zh")
    OPTIONAL { ?iri skos:prefLabel ?name_en FILTER(LANG(?name_en) = "en") }
  }
  FILTER(?named IN (?g, graph:reference))
  ?code skos:notation ?kind .
}
GROUP BY ?iri ?kind ?name_zh ?name_en ?report
ORDER BY ?report ?iri
"""


def figures(store: Store) -> Rows:
    """FIGURE_COLUMNS of every stated value in every place; offsets are code points into the report's text."""
    comparators = {str(iri): word for word, iri in COMPARATORS.items()}
    seen: set[tuple[str, str]] = set()
    for row in store.query(TABLES["figures"].query).rows():
        cells = dict(zip(FIGURE_COLUMNS, row, strict=True))
        place = cells["iri"], cells["printed_start"]
        if place in seen:
            continue
        seen.add(place)
        cells |= {
            "comparator": comparators[cells["comparator"]],
            "unit": cells["unit"].removeprefix(UNIT),
            "period": cells["period"].removeprefix(ID + "period/"),
            "printed": unwrap(cells["printed"]),
            "quote": unwrap(cells["quote"]),
        }
        yield tuple(cells[column] for column in FIGURE_COLUMNS)


def entities(store: Store) -> Rows:
    """ENTITY_COLUMNS of every named thing; aliases and classes are separated by semicolons."""
    for iri, classes, kind, name_zh, name_en, aliases, report in store.query(prologue() + _ENTITIES).rows():
        short = ";".join(sorted(compact(name) for name in classes.split(";")))
        yield iri, short, kind, name_zh, name_en, ";".join(sorted(filter(None, aliases.split(";")))), report


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the graph: its title and columns, the columns that tell its rows apart, its query, how it is read."""

    title: Label
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    query: str
    rows: Callable[[Store], Rows]

    def read(self, store: Store) -> Result:
        """The table of a store."""
        return of_rows(self.columns, self.rows(store))


def _columns(names: tuple[str, ...], datatypes: Mapping[str, str]) -> tuple[Column, ...]:
    return tuple(Column(name, datatypes.get(name, TEXT)) for name in names)


_DATATYPES = {
    **dict.fromkeys(("iri", "about", "indicator"), IRI),
    **dict.fromkeys(("value", "low", "high"), DECIMAL),
    **dict.fromkeys(("printed_start", "printed_end", "quote_start", "quote_end"), INTEGER),
}
TABLES: dict[str, Table] = {
    "figures": Table(
        Label("数值陈述：每个数值及其原文位置", "Stated figures: every value and where it is printed"),
        _columns(FIGURE_COLUMNS, _DATATYPES),
        ("iri", "printed_start"),
        prologue() + _FIGURES.replace("$not_limited", code("scope", "not-limited")),
        figures,
    ),
    "entities": Table(
        Label("命名事物：机构、工程、平台、文件等", "Named things: bodies, programmes, platforms, documents …"),
        _columns(ENTITY_COLUMNS, {"iri": IRI}),
        ("iri", "report"),
        prologue() + _ENTITIES,
        entities,
    ),
    "checks": Table(
        Label("核对：报告的数字对得上吗", "Checks: does the report add up?"),
        _columns(audit.COLUMNS, {}),
        ("report", "id"),
        prologue() + audit.CHECKS,
        audit.checks,
    ),
}


def provenance(build: Build, name: str) -> Provenance:
    """What is said of the table of this name in a build."""
    table = TABLES[name]
    return replace(Provenance.of(build, table.title, table.query, name), key=table.key)
