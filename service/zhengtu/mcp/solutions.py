"""The answer to a query as a worker wrote it in; its first rows, and the passages of the facts in them, out."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from zhengtu.mcp.answers import Citation, Table, Words, citations, iris, table
from zhengtu.mcp.service import Visit
from zhengtu.publish.evidence import MOST_IRIS, main_passages
from zhengtu.publish.results import read_json

QUOTE, PLACE = "quote", "place"
UNCITED = Words(
    zh="这些行没有引文，也没有事实的 IRI，因此没有出处；请在 SELECT 中选出事实（如 ?fact），出处会一并给出。",
    en="These rows have no quotes and no IRIs of facts, so nothing is cited; select the facts, as ?fact, and their "
    "passages come along.",
)
NOTHING = Words(
    zh="没有符合条件的行：数据中没有这样的陈述。这不表示其不存在。",
    en="No row fits: the data hold no such statement. That does not mean that it is not so.",
)


class Solutions(NamedTuple):
    """Rows, the passages of what occurs in them, and what a reader should know; `boolean` of an ASK query."""

    table: Table | None
    boolean: bool | None
    citations: list[Citation]
    notes: list[Words]


async def solutions(visit: Visit, body: bytes, limit: int) -> Solutions:
    """The first `limit` solutions of SPARQL 1.1 Query Results JSON."""
    rows, boolean, notes = await visit.aside(_read, body, limit)
    if rows is None:
        return Solutions(None, boolean, [], [])
    cited, more = await cite(visit, iris(rows.rows, rows.columns))
    said = any(column.name.rpartition("_")[2].rstrip("s") in (QUOTE, PLACE) for column in rows.columns)
    if not rows.rows:
        notes = [*notes, NOTHING]
    elif not cited and not said:
        notes = [*notes, UNCITED]
    return Solutions(rows, None, cited, [*notes, *more])


async def cite(visit: Visit, found: Sequence[str]) -> tuple[list[Citation], list[Words]]:
    """The main passage of each IRI that has one, and a note where there are more IRIs than are looked up."""
    service = visit.service
    passages = await visit.aside(main_passages, service.store, found)
    notes = [_few(len(found))] if len(found) > MOST_IRIS else []
    return citations(passages, service.address), notes


def _read(body: bytes, limit: int) -> tuple[Table | None, bool | None, list[Words]]:
    document: dict[str, Any] = json.loads(body)
    if "boolean" in document:
        return None, bool(document["boolean"]), []
    bindings = document["results"]["bindings"]
    total, document["results"]["bindings"] = len(bindings), bindings[:limit]
    rows, notes = table(read_json(json.dumps(document).encode()), total)
    return rows, None, notes


def _few(found: int) -> Words:
    return Words(
        zh=f"行中有 {found} 个 IRI，只查了前 {MOST_IRIS} 个的出处；其余用 evidence 查。",
        en=f"The rows hold {found} IRIs; only the first {MOST_IRIS} are cited. Ask evidence for the others.",
    )
