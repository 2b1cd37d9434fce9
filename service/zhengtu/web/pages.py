"""The home page."""

from pathlib import Path

from fastapi import APIRouter
from fastapi.templating import Jinja2Templates
from starlette.requests import Request
from starlette.responses import Response

from zhengtu.web.words import WORDS

router = APIRouter()
templates = Jinja2Templates(Path(__file__).parent / "templates")

COLUMNS = ("figures", "entities", "claims", "relations", "recognitions", "objectives")
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
def home(request: Request) -> Response:
    """What this is, and where the rest is; in the language asked for by `?lang=`, else by Accept-Language."""
    words = WORDS[_language(request.query_params.get("lang", ""), request.headers.get("accept-language", ""))]
    page = {
        "manifest": request.app.state.service.build.manifest,
        "columns": COLUMNS,
        "example": EXAMPLE,
        "words": words,
    }
    return templates.TemplateResponse(request, "home.html", page, headers={"Vary": "Accept-Language"})


def _language(asked: str, accepted: str) -> str:
    """zh or en; zh when nothing says otherwise."""
    if asked in WORDS:
        return asked
    first = accepted.partition(",")[0].strip().lower()
    return "en" if first.startswith("en") else "zh"
