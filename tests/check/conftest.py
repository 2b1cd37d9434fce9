"""The build, judged once, and its graph as the rules see it."""

import csv
import io
import json
from collections.abc import Callable
from itertools import chain

import pytest
import rdflib
from junitparser import JUnitXml

from zhengtu.check import shacl
from zhengtu.model import Report
from zhengtu.settings import Settings
from zhengtu.store import builds
from zhengtu.store.quads import Quad, read_quads
from zhengtu.terms import RDF, SH


@pytest.fixture(scope="session")
def quads(built_settings: Settings, report: Report) -> tuple[Quad, ...]:
    """All quads of the report with the shared data."""
    return tuple(chain.from_iterable(map(read_quads, builds.current(built_settings.build_dir).parts(report.id))))


@pytest.fixture(scope="session")
def view(quads: tuple[Quad, ...]) -> rdflib.Graph:
    """What is checked. A test that changes it changes it back."""
    return shacl.union(quads)


@pytest.fixture(scope="session")
def count() -> Callable[[str, bytes], int]:
    """How many findings a report in a form holds."""
    return lambda form, data: COUNTS[form](data)


def count_turtle(data: bytes) -> int:
    return len(list(rdflib.Graph().parse(data=data, format="turtle").subjects(RDF.type, SH.ValidationResult)))


def count_csv(data: bytes) -> int:
    return len(list(csv.DictReader(io.StringIO(data.decode()))))


def count_json(data: bytes) -> int:
    return len(json.loads(data)["findings"])


def count_sarif(data: bytes) -> int:
    return len(json.loads(data)["runs"][0]["results"])


def count_junit(data: bytes) -> int:
    suites = JUnitXml.fromstring(data)
    return sum(case.name.startswith(("Violation:", "Warning:", "Info:")) for suite in suites for case in suite)


def count_html(data: bytes) -> int:
    return data.count(b'data-severity="')


COUNTS: dict[str, Callable[[bytes], int]] = {
    "turtle": count_turtle,
    "html": count_html,
    "json": count_json,
    "csv": count_csv,
    "sarif": count_sarif,
    "junit": count_junit,
}
