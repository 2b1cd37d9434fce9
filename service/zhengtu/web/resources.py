"""Every IRI of the graph, where it is served: a thing leads to its documents, a document describes its thing.

A thing is answered with 303 to the document that suits Accept best (Cool URIs for the Semantic Web, section 4.2); 200
is for a document alone: one asked for by its extension, an ontology, whose terms have hash IRIs, and a text in its own
words. IRIs in RDF are the fixed ones; addresses in headers and pages are those of this service.
"""

import hashlib
from collections.abc import Mapping
from functools import cache, partial
from threading import Lock
from urllib.parse import quote
from weakref import WeakKeyDictionary

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from zhengtu import __version__, rooms
from zhengtu.namespaces import BASE, prologue
from zhengtu.publish.describe import DATASET, Outline, describe, outline
from zhengtu.publish.description import description
from zhengtu.publish.nearest import Names
from zhengtu.store.door import Store, by_name, formats
from zhengtu.store.turtle import of_turtle
from zhengtu.web import problems, resource_pages
from zhengtu.web.cache import Cache
from zhengtu.web.negotiation import best, is_browser
from zhengtu.web.reader import SAFE, Reader, reader_of

router = APIRouter()

FAMILIES = ("id/", "ns", "code", "cube", "alignment", "terms", "graph/", "dataset", "prefixes", "shapes")
SHAPES = f"{BASE}shapes"
RDF: Mapping[str, str] = {form.name: form.media_type for form in formats("graph")}
TYPES: Mapping[str, str] = {**RDF, "html": "text/html", "txt": "text/plain"}
ALIASES: Mapping[str, str] = {
    "application/json": "jsonld", "application/xml": "rdf", "text/xml": "rdf", "application/turtle": "ttl",
    "application/x-turtle": "ttl", "application/xhtml+xml": "html", "text/plain": "nt",
}  # fmt: skip
"""Names that clients use for a format which has another."""
HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Link, Location, Content-Location, ETag",
    "Cache-Control": "public, max-age=0, must-revalidate",
    "Vary": "Accept, Accept-Language",
    "X-Content-Type-Options": "nosniff",
}
KEPT_BYTES = 16 << 20


class Kept:
    """What is kept of one store as long as it lives: its names, and documents written before."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._names: Names | None = None
        self._documents: Cache[bytes] = Cache(KEPT_BYTES)

    def names(self, store: Store) -> Names:
        """The named things of the store."""
        self._names = self._names or Names(store)
        return self._names

    def document(self, store: Store, about: Outline, extension: str, reader: Reader) -> bytes:
        """A document about a thing; only a page depends on who reads it."""
        key = (about.iri, extension, *((reader.base, reader.language) if extension == "html" else ()))
        with self._lock:
            known = self._documents.get(key)
        if known is None:
            known = _written(store, about, extension, reader)
            with self._lock:
                self._documents.put(key, known, len(known))
        return known


_KEPT: WeakKeyDictionary[Store, Kept] = WeakKeyDictionary()


def resource(family: str, request: Request) -> Response:
    """A thing or a document about it, by the path of its IRI."""
    whole = family + request.path_params["rest"]
    path, dot, extension = whole.rpartition(".")
    if dot and extension in TYPES:
        return _answer(request, BASE + path, extension)
    return _answer(request, BASE + whole, "")


def well_known_void(request: Request) -> Response:
    """The way to the description of the data set (VoID, section 7.2)."""
    return _answer(request, DATASET, "")


for _family in FAMILIES:
    router.add_route(f"/{_family}{{rest:path}}", partial(resource, _family), ["GET", "HEAD"], include_in_schema=False)
router.add_route("/.well-known/void", well_known_void, ["GET", "HEAD"], include_in_schema=False)


def _answer(request: Request, iri: str, extension: str) -> Response:
    store = _store(request, iri)
    about = outline(store, iri)
    if not about.known or (extension == "txt" and not _is_text(about)):
        return _unknown(request, store, iri)
    if extension:
        return _document(request, store, about, extension)
    return _negotiated(request, store, about)


def _negotiated(request: Request, store: Store, about: Outline) -> Response:
    """303 to the best document, or the thing itself where it is one and that is what is sent."""
    types = {media_type: extension for extension, media_type in _types(about).items()}
    offered = types | {alias: extension for alias, extension in ALIASES.items() if alias not in types}
    chosen = best(request.headers.get("accept") or "*/*", list(offered))
    if chosen is None:
        return problems.answer(406, "not-acceptable", ", ".join(types), request.url.path, browser=False)
    extension, reader = offered[chosen], _reader(request)
    if "owl:Ontology" in about.classes or extension == "txt" or hasattr(request.state, "language"):
        return _document(request, store, about, extension)
    location = reader.address(about.iri) if extension == "html" else reader.document(about.iri, extension)
    return Response(status_code=303, headers={**HEADERS, "Location": location, "Link": _alternates(reader, about)})


def _document(request: Request, store: Store, about: Outline, extension: str) -> Response:
    """A document about a thing; 304 where the client has it."""
    reader, digest = _reader(request), request.app.state.service.build.manifest["digest"]
    seen = f"{digest} {__version__} {about.iri} {extension} {reader.base} {reader.language}"
    tag = f'W/"{hashlib.sha256(seen.encode()).hexdigest()[:32]}"'
    topic = f'<{quote(about.iri, safe=SAFE + "#")}>; rel="describes"'
    headers = {
        **HEADERS,
        "Content-Location": reader.document(about.iri, extension),
        "Content-Security-Policy": problems.CSP if extension == "html" else "default-src 'none'; sandbox",
        "ETag": tag,
        "Link": f"{topic}, {_alternates(reader, about)}",
    }
    if tag in (known.strip() for known in request.headers.get("if-none-match", "").split(",")):
        return Response(status_code=304, headers=headers)
    body = _kept(store).document(store, about, extension, reader)
    return Response(body, media_type=TYPES[extension], headers=headers)


def _written(store: Store, about: Outline, extension: str, reader: Reader) -> bytes:
    if extension == "html":
        return resource_pages.page(description(store, about), reader.at(about.iri), _types(about)).encode()
    form = by_name(extension)
    if form is not None:
        return describe(store, about, form)
    query = f"{prologue('schema')}SELECT ?text {{ <{about.iri}> schema:text ?text }}"
    return next(store.query(query).rows())[0].encode()


def _unknown(request: Request, store: Store, iri: str) -> Response:
    """404 with what comes nearest: a page for a browser, problem JSON (RFC 9457) for everyone else."""
    near, reader = _kept(store).names(store).nearest(iri), _reader(request)
    if is_browser(request.headers.get("accept", "")):
        headers = {**HEADERS, "Content-Security-Policy": problems.CSP}
        return HTMLResponse(resource_pages.nothing(iri, near, reader), 404, headers)
    body = {
        "type": f"{BASE}problem/resource-unknown",
        "title": "没有这个标识 / There is no such thing",
        "status": 404,
        "detail": iri,
        "advice": "请看 nearest 中相近的标识 / See what comes near to it in `nearest`",
        "instance": request.url.path,
        "nearest": [{"iri": n.iri, "url": reader.neutral(n.iri), "zh": n.label.zh, "en": n.label.en} for n in near],
    }
    return JSONResponse(body, 404, HEADERS, media_type="application/problem+json")


def _store(request: Request, iri: str) -> Store:
    """The store that knows a thing: shapes stand beside the build until they are part of it."""
    store: Store = request.app.state.service.store
    return _shapes() if iri.startswith(SHAPES) and not outline(store, iri).known else store


@cache
def _shapes() -> Store:
    files = (*sorted(rooms.shapes().rglob("*.ttl")), *sorted(rooms.ontology().glob("*.ttl")))
    return of_turtle(files, f"{BASE}graph/shapes")


def _kept(store: Store) -> Kept:
    return _KEPT.setdefault(store, Kept())


def _types(about: Outline) -> dict[str, str]:
    """The formats of a thing by extension, the preferred one first, with their media types."""
    return {extension: type_ for extension, type_ in TYPES.items() if extension != "txt" or _is_text(about)}


def _is_text(about: Outline) -> bool:
    return "schema:DigitalDocument" in about.classes and "schema:text" in about.outgoing


def _alternates(reader: Reader, about: Outline) -> str:
    """The links to every format that a thing is described in (RFC 8288)."""
    documents = ((reader.document(about.iri, extension), type_) for extension, type_ in _types(about).items())
    return ", ".join(f'<{address}>; rel="alternate"; type="{type_}"' for address, type_ in documents)


def _reader(request: Request) -> Reader:
    return reader_of(request, request.app.state.service.settings)
