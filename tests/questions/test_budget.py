"""Budget questions: amounts as the text prints them, sums and rates worked out by hand."""

from collections.abc import Callable

import pytest

from zhengtu.store.embedded import EmbeddedStore

Row = dict[str, str]
Ask = Callable[..., list[Row]]
Change = Callable[..., EmbeddedStore]
BUREAU = "it:huizhou-data-bureau."
INDICATOR = "<https://w3id.org/zhengtu/id/indicator/{}>"
HOTLINE_SPENDING = (
    "it:spent a zt:Observation ; zt:valueRole role:executed-budget ; zt:valueForm form:level ; "
    "zt:indicator indicator:meeting-expense ; schema:about initiative:hotline-12345 ; "
    "dcterms:isPartOf report:huizhou-zsj-2024 ; sdmx-dimension:refPeriod period:2024 ; zt:scope scope:not-limited ; "
    "qudt:hasUnit unit:CCY_CNY ; sdmx-measure:obsValue 4051400.0 ; zt:printedAt <urn:passage> ; "
    "prov:wasDerivedFrom <urn:passage> . <urn:passage> oa:hasSelector <urn:at> , <urn:said> . "
    '<urn:at> oa:start 0 ; oa:end 5 . <urn:said> oa:exact "0.54"'
)


def of(rows: list[Row], indicator: str) -> Row:
    (row,) = (row for row in rows if row["indicator"] == indicator)
    return row


def cells(row: Row, *columns: str) -> tuple[str, ...]:
    return tuple(row[column] for column in columns)


def test_the_three_public_expenses_and_their_parts(ask: Ask) -> None:
    rows = ask("three-public-expenses")
    assert len(rows) == 9
    whole = of(rows, "three-public-expenses")
    assert cells(whole, "budget_value", "budget_parts", "change_value") == ("88200", "88200", "7200")
    assert cells(whole, "growth_value", "growth_computed") == ("8.89", "8.89")  # 0.72 of 8.10
    assert cells(whole, "account_value", "account_parts", "execution_rate") == ("36200", "36100", "41.04")
    vehicles = of(rows, "official-vehicle-expense")
    assert cells(vehicles, "budget_parts", "account_parts", "growth_computed") == ("32200", "28900", "-8")
    abroad = of(rows, "overseas-travel-expense")
    assert cells(abroad, "budget_value", "growth_computed", "execution_rate") == ("0", "", "")


def test_parts_that_do_not_add_up_show(ask: Ask, changed: Change) -> None:
    reception = f"{BUREAU}official-reception-expense.approved-budget.level.2024.56000 sdmx-measure:obsValue 66000.0 ."
    whole = of(ask("three-public-expenses", changed(replaced=reception)), "three-public-expenses")
    assert cells(whole, "budget_value", "budget_parts") == ("88200", "98200")


def test_another_whole_may_be_chosen(ask: Ask) -> None:
    rows = ask("three-public-expenses", whole=INDICATOR.format("government-procurement"))
    assert cells(of(rows, "government-procurement"), "budget_value", "budget_parts") == ("19162900", "19162900")
    assert len(rows) == 4


def test_adjustment_execution_and_contribution(ask: Ask) -> None:
    rows = ask("budget-execution")
    total = of(rows, "department-budget-total")
    assert cells(total, "approved_value", "revised_value", "executed_value") == ("76180300", "79528700", "79528700")
    assert cells(total, "adjustment", "adjustment_rate", "execution_rate") == ("3348400", "4.4", "100")
    operating = of(rows, "agency-operating-expense")
    assert cells(operating, "change_value", "whole_value", "contribution") == ("-24632200", "-36728500", "67.07")
    assert cells(operating, "change_role", "whole_role") == ("approved-budget", "revised-budget")
    periods = ("period", "comparison_period", "whole_period", "whole_comparison_period")
    assert cells(operating, *periods) == ("2024", "2023", "2024", "2023")


def test_an_adjustment_that_was_not_spent(ask: Ask, changed: Change) -> None:
    spent = f"{BUREAU}department-budget-total.executed-budget.level.2024.79528700 sdmx-measure:obsValue 39764350.0 ."
    assert of(ask("budget-execution", changed(replaced=spent)), "department-budget-total")["execution_rate"] == "50"


def test_contribution_to_another_total(ask: Ask) -> None:
    rows = ask("budget-execution", whole=INDICATOR.format("three-public-expenses"))
    assert of(rows, "official-reception-expense")["contribution"] == "138.89"  # 1.00 of 0.72


@pytest.mark.parametrize(
    ("output", "values", "per_output"),
    [
        ("hotline-requests", ["2025800", "2025700"], ["39.2579", "39.2599"]),
        ("api-calls", ["860000000"], ["0.0925"]),
    ],
)
def test_only_the_whole_department_can_be_divided(
    ask: Ask, output: str, values: list[str], per_output: list[str]
) -> None:
    rows = ask("spend-per-output", indicator=INDICATOR.format(output))
    assert [row["value"] for row in rows] == values
    assert [row["spending_per_output"] for row in rows] == per_output
    assert {cells(row, "whole_department", "spending_value") for row in rows} == {("true", "79528700")}


def test_outputs_are_counts_of_which_more_is_better(ask: Ask, figures: list[Row]) -> None:
    rows = ask("spend-per-output")
    assert {row["whole_department"] for row in rows} == {"true"}
    assert not {"self-evaluation-score", "hotline-connection-rate", "internal-offices"} & {r["indicator"] for r in rows}
    actual = {(row["about"], row["indicator"]) for row in figures if row["role"] == "actual"}
    assert {(row["about"], row["indicator"]) for row in rows} <= actual
    assert {row["period"] for row in rows if row["indicator"] == "api-calls"} == {"to-2024-12-31"}


def test_spending_on_the_very_thing_is_used(ask: Ask, changed: Change) -> None:
    rows = ask("spend-per-output", changed(f"{HOTLINE_SPENDING} ."), indicator=INDICATOR.format("hotline-requests"))
    own = [row for row in rows if row["whole_department"] == "false"]
    assert [cells(row, "value", "spending_per_output") for row in own] == [("2025800", "1.9999"), ("2025700", "2")]
    assert len(rows) == 4


def test_every_change_has_the_amounts_of_both_years(ask: Ask, figures: list[Row]) -> None:
    rows = ask("budget-year-on-year")
    changes = {r["indicator"] for r in figures if r["form"] == "difference" and r["role"] != "actual"}
    assert {row["indicator"] for row in rows} == changes
    assert len(rows) == len(changes)
    stated = {row["indicator"] for row in rows if row["derived"] == "false"}
    assert stated == {"meeting-expense", "training-expense", "overseas-travel-expense"}
    assert all(bool(row["before_quote"]) == (row["derived"] == "false") for row in rows)
    columns = ("value", "change_value", "before_value", "growth_computed")
    assert cells(of(rows, "agency-operating-expense"), *columns) == ("12720400", "-24632200", "37352600", "-65.95")
    assert cells(of(rows, "meeting-expense"), *columns) == ("5400", "-12700", "18100", "-70.17")


def test_last_year_follows_the_scope(ask: Ask, changed: Change) -> None:
    before = f"{BUREAU}meeting-expense.final-account.level.2023.18100 zt:scope <urn:scope> ."
    meetings = of(ask("budget-year-on-year", changed(replaced=before)), "meeting-expense")
    assert cells(meetings, "before_value", "derived", "growth_computed") == ("", "", "")
