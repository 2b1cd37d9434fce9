"""The query time of one client: what is charged is time, and others are not charged for it."""

import json
import time
from pathlib import Path
from urllib.parse import quote

from tests.web.served import served

from zhengtu.settings import Settings
from zhengtu.store.budget import MOST_CLIENTS, Budget
from zhengtu.web.sparql import REFUSE_AFTER

HEAVY = quote("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")


class Clock:
    """A clock that is set by hand."""

    now = 100.0

    def __call__(self) -> float:
        """The time."""
        return self.now


def test_what_was_used_comes_back_in_a_minute() -> None:
    clock = Clock()
    budget = Budget(30, clock)
    assert budget.wait("a") == 0
    budget.charge("a", 30)
    assert budget.wait("a") == 0
    budget.charge("a", 15)
    assert budget.wait("a") == 30
    assert budget.wait("b") == 0
    clock.now += 30
    assert budget.wait("a") == 0
    clock.now += 1000
    budget.charge("a", 31)
    assert budget.wait("a") == 2


def test_no_limit_charges_nobody() -> None:
    budget = Budget(0)
    budget.charge("a", 10**6)
    assert budget.wait("a") == 0


def test_clients_without_number_take_no_room() -> None:
    clock = Clock()
    budget = Budget(1, clock)
    for number in range(MOST_CLIENTS + 1):
        budget.charge(str(number), 100)
    assert budget.wait("0") == 0
    assert budget.wait("1") > 0


def test_a_client_that_has_used_its_time_is_told_when_to_come_again(built_settings: Settings, tmp_path: Path) -> None:
    limits = {"query_seconds": 1, "client_seconds": 0.5}
    with served(tmp_path, "--build-dir", str(built_settings.build_dir), **limits) as service:
        assert service.request("GET", f"/sparql?query={HEAVY}").status == 504
        begun = time.monotonic()
        answer = service.request("GET", "/sparql?query=ASK%20%7B%7D")
        assert time.monotonic() - begun >= REFUSE_AFTER  # or clients who ask again at once would keep the loop busy
        assert answer.status == 429
        assert 1 <= int(answer.headers["retry-after"]) <= 120
        assert json.loads(answer.body)["type"].endswith("/problem/budget")
        assert service.request("GET", "/health").status == 200
