"""What a caller writes for a thing in (IRI, CURIE or name), how the thing occurs in the graph out."""

from collections.abc import Iterable

from zhengtu.errors import ThingUnknown
from zhengtu.mcp.service import Service
from zhengtu.namespaces import BASE, expand
from zhengtu.publish.describe import Outline, outline
from zhengtu.publish.description import Named
from zhengtu.store.search import Hit

NEAR = 8


def find(service: Service, written: str) -> Outline:
    """The thing of this IRI, CURIE, end of an IRI or exact name.

    Raises ThingUnknown, which names the nearest things, also where several have the name.
    """
    text = written.strip().removeprefix("<").removesuffix(">")
    for iri in dict.fromkeys((expand(text), f"{BASE}id/{text}")):
        if (about := outline(service.store, iri)).known:
            return about
    hits = () if _is_iri(text) else service.search.find(text, size=NEAR).hits
    named = {hit.thing.iri for hit in hits if hit.role in ("name", "alias") and _text(hit) == text.casefold()}
    if len(named) == 1:
        return outline(service.store, named.pop())
    hits = tuple(hit for hit in hits if hit.thing.iri in named) if named else hits
    near = [Named(hit.thing.iri, hit.thing.label) for hit in hits] or service.names.nearest(text, NEAR)
    raise _unknown(text, near, several=bool(named))


def _is_iri(text: str) -> bool:
    return "://" in text or text.startswith("urn:")


def _text(hit: Hit) -> str:
    return "".join(piece.text for piece in hit.pieces).casefold()


def _unknown(text: str, near: Iterable[Named], *, several: bool) -> ThingUnknown:
    shown = "".join(char if char.isprintable() else " " for char in text[:200])
    listed = "; ".join(f"{thing.label.zh or thing.label.en} <{thing.iri}>" for thing in near)
    if several:
        return ThingUnknown(
            f"“{shown}”是多个事物的名称，请用 IRI：{listed}。",
            f"Several things are called {shown!r}; use one of these IRIs.",
        )
    return ThingUnknown(
        f"数据中没有“{shown}”{f'；相近的有 {listed}' if listed else ''}。请用 search 查找。",
        f"Nothing has the IRI or the name {shown!r}{'; see those nearest to it' if listed else ''}. Use search.",
    )
