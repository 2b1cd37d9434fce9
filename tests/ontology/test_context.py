"""The JSON-LD context: what it expands to, what it compacts to, and that it names every own term."""

import json
from pathlib import Path
from typing import Any

import pytest
from rdflib import Graph, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import OWL, RDF, SKOS

# the JSON-LD parser of rdflib 7 uses a class that rdflib 7 deprecates
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")

ROOT = Path(__file__).parents[2]
DATA = Path(__file__).parent / "data"
NS = "https://w3id.org/zhengtu/ns#"
CODE = "https://w3id.org/zhengtu/code/"
CONTEXT: dict[str, Any] = json.loads((ROOT / "ontology" / "context.jsonld").read_text(encoding="utf-8"))["@context"]
CODED = [term for term, entry in CONTEXT.items() if isinstance(entry, dict) and "@context" in entry]


def expanded(document: dict[str, Any]) -> Graph:
    """The triples of a document under the context, which is put into it: nothing is fetched."""
    return Graph().parse(data=json.dumps({"@context": CONTEXT, **document}), format="json-ld")


@pytest.fixture(scope="module")
def sample() -> Graph:
    return Graph().parse(DATA / "sample.ttl")


def test_the_sample_expands(sample: Graph) -> None:
    assert isomorphic(expanded(json.loads((DATA / "sample.jsonld").read_text(encoding="utf-8"))), sample)


def test_what_is_compacted_expands_again(sample: Graph) -> None:
    written = json.loads(sample.serialize(format="json-ld", context=CONTEXT))
    assert isomorphic(expanded({"@graph": written["@graph"]}), sample)
    assert not [key for node in written["@graph"] for key in node if ":" in key]


def test_every_own_term_stands_under_its_own_name() -> None:
    for term in Graph().parse(ROOT / "ontology" / "zhengtu.ttl").subjects(RDF.type):
        if str(term).startswith(NS):
            name = str(term).removeprefix(NS)
            entry = CONTEXT[name]
            assert (entry["@id"] if isinstance(entry, dict) else entry) == f"zt:{name}"


def test_a_property_that_links_is_read_as_a_link() -> None:
    ontology = Graph().parse(ROOT / "ontology" / "zhengtu.ttl")
    for link in ontology.subjects(RDF.type, OWL.ObjectProperty):
        assert CONTEXT[str(link).removeprefix(NS)]["@type"] in {"@id", "@vocab"}


@pytest.mark.parametrize("term", CODED)
def test_every_code_is_read_by_its_notation(term: str) -> None:
    codes = Graph().parse(ROOT / "ontology" / "codes.ttl")
    scheme = CONTEXT[term]["@context"].get("@vocab", f"{CODE}{term}/").removesuffix("/")
    listed = {*codes.subjects(SKOS.inScheme, URIRef(scheme)), *codes.objects(URIRef(scheme), SKOS.member)}
    assert listed
    for code in listed:
        assert set(expanded({"id": "urn:x", term: str(codes.value(code, SKOS.notation))}).objects()) == {code}
