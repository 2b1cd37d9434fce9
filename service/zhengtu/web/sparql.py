"""The SPARQL 1.1 Protocol, query operation (section 2.1), as one thin ASGI application over the pool."""

import asyncio
import gzip
import hashlib
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from zhengtu.errors import QueryMalformed, QueryTooLong, ZhengtuError
from zhengtu.settings import Settings
from zhengtu.store import pool
from zhengtu.store.door import Format, formats
from zhengtu.store.pool import WorkerPool
from zhengtu.web import problems
from zhengtu.web.cache import Cache
from zhengtu.web.negotiation import is_browser, wanted

FORM, DIRECT = "application/x-www-form-urlencoded", "application/sparql-query"
GZIP_FROM = 1000
MOST_FIELDS = 1000
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Retry-After, X-Query-Seconds",
}
PREFLIGHT = {
    **CORS,
    "Access-Control-Allow-Methods": "GET, HEAD, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Accept-Language, Content-Type, If-None-Match",
    "Access-Control-Max-Age": "86400",
    "Allow": "GET, HEAD, POST, OPTIONS",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A query with the dataset and the format that the request asks for; without query: what is this endpoint?"""

    query: str | None
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]
    format: str
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Answered:
    """A whole answer: format, body, the same body compressed, and its entity tag."""

    format: Format
    body: bytes
    packed: bytes = field(repr=False)
    etag: str


class RefusedError(Exception):
    """A request that is no query: `code` is one of problems.WORDS."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(status, code, detail)
        self.status, self.code, self.detail = status, code, detail


class SparqlEndpoint:
    """`/sparql` over a pool of workers; `digest` names the data, `describe` answers a request without a query."""

    def __init__(
        self, workers: WorkerPool, digest: str, settings: Settings, describe: Callable[[Request], Response]
    ) -> None:
        self.pool, self.digest, self._describe = workers, digest, describe
        self._body_bytes = settings.body_bytes
        self.cache: Cache[Answered] = Cache(settings.cache_bytes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        response = await self._respond(Request(scope, receive))
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        headers, path = request.headers, request.url.path
        browser = is_browser(headers.get("accept", ""))
        try:
            if request.method == "OPTIONS":
                return Response(status_code=204, headers=PREFLIGHT)
            asked = await self._asked(request)
            if asked.query is None:
                return self._describe(request)
            return await self._answer(request, asked)
        except RefusedError as refused:
            return problems.answer(refused.status, refused.code, refused.detail, path, browser=browser)
        except ZhengtuError as error:
            return problems.problem(error, path, browser=browser)

    async def _answer(self, request: Request, asked: Asked) -> Response:
        accept = request.headers.get("accept") or "*/*"
        forms = {kind: wanted(kind, asked.format, accept) for kind in ("solutions", "graph")}
        key = (self.digest, asked.query, asked.default_graphs, asked.named_graphs, forms["solutions"], forms["graph"])
        known = self.cache.get(key)
        if known is None:
            known = await self._ask(request, asked, forms)
            self.cache.put(key, known, len(known.body) + len(known.packed) + len(asked.query or ""))
        return _response(known, request.headers)

    async def _ask(self, request: Request, asked: Asked, forms: dict[str, Format | None]) -> Answered:
        question = pool.Request(
            asked.query or "",
            asked.default_graphs,
            asked.named_graphs,
            forms["solutions"],
            forms["graph"],
            asked.seconds,
        )
        reply = await _unless_gone(request, self.pool.ask(question))
        if reply.format is None:
            offered = ", ".join(form.media_type for form in formats(reply.kind))
            raise RefusedError(406, "not-acceptable", offered)
        tag = hashlib.sha256(f"{self.digest} {asked!r} {reply.format.name}".encode()).hexdigest()[:32]
        packed = gzip.compress(reply.body, 5, mtime=0) if len(reply.body) >= GZIP_FROM else b""
        return Answered(reply.format, reply.body, packed, f'W/"{tag}"')

    async def _asked(self, request: Request) -> Asked:
        """The parts of a request, each decoded once.

        Raises QueryMalformed when there is more than one query or an encoding is broken, QueryTooLong, RefusedError.
        """
        posted = request.method == "POST"
        if request.method not in ("GET", "HEAD", "POST"):
            raise RefusedError(405, "method", request.method)
        media_type, charset = _content_type(request.headers)
        if posted and media_type not in (FORM, DIRECT):
            raise RefusedError(415, "media-type", f"{FORM}, {DIRECT}")
        if posted and (charset not in ("", "utf-8", "utf8") or request.headers.get("content-encoding")):
            raise RefusedError(415, "media-type", "UTF-8, without Content-Encoding")
        pairs = _pairs(request.scope["query_string"])
        if posted:
            body = await self._body(request)
            pairs += _pairs(body) if media_type == FORM else [("query", _text(body))]
        return _parts(pairs, posted=posted)

    async def _body(self, request: Request) -> bytes:
        too_large = QueryTooLong(f"The request has more than {self._body_bytes} bytes.")
        if int(request.headers.get("content-length") or 0) > self._body_bytes:
            raise too_large
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > self._body_bytes:
                raise too_large
        return bytes(body)


def _parts(pairs: list[tuple[str, str]], *, posted: bool) -> Asked:
    queries = [value for name, value in pairs if name == "query"]
    if len(queries) > 1 or (posted and not queries):
        raise QueryMalformed(
            f"The request has {len(queries)} queries; exactly one is needed, in the parameter `query`."
        )
    if queries and (not queries[0].strip() or "\0" in queries[0]):
        raise QueryMalformed("The query is empty or holds a null character.")
    first = dict(reversed(pairs))
    return Asked(
        queries[0] if queries else None,
        tuple(value for name, value in pairs if name == "default-graph-uri"),
        tuple(value for name, value in pairs if name == "named-graph-uri"),
        first.get("format", ""),
        _seconds(first.get("timeout", "")),
    )


def _seconds(text: str) -> float | None:
    try:
        seconds = float(text)
    except ValueError:
        return None
    return seconds if seconds > 0 else None


def _pairs(raw: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(raw.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except UnicodeDecodeError:
        raise QueryMalformed("The request is not UTF-8.") from None
    except ValueError:
        raise QueryMalformed(f"The request has more than {MOST_FIELDS} fields.") from None


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise QueryMalformed("The query is not UTF-8.") from None


def _content_type(headers: Headers) -> tuple[str, str]:
    """Media type and charset, in lower case."""
    media_type, _, parameters = headers.get("content-type", "").lower().partition(";")
    named = dict(part.strip().partition("=")[::2] for part in parameters.split(";"))
    return media_type.strip(), named.get("charset", "").strip('" ')


def _response(answered: Answered, headers: Headers) -> Response:
    about = {
        **CORS,
        "ETag": answered.etag,
        "Vary": "Accept, Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "public, max-age=0, must-revalidate",
    }
    if answered.etag in (tag.strip() for tag in headers.get("if-none-match", "").split(",")):
        return Response(status_code=304, headers=about)
    if answered.packed and "gzip" in headers.get("accept-encoding", "").lower():
        return Response(
            answered.packed, media_type=answered.format.media_type, headers={**about, "Content-Encoding": "gzip"}
        )
    return Response(answered.body, media_type=answered.format.media_type, headers=about)


async def _unless_gone(request: Request, asking: Coroutine[None, None, pool.Reply]) -> pool.Reply:
    """The reply; when the client goes away first, its query is stopped."""
    task = asyncio.ensure_future(asking)
    gone = asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait((task, gone), return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise RefusedError(499, "method", "the client went away")
        return task.result()
    finally:
        gone.cancel()
        task.cancel()


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
