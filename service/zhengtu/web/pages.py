"""The home page."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse

from zhengtu.web import resource_pages
from zhengtu.web.reader import reader_of

router = APIRouter()

COLUMNS = ("figures", "entities", "claims", "relations", "recognitions", "objectives", "checks")
EXAMPLE = """PREFIX zt: <https://w3id.org/zhengtu/ns#>
PREFIX role: <https://w3id.org/zhengtu/code/value-role/>
PREFIX schema: <http://schema.org/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT DISTINCT ?对象 ?指标 ?目标值 ?完成值 WHERE {
  ?t schema:about ?o ; zt:indicator ?i ; zt:scope ?s ; zt:valueRole role:target ; zt:reportedText ?目标值 .
  ?a schema:about ?o ; zt:indicator ?i ; zt:scope ?s ; zt:valueRole role:actual ; zt:reportedText ?完成值 .
  ?o skos:prefLabel ?对象 . FILTER(LANG(?对象) = "zh")
  ?i skos:prefLabel ?指标 . FILTER(LANG(?指标) = "zh")
} ORDER BY ?对象 ?指标"""


@router.get("/", include_in_schema=False)
def home(request: Request) -> HTMLResponse:
    """What this is, and where the rest is; in the language asked for by `?lang=`, else by Accept-Language."""
    service = request.app.state.service
    reader = reader_of(request, service.settings)
    page = resource_pages.home(reader, service.build.manifest, COLUMNS, EXAMPLE)
    return HTMLResponse(page, headers={"Vary": "Accept-Language"})
