"""The page and the table of the audit."""

import csv
import io
import re

import pytest
from fastapi.testclient import TestClient

from zhengtu.publish import audit
from zhengtu.store.embedded import EmbeddedStore


@pytest.fixture(scope="module")
def checks(store: EmbeddedStore) -> list[audit.Audited]:
    return list(audit.audited(store))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_finding_stands_on_the_page_with_its_words_and_places(
    client: TestClient, checks: list[audit.Audited], language: str
) -> None:
    answer = client.get(f"/audit?lang={language}")
    assert answer.status_code == 200
    page = answer.text
    found = [check for check in checks if check.type]
    assert page.count("<article ") == len(found)
    for check in found:
        assert f'id="{check.report}.{check.id}"' in page
        for place in check.places:
            assert f"char={place.start},{place.end}" in page
    assert f" {len(checks)} " in page or f"{len(checks)} " in page
    assert "{" not in re.sub(r"<[^>]*>", "", page)


def test_every_link_of_the_audit_leads_somewhere(client: TestClient) -> None:
    links = {link.partition("#")[0] for link in re.findall(r'href="(/[^"]+)"', client.get("/audit?lang=en").text)}
    assert len(links) > 100
    for link in sorted(links)[::7]:
        assert client.get(link).status_code == 200, link


def test_the_table_is_the_table_of_the_command(client: TestClient, checks: list[audit.Audited]) -> None:
    answer = client.get("/audit.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert tuple(rows[0]) == audit.COLUMNS
    assert [row[0] for row in rows[1:]] == [check.id for check in checks]


def test_the_page_is_as_safe_as_the_others(client: TestClient) -> None:
    headers = client.get("/audit").headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["vary"] == "Accept-Language"


def test_no_check_is_no_error(store: EmbeddedStore) -> None:
    assert audit.counted([]) == {}
    assert audit.findings([]) == {}
    assert next(audit.summary([])).startswith("0 checks")
    assert {"audit-rule/same", "issue-type/scope"} <= set(audit.names(store))
