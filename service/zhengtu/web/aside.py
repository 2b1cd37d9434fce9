"""A module of ours and its input in, what it wrote out: by a process of its own that may be killed.

The process has no network where the platform allows that, as much memory as a worker, and lets everyone's queries go
first; it ends with the service, and knows none of the service's settings.
"""

import asyncio
import os
import resource
import sys
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from zhengtu.settings import PREFIX

COMMAND = (
    "from zhengtu.store.worker import end_with_parent, shut_off_network\n"
    "end_with_parent(), shut_off_network()\n"
    "from {module} import main\nmain()\n"
)
NICE = 10


class Task(NamedTuple):
    """What to run: `module` has a function `main`, which reads `given`; what it writes is kept if it is `wanted`."""

    module: str
    arguments: tuple[str, ...] = ()
    given: bytes = b""
    folder: Path | None = None
    wanted: bool = True


class Ended(NamedTuple):
    """The status of a process, what it wrote to standard output, and its words on standard error."""

    status: int
    written: bytes
    told: str


async def run(task: Task, seconds: float, memory: int) -> Ended:
    """Run it, at most `seconds` long and with `memory` bytes; who is cancelled ends it.

    Raises TimeoutError, or OSError when there is no process to be had.
    """
    pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", COMMAND.format(module=task.module), *task.arguments),
        cwd=task.folder,
        env={name: value for name, value in os.environ.items() if not name.startswith(PREFIX)},
        stdin=pipe if task.given else nothing,
        stdout=pipe if task.wanted else nothing,
        stderr=pipe,
    )
    try:
        _bound(process.pid, memory)
        written, told = await asyncio.wait_for(process.communicate(task.given or None), seconds)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    return Ended(process.returncode or 0, written or b"", told.decode(errors="replace"))


def _bound(process: int, size: int) -> None:
    """Let everyone else go first, and have no more memory than this, where the platform can say so."""
    with suppress(ProcessLookupError):
        os.setpriority(os.PRIO_PROCESS, process, NICE)
        if sys.platform == "linux":
            resource.prlimit(process, resource.RLIMIT_AS, (size, size))
