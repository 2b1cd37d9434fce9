"""The tool `search`: words in, the things that they name out, each with the passage by which it is known."""

from pydantic import Field

from zhengtu.mcp.answers import Citation, Model, Thing, Words, citation, words
from zhengtu.mcp.service import Visit
from zhengtu.mcp.tool import Arguments, Tool
from zhengtu.model import Label
from zhengtu.publish.description import Named
from zhengtu.publish.evidence import Passage, main_passages
from zhengtu.publish.search import ROLES, notes
from zhengtu.store.search import Hit


class SearchArguments(Arguments):
    """Arguments of `search`."""

    words: str = Field(
        min_length=1,
        max_length=1000,
        description="What to look for, in Chinese or English: any part of a name, an indicator, a statement or a quote "
        "要找的字词，中英文均可",
    )
    kind: str = Field(
        default="", max_length=200, description="CURIE of a class to search in, as zt:Programme; empty: all 类别"
    )
    limit: int = Field(default=20, ge=1, le=100, description="Most results 最多条数")


class Match(Words):
    """By what a thing was found: what kind of text it is, and the text."""

    role: str
    text: str


class Found(Model):
    """One result."""

    thing: Thing
    kind: str = Field(description="CURIE of its class 类别")
    match: Match
    citation: Citation | None = Field(description="Where the report says it 原文出处")


class KindCount(Words):
    """How many things of a class were found."""

    kind: str
    count: int


class SearchAnswer(Model):
    """Answer of `search`."""

    total: int
    results: list[Found]
    kinds: list[KindCount]
    notes: list[Words]


async def search(visit: Visit, given: SearchArguments) -> SearchAnswer:
    """The things found, the best first."""
    service = visit.service
    found = await visit.aside(service.search.find, given.words, given.kind, size=given.limit)
    cited = await visit.aside(main_passages, service.store, [hit.thing.iri for hit in found.hits])
    return SearchAnswer(
        total=found.total,
        results=[_result(visit, hit, cited.get(hit.thing.iri)) for hit in found.hits],
        kinds=[
            KindCount(kind=kind.name, zh=kind.label.zh, en=kind.label.en, count=count) for kind, count in found.kinds
        ],
        notes=[words(note) for note in notes(found)],
    )


def _result(visit: Visit, hit: Hit, passage: Passage | None) -> Found:
    address, role = visit.service.address, ROLES[hit.role]
    named = Named(hit.thing.iri, hit.thing.label)
    return Found(
        thing=Thing(iri=named.iri, url=address(named.iri), zh=named.label.zh, en=named.label.en),
        kind=hit.thing.kind.name,
        match=Match(role=hit.role, zh=role.zh, en=role.en, text="".join(piece.text for piece in hit.pieces)),
        citation=citation(passage, address) if passage else None,
    )


SEARCH = Tool(
    "search",
    Label("搜索", "Search"),
    Label(
        "按名称、别称、指标、陈述和原文搜索，返回匹配的事项及其原文出处。先用它找到 IRI，再用 describe 或 evidence。",
        "Search names, other names, indicators, statements and original words; each result says where the report says "
        "it. Use it first to find IRIs, then describe or evidence.",
    ),
    SearchArguments,
    SearchAnswer,
    search,
)
