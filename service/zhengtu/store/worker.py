"""The process that answers queries: `python -m zhengtu.store.worker FD FILE`, started and ended by `store.pool`.

It holds the store read-only and nothing else: it is given one socket and one file, reads requests, writes answers.
It may be killed at any moment. A message is two lengths, a JSON head, and a body.
"""

import ctypes
import io
import json
import resource
import socket
import struct
import sys
import threading
from pathlib import Path
from typing import Any

from typing_extensions import Buffer

from zhengtu.errors import QueryTooHungry, ResultTooLarge, StoreError
from zhengtu.store.door import FORMATS
from zhengtu.store.embedded import EmbeddedStore
from zhengtu.store.limits import Limits

LENGTHS = struct.Struct(">II")
STACK = 512 << 20
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000

Head = dict[str, Any]


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


def answer(store: EmbeddedStore, asked: Head, limits: Limits) -> tuple[Head, bytes]:
    """The head and the body that answer one request; an error of ours is a head with its code."""
    try:
        found = store.query(asked["query"], default_graphs=asked["default"], named_graphs=asked["named"])
        form = next((f for f in FORMATS if f.name == asked["formats"].get(found.kind)), None)
        if form is None:
            return {"kind": found.kind}, b""
        out = Bounded(limits.result_bytes)
        found.write_to(out, form)
        return {"kind": found.kind, "format": form.name}, out.getvalue()
    except MemoryError:
        return _failed(QueryTooHungry("The query needs more memory than a query may have."))
    except StoreError as error:
        return _failed(error)


def main() -> None:
    """Serve until the socket closes."""
    channel = socket.socket(fileno=int(sys.argv[1]))
    limits = Limits(**json.loads(sys.argv[3]))
    _shut_off_network()
    store = EmbeddedStore.of_file(Path(sys.argv[2]), limits)
    resource.setrlimit(resource.RLIMIT_AS, ((limits.memory_mb << 20) + STACK,) * 2)
    threading.stack_size(STACK)
    thread = threading.Thread(target=_serve, args=(channel, store, limits))
    thread.start()
    thread.join()


def _serve(channel: socket.socket, store: EmbeddedStore, limits: Limits) -> None:
    with channel, channel.makefile("rwb") as pipe:
        send(pipe, {"ready": len(store)}, b"")
        while lengths := pipe.read(LENGTHS.size):
            head, _ = LENGTHS.unpack(lengths)
            send(pipe, *answer(store, json.loads(pipe.read(head)), limits))


def send(pipe: Any, head: Head, body: bytes) -> None:  # noqa: ANN401 (a buffered pair)
    """Write one message."""
    written = json.dumps(head).encode()
    pipe.write(LENGTHS.pack(len(written), len(body)) + written + body)
    pipe.flush()


def _failed(error: StoreError) -> tuple[Head, bytes]:
    return {"error": error.code, "detail": str(error)}, b""


def _shut_off_network() -> None:
    """A network namespace without any interface, where the platform lets a process have one: a second wall."""
    if sys.platform == "linux":
        ctypes.CDLL(None).unshare(CLONE_NEWUSER | CLONE_NEWNET)


if __name__ == "__main__":
    main()
