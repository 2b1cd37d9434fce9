"""A request that asks /sparql nothing in, what the endpoint is out: its Service Description, or a page for a person."""

import re

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from zhengtu.publish.service_description import limits_in_words, service_description
from zhengtu.settings import Settings
from zhengtu.store.door import FORMATS, Format, Store, formats
from zhengtu.store.limits import Limits
from zhengtu.web import problems, resource_pages
from zhengtu.web.negotiation import is_browser, wanted
from zhengtu.web.reader import reader_of

HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Cache-Control": "no-cache",
    "Vary": "Accept, Accept-Language, Host",
    "X-Content-Type-Options": "nosniff",
}
_HOST = re.compile(r"[A-Za-z0-9.-]{1,253}(:\d{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:\d{1,5})?")


async def describe(request: Request, store: Store, settings: Settings, limits: Limits) -> Response:
    """The description of the endpoint that the request reached, in the format that suits it, or 406."""
    accept, name = request.headers.get("accept") or "*/*", request.query_params.get("format", "")
    form = wanted("graph", name, accept)
    if not name and is_browser(accept):
        return HTMLResponse(
            _page(request, settings, limits), headers={**HEADERS, "Content-Security-Policy": problems.CSP}
        )
    if form is None:
        offered = ", ".join(form.media_type for form in formats("graph"))
        return problems.answer(406, "not-acceptable", offered, request.url.path, browser=False)
    return await run_in_threadpool(_written, store, _address(request, settings), limits, form)


def _written(store: Store, address: str, limits: Limits, form: Format) -> Response:
    body = service_description(store, address, FORMATS, limits, form)
    return Response(body, media_type=form.media_type, headers=HEADERS)


def _address(request: Request, settings: Settings) -> str:
    """Where the public sees the service: the setting, else as it was asked."""
    if settings.base_url:
        return settings.base_url
    scope = request.scope
    host = request.headers.get("host", "")
    if not _HOST.fullmatch(host):
        host = ":".join(map(str, scope["server"]))
    return f"{scope['scheme']}://{host}{scope.get('root_path', '')}"


def _page(request: Request, settings: Settings, limits: Limits) -> str:
    reader = reader_of(request, settings)
    told = [zh if reader.language == "zh" else en for zh, en in limits_in_words(limits)]
    return resource_pages.endpoint(reader, told, [(form.name, form.media_type) for form in FORMATS])
