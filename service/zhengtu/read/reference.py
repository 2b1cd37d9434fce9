"""The shared tables and the code lists in, a `Reference` out."""

from collections import Counter, defaultdict
from collections.abc import Callable, Container, Mapping
from pathlib import Path
from typing import TypeVar

import rdflib

from zhengtu.errors import IdRepeated, InputError, ReportInvalid, ValueMalformed
from zhengtu.model import Entity, Indicator, Kind, Label, Period, Place, Reference
from zhengtu.read.files import Row, Table, build_rows, read_table
from zhengtu.read.quantity import scaled_unit
from zhengtu.terms import CODE, SKOS, ZT

TABLES = ("indicators", "places", "periods", "units")

Named = TypeVar("Named", Entity, Indicator, Place, Period)


def read_reference(data: Path, ontology: Path) -> Reference:
    """`data/reference/` and `ontology/codes.ttl`. Raises ReportInvalid with all that is wrong in them."""
    problems: list[InputError] = []
    codes, kinds = read_codes(ontology / "codes.ttl")

    def read(name: str) -> Table:
        return read_table(data / "reference" / f"{name}.csv", data / "schemas" / f"{name}.json", problems)

    indicators, places, periods, units = map(read, TABLES)
    reference = Reference(
        indicators=by_id(indicators, lambda row: _indicator(row, codes, indicators.ids), problems),
        places=by_id(places, lambda row: _place(row, places.ids), problems),
        periods=by_id(periods, _period, problems),
        units=_units(units, problems),
        kinds=kinds,
        codes=codes,
    )
    if problems:
        raise ReportInvalid("reference", problems)
    return reference


def shared_files(data: Path, ontology: Path) -> list[Path]:
    """What is read for every report: the shared tables, the outlines of the genre, the code lists."""
    tables = [data / "reference" / f"{name}.csv" for name in TABLES]
    return [*tables, *(data / "reference").glob("profile-*.yaml"), ontology / "codes.ttl"]


def by_id(table: Table, build: Callable[[Row], Named], problems: list[InputError]) -> dict[str, Named]:
    """The built rows by their id; a repeated id is a problem."""
    found: dict[str, Named] = {}

    def once(row: Row) -> None:
        built = build(row)
        if built.id in found:
            raise row.fault(IdRepeated, "id", built.id)
        found[built.id] = built

    build_rows(table, once, problems)
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


def _units(table: Table, problems: list[InputError]) -> dict[str, tuple[str, str]]:
    """(QUDT unit, classifier) by printed unit; no unit may swallow the multiplier of another."""
    printed = Counter(row["printed"] for row in table.rows)

    def unit(row: Row) -> tuple[str, tuple[str, str]]:
        word = row["printed"]
        if printed[word] > 1:
            raise row.fault(IdRepeated, "printed", word)
        if scale := scaled_unit(word, printed):
            raise row.fault(ValueMalformed, "printed", f"{word} is {scale} and a unit: write the unit without it")
        return word, (row["unit"], row["classifier"])

    return dict(built for _, built in build_rows(table, unit, problems))


def _indicator(row: Row, codes: Mapping[str, frozenset[str]], ids: Container[str]) -> Indicator:
    return Indicator(
        row["id"],
        Label(row["name_zh"], row["name_en"]),
        row.reference("broader", ids),
        row.code("dimension", codes["indicator-framework"]),
        row["unit"],
        row["classifier"],
        row.code("direction", codes["direction"]),
    )


def _place(row: Row, ids: Container[str]) -> Place:
    whole = row.reference("part_of", ids)
    return Place(row["id"], Label(row["name_zh"], row["name_en"]), row["code"], whole, row["exact_match"])


def _period(row: Row) -> Period:
    return Period(row["id"], Label(row["name_zh"], row["name_en"]), row["start"], row["end"])
