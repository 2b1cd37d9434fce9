"""A request as it came in, the question that it asks out (SPARQL 1.1 Protocol, section 2.1), each part decoded once."""

from typing import NamedTuple
from urllib.parse import parse_qsl

from zhengtu.errors import QueryMalformed
from zhengtu.store.labels import languages
from zhengtu.store.pool import Request
from zhengtu.web.negotiation import wanted

FORM, DIRECT = "application/x-www-form-urlencoded", "application/sparql-query"
MOST_FIELDS = 1000
LEAST_SECONDS = 1
"""No request may ask for less time: a query that is stopped costs a worker."""


class Asked(NamedTuple):
    """Whatever of a request decides what it asks; `posted` is the media type of its body, empty for GET and HEAD."""

    parameters: bytes
    accept: str
    posted: str = ""
    body: bytes = b""


def read(asked: Asked) -> Request | None:
    """The question, with the formats that would do; None when there is none: what is this endpoint?

    Raises QueryMalformed when there is more than one query or an encoding or a language is broken.
    """
    pairs = _pairs(asked.parameters)
    if asked.posted:
        pairs += _pairs(asked.body) if asked.posted == FORM else [("query", _text(asked.body))]
    query = _query([value for name, value in pairs if name == "query"], posted=bool(asked.posted))
    if query is None:
        return None
    first = dict(reversed(pairs))
    return Request(
        query,
        tuple(value for name, value in pairs if name == "default-graph-uri"),
        tuple(value for name, value in pairs if name == "named-graph-uri"),
        wanted("solutions", first.get("format", ""), asked.accept),
        wanted("graph", first.get("format", ""), asked.accept),
        _seconds(first.get("timeout", "")),
        languages(first.get("labels", "")),
    )


def fields(asked: Asked) -> dict[str, str]:
    """The first value of every field of the address or of the posted form, the address first."""
    posted = _pairs(asked.body) if asked.posted == FORM else []
    return dict(reversed(_pairs(asked.parameters) + posted))


def media_type(content_type: str) -> tuple[str, str]:
    """Media type and charset of a Content-Type, in lower case."""
    name, _, parameters = content_type.lower().partition(";")
    named = dict(part.strip().partition("=")[::2] for part in parameters.split(";"))
    return name.strip(), named.get("charset", "").strip('" ')


def _query(queries: list[str], *, posted: bool) -> str | None:
    if len(queries) > 1 or (posted and not queries):
        raise QueryMalformed(
            f"The request has {len(queries)} queries; exactly one is needed, in the parameter `query`."
        )
    if queries and (not queries[0].strip() or "\0" in queries[0]):
        raise QueryMalformed("The query is empty or holds a null character.")
    return queries[0] if queries else None


def _seconds(text: str) -> float | None:
    try:
        seconds = float(text)
    except ValueError:
        return None
    return max(seconds, LEAST_SECONDS) if seconds > 0 else None


def _pairs(raw: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(raw.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except UnicodeDecodeError:
        raise QueryMalformed("The request is not UTF-8.") from None
    except ValueError:
        raise QueryMalformed(f"The request has more than {MOST_FIELDS} fields.") from None


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise QueryMalformed("The query is not UTF-8.") from None
