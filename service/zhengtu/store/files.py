"""RDF files that someone else wrote in, quads out; nothing is fetched, and what would need fetching is refused.

Turtle, TriG, N-Triples, N-Quads and JSON-LD. Blank nodes keep an order of their own (`file-1-b1` …), so that the same
files give the same report.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path

import pyoxigraph as ox
from rdflib import BNode, Literal, URIRef

from zhengtu.errors import FileRefused
from zhengtu.store.quads import Quad, named, term
from zhengtu.terms import graph

FORMATS = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".trig": ox.RdfFormat.TRIG,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".nq": ox.RdfFormat.N_QUADS,
    ".jsonld": ox.RdfFormat.JSON_LD,
    ".json": ox.RdfFormat.JSON_LD,
}
LARGEST = 64 * 2**20
"""Bytes that one file may have."""
IMPORTS = URIRef("http://www.w3.org/2002/07/owl#imports")
OWN = graph("own")
"""The graph of a triple that its file puts into none."""
Json = dict[str, "Json"] | list["Json"] | str | float | bool | None
BASE = "https://w3id.org/zhengtu/id/file/"


def read_files(paths: Sequence[Path], contexts: Mapping[str, Path]) -> tuple[Quad, ...]:
    """All quads of the files; `contexts` are the JSON-LD contexts that are here, by their IRI.

    Raises FileRefused when a file is too large, of another format, broken, XML, or asks for something to be fetched.
    """
    return tuple(quad for number, path in enumerate(paths, 1) for quad in _read(path, number, contexts))


def _read(path: Path, number: int, contexts: Mapping[str, Path]) -> Iterator[Quad]:
    form = FORMATS.get(path.suffix.lower())
    if form is None:
        raise FileRefused(f"{path.name}: {', '.join(FORMATS)} are read, not “{path.suffix}”.")
    data = _bytes(path)
    if form == ox.RdfFormat.JSON_LD:
        data = _inline(path, data, contexts)
    labels = _labels(number)
    try:
        for quad in ox.parse(data, format=form, base_iri=f"{BASE}{number}"):
            yield _checked(path, _terms(quad, labels))
    except (SyntaxError, ValueError) as error:
        raise FileRefused(f"{path.name} cannot be read: {error}") from None


def _bytes(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise FileRefused(f"{path.name} has {size} bytes; at most {LARGEST} are read.")
        data = path.read_bytes()
    except OSError as error:
        raise FileRefused(f"{path.name} cannot be read: {error.strerror}") from None
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:9].lower().startswith((b"<?xml", b"<!doctype", b"<rdf:rdf", b"<html")):
        raise FileRefused(f"{path.name} is XML; no DOCTYPE and no entity is read here. Save it as Turtle.")
    return data.removeprefix(b"\xef\xbb\xbf")


def _labels(number: int) -> Callable[[str], BNode]:
    known: dict[str, BNode] = {}
    numbers = count(1)

    def label(name: str) -> BNode:
        if name not in known:
            known[name] = BNode(f"file-{number}-b{next(numbers)}")
        return known[name]

    return label


def _terms(quad: ox.Quad, label: Callable[[str], BNode]) -> Quad:
    inside = OWN if isinstance(quad.graph_name, ox.DefaultGraph | ox.BlankNode) else named(quad.graph_name)
    return _own(quad.subject, label), named(quad.predicate), _own(quad.object, label), inside  # type: ignore[return-value]


def _own(
    value: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple, label: Callable[[str], BNode]
) -> URIRef | Literal | BNode:
    return label(value.value) if isinstance(value, ox.BlankNode) else term(value)


def _checked(path: Path, quad: Quad) -> Quad:
    if quad[1] == IMPORTS:
        raise FileRefused(
            f"{path.name} asks for owl:imports of {quad[2]}; nothing is fetched. Add the file itself instead."
        )
    return quad


def _inline(path: Path, data: bytes, contexts: Mapping[str, Path]) -> bytes:
    """The JSON-LD document with the contexts that are here put in place of their IRIs."""
    try:
        document = json.loads(data)
        return json.dumps(_replaced(path, document, contexts)).encode()
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise FileRefused(f"{path.name} is not JSON: {error}") from None
    except RecursionError:
        raise FileRefused(f"{path.name} is nested too deeply.") from None


def _replaced(path: Path, value: Json, contexts: Mapping[str, Path]) -> Json:
    if isinstance(value, list):
        return [_replaced(path, item, contexts) for item in value]
    if not isinstance(value, dict):
        return value
    if "@import" in value:
        raise FileRefused(f"{path.name} asks for @import of {value['@import']}; nothing is fetched.")
    return {
        key: _context(path, item, contexts) if key == "@context" else _replaced(path, item, contexts)
        for key, item in value.items()
    }


def _context(path: Path, value: Json, contexts: Mapping[str, Path]) -> Json:
    if isinstance(value, list):
        return [_context(path, item, contexts) for item in value]
    if not isinstance(value, str):
        return _replaced(path, value, contexts)
    if value not in contexts:
        here = ", ".join(contexts)
        raise FileRefused(f"{path.name} asks for the context {value}; nothing is fetched. Known here: {here}.")
    inline: Json = json.loads(contexts[value].read_bytes())["@context"]
    return inline
