"""A store in, tables out: one row per stated value and passage, one row per named thing."""

import csv
from collections.abc import Callable, Iterator
from typing import TextIO

from zhengtu.model import unwrap
from zhengtu.namespaces import compact, prologue
from zhengtu.publish import audit
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
    for row in store.query(prologue() + _FIGURES.replace("$not_limited", code("scope", "not-limited"))).rows():
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


TABLES: dict[str, tuple[tuple[str, ...], Callable[[Store], Rows]]] = {
    "figures": (FIGURE_COLUMNS, figures),
    "entities": (ENTITY_COLUMNS, entities),
    "checks": (audit.COLUMNS, audit.checks),
}


def write_csv(out: TextIO, columns: tuple[str, ...], rows: Rows) -> None:
    """RFC 4180, header first; a cell that a spreadsheet would run as a formula gets a leading apostrophe."""
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell[:1] in ("=", "+", "@", "\t") or (cell[:1] == "-" and not _is_number(cell)) else cell


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
