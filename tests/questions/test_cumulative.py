"""Running totals and results of a year, told by the period or by the words before the number."""

from collections.abc import Callable

import pytest

from zhengtu.store.embedded import EmbeddedStore

Row = dict[str, str]
Ask = Callable[..., list[Row]]
Change = Callable[..., EmbeddedStore]

# rows of the table that are filed under a year, though 累计 stands before the number in the text
SAID = {
    "hard-problems-solved", "imagery-shared", "data-submissions", "meetings-supported", "drone-hangars",
    "drones-managed", "drone-dispatches", "video-streams-connected",
}  # fmt: skip


def test_period_and_words_tell_a_running_total(ask: Ask, figures: list[Row]) -> None:
    rows = ask("cumulative-or-annual")
    levels = [row for row in figures if (row["role"], row["form"]) == ("actual", "level")]
    by_period = {(r["about"], r["indicator"]) for r in levels if r["period"].startswith("to-")}
    cumulative = [row for row in rows if row["cumulative"] == "true"]
    assert {(r["about"], r["indicator"]) for r in cumulative if r["basis"] == "refPeriod"} == by_period
    assert {row["indicator"] for row in cumulative if row["basis"] == "exact"} == SAID
    assert {(r["about"], r["indicator"], r["period"]) for r in rows} == {
        (r["about"], r["indicator"], r["period"]) for r in levels
    }
    assert all("累计" in "".join(row["quote"].split()) for row in cumulative if row["basis"] == "exact")
    annual = {row["indicator"]: row for row in rows if row["cumulative"] == "false"}
    assert annual["data-submission-completion-rate"]["basis"] == "refPeriod"  # 累计 stands before another number
    assert {row["period"] for row in annual.values()} <= {"2024", "2024-national-day"}


def test_a_result_filed_to_a_day_is_a_running_total(ask: Ask, changed_tables: EmbeddedStore) -> None:
    rows = [row for row in ask("cumulative-or-annual", changed_tables) if row["indicator"] == "hotline-requests"]
    assert {row["value"]: row["cumulative"] for row in rows} == {"2025700": "true", "2025800": "false"}


@pytest.mark.parametrize(
    ("words", "cumulative"),
    [
        ("累计共", "true"),
        ("累\n\n计", "true"),
        ("截至2024年6月，共", "true"),
        ("至今，", "true"),
        ("累计5项，", "false"),
        ("累计很多。", "false"),
        ("全年共", "false"),
    ],
)
def test_the_words_before_the_number_decide(ask: Ask, changed: Change, words: str, cumulative: str) -> None:
    store = changed(
        f'<urn:passage> oa:hasSelector <urn:at> , <urn:said> . <urn:said> oa:exact """{words}7次""" . '
        f"<urn:at> oa:start 100 ; oa:end {100 + len(words) + 2} . "
        f"<urn:slice> oa:hasSelector <urn:there> . <urn:there> oa:start {100 + len(words)} .",
        replaced="it:huiyunyan.interface-services.actual.level.2024.7 prov:wasDerivedFrom <urn:passage> ; "
        "zt:printedAt <urn:slice> .",
    )
    indicator = "<https://w3id.org/zhengtu/id/indicator/interface-services>"
    (row,) = ask("cumulative-or-annual", store, indicator=indicator)
    assert (row["cumulative"], row["place"]) == (cumulative, f"100-{100 + len(words) + 2}")


def test_a_place_that_says_so_comes_before_one_that_does_not(ask: Ask, changed: Change) -> None:
    store = changed(
        '<urn:passage> oa:hasSelector <urn:at> , <urn:said> . <urn:said> oa:exact "已接入37897路" . '
        "<urn:at> oa:start 10 ; oa:end 19 . <urn:slice> oa:hasSelector <urn:there> . <urn:there> oa:start 13 . "
        "it:bqw-platform.video-streams-connected.actual.level.2024.37897 prov:wasDerivedFrom <urn:passage> ; "
        "zt:printedAt <urn:slice> ."
    )
    indicator = "<https://w3id.org/zhengtu/id/indicator/video-streams-connected>"
    (row,) = ask("cumulative-or-annual", store, indicator=indicator)
    assert (row["cumulative"], row["basis"]) == ("true", "exact")
    assert "累计接入" in "".join(row["quote"].split())
