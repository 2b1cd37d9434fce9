"""A store and the questions in, the query that answers one of them out; and what a person needs to ask it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cached_property
from typing import Any

from zhengtu import rooms
from zhengtu.namespaces import prologue
from zhengtu.publish.parameters import Option, listed, terms
from zhengtu.publish.questions import ANY, ASKED_BY, Question, Type, find, read_questions
from zhengtu.publish.results import Result, read_json
from zhengtu.store.door import Store, formats

JSON = formats("solutions")[0]
_TEXTS = "SELECT ?report ?text { ?report a schema:Report ; dcterms:hasFormat ?text }"


def pack_of() -> tuple[Question, ...]:
    """The questions that come with Zhengtu."""
    return tuple(read_questions(rooms.ontology() / "questions"))


class Pack:
    """The questions over one store, whose things are listed once, when they are first needed."""

    def __init__(self, store: Store, questions: Sequence[Question] | None = None) -> None:
        self._store = store
        self.questions = tuple(pack_of() if questions is None else questions)
        self._listed: dict[Type, tuple[Option, ...]] = {}

    def find(self, name: str) -> Question:
        """The question of this number or slug. Raises QuestionUnknown."""
        return find(self.questions, name)

    def query(self, question: Question, given: Mapping[str, Sequence[str]]) -> str:
        """The query with the values given. Raises ParameterUnknown or ParameterWrong."""
        return question.written(terms(question, given, self.options(question)))

    def options(self, question: Question) -> dict[Type, tuple[Option, ...]]:
        """What each type of parameter of a question may be; for numbers nothing is listed."""
        types = sorted({parameter.type for parameter in question.parameters} - {"number"})
        for type_ in types:
            if type_ not in self._listed:
                self._listed[type_] = listed(self._store, type_)
        return {type_: self._listed[type_] for type_ in types}

    def ask(
        self, question: Question, given: Mapping[str, Sequence[str]], languages: Sequence[str] = ()
    ) -> tuple[str, Result]:
        """The query with the values given, and its answer, with a name in one of `languages` beside each IRI.

        Raises ParameterUnknown, ParameterWrong, and what a store raises.
        """
        query = self.query(question, given)
        return query, read_json(self._store.query(query, labels=languages).write(JSON))

    @cached_property
    def texts(self) -> Mapping[str, str]:
        """The IRI of the text of each report, by the IRI of the report."""
        return dict(self._store.query(prologue("dcterms", "schema") + _TEXTS).rows())  # type: ignore[arg-type]


def as_data(question: Question) -> dict[str, Any]:
    """What a program must know of a question to ask it."""
    return {
        "number": question.number,
        "id": question.slug,
        "title": asdict(question.title),
        "description": asdict(question.description),
        "asked_by": [{"id": asker, **asdict(ASKED_BY[asker])} for asker in question.asked_by],
        "parameters": [
            {"name": set_.name, "type": set_.type, **asdict(set_.label), "default": shown(set_.default)}
            for set_ in question.parameters
        ],
        "query": question.query,
    }


def shown(term: str) -> str | None:
    """A default as a person would give it; None where nothing is restricted."""
    return None if term == ANY else term.strip("<>")
