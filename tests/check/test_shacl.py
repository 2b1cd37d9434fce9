"""The built graph conforms; spoiled, it does not."""

from itertools import chain

import pytest
import rdflib
from rdflib import Literal
from typer.testing import CliRunner

from zhengtu import pipeline, rooms
from zhengtu.check import shacl
from zhengtu.cli import app
from zhengtu.model import Finding, Label, Report
from zhengtu.settings import Settings
from zhengtu.store import builds
from zhengtu.store.quads import read_quads
from zhengtu.terms import OA, PROV, RDF, SCHEMA, SDMX_MEASURE, XSD, ZT, passage


@pytest.fixture(scope="session")
def view(built_settings: Settings, report: Report) -> rdflib.Graph:
    return shacl.union(chain.from_iterable(map(read_quads, builds.current(built_settings.build_dir).parts(report.id))))


def violations(data: rdflib.Graph) -> list[Finding]:
    return [f for f in shacl.validate(data, shacl.read_shapes(rooms.shapes())) if f.severity == "Violation"]


def copy(view: rdflib.Graph) -> rdflib.Graph:
    spoiled = rdflib.Graph()
    spoiled += view
    return spoiled


def test_the_build_has_no_violation(built_settings: Settings) -> None:
    assert [f for f in pipeline.check(built_settings) if f.severity == "Violation"] == []


def test_one_character_of_the_text_is_noticed(view: rdflib.Graph, report: Report) -> None:
    spoiled = copy(view)
    (document,) = spoiled.subjects(RDF.type, SCHEMA.DigitalDocument)
    spoiled.set(
        (document, SCHEMA.text, Literal(str(spoiled.value(document, SCHEMA.text)).replace("202.58", "202.59", 1)))
    )
    quoted = next(f for f in report.figures if "202.58" in f.printed)
    assert str(passage(report.text.sha256, quoted.printed_at)) in {
        name for f in violations(spoiled) for name in (f.focus, f.value)
    }


def test_one_quote_is_noticed(view: rdflib.Graph) -> None:
    spoiled = copy(view)
    selector = min(spoiled.subjects(OA.exact), key=str)
    spoiled.set((selector, OA.exact, Literal("not what the report says")))
    assert violations(spoiled)


def test_one_number_is_noticed(view: rdflib.Graph) -> None:
    spoiled = copy(view)
    observation = min(spoiled.subjects(ZT.reportedText), key=str)
    spoiled.set((observation, SDMX_MEASURE.obsValue, Literal("987654321", datatype=XSD.decimal)))
    assert str(observation) in {f.focus for f in violations(spoiled)} | {f.value for f in violations(spoiled)}


def test_a_fact_without_passage_is_noticed(view: rdflib.Graph) -> None:
    spoiled = copy(view)
    observation = min(spoiled.subjects(ZT.reportedText), key=str)
    spoiled.remove((observation, PROV.wasDerivedFrom, None))
    found = [f for f in violations(spoiled) if f.focus == str(observation)]
    assert found
    assert all(f.message.zh and f.message.en for f in found)


def test_violations_end_the_command_with_1_and_name_the_node(
    built_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = Finding("Violation", "urn:x", "", "", "urn:shape", Label("缺少", "missing"))
    monkeypatch.setattr(shacl, "validate", lambda *_: (named,))
    failed = CliRunner().invoke(app, ["check", "--build-dir", str(built_settings.build_dir)])
    assert failed.exit_code == 1
    assert "Violation: urn:x" in failed.stderr
