"""The tool `ask_question`: a question of the pack and values in, its answer and where the report says so out."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import Field

from zhengtu.mcp.answers import Citation, Model, Table, Words, words
from zhengtu.mcp.service import Visit
from zhengtu.mcp.solutions import solutions
from zhengtu.mcp.tool import Arguments, Tool
from zhengtu.model import Label
from zhengtu.publish.pack import JSON
from zhengtu.publish.questions import Question
from zhengtu.store.pool import Request

LANGUAGES = ("zh", "en")
Text = Annotated[str, Field(max_length=500)]
Value = Text | int | float


class AskArguments(Arguments):
    """Arguments of `ask_question`."""

    id: str = Field(min_length=1, max_length=200, description="Id or number of the question 问题的标识或编号")
    parameters: dict[Text, Value | Annotated[list[Value], Field(max_length=50)]] = Field(
        default_factory=dict,
        max_length=50,
        description="Values by the name of the parameter: a thing by its IRI or any of its names, a year, a number; a "
        "list for several; * for no restriction 参数值：名称或 IRI、年度、数值；多个值用列表；* 表示不限",
    )
    limit: int = Field(default=100, ge=1, le=1000, description="Most rows 最多行数")


class QuestionAnswer(Model):
    """Answer of `ask_question`."""

    id: str
    title: Words
    description: Words
    table: Table
    citations: list[Citation] = Field(description="The main passage of each fact in the rows 各行所含事实的主要引文")
    query: str = Field(description="The query with the values, which runs anywhere 所执行的查询")
    notes: list[Words]


async def ask_question(visit: Visit, given: AskArguments) -> QuestionAnswer:
    """The answer to a question; its values become terms of the graph, never text of the query."""
    pack = visit.service.pack
    question = pack.find(given.id)
    listed = {name: said if isinstance(said, list) else [said] for name, said in given.parameters.items()}
    values = {name: list(map(str, said)) for name, said in listed.items()}
    query = await visit.aside(_written, visit, question, values)
    reply = await visit.query(Request(query, solutions=JSON, labels=LANGUAGES))
    found = await solutions(visit, reply.body, given.limit)
    assert found.table is not None  # noqa: S101 (every question is a SELECT query)
    return QuestionAnswer(
        id=question.slug,
        title=words(question.title),
        description=words(question.description),
        table=found.table,
        citations=found.citations,
        query=query,
        notes=found.notes,
    )


def _written(visit: Visit, question: Question, values: Mapping[str, Sequence[str]]) -> str:
    return visit.service.pack.query(question, values)


ASK_QUESTION = Tool(
    "ask_question",
    Label("回答问题", "Answer a question"),
    Label(
        "回答 list_questions 中的一个问题，返回各行、每行的引文与位置，以及所执行的查询。",
        "Answer one of the questions of list_questions: rows with quotes and their places, and the query that ran.",
    ),
    AskArguments,
    QuestionAnswer,
    ask_question,
)
