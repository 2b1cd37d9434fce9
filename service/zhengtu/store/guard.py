"""A query text in, what it asks of the world out: judged on tokens, never as plain text.

The engine's parser has no limit of nesting, and deep recursion ends the process; SERVICE would open connections. So a
query is read here first, token by token, without recursion; and twice where it has \\u escapes, as written and as
unescaped, for SPARQL 1.1 (section 19.2) reads them before the tokens and engines read them inside the tokens.

Engines do not cut a text into tokens before they parse it, as the specification does: they find a keyword that the next
word is written against (`trueSERVICE`, `SERVICEex:a {`), and a comparison where an IRI could stand (`?a<strlen('>')`).
So a word counts wherever it is part of one, and where both could be meant the query is sent back.
"""

import re
from collections.abc import Iterator

from zhengtu.errors import QueryMalformed, QueryRefused, QueryTooComplex, QueryTooLong
from zhengtu.store.limits import Limits

_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")

# SPARQL 1.1 Query, section 19.8: the tokens that can hide a word or a bracket inside them, then words and operators.
_TOKEN = re.compile(
    r"""
    (?P<iri><(?:[^<>"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*+>)
  | (?P<string>(?:\"{3}(?:\"{0,2}(?:[^\"\\]|\\.))*+\"{3} | '{3}(?:'{0,2}(?:[^'\\]|\\.))*+'{3}
      | \"(?:[^\"\\\n\r]|\\.)*+\" | '(?:[^'\\\n\r]|\\.)*+')(?:\s*\^\^)?)
  | (?P<comment>\#[^\n\r]*)
  | (?P<variable>[?$]\w+)
  | (?P<name>[\w.-]{0,100}:(?:[\w.:-]|%[0-9A-Fa-f]{2}|\\[_~.!$&'()*+,;=/?\#@%-])*)
  | (?P<word>[A-Za-z]\w*)
  | (?P<space>\s+)
  | (?P<number>\d+)
  | (?P<open>[({\[])
  | (?P<close>[)}\]])
  | (?P<operator>\|\||&&|[|/!^=<>+*-])
  | .
    """,
    re.VERBOSE | re.DOTALL,
)
_CHAINING = frozenset(("UNION", "OPTIONAL", "MINUS"))
_PROLOGUE = frozenset(("PREFIX", "BASE", "VERSION"))
_SURELY_IRI = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*://")
_COULD_BE_CODE = frozenset("'()#")
_UPDATES = frozenset(("INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY"))
FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")


def examine(query: str, limits: Limits) -> bool:
    """Whether the query names its own dataset (FROM).

    Raises QueryTooLong, QueryTooComplex, or QueryRefused when it would call another service.
    """
    if len(query) > limits.query_chars:
        raise QueryTooLong(f"The query has {len(query)} characters; at most {limits.query_chars} are read.")
    said = frozenset[str]().union(*(_said(text, limits) for text in {query, _unescape(query)}))
    if any("SERVICE" in word for word in said):
        raise QueryRefused("SERVICE is not allowed here: this endpoint opens no connection for a query.")
    return any("FROM" in word for word in said)


def form(query: str, limits: Limits) -> str:
    """What kind of query it is: SELECT, ASK, CONSTRUCT or DESCRIBE.

    Raises QueryMalformed for anything else: some engines carry out an update that comes as a query.
    """
    words = list(_words(query, limits))
    first = next((word for word in words if word not in _PROLOGUE), "")
    if first not in FORMS or not _UPDATES.isdisjoint((*words, *_words(_unescape(query), limits))):
        raise QueryMalformed(f"This is no query: it begins with none of {', '.join(FORMS)}, or holds an update.")
    return first


def _said(text: str, limits: Limits) -> frozenset[str]:
    loud = text.upper()
    if "SERVICE" in loud:
        _refuse_doubt(text)
    elif _plainly_harmless(text, limits) and "FROM" not in loud:
        return frozenset()
    return frozenset(_words(text, limits))


def _plainly_harmless(text: str, limits: Limits) -> bool:
    """Whether no reading could find a limit passed: too short to chain, too few brackets."""
    return len(text) <= limits.chain and sum(map(text.count, "({[")) <= limits.depth


def _refuse_doubt(text: str) -> None:
    for kind, token in _tokens(text):
        if kind == "iri" and not _SURELY_IRI.match(token) and not _COULD_BE_CODE.isdisjoint(token):
            raise QueryMalformed(
                f"{token[:80]} may be an IRI or a comparison: write a space after <, or the IRI with its scheme and //."
            )


def _words(text: str, limits: Limits) -> Iterator[str]:
    """The bare words in upper case; on the way nesting and chains are measured."""
    before = last = ""
    for kind, written in _measured(_tokens(text), limits):
        if written == "{" and "SERVICE" in last and before != "GRAPH":
            yield last
        before, last = last, written.partition(":")[0].upper() if kind in ("word", "name") else ""
        if kind == "word":
            yield last


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    """Kind and text of each token; neither white space nor comments."""
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup or ""
        if kind not in ("space", "comment"):
            yield kind, found[0]


def _measured(tokens: Iterator[tuple[str, str]], limits: Limits) -> Iterator[tuple[str, str]]:
    """The tokens as they come. Raises QueryTooComplex where they nest or chain too far."""
    chains = [0]
    for kind, token in tokens:
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
        yield kind, token


def _unescape(query: str) -> str:
    """SPARQL 1.1 Query, section 19.2: code point escapes are read before the grammar."""
    try:
        return _ESCAPE.sub(lambda found: chr(int(found[1] or found[2], 16)), query)
    except (ValueError, OverflowError):
        raise QueryRefused("The query has a \\U escape that is no Unicode character.") from None
