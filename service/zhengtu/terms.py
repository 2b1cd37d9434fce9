"""The terms that the graph is made of, and the only functions that make IRIs."""

from decimal import Decimal

from rdflib import Namespace, URIRef

from zhengtu.model import Comparator, Span
from zhengtu.namespaces import BASE, PREFIXES

ZT = Namespace(PREFIXES["zt"])
CODE = Namespace(PREFIXES["code"])
GRAPH = Namespace(PREFIXES["graph"])
ID = Namespace(BASE + "id/")
ADMS = Namespace(PREFIXES["adms"])
CPSV = Namespace(PREFIXES["cpsv"])
DCAT = Namespace(PREFIXES["dcat"])
DCTERMS = Namespace(PREFIXES["dcterms"])
DOCO = Namespace(PREFIXES["doco"])
DQV = Namespace(PREFIXES["dqv"])
EARL = Namespace(PREFIXES["earl"])
ELI = Namespace(PREFIXES["eli"])
FOAF = Namespace(PREFIXES["foaf"])
LDQD = Namespace(PREFIXES["ldqd"])
OA = Namespace(PREFIXES["oa"])
ODRL = Namespace(PREFIXES["odrl"])
OWL = Namespace(PREFIXES["owl"])
PROV = Namespace(PREFIXES["prov"])
QUDT = Namespace(PREFIXES["qudt"])
RDF = Namespace(PREFIXES["rdf"])
RDFS = Namespace(PREFIXES["rdfs"])
SCHEMA = Namespace(PREFIXES["schema"])
SD = Namespace(PREFIXES["sd"])
SDMX_DIMENSION = Namespace(PREFIXES["sdmx-dimension"])
SDMX_MEASURE = Namespace(PREFIXES["sdmx-measure"])
SH = Namespace(PREFIXES["sh"])
SKOS = Namespace(PREFIXES["skos"])
UNIT = Namespace(PREFIXES["unit"])
VOID = Namespace(PREFIXES["void"])
VOID_EXT = Namespace(PREFIXES["void-ext"])
XSD = Namespace(PREFIXES["xsd"])

COMPARATORS: dict[Comparator, URIRef] = {
    "eq": ODRL["eq"],
    "ge": ODRL["gteq"],
    "gt": ODRL["gt"],
    "le": ODRL["lteq"],
    "lt": ODRL["lt"],
    "about": CODE["comparator/about"],
    "none-stated": CODE["comparator/none-stated"],
}


def expand(curie: str) -> URIRef:
    """`zt:supports` → its IRI. Raises KeyError when the prefix is not one of PREFIXES."""
    prefix, _, name = curie.partition(":")
    return URIRef(PREFIXES[prefix] + name)


def code(scheme: str, slug: str) -> URIRef:
    """A concept of a code list."""
    return CODE[f"{scheme}/{slug}"]


def thing(family: str, slug: str) -> URIRef:
    """`/id/<family>/<slug>`: reports, entities, indicators, periods, facts."""
    return ID[f"{family}/{slug}"]


def graph(name: str) -> URIRef:
    """A named graph."""
    return GRAPH[name]


def document(sha256: str) -> URIRef:
    """The frozen text; a new text is a new document with new passages."""
    return ID[f"text/{sha256[:8]}"]


def passage(sha256: str, span: Span) -> URIRef:
    """A slice of a text (RFC 5147, section 2.1.1)."""
    return URIRef(f"{document(sha256)}#char={span.start},{span.end}")


def selectors(sha256: str, span: Span) -> tuple[URIRef, URIRef]:
    """The position selector and the quote selector of a passage."""
    text, place = document(sha256), f"{span.start},{span.end}"
    return URIRef(f"{text}#position={place}"), URIRef(f"{text}#quote={place}")


def observation(
    report: str,
    key: tuple[str, ...],
    comparator: Comparator,
    value: Decimal,
    scope: str,
) -> URIRef:
    """A stated value: the same statement in three places is one node, a different value another.

    `key` is (about, indicator, role, form, period).
    """
    bound = "" if comparator in ("eq", "none-stated") else f"{comparator}-"
    number = bound + plain(value).replace(".", "_")
    return thing("observation", ".".join((report, *key, number, *((scope,) if scope else ()))))


def statement(report: str, subject: str, predicate: str, obj: str) -> URIRef:
    """The node beside a relation triple."""
    return thing("statement", f"{report}.{subject}.{predicate.partition(':')[2]}.{obj}")


def plain(value: Decimal) -> str:
    """A decimal without exponent and without trailing zeros: the canonical xsd:decimal of XSD 1.1."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
