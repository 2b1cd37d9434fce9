"""A folder of SPARQL files in, questions with their words in both languages and their parameters out.

A file begins with comments that hold YAML: `number`, `title`, `description`, `asked_by` and `parameters`. The rest is
a SELECT query that runs as it stands. A parameter `name` is what the query binds by `VALUES ?name { … }`, there with
its default; UNDEF is no restriction. A value given takes that place, as a term and never as text.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

from zhengtu.errors import QuestionUnknown, TableBroken
from zhengtu.model import Label

Type = Literal["report", "initiative", "subject", "indicator", "region", "year", "period", "number"]
Asker = Literal["finance", "auditor", "researcher", "evaluator"]
TYPES, ASKERS = frozenset(get_args(Type)), frozenset(get_args(Asker))
NAMES: dict[Type, Label] = {
    "report": Label("报告", "Report"),
    "initiative": Label("事项", "Initiative"),
    "subject": Label("对象", "Subject"),
    "indicator": Label("指标", "Indicator"),
    "region": Label("地区", "Region"),
    "year": Label("年度", "Year"),
    "period": Label("时期", "Period"),
    "number": Label("数值", "Number"),
}
"""What a parameter is called that has no name of its own."""
ASKED_BY: dict[Asker, Label] = {
    "finance": Label("财政绩效管理部门", "finance bureaus"),
    "auditor": Label("审计机关", "auditors"),
    "researcher": Label("政策研究者", "policy researchers"),
    "evaluator": Label("第三方评价机构", "third-party evaluators"),
}
ANY = "UNDEF"
HEADER = frozenset(("number", "title", "description", "asked_by", "parameters"))
_DEFAULT = r"UNDEF|<[^<>\s]+>|-?\d+(?:\.\d+)?"


@dataclass(frozen=True, slots=True)
class Parameter:
    """What may be set in a question; `default` is a term as the query writes it, or ANY."""

    name: str
    type: Type
    label: Label
    default: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question and the query that answers it; `slug` is the name of its file."""

    number: int
    slug: str
    title: Label
    description: Label
    asked_by: tuple[Asker, ...]
    parameters: tuple[Parameter, ...]
    query: str

    def written(self, terms: Mapping[str, Sequence[str]]) -> str:
        """The query with the terms given, each as SPARQL writes it, in the place of the defaults."""
        query = self.query
        for name, given in terms.items():
            query = _bound(name).sub(f"VALUES ?{name} {{ {' '.join(given)} }}", query)
        return query


def read_questions(folder: Path) -> Iterator[Question]:
    """The questions of a folder by number. Raises TableBroken when a header is not as it must be."""
    yield from sorted(map(_question, sorted(folder.glob("*.rq"))), key=lambda question: question.number)


def find(questions: Sequence[Question], name: str) -> Question:
    """The question of this number or slug. Raises QuestionUnknown, which names the nearest ones."""
    for question in questions:
        if name in (question.slug, str(question.number)):
            return question
    near = get_close_matches(name, [question.slug for question in questions], 3, 0.4)
    raise QuestionUnknown(name[:100], near)


def _question(path: Path) -> Question:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    end = next((number for number, line in enumerate(lines) if not line.startswith("#")), len(lines))
    header = "".join(line.removeprefix("#").removeprefix(" ") for line in lines[:end])
    try:
        return _of_header(path.stem, yaml.safe_load(header), "".join(lines[end:]))
    except (yaml.YAMLError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise TableBroken(path.name, str(error)) from None


def _of_header(slug: str, said: Mapping[str, Any], query: str) -> Question:
    if not isinstance(said, dict) or said.keys() != HEADER:
        raise ValueError(f"the first lines must be comments that hold {', '.join(sorted(HEADER))}")
    if unknown := set(said["asked_by"]) - ASKERS:
        raise ValueError(f"asked_by has {', '.join(sorted(unknown))}, which is none of {', '.join(sorted(ASKERS))}")
    parameters = tuple(_parameter(name, about, query) for name, about in (said["parameters"] or {}).items())
    title, description = _label(said["title"]), _label(said["description"])
    return Question(int(said["number"]), slug, title, description, tuple(said["asked_by"]), parameters, query)


def _parameter(name: str, about: Mapping[str, Any], query: str) -> Parameter:
    type_ = about["type"]
    if type_ not in TYPES:
        raise ValueError(f"the parameter {name} has the type {type_}, which is none of {', '.join(sorted(TYPES))}")
    defaults = set(_bound(name).findall(query))
    if len(defaults) != 1:
        raise ValueError(f"the query must bind {name} by VALUES ?{name} {{ … }}, everywhere with the same default")
    return Parameter(name, type_, _label(about) if "zh" in about else NAMES[type_], defaults.pop())


def _bound(name: str) -> re.Pattern[str]:
    return re.compile(rf"VALUES \?{name} \{{ ({_DEFAULT}) \}}")


def _label(said: Mapping[str, str]) -> Label:
    return Label(" ".join(said["zh"].split()), " ".join(said["en"].split()))
