"""A store and an IRI in, what the store says about it out: one CONSTRUCT, or the same statements for a page.

A description holds what the store states of the thing, the links that lead to it (bounded, with their number where
they are cut), the facts about it with the passages that they were read from, the parts of a document that have hash
IRIs, and the names of everything that occurs in it.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from zhengtu.errors import QueryMalformed
from zhengtu.namespaces import BASE, compact, expand, prologue
from zhengtu.store.door import Format, Store, by_name

INVERSE = 100
"""Most links of one property that lead to a thing and are listed."""
FACTS = 300
"""Most facts about a thing that are described with it."""

DATASET = f"{BASE}dataset"
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
NAMES = ("skos:prefLabel", "rdfs:label", "dcterms:title", "foaf:name")
"""What a thing is called, the first that it has."""
ABOUT = ("schema:about", "rdf:subject", "rdf:object", "zt:indicator", "zt:contributesTo", "oa:hasTarget")
EVIDENCE = ("prov:wasDerivedFrom", "zt:printedAt", "zt:firstMention")
CITING = (*ABOUT, "prov:wasDerivedFrom", "zt:printedAt")
"""Links by which a fact leads to the thing described; such a fact is described whole."""
PART = {
    "rdfs:isDefinedBy": "^rdfs:isDefinedBy/qb:component?",
    "oa:hasSource": "^oa:hasSource/oa:hasSelector?",
}
"""Links from the parts of a document to it, and the way from it to all of them."""
HOLDS = {
    "dcterms:hasPart": "dcterms:hasPart/(^rdfs:isDefinedBy)?",
    "sh:declare": "sh:declare",
    "void:subset": "void:subset",
    "void:propertyPartition": "void:propertyPartition",
    "void:classPartition": (
        "void:classPartition/(void:propertyPartition/(void:classPartition|void-ext:datatypePartition)?)?"
    ),
}
"""Links from a document to its parts, and the way along them to all of these."""
NAMING = (
    *NAMES, "zt:reportedText", "schema:about", "zt:indicator", "zt:valueRole", "zt:valueForm",
    "sdmx-dimension:refPeriod", "rdf:type", "rdf:subject", "rdf:predicate", "rdf:object", "dcterms:type", "schema:text",
    "void:class", "void:property", "void:triples", "void-ext:datatype",
)  # fmt: skip
"""What a page needs of a thing to call it by words: facts and partitions have no name of their own."""

_PREFIXES = (
    "dcterms", "foaf", "oa", "owl", "prov", "qb", "rdf", "rdfs", "schema", "sdmx-dimension", "sh", "skos", "void",
    "void-ext", "zt",
)  # fmt: skip
_SPO = re.compile(r"\?([spo])\b")
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|\\^`]*")

_OUTLINE = """
SELECT ?way ?what ?count {
  { SELECT ("in" AS ?way) (?p AS ?what) (COUNT(DISTINCT ?s) AS ?count) { ?s ?p <$iri> } GROUP BY ?p }
  UNION { SELECT ("out" AS ?way) (?p AS ?what) (COUNT(DISTINCT ?o) AS ?count) { <$iri> ?p ?o } GROUP BY ?p }
  UNION { SELECT ("class" AS ?way) (?c AS ?what) (1 AS ?count) { <$iri> a ?c } }
  UNION { SELECT ("uses" AS ?way) (COUNT(*) AS ?count) { SELECT DISTINCT ?s ?o { ?s <$iri> ?o } } }
  UNION { SELECT ("held" AS ?way) (COUNT(*) AS ?count) { GRAPH <$iri> { ?s ?p ?o } } }
}
"""


@dataclass(frozen=True, slots=True)
class Term:
    """An RDF term; `datatype` is empty for IRIs and for language-tagged text."""

    value: str
    is_iri: bool
    language: str = ""
    datatype: str = ""


Statement = tuple[str, str, Term]


@dataclass(frozen=True, slots=True)
class Outline:
    """How a thing occurs in the store: properties are CURIEs, with the number of links.

    `uses` is the number of statements that it is the property of, `size` of those in the graph that it names.
    """

    iri: str
    outgoing: Mapping[str, int] = field(default_factory=dict)
    incoming: Mapping[str, int] = field(default_factory=dict)
    classes: frozenset[str] = frozenset()
    uses: int = 0
    size: int = 0

    @property
    def known(self) -> bool:
        """Whether it occurs at all."""
        return bool(self.outgoing or self.incoming or self.uses or self.size)

    @property
    def cut(self) -> dict[str, int]:
        """The links that are more than a description lists, with their number."""
        return {p: n for p, n in self.incoming.items() if n > INVERSE and p not in (*CITING, *PART)}

    @property
    def facts(self) -> int:
        """At most so many facts lead to it."""
        return sum(n for p, n in self.incoming.items() if p in CITING)


def outline(store: Store, iri: str) -> Outline:
    """How `iri` occurs in the store; what is no IRI occurs nowhere."""
    if not _IRI.fullmatch(iri):
        return Outline(iri)
    found: dict[str, dict[str, int]] = {way: {} for way in ("in", "out", "class", "uses", "held")}
    try:
        rows = list(store.query(_OUTLINE.replace("$iri", iri)).rows())
    except QueryMalformed:  # only the engine knows all of what makes an IRI (RFC 3987)
        return Outline(iri)
    for way, what, count in rows:
        found[way][compact(what)] = int(count)
    return Outline(
        iri,
        dict(sorted(found["out"].items())),
        dict(sorted(found["in"].items())),
        frozenset(found["class"]),
        sum(found["uses"].values()),
        sum(found["held"].values()),
    )


def describe(store: Store, about: Outline, form: Format) -> bytes:
    """The description in one of the formats that carry a graph, as the engine writes it."""
    noted = " ".join(f"({' '.join(row)})" for row in _notes(about))
    body = f"{{ VALUES (?s ?p ?o) {{ {noted} }} }} UNION {_body(about)}"
    return store.query(f"{prologue(*_PREFIXES)}CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {body} }}").write(form)


def statements(store: Store, about: Outline) -> Iterator[Statement]:
    """The statements of the description, in no order; nodes without IRI are left out."""
    query = f"{prologue(*_PREFIXES)}SELECT DISTINCT ?s ?p ?o WHERE {{ {_body(about)} }}"
    results = json.loads(store.query(query).write(_json()))
    for row in results["results"]["bindings"]:
        if "bnode" not in (row["s"]["type"], row["o"]["type"]):
            yield row["s"]["value"], row["p"]["value"], _term(row["o"])


def _json() -> Format:
    form = by_name("json")
    assert form is not None  # noqa: S101 (a constant of the door)
    return form


def _term(found: Mapping[str, str]) -> Term:
    return Term(found["value"], found["type"] == "uri", found.get("xml:lang", ""), found.get("datatype", ""))


def _notes(about: Outline) -> Iterator[tuple[str, str, str]]:
    """What the document says of itself (VoID, section 6.2), and how many links it leaves out."""
    document, iri = f"<{about.iri.partition('#')[0]}.ttl>", f"<{about.iri}>"
    yield document, "foaf:primaryTopic", iri
    yield document, "void:inDataset", f"<{DATASET}>"
    yield document, "dcterms:license", f"<{LICENCE}>"
    cut = {**about.cut, **({"schema:about": about.facts} if about.facts > FACTS else {})}
    for link, count in cut.items():
        shown = FACTS if link in CITING else INVERSE
        yield document, "rdfs:comment", f'"{link}: {shown} of {count} links to it are listed."@en'
        yield document, "rdfs:comment", f'"{link}：指向它的 {count} 条链接中列出 {shown} 条。"@zh'


def _body(about: Outline) -> str:
    """A group that binds ?s ?p ?o to every statement of the description.

    The subjects of its core have their names in it already; here come those of its properties and objects.
    """
    core = _core(about)
    named = _SPO.sub(lambda found: {"s": "?a", "p": "?b", "o": "?c"}[found[1]], core)
    names = ", ".join(NAMES)
    return (
        f"{core} UNION {{ {{ SELECT DISTINCT ?s {{ {{ SELECT DISTINCT (?c AS ?s) {{ {named} }} }} UNION "
        f"{{ SELECT DISTINCT (?b AS ?s) {{ {named} }} }} FILTER(isIRI(?s)) }} }} ?s ?p ?o FILTER(?p IN ({names})) }}"
    )


def _core(about: Outline) -> str:
    """The description without the names of what occurs in it."""
    groups = [_whole(about), *_links(about), *_parts(about)]
    return " UNION ".join(f"{{ {group} }}" for group in groups)


def _whole(about: Outline) -> str:
    """The thing and the facts about it, with their passages and selectors: all that they state."""
    iri = about.iri
    facts = [f"VALUES ?f {{ <{iri}> }}"]
    if links := [link for link in CITING if link in about.incoming]:
        facts.append(f"SELECT DISTINCT ?f {{ ?f {'|'.join(links)} <{iri}> }} LIMIT {FACTS}")
    if links := [link for link in ("oa:hasTarget", "prov:wasDerivedFrom") if link in about.outgoing]:
        facts.append(f"<{iri}> {'|'.join(links)} ?f")
    if len(facts) == 1 and not {*EVIDENCE, "oa:hasSelector"} & about.outgoing.keys():
        return f"VALUES ?s {{ <{iri}> }} ?s ?p ?o"
    chosen = " UNION ".join(f"{{ {fact} }}" for fact in facts)
    return (
        f"{{ SELECT DISTINCT ?s {{ {{ SELECT DISTINCT ?f {{ {chosen} }} }} "
        f"?f ({'|'.join(EVIDENCE)})? ?x . ?x oa:hasSelector? ?s }} }} ?s ?p ?o "
        f"FILTER(?p != schema:text || !EXISTS {{ ?s a schema:DigitalDocument }} || ?s = <{iri}>)"
    )


def _links(about: Outline) -> Iterator[str]:
    """The other links that lead to the thing, and what names the things that they come from."""
    plain = [p for p in about.incoming if p not in (*CITING, *PART)]
    if not plain:
        return
    iri, naming = about.iri, ", ".join((*NAMING, "oa:hasSelector"))
    few = [f"<{expand(p)}>" for p in plain if p not in about.cut]
    near = [f"{{ VALUES ?l {{ {' '.join(few)} }} ?n ?l <{iri}> }}"] if few else []
    near += [
        f"{{ {{ SELECT DISTINCT ?n {{ ?n <{expand(p)}> <{iri}> }} LIMIT {INVERSE} }} BIND(<{expand(p)}> AS ?l) }}"
        for p in about.cut
    ]
    linked = f"{{ {' UNION '.join(near)} }}"
    yield f"{linked} BIND(?n AS ?s) BIND(?l AS ?p) BIND(<{iri}> AS ?o)"
    yield f"{linked} ?n ?p ?o FILTER(?p IN ({naming})) BIND(?n AS ?s)"
    yield f"{linked} ?n oa:hasSelector ?s . ?s ?p ?o"


def _parts(about: Outline) -> Iterator[str]:
    """What a document defines under hash IRIs, and the facts that cite a passage of it."""
    iri = about.iri
    ways = [way for link, way in PART.items() if link in about.incoming]
    ways += [way for link, way in HOLDS.items() if link in about.outgoing]
    if ways:
        yield f"{{ SELECT DISTINCT ?s {{ <{iri}> {'|'.join(ways)} ?s }} }} ?s ?p ?o"
    if "oa:hasSource" in about.incoming:
        yield f"?o oa:hasSource <{iri}> . VALUES ?p {{ {' '.join(EVIDENCE)} }} ?s ?p ?o"
