"""The Service Description: where the endpoint is served, what it answers in, what it holds, what it allows."""

import pytest
import rdflib
from rdflib import RDF, RDFS, Literal, URIRef

from zhengtu.namespaces import BASE
from zhengtu.publish.service_description import service_description
from zhengtu.store.door import FORMATS, by_name, formats
from zhengtu.store.embedded import EmbeddedStore
from zhengtu.store.limits import Limits
from zhengtu.terms import SD, VOID

PARSERS = {"ttl": "turtle", "nt": "nt", "rdf": "xml", "jsonld": "json-ld"}
HERE = "https://kg.example.org/zt"


def described(store: EmbeddedStore, name: str = "nt", base: str = HERE, limits: Limits | None = None) -> rdflib.Graph:
    form = by_name(name)
    assert form is not None
    written = service_description(store, base, FORMATS, limits or Limits(), form)
    return rdflib.Graph().parse(data=written, format=PARSERS[name])


@pytest.mark.parametrize("name", [form.name for form in formats("graph")])
def test_it_is_written_in_every_format(store: EmbeddedStore, name: str) -> None:
    graph = described(store, name)
    (service,) = graph.subjects(RDF.type, SD.Service)
    assert str(graph.value(service, SD.endpoint)) == f"{HERE}/sparql" == str(service)
    assert graph.value(service, SD.supportedLanguage) == SD.SPARQL11Query
    assert (service, SD.feature, SD.UnionDefaultGraph) in graph
    assert len(list(graph.objects(service, SD.resultFormat))) == len(FORMATS)
    assert URIRef("http://www.w3.org/ns/formats/SPARQL_Results_JSON") in graph.objects(service, SD.resultFormat)


def test_it_names_the_graphs_with_their_sizes(store: EmbeddedStore) -> None:
    graph = described(store)
    counted = {
        (URIRef(name), int(count))
        for name, count in store.query("SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g").rows()
    }
    dataset = URIRef(f"{BASE}dataset")
    assert graph.value(predicate=RDF.type, object=SD.Dataset) == dataset
    named = {
        (graph.value(node, SD.name), int(str(graph.value(graph.value(node, SD.graph), VOID.triples))))
        for node in graph.objects(dataset, SD.namedGraph)
    }
    assert named == counted
    assert int(str(graph.value(dataset, VOID.triples))) == len(store)


def test_it_tells_every_limit_in_both_languages(store: EmbeddedStore) -> None:
    limits = Limits(
        seconds=7, memory_mb=701, result_bytes=702, query_chars=703, depth=41, chain=404, workers=5, queue=66,
        queue_seconds=8.5, client_seconds=91,
    )  # fmt: skip
    told = {
        (o.language, str(o))
        for o in described(store, limits=limits).objects(None, RDFS.comment)
        if isinstance(o, Literal)
    }
    for language in ("zh", "en"):
        text = " ".join(sentence for tag, sentence in told if tag == language)
        numbers = "7 ", "701", "702", "703", "41", "404", "5 ", "66", "8.5", "91"
        assert all(number in text for number in numbers), language


def test_it_is_small_and_an_address_cannot_break_out_of_it(store: EmbeddedStore) -> None:
    graph = described(store, base='http://127.0.0.1:8000/a> ?x "')
    (service,) = graph.subjects(RDF.type, SD.Service)
    assert str(service).startswith("http://127.0.0.1:8000/a%3E")
    assert len(graph) < 200
