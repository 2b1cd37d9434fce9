"""Graph names and questions in, triples out that tell a client how to ask: service, graphs, prefixes, examples.

Their IRIs are the fixed ones, wherever the endpoint is served; `service_description` says where that is.
"""

from collections.abc import Iterable, Iterator
from itertools import chain

from rdflib import Literal, URIRef

from zhengtu.namespaces import BASE, PREFIXES
from zhengtu.publish.describe import DATASET
from zhengtu.publish.questions import Question
from zhengtu.publish.service_description import format_iri
from zhengtu.store.door import FORMATS
from zhengtu.store.quads import Triple
from zhengtu.terms import ID, OWL, RDF, RDFS, SCHEMA, SD, SH, XSD

ENDPOINT, DECLARED = URIRef(f"{BASE}sparql"), URIRef(f"{BASE}prefixes")
GRAPHS = {
    "catalog": ("目录与溯源", "Catalogue and provenance"),
    "cube": ("数据立方体", "Data cube"),
    "derived": ("推算数值", "Derived values"),
    "ontology": ("本体、代码表与术语名称", "Ontology, code lists and names of terms"),
    "quality": ("数据质量记录", "Data quality records"),
    "reference": ("共用参考数据", "Shared reference data"),
    "report-": ("报告事实：", "Facts of the report "),
    "source-": ("报告原文与段落：", "Text and passages of the report "),
}


def endpoint_triples(graphs: Iterable[str], questions: Iterable[Question]) -> Iterator[Triple]:
    """What a client must know before it asks; `graphs` are IRIs."""
    yield from _service()
    yield from chain.from_iterable(map(_graph, graphs))
    yield from _prefixes()
    yield from chain.from_iterable(map(_example, questions))


def contents(name: str) -> URIRef:
    """What the graph of this name holds, as a data set of its own."""
    return URIRef(f"{DATASET}#graph/{name.removeprefix(PREFIXES['graph'])}")


def _service() -> Iterator[Triple]:
    """The endpoint at its fixed address (SPARQL 1.1 Service Description, section 3)."""
    yield ENDPOINT, RDF.type, SD.Service
    yield ENDPOINT, SD.endpoint, ENDPOINT
    yield ENDPOINT, SD.supportedLanguage, SD.SPARQL11Query
    yield ENDPOINT, SD.feature, SD.UnionDefaultGraph
    yield ENDPOINT, SD.defaultDataset, URIRef(DATASET)
    for form in FORMATS:
        yield ENDPOINT, SD.resultFormat, URIRef(format_iri(form))


def _graph(name: str) -> Iterator[Triple]:
    node, (zh, en) = URIRef(name), _graph_label(name.removeprefix(PREFIXES["graph"]))
    yield node, RDF.type, SD.NamedGraph
    yield node, SD.name, node
    yield node, SD.graph, contents(name)
    yield from labels(node, RDFS.label, zh, en)


def _graph_label(name: str) -> tuple[str, str]:
    kind, dash, report = name.partition("-")
    zh, en = GRAPHS.get(kind + dash, (name, name))
    return zh + report, en + report


def _prefixes() -> Iterator[Triple]:
    """What `PREFIX` may stand before a query (SHACL, section 5.2.1)."""
    yield DECLARED, RDF.type, OWL.Ontology
    yield from labels(DECLARED, RDFS.label, "查询所用前缀", "Prefixes for queries")
    for prefix, namespace in PREFIXES.items():
        node = URIRef(f"{DECLARED}#{prefix}")
        yield DECLARED, SH.declare, node
        yield node, RDF.type, SH.PrefixDeclaration
        yield node, SH.prefix, Literal(prefix)
        yield node, SH.namespace, Literal(namespace, datatype=XSD.anyURI)


def _example(question: Question) -> Iterator[Triple]:
    """A question as SPARQL editors look for it: an executable with its query and what it asks, in words."""
    node = ID[f"question/{question.slug}"]
    yield node, RDF.type, SH.SPARQLExecutable
    yield node, RDF.type, SH.SPARQLSelectExecutable
    yield from labels(node, RDFS.label, question.title.zh, question.title.en)
    yield from labels(node, RDFS.comment, question.description.zh, question.description.en)
    yield node, SH.prefixes, DECLARED
    yield node, SH.select, Literal(question.query)
    yield node, SCHEMA.target, ENDPOINT


def labels(node: URIRef, property_: URIRef, zh: str, en: str) -> Iterator[Triple]:
    """The label in both languages."""
    yield node, property_, Literal(zh, lang="zh")
    yield node, property_, Literal(en, lang="en")
