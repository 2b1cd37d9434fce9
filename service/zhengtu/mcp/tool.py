"""What a tool is: names and words for the model, the arguments that it takes, the answer that it gives, the work."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from zhengtu.mcp.answers import Model
from zhengtu.mcp.service import Visit
from zhengtu.model import Label

MOST_IRI_CHARS = 2000


class Arguments(BaseModel):
    """What a caller gives: no argument that is not listed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Given = TypeVar("Given", bound=Arguments)


@dataclass(frozen=True, slots=True)
class Tool(Generic[Given]):
    """One tool. `work` raises ZhengtuError where there is no answer."""

    name: str
    title: Label
    about: Label
    arguments: type[Given]
    answer: type[Model]
    work: Callable[[Visit, Given], Awaitable[Model]]

    def read(self, given: dict[str, Any]) -> Given:
        """The arguments of a call. Raises pydantic.ValidationError."""
        return self.arguments.model_validate(given)
