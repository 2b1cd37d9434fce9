"""What the validation of the build found, and the validation of a file that someone uploads."""

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from fastapi import APIRouter
from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from zhengtu.errors import ServiceBusy
from zhengtu.model import Label
from zhengtu.publish.validation.words import TITLES
from zhengtu.store.builds import Build
from zhengtu.store.files import FORMATS
from zhengtu.web import problems, resource_pages
from zhengtu.web.negotiation import is_browser
from zhengtu.web.reader import Reader, reader_of
from zhengtu.web.uploads import Upload, Uploads, verdict_of

router = APIRouter()
HEADERS = {
    "Vary": "Accept, Accept-Language",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": problems.CSP,
}
REPORT = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'; sandbox"
"""The policy of a report as HTML, which carries its style in itself, and whose quotes and names are someone else's."""
MEDIA_TYPES = {
    "html": "text/html; charset=utf-8",
    "ttl": "text/turtle; charset=utf-8",
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "sarif": "application/sarif+json",
    "xml": "application/xml",
}
SUFFIXES = {
    "text/turtle": ".ttl",
    "application/trig": ".trig",
    "application/n-triples": ".nt",
    "application/n-quads": ".nq",
    "application/ld+json": ".jsonld",
}
MULTIPART = "multipart/form-data"
ENVELOPE = 10_000
"""Bytes that a form may have around its file."""
NAME_CHARS = 100
INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]")


class RefusedUpload(Exception):
    """A request that holds no file to validate: a status, a code of `problems`, a detail."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status, self.code = status, code


@router.get("/validation", include_in_schema=False)
def page(request: Request) -> HTMLResponse:
    """The verdicts on the build and its documents, with the whole reports to read and to take away."""
    service = request.app.state.service
    reader, build = reader_of(request, service.settings), service.build
    shown = resource_pages.validation(reader, list(_verdicts(build)), build.judged)
    return HTMLResponse(shown, headers=HEADERS)


@router.get("/validation/{name}", include_in_schema=False)
def findings(request: Request, name: str) -> Response:
    """A validation of the build as a file: data or document, as html, ttl, json, csv, sarif or xml 校验报告."""
    return _file(request, request.app.state.service.build.findings(), name)


@router.get("/validate", include_in_schema=False)
def form(request: Request) -> HTMLResponse:
    """The form that takes a file."""
    settings = request.app.state.service.settings
    place = settings.base_url.rstrip("/") or f"http://{settings.host}:{settings.port}"
    shown = resource_pages.validate(reader_of(request, settings), place, settings.upload_bytes, list(FORMATS))
    return HTMLResponse(shown, headers=HEADERS)


@router.post("/validate", status_code=202, include_in_schema=False)
async def validate(request: Request) -> Response:
    """Validate RDF that is the body, or the file `file` of a form; the answer says where the result is."""
    service, uploads, browser = request.app.state.service, _uploads(request), _browser(request)
    try:
        uploads.room()
        upload = uploads.add(*await _read(request, service.settings.upload_bytes))
    except RefusedUpload as refused:
        return problems.answer(refused.status, refused.code, str(refused), "/validate", browser=browser)
    except ServiceBusy as busy:
        return problems.answer(429, "crowded", str(busy), "/validate", browser=browser)
    reader = reader_of(request, service.settings)
    place = f"{reader.base}/validate/{upload.id}"
    if browser:
        return RedirectResponse(f"{reader.pages}/validate/{upload.id}", 303, HEADERS)
    return JSONResponse(_state(upload, reader), 202, {**HEADERS, "Location": place})


@router.get("/validate/{id}", include_in_schema=False)
def result(request: Request, id: str) -> Response:  # noqa: A002 (the name in the address)
    """How far a validation is, and what it found."""
    reader, upload = reader_of(request, request.app.state.service.settings), _uploads(request).get(id)
    if upload is None:
        return _gone(request)
    if not _browser(request):
        return JSONResponse(_state(upload, reader), headers=HEADERS)
    return HTMLResponse(resource_pages.validated(reader, upload, list(upload.forms())), headers=HEADERS)


@router.get("/validate/{id}/{name}", include_in_schema=False)
def report(request: Request, id: str, name: str) -> Response:  # noqa: A002 (the name in the address)
    """What a validation found, as a file."""
    upload = _uploads(request).get(id)
    return _gone(request) if upload is None else _file(request, upload.forms(), name)


def _verdicts(build: Build) -> Iterator[tuple[Label, Label, list[str]]]:
    """Of each run its title, its verdict, and the names of its files."""
    files = build.findings()
    for subject, title in TITLES.items():
        names = [name for name in files if name.startswith(f"{subject}.")]
        if names:
            yield title, verdict_of(files[f"{subject}.json"]), names


def _uploads(request: Request) -> Uploads:
    found: Uploads = request.app.state.uploads
    return found


def _browser(request: Request) -> bool:
    return is_browser(request.headers.get("accept", ""))


def _state(upload: Upload, reader: Reader) -> dict[str, object]:
    place = f"{reader.base}/validate/{upload.id}"
    state: dict[str, object] = {"state": upload.state, "url": place, "file": upload.name}
    if upload.over:
        state["verdict"] = {"zh": upload.said.zh, "en": upload.said.en}
        state["reports"] = {name.rpartition(".")[2]: f"{place}/{name}" for name in upload.forms()}
    return state


def _file(request: Request, files: dict[str, Path], name: str) -> Response:
    if name not in files:
        listed = ", ".join(files) or "zhengtu check"
        return problems.answer(404, "not-found", listed, "/validation", browser=_browser(request))
    extension = name.rpartition(".")[2]
    headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": REPORT}
    if extension != "html":
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return Response(files[name].read_bytes(), media_type=MEDIA_TYPES[extension], headers=headers)


def _gone(request: Request) -> Response:
    detail = "校验结果保留一天，服务重启后不再保留 / A result is kept for a day, not beyond a restart of the service"
    return problems.answer(404, "validation-gone", detail, "/validate", browser=_browser(request))


async def _read(request: Request, most: int) -> tuple[str, str, bytes]:
    """Name, suffix and bytes of the file. Raises RefusedUpload."""
    if request.headers.get("content-encoding", "identity") != "identity":
        raise RefusedUpload(415, "media-type", "The body must come as it is, without Content-Encoding.")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == MULTIPART:
        return await _of_form(request.headers, await _body(request, most + ENVELOPE), most)
    if kind not in SUFFIXES:
        raise RefusedUpload(415, "media-type", ", ".join((*SUFFIXES, MULTIPART)))
    return "", SUFFIXES[kind], await _body(request, most)


async def _body(request: Request, most: int) -> bytes:
    size, body = request.headers.get("content-length", "0"), bytearray()
    if not size.isdecimal() or int(size) > most:
        raise RefusedUpload(413, "too-large", f"The file may have {most} bytes.")
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > most:
                raise RefusedUpload(413, "too-large", f"The file may have {most} bytes.")
    except ClientDisconnect:
        raise RefusedUpload(400, "request-malformed", "The request ended before its body did.") from None
    return bytes(body)


async def _of_form(headers: Headers, body: bytes, most: int) -> tuple[str, str, bytes]:
    async def stream() -> AsyncIterator[bytes]:
        yield body
        yield b""

    try:
        form_data = await MultiPartParser(headers, stream(), max_files=1, max_fields=2).parse()  # type: ignore[arg-type]
    except (MultiPartException, ValueError, LookupError) as error:
        raise RefusedUpload(400, "request-malformed", str(error)[:NAME_CHARS]) from None
    try:
        return await _of_file(form_data.get("file"), most)
    finally:
        await form_data.close()


async def _of_file(file: UploadFile | str | None, most: int) -> tuple[str, str, bytes]:
    if not isinstance(file, UploadFile) or not file.filename:
        raise RefusedUpload(400, "no-file", "file")
    data = await file.read(most + 1)
    if len(data) > most:
        raise RefusedUpload(413, "too-large", f"The file may have {most} bytes.")
    name = INVISIBLE.sub("", file.filename.replace("\\", "/").rpartition("/")[2])[-NAME_CHARS:]
    suffix = Path(name).suffix.lower()
    if suffix not in FORMATS:
        raise RefusedUpload(415, "file-type", ", ".join(FORMATS))
    return name, suffix, data
