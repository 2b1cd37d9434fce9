"""A folder of SPARQL files in, questions with their words in both languages out.

A file begins with four comments, `# title.zh: …`, `# title.en: …`, `# description.zh: …`, `# description.en: …`, in
this order; the rest is a SELECT query that runs as it stands.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from zhengtu.errors import TableBroken
from zhengtu.model import Label

HEADER = ("title.zh", "title.en", "description.zh", "description.en")
_LINE = re.compile(r"# ([a-z.]+): (\S.*)")


@dataclass(frozen=True, slots=True)
class Question:
    """A question and the query that answers it; `slug` is the name of its file."""

    slug: str
    title: Label
    description: Label
    query: str


def read_questions(folder: Path) -> Iterator[Question]:
    """The questions of a folder by name. Raises TableBroken when a header is not as it must be."""
    for path in sorted(folder.glob("*.rq")):
        yield _question(path)


def _question(path: Path) -> Question:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    found = [_LINE.fullmatch(line.strip()) for line in lines[: len(HEADER)]]
    said = [(match[1], match[2]) for match in found if match]
    if tuple(key for key, _ in said) != HEADER:
        raise TableBroken(path.name, f"the first lines must be the comments {', '.join(HEADER)}, each with its text")
    title_zh, title_en, description_zh, description_en = (text for _, text in said)
    query = "".join(lines[len(HEADER) :])
    return Question(path.stem, Label(title_zh, title_en), Label(description_zh, description_en), query)
