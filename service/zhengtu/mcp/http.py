"""A service and a socket in, clients served over streamable HTTP out, each request by itself, until a signal ends it.

A request must name us as its host and come from no page of another site, so that no page can reach a server on its
reader's own machine by a name that it controls (DNS rebinding).
"""

import asyncio
import logging
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import uvicorn
from mcp.server.transport_security import TransportSecuritySettings

from zhengtu.mcp import journal
from zhengtu.mcp.server import create
from zhengtu.mcp.service import Service
from zhengtu.settings import Settings

PATH = "/mcp"
STOP_SECONDS = 7
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
LOG = logging.getLogger(__name__)


class Server(uvicorn.Server):
    """uvicorn, whose signals are ours: the workers end after the last request and before the process."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop at the first signal; a second one ends requests that still run."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, self._leave)
        yield

    def _leave(self) -> None:
        self.force_exit, self.should_exit = self.should_exit, True


def run(service: Service, listening: socket.socket) -> None:
    """Serve on a socket until a signal. Raises StoreError when the workers cannot start."""
    journal.begin()
    asyncio.run(_serve(service, listening))


async def _serve(service: Service, listening: socket.socket) -> None:
    settings = service.settings
    app = create(service).streamable_http_app(
        streamable_http_path=PATH,
        json_response=True,
        stateless_http=True,
        max_request_body_size=settings.body_bytes,
        transport_security=guarded(settings),
    )
    config = uvicorn.Config(
        app,
        http="httptools",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        forwarded_allow_ips=settings.proxies,
        limit_concurrency=settings.connections,
        timeout_keep_alive=settings.keep_alive_seconds,
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    await service.start()
    try:
        LOG.info("ready: %s", service.build.manifest["digest"])
        await Server(config).serve(sockets=[listening])
    finally:
        await service.stop()


def guarded(settings: Settings) -> TransportSecuritySettings:
    """The hosts by which we are called: this machine, the address listened on, the public address; no other."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    names = list(dict.fromkeys((*LOOPBACK, host)))
    public = urlsplit(settings.base_url)
    return TransportSecuritySettings(
        enable_dns_rebinding_protection=True,
        allowed_hosts=[*names, *(f"{name}:*" for name in names), *filter(None, (public.netloc,))],
        allowed_origins=[
            *(f"http://{name}{port}" for name in names for port in ("", ":*")),
            *([f"{public.scheme}://{public.netloc}"] if public.netloc else []),
        ],
    )
