"""A request in, the same request with the language of its page out: `/zh/…` and `/en/…` are the pages for people.

What lies at `/x` for programs is a page at `/zh/x` and `/en/x`. A browser that asks for `/x` is led to the page in the
language that it prefers; so an address that a person shares says which language it is in, and an IRI does not.
"""

import re
from urllib.parse import parse_qsl, urlencode

from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from zhengtu.web.negotiation import is_browser
from zhengtu.web.words import WORDS

_PREFIX = re.compile(r"/(zh|en)(?=/|$)")
PAGES = re.compile(r"/(audit|questions(/[^/.]+)?|search|tables|validation|validate)?")
"""What has a page at the address at which programs have something else, or nothing."""


class Languages:
    """An application in, the same application out, whose pages stand below their language."""

    def __init__(self, app: ASGIApp, base_url: str) -> None:
        """`base_url` is where the public sees the service; empty: below the path that a proxy names."""
        self._app, self._base_url = app, base_url.rstrip("/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request for a page, lead a browser to its page, leave all others alone."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        root = scope.get("root_path", "")
        path = scope["path"].removeprefix(root)
        if found := _PREFIX.match(path):
            await self._app(_page(scope, root, found[1], path[found.end() :] or "/"), receive, send)
        elif scope["method"] in ("GET", "HEAD") and PAGES.fullmatch(path) and is_browser(_accept(scope)):
            await RedirectResponse((self._base_url or root) + _place(scope, path), 303, HEADERS)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


HEADERS = {"Vary": "Accept, Accept-Language", "Cache-Control": "no-cache"}


def chosen(asked: str, accepted: str) -> str:
    """zh or en: what is asked for, else the first that is accepted; zh when nothing says otherwise."""
    if asked in WORDS:
        return asked
    return "en" if accepted.partition(",")[0].strip().lower().startswith("en") else "zh"


def _page(scope: Scope, root: str, language: str, path: str) -> Scope:
    """The request as the application sees it: without the language in its path, and for a page."""
    headers = [(name, value) for name, value in scope["headers"] if name != b"accept"]
    state = {**scope.get("state", {}), "language": language}
    return {
        **scope,
        "path": root + path,
        "raw_path": (root + path).encode("utf-8"),
        "headers": [*headers, (b"accept", b"text/html")],
        "state": state,
    }


def _place(scope: Scope, path: str) -> str:
    """The page in the language of `?lang=`, else of Accept-Language."""
    pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    asked = next((value for name, value in pairs if name == "lang"), "")
    query = urlencode([(name, value) for name, value in pairs if name != "lang"])
    accepted = next((value for name, value in scope["headers"] if name == b"accept-language"), b"").decode("latin-1")
    return f"/{chosen(asked, accepted)}{path}{'?' if query else ''}{query}"


def _accept(scope: Scope) -> str:
    return next((value for name, value in scope["headers"] if name == b"accept"), b"").decode("latin-1")
