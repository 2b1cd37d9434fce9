"""Credentials in, the Authorization header of each request out.

Digest needs a challenge before the first request. It is fetched by the same request without a body, for a server may
close the connection on a large body that it has not asked for; then it serves every later request too.
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal
from urllib.request import (
    HTTPDigestAuthHandler,
    HTTPPasswordMgrWithDefaultRealm,
    Request,
    parse_http_list,
    parse_keqv_list,
)

from zhengtu.errors import RemoteUnavailable

Ask = Callable[[Request], str]


@dataclass(frozen=True, slots=True)
class Credentials:
    """A user of the remote store (RFC 7617 or RFC 7616); the password is in no printed form of it."""

    user: str
    password: str = field(repr=False)
    scheme: Literal["basic", "digest"] = "basic"


class Basic:
    """The same header for every request; with no credentials, none."""

    def __init__(self, credentials: Credentials | None) -> None:
        self._header = ""
        if credentials:
            pair = f"{credentials.user}:{credentials.password}".encode()
            self._header = f"Basic {base64.b64encode(pair).decode()}"

    def sign(self, request: Request, _ask: Ask) -> None:
        """Give `request` its header."""
        if self._header:
            request.add_unredirected_header("Authorization", self._header)

    def renew(self, _request: Request, _challenge: str) -> bool:
        """A refusal is final."""
        return False


class Digest:
    """A header computed from the server's challenge, for requests to one address."""

    def __init__(self, url: str, credentials: Credentials) -> None:
        passwords = HTTPPasswordMgrWithDefaultRealm()
        passwords.add_password(None, url, credentials.user, credentials.password)
        self._handler = HTTPDigestAuthHandler(passwords)
        self._challenge = ""

    def sign(self, request: Request, ask: Ask) -> None:
        """Give `request` its header; `ask` sends a request and returns the challenge to it, empty when there is none.

        Raises RemoteUnavailable when the challenge cannot be met.
        """
        if not self._challenge:
            bare = Request(request.full_url, b"", request.headers, method=request.get_method())  # noqa: S310
            self._challenge = ask(bare)
        if self._challenge:
            request.add_unredirected_header("Authorization", self._answer(request))

    def renew(self, request: Request, challenge: str) -> bool:
        """Sign `request` again for a new challenge, the one before being too old; whether there is one."""
        self._challenge = challenge
        if challenge:
            request.add_unredirected_header("Authorization", self._answer(request))
        return bool(challenge)

    def _answer(self, request: Request) -> str:
        scheme, _, parameters = self._challenge.partition(" ")
        try:
            found = self._handler.get_authorization(request, parse_keqv_list(parse_http_list(parameters)))
        except ValueError:
            found = None
        if scheme.lower() != "digest" or not found:
            raise RemoteUnavailable("The remote store asks for other credentials than digest, or only for ASCII ones.")
        return f"Digest {found}"
