"""Measure and print; nothing here passes or fails. `endpoint` as argument measures the endpoint alone.

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
from pathlib import Path
from socket import socket
from statistics import median

import pyoxigraph
from tests.bench import endpoint, search
from tests.bench.endpoint import say

from zhengtu import pipeline, rooms, settings
from zhengtu.check.audit import audit
from zhengtu.read.reference import read_reference
from zhengtu.read.report import read_report
from zhengtu.store import builds
from zhengtu.store.embedded import EmbeddedStore

REPORT = "huizhou-zsj-2024"
QUERIES = {
    "look-up": "SELECT ?p ?o { <https://w3id.org/zhengtu/id/initiative/huiyunyan> ?p ?o }",
    "filter": """SELECT ?o ?v { ?o <https://w3id.org/zhengtu/ns#valueRole>
        <https://w3id.org/zhengtu/code/value-role/target> ; <https://w3id.org/zhengtu/ns#reportedText> ?v }""",
    "group": "SELECT ?i (COUNT(*) AS ?n) { ?o <https://w3id.org/zhengtu/ns#indicator> ?i } GROUP BY ?i",
}


def main() -> None:
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        build_one(folder)
        endpoint.measure(folder / "one", REPORT, folder)
        if "endpoint" in sys.argv:
            return
        query_through_the_door(folder)
        first_answer(folder)
        search.measure()
        build_many(folder)


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
    shared = read_reference(rooms.data(), rooms.ontology())
    report = read_report(rooms.data() / "reports" / REPORT, rooms.data(), shared, "")
    auditing = timed(lambda: audit(report, shared), 20)
    say("audit of the report", f"{auditing:.3f} s, {auditing / ours:.2f} x the build")
    checking = timed(lambda: pipeline.check(chosen), 1)
    say("check, SHACL over the build", f"{checking:.1f} s, {checking / ours:.1f} x the build")


def build_many(folder: Path) -> None:
    """1, 10 and 100 copies of the report: the cost of one must stay the cost of one."""
    base = None
    for copies in (1, 10, 100):
        data = copied_data(folder / f"data-{copies}", copies)
        chosen = settings.load(data_dir=data, build_dir=folder / f"copies-{copies}")
        each = timed(lambda chosen=chosen: pipeline.build(chosen), 1) / copies  # type: ignore[misc]
        base = base or each
        say(f"build of {copies} copies", f"{each:.2f} s a report, {each / base:.2f} x the cost of one alone")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    say("peak memory of this process, 100 copies built", f"{peak:.2f} GiB")


def query_through_the_door(folder: Path) -> None:
    """A query through store/ against the bare engine that holds the same quads, in turn."""
    quads = builds.current(folder / "one").folder / builds.QUADS
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


def copied_data(folder: Path, copies: int) -> Path:
    shutil.copytree(rooms.data(), folder)
    for number in range(1, copies):
        shutil.copytree(folder / "reports" / REPORT, folder / "reports" / f"copy-{number:03}")
    return folder


def timed(run: Callable[[], object], rounds: int) -> float:
    return median(once(run) for _ in range(rounds))


def paired(ours: Callable[[], object], theirs: Callable[[], object], rounds: int) -> tuple[float, float]:
    pairs = [(once(ours), once(theirs)) for _ in range(rounds)]
    return median(a for a, _ in pairs), median(b for _, b in pairs)


def once(run: Callable[[], object]) -> float:
    begun = time.perf_counter()
    run()
    return time.perf_counter() - begun


main()
