"""Connections in, bounded ones out: how many, how large a head, how slow a sender, how slow a reader.

uvicorn reads requests without any limit and waits for slow clients for ever; this is its protocol with both mended.
What is refused here never reaches the application, and is answered, counted and logged here.
"""

import asyncio
import logging
from dataclasses import dataclass
from http import HTTPStatus
from typing import ClassVar

from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from zhengtu.settings import Settings
from zhengtu.web import problems
from zhengtu.web.metrics import Metrics

LOG = logging.getLogger(__name__)
SEPARATORS = 4
LEAST_READ = 16_384
HEAD_BYTES = 2048
"""What may wait unsent without notice: the head of an answer, so that it goes out in one piece with the body."""
REFUSALS = {
    HTTPStatus.BAD_REQUEST: ("request-malformed", "not HTTP/1.1"),
    HTTPStatus.REQUEST_TIMEOUT: ("request-too-slow", "{receive_seconds:g} s"),
    HTTPStatus.REQUEST_URI_TOO_LONG: ("too-large", "URL > {url_bytes} B"),
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: ("too-large", "header > {header_bytes} B"),
    HTTPStatus.SERVICE_UNAVAILABLE: ("service-busy", "{connections} connections"),
}


@dataclass(frozen=True, slots=True)
class Bounds:
    """The settings of connections, and who counts what is refused."""

    settings: Settings
    metrics: Metrics

    def refuse(self, status: HTTPStatus) -> Response:
        """The answer to a request that is not let in."""
        code, detail = REFUSALS[status]
        self.metrics.answered("none", code)
        if self.settings.log_requests:
            LOG.info("refused", extra={"fields": {"status": status.value, "outcome": code}})
        told = detail.format_map(self.settings.model_dump())
        response = problems.answer(status.value, code, told, "", browser=False)
        response.headers["connection"] = "close"
        return response


class BoundedProtocol(HttpToolsProtocol):
    """One connection. The time for a request to arrive runs from its first byte, or from the opening, to its last."""

    bounds: ClassVar[Bounds]

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Beyond the most connections the one that has asked for nothing for longest gives way, or this one does."""
        self._settings, self._wrong = self.bounds.settings, HTTPStatus.BAD_REQUEST
        self._begun, self._in_head = False, True
        self._chunk = self._fed = self._header_bytes = 0
        self.opened = self.loop.time()
        self._receiving: asyncio.TimerHandle | None = None
        self._sending: asyncio.TimerHandle | None = None
        super().connection_made(transport)
        transport.set_write_buffer_limits(HEAD_BYTES)
        self._expect_request()
        if len(self.connections) > self._settings.connections:
            self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        super().connection_lost(exc)
        for timer in (self._receiving, self._sending):
            if timer is not None:
                timer.cancel()

    def data_received(self, data: bytes) -> None:
        """A part of a request; a head without end is refused before it is whole."""
        self._chunk = len(data)
        super().data_received(data)
        self._fed += len(data)
        if self._in_head and self._fed > self._settings.url_bytes + self._settings.header_bytes:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def on_message_begin(self) -> None:
        """A request begins, somewhere in the data received now."""
        super().on_message_begin()
        self._begun, self._in_head = True, True
        self._fed, self._header_bytes = -self._chunk, 0
        self._expect_request()

    def on_url(self, url: bytes) -> None:
        """A part of the address; raises ValueError, which ends the parsing, when it is too long."""
        super().on_url(url)
        self._bound(len(self.url), self._settings.url_bytes, HTTPStatus.REQUEST_URI_TOO_LONG)

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header; raises ValueError, which ends the parsing, when all of them are too large."""
        super().on_header(name, value)
        self._header_bytes += len(name) + len(value) + SEPARATORS
        self._bound(self._header_bytes, self._settings.header_bytes, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is whole."""
        if self._receiving is not None:
            self._receiving.cancel()
            self._receiving = None
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 (uvicorn's name)
        """The parser gave up."""
        self._refuse(self._wrong)

    def pause_writing(self) -> None:
        """The client does not read as fast as we write."""
        super().pause_writing()
        self._expect_reading()

    def resume_writing(self) -> None:
        """All is on its way."""
        super().resume_writing()
        if self._sending is not None:
            self._sending.cancel()

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being answered here: no request yet, a part of its head, or none since the last answer."""
        return not self.transport.is_closing() and (self.cycle is None or self.cycle.response_complete)

    def _make_room(self) -> None:
        others = (other for other in self.connections if isinstance(other, BoundedProtocol) and other is not self)
        idle = [other for other in others if other.is_idle]
        if idle:
            min(idle, key=lambda other: other.opened).transport.abort()
        elif len(self.connections) > 2 * self._settings.connections:
            self.transport.abort()
        else:
            self.app = self._full

    def _bound(self, size: int, most: int, status: HTTPStatus) -> None:
        if size > most:
            self._wrong = status
            raise ValueError(size)

    def _expect_request(self) -> None:
        if self._receiving is None:
            self._receiving = self.loop.call_later(self._settings.receive_seconds, self._late)

    def _late(self) -> None:
        if self._begun:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)
        else:
            self.transport.close()

    def _expect_reading(self) -> None:
        left = self.transport.get_write_buffer_size()
        self._sending = self.loop.call_later(self._settings.send_seconds, self._stuck, left)

    def _stuck(self, before: int) -> None:
        if before - self.transport.get_write_buffer_size() < LEAST_READ:
            self.transport.abort()
        else:
            self._expect_reading()

    def _refuse(self, status: HTTPStatus) -> None:
        """Answer and close; when an answer is under way already, only close."""
        if self.transport.is_closing():
            return
        response = self.bounds.refuse(status)
        if self.cycle is not None and self.cycle.response_started != self.cycle.response_complete:
            self.transport.abort()
            return
        head = [STATUS_LINE[status]]
        for name, value in (*self.server_state.default_headers, *response.raw_headers):
            head += [name, b": ", value, b"\r\n"]
        self.transport.write(b"".join((*head, b"\r\n", response.body)))
        self.transport.close()

    async def _full(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.bounds.refuse(HTTPStatus.SERVICE_UNAVAILABLE)(scope, receive, send)


def bounded(settings: Settings, metrics: Metrics) -> type[BoundedProtocol]:
    """The protocol with these bounds, as uvicorn takes it."""
    return type("Bounded", (BoundedProtocol,), {"bounds": Bounds(settings, metrics)})
