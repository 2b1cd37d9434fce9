"""The processes that answer queries, started and ended by `store.process`.

`python -m zhengtu.store.worker FD SOURCE LIMITS` is the keeper: it loads a file once, then forks a worker for each
socket that it is given. So a new worker is there at once, and all of them share the memory of the data. A folder is a
store on disk, which each worker opens for itself: the engine's threads would not survive the fork.

A worker holds the store read-only and its one socket: it reads requests, writes answers, can write no file and open
nothing, and may be killed at any moment. Over a store on disk it can open files, but has no network where the platform
allows that; only where the limits name services that a query may call, it keeps the network. A message is two lengths,
a JSON head, and a body.
"""

import ctypes
import io
import json
import os
import resource
import signal
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from typing_extensions import Buffer

from zhengtu.errors import QueryTooHungry, ResultTooLarge, StoreError
from zhengtu.store.door import by_name
from zhengtu.store.embedded import EmbeddedStore
from zhengtu.store.limits import Limits

LENGTHS, ORDER, ENDED = struct.Struct(">II"), struct.Struct(">I"), struct.Struct(">Ii")
NEW_WORKER = 0
STACK = 512 << 20
ONE_PIECE = 1 << 16
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
PR_SET_PDEATHSIG = 1

Head = dict[str, Any]
RENEW: Head = {"renew": True}


class Open(NamedTuple):
    """How a worker comes by its store, and whether that lies in memory."""

    store: Callable[[], EmbeddedStore]
    in_memory: bool


class Bounded(io.BytesIO):
    """A buffer that refuses to grow beyond `limit` bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit

    def write(self, data: Buffer) -> int:
        """Raises ResultTooLarge beyond the limit."""
        written = super().write(data)
        if self.tell() > self.limit:
            raise ResultTooLarge(f"The answer is larger than {self.limit} bytes; add LIMIT or ask for less.")
        return written


def main() -> None:
    """Load the store, then keep it until the control socket closes."""
    control = socket.socket(fileno=int(sys.argv[1]))
    limits = Limits(**json.loads(sys.argv[3]))
    for stop in (signal.SIGINT, signal.SIGTERM):  # both may go to the whole group; the pool says when to end
        signal.signal(stop, signal.SIG_IGN)
    end_with_parent()
    if not limits.services:
        shut_off_network()
    keep(control, opener(Path(sys.argv[2]), limits), limits)


def opener(source: Path, limits: Limits) -> Open:
    """What gives each worker its store: the same one of a file, loaded here, or one of its own of a folder."""
    if source.is_dir():
        return Open(partial(EmbeddedStore.of_folder, source, limits), in_memory=False)
    store = EmbeddedStore.of_file(source, limits)
    return Open(lambda: store, in_memory=True)


def keep(control: socket.socket, opened: Open, limits: Limits) -> None:
    """Carry out orders: NEW_WORKER, with a socket and a file for its errors, makes a worker; its number ends one."""
    workers = set[int]()
    while True:
        order, files, _, _ = socket.recv_fds(control, ORDER.size, 2)
        if not order:
            break
        (process,) = ORDER.unpack(order)
        if process == NEW_WORKER:
            workers.add(_fork(control, files, opened, limits))
        else:  # one that is not ours ended with the keeper before this one
            control.sendall(ENDED.pack(process, _end(process) if process in workers else -signal.SIGKILL))
            workers.discard(process)
    for process in workers:
        _end(process)


def _fork(control: socket.socket, files: list[int], opened: Open, limits: Limits) -> int:
    channel, stderr = files
    process = os.fork()
    if process == 0:
        control.close()
        os.dup2(stderr, sys.stderr.fileno())
        os.close(stderr)
        _work(socket.socket(fileno=channel), opened, limits)
    for file in files:
        os.close(file)
    return process


def _end(process: int) -> int:
    """Kill the process and take it out of the table, where its number cannot become another's before; its status."""
    os.kill(process, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def _work(channel: socket.socket, opened: Open, limits: Limits) -> None:
    """Answer until the socket closes, then end the process; the engine recurses, so its thread has a large stack."""
    try:
        end_with_parent()
        store = opened.store()
        resource.setrlimit(resource.RLIMIT_AS, (_mapped() + (limits.memory_mb << 20) + STACK,) * 2)
        threading.stack_size(STACK)
        for closed in _closed(limits, in_memory=opened.in_memory):
            resource.setrlimit(closed, (0, 0))
        while _in_thread(_serve, channel, store, limits):
            pass
    except StoreError as error:
        sys.stderr.write(f"{error}\n")
    finally:
        sys.stderr.flush()
        os._exit(0)


def _closed(limits: Limits, *, in_memory: bool) -> Iterator[int]:
    """What a worker can no longer do: write a file, leave a core, and open anything, a connection included.

    Over a store on disk it opens the files of the store when it needs them.
    """
    yield from (resource.RLIMIT_FSIZE, resource.RLIMIT_CORE)
    if in_memory and not limits.services:
        yield resource.RLIMIT_NOFILE


def _in_thread(task: Callable[..., bool], *arguments: object) -> bool:
    """Run in a thread, and wait until its stack is free for the next one, for there is not room for two."""
    with ThreadPoolExecutor(1) as one:
        thread, done = one.submit(threading.get_native_id).result(), one.submit(task, *arguments).result()
    while Path(f"/proc/self/task/{thread}").exists():
        time.sleep(0.001)
    return done


def _serve(channel: socket.socket, store: EmbeddedStore, limits: Limits) -> bool:
    """Answer until the socket closes, or until another thread shall go on (True), for this one was made to yield."""
    pipe = channel.makefile("rb")
    send(channel, {"process": os.getpid(), "thread": threading.get_native_id()}, b"")
    while lengths := pipe.read(LENGTHS.size):
        head, _ = LENGTHS.unpack(lengths)
        asked = json.loads(pipe.read(head))
        if asked == RENEW:
            return True
        send(channel, *answer(store, asked, limits))
    return False


def answer(store: EmbeddedStore, asked: Head, limits: Limits) -> tuple[Head, Buffer]:
    """The head and the body that answer one request; an error of ours is a head with its code."""
    try:
        found = store.query(
            asked["query"], default_graphs=asked["default"], named_graphs=asked["named"], labels=asked["labels"]
        )
        form = by_name(asked["formats"].get(found.kind) or "")
        if form is None:
            return {"kind": found.kind}, b""
        out = Bounded(limits.result_bytes)
        found.write_to(out, form)
        return {"kind": found.kind, "format": form.name}, out.getbuffer()
    except MemoryError:
        return _failed(QueryTooHungry("The query needs more memory than a query may have."))
    except StoreError as error:
        return _failed(error)


def send(channel: socket.socket, head: Head, body: Buffer) -> None:
    """Write one message; a small one in one piece, so that the other side wakes once."""
    written, size = json.dumps(head).encode(), memoryview(body).nbytes
    start = LENGTHS.pack(len(written), size) + written
    if size <= ONE_PIECE:
        channel.sendall(start + bytes(body))
    else:
        channel.sendall(start)
        channel.sendall(body)


def _failed(error: StoreError) -> tuple[Head, bytes]:
    return {"error": error.code, "detail": str(error)}, b""


def _mapped() -> int:
    """Bytes of address space in use: the data, mostly, which all workers share; 0 where the platform does not tell."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[0]
    except OSError:
        return 0
    return int(pages) * resource.getpagesize()


def end_with_parent() -> None:
    """Leave no process behind, whatever ends the service."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def shut_off_network() -> None:
    """A network namespace without any interface, where the platform lets a process have one: a second wall."""
    if sys.platform == "linux":
        ctypes.CDLL(None).unshare(CLONE_NEWUSER | CLONE_NEWNET)


if __name__ == "__main__":
    main()
