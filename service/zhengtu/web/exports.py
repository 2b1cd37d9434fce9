"""Tables and answers as files to take away: written by processes of their own, a few at once, and kept.

`exported` is for every page whose answer can be taken away.
"""

import asyncio
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from zhengtu import errors
from zhengtu.errors import ExportError, ExportTooHungry, ExportTooSlow, ServiceBusy
from zhengtu.publish.columns import Language
from zhengtu.publish.exports import FORMS, Form
from zhengtu.publish.exports.__main__ import REFUSED
from zhengtu.publish.exports.csv import BOM
from zhengtu.publish.exports.provenance import Provenance
from zhengtu.settings import Settings
from zhengtu.web.aside import Task, run
from zhengtu.web.cache import Cache
from zhengtu.web.sparql import CHECK_AGAIN, unless_gone

MODULE = "zhengtu.publish.exports.__main__"
AT_ONCE, QUEUE = 2, 8
"""How many files are written at the same time, and how many more wait."""
HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Content-Disposition, ETag, Link, Retry-After",
    "Cache-Control": CHECK_AGAIN,
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
}
ERRORS = {
    kind.code: kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, ExportError)
}


class Wanted(NamedTuple):
    """A form, the language of its header (None: the names as they are), and whether a byte order mark comes first."""

    form: Form
    language: Language | None = None
    bom: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as SPARQL JSON and what is said of it; the datatypes of its columns where they are known."""

    document: bytes
    about: Provenance
    datatypes: Sequence[str] = ()

    def given(self) -> bytes:
        """What the process reads that writes it."""
        head = json.dumps({"about": self.about.as_json(), "datatypes": list(self.datatypes)})
        return head.encode() + b"\n" + self.document


class Exports:
    """The files written of late, and who writes them."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._kept: Cache[bytes] = Cache(settings.cache_bytes)
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._taken = 0

    async def file(self, answer: Answer, wanted: Wanted) -> tuple[str, bytes]:
        """The digest of what it is made from, and the file.

        Raises ServiceBusy when as many wait as may, ExportTooSlow, ExportTooHungry, NotATable, TableTooLarge.
        """
        given, form = answer.given(), wanted.form
        arguments = (form.name, *filter(None, (wanted.language,)))
        key = await asyncio.to_thread(_key, given, arguments)
        written = self._kept.get(key) or await self._write(key, Task(MODULE, arguments, given))
        self._kept.put(key, written, len(written))
        return key, written

    async def _write(self, key: str, task: Task) -> bytes:
        if self._taken >= AT_ONCE + QUEUE:
            raise ServiceBusy("As many files are being written as this service writes at once; try again later.")
        self._taken += 1
        try:
            async with self._turn:
                return self._kept.get(key) or await self._written(task)
        finally:
            self._taken -= 1

    async def _written(self, task: Task) -> bytes:
        seconds = self._settings.export_seconds
        try:
            ended = await run(task, seconds, self._settings.worker_memory_mb << 20)
        except TimeoutError:
            raise ExportTooSlow(
                f"导出超过 {seconds:g} 秒，已停止。 The export took longer than {seconds:g} seconds and was stopped."
            ) from None
        except OSError:  # no process to be had
            raise ServiceBusy("No process can be started; try again later.") from None
        if ended.status == REFUSED:
            said = json.loads(ended.told)
            raise ERRORS[said["error"]](said["detail"])
        if ended.status:
            raise ExportTooHungry(
                f"导出所需内存超过 {self._settings.worker_memory_mb} MB。 "
                f"The export needed more than {self._settings.worker_memory_mb} MB."
            )
        return ended.written


async def exported(  # noqa: PLR0913 (two of six by name)
    request: Request,
    result_json: bytes,
    provenance: Provenance,
    form: str,
    columns_language: Language | None = None,
    *,
    bom: bool = False,
) -> Response:
    """The answer (SPARQL JSON) as a file of a form of FORMS, to take away; 304 when the client has it.

    The time that writing takes is charged to the client. Raises what `Exports.file` raises.
    """
    return await send(request, Answer(result_json, provenance), Wanted(FORMS[form], columns_language, bom))


async def send(request: Request, answer: Answer, wanted: Wanted) -> Response:
    """The response that carries the file."""
    state, clock = request.app.state, asyncio.get_running_loop().time
    began = clock()
    try:
        async with unless_gone(request.receive):
            key, written = await state.exports.file(answer, wanted)
    finally:
        state.service.endpoint.charge(request.scope, clock() - began)
    headers = {**HEADERS, "ETag": f'"{key[:32]}{"-bom" if wanted.bom else ""}"'}
    known = request.headers.get("if-none-match", "").split(",")
    if headers["ETag"] in (tag.strip().removeprefix("W/") for tag in known):
        return Response(status_code=304, headers=headers)
    headers["Content-Disposition"] = _attached(f"{answer.about.name}.{wanted.form.extension}")
    return Response(BOM + written if wanted.bom else written, media_type=wanted.form.media_type, headers=headers)


def _key(given: bytes, arguments: Sequence[str]) -> str:
    return hashlib.sha256(repr(arguments).encode() + given).hexdigest()


def _attached(name: str) -> str:
    """The header that names a file (RFC 6266, section 4.3; RFC 8187)."""
    plain = "".join(c if c.isalnum() or c in "-_." else "_" for c in name.encode("ascii", "replace").decode())
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
