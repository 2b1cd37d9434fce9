"""What a search found in, its page out, in one language."""

from collections.abc import Iterator
from urllib.parse import urlencode

from zhengtu.model import Label
from zhengtu.publish.search import ROLES, notes, readable
from zhengtu.store.search import Found, Hit
from zhengtu.web import resource_pages
from zhengtu.web.reader import Reader


def results(found: Found, question: str, kind: str, page: int, reader: Reader) -> str:
    """The page of results, or of how to search where nothing was asked."""
    question, kind = readable(question), readable(kind)
    chosen = next((of.label for of, _ in found.kinds if of.name == kind), Label(kind, kind)) if kind else None
    said = [note.zh if reader.language == "zh" else note.en for note in notes(found)] if question else []
    return resource_pages.render(
        "search.html",
        reader,
        found=found,
        question=question,
        kind=kind,
        chosen=chosen,
        page=page,
        notes=said,
        roles=ROLES,
        entitled=_entitled,
        link=lambda **changed: _link(reader, {"q": question, "kind": kind, **changed}),
        numbers=list(_numbers(page, found.pages)),
    )


def _entitled(hit: Hit, title: str) -> bool:
    """Whether the text by which a thing was found is what the page calls it, so that it need not stand there twice."""
    return hit.role != "pinyin" and "".join(piece.text for piece in hit.pieces) == title


def _link(reader: Reader, asked: dict[str, str | int]) -> str:
    return f"{reader.pages}/search?{urlencode({name: value for name, value in asked.items() if value})}"


def _numbers(page: int, pages: int) -> Iterator[int]:
    """The pages worth a link: the first, the last, and those around this one."""
    yield from (number for number in range(1, pages + 1) if number in (1, pages) or abs(number - page) <= 2)  # noqa: PLR2004
