"""One HTTP request to a remote store in, its whole answer out: bounded in time and size, never half an answer.

No redirect is followed and no proxy asked: a request and its credentials go to the address given, or nowhere.
"""

import http.client
import re
import time
import urllib.error
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, urlencode
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPSHandler,
    OpenerDirector,
    Request,
)

from zhengtu.errors import (
    QueryTooSlow,
    RemoteAnswerBroken,
    RemoteAnswerCut,
    RemoteUnavailable,
    RemoteUnreachable,
    ResultTooLarge,
    SettingsError,
    StoreError,
)
from zhengtu.store.access import Basic, Credentials, Digest
from zhengtu.store.refusal import refusal

_ADDRESS = re.compile(r"https?://([\w.-]+|\[[\dA-Fa-f:]+\])(:\d{1,5})?([/?][!-\"$-~]*)?", re.ASCII)
CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Received:
    """A whole answer: media type without parameters, body, and whether HTTP itself told where the body ends."""

    media_type: str
    body: bytes
    delimited: bool


class Wire:
    """The way to one address of a remote store.

    No wait for its next bytes is longer than `seconds`, nor is the time in which a whole body comes; no body is larger
    than `size` bytes.
    """

    def __init__(self, url: str, credentials: Credentials | None, seconds: float, size: int) -> None:
        """Raises SettingsError when `url` is no http or https address, or carries a user or password."""
        if not _ADDRESS.fullmatch(url):
            raise SettingsError(
                "The address of a remote store must begin with http:// or https:// and hold no user, password, # or "
                "other than ASCII characters. "
                "远程存储地址须以 http:// 或 https:// 开头，不含用户名、密码、# 与非 ASCII 字符"
            )
        self.url, self._seconds, self._size = url, seconds, size
        digest = credentials is not None and credentials.scheme == "digest"
        self._access = Digest(url, credentials) if credentials and digest else Basic(credentials)

    def request(self, method: str, body: bytes, media_type: str, **parameters: str) -> Request:
        """A request that carries `body`, with `parameters` added to the address."""
        added = urlencode(parameters, quote_via=quote, safe="")
        address = f"{self.url}{'&' if '?' in self.url else '?'}{added}" if added else self.url
        return Request(address, body, {"Content-Type": media_type}, method=method)  # noqa: S310 (checked above)

    def look_up(self, **parameters: str) -> Request:
        """A GET request with `parameters` added to the address."""
        return Request(f"{self.url}?{urlencode(parameters, quote_via=quote, safe='')}")  # noqa: S310 (checked above)

    def send(self, request: Request) -> Received:
        """The whole answer to `request`.

        Raises RemoteUnavailable (RemoteUnreachable without a connection, RemoteBusy for status 429 and 503; a redirect,
        another error status), QueryMalformed (status 400) or another error that the store names (see `refusal`),
        QueryTooSlow, ResultTooLarge, or RemoteAnswerBroken (RemoteAnswerCut where it ends early).
        """
        deadline = time.monotonic() + self._seconds
        try:
            with self._open(request) as response:
                return self._receive(response, deadline)
        except urllib.error.HTTPError as error:
            with error:
                raise refusal(error) from None
        except urllib.error.URLError as error:
            raise _why(error.reason) from None
        except TimeoutError:
            raise QueryTooSlow(f"The remote store did not answer within {self._seconds:g} seconds.") from None
        except (http.client.HTTPException, OSError) as error:
            raise RemoteAnswerCut(f"The remote store broke off its answer: {type(error).__name__}.") from None

    def _open(self, request: Request) -> http.client.HTTPResponse:
        self._access.sign(request, self._challenge)
        try:
            return self._exchange(request)
        except urllib.error.HTTPError as error:
            if error.code != http.client.UNAUTHORIZED or not self._access.renew(request, _challenge_of(error)):
                raise
            error.close()
        return self._exchange(request)

    def _challenge(self, request: Request) -> str:
        try:
            self._exchange(request).close()
        except urllib.error.HTTPError as error:
            with error:
                return _challenge_of(error)
        return ""

    def _exchange(self, request: Request) -> http.client.HTTPResponse:
        opener = OpenerDirector()
        for handler in (HTTPHandler(), HTTPSHandler(), HTTPDefaultErrorHandler(), HTTPErrorProcessor()):
            opener.add_handler(handler)
        response: http.client.HTTPResponse = opener.open(request, timeout=self._seconds)
        return response

    def _receive(self, response: http.client.HTTPResponse, deadline: float) -> Received:
        _refuse_confessed(response)
        length = response.length
        body = b"".join(self._chunks(response, deadline))
        if length is not None and len(body) != length:
            raise RemoteAnswerCut(f"The remote store sent {len(body)} bytes of {length}.")
        return Received(response.headers.get_content_type(), body, length is not None or bool(response.chunked))

    def _chunks(self, response: http.client.HTTPResponse, deadline: float) -> Iterator[bytes]:
        size, whole = 0, response.length
        while size != whole and (chunk := response.read1(CHUNK)):
            size += len(chunk)
            if size > self._size:
                raise ResultTooLarge(f"The answer is larger than {self._size} bytes; add LIMIT or ask for less.")
            if time.monotonic() > deadline:
                raise TimeoutError
            yield chunk


def _challenge_of(error: urllib.error.HTTPError) -> str:
    return error.headers.get("WWW-Authenticate") or ""


def _why(reason: str | BaseException) -> StoreError:
    if isinstance(reason, BrokenPipeError | ConnectionResetError):
        return RemoteUnavailable(
            "The remote store broke off the request: it is too large, or the credentials are refused."
        )
    return RemoteUnreachable(f"The remote store cannot be reached: {reason}.")


def _refuse_confessed(response: http.client.HTTPResponse) -> None:
    """Virtuoso answers 200 and names in a header that rows are missing: by its row limit, or by its time limit."""
    if rows := response.headers.get("X-SPARQL-MaxRows"):
        raise ResultTooLarge(f"The remote store ends every answer after {rows} rows; add a lower LIMIT.")
    if response.headers.get("X-SQL-State"):
        raise RemoteAnswerBroken("The remote store stopped before its answer was complete.")
