"""The shared tables and the code lists in, a `Reference` out."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import rdflib

from zhengtu.errors import IdRepeated, InputError, ReportInvalid
from zhengtu.model import Entity, Indicator, Kind, Label, Period, Place, Reference
from zhengtu.read.files import Row, build_rows, read_table
from zhengtu.terms import CODE, SKOS, ZT

Named = TypeVar("Named", Entity, Indicator, Place, Period)


def read_reference(data: Path, ontology: Path) -> Reference:
    """`data/reference/` and `ontology/codes.ttl`. Raises ReportInvalid with all that is wrong in them."""
    problems: list[InputError] = []
    codes, kinds = read_codes(ontology / "codes.ttl")

    def table(name: str, build: Callable[[Row], Named]) -> dict[str, Named]:
        path, schema = data / "reference" / f"{name}.csv", data / "schemas" / f"{name}.json"
        try:
            return by_id(read_table(path, schema, problems), build, problems)
        except InputError as problem:
            problems.append(problem)
            return {}

    units = {
        row["printed"]: (row["unit"], row["classifier"])
        for row in read_table(data / "reference" / "units.csv", data / "schemas" / "units.json", problems)
    }
    reference = Reference(
        indicators=table("indicators", lambda row: _indicator(row, codes)),
        places=table("places", _place),
        periods=table("periods", _period),
        units=units,
        kinds=kinds,
        codes=codes,
    )
    if problems:
        raise ReportInvalid("reference", problems)
    return reference


def by_id(rows: tuple[Row, ...], build: Callable[[Row], Named], problems: list[InputError]) -> dict[str, Named]:
    """The built rows by their id; a repeated id is a problem."""
    found: dict[str, Named] = {}

    def once(row: Row) -> None:
        built = build(row)
        if built.id in found:
            raise row.fault(IdRepeated, "id", built.id)
        found[built.id] = built

    build_rows(rows, once, problems)
    return found


def read_codes(path: Path) -> tuple[Mapping[str, frozenset[str]], Mapping[str, Kind]]:
    """The code lists as {scheme: slugs}, and the kinds of entities."""
    graph = rdflib.Graph().parse(path, format="turtle")
    codes: dict[str, set[str]] = defaultdict(set)
    for concept, scheme in graph.subject_objects(SKOS.inScheme):
        codes[str(scheme).removeprefix(CODE)].add(str(graph.value(concept, SKOS.notation)))
    for collection, member in graph.subject_objects(SKOS.member):
        codes[str(collection).removeprefix(CODE)].add(str(graph.value(member, SKOS.notation)))
    kinds = {
        slug: Kind(
            slug,
            tuple(sorted(map(str, graph.objects(CODE[f"entity-kind/{slug}"], ZT.kindClass)))),
            str(graph.value(CODE[f"entity-kind/{slug}"], ZT.iriFamily)),
        )
        for slug in sorted(codes["entity-kind"])
    }
    return {scheme: frozenset(slugs) for scheme, slugs in codes.items()}, kinds


def _indicator(row: Row, codes: Mapping[str, frozenset[str]]) -> Indicator:
    return Indicator(
        row["id"],
        Label(row["name_zh"], row["name_en"]),
        row["broader"],
        row.code("dimension", codes["indicator-framework"]),
        row["unit"],
        row["classifier"],
        row.code("direction", codes["direction"]),
    )


def _place(row: Row) -> Place:
    return Place(row["id"], Label(row["name_zh"], row["name_en"]), row["code"], row["part_of"], row["exact_match"])


def _period(row: Row) -> Period:
    return Period(row["id"], Label(row["name_zh"], row["name_en"]), row["start"], row["end"])
