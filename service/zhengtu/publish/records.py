"""Questions, or the answer to one, in; lines to read in a terminal out, in one language."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from zhengtu.model import Label, unwrap
from zhengtu.namespaces import compact
from zhengtu.publish import columns
from zhengtu.publish.columns import NAMING, Language
from zhengtu.publish.printable import printable
from zhengtu.publish.questions import ASKED_BY, Question
from zhengtu.publish.results import IRI, Column, Result, Value, lexical

COMMA = {"zh": "、", "en": ", "}
NOTHING = Label(
    "没有符合条件的行：数据中没有这样的陈述。请放宽参数，或用 --param 名称=* 不加限制。",
    "No row fits: the data hold no such statement. Loosen the parameters, or lift one with --param NAME=*.",
)


def print_questions(questions: Sequence[Question], language: Language) -> None:
    """Each question with its number, its slug, its parameters and who asks it."""
    console = Console(highlight=False)
    for question in questions:
        console.print(Text(f"{question.number:>3}  {_said(question.title, language)}", "bold"))
        console.print(Padding(Text(_said(question.description, language)), (0, 0, 0, 5)))
        askers = [_said(ASKED_BY[asker], language) for asker in question.asked_by]
        named = " ".join(f"{parameter.name}({parameter.type})" for parameter in question.parameters)
        console.print(Padding(Text(f"{question.slug}  {named}  {COMMA[language].join(askers)}", "dim"), (0, 0, 0, 5)))


def print_answer(question: Question, result: Result, language: Language) -> None:
    """Each row as a list of columns; what is the same in all rows is said once; nothing can steer the terminal."""
    console = Console(highlight=False)
    console.print(Text(_said(question.title, language), "bold"))
    if not result.rows:
        console.print(_said(NOTHING, language))
        return
    shown = [place for place, column in enumerate(result.columns) if not _is_name(column, result)]
    alike = {place for place in shown if len(result.rows) > 1 and len({row[place] for row in result.rows}) == 1}
    _print_cells(console, result, result.rows[0], sorted(alike), language)
    for number, row in enumerate(result.rows, 1):
        console.print(Text(f"—— {number} / {len(result.rows)} ——", "dim"))
        _print_cells(console, result, row, [place for place in shown if place not in alike], language)


def _print_cells(
    console: Console, result: Result, row: Sequence[Value], places: Sequence[int], language: Language
) -> None:
    headers = columns.headers(result.names, language)
    for place, cell in _cells(result, row, places):
        console.print(Text.assemble((f"{headers[place]}  ", "dim"), printable(cell)))


def _cells(result: Result, row: Sequence[Value], places: Sequence[int]) -> Iterator[tuple[int, str]]:
    """What is shown of a row: a thing by its name where it has one."""
    named = dict(zip(result.names, row, strict=True))
    for place in places:
        column, value = result.columns[place], row[place]
        if value is not None:
            name = named.get(column.name + NAMING)
            text = compact(str(value)) if column.datatype == IRI else unwrap(lexical(value))
            yield place, str(name or text)


def _is_name(column: Column, result: Result) -> bool:
    return column.name.endswith(NAMING) and column.name.removesuffix(NAMING) in result.names


def _said(label: Label, language: Language) -> str:
    return printable(label.zh if language == "zh" else label.en)
