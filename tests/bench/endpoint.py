"""The endpoint against its peers over HTTP: look-ups at CONNECTIONS connections, heavy queries, memory of a worker.

What is compared is measured in turn, in rounds. A rate is the median of its rounds; the time of a heavy query is the
least of them, for whatever else the machine does only adds to it, most of all to ours, which yields. `wrk` (Debian)
sends the look-ups; the server of the PyPI package `oxigraph` reads the very folder that a store on disk of ours is.
"""

import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import socket
from statistics import median
from urllib.parse import quote

from zhengtu import rooms
from zhengtu.publish.questions import read_questions
from zhengtu.store import builds, disk
from zhengtu.store.builds import Build

BIN = Path(sys.executable).parent
LOOK_UP = "SELECT ?p ?o { <https://w3id.org/zhengtu/id/initiative/huiyunyan> ?p ?o }"
HEAVY = {
    "count by class": "SELECT ?c (COUNT(?s) AS ?n) { ?s a ?c } GROUP BY ?c ORDER BY DESC(?n)",
    "count by indicator and role": """PREFIX zt: <https://w3id.org/zhengtu/ns#>
        SELECT ?i ?r (COUNT(*) AS ?n) { ?o zt:indicator ?i ; zt:valueRole ?r } GROUP BY ?i ?r""",
    "observations by passages": """PREFIX prov: <http://www.w3.org/ns/prov#> PREFIX dcterms: <http://purl.org/dc/terms/>
        SELECT ?report (COUNT(DISTINCT ?q) AS ?n) { ?o dcterms:isPartOf ?report ; prov:wasDerivedFrom ?q }
        GROUP BY ?report""",
}
QUESTIONS = ("budget-year-on-year", "disagreements", "recognitions-by-level")
"""Those of our questions that join within a report: a join across a hundred equal reports would say nothing."""
CONNECTIONS, SECONDS, ROUNDS, HEAVY_ROUNDS, COPIES = 32, 5, 3, 4, 100


@dataclass(frozen=True, slots=True)
class Server:
    """One of the servers: its name, where it answers queries, and its process."""

    name: str
    port: int
    path: str
    process: int

    def ask(self, query: str, mark: str) -> float:
        """Seconds that a query takes, with its whole answer; `mark` makes it a new one."""
        url = f"http://127.0.0.1:{self.port}{self.path}?query={quote(f'{query}#{mark}')}"
        asked = urllib.request.Request(url, headers={"Accept": "application/sparql-results+json"})
        begun = time.perf_counter()
        with urllib.request.urlopen(asked, timeout=120) as answer:  # noqa: S310
            answer.read()
        return time.perf_counter() - begun


def measure(build_dir: Path, report: str, folder: Path) -> None:
    """`build_dir` holds a build of `report` alone; `folder` takes what is made of it."""
    if shutil.which("wrk") is None:
        say("look-ups over HTTP", "not measured: wrk is not installed (Debian: apt-get install wrk)")
    else:
        look_ups(build_dir, folder)
    heavy_queries(copied(builds.current(build_dir), report, folder / "hundred.nq"), folder / "hundred")


def look_ups(build_dir: Path, folder: Path) -> None:
    """Requests per second over one report, every query new or the same again."""
    build = builds.current(build_dir)
    disk.make(build.file, folder / "one-store")
    quads = folder / "one.nq"
    quads.symlink_to(build.file)
    with ExitStack() as stack:
        ours = stack.enter_context(zhengtu(build_dir))
        theirs = stack.enter_context(oxigraph(folder / "one-store"))
        rdflib = stack.enter_context(rdflib_endpoint(quads))
        for mode, told in (("new", "every query new"), ("same", "one query again and again")):
            rounds = [{server.name: rate(server, mode) for server in (ours, theirs)} for _ in range(ROUNDS)]
            found = {server.name: median(taken[server.name] for taken in rounds) for server in (ours, theirs)}
            ratio = median(taken[ours.name] / taken[theirs.name] for taken in rounds)
            third = rate(rdflib, mode)
            figures = ", ".join(f"{name} {value:.0f}" for name, value in {**found, rdflib.name: third}.items())
            say(f"look-ups/s, {CONNECTIONS} connections, {told}", f"{figures}; {ratio:.2f} x oxigraph")
        memory("one report, in memory", ours)


def copied(build: Build, report: str, path: Path) -> Path:
    """COPIES of a report as one file, each under its own name, beside what all reports share."""
    shared, own = (part.read_bytes() for part in build.parts(report))
    with path.open("wb") as out:
        out.write(shared)
        for number in range(COPIES):
            out.write(own.replace(report.encode(), b"copy-%03d" % number))
    return path


def heavy_queries(quads: Path, build_dir: Path) -> None:
    """Seconds of aggregations and joins over a hundred reports, the same store folder under both servers."""
    begun = time.perf_counter()
    build = builds.of_file(quads, build_dir, 0)
    if build.store is None:
        raise ValueError(f"{quads} has no store on disk")
    say(f"store on disk of {build.manifest['quads']} quads, made in", f"{time.perf_counter() - begun:.0f} s")
    asked = {q.slug: q.query for q in read_questions(rooms.ontology() / "questions") if q.slug in QUESTIONS}
    with zhengtu(build_dir, "--data", str(quads)) as ours, oxigraph(build.store) as theirs:
        taken = dict(compared(ours, theirs, {**HEAVY, **asked}))
        memory(f"{build.manifest['quads']} quads, on disk", ours)
    whole = [sum(seconds) for seconds in zip(*taken.values(), strict=True)]
    say("heavy queries, all", f"{whole[0]:.2f} s, {whole[0] / whole[1]:.2f} x oxigraph")


def compared(ours: Server, theirs: Server, queries: Mapping[str, str]) -> Iterator[tuple[str, tuple[float, float]]]:
    """The least seconds of each query, ours and theirs."""
    for name, query in queries.items():
        rounds = [(ours.ask(query, str(n)), theirs.ask(query, str(n))) for n in range(HEAVY_ROUNDS)]
        found = min(a for a, _ in rounds), min(b for _, b in rounds)
        say(f"heavy: {name}", f"{found[0]:.3f} s, {found[0] / found[1]:.2f} x oxigraph")
        yield name, found


def rate(server: Server, mode: str) -> float:
    """Requests per second. Raises ValueError when one of them fails."""
    url = f"http://127.0.0.1:{server.port}"
    command = ["wrk", f"-c{CONNECTIONS}", "-t2", f"-d{SECONDS}s", "-s", str(Path(__file__).parent / "look_up.lua"), url]
    path = f"{server.path}?query={quote(LOOK_UP)}"
    told = subprocess.run([*command, "--", path, mode], capture_output=True, text=True, check=True).stdout  # noqa: S603
    if "Non-2xx" in told or "Socket errors" in told:
        raise ValueError(f"{server.name}: {told}")
    found = re.search(r"Requests/sec: +([\d.]+)", told)
    if found is None:
        raise ValueError(told)
    return float(found[1])


def memory(what: str, server: Server) -> None:
    """What the processes behind the one that speaks HTTP hold: each alone, and in its share."""
    keepers = children(server.process)
    workers = [worker for keeper in keepers for worker in children(keeper)]
    alone = median(held(worker, "Private_Clean") + held(worker, "Private_Dirty") for worker in workers)
    whole = sum(held(process, "Pss") for process in (server.process, *keepers, *workers))
    say(f"memory, {what}", f"{alone:.0f} MB a worker of its own, {whole:.0f} MB all {len(workers)} workers and server")


def children(process: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text("ascii").split()]


def held(process: int, what: str) -> float:
    """MB of this kind (proc(5), /proc/pid/smaps_rollup)."""
    text = Path(f"/proc/{process}/smaps_rollup").read_text("ascii")
    return sum(map(int, re.findall(rf"^{what}: +(\d+) kB", text, re.MULTILINE))) / 1024


@contextmanager
def zhengtu(build_dir: Path, *options: str) -> Iterator[Server]:
    command = [sys.executable, "-m", "zhengtu", "serve", "--build-dir", str(build_dir), "--port", "{port}", *options]
    with running("zhengtu", command, "/sparql") as server:
        yield server


@contextmanager
def oxigraph(store: Path) -> Iterator[Server]:
    command = [str(BIN / "oxigraph"), "serve-read-only", "--location", str(store), "--bind", "127.0.0.1:{port}"]
    with running("oxigraph", command, "/query") as server:
        yield server


@contextmanager
def rdflib_endpoint(quads: Path) -> Iterator[Server]:
    command = [str(BIN / "rdflib-endpoint"), "serve", str(quads), "--host", "127.0.0.1", "--port", "{port}"]
    with running("rdflib-endpoint", command, "/") as server:
        yield server


@contextmanager
def running(name: str, command: list[str], path: str) -> Iterator[Server]:
    """The server that the command starts, once it answers."""
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    filled = [part.replace("{port}", str(port)) for part in command]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(filled, stdout=quiet, stderr=quiet) as process:  # noqa: S603
        server = Server(name, port, path, process.pid)
        try:
            wait(server, process)
            yield server
        finally:
            process.terminate()
            process.wait(timeout=30)


def wait(server: Server, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline and process.poll() is None:
        try:
            server.ask("ASK {}", "")
        except (ConnectionError, urllib.error.URLError):
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"{server.name} did not start")


def say(what: str, found: str) -> None:
    print(f"{what:56} {found}", flush=True)
