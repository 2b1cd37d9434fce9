"""What disagrees: the checks and findings that the questions list, against the table that a reader wrote."""

from collections.abc import Callable

from zhengtu.store.embedded import EmbeddedStore

Row = dict[str, str]
Ask = Callable[..., list[Row]]
Change = Callable[..., EmbeddedStore]
CUT = "huizhou-zsj-2024."


def by(rows: list[Row], column: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row[column].removeprefix(CUT), []).append(row)
    return found


def nodes(figures: list[Row], wanted: str) -> set[tuple[str, ...]]:
    """What the figures of a row of checks.csv are: those that are the same statement count once."""
    columns = ("about", "indicator", "role", "form", "period", "scope")
    return {tuple(row[c] or "not-limited" for c in columns) for row in figures if row["id"] in wanted.split(";")}


def shown(rows: list[Row]) -> set[tuple[str, ...]]:
    columns = ("about", "indicator", "role", "form", "period", "scope")
    return {tuple(row[column].removeprefix(CUT) for column in columns) for row in rows}


def test_evidence_is_doubted_where_a_reader_doubted_it(
    ask: Ask, figures: list[Row], recorded_checks: list[Row]
) -> None:
    targets = {(row["about"], row["indicator"]) for row in figures if row["role"] == "target"}
    of = {row["id"]: (row["about"], row["indicator"]) for row in figures}
    wanted = {
        row["id"]: row
        for row in recorded_checks
        if row["type"] in ("measure", "scope", "unverifiable")
        and any(of[figure] in targets for figure in row["figures"].split(";"))
    }
    found = by(ask("indicator-evidence"), "check")
    assert found.keys() == wanted.keys()
    assert len(found) > 10
    for check, rows in found.items():
        assert shown(rows) == nodes(figures, wanted[check]["figures"])
        assert {row["type"] for row in rows} == {wanted[check]["type"]}
        assert {row["explanation_zh"] for row in rows} == {wanted[check]["explanation_zh"]}


def test_a_finding_on_evidence_appears_with_its_target_and_goes_with_it(ask: Ask, changed: Change) -> None:
    orders = "it:huiyunyan.liangshan-zone-orders.{}.level.2024.19"
    copy = (
        f"{orders.format('target')} a zt:Observation ; zt:valueRole role:target ; schema:about initiative:huiyunyan ; "
        "zt:indicator indicator:liangshan-zone-orders ; dcterms:isPartOf report:huizhou-zsj-2024 ."
    )
    assert "huiyunyan-orders" not in by(ask("indicator-evidence"), "check")
    assert "huiyunyan-orders" in by(ask("indicator-evidence", changed(copy)), "check")
    actual = changed(replaced="it:bqw-platform.platform-users.target.level.2024.gt-2000 zt:valueRole role:actual .")
    assert "platform-users-measure" not in by(ask("indicator-evidence", actual), "check")


def test_statements_of_one_indicator_are_all_there_with_their_places(
    ask: Ask, figures: list[Row], recorded_checks: list[Row]
) -> None:
    found = by(ask("same-indicator-differs"), "check")
    wanted = {row["id"]: row for row in recorded_checks if row["rule"] == "same"}
    assert wanted.keys() <= found.keys()
    for check, row in wanted.items():
        assert shown(found[check]) == nodes(figures, row["figures"])
    (village,) = found["village-stations-three-times"]
    assert (village["value"], village["occurrences"], village["outcome"]) == ("1337", "3", "passed")
    assert [(row["value"], row["occurrences"]) for row in found["hotline-requests"]] == [
        ("2025800", "1"),
        ("2025700", "2"),
    ]
    assert {row["type"] for row in found["hotline-requests"]} == {"rounding"}
    scopes = {check for check, rows in found.items() if rows[0]["type"] == "scope"}
    assert {"thematic-databases", "initial-budget", "permissions-cumulative", "self-built-systems"} <= scopes
    assert not scopes & {"hangars", "linked-systems", "case-volume"}  # other indicators


def test_one_indicator_may_be_asked_for_alone(ask: Ask) -> None:
    rows = ask("same-indicator-differs", indicator="<https://w3id.org/zhengtu/id/indicator/hotline-requests>")
    assert {row["indicator"] for row in rows} == {"hotline-requests"}
    assert [row["value"] for row in rows] == ["2025800", "2025700", "2025700"]


def test_a_conflict_is_told_as_one(ask: Ask, changed: Change) -> None:
    check = "check:huizhou-zsj-2024.hotline-requests dcterms:type issue:conflict ."
    found = by(ask("same-indicator-differs", changed(replaced=check)), "check")
    assert {row["type"] for row in found["hotline-requests"]} == {"conflict"}


def test_a_power_of_ten_lies_between_the_firewalls(ask: Ask, changed: Change) -> None:
    firewalls, imagery = ask("magnitude-slips")
    assert (firewalls["ratio"], firewalls["power"], firewalls["check"]) == ("10.01", "10", f"{CUT}firewall-blocks")
    assert (firewalls["greater_value"], firewalls["lesser_value"]) == ("60080000", "6000000")
    assert (imagery["greater_value"], imagery["lesser_value"], imagery["check"]) == ("121", "12", "")
    assert [row["ratio"] for row in ask("magnitude-slips", tolerance="0.5")] == ["10.01"]
    ten_thousand = "it:hotline-12345.hotline-requests.actual.level.2024.2025800 sdmx-measure:obsValue 20257000000.0 ."
    slips = by(ask("magnitude-slips", changed(replaced=ten_thousand)), "indicator")["hotline-requests"]
    assert [(row["ratio"], row["power"]) for row in slips] == [("10000", "10000")]


def test_every_finding_stands_with_all_its_statements(ask: Ask, figures: list[Row], recorded_checks: list[Row]) -> None:
    found = by(ask("disagreements"), "finding")
    wanted = {row["id"]: row for row in recorded_checks if row["type"]}
    assert found.keys() - wanted.keys() == {"structure-objectives-met"}  # the one that a rule found alone
    assert wanted.keys() <= found.keys()
    for check, row in wanted.items():
        assert shown(found[check]) == nodes(figures, row["figures"])
    assert [row["quote"] for row in found["structure-objectives-met"]]
    assert {row["value"] for row in found["structure-objectives-met"]} == {""}


def test_a_new_finding_is_listed(ask: Ask, changed: Change) -> None:
    finding = (
        "<urn:finding> a dqv:QualityAnnotation ; dcterms:isPartOf report:huizhou-zsj-2024 ; "
        'dcterms:type issue:conflict ; rdfs:comment "两数不一致。"@zh , "They differ."@en ; '
        "oa:hasTarget it:huiyunyan.data-security.actual.level.2024.100 ."
    )
    (row,) = by(ask("disagreements", changed(finding)), "type")["conflict"]
    assert (row["indicator"], row["value"], row["explanation_en"]) == ("data-security", "100", "They differ.")
