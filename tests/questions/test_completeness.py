"""Score, objectives and required content: what a report leaves out."""

import csv
from collections.abc import Callable

from zhengtu import rooms
from zhengtu.model import Run
from zhengtu.settings import Settings
from zhengtu.store import builds
from zhengtu.store.embedded import EmbeddedStore

Row = dict[str, str]
Ask = Callable[..., list[Row]]
Change = Callable[..., EmbeddedStore]
PASSAGE = "zt:printedAt <urn:passage> ; prov:wasDerivedFrom <urn:passage>"
PARTS = f"""
<urn:weight> a zt:Observation ; zt:valueRole role:weight ; sdmx-measure:obsValue 10.0 ; {PASSAGE} .
<urn:score> a zt:Observation ; zt:valueRole role:score ; sdmx-measure:obsValue 9.6 ; {PASSAGE} .
<urn:weight> zt:indicator indicator:maintained-systems ; dcterms:isPartOf report:huizhou-zsj-2024 .
<urn:score> zt:indicator indicator:maintained-systems ; dcterms:isPartOf report:huizhou-zsj-2024 .
<urn:weight> schema:about org:huizhou-data-bureau . <urn:score> schema:about org:huizhou-data-bureau .
<urn:passage> oa:hasSelector <urn:at> , <urn:said> . <urn:at> oa:start 0 ; oa:end 3 . <urn:said> oa:exact "9.6" .
""".replace(" org:", " <https://w3id.org/zhengtu/id/org/").replace("bureau .", "bureau> .")


def test_the_score_cannot_be_traced_and_checks_say_so(ask: Ask, recorded_checks: list[Row]) -> None:
    rows = ask("score-traced")
    columns = ("value", "deduction", "traced", "untraced", "weight", "outcome")
    assert {tuple(row[c] for c in columns) for row in rows} == {("99.41", "0.59", "0", "0.59", "", "cantTell")}
    checks = {row["id"] for row in recorded_checks if "f050" in row["figures"].split(";")}
    assert {row["check"].removeprefix("huizhou-zsj-2024.") for row in rows} == checks
    assert "self-score-parts" in checks


def test_what_weights_and_scores_explain_is_traced(ask: Ask, changed: Change) -> None:
    rows = ask("score-traced", changed(PARTS))
    (part,) = (row for row in rows if row["indicator"])
    assert (part["indicator"], part["weight"], part["score"]) == ("maintained-systems", "10", "9.6")
    assert {(row["traced"], row["untraced"]) for row in rows} == {("0.4", "0.19")}


def test_every_objective_is_answered_by_as_many_facts_as_listed(ask: Ask) -> None:
    with (rooms.data() / "reports/huizhou-zsj-2024/objectives.csv").open(encoding="utf-8", newline="") as source:
        listed = {row["id"]: row["answered_by"].split(";") for row in csv.DictReader(source)}
    rows = {row["objective"].removeprefix("huizhou-zsj-2024."): row for row in ask("objectives-without-result")}
    assert rows.keys() == listed.keys()
    assert len(rows) == 9
    for number, facts in listed.items():
        assert rows[number]["answered"] == "true"
        for letter, column in (("c", "claim_count"), ("r", "recognition_count")):
            assert int(rows[number][column]) == len({fact for fact in facts if fact.startswith(letter)})
    assert rows["5"]["figure_count"] == "0"
    assert rows["3"]["figure_count"] == "6"  # five on electronic seals, one on licences


def test_an_objective_that_nothing_answers_comes_first(ask: Ask, changed_tables: EmbeddedStore) -> None:
    first, *others = ask("objectives-without-result", changed_tables)
    assert (first["objective"], first["answered"]) == ("huizhou-zsj-2024.5", "false")
    assert first["quote"] == "提升数字政府建设综合测评能力。"
    assert {row["answered"] for row in others} == {"true"}


def test_missing_content_is_what_the_run_found(ask: Ask, checked_settings: Settings, runs: tuple[Run, ...]) -> None:
    checked = builds.current(checked_settings.build_dir).open()
    rows = ask("missing-content", checked)
    (document,) = (run for run in runs if run.subject == "document")
    wanted = {
        one.rule.id.rpartition("#")[2]: (one.status, [gap.zh for gap in one.gaps], [gap.en for gap in one.gaps])
        for one in document.requirements
        if one.status != "present"
    }
    found = {
        row["requirement"]: (row["completeness"], row["explanation_zh"].split("\n"), row["explanation_en"].split("\n"))
        for row in rows
    }
    assert found == wanted
    assert len(rows) == len(wanted) > 5
    assert {"GdA02", "GdA15"} <= {row["requirement"] for row in rows if row["completeness"] == "absent"}


def test_a_report_that_was_not_checked_has_no_answer(ask: Ask) -> None:
    assert ask("missing-content") == []
