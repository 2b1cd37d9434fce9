"""The tool `evidence`: the IRI of a fact in, every passage that bears it out out, the main one first."""

from pydantic import Field

from zhengtu.mcp.answers import Citation, Model, Thing, Words, citation, listed_cut, thing
from zhengtu.mcp.lookup import find
from zhengtu.mcp.service import Service, Visit
from zhengtu.mcp.tool import MOST_IRI_CHARS, Arguments, Tool
from zhengtu.model import Label
from zhengtu.publish.description import Named, named
from zhengtu.publish.evidence import Passage, evidence

NONE = Words(
    zh="没有引文：它不是报告所陈述的事实（而是类、代码、文档或数据集等）。",
    en="There is no passage: it is no fact that a report states (but a class, a code, a document, a data set …).",
)


class EvidenceArguments(Arguments):
    """Arguments of `evidence`."""

    iri: str = Field(
        min_length=1,
        max_length=MOST_IRI_CHARS,
        description="IRI of a figure, claim, honour, relation, objective, finding, named thing or passage; a name does "
        "事实、事项或引文的 IRI，也可用名称",
    )
    limit: int = Field(default=100, ge=1, le=1000, description="Most passages 最多引文数")


class EvidenceAnswer(Model):
    """Answer of `evidence`."""

    thing: Thing
    citations: list[Citation]
    total: int
    notes: list[Words]


async def every_passage(visit: Visit, given: EvidenceArguments) -> EvidenceAnswer:
    """All passages of a fact."""
    address = visit.service.address
    about, passages = await visit.aside(_passages, visit.service, given.iri)
    shown = passages[: given.limit]
    notes = [listed_cut(len(shown), len(passages))] if len(shown) < len(passages) else []
    return EvidenceAnswer(
        thing=thing(about, address),
        citations=[citation(passage, address) for passage in shown],
        total=len(passages),
        notes=notes if passages else [NONE],
    )


def _passages(service: Service, written: str) -> tuple[Named, tuple[Passage, ...]]:
    iri = find(service, written).iri
    return named(service.store, iri), evidence(service.store, [iri]).get(iri, ())


EVIDENCE = Tool(
    "evidence",
    Label("原文依据", "Get the evidence"),
    Label(
        "给出一个事实的全部引文：原文、章节、起止位置与链接，主要引文在前。",
        "All passages that bear out a fact: the words, the section, the place and a link, the main passage first.",
    ),
    EvidenceArguments,
    EvidenceAnswer,
    every_passage,
)
