"""The search as a page and as JSON; it runs beside the loop that serves everyone else, and no longer than it may."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from zhengtu.publish.search import as_data
from zhengtu.store.search import MOST_THINGS, PAGE
from zhengtu.web import problems, search_page
from zhengtu.web.negotiation import best, is_browser
from zhengtu.web.reader import reader_of

router = APIRouter()
TYPES = {"json": "application/json", "html": "text/html"}
HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Content-Security-Policy": problems.CSP,
    "Vary": "Accept, Accept-Language",
    "X-Content-Type-Options": "nosniff",
}
LAST_PAGE = MOST_THINGS // PAGE
PARAMETERS = [
    {"name": "q", "in": "query", "description": "What to look for 要找的字词", "schema": {"type": "string"}},
    {"name": "kind", "in": "query", "description": "CURIE of a class 类别", "schema": {"type": "string"}},
    {
        "name": "page",
        "in": "query",
        "description": "Page of 20 results 页码",
        "schema": {"type": "integer", "minimum": 1, "maximum": LAST_PAGE, "default": 1},
    },
    {"name": "format", "in": "query", "description": "Whatever Accept says 结果格式", "schema": {"enum": list(TYPES)}},
]
_PROBLEM: dict[str, dict[str, str]] = {"application/problem+json": {}, "text/html": {}}
RESPONSES = {
    200: {"description": "What was found, the best first 结果", "content": {"application/json": {}, "text/html": {}}},
    400: {"description": "No such page or format 页码或格式有误", "content": _PROBLEM},
    406: {"description": "No acceptable format 无可用格式", "content": _PROBLEM},
    503: {"description": "The search took too long 搜索超时", "content": _PROBLEM},
}


@router.get(
    "/search",
    response_class=Response,
    responses=RESPONSES,  # type: ignore[arg-type]
    openapi_extra={"parameters": PARAMETERS},
)
def search(request: Request) -> Response:
    """Names, other names, indicators, statements and quotes that hold every word of `q`. 搜索名称、指标与原文"""
    asked, service = request.query_params, request.app.state.service
    accept = request.headers.get("accept") or "*/*"
    browser, number, form = is_browser(accept), asked.get("page", "1"), asked.get("format", "")
    page = int(number) if number.isascii() and number.isdecimal() and len(number) < len("10000") else 0
    if not 1 <= page <= LAST_PAGE or (form and form not in TYPES):
        detail = f"page 1–{LAST_PAGE}; format {', '.join(TYPES)}"
        return problems.answer(400, "search-malformed", detail, "/search", browser=browser)
    chosen = TYPES[form] if form else "text/html" if browser else best(accept, list(TYPES.values()))
    if chosen is None:
        return problems.answer(406, "not-acceptable", ", ".join(TYPES.values()), "/search", browser=False)
    question, kind, reader = asked.get("q", ""), asked.get("kind", ""), reader_of(request, service.settings)
    found = service.search.find(question, kind, page)
    if chosen == TYPES["html"]:
        return HTMLResponse(search_page.results(found, question, kind, page, reader), headers=HEADERS)
    return JSONResponse(as_data(found, question, kind, page, reader.neutral), headers=HEADERS)
