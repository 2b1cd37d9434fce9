"""Measure and print; nothing here passes or fails. the names of MEASURES as arguments choose some.

Each figure is the median of several rounds; a ratio compares two things measured in turn in the same run.
"""

import resource
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from socket import socket
from statistics import median

import pyoxigraph
import pyshacl.shape
import rdflib
from tests.bench import endpoint, search
from tests.bench.endpoint import say

from zhengtu import pipeline, rooms, settings
from zhengtu.check import run, shacl
from zhengtu.check.audit import audit
from zhengtu.read.reference import read_reference
from zhengtu.read.report import read_report
from zhengtu.settings import Settings
from zhengtu.store import builds
from zhengtu.store.embedded import EmbeddedStore
from zhengtu.store.quads import read_quads

REPORT = "huizhou-zsj-2024"
QUERIES = {
    "look-up": "SELECT ?p ?o { <https://w3id.org/zhengtu/id/initiative/huiyunyan> ?p ?o }",
    "filter": """SELECT ?o ?v { ?o <https://w3id.org/zhengtu/ns#valueRole>
        <https://w3id.org/zhengtu/code/value-role/target> ; <https://w3id.org/zhengtu/ns#reportedText> ?v }""",
    "group": "SELECT ?i (COUNT(*) AS ?n) { ?o <https://w3id.org/zhengtu/ns#indicator> ?i } GROUP BY ?i",
}


def main() -> None:
    """All measures, or those that the command names."""
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        for name, measure in MEASURES.items():
            if not sys.argv[1:] or name in sys.argv[1:]:
                measure(folder)


def build_one(folder: Path) -> None:
    """The build against what the engine alone needs to parse and write the same quads."""
    chosen = settings.load(build_dir=folder / "one")
    ours = timed(lambda: pipeline.build(chosen), 3)
    quads = (builds.current(chosen.build_dir).folder / builds.QUADS).read_bytes()

    def engine() -> None:
        parsed = sorted(pyoxigraph.parse(quads, format=pyoxigraph.RdfFormat.N_QUADS), key=str)
        pyoxigraph.serialize(parsed, format=pyoxigraph.RdfFormat.N_QUADS)

    bare = timed(engine, 3)
    say("build, text to N-Quads and TriG", f"{ours:.2f} s, {ours / bare:.1f} x parse+sort+write of the same quads")


def audit_one(folder: Path) -> None:
    """All relations of the report recomputed, against its build."""
    building = timed(lambda: pipeline.build(settings.load(build_dir=folder / "one")), 1)
    shared = read_reference(rooms.data(), rooms.ontology())
    report = read_report(rooms.data() / "reports" / REPORT, rooms.data(), shared, "")
    auditing = timed(lambda: audit(report, shared), 20)
    say("audit of the report", f"{auditing:.3f} s, {auditing / building:.3f} x the build")


def build_many(folder: Path) -> None:
    """1, 10 and 100 copies of the report: the cost of one must stay the cost of one."""
    base = None
    for copies in (1, 10, 100):
        chosen = copied(folder, copies)
        each = timed(lambda chosen=chosen: pipeline.build(chosen), 1) / copies  # type: ignore[misc]
        base = base or each
        say(f"build of {copies} copies", f"{each:.2f} s a report, {each / base:.2f} x the cost of one alone")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    say("peak memory of this process, 100 copies built", f"{peak:.2f} GiB")


def check_one(folder: Path) -> None:
    """Validation of one report against bare pySHACL over the same graph and shapes, in turn."""
    whole = pipeline.build(settings.load(build_dir=folder / "one"))
    files = shacl.shape_files(rooms.shapes())
    quads = tuple(chain.from_iterable(map(read_quads, whole.parts(REPORT))))
    data = shacl.union(quads)

    def bare() -> None:
        vars(pyshacl.shape).pop("CONSTRAINT_PARAMS", None)  # what our run puts there to save time
        shapes = rdflib.Graph()
        for file in files:
            shapes.parse(file)
        pyshacl.validate(data, shacl_graph=shapes)

    ours, theirs = paired(lambda: run.check_data(REPORT, quads, files), bare, 3)
    say("validation of one report", f"{ours:.1f} s, {ours / theirs:.2f} x bare pySHACL ({theirs:.1f} s)")
    document = timed(lambda: run.check_document(REPORT, quads, shacl.shape_files(rooms.shapes(), "gd-a")), 1)
    say("26 requirements on one document", f"{document:.1f} s")


def check_many(folder: Path) -> None:
    """Validation of 1, 10 and 100 copies, a process on every core: the cost of one must stay the cost of one."""
    base = None
    for copies in (1, 10, 100):
        chosen = copied(folder, copies)
        pipeline.build(chosen)
        used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        wall = timed(lambda chosen=chosen: pipeline.check(chosen, profile=False), 1)  # type: ignore[misc]
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        base = base or wall
        cores = (after.ru_utime - used) / wall
        say(
            f"validation of {copies} copies",
            f"{wall:.0f} s, {wall / copies:.2f} s a report, {wall / copies / base:.2f} x one alone; "
            f"{cores:.1f} cores in workers, peak memory of one {after.ru_maxrss / 2**20:.2f} GiB",
        )


def query_through_the_door(folder: Path) -> None:
    """A query through store/ against the bare engine that holds the same quads, in turn."""
    quads = pipeline.build(settings.load(build_dir=folder / "one")).folder / builds.QUADS
    door, bare = EmbeddedStore.of_file(quads), pyoxigraph.Store()
    bare.bulk_load(path=str(quads), format=pyoxigraph.RdfFormat.N_QUADS)
    bare.bulk_extend([pyoxigraph.Quad(quad.subject, quad.predicate, quad.object) for quad in bare])
    for name, text in QUERIES.items():

        def through(text: str = text) -> None:
            list(door.query(text).rows())

        def straight(text: str = text) -> None:
            found = bare.query(text)
            if isinstance(found, pyoxigraph.QuerySolutions):
                for solution in found:
                    tuple(term.value for term in solution)

        ours, theirs = paired(through, straight, 200)
        say(f"query: {name}", f"{ours * 1e3:.2f} ms, {ours / theirs:.2f} x bare pyoxigraph")


def first_answer(folder: Path) -> None:
    """From the start of the process to the first answer."""
    pipeline.build(settings.load(build_dir=folder / "one"))
    rounds = [start(folder / "one") for _ in range(3)]
    say("service, start to first answer", f"{median(rounds):.2f} s")


def start(build_dir: Path) -> float:
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "zhengtu", "serve", "--port", str(port), "--build-dir", str(build_dir)]
    begun = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:  # noqa: S603
        try:
            while time.perf_counter() - begun < 60:
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/sparql?query=ASK%20%7B%7D").close()
                except (ConnectionError, urllib.error.URLError):
                    time.sleep(0.01)
                else:
                    return time.perf_counter() - begun
        finally:
            server.terminate()
            server.wait(timeout=20)
    raise TimeoutError("the service did not answer within a minute")


def one(folder: Path) -> Settings:
    """Settings whose build folder holds a build of the report."""
    chosen = settings.load(build_dir=folder / "one")
    pipeline.build(chosen)
    return chosen


def copied(folder: Path, copies: int) -> Settings:
    """Settings for so many copies of the report."""
    data = folder / f"data-{copies}"
    if not data.exists():
        copied_data(data, copies)
    return settings.load(data_dir=data, build_dir=folder / f"copies-{copies}")


def copied_data(folder: Path, copies: int) -> Path:
    shutil.copytree(rooms.data(), folder)
    for number in range(1, copies):
        shutil.copytree(folder / "reports" / REPORT, folder / "reports" / f"copy-{number:03}")
    return folder


def timed(measured: Callable[[], object], rounds: int) -> float:
    return median(once(measured) for _ in range(rounds))


def paired(ours: Callable[[], object], theirs: Callable[[], object], rounds: int) -> tuple[float, float]:
    pairs = [(once(ours), once(theirs)) for _ in range(rounds)]
    return median(a for a, _ in pairs), median(b for _, b in pairs)


def once(measured: Callable[[], object]) -> float:
    begun = time.perf_counter()
    measured()
    return time.perf_counter() - begun


MEASURES: dict[str, Callable[[Path], None]] = {
    "build": build_one,
    "endpoint": lambda folder: endpoint.measure(one(folder).build_dir, REPORT, folder),
    "audit": audit_one,
    "check": check_one,
    "door": query_through_the_door,
    "start": first_answer,
    "search": lambda _: search.measure(),
    "builds": build_many,
    "checks": check_many,
}

if __name__ == "__main__":  # a worker process imports this file again
    main()
