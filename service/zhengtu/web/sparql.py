"""The SPARQL 1.1 Protocol, query operation (section 2.1): GET, POST form, POST direct."""

from dataclasses import dataclass
from urllib.parse import parse_qsl

import mimeparse
from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from zhengtu.errors import QueryMalformed, ZhengtuError
from zhengtu.store.door import FORMATS, Format, Kind, Store, formats
from zhengtu.web import problems

router = APIRouter()

FORM, DIRECT = "application/x-www-form-urlencoded", "application/sparql-query"


@dataclass(frozen=True, slots=True)
class Asked:
    """A query with the dataset and the format that the request asks for."""

    query: str
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]
    format: str


@router.get("/sparql")
@router.post("/sparql")
async def sparql(request: Request) -> Response:
    """Answer a query in the engine's own formats."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.method == "POST" and media_type not in (FORM, DIRECT):
        detail = f"POST a form ({FORM}) or the query itself ({DIRECT})."
        return problems.answer(415, "media-type", "请求体类型不支持 / media type not supported", detail, "/sparql")
    asked = _asked(request.scope["query_string"].decode("latin-1"), media_type, await request.body())
    return await run_in_threadpool(_answer, request.app.state.store, asked, request.headers.get("accept") or "*/*")


def _asked(query_string: str, media_type: str, body: bytes) -> Asked:
    """The parts of a request, each decoded once. Raises QueryMalformed when there is not exactly one query."""
    try:
        pairs = parse_qsl(query_string, keep_blank_values=True, errors="strict")
        if media_type == FORM:
            pairs += parse_qsl(body.decode("utf-8"), keep_blank_values=True, errors="strict")
        elif media_type == DIRECT:
            pairs.append(("query", body.decode("utf-8")))
    except UnicodeDecodeError:
        raise QueryMalformed("The request is not UTF-8.") from None
    queries = [value for name, value in pairs if name == "query"]
    if len(queries) != 1:
        raise QueryMalformed(
            f"The request has {len(queries)} queries; exactly one is needed, in the parameter `query`."
        )
    return Asked(
        queries[0],
        tuple(value for name, value in pairs if name == "default-graph-uri"),
        tuple(value for name, value in pairs if name == "named-graph-uri"),
        next((value for name, value in pairs if name == "format"), ""),
    )


def _answer(store: Store, asked: Asked, accept: str) -> Response:
    """Runs in one thread to the last byte: what the engine gives may not leave the thread it is made in."""
    try:
        return _answered(store, asked, accept)
    except ZhengtuError as error:
        return problems.problem("/sparql", error)


def _answered(store: Store, asked: Asked, accept: str) -> Response:
    answer = store.query(asked.query, default_graphs=asked.default_graphs, named_graphs=asked.named_graphs)
    form = _format(answer.kind, asked.format, accept)
    if form is None:
        detail = ", ".join(f.media_type for f in formats(answer.kind))
        return problems.answer(406, "not-acceptable", "无可用格式 / no acceptable format", detail, "/sparql")
    return Response(
        answer.write(form),
        media_type=form.media_type,
        headers={"Vary": "Accept", "X-Content-Type-Options": "nosniff"},
    )


def _format(kind: Kind, name: str, accept: str) -> Format | None:
    """The format asked for by name, else the best by Accept (RFC 9110, section 12.5.1)."""
    offered = formats(kind)
    if name in {form.name for form in FORMATS}:
        return next((form for form in offered if form.name == name), None)
    try:
        # mimeparse prefers the last of equals.
        best = mimeparse.best_match([form.media_type for form in reversed(offered)], accept)
    except mimeparse.MimeTypeParseException:
        return offered[0]
    return next((form for form in offered if form.media_type == best), None)
