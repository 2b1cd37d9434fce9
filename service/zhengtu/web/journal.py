"""Log records in, JSON lines on standard error out; and each request told once, to the log and to the metrics."""

import json
import logging
import time
from datetime import UTC, datetime
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from zhengtu.settings import Settings
from zhengtu.web.metrics import Metrics

LOG = logging.getLogger(__name__)
PATH_CHARS = 200
PLACES = {"/sparql": "sparql", "/sparql/": "sparql"}
ENCODE = json.JSONEncoder(default=str).encode
PHRASES = {status.value: status.phrase.lower().replace(" ", "-") for status in HTTPStatus}


class JsonLines(logging.Formatter):
    """One record, one line of JSON, all of it ASCII: no control character of a request reaches a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        """A record of ours is an event with the fields of its `extra`; any other is a message."""
        moment = f"{_second(int(record.created))}.{int(record.msecs):03}Z"
        line: dict[str, Any] = {"time": moment, "level": record.levelname.lower()}
        fields = getattr(record, "fields", None)
        if fields is None:
            line |= {"event": "log", "logger": record.name, "message": record.getMessage()}
        else:
            line |= {"event": record.msg, **fields}
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return ENCODE(line)


@lru_cache(maxsize=2)
def _second(seconds: int) -> str:
    """Seconds since 1970 as a date and a time (RFC 3339)."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def config() -> dict[str, Any]:
    """The configuration (logging.config, dictionary schema) that makes every line JSON, the server's own ones too."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": JsonLines}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stderr"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {"zhengtu": {"level": "INFO"}, "uvicorn.error": {"level": "ERROR"}},
    }


class Journal:
    """An ASGI application in, the same application out, whose requests are counted and written to the log."""

    def __init__(self, app: ASGIApp, metrics: Metrics, settings: Settings) -> None:
        self._app, self._metrics, self._settings = app, metrics, settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and tell it afterwards."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status, size = time.perf_counter(), HTTPStatus.INTERNAL_SERVER_ERROR.value, 0

        async def note(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
            elif scope["method"] != "HEAD":
                size += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, note)
        finally:
            self._tell(scope, status, size, time.perf_counter() - began)

    def _tell(self, scope: Scope, status: int, size: int, seconds: float) -> None:
        state = scope.get("state", {})
        outcome = state.get("outcome") or outcome_of(status)
        self._metrics.answered(PLACES.get(scope["path"], "page"), outcome)
        if not self._settings.log_requests:
            return
        fields = {
            "method": scope["method"],
            "path": scope["path"][:PATH_CHARS],
            "status": status,
            "ms": round(seconds * 1000, 1),
            "bytes": size,
            "outcome": outcome,
        }
        if self._settings.log_clients and scope.get("client"):
            fields["client"] = scope["client"][0]
        if self._settings.log_queries and state.get("query"):
            fields["query"] = state["query"]
        # As LOG.info does, but without a look at the stack for the line that called it.
        LOG.handle(LOG.makeRecord(LOG.name, logging.INFO, "", 0, "request", (), None, extra={"fields": fields}))


def outcome_of(status: int) -> str:
    """`ok`, or the name of the status: `not-modified`, `not-found` …"""
    return "ok" if status < HTTPStatus.MULTIPLE_CHOICES else PHRASES.get(status, str(status))
