"""An application in, a server for it out, which ends with status 0 within STOP_SECONDS of SIGTERM.

On SIGTERM no new connection is taken; requests that were taken get DRAIN_SECONDS, then a 503 that says why.
"""

import asyncio
import logging
import signal
import socket
import sys

import uvicorn
from fastapi import FastAPI

from zhengtu.settings import Settings
from zhengtu.web import journal
from zhengtu.web.service import Service
from zhengtu.web.transport import bounded

DRAIN_SECONDS, STOP_SECONDS = 7, 9
FAILED = 3


class Server(uvicorn.Server):
    """uvicorn, which tells the service that it stops."""

    def __init__(self, config: uvicorn.Config, service: Service) -> None:
        super().__init__(config)
        self._service = service

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let what runs end; what still runs after DRAIN_SECONDS is told to come again."""
        self._service.announce_stop()
        late = asyncio.get_running_loop().call_later(DRAIN_SECONDS, self._service.abandon)
        await super().shutdown(sockets)
        late.cancel()


def run(app: FastAPI, settings: Settings, listening: socket.socket) -> None:
    """Serve on a socket until SIGTERM or SIGINT; ends the process with status 3 when the service cannot start."""
    config = uvicorn.Config(
        app,
        http=bounded(settings, app.state.metrics),
        ws="none",
        lifespan="on",
        log_config=journal.config(),
        access_log=False,
        server_header=False,
        forwarded_allow_ips=settings.proxies,
        timeout_keep_alive=settings.keep_alive_seconds,
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    # No line names a thread or a process; not to look for them saves time with every request.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    server = Server(config, app.state.service)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # until the application, once it runs, takes it as: reload
    signal.signal(signal.SIGTERM, _leave)
    try:
        server.run(sockets=[listening])
    except KeyboardInterrupt:
        return
    if not server.started:
        sys.exit(FAILED)


def _leave(_number: int, _frame: object) -> None:
    """uvicorn raises the signal once more after it has stopped; a stop that was asked for is no failure."""
    sys.exit(0)
