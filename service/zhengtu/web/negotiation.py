"""An Accept header and what is offered in, the best of it out (RFC 9110, section 12.5.1)."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

import mimeparse

from zhengtu.store.door import Format, Kind, by_name, formats

ALIASES: Mapping[str, str] = {
    "application/json": "json",
    "application/xml": "xml",
    "text/xml": "xml",
    "application/turtle": "ttl",
    "application/x-turtle": "ttl",
    "text/plain": "nt",
    "application/x-json+ld": "jsonld",
}
"""Names that clients use for a format which has another."""
SISTERS: Mapping[str, str] = {"xml": "rdf", "json": "jsonld"}
"""What a short name for solutions means when the answer is a graph."""


def best(accept: str, offered: Sequence[str]) -> str | None:
    """The media type of `offered` (the preferred one first) that suits best, or None.

    Of a header what cannot be read is left out; one of which nothing can be read is taken as any.
    """
    readable = ",".join(part for part in accept.lower().split(",") if part.count("/") == 1)
    try:
        # Of equals mimeparse prefers the last.
        return mimeparse.best_match(list(reversed(offered)), readable or "*/*") or None
    except (mimeparse.MimeTypeParseException, ValueError):
        return offered[0]


@lru_cache(512)
def wanted(kind: Kind, name: str, accept: str) -> Format | None:
    """The format asked for by its short name, else the best by Accept; None when nothing offered suits."""
    offered = formats(kind)
    if by_name(name):
        return next((form for form in offered if form.name in (name, SISTERS.get(name))), None)
    by_type = {form.media_type: form for form in offered}
    known = by_type | {alias: by_name(name) for alias, name in ALIASES.items() if by_name(name) in offered}
    chosen = best(accept, list(known))
    return known[chosen] if chosen else None


def is_browser(accept: str) -> bool:
    """Whether a person asks: text/html by name, before anything that a program would ask for."""
    return best(accept, ["application/json", "text/html"]) == "text/html" and "text/html" in accept.lower()
