"""RDF files of someone else are read as they are, and what would need fetching is refused."""

import json
from pathlib import Path

import pytest
from rdflib import BNode

from zhengtu import rooms
from zhengtu.errors import FileRefused
from zhengtu.store import files
from zhengtu.store.files import read_files

CONTEXT = "https://w3id.org/zhengtu/context.jsonld"
CONTEXTS = {CONTEXT: rooms.ontology() / "context.jsonld"}
SAMPLES = Path(__file__).parent.parent / "ontology" / "data"


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_json_ld_with_the_bundled_context_says_the_same_as_turtle(tmp_path: Path) -> None:
    sample = json.loads((SAMPLES / "sample.jsonld").read_text(encoding="utf-8"))
    path = written(tmp_path, "a.jsonld", json.dumps({"@context": CONTEXT, **sample}))
    assert {q[:3] for q in read_files([path], CONTEXTS)} == {
        q[:3] for q in read_files([SAMPLES / "sample.ttl"], CONTEXTS)
    }


def test_blank_nodes_keep_the_same_names_at_every_reading(tmp_path: Path) -> None:
    path = written(tmp_path, "a.ttl", "<urn:a> <urn:p> [ <urn:q> _:x ] . _:x <urn:r> 1 .")
    first, second = read_files([path], CONTEXTS), read_files([path], CONTEXTS)
    assert first == second
    assert {str(n) for q in first for n in q if isinstance(n, BNode)} == {"file-1-b1", "file-1-b2"}


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.jsonld", '{"@context": "https://example.org/c.jsonld", "@id": "urn:a"}', "nothing is fetched"),
        ("a.jsonld", '{"@context": [{}, "file:///etc/hostname"], "@id": "urn:a"}', "nothing is fetched"),
        ("a.jsonld", '{"@context": {"@import": "https://example.org/c"}, "@id": "urn:a"}', "@import"),
        ("a.jsonld", '{"a": {"@context": "https://example.org/c"}}', "nothing is fetched"),
        ("a.jsonld", "{", "not JSON"),
        ("a.jsonld", "[" * 100_000 + "]" * 100_000, "nested"),
        ("a.ttl", "<urn:a> <http://www.w3.org/2002/07/owl#imports> <https://example.org/o> .", "owl:imports"),
        ("a.ttl", '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "b">]><r/>', "XML"),
        ("a.ttl", "<urn:a> <urn:p> .", "cannot be read"),
        ("a.rdf", "<rdf:RDF/>", "are read"),
    ],
)
def test_what_is_not_done_here_is_refused_in_one_line(tmp_path: Path, name: str, text: str, words: str) -> None:
    with pytest.raises(FileRefused) as refused:
        read_files([written(tmp_path, name, text)], CONTEXTS)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_file_too_large_or_missing_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST", 3)
    for path in (written(tmp_path, "a.ttl", "<urn:a>"), tmp_path / "none.ttl"):
        with pytest.raises(FileRefused):
            read_files([path], CONTEXTS)
