"""The tool `list_questions`: nothing in, the questions that have a query already out, with their parameters."""

from zhengtu.mcp.answers import Model, Words, words
from zhengtu.mcp.service import Visit
from zhengtu.mcp.tool import Arguments, Tool
from zhengtu.model import Label
from zhengtu.publish.pack import shown
from zhengtu.publish.questions import ASKED_BY, Question


class NoArguments(Arguments):
    """There are no arguments."""


class Parameter(Words):
    """What may be set in a question; `default` is null where nothing is restricted."""

    name: str
    type: str
    default: str | None


class Listed(Model):
    """One question."""

    id: str
    number: int
    title: Words
    description: Words
    asked_by: list[Words]
    parameters: list[Parameter]


class QuestionsAnswer(Model):
    """Answer of `list_questions`."""

    questions: list[Listed]


async def list_questions(visit: Visit, _given: NoArguments) -> QuestionsAnswer:
    """The questions by number."""
    return QuestionsAnswer(questions=[_listed(question) for question in visit.service.pack.questions])


def _listed(question: Question) -> Listed:
    return Listed(
        id=question.slug,
        number=question.number,
        title=words(question.title),
        description=words(question.description),
        asked_by=[words(ASKED_BY[asker]) for asker in question.asked_by],
        parameters=[
            Parameter(name=of.name, type=of.type, zh=of.label.zh, en=of.label.en, default=shown(of.default))
            for of in question.parameters
        ],
    )


LIST_QUESTIONS = Tool(
    "list_questions",
    Label("问题清单", "List the questions"),
    Label(
        "列出可直接回答的问题及其参数；用 ask_question 提问。这些查询经过核对，优先于自己写查询。",
        "List the questions that can be answered at once, with their parameters; ask one with ask_question. Their "
        "queries have been checked: prefer them to a query of your own.",
    ),
    NoArguments,
    QuestionsAnswer,
    list_questions,
)
