"""A build and settings in, an ASGI application out."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.staticfiles import StaticFiles

from zhengtu import __version__
from zhengtu.errors import ZhengtuError
from zhengtu.settings import Settings
from zhengtu.store.builds import Build
from zhengtu.web import pages, problems
from zhengtu.web.negotiation import is_browser
from zhengtu.web.service import Service


def create_app(build: Build, settings: Settings, reload: Callable[[], Build] | None = None) -> FastAPI:
    """The service over `build`; on SIGHUP it switches to what `reload` gives. Nothing is read at import."""
    service = Service(build, settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await service.start()
        if reload is not None:
            loop = asyncio.get_running_loop()
            loop.add_signal_handler(signal.SIGHUP, lambda: asyncio.ensure_future(service.switch(reload())))
        yield
        await service.stop()

    app = FastAPI(title="Zhengtu 政图", version=__version__, docs_url=None, redoc_url=None, lifespan=lifespan)
    app.state.service = service
    app.add_exception_handler(ZhengtuError, _answer_error)
    app.include_router(pages.router)
    for path in ("/sparql", "/sparql/"):
        app.router.routes.append(Route(path, service.endpoint, include_in_schema=False))
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    return app


def _answer_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, ZhengtuError):
        raise error
    return problems.problem(error, request.url.path, browser=is_browser(request.headers.get("accept", "")))
