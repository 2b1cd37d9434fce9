"""A file of quads in, the engine's store on disk out, which any number of processes then read: for large graphs.

It is written once, beside what it was made from, and known again by the digest of its files. Nothing ever writes to it
afterwards, for the engine allows no reader beside a writer.
"""

import hashlib
from pathlib import Path

import pyoxigraph as ox

from zhengtu.errors import StoreError
from zhengtu.store.embedded import EmbeddedStore, fill, with_union

HELD_ASIDE = frozenset(("LOCK", "LOG"))
"""What the engine's store keeps for its writer only."""


def make(quads: Path, folder: Path) -> EmbeddedStore:
    """Write the store of an N-Quads or TriG file, then open it. Raises StoreError when the file cannot be read."""
    folder.mkdir(parents=True)
    engine = ox.Store(str(folder))
    fill(engine, quads)
    with_union(engine)
    engine.optimize()
    engine.flush()
    del engine  # which closes it: a store that is open for writing may not be read
    for aside in HELD_ASIDE:
        (folder / aside).unlink(missing_ok=True)
    return EmbeddedStore.of_folder(folder)


def digest(folder: Path) -> str:
    """SHA-256 over the names and the bytes of all its files. Raises StoreError when it cannot be read."""
    total = hashlib.sha256()
    try:
        for path in sorted(folder.iterdir()):
            if path.name in HELD_ASIDE:
                continue
            with path.open("rb") as file:
                total.update(f"{path.name} {hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
    except OSError as error:
        raise StoreError(f"The store on disk in {folder.name} cannot be read: {error.strerror}") from None
    return total.hexdigest()
