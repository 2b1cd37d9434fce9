"""The SPARQL 1.1 Protocol, query operation (section 2.1), as one thin ASGI application over the pool.

What was answered before, to the same bytes, is neither read nor asked again; so most of a repeated request's time is
HTTP's own.
"""

import asyncio
import gzip
import hashlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from math import ceil

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from zhengtu.errors import QueryTooLong, ServiceBusy, ZhengtuError
from zhengtu.settings import Settings
from zhengtu.store import pool
from zhengtu.store.budget import Budget
from zhengtu.store.door import formats
from zhengtu.store.pool import WorkerPool
from zhengtu.web import problems
from zhengtu.web.cache import Cache
from zhengtu.web.negotiation import is_browser
from zhengtu.web.question import DIRECT, FORM, Asked, media_type, read

PATHS = frozenset(("/sparql", "/sparql/"))
GZIP_FROM, GZIP_ASIDE_FROM = 1000, 100_000
CHUNK = 1 << 18
ANSWERS_ON_THEIR_WAY = 8
GLANCE_AFTER = 0.25
REFUSE_AFTER = 0.5
"""Seconds before a request is told that there is no room: clients who ask again at once would otherwise keep the loop
so busy with refusals that it has no time for the answers."""
CHECK_AGAIN = "public, max-age=0, must-revalidate"
_GZIP = re.compile(rb"\bgzip\b(?!\s*;\s*q\s*=\s*0(?:\.0*)?\s*(?:,|$))", re.IGNORECASE)
_VOLATILE = r"\b(?:NOW|RAND|UUID|STRUUID)\s*\("
CROWDED = frozenset((429, ServiceBusy.status))
_CHARSET = frozenset(("", "utf-8", "utf8"))
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Retry-After",
}
PREFLIGHT = {
    **CORS,
    "Access-Control-Allow-Methods": "GET, HEAD, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Accept-Language, Content-Type, If-None-Match",
    "Access-Control-Max-Age": "86400",
    "Allow": "GET, HEAD, POST, OPTIONS",
}
ABOUT = {
    **CORS,
    "Vary": "Accept, Accept-Encoding",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}

Key = tuple[str, Asked, bool]
Headers = dict[bytes, bytes]
RawHeaders = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Answered:
    """A whole answer, ready to be sent; one that may differ the next time has no entity tag."""

    query: str
    headers: RawHeaders
    body: bytes
    etag: bytes


class RefusedError(Exception):
    """A request that is no query: `code` is one of problems.WORDS."""

    def __init__(self, status: int, code: str, detail: str, retry_after: int | None = None) -> None:
        super().__init__(status, code, detail)
        self.status, self.code, self.detail, self.retry_after = status, code, detail, retry_after


class SparqlEndpoint:
    """`/sparql` over a pool of workers; `digest` names the data, `describe` answers a request without a query."""

    def __init__(
        self, workers: WorkerPool, digest: str, settings: Settings, describe: Callable[[Request], Awaitable[Response]]
    ) -> None:
        self.pool, self.digest, self._describe = workers, digest, describe
        self._body_bytes = settings.body_bytes
        self._budget, self._client_seconds = Budget(settings.client_seconds), settings.client_seconds
        volatile = f"{_VOLATILE}|SERVICE" if settings.services else _VOLATILE
        self._volatile = re.compile(volatile, re.IGNORECASE)
        self.cache: Cache[Answered] = Cache(settings.cache_bytes)
        self._sending, self._most_sending = 0, ANSWERS_ON_THEIR_WAY * settings.result_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers = dict(reversed(scope["headers"]))
        scope.setdefault("state", {})
        try:
            await self._respond(scope, headers, receive, send)
        except (RefusedError, ZhengtuError) as error:
            await (await refuse(error, scope, headers))(scope, receive, send)

    async def _respond(self, scope: Scope, headers: Headers, receive: Receive, send: Send) -> None:
        if scope["method"] == "OPTIONS":
            await Response(status_code=204, headers=PREFLIGHT)(scope, receive, send)
            return
        asked, packed = await self.asked(scope, headers, receive), _GZIP.search(headers.get(b"accept-encoding", b""))
        key = self.digest, asked, packed is None
        answered = self.cache.get(key) or await self._answered(key, asked, scope, receive)
        if answered is None:
            description = await self._describe(Request(scope, receive))
            await description(scope, receive, send)
            return
        scope["state"]["query"] = answered.query
        with self._room(len(answered.body)):
            await _send(answered, headers, send)

    async def asked(self, scope: Scope, headers: Headers, receive: Receive) -> Asked:
        """The parts of a request. Raises QueryTooLong, or RefusedError for a method or a body that is not taken."""
        accept = headers.get(b"accept", b"").decode("latin-1") or "*/*"
        if scope["method"] in ("GET", "HEAD"):
            return Asked(scope["query_string"], accept)
        if scope["method"] != "POST":
            raise RefusedError(405, "method", scope["method"])
        posted, charset = media_type(headers.get(b"content-type", b"").decode("latin-1"))
        if posted not in (FORM, DIRECT):
            raise RefusedError(415, "media-type", f"{FORM}, {DIRECT}")
        if charset not in _CHARSET or b"content-encoding" in headers:
            raise RefusedError(415, "media-type", "UTF-8, without Content-Encoding")
        return Asked(scope["query_string"], accept, posted, await self._body(headers, receive))

    async def _body(self, headers: Headers, receive: Receive) -> bytes:
        size, body, more = int(headers.get(b"content-length") or 0), bytearray(), True
        while more and size <= self._body_bytes:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise _abandoned()
            body += message.get("body", b"")
            more = message.get("more_body", False)
            size = max(size, len(body))
        if size > self._body_bytes:
            raise QueryTooLong(f"The request has more than {self._body_bytes} bytes.")
        return bytes(body)

    async def _answered(self, key: Key, asked: Asked, scope: Scope, receive: Receive) -> Answered | None:
        """A new answer, which is kept unless it is volatile; None when nothing is asked."""
        question = read(asked)
        if question is None:
            return None
        answered = await self._ask(question, scope, receive, packed=not key[-1])
        if answered.etag:
            self.cache.put(key, answered, len(answered.body) + len(asked.parameters) + len(asked.body))
        return answered

    async def ask(self, question: pool.Request, scope: Scope, receive: Receive) -> pool.Reply:
        """The workers' answer, within the time that the client may use; it ends when the client goes away.

        Raises RefusedError, and what `WorkerPool.ask` raises.
        """
        client = scope["client"][0] if scope.get("client") else ""
        if wait := self._budget.wait(client):
            raise RefusedError(429, "budget", f"{self._client_seconds:g} s / min", retry_after=ceil(wait))
        async with unless_gone(receive):
            return await self.pool.ask(question, partial(self._budget.charge, client))

    def charge(self, scope: Scope, seconds: float) -> None:
        """Note what else was done for a client."""
        self._budget.charge(scope["client"][0] if scope.get("client") else "", seconds)

    async def _ask(self, question: pool.Request, scope: Scope, receive: Receive, *, packed: bool) -> Answered:
        digest, reply = self.digest, await self.ask(question, scope, receive)
        if reply.format is None:
            offered = ", ".join(form.media_type for form in formats(reply.kind))
            raise RefusedError(406, "not-acceptable", offered)
        tag = "" if self._volatile.search(question.query) else _tag(digest, question, reply)
        if packed and len(reply.body) >= GZIP_FROM:
            return _ready(question, reply, tag, (await _pack(reply.body), "gzip"))
        return _ready(question, reply, tag, (reply.body, ""))

    @contextmanager
    def _room(self, size: int) -> Iterator[None]:
        """Hold `size` bytes for a client that may read slowly. Raises ServiceBusy when too many are held."""
        if size > CHUNK and self._sending + size > self._most_sending:
            raise ServiceBusy("Too many large answers are on their way; try again later.")
        self._sending += size
        try:
            yield
        finally:
            self._sending -= size


class Shortcut:
    """An application in, the same application out, with queries taken past its layers: most requests are queries."""

    def __init__(self, app: ASGIApp, endpoint: ASGIApp) -> None:
        self._app, self._endpoint = app, endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer here or there."""
        here = scope["type"] == "http" and scope["path"].removeprefix(scope.get("root_path", "")) in PATHS
        await (self._endpoint if here else self._app)(scope, receive, send)


def _ready(question: pool.Request, reply: pool.Reply, tag: str, packed: tuple[bytes, str]) -> Answered:
    body, encoding = packed
    headers = {**ABOUT, "Cache-Control": CHECK_AGAIN, "ETag": tag} if tag else {**ABOUT, "Cache-Control": "no-store"}
    if encoding:
        headers["Content-Encoding"] = encoding
    response = Response(body, media_type=reply.format.media_type if reply.format else "", headers=headers)
    return Answered(question.query, response.raw_headers, body, tag.encode())


def _tag(digest: str, question: pool.Request, reply: pool.Reply) -> str:
    form = reply.format and reply.format.name
    parts = digest, question.query, question.default_graphs, question.named_graphs, question.labels, form
    return f'W/"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"'


async def _pack(body: bytes) -> bytes:
    """The body compressed; a large one in a thread, so that nobody waits for it."""
    if len(body) < GZIP_ASIDE_FROM:
        return gzip.compress(body, 5, mtime=0)
    return await asyncio.to_thread(gzip.compress, body, 5, mtime=0)


async def _send(answered: Answered, headers: Headers, send: Send) -> None:
    """Send an answer, a part at a time, or only that it has not changed."""
    known = headers.get(b"if-none-match")
    if known and answered.etag and answered.etag in (tag.strip() for tag in known.split(b",")):
        about = [(name, value) for name, value in answered.headers if name != b"content-length"]
        await send({"type": "http.response.start", "status": 304, "headers": about})
        await send({"type": "http.response.body", "body": b""})
        return
    await send({"type": "http.response.start", "status": 200, "headers": answered.headers})
    size = len(answered.body)
    for start in range(0, size or 1, CHUNK):
        end = start + CHUNK
        await send({"type": "http.response.body", "body": answered.body[start:end], "more_body": end < size})


@asynccontextmanager
async def unless_gone(receive: Receive) -> AsyncIterator[None]:
    """Raises RefusedError inside when the client goes away; looks only after a moment, most answers come before."""
    watching = list[asyncio.Task[None]]()
    wanted = asyncio.timeout(None)
    glance = asyncio.get_running_loop().call_later(
        GLANCE_AFTER, lambda: watching.append(asyncio.ensure_future(_end_when_gone(receive, wanted)))
    )
    try:
        async with wanted:
            yield
    except TimeoutError:
        if wanted.expired():
            raise _abandoned() from None
        raise
    finally:
        glance.cancel()
        for task in watching:
            task.cancel()


async def _end_when_gone(receive: Receive, wanted: asyncio.Timeout) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    wanted.reschedule(asyncio.get_running_loop().time())


def _abandoned() -> RefusedError:
    """What nobody reads any more; its code is for the log."""
    return RefusedError(499, "abandoned", "the client went away")


async def refuse(error: RefusedError | ZhengtuError, scope: Scope, headers: Headers) -> Response:
    """The answer to a request that raised this; the log tells it, too."""
    scope["state"]["outcome"] = error.code
    if error.status in CROWDED:
        await asyncio.sleep(REFUSE_AFTER)
    return _problem(error, scope, headers)


def _problem(error: RefusedError | ZhengtuError, scope: Scope, headers: Headers) -> Response:
    path, browser = scope["path"], is_browser(headers.get(b"accept", b"").decode("latin-1"))
    if isinstance(error, RefusedError):
        response = problems.answer(error.status, error.code, error.detail, path, browser=browser)
        if error.retry_after is not None:
            response.headers["Retry-After"] = str(error.retry_after)
        return response
    return problems.problem(error, path, browser=browser)
