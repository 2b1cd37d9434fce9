"""A query text in, refused when it would call another service, or might, or is too long or too deep for the engine.

The engine reads a query without tokens (`SERVICESILENT<…>` is a call to it, and so is `?a<?b)SERVICE#>`), so no lexer
of ours may decide alone what is a string or a comment. The letters of SERVICE are harmless only where no reading of
the grammar can make them a keyword: in a variable, in the local part of a prefixed name, in an IRI `<scheme://…>`, and
between double quotes in a query without backslash, apostrophe, long quotes or comment; or where all of a call to an
allowed service is written out. A query with escapes is judged as it is written and as it is unescaped.

The engine's parser has no limit of nesting, and deep recursion ends the process. How deep a query nests and chains is
measured on tokens, without recursion; where the tokens are in doubt, the process of a worker is the limit. All of it
takes time in step with the length of the text.
"""

import re
from collections.abc import Iterator, Sequence

from zhengtu.errors import QueryMalformed, QueryRefused, QueryTooComplex, QueryTooLong
from zhengtu.store.limits import Limits

FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")

_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_SERVICE = re.compile("service", re.IGNORECASE)
# No character that could end a string, a bracket or a line stands in it, so that no reading can leave it half-way.
_ABSOLUTE_IRI = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*://[A-Za-z0-9._~:/?\#@&=+%,;\u00c0-\uffff-]*>")
_NAME_SO_FAR = re.compile(r"(?:[?$][A-Za-z0-9_]*|:(?:[A-Za-z0-9_][A-Za-z0-9_-]*)?)\Z")
_PLAIN_STRING = re.compile(r'"[^"]*"')
_LONGEST_NAME = 100

# SPARQL 1.1 Query, section 19.8: the tokens that can hide a word or a bracket inside them, then words and operators.
_HIDING = r"""
    (?P<iri><(?:[^<>"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*+>)
  | (?P<string>(?:\"{3}(?:\"{0,2}(?:[^\"\\]|\\.))*+\"{3} | '{3}(?:'{0,2}(?:[^'\\]|\\.))*+'{3}
      | \"(?!\"\")(?:[^\"\\\n\r]|\\.)*+\" | '(?!'')(?:[^'\\\n\r]|\\.)*+')(?:\s*\^\^)?)
  | (?P<unclosed>["'])
  | (?P<comment>\#[^\n\r]*)
  | (?P<variable>[?$]\w+)
  | (?P<name>[\w.-]{0,100}:(?:[\w.:-]|%[0-9A-Fa-f]{2}|\\[_~.!$&'()*+,;=/?\#@%-])*)
  |"""
_PLAIN = r"""
    (?P<word>[A-Za-z]\w*)
  | (?P<space>\s+)
  | (?P<number>\d+)
  | (?P<open>[({\[])
  | (?P<close>[)}\]])
  | (?P<operator>\|\||&&|[|/!^=<>+*-])
  | .
"""
_TOKEN = re.compile(_HIDING + _PLAIN, re.VERBOSE | re.DOTALL)
_PLAIN_TOKEN = re.compile(_PLAIN, re.VERBOSE | re.DOTALL)
_CHAINING = frozenset(("UNION", "OPTIONAL", "MINUS"))
_PROLOGUE = frozenset(("PREFIX", "BASE", "VERSION"))
_UPDATES = frozenset(("INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY"))


def examine(query: str, limits: Limits) -> None:
    """Raises QueryTooLong, QueryTooComplex, or QueryRefused when the query would call another service, or might."""
    if len(query) > limits.query_chars:
        raise QueryTooLong(f"The query has {len(query)} characters; at most {limits.query_chars} are read.")
    for reading in {query, _unescape(query)}:
        if _may_call(reading, limits.services, plain="\\" not in query):
            raise QueryRefused(_refusal(limits.services))
        if not _plainly_harmless(reading, limits):
            for _ in _words(reading, limits):
                pass


def form(query: str, limits: Limits) -> str:
    """What kind of query it is: SELECT, ASK, CONSTRUCT or DESCRIBE.

    Raises QueryMalformed for anything else: some engines carry out an update that comes as a query.
    """
    words = list(_words(query, limits))
    first = next((word for word in words if word not in _PROLOGUE), "")
    if first not in FORMS or not _UPDATES.isdisjoint((*words, *_words(_unescape(query), limits))):
        raise QueryMalformed(f"This is no query: it begins with none of {', '.join(FORMS)}, or holds an update.")
    return first


def names_dataset(query: str, limits: Limits) -> bool:
    """Whether the query says FROM, as far as tokens tell; in doubt it does."""
    return any("FROM" in word for reading in {query, _unescape(query)} for word in _words(reading, limits))


def _may_call(text: str, services: Sequence[str], *, plain: bool) -> bool:
    """Whether any SERVICE in `text` stands where a reading could make it the keyword; `plain`: nothing is escaped."""
    found = {match.start() for match in _SERVICE.finditer(text)}
    for call in _calls(text, services):
        found -= call
    if not found:
        return False
    harmless = [_ABSOLUTE_IRI]
    rest = _ABSOLUTE_IRI.sub("", text)
    if plain and not ("'" in rest or "#" in rest or '"""' in rest):
        harmless.append(_PLAIN_STRING)
    for pattern in harmless:
        for span in pattern.finditer(text):
            found -= _starts(text, span)
    return any(not _NAME_SO_FAR.search(text, max(0, start - _LONGEST_NAME), start) for start in found)


def _calls(text: str, services: Sequence[str]) -> Iterator[set[int]]:
    """Where SERVICE stands in each call to an allowed service: all of it written out, no prefix, escape or comment."""
    if services:
        targets = "|".join(map(re.escape, services))
        for call in re.finditer(rf"(?i:service[ \t\r\n]*+(?:silent[ \t\r\n]*+)?)<(?:{targets})>", text):
            yield _starts(text, call)


def _starts(text: str, span: re.Match[str]) -> set[int]:
    return {match.start() for match in _SERVICE.finditer(text, *span.span())}


def _refusal(services: Sequence[str]) -> str:
    told = "SERVICE is not allowed here: this endpoint opens no connection for a query."
    if services:
        told = f"SERVICE may call {', '.join(f'<{service}>' for service in services)} only, with the IRI written out."
    return f"{told} As a word it may stand in a variable, in a name after a prefix, in an IRI, between double quotes."


def _plainly_harmless(text: str, limits: Limits) -> bool:
    """Whether no reading could find a limit passed: too short to chain, too few brackets."""
    return len(text) <= limits.chain and sum(map(text.count, "({[")) <= limits.depth


def _words(text: str, limits: Limits) -> Iterator[str]:
    """The bare words in upper case. Raises QueryTooComplex where the text nests or chains too far."""
    chains = [0]
    for kind, token in _tokens(text):
        word = token.upper() if kind == "word" else ""
        if kind == "open":
            chains.append(0)
            if len(chains) > limits.depth + 1:
                raise QueryTooComplex(f"The query nests deeper than {limits.depth} levels.")
        elif kind == "close":
            chains = chains[:-1] or [0]
        elif kind == "operator" or word in _CHAINING:
            chains[-1] += 1
            if chains[-1] > limits.chain:
                raise QueryTooComplex(f"The query chains more than {limits.chain} operators in one group.")
        if word:
            yield word


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    """Kind and text of each token. After a quote that nothing closes there are no strings: every bracket counts."""
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup or ""
        if kind == "unclosed":
            yield from ((plain.lastgroup or "", plain[0]) for plain in _PLAIN_TOKEN.finditer(text, found.end()))
            return
        yield kind, found[0]


def _unescape(query: str) -> str:
    """SPARQL 1.1 Query, section 19.2: code point escapes may be read before the grammar.

    Raises QueryRefused for an escape that is no character.
    """
    try:
        return _ESCAPE.sub(lambda found: chr(int(found[1] or found[2], 16)), query)
    except (ValueError, OverflowError):
        raise QueryRefused("The query has a \\U escape that is no Unicode character.") from None
