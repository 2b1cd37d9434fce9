"""An HTTP answer that is no 2xx in, the error that it means to who asked out.

A store that says what is wrong as a problem (RFC 9457) with a code of ours, as a served Zhengtu does, is believed; of
any other store the status decides, and the first line of its plain text is told.
"""

import http.client
import json
import time
import urllib.error
from email.utils import parsedate_to_datetime

from zhengtu import errors
from zhengtu.errors import QueryMalformed, QueryTooLong, QueryTooSlow, RemoteBusy, RemoteUnavailable, StoreError
from zhengtu.namespaces import BASE

CHUNK, REASON_CHARS = 1 << 16, 300
PROBLEM, PROBLEMS = "application/problem+json", f"{BASE}problem/"
TOLD: dict[str, type[StoreError]] = {
    error.code: error
    for error in (
        errors.QueryMalformed, errors.QueryRefused, errors.QueryTooComplex, errors.QueryTooHungry, errors.QueryTooLong,
        errors.QueryTooSlow, errors.ResultTooLarge, errors.SourceFailed,
    )
}  # fmt: skip
"""The errors that a served Zhengtu may name; they are the query's own, so asking again is of no use."""
BUSY = (429, http.client.SERVICE_UNAVAILABLE)


def refusal(error: urllib.error.HTTPError) -> StoreError:
    """What an answer that is no 2xx means to who asked."""
    code, reason = _reason(error)
    said = f"{error.code}{': ' + reason if reason else ''}"
    if error.code in BUSY:
        return RemoteBusy(f"The remote store answers {said}.", _retry_after(error))
    if code in TOLD:
        return TOLD[code](reason)
    return _by_status(error, reason) or RemoteUnavailable(f"The remote store answers {said}.")


def _by_status(error: urllib.error.HTTPError, reason: str) -> StoreError | None:
    if error.code == http.client.BAD_REQUEST:
        return QueryMalformed(reason or "The remote store takes the query for malformed.")
    if error.code in (http.client.UNAUTHORIZED, http.client.FORBIDDEN):
        return RemoteUnavailable(f"The remote store refuses the credentials, or asks for some ({error.code}).")
    if http.client.MULTIPLE_CHOICES <= error.code < http.client.BAD_REQUEST:
        to = _clean(error.headers.get("Location") or "")
        return RemoteUnavailable(
            f"The remote store redirects ({error.code}{' to ' + to if to else ''}), which is not followed; "
            "give the address itself."
        )
    if error.code in (http.client.REQUEST_ENTITY_TOO_LARGE, http.client.REQUEST_URI_TOO_LONG):
        return QueryTooLong(f"The remote store takes no query of this length ({error.code}).")
    if error.code == http.client.GATEWAY_TIMEOUT:
        return QueryTooSlow(f"The remote store took too long ({error.code}).")
    return None


def _reason(error: urllib.error.HTTPError) -> tuple[str, str]:
    """The code of a problem and its words, or the first line of a plain-text error; nothing of any other."""
    try:
        media_type = error.headers.get_content_type()
        if media_type not in ("text/plain", PROBLEM):
            return "", ""
        text = error.read(CHUNK).decode("utf-8", "replace")
    except (http.client.HTTPException, OSError):
        return "", ""
    return _problem(text) if media_type == PROBLEM else ("", _clean(text.lstrip().partition("\n")[0]))


def _problem(text: str) -> tuple[str, str]:
    try:
        said = json.loads(text)
        code, detail = str(said["type"]), str(said.get("detail") or said.get("title") or "")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return "", ""
    return code.removeprefix(PROBLEMS) if code.startswith(PROBLEMS) else "", _clean(detail)


def _clean(text: str) -> str:
    return "".join(filter(str.isprintable, text))[:REASON_CHARS]


def _retry_after(error: urllib.error.HTTPError) -> float | None:
    """Seconds (RFC 9110, section 10.2.3: a number of them, or a date); None where it does not say."""
    said = (error.headers.get("Retry-After") or "").strip()
    if said.isascii() and said.isdecimal():
        return float(said)
    try:
        return max(0.0, parsedate_to_datetime(said).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None
