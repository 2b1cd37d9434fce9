"""A query text in, refused when it would call another service, or might.

The engine reads a query without tokens (`SERVICESILENT<…>` is a call to it, and so is `?a<?b)SERVICE#>`), so no lexer
of ours may decide alone what is a string or a comment. The letters of SERVICE are harmless only where no reading of
the grammar can make them a keyword: in a variable, in the local part of a prefixed name, in an IRI `<scheme://…>`, and
between double quotes in a query without backslash, apostrophe, long quotes or comment.
"""

import re

from zhengtu.errors import QueryRefused

_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_SERVICE = re.compile("service", re.IGNORECASE)
# No character that could end a string, a bracket or a line stands in it, so that no reading can leave it half-way.
_ABSOLUTE_IRI = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*://[A-Za-z0-9._~:/?\#@&=+%,;\u00c0-\uffff-]*>")
_NAME_SO_FAR = re.compile(r"(?:[?$][A-Za-z0-9_]*|:(?:[A-Za-z0-9_][A-Za-z0-9_-]*)?)\Z")
_PLAIN_STRING = re.compile(r'"[^"]*"')
_LONGEST_NAME = 100


def examine(query: str) -> None:
    """Raises QueryRefused when the query would call another service, or might."""
    readings = (query, _unescape(query))
    if any(_may_call(reading, plain="\\" not in query) for reading in readings):
        raise QueryRefused(
            "SERVICE is not allowed here: this endpoint opens no connection for a query. As a word it may stand in a "
            "variable, in a name after a prefix, in an IRI, or between double quotes."
        )


def _may_call(text: str, *, plain: bool) -> bool:
    """Whether any SERVICE in `text` stands where a reading could make it the keyword; `plain`: nothing is escaped."""
    found = [match.span() for match in _SERVICE.finditer(text)]
    if not found:
        return False
    safe = [match.span() for match in _ABSOLUTE_IRI.finditer(text)]
    rest = _ABSOLUTE_IRI.sub("", text)
    if plain and not ("'" in rest or "#" in rest or '"""' in rest):
        safe += [match.span() for match in _PLAIN_STRING.finditer(text)]
    return any(
        not _NAME_SO_FAR.search(text, max(0, start - _LONGEST_NAME), start)
        and not any(begin < start and end < until for begin, until in safe)
        for start, end in found
    )


def _unescape(query: str) -> str:
    """SPARQL 1.1 Query, section 19.2: code point escapes may be read before the grammar.

    Raises QueryRefused for an escape that is no character.
    """
    try:
        return _ESCAPE.sub(lambda found: chr(int(found[1] or found[2], 16)), query)
    except (ValueError, OverflowError):
        raise QueryRefused("The query has a \\U escape that is no Unicode character.") from None
