"""The audit as a page and as a table."""

import io

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from zhengtu.publish import audit
from zhengtu.publish.tables import write_csv
from zhengtu.web import problems, resource_pages
from zhengtu.web.resource_pages import Reader
from zhengtu.web.resources import serving_base

router = APIRouter()
HEADERS = {"Vary": "Accept-Language", "X-Content-Type-Options": "nosniff", "Content-Security-Policy": problems.CSP}


@router.get("/audit", include_in_schema=False)
def page(request: Request) -> HTMLResponse:
    """Whether the reports add up, in the language asked for by `?lang=`, else by Accept-Language."""
    service = request.app.state.service
    reader = Reader(
        serving_base(request), request.query_params.get("lang", ""), request.headers.get("accept-language", "")
    )
    reports = {report: held["title"] for report, held in service.build.manifest["reports"].items()}
    return HTMLResponse(
        resource_pages.audit(reader, reports, list(audit.audited(service.store)), audit.names(service.store)),
        headers=HEADERS,
    )


@router.get("/audit.csv", response_class=Response, responses={200: {"content": {"text/csv": {}}}})
def table(request: Request) -> Response:
    """Every check as a row 核对表."""
    out = io.StringIO(newline="")
    write_csv(out, audit.COLUMNS, audit.checks(request.app.state.service.store))
    headers = {"Content-Disposition": 'attachment; filename="audit.csv"', "X-Content-Type-Options": "nosniff"}
    return Response(out.getvalue().encode(), media_type="text/csv", headers=headers)
