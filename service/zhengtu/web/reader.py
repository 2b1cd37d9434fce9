"""A request in, who reads and where the service is for them out."""

from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, quote, urlencode

from starlette.requests import Request

from zhengtu.namespaces import BASE
from zhengtu.settings import Settings
from zhengtu.web.language import chosen

SAFE = "/:@!$&'()*+,;=~%"
"""What stays as it is in a path."""
OWN = frozenset(("lang", "format"))
"""What says in which language or form a page is asked for, and so is no part of which page it is."""
FOLLOWED = ("http://", "https://")
"""What a page links to; an IRI of another kind is shown and not followed."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Where the service is for the reader, the language (zh or en), and the page that is read: its path and query."""

    base: str
    language: str
    here: str = "/"

    @property
    def pages(self) -> str:
        """What the addresses of all pages in the reader's language begin with."""
        return f"{self.base}/{self.language}"

    def in_language(self, language: str) -> str:
        """Where this page is in a language."""
        return f"{self.base}/{language}{self.here}"

    def at(self, iri: str) -> "Reader":
        """The reader of the page of a thing, by whatever address it was reached."""
        return replace(self, here=f"/{quote(iri.removeprefix(BASE), safe=SAFE)}")

    def address(self, iri: str) -> str:
        """Where a thing is served: here what is ours, else the IRI itself; empty for what nobody should follow."""
        if not iri.startswith(BASE):
            return iri if iri.startswith(FOLLOWED) else ""
        path, mark, fragment = iri.removeprefix(BASE).partition("#")
        return f"{self.pages}/{quote(path, safe=SAFE)}{mark}{quote(fragment, safe=SAFE)}"

    def neutral(self, iri: str) -> str:
        """Where a thing of ours is served to programs, whatever the language."""
        return f"{self.base}/{quote(iri.removeprefix(BASE), safe=SAFE + '#')}"

    def document(self, iri: str, extension: str) -> str:
        """Where a document about a thing is served."""
        return f"{self.base}/{quote(iri.removeprefix(BASE), safe=SAFE)}.{extension}"


def reader_of(request: Request, settings: Settings) -> Reader:
    """Who asks: in the language of the path, else of `?lang=`, else of Accept-Language."""
    asked = getattr(request.state, "language", "") or request.query_params.get("lang", "")
    root = request.scope.get("root_path", "")
    asked_for = parse_qsl(request.url.query, keep_blank_values=True)
    pairs = [(name, value) for name, value in asked_for if name not in OWN]
    here = quote(request.scope["path"].removeprefix(root), safe=SAFE) + (f"?{urlencode(pairs)}" if pairs else "")
    return Reader(serving_base(request, settings), chosen(asked, request.headers.get("accept-language", "")), here)


def serving_base(request: Request, settings: Settings) -> str:
    """The address that the public sees, else the path that a proxy put before ours; without a slash at its end."""
    base: str = settings.base_url or request.scope.get("root_path", "")
    return base.rstrip("/")
