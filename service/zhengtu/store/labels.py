"""Solutions in, the same solutions with a name beside each IRI out: for people, who read names."""

import io
import json
import re
from collections.abc import Sequence
from functools import cache
from typing import Any

import pyoxigraph as ox

from zhengtu.errors import QueryMalformed
from zhengtu.namespaces import PREFIXES

SUFFIX = "_label"
NAMES = tuple(
    ox.NamedNode(PREFIXES[prefix] + name)
    for prefix, name in (
        ("skos", "prefLabel"), ("rdfs", "label"), ("dcterms", "title"), ("foaf", "name"), ("schema", "name"),
    )
)  # fmt: skip
"""What a name is said by, the first before the next."""
MOST_LANGUAGES = 8
_TAG = re.compile(r"[a-z]{2,8}(-[a-z0-9]{1,8}){0,4}", re.ASCII | re.IGNORECASE)


def languages(text: str) -> tuple[str, ...]:
    """`zh,en` as language tags (BCP 47), the preferred one first. Raises QueryMalformed."""
    tags = tuple(tag.strip().lower() for tag in text.split(",")) if text.strip() else ()
    if len(tags) > MOST_LANGUAGES or not all(map(_TAG.fullmatch, tags)):
        raise QueryMalformed(f"labels takes at most {MOST_LANGUAGES} language tags with commas between, as zh,en.")
    return tags


def labelled(found: ox.QuerySolutions, engine: ox.Store, tags: Sequence[str]) -> ox.QuerySolutions:
    """The solutions with a column `x_label` after each column `x` that holds an IRI, and as many rows.

    A name is in the first of the languages that has one, else without language, else in any; a thing without name has
    none. A column that has the name of a label already stays as it is.
    """
    written = io.BytesIO()
    found.serialize(written, format=ox.QueryResultsFormat.JSON)
    results: dict[str, Any] = json.loads(written.getvalue())
    columns, rows = results["head"]["vars"], results["results"]["bindings"]
    named = [column for column in columns if any(row.get(column, {}).get("type") == "uri" for row in rows)]
    new = {column: column + SUFFIX for column in named if column + SUFFIX not in columns}
    name = cache(lambda iri: _name(engine, iri, tags))
    for row in rows:
        for column, label in new.items():
            if row.get(column, {}).get("type") == "uri" and (said := name(row[column]["value"])):
                row[label] = said
    results["head"]["vars"] = [name for column in columns for name in (column, new.get(column)) if name]
    again = ox.parse_query_results(json.dumps(results).encode(), format=ox.QueryResultsFormat.JSON)
    if not isinstance(again, ox.QuerySolutions):
        raise TypeError(type(again))
    return again


def _name(engine: ox.Store, iri: str, tags: Sequence[str]) -> dict[str, str] | None:
    """The best name of a thing, as SPARQL JSON writes a literal."""
    node = ox.NamedNode(iri)
    said = [
        (_rank(term.language or "", tags), place, term.value, term.language)
        for place, property_ in enumerate(NAMES)
        for _, _, term, _ in engine.quads_for_pattern(node, property_, None, ox.DefaultGraph())
        if isinstance(term, ox.Literal)
    ]
    if not said:
        return None
    _, _, value, language = min(said, key=lambda name: name[:3])
    return {"type": "literal", "value": value} | ({"xml:lang": language} if language else {})


def _rank(language: str, tags: Sequence[str]) -> int:
    """How far behind a name in this language stands (RFC 4647, section 3.3.1: `zh` takes `zh-Hans`)."""
    for rank, tag in enumerate(tags):
        if language.lower() == tag or language.lower().startswith(f"{tag}-"):
            return rank
    return len(tags) + bool(language)
