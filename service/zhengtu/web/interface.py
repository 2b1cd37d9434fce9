"""What can be asked of the service, as OpenAPI and as a page that shows it; the page needs nothing from elsewhere.

The endpoint and the linked data are routes past the framework, so what is said of them stands here.
"""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.requests import Request
from starlette.responses import HTMLResponse

from zhengtu.publish.exports import FORMS as EXPORTS
from zhengtu.settings import Settings
from zhengtu.store.door import FORMATS, formats
from zhengtu.web import resource_pages
from zhengtu.web.question import DIRECT, FORM, LEAST_SECONDS
from zhengtu.web.reader import serving_base
from zhengtu.web.resources import TYPES
from zhengtu.web.tables import COLUMNS, FILES
from zhengtu.web.validation import SUFFIXES

router = APIRouter()
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
PROBLEM, JSON = "application/problem+json", "application/json"
PROBLEMS: Mapping[str, Any] = {PROBLEM: {}, "text/html": {}}
TEXT: Mapping[str, Any] = {"schema": {"type": "string"}}
ABOUT = """SPARQL 1.1 and linked data over the knowledge graph of what digital government in China says it achieved.

政府绩效自评知识图谱的 SPARQL 1.1 端点与关联数据。"""
QUERY: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "query": ("SPARQL 1.1 query; without it: the Service Description 查询语句", {"type": "string"}),
    "format": ("Format of the answer, whatever Accept says 结果格式", {"enum": [form.name for form in FORMATS]}),
    "default-graph-uri": ("Graphs of the default graph 默认图", {"type": "array", "items": {"type": "string"}}),
    "named-graph-uri": ("Named graphs 命名图", {"type": "array", "items": {"type": "string"}}),
    "labels": ("Languages in which to name each IRI of a SELECT, as zh,en 名称列的语言", {"type": "string"}),
    "timeout": ("Seconds, at most what the service allows 最长秒数", {"type": "number", "minimum": LEAST_SECONDS}),
}
REFUSALS = {
    304: "The client has it already 未改变",
    400: "No SPARQL, or too deep; with line and column 语法有误或嵌套过深",
    403: "SERVICE, which is not allowed 不允许 SERVICE",
    406: "No acceptable format 无可用格式",
    413: "The query or the request is too long 查询过长",
    415: "Media type of the body not supported 请求体类型不支持",
    429: "The client has used its query time of a minute; Retry-After says when to come again 查询时间已用完",
    502: "A service that the query calls did not answer 所调用的服务无应答",
    503: "Busy; Retry-After says when to come again 服务繁忙",
    504: "The query took too long 查询超时",
    507: "The query needed too much memory, or its answer is too large 内存或结果超限",
}
UNWRITTEN = {
    422: "The form cannot hold so large a table 此格式容不下这么大的表",
    504: "The query or the export took too long 查询或导出超时",
    507: "The query or the export needed too much memory, or its answer is too large 内存或结果超限",
}
UPLOADS = {
    400: "No file in the request 请求中没有文件",
    413: "The file is too large 文件过大",
    415: "Not a kind of file that is read, or a body with Content-Encoding 文件类型不支持",
    429: "Other files are waiting; Retry-After says when to come again 请稍后再试",
}
EXPORT: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "query": ("SELECT query SELECT 查询", {"type": "string"}),
    "format": ("Form of the file 文件格式", {"enum": list(EXPORTS), "default": "csv"}),
    "columns": ("Language of the header; without it: the names as they are 表头语言", {"enum": list(COLUMNS)}),
    "bom": ("Begin CSV with a byte order mark 以 BOM 开头（仅 CSV）", {"enum": ["0", "1"]}),
    "labels": QUERY["labels"],
    "timeout": QUERY["timeout"],
}
THINGS = {
    "/id/{path}": "A thing: report, entity, observation, claim … 事物",
    "/ns": "The ontology 本体",
    "/code/{path}": "A code list or a code 代码表",
    "/shapes": "The SHACL shapes 校验规则",
    "/graph/{path}": "A named graph 命名图",
    "/dataset": "The description of the data set (VoID) 数据集说明",
    "/.well-known/void": "The way to the description of the data set 数据集说明的入口",
}


@router.get("/docs", include_in_schema=False)
def docs(request: Request) -> HTMLResponse:
    """The description of the interface as a page."""
    headers = {"Content-Security-Policy": CSP, "X-Content-Type-Options": "nosniff"}
    return HTMLResponse(resource_pages.docs(serving_base(request, request.app.state.service.settings)), headers=headers)


def openapi(app: FastAPI, settings: Settings) -> dict[str, Any]:
    """The whole description (OpenAPI 3.1)."""
    servers = [{"url": settings.base_url.rstrip("/")}] if settings.base_url else None
    described = get_openapi(title=app.title, version=app.version, description=ABOUT, routes=app.routes, servers=servers)
    by_hand = {"/sparql": _endpoint(), "/export": _export(), "/tables/{file}": _table(), "/validate": _validate()}
    by_hand |= {path: _thing(path) for path in THINGS}
    described["paths"] = {**by_hand, **described["paths"]}
    return described


def _endpoint() -> dict[str, Any]:
    form = {
        "type": "object",
        "required": ["query"],
        "properties": {name: schema for name, (_, schema) in QUERY.items()},
    }
    body = {"required": True, "content": {FORM: {"schema": form}, DIRECT: TEXT}}
    said = {"tags": ["SPARQL"], "responses": _responses(form.media_type for form in FORMATS)}
    return {
        "get": {"summary": "Query 查询", "operationId": "query", "parameters": _parameters(QUERY), **said},
        "post": {"summary": "Query 查询", "operationId": "query_posted", "requestBody": body, **said},
    }


def _export() -> dict[str, Any]:
    form = {"type": "object", "required": ["query"], "properties": {name: told[1] for name, told in EXPORT.items()}}
    refusals = {status: told for status, told in REFUSALS.items() if status != HTTPStatus.NOT_ACCEPTABLE}
    said: dict[str, Any] = {
        "summary": "The answer to a SELECT query as a file 查询结果导出为文件",
        "tags": ["Tables"],
        "responses": _files() | _problems(refusals | UNWRITTEN),
    }
    body = {"required": True, "content": {FORM: {"schema": form}, DIRECT: TEXT}}
    return {
        "get": {**said, "operationId": "export", "parameters": _parameters(EXPORT)},
        "post": {**said, "operationId": "export_posted", "requestBody": body},
    }


def _table() -> dict[str, Any]:
    of_path = {"name": "file", "in": "path", "required": True, "schema": {"enum": list(FILES)}}
    told = {304: REFUSALS[304], 400: "No such option 选项有误", 404: "There is no such file 没有这个文件"}
    return {
        "get": {
            "summary": "A table as a file 表格文件",
            "operationId": "table",
            "tags": ["Tables"],
            "parameters": [of_path, *_parameters({name: EXPORT[name] for name in ("columns", "bom")})],
            "responses": _files() | _problems(told | {503: REFUSALS[503]} | UNWRITTEN),
        }
    }


def _files() -> dict[str, Any]:
    types = dict.fromkeys((form.media_type.partition(";")[0] for form in EXPORTS.values()), TEXT)
    return {"200": {"description": "The file 文件", "content": types}}


def _problems(told: Mapping[int, str]) -> dict[str, Any]:
    return {
        str(status): {"description": words} | ({} if status == HTTPStatus.NOT_MODIFIED else {"content": PROBLEMS})
        for status, words in told.items()
    }


def _parameters(told: Mapping[str, tuple[str, Mapping[str, Any]]]) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "query", "description": words, "schema": schema} for name, (words, schema) in told.items()
    ]


def _validate() -> dict[str, Any]:
    answers: dict[str, Any] = {
        "202": {"description": "Taken; Location says where the result will be 已受理", "content": {JSON: {}}},
        "303": {"description": "The page of the result, for a browser 结果页面"},
    }
    for status, told in UPLOADS.items():
        answers[str(status)] = {"description": told, "content": {PROBLEM: {}, "text/html": {}}}
    body = {"required": True, "content": dict.fromkeys(SUFFIXES, TEXT)}
    return {
        "post": {
            "summary": "Validate RDF by the rules of Zhengtu 校验 RDF 文件",
            "operationId": "validate",
            "tags": ["Validation"],
            "requestBody": body,
            "responses": answers,
        }
    }


def _thing(path: str) -> dict[str, Any]:
    of_path = {"name": "path", "in": "path", "required": True, "schema": {"type": "string"}}
    answers = {
        "200": {"description": "A document 文档", "content": dict.fromkeys(TYPES.values(), TEXT)},
        "303": {"description": "The document that suits Accept 按 Accept 转到文档"},
        "304": {"description": REFUSALS[304]},
        "404": {"description": "No such thing; what comes near 没有这个标识，附相近者", "content": {PROBLEM: {}}},
        "406": {"description": REFUSALS[406], "content": {PROBLEM: {}}},
    }
    return {
        "get": {
            "summary": THINGS[path],
            "operationId": f"get_{path.strip('/.').partition('/')[0].replace('-', '_')}",
            "tags": ["Linked data"],
            "parameters": [of_path] if "{path}" in path else [],
            "responses": answers,
        }
    }


def _responses(types: Iterable[str]) -> dict[str, Any]:
    described = (*(form.media_type for form in formats("graph")), "text/html")
    answers: dict[str, Any] = {
        "200": {"description": "The answer 结果", "content": dict.fromkeys((*types, *described), TEXT)}
    }
    for status, told in REFUSALS.items():
        answers[str(status)] = {"description": told, "content": {PROBLEM: {}, "text/html": {}}}
    return answers
