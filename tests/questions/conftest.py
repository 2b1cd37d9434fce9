"""Questions asked of the build, of tables that were changed, and of a graph with a few triples more or less."""

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

from zhengtu import pipeline, rooms, settings
from zhengtu.namespaces import prologue
from zhengtu.publish.questions import find, read_questions
from zhengtu.settings import Settings
from zhengtu.store import builds
from zhengtu.store.embedded import EmbeddedStore, fill
from zhengtu.terms import CODE, ID

FOLDER = "reports/huizhou-zsj-2024"
QUESTIONS = tuple(read_questions(rooms.ontology() / "questions"))
Row = dict[str, str]
Ask = Callable[..., list[Row]]
Change = Callable[..., EmbeddedStore]


@pytest.fixture(scope="session")
def ask(store: EmbeddedStore) -> Ask:
    """The rows of a question, of the real build unless another store is given; IRIs are cut to their last part."""

    def rows(slug: str, asked: EmbeddedStore | None = None, **terms: str) -> list[Row]:
        given = {name: (term,) for name, term in terms.items()}
        answer = (asked or store).query(find(QUESTIONS, slug).written(given))
        return [dict(zip(answer.variables, map(end, row), strict=True)) for row in answer.rows()]

    return rows


def end(cell: str) -> str:
    """`…/id/period/2024` → `2024`; what is no IRI stays as it is."""
    return cell.rpartition("/")[2].rpartition("#")[2] if cell.startswith("http") else cell


@pytest.fixture(scope="session")
def changed(built_settings: Settings) -> Change:
    """The build with triples that replace those of the same subject and predicate, and with triples that are added."""
    quads = built_settings.build_dir / "current" / "zhengtu.nq"

    def change(added: str = "", replaced: str = "") -> EmbeddedStore:
        engine = fill(ox.Store(), quads)
        new = triples(replaced)
        for subject, predicate in {(triple.subject, triple.predicate) for triple in new}:
            for old in list(engine.quads_for_pattern(subject, predicate, None)):
                engine.remove(old)
        for triple in (*new, *triples(added)):
            engine.add(ox.Quad(triple.subject, triple.predicate, triple.object, ox.NamedNode("urn:new")))
        return EmbeddedStore.of_engine(engine)

    return change


def triples(turtle: str) -> list[ox.Quad]:
    """Turtle without prefixes, read; `it:` begins the observations of the report."""
    return list(ox.parse(f"{prologue()}{PREFIXES}{turtle}".encode(), ox.RdfFormat.TURTLE))


CODES = {"comparator": "comparator", "direction": "direction", "form": "value-form", "role": "value-role"}
CODES |= {"issue": "issue-type", "rule": "audit-rule", "scope": "scope"}
FAMILIES = ("check", "claim", "indicator", "initiative", "objective", "org", "period", "report")
PREFIXES = "".join(f"PREFIX {family}: <{ID[family]}/>\n" for family in FAMILIES) + (
    "PREFIX it: <https://w3id.org/zhengtu/id/observation/huizhou-zsj-2024.>\n"
    + "".join(f"PREFIX {short}: <{CODE[scheme]}/>\n" for short, scheme in CODES.items())
)


@pytest.fixture(scope="session")
def changed_tables(tmp_path_factory: pytest.TempPathFactory) -> EmbeddedStore:
    """A build of the tables in which some rows say something else (see ROWS)."""
    folder = tmp_path_factory.mktemp("changed")
    data = Path(shutil.copytree(rooms.data(), folder / "data"))
    for table, key, column, value in ROWS:
        write_cell(data / FOLDER / table, key, column, value)
    chosen = settings.load(data_dir=data, build_dir=folder / "build")
    pipeline.build(chosen)
    return builds.current(chosen.build_dir).open()


ROWS = (
    ("claims.csv", "c200", "type", "improvement"),  # the reason of the missed target becomes a remedy
    ("objectives.csv", "5", "answered_by", ""),  # nothing reports on the fifth objective
    ("figures.csv", "f109", "scope", "for-public-security"),  # a result in another scope than its target
    ("figures.csv", "f018", "scope", "for-public-security"),
    ("figures.csv", "f246", "scope", "for-public-security"),
    ("figures.csv", "f107", "period", "to-2024-12-31"),  # requests in the year become a running total
    ("figures.csv", "f245", "period", "to-2024-12-31"),
)


def write_cell(path: Path, key: str, column: str, value: str) -> None:
    """Overwrite a cell of the row that begins with `key`."""
    with path.open(encoding="utf-8", newline="") as source:
        rows = list(csv.reader(source))
    row = next(row for row in rows if row[0] == key)
    row[rows[0].index(column)] = value
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out, lineterminator="\n").writerows(rows)


@pytest.fixture(scope="session")
def figures() -> list[Row]:
    """The rows of the report's figures.csv, as a person wrote them."""
    with (rooms.data() / FOLDER / "figures.csv").open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


@pytest.fixture(scope="session")
def recorded_checks() -> list[Row]:
    """The rows of the report's checks.csv."""
    with (rooms.data() / FOLDER / "checks.csv").open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))
