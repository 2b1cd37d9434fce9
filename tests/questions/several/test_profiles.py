"""What a report says of an initiative, a data space, a document, an honour, an outside body: told from its tables."""

import csv
from collections import Counter

from tests.questions.several.asking import Answer, Row, cells
from tests.questions.several.invented import JIA

from zhengtu import rooms
from zhengtu.model import Report

FOLDER = rooms.data() / "reports" / "huizhou-zsj-2024"
BEFORE = "huizhou-zsj-2023"
INITIATIVE = "https://w3id.org/zhengtu/id/initiative/"


def table(name: str) -> list[Row]:
    """The rows of a table of the real report, as a person wrote them."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def parts(whole: str) -> set[str]:
    """A thing and its parts, by the column `part_of` and by the relations."""
    pairs = {(row["id"], row["part_of"]) for row in table("entities")}
    pairs |= {(row["subject"], row["object"]) for row in table("relations") if row["predicate"] == "dcterms:isPartOf"}
    found: set[str] = set()
    more = {whole}
    while more - found:
        found |= more
        more = {part for part, of in pairs if of in found}
    return found


def relations() -> dict[tuple[str, str, str], str]:
    """Every relation of the real report with its basis, those that the columns of entities.csv say among them."""
    found: dict[tuple[str, str, str], str] = {}
    for row in table("entities"):
        whole = {"office": "unitOf", "public-body": "subOrganizationOf", "organisation": "subOrganizationOf"}
        if row["part_of"]:
            found[row["id"], whole.get(row["kind"], "isPartOf"), row["part_of"]] = "inferred"
        if row["located_in"]:
            found[row["id"], "spatial", row["located_in"]] = "inferred"
    said: dict[tuple[str, str, str], set[str]] = {}
    for row in table("relations"):
        key = row["subject"], row["predicate"].partition(":")[2], row["object"]
        said.setdefault(key, set()).add(row["basis"])
    return found | {key: "stated" if "stated" in bases else "inferred" for key, bases in said.items()}


def test_a_profile_holds_every_fact_of_an_initiative_and_its_parts_once(alone: Answer, report: Report) -> None:
    rows, members = alone("dossier"), parts("huiyunyan")
    assert len(members) == 10
    aspects = Counter(row["aspect"] for row in rows)
    figures = {
        (f.about, f.indicator, f.role, f.form, f.period, f.scope, f.quantity.value, f.quantity.comparator)
        for f in report.figures
        if f.about in members
    }
    assert aspects["Observation"] == len(figures) == 44
    assert aspects["Claim"] == len({row["id"] for row in table("claims") if row["about"] in members}) == 25
    assert aspects["Recognition"] == len([row for row in table("recognitions") if row["recipient"] in members]) == 2
    related = {key for key in relations() if key[0] in members or key[2] in members}
    assert set(cells([r for r in rows if r["relation"]], "subject", "relation", "object")) == related
    assert len(rows) == len(figures) + 25 + 2 + len(related)


def test_a_profile_says_which_are_facilities_and_who_is_served(alone: Answer) -> None:
    rows = alone("dossier")
    facilities = {row["about"] for row in rows if row["aspect"] == "facility"}
    assert facilities == {"uav-sensing-network", "uav-fixed-station", "uav-node-hangars", "uav-mobile-teams"}
    served = {row["object"] for row in rows if row["aspect"] == "targetGroup" and row["about"] == "huiyunyan"}
    assert {"bqw-project", "two-mountains-zone", "marathon", "dragon-boat"} <= served
    sections = {row["section"].partition(".")[2] for row in rows}
    assert sections >= {"digital-governance", "met-huiyunyan", "targets-table"}
    (units,) = [row for row in rows if row["indicator"] == "units-served"]
    assert (units["value"], units["quote"]) == ("77", "服务全市 77 个单位")


def test_a_profile_of_another_initiative(together: Answer) -> None:
    rows = together("dossier", programme=f"<{INITIATIVE}jia-eye>")
    assert Counter(cells(rows, "aspect", "about")) == {
        ("facility", "jia-hangar"): 1,
        ("facility", "jia-pad"): 1,  # a part of a part
        ("targetGroup", "jia-eye"): 1,
        ("Observation", "jia-hangar"): 1,
        ("Recognition", "jia-eye"): 1,
        ("relation", "jia-eye"): 1,  # the document that covers it
    }
    assert {row["report"] for row in rows} == {JIA.id}


def test_results_of_the_hotline_stand_beside_their_targets(alone: Answer) -> None:
    rows = alone("hotline-vs-targets")
    about = parts("hotline-12345")
    assert {row["indicator"] for row in rows} == {r["indicator"] for r in table("figures") if r["about"] in about}
    names = "indicator", "target_printed", "result_printed", "difference", "attainment", "met"
    assert sorted(cells([row for row in rows if row["target_value"]], *names)) == [
        ("hotline-closure-effect", "≥120万宗", "202.57万宗", "825700", "168.81", "true"),
        ("hotline-connection-rate", "≥90%", "98.62%", "8.62", "109.58", "true"),
        ("hotline-requests", "≥120万宗", "202.57万宗", "825700", "168.81", "true"),
        ("hotline-requests", "≥120万宗", "202.58万宗", "825800", "168.82", "true"),
        ("hotline-satisfaction", "≥95%", "99.66%", "4.66", "104.91", "true"),
        ("hotline-timely-transfer-rate", "≥99%", "99.89%", "0.89", "100.9", "true"),
    ]
    assert sorted(row["indicator"] for row in rows if not row["target_value"]) == [
        "complaint-coordination-levels",
        "hotline-handling-efficiency",
        "hotline-supporting-mechanisms",
        "hotline-tourism-requests",
        "leaders-hotline-days",
    ]


def test_whether_a_target_is_met_is_said_where_it_can_be_decided(together: Answer) -> None:
    rows = together("hotline-vs-targets", programme=f"<{INITIATIVE}jia-hotline>")
    assert {row["indicator"]: (row["difference"], row["met"], row["dimension"]) for row in rows} == {
        "hotline-connection-rate": ("6.1", "true", ""),
        "hotline-satisfaction": ("-0.3", "false", ""),
        "hotline-requests": ("", "", ""),  # no target
        "hotline-timely-transfer-rate": ("", "", ""),  # no result
        "average-response-time": ("1", "false", ""),  # at most
        "imagery-quality-pass-rate": ("0", "", "output-quality"),  # the result is a bound
    }


def test_data_spaces_by_lead_sector_and_status(alone: Answer, together: Answer) -> None:
    names = "about", "sector", "status", "status_word", "relation", "organisation", "basis"
    assert cells(alone("data-spaces"), *names) == [
        ("inclusive-finance-space", "普惠金融", "started", "启动", "", "", ""),
        ("low-altitude-space", "低空", "under-construction", "落地", "leadOrganisation", "taiyi", "stated"),
        ("petrochemical-energy-space", "石化能源", "started", "启动", "", "", ""),
        ("shuyuangang", "", "completed", "建成", "builder", "huizhou-data-bureau", "inferred"),
    ]
    others = [row for row in together("data-spaces") if row["report"] in (JIA.id, BEFORE)]
    assert cells(others, "report", *names) == [
        (BEFORE, "low-altitude-space", "低空", "planned", "谋划", "builder", "huizhou-data-bureau", "stated"),
        (JIA.id, "jia-low-altitude-space", "低空", "completed", "建成", "leadOrganisation", "jia-tech", "stated"),
        (JIA.id, "jia-low-altitude-space", "低空", "completed", "建成", "operator", "jia-data-bureau", "inferred"),
    ]


def test_every_policy_document_stands_with_its_issuer(alone: Answer, together: Answer) -> None:
    rows = alone("policies-issued")
    named = {row["id"]: row["status_text"] for row in table("entities") if row["kind"] == "policy"}
    assert {row["about"]: row["status_word"] for row in rows} == named
    assert len(rows) == len(named)
    passed = {s: o for (s, p, o) in relations() if p == "passed_by"}
    assert {row["about"]: row["issuer"] for row in rows if row["issuer"]} == passed
    covered = {(s, o) for (s, p, o) in relations() if p == "covers" and s in named}
    assert {(row["about"], row["covered"]) for row in rows if row["covered"]} == covered
    issued = [bool(row["issuer"]) for row in rows]
    assert issued == sorted(issued, reverse=True)
    (rules,) = [row for row in rows if row["about"] == "public-data-rules"]
    assert (rules["issuer"], rules["quote"]) == ("", "《惠州市公共数据管理实施细则》")
    assert [row for row in cells(together("policies-issued"), "report", "about", "issuer", "basis", "covered")
            if row[0] == JIA.id] == [
        (JIA.id, "jia-rules", "jia-data-bureau", "stated", "jia-eye"),
        (JIA.id, "notice-5", "", "", ""),
    ]  # fmt: skip


def test_an_honour_is_one_row_at_its_level(alone: Answer, together: Answer) -> None:
    rows = alone("recognitions-by-level")
    columns = "level", "recipient", "grade", "edition", "conferred_by", "type"
    said = {f"huizhou-zsj-2024.{r['id']}": tuple(r[name] for name in columns) for r in table("recognitions")}
    names = "level", "about", "grade", "edition", "conferred_by", "fact_type"
    assert {row["recognition"]: tuple(row[name] for name in names) for row in rows} == said
    assert len(rows) == len(said) == 15
    order = ["national", "provincial", "municipal", ""]
    assert [row["level"] for row in rows] == sorted((row["level"] for row in rows), key=order.index)
    assert [row for row in cells(together("recognitions-by-level"), "report", *names) if row[0] == JIA.id] == [
        (JIA.id, "provincial", "jia-eye", "", "", "jia-province", "commendation")
    ]


def test_outside_bodies_and_their_roles(alone: Answer) -> None:
    rows = alone("external-actors")
    kinds = ("public-body", "office", "company", "exchange", "organisation")
    own = parts_of_body()
    bodies = {row["id"] for row in table("entities") if row["kind"] in kinds} - own
    places = {row["about"] for row in rows if row["kind"] == "place"}
    assert places == {"shenzhen", "dongguan", "hengyang"}
    assert {row["about"] for row in rows} - places == bodies
    expected = {
        (s, p, o): basis for (s, p, o), basis in relations().items() if p != "spatial" and {s, o} & bodies
    } | {(s, p, o): basis for (s, p, o), basis in relations().items() if p == "party" and o in places}
    found = {(r["subject"], r["relation"], r["object"]): r["basis"] for r in rows if r["basis"]}
    assert found == expected
    conferred = {(f"huizhou-zsj-2024.{r['id']}", r["conferred_by"]) for r in table("recognitions") if r["conferred_by"]}
    assert set(cells([r for r in rows if r["relation"] == "conferredBy"], "subject", "about")) == conferred
    silent = {row["about"] for row in rows if not row["relation"]}
    assert silent == {"municipal-data-providers", "provincial-data-brokers"}


def parts_of_body() -> set[str]:
    """The reporting body with its units and subordinate bodies."""
    found = {"huizhou-data-bureau"}
    for row in table("entities"):
        if row["part_of"] in found:
            found.add(row["id"])
    return found


def test_outside_bodies_of_another_report(together: Answer) -> None:
    rows = [row for row in together("external-actors") if row["report"] == JIA.id]
    assert sorted(cells(rows, "about", "relation", "subject", "object")) == [
        ("jia-province", "conferredBy", "jia-zsj-2024.r01", "jia-province"),
        ("jia-tech", "leadOrganisation", "jia-low-altitude-space", "jia-tech"),
        ("jia-tech", "targetGroup", "jia-eye", "jia-tech"),
    ]
