"""Questions, or one of them with its answer, in; their pages out, in one language."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from zhengtu.publish.pack import Pack, shown
from zhengtu.publish.parameters import Option
from zhengtu.publish.questions import ASKED_BY, Parameter, Question, Type
from zhengtu.publish.results import Result
from zhengtu.web import resource_pages
from zhengtu.web.answer_table import table
from zhengtu.web.reader import Reader


class Answer(NamedTuple):
    """A question as it was asked, the query that was run, and what it gave."""

    question: Question
    given: Mapping[str, Sequence[str]]
    query: str
    result: Result


class Field(NamedTuple):
    """A parameter in the form: what it may be (value, name), and what it is."""

    name: str
    type: Type
    label: str
    options: tuple[tuple[str, str], ...]
    value: str


def listed(questions: Sequence[Question], reader: Reader) -> str:
    """The page of all questions."""
    return resource_pages.render("questions.html", reader, questions=questions, askers=ASKED_BY)


def answered(pack: Pack, answer: Answer, reader: Reader) -> str:
    """The page of a question: its form, its answer, its query."""
    question = answer.question
    pairs = [(name, value) for name, values in answer.given.items() for value in values]
    asked = f"{urlencode(pairs)}&" if pairs else ""
    return resource_pages.render(
        "question.html",
        reader,
        question=question,
        fields=list(_fields(pack, answer, reader)),
        table=table(answer.result, pack.texts, reader),
        link=lambda form: f"{reader.base}/questions/{question.slug}.{form}?{asked}columns={reader.language}",
        query_text=answer.query,
    )


def _fields(pack: Pack, answer: Answer, reader: Reader) -> Iterator[Field]:
    known = pack.options(answer.question)
    for parameter in answer.question.parameters:
        options = known.get(parameter.type, ())
        label = parameter.label.zh if reader.language == "zh" else parameter.label.en
        choices = tuple((option.value, _named(option, reader)) for option in options)
        yield Field(parameter.name, parameter.type, label, choices, _value(parameter, answer.given, options))


def _named(option: Option, reader: Reader) -> str:
    return option.label.zh if reader.language == "zh" else option.label.en


def _value(
    parameter: Parameter, given: Mapping[str, Sequence[str]], options: Sequence[Option]
) -> str:
    """What the form shows: the option that was asked for, else the default."""
    written = next(iter(given.get(parameter.name, ())), None)
    if written is None or (parameter.type == "number" and not written):
        written = shown(parameter.default) or ""
    if parameter.type == "number":
        return written
    return next((option.value for option in options if written.strip().casefold() in option.names), "")
