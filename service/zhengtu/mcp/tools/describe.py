"""The tool `describe`: a thing in, what the graph says of it out; each relation and fact with its passage."""

from collections.abc import Mapping
from typing import NamedTuple

from pydantic import Field

from zhengtu.mcp.answers import Address, Citation, Model, Thing, Words, citation, listed_cut, thing, words
from zhengtu.mcp.lookup import find
from zhengtu.mcp.service import Service, Visit
from zhengtu.mcp.tool import MOST_IRI_CHARS, Arguments, Tool
from zhengtu.model import Label
from zhengtu.publish.description import Description, Fact, Group, Named, Value, description
from zhengtu.publish.evidence import MOST_IRIS, Passage, evidence, main_passages, relations

MOST_TEXT_CHARS, MOST_VALUES, BATCH = 2000, 20, MOST_IRIS
LONG_TEXT = Words(
    zh=f"过长的文字只保留前 {MOST_TEXT_CHARS} 个字符。",
    en=f"Of long texts only the first {MOST_TEXT_CHARS} characters are shown.",
)


class DescribeArguments(Arguments):
    """Arguments of `describe`."""

    thing: str = Field(
        min_length=1,
        max_length=MOST_IRI_CHARS,
        description="IRI, CURIE (as zt:Observation) or exact name of anything in the graph IRI、CURIE 或准确名称",
    )
    limit: int = Field(default=30, ge=1, le=300, description="Most facts of each kind 每类最多事实数")


class Stated(Model):
    """A value: a thing, or text as written. `citation` is the passage that states the relation."""

    thing: Thing | None = None
    text: str = ""
    language: str = ""
    datatype: str = ""
    citation: Citation | None = None


class Statement(Model):
    """A property and its values; `total` is their number."""

    property: Thing
    values: list[Stated]
    total: int


class Fact_(Model):  # noqa: N801 (a fact as an answer has it)
    """A fact about the thing, with the main one of its passages."""

    thing: Thing
    said: str = Field(description="Words of the report for it 报告用语")
    details: list[Statement]
    citation: Citation | None


class Facts(Model):
    """The facts of one kind; `total` is their number."""

    kind: Thing
    facts: list[Fact_]
    total: int


class DescribeAnswer(Model):
    """Answer of `describe`."""

    thing: Thing
    classes: list[Thing]
    definition: Words
    statements: list[Statement] = Field(description="What is said of it 关于它的陈述")
    linked_from: list[Statement] = Field(description="What links to it, by property 指向它的链接")
    facts: list[Facts]
    citations: list[Citation] = Field(description="Its own passages: of a fact all, of a thing its first mentions 引文")
    notes: list[Words]


class Read(NamedTuple):
    """What the store says: the description, the passages of the thing, of its relations and of its facts."""

    about: Description
    own: tuple[Passage, ...]
    cited: Mapping[str, Passage]
    relations: Mapping[tuple[str, str, str], str]


async def describe(visit: Visit, given: DescribeArguments) -> DescribeAnswer:
    """What is said of a thing."""
    return await visit.aside(_described, visit.service, given)


def _described(service: Service, given: DescribeArguments) -> DescribeAnswer:
    about = description(service.store, find(service, given.thing))
    writer = _Writer(service.address, _read(service, about, given.limit), given.limit)
    answer = writer.answer()
    return answer.model_copy(update={"notes": list(dict.fromkeys(writer.notes))})


def _read(service: Service, about: Description, limit: int) -> Read:
    iri, store = about.node.iri, service.store
    linked = relations(store, iri)
    nodes = [fact.node.iri for _, facts in about.facts for fact in facts[:limit]]
    cited: dict[str, Passage] = {}
    wanted = list(dict.fromkeys((*nodes, *linked.values())))
    for start in range(0, len(wanted), BATCH):
        cited |= main_passages(store, wanted[start : start + BATCH])
    return Read(about, evidence(store, [iri]).get(iri, ()), cited, linked)



class _Writer:
    """What was read in, the answer out; notes what it leaves out."""

    def __init__(self, address: Address, read: Read, limit: int) -> None:
        self._address, self._read, self._limit = address, read, limit
        self.notes: list[Words] = []

    def answer(self) -> DescribeAnswer:
        """All of it, but for the notes."""
        about, own = self._read.about, self._read.own
        self._note(min(len(own), self._limit), len(own))
        return DescribeAnswer(
            thing=self._thing(about.node),
            classes=[self._thing(kind) for kind in about.kinds],
            definition=words(about.definition),
            statements=[self._statement(group) for group in about.groups],
            linked_from=[self._statement(group, incoming=True) for group in about.inverse],
            facts=[self._facts(kind, facts) for kind, facts in about.facts],
            citations=[citation(passage, self._address) for passage in own[: self._limit]],
            notes=[],
        )

    def _note(self, shown: int, total: int) -> None:
        if shown < total:
            self.notes.append(listed_cut(shown, total))

    def _thing(self, named: Named) -> Thing:
        return thing(named, self._address)

    def _facts(self, kind: Named, facts: tuple[Fact, ...]) -> Facts:
        shown = facts[: self._limit]
        self._note(len(shown), len(facts))
        return Facts(kind=self._thing(kind), facts=[self._fact(fact) for fact in shown], total=len(facts))

    def _fact(self, fact: Fact) -> Fact_:
        return Fact_(
            thing=self._thing(fact.node),
            said=self._short(fact.node.said),
            details=[self._statement(group) for group in fact.groups],
            citation=self._cited(fact.node.iri),
        )

    def _statement(self, group: Group, *, incoming: bool = False) -> Statement:
        shown = group.values[:MOST_VALUES]
        self._note(len(shown), group.total)
        values = [self._stated(group.property.iri, value, incoming=incoming) for value in shown]
        return Statement(property=self._thing(group.property), values=values, total=group.total)

    def _stated(self, property_: str, value: Value, *, incoming: bool) -> Stated:
        if isinstance(value, Named):
            own = self._read.about.node.iri
            ends = (value.iri, property_, own) if incoming else (own, property_, value.iri)
            return Stated(thing=self._thing(value), citation=self._cited(self._read.relations.get(ends, "")))
        return Stated(text=self._short(value.value), language=value.language, datatype=value.datatype)

    def _cited(self, iri: str) -> Citation | None:
        passage = self._read.cited.get(iri)
        return citation(passage, self._address) if passage else None

    def _short(self, text: str) -> str:
        if len(text) > MOST_TEXT_CHARS:
            self.notes.append(LONG_TEXT)
        return text[:MOST_TEXT_CHARS]


DESCRIBE = Tool(
    "describe",
    Label("描述", "Describe a thing"),
    Label(
        "给出一个事物的名称、类别、关系和相关事实，每个事实和关系都附主要引文与位置；名称有误时给出相近的事物。",
        "Names, classes, relations and facts of a thing, each fact and relation with its main passage and its place; "
        "for an unknown name, the nearest things.",
    ),
    DescribeArguments,
    DescribeAnswer,
    describe,
)
