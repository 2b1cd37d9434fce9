"""A store and its manifest in, an ASGI application out."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from zhengtu import __version__
from zhengtu.errors import ZhengtuError
from zhengtu.store.door import Store
from zhengtu.web import pages, problems, sparql


def create_app(store: Store, manifest: Mapping[str, Any]) -> FastAPI:
    """The service over `store`; `manifest` says what the build holds. Nothing is read at import."""
    app = FastAPI(title="Zhengtu 政图", version=__version__, docs_url=None, redoc_url=None)
    app.state.store, app.state.manifest = store, manifest
    app.add_exception_handler(ZhengtuError, _answer_error)
    app.include_router(pages.router)
    app.include_router(sparql.router)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    return app


def _answer_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, ZhengtuError):
        raise error
    return problems.problem(request.url.path, error)
