"""A build and settings in, an ASGI application out."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cache, partial
from pathlib import Path

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from zhengtu import __version__
from zhengtu.errors import ZhengtuError
from zhengtu.settings import Settings
from zhengtu.store.builds import Build
from zhengtu.web import (
    audit,
    dumps,
    interface,
    operations,
    pages,
    problems,
    questions,
    resources,
    search,
    tables,
    validation,
)
from zhengtu.web.exports import Exports
from zhengtu.web.journal import Journal
from zhengtu.web.language import Languages
from zhengtu.web.metrics import Gauges, Metrics
from zhengtu.web.negotiation import is_browser
from zhengtu.web.service import Service
from zhengtu.web.sparql import Shortcut
from zhengtu.web.uploads import Uploads


class Application(FastAPI):
    """The framework behind `front`, which sees each request first and takes queries past the framework's layers."""

    front: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self.front(scope, receive, send)

    async def framework(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request that is no query."""
        await super().__call__(scope, receive, send)


def create_app(build: Build, settings: Settings, reload: Callable[[], Build] | None = None) -> Application:
    """The service over `build`; on SIGHUP it switches to what `reload` gives. Nothing is read at import."""
    metrics = Metrics()
    service = Service(build, settings, metrics)
    metrics.registry.register(Gauges(service))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        if reload is not None:
            loop = asyncio.get_running_loop()
            loop.add_signal_handler(signal.SIGHUP, service.reload, reload)
        await service.start()
        yield
        await app.state.uploads.stop()
        await service.stop()

    app = Application(
        title="Zhengtu 政图",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # such a redirect would lead to whatever host the request names
        lifespan=lifespan,
    )
    app.state.service, app.state.metrics = service, metrics
    app.state.uploads, app.state.exports = Uploads(settings), Exports(settings)
    app.front = Journal(Languages(Shortcut(app.framework, service.endpoint), settings.base_url), metrics, settings)
    app.add_exception_handler(ZhengtuError, _answer_error)
    for part in (pages, audit, validation, search, questions, tables, operations, dumps, interface, resources):
        app.include_router(part.router)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    app.mount("/docs/assets", StaticFiles(packages=[("fastapi_offline", "static")]), name="docs")
    app.openapi = cache(partial(interface.openapi, app, settings))  # type: ignore[method-assign]
    return app


def _answer_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, ZhengtuError):
        raise error
    request.state.outcome = error.code
    return problems.problem(error, request.url.path, browser=is_browser(request.headers.get("accept", "")))
