"""A request in, who reads and where the service is for them out."""

from dataclasses import dataclass
from urllib.parse import quote

from starlette.requests import Request

from zhengtu.namespaces import BASE
from zhengtu.settings import Settings
from zhengtu.web.words import WORDS

SAFE = "/:@!$&'()*+,;=~%"
"""What stays as it is in a path."""
FOLLOWED = ("http://", "https://")
"""What a page links to; an IRI of another kind is shown and not followed."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Where the service is for the reader, the language asked for by name, and the header Accept-Language."""

    base: str
    asked: str
    accepted: str

    @property
    def language(self) -> str:
        """zh or en: what is asked for, else the first that is accepted; zh when nothing says otherwise."""
        if self.asked in WORDS:
            return self.asked
        return "en" if self.accepted.partition(",")[0].strip().lower().startswith("en") else "zh"

    @property
    def suffix(self) -> str:
        """What keeps the language that was asked for by name from page to page."""
        return f"?lang={self.asked}" if self.asked in WORDS else ""

    def address(self, iri: str) -> str:
        """Where a thing is served: here what is ours, else the IRI itself; empty for what nobody should follow."""
        if not iri.startswith(BASE):
            return iri if iri.startswith(FOLLOWED) else ""
        path, mark, fragment = iri.removeprefix(BASE).partition("#")
        return f"{self.base}/{quote(path, safe=SAFE)}{self.suffix}{mark}{quote(fragment, safe=SAFE)}"

    def document(self, iri: str, extension: str) -> str:
        """Where a document about a thing is served."""
        return f"{self.base}/{quote(iri.removeprefix(BASE), safe=SAFE)}.{extension}"


def reader_of(request: Request, settings: Settings) -> Reader:
    """Who asks: by `?lang=`, else by Accept-Language."""
    asked, accepted = request.query_params.get("lang", ""), request.headers.get("accept-language", "")
    return Reader(serving_base(request, settings), asked, accepted)


def serving_base(request: Request, settings: Settings) -> str:
    """The address that the public sees, else the path that a proxy put before ours; without a slash at its end."""
    base: str = settings.base_url or request.scope.get("root_path", "")
    return base.rstrip("/")
