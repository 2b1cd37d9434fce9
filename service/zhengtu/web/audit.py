"""The audit as a page and as a table."""

from weakref import WeakKeyDictionary

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from zhengtu.publish import audit
from zhengtu.publish.exports import csv
from zhengtu.store.door import Store
from zhengtu.web import problems, resource_pages
from zhengtu.web.reader import reader_of

router = APIRouter()
HEADERS = {"Vary": "Accept-Language", "X-Content-Type-Options": "nosniff", "Content-Security-Policy": problems.CSP}
_AUDITED: WeakKeyDictionary[Store, tuple[audit.Audited, ...]] = WeakKeyDictionary()
"""What was read of a store, as long as it lives."""


@router.get("/audit", include_in_schema=False)
def page(request: Request) -> HTMLResponse:
    """Whether the reports add up, in the language asked for by `?lang=`, else by Accept-Language."""
    service = request.app.state.service
    reports = {report: held["title"] for report, held in service.build.manifest["reports"].items()}
    reader, names = reader_of(request, service.settings), audit.names(service.store)
    return HTMLResponse(resource_pages.audit(reader, reports, _audited(service.store), names), headers=HEADERS)


@router.get("/audit.csv", response_class=Response, responses={200: {"content": {"text/csv": {}}}})
def table(request: Request) -> Response:
    """Every check as a row 核对表."""
    written = csv.written(audit.COLUMNS, audit.rows(_audited(request.app.state.service.store)))
    headers = {"Content-Disposition": 'attachment; filename="audit.csv"', "X-Content-Type-Options": "nosniff"}
    return Response(written, media_type="text/csv", headers=headers)


def _audited(store: Store) -> tuple[audit.Audited, ...]:
    if store not in _AUDITED:
        _AUDITED[store] = tuple(audit.audited(store))
    return _AUDITED[store]
