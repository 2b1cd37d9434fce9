"""YAML files in, checked sheets out: what a report says of itself, and the outline of its genre."""

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from zhengtu.errors import TableBroken
from zhengtu.model import Label
from zhengtu.read.files import read_yaml

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
"""An id that may stand in an IRI and in a file name."""

Slug = Annotated[str, Field(pattern=f"^{SLUG.pattern}$")]


def _day(value: object) -> str:
    """A date as YAML reads it, or as text. Raises ValueError for anything else."""
    return "unknown" if value == "unknown" else date.fromisoformat(str(value)).isoformat()


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LabelSheet(_Strict):
    """A name in both languages."""

    zh: str
    en: str

    @property
    def label(self) -> Label:
        """The name as the model has it."""
        return Label(self.zh, self.en)


class ReportSheet(_Strict):
    """`report.yaml`."""

    title: LabelSheet
    body: Slug
    region: Slug
    year: Annotated[int, Field(ge=1900, le=2999)]
    profile: Slug
    publisher: str
    source_url: Annotated[str, Field(pattern=r"^(unknown|https?://[^\s<>\"{}|^`\\]+)$")]
    retrieved: Annotated[str, BeforeValidator(_day)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    accepted_by: Slug
    rights: LabelSheet
    expected: dict[str, int]


class HeadingSheet(_Strict):
    """An entry of a profile's outline; without headings it is what stands before the others."""

    id: Slug
    parent: Slug | None = None
    title: LabelSheet
    headings: tuple[str, ...]


class ProfileSheet(_Strict):
    """`profile-….yaml`."""

    id: Slug
    name: LabelSheet
    source: str
    sections: tuple[HeadingSheet, ...]


class OwnHeadingSheet(_Strict):
    """An entry of `sections.yaml`: a heading that only this report has, or words in its own way."""

    id: Slug
    parent: Slug
    title: LabelSheet
    heading: Annotated[str, Field(min_length=1)]
    after: Slug


class OutlineSheet(_Strict):
    """`sections.yaml`."""

    sections: tuple[OwnHeadingSheet, ...]


Sheet = TypeVar("Sheet", bound=BaseModel)


def read_sheet(path: Path, model: type[Sheet]) -> Sheet:
    """The YAML file at `path`, as `model`. Raises FileMissing, EncodingWrong or TableBroken."""
    content: Any = read_yaml(path)
    if content is None or isinstance(content, list):
        content = {"sections": content or []}
    if not isinstance(content, dict):
        raise TableBroken(path.name, "holds neither named fields nor a list")
    try:
        return model.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        raise TableBroken(path.name, first["msg"], column=".".join(map(str, first["loc"]))) from None
