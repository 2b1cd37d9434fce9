"""The questions as a list, and each with its answer: a page, JSON, CSV, XLSX or Parquet.

What the address gives beside `lang`, `format`, `columns` and `bom` are the question's own parameters.
"""

from typing import NamedTuple

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from zhengtu.errors import ZhengtuError
from zhengtu.publish.columns import Language
from zhengtu.publish.exports.provenance import Provenance
from zhengtu.publish.pack import as_data
from zhengtu.publish.results import read_json
from zhengtu.store.door import by_name
from zhengtu.store.pool import Request as Asking
from zhengtu.web import problems, question_page
from zhengtu.web.exports import exported
from zhengtu.web.negotiation import best, is_browser
from zhengtu.web.reader import Reader, reader_of
from zhengtu.web.sparql import RefusedError, refuse

router = APIRouter()
LANGUAGES: dict[str, Language | None] = {"": None, "zh": "zh", "en": "en"}
OWN = frozenset(("lang", "format", "columns", "bom"))
TYPES = {
    "json": "application/json",
    "html": "text/html",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}
HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Content-Security-Policy": problems.CSP,
    "Vary": "Accept, Accept-Language",
    "X-Content-Type-Options": "nosniff",
}

_PROBLEM: dict[str, dict[str, str]] = {"application/problem+json": {}, "text/html": {}}
RESPONSES = {
    200: {"description": "The answer 答案", "content": {type_: {} for type_ in TYPES.values()}},
    304: {"description": "The client has it already 未改变"},
    **{
        status: {"description": words, "content": _PROBLEM}
        for status, words in (
            (400, "No such parameter, value or form 参数、取值或格式有误"),
            (404, "No such question 没有这个问题"),
            (406, "No acceptable form 无可用格式"),
            (413, "The answer is too large 结果过大"),
            (422, "The form cannot hold the table 此格式容不下"),
            (429, "The client has used its time of a minute 查询时间已用完"),
            (503, "The service is busy 服务繁忙"),
            (504, "It took too long 超时"),
            (507, "It needed too much memory 内存不足"),
        )
    },
}


class Wanted(NamedTuple):
    """A question as it was asked: its name, the form of the answer, the values of its parameters."""

    name: str
    form: str
    given: dict[str, list[str]]
    columns: Language | None
    bom: bool
    reader: Reader

    @property
    def languages(self) -> tuple[str, str]:
        """The reader's language before the other one."""
        return (self.reader.language, "en" if self.reader.language == "zh" else "zh")


@router.get(
    "/questions",
    response_class=Response,
    responses={200: {"content": {"application/json": {}, "text/html": {}}}},
)
def questions(request: Request) -> Response:
    """The questions with their parameters and queries. 问题列表"""
    service, asked = request.app.state.service, request.query_params
    accept, reader = request.headers.get("accept") or "*/*", reader_of(request, service.settings)
    if asked.get("format") == "json" or not (asked.get("format") == "html" or is_browser(accept)):
        listed = [{**as_data(each), "url": f"{reader.base}/questions/{each.slug}"} for each in service.pack.questions]
        return JSONResponse(listed, headers=HEADERS)
    return HTMLResponse(question_page.listed(service.pack.questions, reader), headers=HEADERS)


@router.get("/questions/{name}", response_class=Response, responses=RESPONSES)  # type: ignore[arg-type]
async def question(request: Request, name: str) -> Response:
    """The answer to one question; `name` is its number or slug, with `.csv`, `.xlsx` … for a form. 回答一个问题"""
    try:
        return await _answered(request, name)
    except (RefusedError, ZhengtuError) as error:
        return await refuse(error, request.scope, dict(request.scope["headers"]))


async def _answered(request: Request, name: str) -> Response:
    service, wanted = request.app.state.service, _wanted(request, name)
    asked = service.pack.find(wanted.name)
    query = service.pack.query(asked, wanted.given)
    asking = Asking(query, solutions=by_name("json"), labels=wanted.languages)
    reply = await service.endpoint.ask(asking, request.scope, request.receive)
    if wanted.form == "html":
        answer = question_page.Answer(asked, wanted.given, query, read_json(reply.body))
        return HTMLResponse(question_page.answered(service.pack, answer, wanted.reader), headers=HEADERS)
    about = Provenance.of(service.build, asked.title, query, name=asked.slug)
    return await exported(request, reply.body, about, wanted.form, wanted.columns, bom=wanted.bom)


def _wanted(request: Request, name: str) -> Wanted:
    """Raises RefusedError when there is no such form."""
    accept, parameters = request.headers.get("accept") or "*/*", request.query_params
    stem, _, extension = name.rpartition(".")
    named = extension if stem and extension in TYPES else parameters.get("format", "")
    by_accept = "text/html" if is_browser(accept) else best(accept, list(TYPES.values()))
    form = named or next((form for form, type_ in TYPES.items() if type_ == by_accept), "")
    if form not in TYPES:
        raise RefusedError(400 if named else 406, "not-acceptable", ", ".join(TYPES))
    given: dict[str, list[str]] = {}
    for parameter, value in parameters.multi_items():
        if parameter not in OWN:
            given.setdefault(parameter, []).append(value)
    columns = parameters.get("columns", "")
    if columns not in LANGUAGES:
        raise RefusedError(400, "export-malformed", "columns = zh | en")
    reader = reader_of(request, request.app.state.service.settings)
    stem = stem if stem and extension in TYPES else name
    return Wanted(stem, form, given, LANGUAGES[columns], parameters.get("bom", "") in ("1", "true"), reader)
