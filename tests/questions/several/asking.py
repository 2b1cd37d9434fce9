"""A question and a store in, its rows out."""

from collections.abc import Callable

from zhengtu import rooms
from zhengtu.publish.questions import find, read_questions
from zhengtu.store.embedded import EmbeddedStore

Row = dict[str, str]
Answer = Callable[..., list[Row]]
QUESTIONS = tuple(read_questions(rooms.ontology() / "questions"))


def answer(store: EmbeddedStore, slug: str, terms: dict[str, str]) -> list[Row]:
    """The rows of a question, with a term in the place of each default that is given."""
    found = store.query(find(QUESTIONS, slug).written({name: (term,) for name, term in terms.items()}))
    return [dict(zip(found.variables, map(end, row), strict=True)) for row in found.rows()]


def end(cell: str) -> str:
    """`…/id/period/2024` → `2024`; what is no IRI stays as it is."""
    return cell.rpartition("/")[2].rpartition("#")[2] if cell.startswith("http") else cell


def cells(rows: list[Row], *names: str) -> list[tuple[str, ...]]:
    """Some columns of the rows."""
    return [tuple(row[name] for name in names) for row in rows]
