"""The answers for whoever runs the service: is it well, and what does it do?"""

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from zhengtu import __version__
from zhengtu.web.metrics import Metrics
from zhengtu.web.service import Service

router = APIRouter()
FRESH = {"Cache-Control": "no-store"}


@router.head("/health", include_in_schema=False)
@router.get("/health", responses={503: {"description": "No worker is alive, or the service is stopping 服务未就绪"}})
async def health(request: Request) -> JSONResponse:
    """Whether the service answers queries, and over which build. 服务状态与数据版本"""
    service: Service = request.app.state.service
    status = HTTPStatus.OK if service.state == "ready" else HTTPStatus.SERVICE_UNAVAILABLE
    return JSONResponse(_report(service), status, FRESH)


def _report(service: Service) -> dict[str, Any]:
    manifest, workers = service.build.manifest, service.endpoint.pool.states()
    return {
        "status": service.state,
        "version": __version__,
        "digest": manifest["digest"],
        "quads": manifest["quads"],
        "graphs": manifest["graphs"],
        "reports": sorted(manifest["reports"]),
        "workers": workers["idle"] + workers["busy"] + workers["slow"],
    }


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
async def metrics(request: Request) -> Response:
    """Counters and gauges for Prometheus. 供 Prometheus 采集的指标"""
    counted: Metrics = request.app.state.metrics
    body, media_type = counted.write(request.headers.get("accept", ""))
    return Response(body, headers={**FRESH, "Content-Type": media_type})
