"""Targets and results: what the report states, by hand, against what the questions find."""

from collections.abc import Callable

from zhengtu.store.embedded import EmbeddedStore

Row = dict[str, str]
Ask = Callable[..., list[Row]]
Change = Callable[..., EmbeddedStore]

# indicator: target, result, attainment, met; read from the text by hand
STATED = {
    ("hotline-requests", "1200000", "2025800", "168.82", "true"),
    ("hotline-requests", "1200000", "2025700", "168.81", "true"),
    ("hotline-connection-rate", "90", "98.62", "109.58", "true"),
    ("hotline-satisfaction", "95", "99.66", "104.91", "true"),
    ("hotline-timely-transfer-rate", "99", "99.89", "100.9", "true"),
    ("hotline-closure-effect", "1200000", "2025700", "168.81", "true"),
    ("maintained-systems", "13", "11", "84.62", ""),
    ("remote-sensing-updates", "1", "1", "100", "true"),
    ("orthophoto-updates", "4", "4", "100", "true"),
    ("video-streams-quality-managed", "10000", "37897", "378.97", "true"),
    ("platform-users", "2000", "2408", "120.4", "true"),
    ("imagery-quality-pass-rate", "90", "100", "111.11", "true"),
    ("data-security", "100", "100", "100", "true"),
    ("platform-availability", "100", "100", "100", "true"),
    ("platform-stability", "100", "100", "100", "true"),
    ("major-safety-accidents", "0", "0", "", "true"),
    ("system-uptime-rate", "99", "100", "101.01", "true"),
    ("thematic-databases", "3", "3", "100", "true"),
    ("fault-repair-response-time", "1", "1", "", "true"),
    ("complaint-handling-rate", "100", "100", "100", "true"),
}
RESULT = "it:huiyunyan.data-security.actual.level.2024.100"


def told(rows: list[Row]) -> set[tuple[str, ...]]:
    columns = ("indicator", "target_value", "result_value", "attainment", "met")
    return {tuple(row[column] for column in columns) for row in rows}


def test_every_target_has_its_result_attainment_and_verdict(ask: Ask) -> None:
    rows = ask("target-vs-actual")
    assert told(rows) == STATED
    assert len(rows) == len(STATED)


def test_a_result_of_another_scope_answers_no_target(ask: Ask, changed_tables: EmbeddedStore) -> None:
    (row,) = (row for row in ask("target-vs-actual", changed_tables) if row["indicator"] == "hotline-connection-rate")
    assert (row["target_value"], row["result_value"], row["attainment"], row["met"]) == ("90", "", "", "")


def test_a_result_of_another_period_answers_no_target(ask: Ask, changed_tables: EmbeddedStore) -> None:
    found = [row for row in ask("target-vs-actual", changed_tables) if row["indicator"] == "hotline-requests"]
    assert [row["result_value"] for row in found] == ["2025800"]


def test_a_target_is_judged_by_comparator_direction_and_bound(ask: Ask, changed: Change) -> None:
    target = "it:huiyunyan.data-security.target.level.2024.100"

    def judged(comparator: str, result: str = "odrl:eq", more: str = "", direction: str = "higher") -> tuple[str, str]:
        store = changed(
            replaced=f"{target} zt:comparator {comparator} . {RESULT} zt:comparator {result} {more} . "
            f"indicator:data-security zt:desiredDirection direction:{direction} ."
        )
        (row,) = (row for row in ask("target-vs-actual", store) if row["indicator"] == "data-security")
        return row["met"], row["attainment"]

    assert judged("odrl:gt") == ("false", "100")
    assert judged("odrl:lt") == ("false", "100")
    assert judged("odrl:eq") == ("true", "100")
    assert judged("comparator:none-stated", direction="neutral") == ("true", "")
    assert judged("odrl:gteq", "odrl:gt", "; zt:lowerBound 100.0") == ("true", "")
    assert judged("odrl:gteq", "odrl:lt", "; zt:upperBound 100.0") == ("", "")


def test_the_one_missed_target_has_a_reason_and_no_remedy(ask: Ask) -> None:
    (row,) = ask("unmet-indicators")
    assert (row["indicator"], row["difference"], row["met"]) == ("maintained-systems", "-2", "")
    assert row["reason"] == "huizhou-zsj-2024.c200"
    assert row["reason_quote"].startswith("项目建设初期原定运维系统数")
    assert row["remedy"] == row["remedy_quote"] == row["remedy_place"] == ""


def test_a_remedy_is_found_where_it_is_stated(ask: Ask, changed_tables: EmbeddedStore) -> None:
    (row,) = ask("unmet-indicators", changed_tables)
    assert (row["reason"], row["remedy"]) == ("", "huizhou-zsj-2024.c200")
    assert row["remedy_place"] == "9050-9093"


def test_a_target_missed_by_a_programme_has_what_is_said_of_the_programme(ask: Ask, changed: Change) -> None:
    store = changed(
        replaced="claim:huizhou-zsj-2024.c252 schema:about initiative:bqw-platform . "
        "it:bqw-platform.platform-users.actual.level.2024.2408 sdmx-measure:obsValue 1999.0 ."
    )
    found = {row["indicator"]: row for row in ask("unmet-indicators", store)}
    assert set(found) == {"maintained-systems", "platform-users"}
    missed = found["platform-users"]
    assert (missed["met"], missed["difference"]) == ("false", "-1")
    assert (missed["reason"], missed["remedy"]) == ("huizhou-zsj-2024.c202", "huizhou-zsj-2024.c252")


def test_beyond_the_threshold_are_those_by_hand_with_reason_and_doubt(ask: Ask) -> None:
    def beyond(**terms: str) -> list[tuple[str, ...]]:
        columns = ("indicator", "attainment", "reason", "check")
        cut = "huizhou-zsj-2024."
        return [tuple(row[column].removeprefix(cut) for column in columns) for row in ask("over-attained", **terms)]

    assert beyond() == [
        ("hotline-requests", "168.82", "", ""),
        ("hotline-requests", "168.81", "", "hotline-closure-measure"),
        ("hotline-closure-effect", "168.81", "", "hotline-closure-measure"),
        ("video-streams-quality-managed", "378.97", "c202", "video-quality-measure"),
    ]
    assert [row[0] for row in beyond(threshold="120")] == [*(row[0] for row in beyond()), "platform-users"]
    assert [row[0] for row in beyond(threshold="378.96")] == ["video-streams-quality-managed"]
    assert beyond(threshold="378.97") == []


def test_no_rate_where_lower_is_better_or_the_result_is_a_bound(ask: Ask, changed: Change) -> None:
    bound = changed(replaced=f"{RESULT} zt:comparator odrl:gt .")
    found = {row["indicator"] for row in ask("over-attained", bound, threshold="0")}
    assert found == {row[0] for row in STATED if row[3]} - {"data-security"}
