"""The tables of the build as files, and the answer to any SELECT query as a file; with a page that lists them."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from weakref import WeakKeyDictionary

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from zhengtu.errors import ExportMalformed, QueryMalformed, ZhengtuError
from zhengtu.publish.exports import FORMS
from zhengtu.publish.exports.provenance import QUERY_TITLE, Provenance
from zhengtu.publish.results import Result, as_json
from zhengtu.publish.tables import TABLES, provenance
from zhengtu.store.builds import Build
from zhengtu.store.door import Store, formats
from zhengtu.web import problems, question, resource_pages
from zhengtu.web.exports import Answer, Wanted, send
from zhengtu.web.negotiation import is_browser
from zhengtu.web.pages import EXAMPLE
from zhengtu.web.reader import reader_of
from zhengtu.web.sparql import PREFLIGHT, RefusedError, refuse

router = APIRouter()
HEADERS = {"Vary": "Accept-Language", "X-Content-Type-Options": "nosniff", "Content-Security-Policy": problems.CSP}
SOLUTIONS = formats("solutions")[0]
COLUMNS = ("zh", "en")
YES, NO = ("1", "true", "yes"), ("", "0", "false", "no")
FILES: Mapping[str, tuple[str, str]] = {
    f"{name}.{form.extension}": (name, form.name) for name in TABLES for form in FORMS.values()
}
"""Table and form by the name of the file."""
_READ: WeakKeyDictionary[Store, dict[str, Result]] = WeakKeyDictionary()
"""The tables read of a store, as long as it lives."""


@router.get("/tables", include_in_schema=False)
async def page(request: Request) -> HTMLResponse:
    """The tables, in the language asked for by `?lang=`, else by Accept-Language."""
    service = request.app.state.service
    found = {name: await _table(service.store, name) for name in TABLES}
    reader = reader_of(request, service.settings)
    return HTMLResponse(resource_pages.tables(reader, found, service.build.manifest, EXAMPLE), headers=HEADERS)


@router.head("/tables/{file}", include_in_schema=False)
@router.get("/tables/{file}", include_in_schema=False)
async def table(request: Request, file: str) -> Response:
    """A table as a file; what its columns mean is at the same address with `-metadata.json` after it (CSVW)."""
    if file not in FILES:
        browser = is_browser(request.headers.get("accept", ""))
        return problems.answer(404, "not-found", ", ".join(FILES), "/tables", browser=browser)
    service, (name, form) = request.app.state.service, FILES[file]
    build, store = service.build, service.store
    try:
        wanted = _wanted(form, request.query_params)
        response = await send(request, await _answer(build, store, name), wanted)
    except (RefusedError, ZhengtuError) as error:
        return await refuse(error, request.scope, dict(request.headers.raw))
    if form == "csv" and not request.url.query:
        response.headers["Link"] = f'<{name}.csv-metadata.json>; rel="describedby"; type="{FORMS["csvw"].media_type}"'
    return response


@router.api_route("/export", methods=["GET", "HEAD", "POST", "OPTIONS"], include_in_schema=False)
async def export(request: Request) -> Response:
    """The answer to a SELECT query as a file, within the limits of /sparql."""
    scope, headers = request.scope, dict(request.headers.raw)
    if request.method == "OPTIONS":
        return Response(status_code=204, headers=PREFLIGHT)
    try:
        return await _export(request)
    except (RefusedError, ZhengtuError) as error:
        return await refuse(error, scope, headers)


async def _export(request: Request) -> Response:
    service = request.app.state.service
    asked = await service.endpoint.asked(request.scope, dict(request.headers.raw), request.receive)
    given, read = question.fields(asked), question.read(asked)
    wanted = _wanted(given.get("format", "csv"), given)
    if read is None:
        raise QueryMalformed("The request has no query; exactly one is needed, in the parameter `query`.")
    about = Provenance.of(service.build, QUERY_TITLE, read.query)
    reply = await service.endpoint.ask(replace(read, solutions=SOLUTIONS, graph=None), request.scope, request.receive)
    return await send(request, Answer(reply.body, about), wanted)


def _wanted(form: str, given: Mapping[str, str]) -> Wanted:
    """What a request asks for. Raises ExportMalformed."""
    columns, bom = given.get("columns", ""), given.get("bom", "").lower()
    if form not in FORMS or columns not in ("", *COLUMNS) or bom not in YES + NO or (bom in YES and form != "csv"):
        raise ExportMalformed(f"format: {', '.join(FORMS)}; columns: {', '.join(COLUMNS)}; bom: 1 (csv)")
    return Wanted(FORMS[form], columns or None, bom in YES)  # type: ignore[arg-type]


async def _answer(build: Build, store: Store, name: str) -> Answer:
    found = await _table(store, name)
    document = await asyncio.to_thread(as_json, found)
    return Answer(document, provenance(build, name), [column.datatype for column in found.columns])


async def _table(store: Store, name: str) -> Result:
    read = _READ.setdefault(store, {})
    if name not in read:
        read[name] = await asyncio.to_thread(TABLES[name].read, store)
    return read[name]
