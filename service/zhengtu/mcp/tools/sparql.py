"""The tool `sparql`: a query in, its answer out, by a worker that can be killed; updates and SERVICE are refused."""

import re
from typing import Literal

from pydantic import Field

from zhengtu.errors import QueryMalformed
from zhengtu.mcp.answers import Citation, Model, Table, Words, rows_cut
from zhengtu.mcp.service import Visit
from zhengtu.mcp.solutions import cite, solutions
from zhengtu.mcp.tool import Arguments, Tool
from zhengtu.model import Label
from zhengtu.store.door import by_name
from zhengtu.store.guard import examine, form
from zhengtu.store.labels import languages
from zhengtu.store.pool import Request

JSON, TRIPLES = by_name("json"), by_name("nt")
MOST_TRIPLE_CHARS = 200_000
_IRI = re.compile(r"<([^<>\s]+)>")


class SparqlArguments(Arguments):
    """Arguments of `sparql`; how long a query may be is one of the limits of the service."""

    query: str = Field(
        min_length=1,
        description="SPARQL 1.1 query: SELECT, ASK, CONSTRUCT or DESCRIBE, with its PREFIX lines. Select the IRI of "
        "each fact, and its quote and place come along SPARQL 查询；选出事实的 IRI，出处会一并给出",
    )
    labels: str = Field(
        default="",
        max_length=100,
        description="Languages, as zh,en: a column x_label beside each column x of IRIs 在 IRI 列旁加名称列的语言",
    )
    limit: int = Field(default=100, ge=1, le=1000, description="Most rows or triples shown 最多显示的行数")


class SparqlAnswer(Model):
    """Answer of `sparql`: a table, a truth value, or triples."""

    kind: Literal["solutions", "boolean", "graph"]
    table: Table | None = None
    boolean: bool | None = None
    triples: list[str] | None = Field(default=None, description="N-Triples, one a line 三元组")
    citations: list[Citation] = Field(description="The main passage of each fact in the answer 所含事实的主要引文")
    notes: list[Words]


async def sparql(visit: Visit, given: SparqlArguments) -> SparqlAnswer:
    """The answer to any query; raises what the query deserves."""
    if "\0" in given.query:
        raise QueryMalformed("The query holds a null character.")
    asked = Request(given.query, solutions=JSON, graph=TRIPLES, labels=languages(given.labels))
    await visit.aside(_refuse, visit, given.query)
    reply = await visit.query(asked)
    if reply.kind == "graph":
        return await _graph(visit, reply.body, given.limit)
    found = await solutions(visit, reply.body, given.limit)
    return SparqlAnswer(
        kind="solutions" if found.table else "boolean",
        table=found.table,
        boolean=found.boolean,
        citations=found.citations,
        notes=found.notes,
    )


def _refuse(visit: Visit, query: str) -> None:
    """Raises where the query is too long or too deep, calls a service, or is an update."""
    examine(query, visit.service.limits)
    form(query, visit.service.limits)


async def _graph(visit: Visit, body: bytes, limit: int) -> SparqlAnswer:
    triples, total = await visit.aside(_triples, body, limit)
    cited, notes = await cite(visit, list(dict.fromkeys(iri for triple in triples for iri in _IRI.findall(triple))))
    cut = [rows_cut(len(triples), total)] if len(triples) < total else []
    return SparqlAnswer(kind="graph", triples=triples, citations=cited, notes=[*cut, *notes])


def _triples(body: bytes, limit: int) -> tuple[list[str], int]:
    """The first lines, in order, and how many there are."""
    every = sorted(body.decode().splitlines())
    shown, room = list[str](), MOST_TRIPLE_CHARS
    for triple in every[:limit]:
        room -= len(triple)
        if room < 0:
            break
        shown.append(triple)
    return shown, len(every)


SPARQL = Tool(
    "sparql",
    Label("SPARQL 查询", "Run a SPARQL query"),
    Label(
        "执行只读 SPARQL 1.1 查询，有时间、内存与结果大小的限制；更新与 SERVICE 被拒绝。写查询前先用 describe_model。"
        "行中事实的主要引文与位置列在 citations。",
        "Run a read-only SPARQL 1.1 query within limits of time, memory and size; updates and SERVICE are refused. Ask "
        "describe_model before writing one. The main passage of each fact in the rows is in citations, with its place.",
    ),
    SparqlArguments,
    SparqlAnswer,
    sparql,
)
