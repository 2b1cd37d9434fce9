"""A query text in, what it asks of the world out: judged on tokens, after \\u escapes, never as plain text."""

import re

from zhengtu.errors import QueryRefused

_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")

# SPARQL 1.1 Query, section 19.8: only the tokens that can hide a word inside them, then the words.
_TOKEN = re.compile(
    r"""
    (?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
  | (?P<string>\"{3}(?:\"{0,2}(?:[^\"\\]|\\.))*\"{3} | '{3}(?:'{0,2}(?:[^'\\]|\\.))*'{3}
      | \"(?:[^\"\\\n\r]|\\.)*\" | '(?:[^'\\\n\r]|\\.)*')
  | (?P<comment>\#[^\n\r]*)
  | (?P<variable>[?$]\w+)
  | (?P<name>[\w.-]*:(?:[\w.:-]|%[0-9A-Fa-f]{2}|\\[_~.!$&'()*+,;=/?\#@%-])*)
  | (?P<word>[A-Za-z]\w*)
  | .
    """,
    re.VERBOSE | re.DOTALL,
)


def words(query: str) -> frozenset[str]:
    """The bare words (keywords, function names) of a query, in upper case.

    Raises QueryRefused for an escape that is no character.
    """
    return frozenset(found["word"].upper() for found in _TOKEN.finditer(_unescape(query)) if found.lastgroup == "word")


def examine(query: str) -> bool:
    """Whether the query names its own dataset (FROM).

    Raises QueryRefused when it would call another service.
    """
    text = _unescape(query).upper()
    if "SERVICE" not in text and "FROM" not in text:
        return False
    said = words(query)
    if "SERVICE" in said:
        raise QueryRefused("SERVICE is not allowed here: this endpoint opens no connection for a query.")
    return "FROM" in said


def _unescape(query: str) -> str:
    """SPARQL 1.1 Query, section 19.2: code point escapes are read before the grammar."""
    try:
        return _ESCAPE.sub(lambda found: chr(int(found[1] or found[2], 16)), query)
    except (ValueError, OverflowError):
        raise QueryRefused("The query has a \\U escape that is no Unicode character.") from None
