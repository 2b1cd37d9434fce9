"""The whole graph as files: what was built, byte for byte."""

from pathlib import Path
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from zhengtu.store.builds import Build
from zhengtu.web import problems

router = APIRouter()
TYPES = {"nq": "application/n-quads", "trig": "application/trig"}
NOT_FOUND: dict[int | str, dict[str, Any]] = {404: {"description": "There is no such file 没有这个文件"}}


@router.head("/dump/zhengtu.{extension}", include_in_schema=False)
@router.get("/dump/zhengtu.{extension}", response_class=FileResponse, responses=NOT_FOUND)
def dump(extension: str, request: Request) -> Response:
    """The whole graph with its named graphs, as N-Quads (`nq`) or TriG (`trig`). 全部数据下载"""
    build: Build = request.app.state.service.build
    path = _file(build, extension)
    if path is None:
        return problems.answer(404, "not-found", "nq, trig", request.url.path, browser=False)
    headers = {
        "Access-Control-Allow-Origin": "*",
        "Cache-Control": "public, max-age=0, must-revalidate",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "ETag": f'"{build.manifest["digest"]}-{extension}"',
        "X-Content-Type-Options": "nosniff",
    }
    return FileResponse(path, headers=headers, media_type=TYPES[extension], filename=f"zhengtu.{extension}")


def _file(build: Build, extension: str) -> Path | None:
    """The file of this kind that was built, or that is served in its place."""
    path = build.file.with_suffix(f".{extension}")
    return path if extension in TYPES and path.is_file() else None
