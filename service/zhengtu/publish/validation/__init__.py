"""One run in, the same findings in six forms out, each made from the run and nothing else."""

from collections.abc import Callable, Iterator

from zhengtu.model import Run
from zhengtu.publish.validation.html import html
from zhengtu.publish.validation.junit import junit
from zhengtu.publish.validation.rdf import turtle_report
from zhengtu.publish.validation.sarif import sarif
from zhengtu.publish.validation.table import csv, json

FORMATS: dict[str, Callable[[Run], bytes]] = {
    "turtle": turtle_report,
    "html": html,
    "json": json,
    "csv": csv,
    "sarif": sarif,
    "junit": junit,
}
EXTENSIONS = {"turtle": "ttl", "html": "html", "json": "json", "csv": "csv", "sarif": "sarif", "junit": "xml"}


def files(run: Run, stem: str) -> Iterator[tuple[str, bytes]]:
    """The run in every form, each with the name of its file."""
    for form, write in FORMATS.items():
        yield f"{stem}.{EXTENSIONS[form]}", write(run)
