"""Reports beside each other: every expected row was worked out by hand from what `invented.py` tells."""

from tests.questions.several.asking import Answer, cells

from zhengtu.model import Report

ID = "https://w3id.org/zhengtu/id/"
HERE, BEFORE = "huizhou-zsj-2024", "huizhou-zsj-2023"
JIA, YI, BING, ZI, CHOU, MAO = (f"{place}-zsj-2024" for place in ("jia", "yi", "bing", "zi", "chou", "mao"))


def test_one_report_compares_what_it_states_of_both_years(alone: Answer, report: Report) -> None:
    rows = alone("year-on-year")
    facts = {
        (f.about, f.indicator, f.role, f.form, f.period, f.scope, f.quantity.value, f.quantity.comparator)
        for f in report.figures
    }
    assert len(rows) == len(facts)
    names = "indicator", "printed", "before_printed", "change_computed", "growth_computed"
    assert cells([row for row in rows if row["before_value"]], *names) == [
        ("asset-original-value", "13625.99万元", "13585.52万元", "404700", "0.3"),
        ("meeting-expense", "0.54万元", "1.81万元", "-12700", "-70.17"),
        ("overseas-travel-expense", "0万元", "0", "0", ""),  # nothing can be divided by nought
        ("training-expense", "3.78万元", "5.70万元", "-19200", "-33.68"),
    ]
    stated = {row["indicator"]: row["comparison_period"] for row in rows if row["form"] == "growth-rate"}
    assert stated["agency-operating-expense"] == "2023"
    assert stated["hotline-tourism-requests"] == "2023-national-day"
    assert stated["hotline-handling-efficiency"] == ""  # the report says no period


def test_two_years_of_a_body_are_compared(together: Answer) -> None:
    rows = [row for row in together("year-on-year") if row["before_report"] == BEFORE]
    names = "indicator", "value", "before_value", "change_computed", "growth_computed", "scope"
    assert sorted(cells(rows, *names)) == [
        ("hotline-requests", "2025700", "1500000", "525700", "35.05", "not-limited"),
        ("hotline-requests", "2025800", "1500000", "525800", "35.05", "not-limited"),
        ("meeting-expense", "5400", "18000", "-12600", "-70", "not-limited"),
        ("self-evaluation-score", "99.41", "99", "0.41", "0.41", "not-limited"),
        ("thematic-databases", "8", "4", "4", "100", f"{HERE}.cdo-co-built"),  # not the 12 of another scope
    ]
    assert {(row["report"], row["period"], row["comparison_period"]) for row in rows} == {(HERE, "2024", "2023")}
    # What this report itself says of the year before stands beside that, and so they can be seen to differ.
    meetings = [row for row in together("year-on-year") if (row["report"], row["value"]) == (HERE, "5400")]
    assert sorted(cells(meetings, "before_value", "before_report")) == [("18000", BEFORE), ("18100", HERE)]


def test_one_indicator_may_be_chosen(together: Answer) -> None:
    rows = together("year-on-year", indicator=f"<{ID}indicator/meeting-expense>")
    assert {row["indicator"] for row in rows} == {"meeting-expense"}
    assert len(rows) == 5  # two in 2024, each with its year before twice or none; the change; 2023 in both reports


def test_hotlines_are_ranked_among_their_like(alone: Answer, together: Answer) -> None:
    names = "report", "value", "rank", "reports", "per_head", "per_head_rank", "population"
    rows = together("hotline-across-cities")
    by = {name: [row for row in rows if row["indicator"] == f"hotline-{name}"] for name in (
        "connection-rate", "satisfaction", "requests")}  # fmt: skip
    assert sorted(cells(by["connection-rate"], *names)) == [
        (BING, "90", "1", "1", "", "", ""),  # of another province
        (HERE, "98.62", "2", "3", "", "", ""),
        (JIA, "96.1", "3", "3", "", "", ""),
        (YI, "99", "1", "3", "", "", ""),
    ]
    assert sorted(cells(by["satisfaction"], *names)) == [
        (HERE, "99.66", "1", "3", "", "", ""),
        (JIA, "97.7", "2", "3", "", "", ""),
        (YI, "97.7", "2", "3", "", "", ""),
    ]
    assert sorted(cells(by["requests"], *names)) == [
        (CHOU, "2000000", "1", "2", "", "", ""),
        (BEFORE, "1500000", "1", "1", "", "", ""),
        (HERE, "2025700", "3", "3", "", "", ""),
        (HERE, "2025800", "3", "3", "", "", ""),
        (JIA, "3000000", "2", "3", "0.6", "1", "5000000"),  # fewer than 乙市, but more per head
        (MAO, "300000", "1", "1", "", "", ""),
        (YI, "3500000", "1", "3", "0.35", "2", "10000000"),
        (ZI, "1000000", "2", "2", "", "", ""),
    ]
    counted = {row["population_quote"] for row in by["requests"]}
    assert counted == {"", "年末常住人口500万人。", "年末常住人口1000万人。"}
    assert sorted(cells(alone("hotline-across-cities"), "indicator", "value", "rank", "reports")) == [
        ("hotline-connection-rate", "98.62", "1", "1"),
        ("hotline-requests", "2025700", "1", "1"),
        ("hotline-requests", "2025800", "1", "1"),
        ("hotline-satisfaction", "99.66", "1", "1"),
    ]


def test_one_indicator_is_compared_across_places(alone: Answer, together: Answer) -> None:
    names = "report", "location", "value", "rank", "reports", "lowest", "highest"
    assert cells(alone("service-stations-across-cities"), *names) == [
        (HERE, "huizhou", "98.4", "1", "1", "98.4", "98.4")
    ]
    assert cells(together("service-stations-across-cities"), *names) == [
        (BING, "bing", "50", "1", "1", "50", "50"),
        (JIA, "jia", "100", "1", "3", "97", "100"),
        (HERE, "huizhou", "98.4", "2", "3", "97", "100"),
        (YI, "yi", "97", "3", "3", "97", "100"),
    ]
    lower = together("service-stations-across-cities", indicator=f"<{ID}indicator/average-response-time>")
    assert cells(lower, "report", "value", "rank") == [(HERE, "1", "1"), (JIA, "3", "2")]  # the less the better
    budget = together("service-stations-across-cities", indicator=f"<{ID}indicator/three-public-expenses>")
    assert budget == []  # budgets are no results


def test_claims_to_be_first_meet_their_like(alone: Answer, together: Answer) -> None:
    names = "report", "about", "level", "conflict", "other_report", "other_level"
    assert cells(alone("first-claims"), *names) == [(HERE, "low-altitude-space", "national", "", "", "")]
    space = "low-altitude-space"
    assert cells(together("first-claims"), *names) == [
        (BING, f"bing-{space}", "provincial", "false", HERE, "national"),
        (BING, f"bing-{space}", "provincial", "false", JIA, "national"),
        (BING, f"bing-{space}", "provincial", "false", YI, "provincial"),  # first of another province
        (HERE, space, "national", "false", BING, "provincial"),
        (HERE, space, "national", "true", JIA, "national"),
        (HERE, space, "national", "true", YI, "provincial"),  # first of the country and of its own province
        (JIA, f"jia-{space}", "national", "false", BING, "provincial"),
        (JIA, f"jia-{space}", "national", "true", HERE, "national"),
        (JIA, f"jia-{space}", "national", "true", YI, "provincial"),
        (YI, f"yi-{space}", "provincial", "false", BING, "provincial"),
        (YI, f"yi-{space}", "provincial", "true", HERE, "national"),
        (YI, f"yi-{space}", "provincial", "true", JIA, "national"),
        (YI, "yi-window", "", "", "", ""),  # no range is said, and nobody else claims it
    ]


def test_counties_are_added_up_where_they_all_report(alone: Answer, together: Answer) -> None:
    names = "report", "indicator", "value", "parts_lowest", "parts_highest", "difference", "adds_up"
    rows = [row for row in together("county-roll-up") if row["parts_reported"]]
    assert cells(rows, *names, "parts_reported", "parts_known") == [
        (JIA, "hotline-requests", "3000000", "3000000", "3000000", "0", "true", "2", "2"),
        (JIA, "village-stations", "1000", "900", "900", "100", "false", "2", "2"),
        (JIA, "village-stations-renovated", "800", "200", "200", "600", "", "2", "2"),  # 超 is no exact value
        (YI, "hotline-requests", "3500000", "300000", "300000", "3200000", "", "1", "2"),  # one has not reported
        (YI, "village-stations", "1000", "2000", "2000", "-1000", "false", "1", "2"),  # one alone is beyond the whole
    ]
    single = alone("county-roll-up")
    assert {row["parts_known"] for row in single} == {"7"}
    assert {(row["parts_lowest"], row["adds_up"]) for row in single} == {("", "")}
    assert not {"self-evaluation-score", "village-station-renovation-rate"} & {row["indicator"] for row in single}


def test_scores_are_put_together_by_notice(alone: Answer, together: Answer) -> None:
    group = "report", "notice", "value", "beyond", "reports", "reports_beyond", "lowest", "highest"
    alike = "other_report", "indicators", "shared_indicators", "equal_targets", "equal_results", "shared_rate"
    assert cells(alone("score-clusters"), *group, *alike) == [
        (HERE, "", "99.41", "true", "1", "1", "99.41", "99.41", "", "19", "", "", "", "")
    ]
    assert sorted(cells(together("score-clusters"), *group, *alike)) == [
        (BING, "", "95", "false", "2", "1", "95", "99.41", HERE, "", "0", "0", "0", ""),
        (BEFORE, "", "99", "false", "1", "0", "99", "99", "", "", "", "", "", ""),
        (HERE, "", "99.41", "true", "2", "1", "95", "99.41", BING, "19", "0", "0", "0", ""),
        (JIA, "notice-5", "99.8", "true", "2", "1", "98.5", "99.8", YI, "5", "2", "1", "1", "40"),
        (YI, "notice-5", "98.5", "false", "2", "1", "98.5", "99.8", JIA, "2", "2", "1", "1", "40"),
    ]


def test_the_threshold_of_scores_may_be_chosen(together: Answer) -> None:
    rows = together("score-clusters", threshold="98")
    beyond = {row["report"]: row["beyond"] for row in rows}
    assert beyond == {BEFORE: "true", HERE: "true", JIA: "true", YI: "true", BING: "false"}
    assert {row["reports_beyond"] for row in rows if row["notice"]} == {"2"}
