"""The door, as the embedded engine keeps it."""

from pathlib import Path

import pytest
from rdflib import BNode, Literal, URIRef

from zhengtu.errors import BuildMissing, QueryMalformed, QueryRefused, StoreError
from zhengtu.store.door import FORMATS, Format
from zhengtu.store.embedded import EmbeddedStore
from zhengtu.store.quads import Quad, construct, load, sorted_lines

A, B, P = URIRef("urn:a"), URIRef("urn:b"), URIRef("urn:p")
G1, G2 = URIRef("urn:g1"), URIRef("urn:g2")
UNKNOWN = "SELECT (<urn:function>() AS ?x) {}"
QUADS: list[Quad] = [(A, P, Literal("政图", lang="zh"), G1), (B, P, Literal("1.50"), G2)]


@pytest.fixture(scope="module")
def small() -> EmbeddedStore:
    return load(QUADS)


def count(store: EmbeddedStore, query: str, **dataset: list[str]) -> int:
    return len(list(store.query(query, **dataset).rows()))


def test_the_default_graph_is_the_union(small: EmbeddedStore) -> None:
    assert count(small, "SELECT * { ?s ?p ?o }") == len(small) == 2


def test_a_dataset_in_the_query_or_the_request_narrows_it(small: EmbeddedStore) -> None:
    assert count(small, "SELECT * FROM <urn:g1> { ?s ?p ?o }") == 1
    assert count(small, "SELECT * FROM <file:///etc/hostname> { ?s ?p ?o }") == 0
    assert count(small, "SELECT * { ?s ?p ?o }", default_graphs=["urn:g2"]) == 1
    assert count(small, "SELECT * { GRAPH ?g { ?s ?p ?o } }", named_graphs=["urn:g2"]) == 1


@pytest.mark.parametrize("form", FORMATS, ids=[f.name for f in FORMATS])
def test_a_format_carries_its_kind_and_no_other(small: EmbeddedStore, form: Format) -> None:
    queries = {"solutions": "SELECT * { ?s ?p ?o }", "graph": "CONSTRUCT WHERE { ?s ?p ?o }"}
    assert "政图" in small.query(queries.pop(form.kind)).write(form).decode()
    with pytest.raises(ValueError, match=form.name):
        small.query(queries.popitem()[1]).write(form)


def test_ask_is_true_or_false(small: EmbeddedStore) -> None:
    assert list(small.query("ASK { <urn:a> ?p ?o }").rows()) == [("true",)]
    assert small.query("ASK { <urn:c> ?p ?o }").variables == ()


def test_terms_come_back_as_they_went_in() -> None:
    assert set(construct(QUADS, "CONSTRUCT WHERE { ?s ?p ?o }")) == {quad[:3] for quad in QUADS}
    with pytest.raises(StoreError, match="no graph"):
        construct(QUADS, "ASK {}")


def test_what_is_no_query_is_malformed(small: EmbeddedStore) -> None:
    for text in ("SELECT", "INSERT DATA { <urn:a> <urn:p> 1 }", "LOAD <file:///etc/hostname>", "DROP ALL", UNKNOWN):
        with pytest.raises(QueryMalformed):
            small.query(text)
    assert len(small) == 2


def test_no_query_reaches_another_service(small: EmbeddedStore) -> None:
    with pytest.raises(QueryRefused):
        small.query("SELECT * { SERVICE SILENT <http://127.0.0.1:9/> { ?s ?p ?o } }")


def test_a_missing_or_damaged_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(BuildMissing, match="zhengtu build"):
        EmbeddedStore.of_file(tmp_path / "none.nq")
    (tmp_path / "bad.nq").write_text("<urn:a> <urn:p> ")
    with pytest.raises(StoreError, match=r"bad\.nq"):
        EmbeddedStore.of_file(tmp_path / "bad.nq")


def test_lines_are_sorted_and_single() -> None:
    lines = sorted_lines([*reversed(QUADS), QUADS[0]])
    assert lines == sorted(lines)
    assert len(lines) == 2


def test_a_blank_node_is_refused() -> None:
    with pytest.raises(StoreError, match="blank node"):
        sorted_lines([(A, P, BNode(), G1)])  # type: ignore[list-item]
