"""Turtle files in, a store of them out: for what is served beside a build."""

from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox

from zhengtu.errors import StoreError
from zhengtu.store.embedded import EmbeddedStore


def of_turtle(files: Iterable[Path], graph: str) -> EmbeddedStore:
    """A store whose graph `graph` holds the files. Raises StoreError when one cannot be read."""
    engine = ox.Store()
    for path in files:
        try:
            engine.bulk_load(path=str(path), format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(graph))
        except (OSError, SyntaxError) as error:
            raise StoreError(f"{path.name} cannot be loaded: {error}") from None
    return EmbeddedStore.of_engine(engine)
