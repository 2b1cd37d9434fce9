"""An error in, a problem answer out (RFC 9457): what is wrong in both languages, no trace, no path."""

from starlette.responses import JSONResponse

from zhengtu.errors import QueryMalformed, QueryRefused, ZhengtuError
from zhengtu.namespaces import BASE

TITLES: dict[str, str] = {
    QueryMalformed.code: "查询语法有误 / the query is not SPARQL",
    QueryRefused.code: "此端点不执行该请求 / this endpoint does not do that",
}


def problem(instance: str, error: ZhengtuError) -> JSONResponse:
    """The answer to a request that raised `error`."""
    title = TITLES.get(error.code, "服务暂时无法应答 / the service cannot answer")
    detail = str(error) if error.code in TITLES else ""
    return answer(error.status, error.code, title, detail, instance)


def answer(status: int, code: str, title: str, detail: str, instance: str) -> JSONResponse:
    """A problem answer from its parts."""
    body = {
        "type": f"{BASE}problem/{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": instance,
    }
    return JSONResponse(body, status_code=status, media_type="application/problem+json")
