"""Namespaces, and the only functions that make IRIs. The base IRI is fixed in the data, wherever it is served."""

from decimal import Decimal

from rdflib import Namespace, URIRef

from zhengtu.model import Comparator, Span

BASE = "https://w3id.org/zhengtu/"

ZT = Namespace(BASE + "ns#")
CODE = Namespace(BASE + "code/")
GRAPH = Namespace(BASE + "graph/")
ID = Namespace(BASE + "id/")

ADMS = Namespace("http://www.w3.org/ns/adms#")
CPSV = Namespace("http://purl.org/vocab/cpsv#")
CV = Namespace("http://data.europa.eu/m8g/")
DCAT = Namespace("http://www.w3.org/ns/dcat#")
DCTERMS = Namespace("http://purl.org/dc/terms/")
DOCO = Namespace("http://purl.org/spar/doco/")
DQV = Namespace("http://www.w3.org/ns/dqv#")
ELI = Namespace("http://data.europa.eu/eli/ontology#")
FOAF = Namespace("http://xmlns.com/foaf/0.1/")
LDQD = Namespace("http://www.w3.org/2016/05/ldqd#")
OA = Namespace("http://www.w3.org/ns/oa#")
ODRL = Namespace("http://www.w3.org/ns/odrl/2/")
ORG = Namespace("http://www.w3.org/ns/org#")
OWL = Namespace("http://www.w3.org/2002/07/owl#")
PROV = Namespace("http://www.w3.org/ns/prov#")
QB = Namespace("http://purl.org/linked-data/cube#")
QUDT = Namespace("http://qudt.org/schema/qudt/")
RDF = Namespace("http://www.w3.org/1999/02/22-rdf-syntax-ns#")
RDFS = Namespace("http://www.w3.org/2000/01/rdf-schema#")
ROV = Namespace("http://www.w3.org/ns/regorg#")
SCHEMA = Namespace("http://schema.org/")
SDMX_ATTRIBUTE = Namespace("http://purl.org/linked-data/sdmx/2009/attribute#")
SDMX_DIMENSION = Namespace("http://purl.org/linked-data/sdmx/2009/dimension#")
SDMX_MEASURE = Namespace("http://purl.org/linked-data/sdmx/2009/measure#")
SH = Namespace("http://www.w3.org/ns/shacl#")
SKOS = Namespace("http://www.w3.org/2004/02/skos/core#")
UNIT = Namespace("http://qudt.org/vocab/unit/")
XSD = Namespace("http://www.w3.org/2001/XMLSchema#")

PREFIXES: dict[str, str] = {
    "adms": ADMS,
    "code": CODE,
    "cpsv": CPSV,
    "cv": CV,
    "dcat": DCAT,
    "dcterms": DCTERMS,
    "doco": DOCO,
    "dqv": DQV,
    "eli": ELI,
    "foaf": FOAF,
    "graph": GRAPH,
    "ldqd": LDQD,
    "oa": OA,
    "odrl": ODRL,
    "org": ORG,
    "owl": OWL,
    "prov": PROV,
    "qb": QB,
    "qudt": QUDT,
    "rdf": RDF,
    "rdfs": RDFS,
    "rov": ROV,
    "schema": SCHEMA,
    "sdmx-attribute": SDMX_ATTRIBUTE,
    "sdmx-dimension": SDMX_DIMENSION,
    "sdmx-measure": SDMX_MEASURE,
    "sh": SH,
    "skos": SKOS,
    "unit": UNIT,
    "xsd": XSD,
    "zt": ZT,
}

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
