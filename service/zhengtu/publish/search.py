"""What a search found in, the same as data and as sentences in both languages out."""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from zhengtu.model import Label
from zhengtu.publish.printable import printable
from zhengtu.store import builds
from zhengtu.store.documents import index_of
from zhengtu.store.search import MOST_CHARS, MOST_THINGS, MOST_WORDS, Found, Hit, Role

ROLES: dict[Role, Label] = {
    "name": Label("名称", "name"),
    "alias": Label("别称", "also called"),
    "indicator": Label("指标", "indicator"),
    "text": Label("陈述", "statement"),
    "quote": Label("原文", "original words"),
    "pinyin": Label("拼音首字母", "pinyin initials"),
}
HEADINGS = {"zh": ("类别", "名称与匹配处", "IRI"), "en": ("Kind", "Name and match", "IRI")}
UNREADABLE = Label(
    "请输入要找的字词：至少一个汉字、字母或数字。标点和符号不参与搜索。",
    "Type what you look for: at least one character, letter or digit. Punctuation and signs are not searched.",
)
NOTHING = Label(
    "没有找到。请换用较短的词、别的说法或另一种语言，或去掉类别的限定。",
    "Nothing was found. Try a shorter word, another wording or the other language, or search in all kinds.",
)
LOOSE = Label(
    "没有哪一处包含全部词语；以下各处包含其中一部分，含得多的在前。",
    "No place has all of the words; these have some of them, those with the most first.",
)
CUT = Label(
    f"输入过长：只查了前 {MOST_CHARS} 个字符中的前 {MOST_WORDS} 个词。",
    f"That was long: only the first {MOST_WORDS} words of the first {MOST_CHARS} characters were looked for.",
)
MORE = Label(
    f"结果很多，只列出最相近的 {MOST_THINGS} 个；请加词或选择类别。",
    f"There are many results; only the nearest {MOST_THINGS} are listed. Add a word or choose a kind.",
)
BEYOND = Label("没有这一页；请回到第一页。", "There is no such page; go back to the first.")


def notes(found: Found) -> Iterator[Label]:
    """What a reader should know of the answer, and what to do."""
    if not found.readable:
        yield UNREADABLE
    elif not found.total:
        yield NOTHING
    elif not found.hits:
        yield BEYOND
    yield from (note for said, note in ((found.loose, LOOSE), (found.cut, CUT), (found.more, MORE)) if said)


def find(build_dir: Path, question: str, kind: str, limit: int) -> Found:
    """What is found in the current build. Raises BuildMissing, BuildDamaged, SearchTooSlow or StoreError."""
    return find_in(builds.current(build_dir), question, kind, limit)


def find_in(build: builds.Build, question: str, kind: str, limit: int) -> Found:
    """What is found in a build. Raises BuildDamaged, SearchTooSlow or StoreError."""
    return index_of(build.folder, build.open, build.manifest["digest"]).find(question, kind, size=limit)


def as_json(found: Found, question: str, kind: str) -> str:
    """The answer as JSON; IRIs stand as they are."""
    return json.dumps(as_data(found, question, kind, 1, lambda iri: iri), ensure_ascii=False, indent=2)


def print_table(found: Found, language: str) -> None:
    """The answer as a table on standard output, what was looked for in bold; nothing in it can steer the terminal."""
    table = Table(show_lines=True)
    for heading in HEADINGS[language]:
        table.add_column(heading, overflow="fold")
    for hit in found.hits:
        title, match = _said(hit.thing.label, language), Text()
        for piece in hit.pieces:
            match.append(printable(piece.text), "bold yellow" if piece.marked else "")
        name = match if match.plain == title else Text("\n").join((Text(title), match))
        table.add_row(Text(_said(hit.thing.kind.label, language)), name, Text(printable(hit.thing.iri)))
    Console().print(table)


def _said(label: Label, language: str) -> str:
    return printable((label.en or label.zh) if language == "en" else label.zh)



def as_data(found: Found, question: str, kind: str, page: int, address: Callable[[str], str]) -> dict[str, Any]:
    """The answer as JSON has it; `address` tells where an IRI is served."""
    return {
        "query": readable(question),
        "kind": readable(kind),
        "page": page,
        "pages": found.pages,
        "total": found.total,
        "notes": [asdict(note) for note in notes(found)],
        "kinds": [{"kind": of.name, **asdict(of.label), "count": count} for of, count in found.kinds],
        "results": [_result(hit, address) for hit in found.hits],
    }


def readable(text: str) -> str:
    """The text as it can be written; what stands for bytes that are none becomes a question mark."""
    return text.encode("utf-8", "replace").decode()


def _result(hit: Hit, address: Callable[[str], str]) -> dict[str, Any]:
    ends = [0]
    for piece in hit.pieces:
        ends.append(ends[-1] + len(piece.text))
    marks = [[start, end] for piece, start, end in zip(hit.pieces, ends, ends[1:], strict=False) if piece.marked]
    return {
        "iri": hit.thing.iri,
        "url": address(hit.thing.iri),
        "title": asdict(hit.thing.label),
        "kind": {"kind": hit.thing.kind.name, **asdict(hit.thing.kind.label)},
        "match": {
            "in": hit.role,
            **asdict(ROLES[hit.role]),
            "text": "".join(piece.text for piece in hit.pieces),
            "marks": marks,
        },
        "place": {"start": hit.place[0], "end": hit.place[1]} if hit.place else None,
    }
