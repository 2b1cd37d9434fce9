"""The tool `describe_model`: a class or nothing in, what may be said of it out, so that a query can be written."""

from typing import Any

from pydantic import Field

from zhengtu.errors import ThingUnknown
from zhengtu.mcp.answers import Model, Words, words
from zhengtu.mcp.service import Service, Visit
from zhengtu.mcp.tool import Arguments, Tool
from zhengtu.model import Label
from zhengtu.namespaces import PREFIXES, expand
from zhengtu.publish import vocabulary

MOST_CODES = 60
HINTS = (
    Words(
        zh="默认图是所有图的并集，无需写 GRAPH。事实（zt:Observation、schema:Claim、zt:Recognition、zt:Objective）用 "
        "schema:about 指向所述事物，用 zt:mainPassage 指向主要引文；引文的文字与位置在 oa:hasSelector 之后："
        "oa:exact，oa:start，oa:end。",
        en="The default graph is the union of all graphs: no GRAPH is needed. A fact (zt:Observation, schema:Claim, "
        "zt:Recognition, zt:Objective) leads to its thing by schema:about and to its main passage by zt:mainPassage; "
        "the words and the place are behind oa:hasSelector: oa:exact, oa:start, oa:end.",
    ),
    Words(
        zh="类只直接标注：zt:Programme 的实例不另标 zt:Initiative，请用 a/rdfs:subClassOf*。关系既是三元组，"
        "也有带出处的 rdf:Statement 节点（rdf:subject、rdf:predicate、rdf:object）。名称用 skos:prefLabel（zh、en）。",
        en="Classes stand directly only: an instance of zt:Programme is not also stated a zt:Initiative; write "
        "a/rdfs:subClassOf*. A relation is a triple and also an rdf:Statement (rdf:subject, rdf:predicate, rdf:object) "
        "with its passage. Names are skos:prefLabel in zh and en.",
    ),
)


class ModelArguments(Arguments):
    """Arguments of `describe_model`."""

    of: str = Field(
        default="",
        max_length=200,
        description="CURIE, IRI or label of a class; empty: list the classes 类的 CURIE、IRI 或名称；空则列出全部类",
    )


class Named(Words):
    """A class or a code by its CURIE."""

    curie: str


class Summary(Named):
    """A class in the list."""

    instances: int = Field(description="Things that are directly in it 直接实例数")
    kinds_of: list[str] = Field(description="Classes that it is a kind of 上位类")


class Property(Words):
    """What may be said: path, how often (null: not restricted), values, the codes that it may have."""

    path: str
    about: Words
    least: int | None
    most: int | None
    values: list[str] = Field(description="Datatypes or classes of its values 值的数据类型或类")
    code_list: str
    codes: list[Named]


class Detail(Summary):
    """A class with its properties."""

    iri: str
    about: Words
    properties: list[Property]


class ModelAnswer(Model):
    """Answer of `describe_model`."""

    prefixes: dict[str, str]
    classes: list[Summary] = Field(description="The classes that the shapes describe 规则所描述的类")
    others: list[str] = Field(description="CURIEs of the other classes that occur 其他类")
    detail: Detail | None
    notes: list[Words]


async def describe_model(visit: Visit, given: ModelArguments) -> ModelAnswer:
    """The classes, or one of them with its properties."""
    return await visit.aside(_detail if given.of.strip() else _classes, visit.service, given.of)


def _classes(service: Service, _of: str) -> ModelAnswer:
    known = service.vocabulary.classes
    return ModelAnswer(
        prefixes=PREFIXES,
        classes=[Summary(**_summary(each)) for each in known if each.ruled],
        others=[each.curie for each in known if not each.ruled],
        detail=None,
        notes=list(HINTS),
    )


def _detail(service: Service, of: str) -> ModelAnswer:
    found = service.vocabulary.find(of)
    if found is None:
        ruled = ", ".join(each.curie for each in service.vocabulary.classes if each.ruled)
        raise ThingUnknown(
            f"没有这个类；有规则描述的类为：{ruled}。", f"There is no such class; the shapes describe {ruled}."
        )
    properties = [_property(each) for each in found.properties]
    detail = Detail(**_summary(found), iri=expand(found.curie), about=words(found.about), properties=properties)
    used = {part.partition(":")[0] for part in _curies(detail)}
    prefixes = {prefix: iri for prefix, iri in PREFIXES.items() if prefix in used}
    cut = [_cut(each) for each in found.properties if len(each.codes) > MOST_CODES]
    return ModelAnswer(prefixes=prefixes, classes=[], others=[], detail=detail, notes=[*HINTS, *cut])


def _summary(of: vocabulary.Class) -> dict[str, Any]:
    kinds_of = list(of.kinds_of)
    return {
        "curie": of.curie, "zh": of.label.zh, "en": of.label.en, "instances": of.instances, "kinds_of": kinds_of,
    }  # fmt: skip


def _property(of: vocabulary.Property) -> Property:
    return Property(
        path=of.path,
        zh=of.label.zh,
        en=of.label.en,
        about=words(of.about),
        least=of.least,
        most=of.most,
        values=list(of.values),
        code_list=of.scheme,
        codes=[Named(curie=code.curie, zh=code.label.zh, en=code.label.en) for code in of.codes[:MOST_CODES]],
    )


def _curies(detail: Detail) -> list[str]:
    parts = [detail.curie, *detail.kinds_of]
    for each in detail.properties:
        codes = [code.curie for code in each.codes]
        parts += [*each.path.strip("^()*+?").replace("|", "/").split("/"), *each.values, each.code_list, *codes]
    return parts


def _cut(of: vocabulary.Property) -> Words:
    return Words(
        zh=f"{of.path} 的代码表 {of.scheme} 有 {len(of.codes)} 个代码，只列出 {MOST_CODES} 个。",
        en=f"The code list {of.scheme} of {of.path} has {len(of.codes)} codes, of which {MOST_CODES} are listed.",
    )


DESCRIBE_MODEL = Tool(
    "describe_model",
    Label("数据模型", "Describe the model"),
    Label(
        "按规则（SHACL）与本体说明数据模型：类、属性路径、中英文名称、次数、取值与代码、前缀；写 SPARQL 前先看。",
        "The model by its shapes and ontology: classes, property paths, names, how often, values and codes, prefixes. "
        "Read it before writing SPARQL.",
    ),
    ModelArguments,
    ModelAnswer,
    describe_model,
)
