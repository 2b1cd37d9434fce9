"""What the validation of the build found, and files that someone uploads: judged within limits, whatever they hold."""

import asyncio
import csv
import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import rdflib
from fastapi.testclient import TestClient

from zhengtu.errors import ServiceBusy
from zhengtu.model import Run
from zhengtu.publish.validation import EXTENSIONS, FORMATS
from zhengtu.settings import Settings
from zhengtu.store import builds
from zhengtu.terms import RDF, SH
from zhengtu.web.app import create_app
from zhengtu.web.uploads import DAY, QUEUE, Upload, Uploads

TURTLE = "text/turtle"
WRONG = "<urn:x> a <https://w3id.org/zhengtu/ns#Observation> ."
FORM = {"Accept": "text/html"}
Validate = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def service(built_settings: Settings) -> Iterator[TestClient]:
    """A service that takes files of up to 20 kB."""
    settings = built_settings.model_copy(update={"upload_bytes": 20_000})
    with TestClient(create_app(builds.current(settings.build_dir), settings), follow_redirects=False) as served:
        yield served


@pytest.fixture
def validate(service: TestClient) -> Validate:
    """Upload a body and wait for what comes of it."""

    def run(body: bytes | str, kind: str = TURTLE) -> dict[str, Any]:
        answer = service.post("/validate", content=body, headers={"Content-Type": kind})
        assert answer.status_code == 202, answer.text
        return over(service, answer.headers["location"])

    return run


def over(service: TestClient, place: str) -> dict[str, Any]:
    """The state of a validation once it has ended."""
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        state: dict[str, Any] = service.get(place).json()
        if "verdict" in state:
            return state
        assert state["state"] in ("waiting", "running")
        time.sleep(0.1)
    raise AssertionError(f"{place} is still {state['state']}")


def test_a_file_is_judged_and_the_result_comes_in_every_form(service: TestClient, validate: Validate) -> None:
    state = validate(WRONG)
    assert state["state"] == "done"
    assert state["verdict"]["en"].startswith("Does not conform")
    assert set(state["reports"]) == set(EXTENSIONS.values())
    told = {extension: service.get(place) for extension, place in state["reports"].items()}
    assert {answer.status_code for answer in told.values()} == {200}
    rows = list(csv.DictReader(told["csv"].text.splitlines()))
    assert len(rows) == len(told["json"].json()["findings"]) > 0
    assert len(list(rdflib.Graph().parse(data=told["ttl"].text).subjects(RDF.type, SH.ValidationResult))) == len(rows)
    page = service.get(state["url"], headers=FORM)
    assert state["verdict"]["zh"] in page.text
    assert 'http-equiv="refresh"' not in page.text
    assert "sandbox" in service.get(state["reports"]["html"]).headers["content-security-policy"]
    assert service.get(state["reports"]["csv"]).headers["content-disposition"].startswith("attachment")


def test_a_form_leads_to_a_page_that_shows_the_progress(service: TestClient) -> None:
    sent = service.post("/validate?lang=en", files={"file": ("../../etc/<b>me</b>.ttl", WRONG)}, headers=FORM)
    assert sent.status_code == 303
    page = service.get(sent.headers["location"], headers=FORM)
    assert 'http-equiv="refresh"' in page.text
    assert "<b>" not in page.text
    assert "etc" not in page.text
    assert over(service, sent.headers["location"].removeprefix("/en"))["state"] == "done"


@pytest.mark.parametrize(
    ("body", "kind", "told"),
    [
        ('{"@context": "http://127.0.0.1:9/c.jsonld", "@id": "urn:x"}', "application/ld+json", "nothing is fetched"),
        ('{"@context": {"@import": "file:///etc/passwd"}}', "application/ld+json", "nothing is fetched"),
        ("<urn:x> <http://www.w3.org/2002/07/owl#imports> <http://127.0.0.1:9/> .", TURTLE, "owl:imports"),
        ('<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>', TURTLE, "XML"),
        ("<html><script>alert(1)</script></html>", TURTLE, "XML"),
        ("<urn:a> <urn:b", TURTLE, "cannot be read"),
        ("\x00\x1f\x8b\x08", TURTLE, "cannot be read"),
        ("[" * 9_000, "application/ld+json", ""),
        ("<urn:x> <urn:p> " + "[ <urn:p> " * 1_500, TURTLE, ""),
        ("", TURTLE, "Could not be evaluated"),
    ],
)
def test_what_is_hostile_or_broken_is_told_and_nothing_is_fetched(
    validate: Validate, body: str, kind: str, told: str
) -> None:
    state = validate(body, kind)
    assert told in state["verdict"]["en"], state
    assert "Traceback" not in state["verdict"]["en"]
    assert os.sep + "zhengtu-validate" not in json.dumps(state)
    assert "Conforms" not in state["verdict"]["en"]


def test_rules_in_an_upload_are_data_and_run_nowhere(validate: Validate) -> None:
    """Shapes with a regular expression that never ends, and with JavaScript: only our own shapes judge."""
    shapes = """@prefix sh: <http://www.w3.org/ns/shacl#> .
        <urn:s> a sh:NodeShape ; sh:targetNode "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!" ; sh:pattern "^(a+)+$" ;
            sh:js [ a sh:JSConstraint ; sh:jsLibrary [ sh:jsLibraryURL "http://127.0.0.1:9/" ] ] .
        <urn:c> a <https://w3id.org/zhengtu/ns#Observation> ."""
    begun = time.monotonic()
    assert validate(shapes)["state"] == "done"
    assert time.monotonic() - begun < 60


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({"Content-Type": TURTLE}, b"#" * 20_001, 413),
        ({"Content-Type": TURTLE, "Content-Length": "100000000"}, b"", 413),
        ({"Content-Type": TURTLE, "Content-Encoding": "gzip"}, b"x", 415),
        ({"Content-Type": "application/rdf+xml"}, b"<a/>", 415),
        ({}, b"x", 415),
        ({"Content-Type": "multipart/form-data"}, b"x", 400),
        ({"Content-Type": "multipart/form-data; boundary=b"}, b"--b\r\n", 400),
        (
            {"Content-Type": "multipart/form-data; boundary=b; charset=none"},
            b'--b\r\nContent-Disposition: form-data; name="f"\r\n\r\nx\r\n--b--',
            400,
        ),
        (
            {"Content-Type": "multipart/form-data; boundary=b"},
            b'--b\r\nContent-Disposition: form-data; name="f"\r\n\r\n\r\n' * 400 + b"--b--",
            400,
        ),
    ],
)
def test_a_request_that_is_no_file_or_too_much_is_refused(
    service: TestClient, headers: dict[str, str], body: bytes, status: int
) -> None:
    answer = service.post("/validate", content=body, headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert " / " in answer.json()["title"]


@pytest.mark.parametrize(("name", "status"), [("a.exe", 415), ("a", 415), ("", 400)])
def test_a_form_must_hold_a_file_of_a_kind_that_is_read(service: TestClient, name: str, status: int) -> None:
    files = {"file": (name, WRONG)} if name else {"other": ("a.ttl", WRONG)}
    assert service.post("/validate", files=files).status_code == status


@pytest.mark.parametrize("place", ["/validate/nothing", "/validate/nothing/validation.html", "/validation/x.html"])
def test_what_is_not_there_is_told(service: TestClient, place: str) -> None:
    answer = service.get(place)
    assert answer.status_code == 404
    assert " / " in answer.json()["advice"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_build_that_was_not_validated_says_how(service: TestClient, lang: str) -> None:
    assert "zhengtu check" in service.get(f"/validation?lang={lang}").text
    assert 'enctype="multipart/form-data"' in service.get(f"/validate?lang={lang}").text


def test_the_validation_of_the_build_is_shown_and_can_be_taken_away(
    runs: tuple[Run, ...], checked_settings: Settings
) -> None:
    with TestClient(create_app(builds.current(checked_settings.build_dir), checked_settings)) as served:
        page = served.get("/validation?lang=en").text
        for run in runs:
            for form, write in FORMATS.items():
                name = f"/validation/{run.subject}.{EXTENSIONS[form]}"
                assert name in page
                assert served.get(name).content == write(run)
        assert "26 requirements" in page
        results = "SELECT ?s { ?s a <http://www.w3.org/ns/shacl#ValidationResult> }"
        answer = served.get("/sparql", params={"query": results})
        found = answer.json()["results"]["bindings"]
        assert len(found) == sum(len(run.findings) for run in runs)
        for row in found[:5]:
            shown = served.get(row["s"]["value"].removeprefix("https://w3id.org/zhengtu") + "?lang=en", headers=FORM)
            assert shown.status_code == 200, row
        assert "shapes#GdA01" in served.get("/shapes.ttl").text


def test_while_as_many_wait_as_may_the_next_is_sent_away_for_a_while(built_settings: Settings) -> None:
    with TestClient(create_app(builds.current(built_settings.build_dir), built_settings)) as served:
        sent = [served.post("/validate", content=WRONG, headers={"Content-Type": TURTLE}) for _ in range(QUEUE + 2)]
    assert [answer.status_code for answer in sent] == [202] * (QUEUE + 1) + [429]
    assert int(sent[-1].headers["retry-after"]) > 0


def test_a_validation_that_takes_too_long_is_stopped(built_settings: Settings) -> None:
    async def run() -> Upload:
        uploads = Uploads(built_settings.model_copy(update={"validate_seconds": 0.2}))
        upload = uploads.add("", ".ttl", WRONG.encode())
        while not upload.over:
            await asyncio.sleep(0.05)
        await uploads.stop()
        return upload

    upload = asyncio.run(run())
    assert upload.state == "failed"
    assert "longer than 0.2 seconds" in upload.said.en


def test_few_wait_and_everything_goes_with_the_service_or_after_a_day(built_settings: Settings) -> None:
    async def run() -> Path:
        uploads = Uploads(built_settings)
        taken = [uploads.add("", ".ttl", b"") for _ in range(QUEUE + 1)]
        with pytest.raises(ServiceBusy):
            uploads.add("", ".ttl", b"")
        while not taken[0].over:
            await asyncio.sleep(0.05)
        taken[0].came -= DAY + 1
        assert uploads.get(taken[0].id) is None
        assert not taken[0].folder.exists()
        await uploads.stop()
        return taken[1].folder.parent

    assert not asyncio.run(run()).exists()
