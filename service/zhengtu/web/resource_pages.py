"""A description in, its page out, in one language; addresses on it are those of this service."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from zhengtu.model import Label, unwrap
from zhengtu.publish.audit import OUTCOMES, Audited, counted, findings
from zhengtu.publish.columns import label
from zhengtu.publish.describe import Term
from zhengtu.publish.description import Description, Group, Named, Quote, Value, shown
from zhengtu.publish.exports import FORMS
from zhengtu.publish.results import Result
from zhengtu.publish.tables import TABLES
from zhengtu.web.reader import Reader
from zhengtu.web.uploads import Upload
from zhengtu.web.words import WORDS

AS_IT_STANDS = "sh:"
"""Properties whose values keep their lines."""
HAN = re.compile(r"[\u3400-\u9fff]")


def page(about: Description, reader: Reader, types: Mapping[str, str]) -> str:
    """The page of a thing; `types` are the media types of its descriptions by extension."""
    text = list(_anchored(about.text, about.passages)) if about.text else []
    documents = [(extension, type_, reader.document(about.node.iri, extension)) for extension, type_ in types.items()]
    return render("resource.html", reader, iri=about.node.iri, about=about, documents=documents, text=text)


def nothing(iri: str, near: Sequence[Named], reader: Reader) -> str:
    """The page of what is not there, with what comes nearest to it."""
    return render("nothing.html", reader, iri=iri, near=near)


def endpoint(reader: Reader, limits: Sequence[str], formats: Sequence[tuple[str, str]]) -> str:
    """The page of the endpoint: a form, and what a query may cost in words; `formats` are names and media types."""
    return render("endpoint.html", reader, limits=limits, formats=formats)


def audit(
    reader: Reader, reports: Mapping[str, Mapping[str, str]], checks: Sequence[Audited], names: Mapping[str, Label]
) -> str:
    """The page of the audit: for each report a verdict, a table by rule, every finding, every check."""
    audits = [
        (report, title[reader.language], of_report, counted(of_report), findings(of_report))
        for report, title in reports.items()
        if (of_report := [check for check in checks if check.report == report])
    ]
    return render("audit.html", reader, audits=audits, outcomes=OUTCOMES, names=names)


def validation(reader: Reader, runs: Sequence[tuple[Label, Label, list[str]]], judged: str) -> str:
    """The page of the validation of the build: of each run its title, its verdict, and the names of its files."""
    return render("validation.html", reader, runs=runs, judged=judged)


def validate(reader: Reader, place: str, most: int, suffixes: Sequence[str]) -> str:
    """The form that takes a file of at most `most` bytes; `place` is the whole address of the service."""
    return render("validate.html", reader, place=place, most=most, suffixes=suffixes)


def validated(reader: Reader, upload: Upload, names: Sequence[str]) -> str:
    """The page of one upload: how far it is, or its verdict and the names of its files."""
    return render("validated.html", reader, upload=upload, names=names)


def home(reader: Reader, manifest: Mapping[str, Any], columns: Sequence[str], example: str) -> str:
    """The home page: the reports of the build with how many rows of `columns` each has, an example query, the rest."""
    given = {"manifest": manifest, "columns": columns, "example": example, "question": "", "kind": ""}
    return render("home.html", reader, **given)


def tables(reader: Reader, found: Mapping[str, Result], manifest: Mapping[str, Any], example: str) -> str:
    """The page of the tables: of each its title, its size, its columns and its files; and a form for any query."""
    columns = {name: list(zip(table.columns, map(label, table.names), strict=True)) for name, table in found.items()}
    given = {"tables": TABLES, "found": found, "columns": columns, "forms": FORMS}
    return render("tables.html", reader, manifest=manifest, example=example, **given)


def docs(base: str) -> str:
    """The page that shows the description of the interface."""
    return _environment().get_template("docs.html").render(base=base)


def render(template: str, reader: Reader, **given: object) -> str:
    """A template filled, with the ways in which names and addresses are written."""
    language = reader.language
    tools = {
        "href": reader.address,
        "label": partial(shown, language=language),
        "spoken": partial(_spoken, language=language),
        "tongue": _tongue,
        "query": partial(_query, reader.base),
        "as_it_stands": lambda property_: property_.short.startswith(AS_IT_STANDS),
        "is_named": lambda value: isinstance(value, Named),
        "unwrap": unwrap,
        "is_chinese": lambda hit: any(HAN.search(piece.text) for piece in hit.pieces),
    }
    words = WORDS[language]
    return _environment().get_template(template).render(words=words, reader=reader, **tools, **given)


@cache
def _environment() -> Environment:
    loader = FileSystemLoader(Path(__file__).parent / "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def _spoken(values: Sequence[Value], language: str) -> list[Value]:
    """The values without those in the other language, where one is in the page's."""
    other = {"zh": "en", "en": "zh"}[language]
    said = {value.language for value in values if isinstance(value, Term)}
    return [v for v in values if language not in said or not isinstance(v, Term) or v.language != other]


def _tongue(term: Term) -> str:
    """The language of a literal, as HTML names it; text without one is the report's where it is Chinese."""
    tagged = {"zh": "zh-Hans"}.get(term.language, term.language)
    return tagged or ("zh-Hans" if HAN.search(term.value) else "")


def _query(base: str, iri: str, group: Group) -> str:
    """The address of a query for all that a group lists only in part."""
    query = f"SELECT DISTINCT ?s WHERE {{ ?s <{group.property.iri}> <{iri}> }} ORDER BY ?s"
    return f"{base}/sparql?{urlencode({'query': query})}"


def _anchored(text: str, passages: Sequence[Quote]) -> Iterator[tuple[str, list[str]]]:
    """The text in pieces, each with the anchors of the passages that begin with it."""
    starts = sorted({0, *(passage.start for passage in passages)})
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        yield text[start:end], [f"char={q.start},{q.end}" for q in passages if q.start == start]
