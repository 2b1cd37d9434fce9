"""RDF that someone uploads in, its validation in every form out, by a process of its own that may be killed.

The process is the command `zhengtu validate`: without network where the platform allows that, within time and memory,
behind everyone's queries. One runs at a time, a few wait. Results stay for a day, as long as the service runs.
"""

import asyncio
import json
import secrets
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from zhengtu.errors import ServiceBusy
from zhengtu.model import Label
from zhengtu.settings import Settings
from zhengtu.web.aside import Task, run

DAY, KEPT, QUEUE, WORDS_CHARS = 24 * 3600, 200, 4, 2000
RESULT = "result"
UNEVALUATED = 2
NOTHING = Label("", "")
UNFIT = Label(
    "文件未能校验：所需内存超出限制，或结构过深。请缩小文件后重试。",
    "The file could not be validated: it needed too much memory, or nests too deep. Try a smaller one.",
)
State = Literal["waiting", "running", "done", "failed"]


@dataclass(slots=True)
class Upload:
    """One file and what became of it; `said` is the verdict, or why there is none."""

    id: str
    name: str
    folder: Path
    came: float
    state: State = "waiting"
    said: Label = NOTHING

    @property
    def over(self) -> bool:
        """Whether it has ended, one way or the other."""
        return self.state in ("done", "failed")

    def forms(self) -> dict[str, Path]:
        """The files of its validation by name."""
        return {path.name: path for path in sorted((self.folder / RESULT).glob("validation.*"))}


class Uploads:
    """The files of a day."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._uploads: dict[str, Upload] = {}
        self._turn = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._root: Path | None = None

    def get(self, name: str) -> Upload | None:
        """The upload of this id, if it is not older than a day."""
        self._forget()
        return self._uploads.get(name)

    def room(self) -> None:
        """Raises ServiceBusy when as many wait as may."""
        if sum(not upload.over for upload in self._uploads.values()) > QUEUE:
            raise ServiceBusy("As many files are waiting for their validation as this service takes.")

    def add(self, name: str, suffix: str, data: bytes) -> Upload:
        """Take a file; `suffix` tells its format. Raises ServiceBusy when as many wait as may."""
        self.room()
        self._forget()
        self._root = self._root or Path(tempfile.mkdtemp(prefix="zhengtu-validate-"))
        key = secrets.token_urlsafe(16)
        upload = Upload(key, name, self._root / key, time.monotonic())
        upload.folder.mkdir(mode=0o700)
        (upload.folder / f"upload{suffix}").write_bytes(data)
        self._uploads[upload.id] = upload
        task = asyncio.ensure_future(self._validate(upload, f"upload{suffix}"))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return upload

    async def stop(self) -> None:
        """End what runs, and remove everything."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._root:
            shutil.rmtree(self._root, ignore_errors=True)

    def _forget(self) -> None:
        over = [upload for upload in self._uploads.values() if upload.over]
        old = [upload for upload in over if time.monotonic() - upload.came > DAY]
        for upload in {u.id: u for u in (*old, *over[: max(0, len(over) - KEPT)])}.values():
            del self._uploads[upload.id]
            shutil.rmtree(upload.folder, ignore_errors=True)

    async def _validate(self, upload: Upload, file: str) -> None:
        async with self._turn:
            upload.state = "running"
            try:
                status, told = await self._run(upload.folder, file)
            except TimeoutError:
                seconds = f"{self._settings.validate_seconds:g}"
                upload.said = Label(
                    f"校验超过 {seconds} 秒，已停止。请缩小文件后重试。",
                    f"The validation took longer than {seconds} seconds and was stopped. Try a smaller file.",
                )
                upload.state = "failed"
            except OSError:  # no process to be had
                upload.said, upload.state = UNFIT, "failed"
            else:
                upload.said = await asyncio.to_thread(_said, upload, status, told)
                upload.state = "done" if upload.forms() else "failed"

    async def _run(self, folder: Path, file: str) -> tuple[int, str]:
        """Status and words of the command. Raises TimeoutError, or OSError."""
        data = str(self._settings.data_dir.resolve())
        arguments = "validate", file, "--into", RESULT, "--format", "json", "--data-dir", data
        task = Task("zhengtu.cli", arguments, folder=folder, wanted=False)
        ended = await run(task, self._settings.validate_seconds, self._settings.worker_memory_mb << 20)
        return ended.status, ended.told


def _said(upload: Upload, status: int, told: str) -> Label:
    """The verdict, or what is wrong with the file; words of a crash are nobody's."""
    report = upload.folder / RESULT / "validation.json"
    if report.is_file():
        return verdict_of(report)
    line = told.strip().rpartition("\n")[2][:WORDS_CHARS]
    if status == UNEVALUATED and "Traceback" not in told:
        return Label(f"文件未能校验：{line}", f"The file could not be validated: {line}")
    return UNFIT


def verdict_of(report: Path) -> Label:
    """The verdict of a report as JSON."""
    said = json.loads(report.read_text(encoding="utf-8"))["verdict"]
    return Label(said["zh"], said["en"])
