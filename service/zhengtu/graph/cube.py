"""Quads of a report in, its figures as a W3C Data Cube out: one CONSTRUCT, the same for every report."""

from collections.abc import Iterator
from pathlib import Path

from zhengtu.store.door import Store, Triple


def cube_triples(store: Store, ontology: Path) -> Iterator[Triple]:
    """What ontology/cube.rq constructs from the facts in `store`."""
    yield from store.query((ontology / "cube.rq").read_text(encoding="utf-8")).triples()
