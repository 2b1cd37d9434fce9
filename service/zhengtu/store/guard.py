"""A query text in, what it asks of the world out: judged on tokens, after \\u escapes, never as plain text.

The engine's parser has no limit of nesting, and deep recursion ends the process; SERVICE would open connections. So a
query is read here first, token by token, without recursion.
"""

import re
from collections.abc import Iterator

from zhengtu.errors import QueryRefused, QueryTooComplex, QueryTooLong
from zhengtu.store.limits import Limits

_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")

# SPARQL 1.1 Query, section 19.8: the tokens that can hide a word or a bracket inside them, then words and operators.
_TOKEN = re.compile(
    r"""
    (?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
  | (?P<string>\"{3}(?:\"{0,2}(?:[^\"\\]|\\.))*+\"{3} | '{3}(?:'{0,2}(?:[^'\\]|\\.))*+'{3}
      | \"(?:[^\"\\\n\r]|\\.)*+\" | '(?:[^'\\\n\r]|\\.)*+')
  | (?P<comment>\#[^\n\r]*)
  | (?P<variable>[?$]\w+)
  | (?P<name>[\w.-]*:(?:[\w.:-]|%[0-9A-Fa-f]{2}|\\[_~.!$&'()*+,;=/?\#@%-])*)
  | (?P<word>[A-Za-z]\w*)
  | (?P<open>[({\[])
  | (?P<close>[)}\]])
  | (?P<operator>\|\||&&|[|/!^=<>+*-])
  | .
    """,
    re.VERBOSE | re.DOTALL,
)
_CHAINING = frozenset(("UNION", "OPTIONAL", "MINUS"))


def examine(query: str, limits: Limits) -> bool:
    """Whether the query names its own dataset (FROM).

    Raises QueryTooLong, QueryTooComplex, or QueryRefused when it would call another service.
    """
    if len(query) > limits.query_chars:
        raise QueryTooLong(f"The query has {len(query)} characters; at most {limits.query_chars} are read.")
    text = _unescape(query)
    if _plainly_harmless(text, limits):
        return False
    said = frozenset(_words(text, limits))
    if "SERVICE" in said:
        raise QueryRefused("SERVICE is not allowed here: this endpoint opens no connection for a query.")
    return "FROM" in said


def _plainly_harmless(text: str, limits: Limits) -> bool:
    """Whether no reading could find a limit passed or a word that matters: too short to chain, too few brackets."""
    loud = text.upper()
    return (
        len(text) <= limits.chain
        and sum(map(text.count, "({[")) <= limits.depth
        and not ("SERVICE" in loud or "FROM" in loud)
    )


def _words(text: str, limits: Limits) -> Iterator[str]:
    """The bare words in upper case; on the way, nesting and chains are measured."""
    chains = [0]
    for found in _TOKEN.finditer(text):
        kind, token = found.lastgroup, found[0]
        if kind == "open":
            chains.append(0)
            if len(chains) > limits.depth + 1:
                raise QueryTooComplex(f"The query nests deeper than {limits.depth} levels.")
        elif kind == "close":
            chains = chains[:-1] or [0]
        elif kind == "operator" or (kind == "word" and token.upper() in _CHAINING):
            chains[-1] += 1
            if chains[-1] > limits.chain:
                raise QueryTooComplex(f"The query chains more than {limits.chain} operators in one group.")
        if kind == "word":
            yield token.upper()


def _unescape(query: str) -> str:
    """SPARQL 1.1 Query, section 19.2: code point escapes are read before the grammar."""
    try:
        return _ESCAPE.sub(lambda found: chr(int(found[1] or found[2], 16)), query)
    except (ValueError, OverflowError):
        raise QueryRefused("The query has a \\U escape that is no Unicode character.") from None
