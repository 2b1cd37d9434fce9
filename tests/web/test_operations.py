"""Running it: state, figures, log, end, reload, and what stands in deploy/."""

import http.client
import json
import logging
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from tests.web.served import Answer, Served, served
from typer.testing import CliRunner

from zhengtu import __version__, settings
from zhengtu.cli import app as command
from zhengtu.settings import Settings
from zhengtu.store import builds
from zhengtu.web.app import create_app
from zhengtu.web.journal import JsonLines

DEPLOY = Path(__file__).parent.parent.parent / "deploy"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
HEAVY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
SLOW = "ASK { ?a ?b ?c . ?d ?e ?f . VALUES ?k { 1 2 3 4 5 6 } FILTER(CONCAT(STR(?a), STR(?d), STR(?k)) = 'no') }"
QUADS = 300
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
needs_nginx = pytest.mark.skipif(NGINX is None, reason="nginx is not installed")


def write_build(folder: Path, quads: int, *, on_disk: bool = False) -> builds.Build:
    """A build of so many quads, made the current one of `folder`."""
    lines = sorted(f'<urn:s{n}> <urn:p> "政图 {n}" <urn:g> .\n'.encode() for n in range(quads))
    return builds.write(folder, lines, {}, disk_quads=0 if on_disk else None)


@pytest.fixture(scope="module")
def build_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small build."""
    folder = tmp_path_factory.mktemp("operations")
    write_build(folder, QUADS)
    return folder


@pytest.fixture(scope="module")
def service(build_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A served process that tests leave as it was."""
    bounds = {"receive_seconds": 1, "connections": 20, "query_seconds": 10}
    with served(tmp_path_factory.mktemp("log"), "--build-dir", str(build_dir), **bounds) as running:
        yield running


def until(true: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def figures(text: str) -> dict[str, float]:
    """Samples by name and labels, as the Prometheus text format writes them."""
    samples = (sample for family in text_string_to_metric_families(text) for sample in family.samples)
    return {s.name + "".join(f" {name}={value}" for name, value in sorted(s.labels.items())): s.value for s in samples}


def scrape(service: Served) -> dict[str, float]:
    return figures(service.request("GET", "/metrics").text)


def lines(log: Path) -> list[dict[str, Any]]:
    """The lines of the log after the first, which names the address."""
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()[1:]]


# State and figures


def test_health_tells_what_is_served(service: Served, build_dir: Path) -> None:
    answer = service.request("GET", "/health")
    told = json.loads(answer.body)
    assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")
    assert told["digest"] == builds.current(build_dir).manifest["digest"]
    assert {told[key] for key in ("status", "version", "quads", "workers")} == {"ready", __version__, QUADS, 3}
    assert told["graphs"] == {"urn:g": QUADS}
    assert service.request("HEAD", "/health").status == 200


def test_health_is_503_when_no_worker_is_alive_or_the_service_stops(
    build_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with TestClient(create_app(builds.current(build_dir), settings.load(build_dir=build_dir))) as client:
        service = client.app.state.service  # type: ignore[attr-defined]
        assert client.get("/health").status_code == 200
        monkeypatch.setattr(service.endpoint.pool, "states", lambda: {"idle": 0, "busy": 0, "slow": 0, "starting": 3})
        starting = client.get("/health")
        assert (starting.status_code, starting.json()["status"], starting.json()["workers"]) == (503, "starting", 0)
        monkeypatch.undo()
        service.stopping = True
        stopping = client.get("/health")
        assert (stopping.status_code, stopping.json()["status"]) == (503, "stopping")


def test_metrics_count_what_happened_in_this_application_alone(build_dir: Path) -> None:
    chosen = settings.load(build_dir=build_dir)
    with (
        TestClient(create_app(builds.current(build_dir), chosen)) as client,
        TestClient(create_app(builds.current(build_dir), chosen)) as other,
    ):
        for query in (COUNT, COUNT, "SELECT", "ASK { SERVICE <urn:x> {} }"):
            client.get("/sparql", params={"query": query})
        client.get("/nowhere")
        scraped = client.get("/metrics")
        found, elsewhere = figures(scraped.text), figures(other.get("/metrics").text)
    assert scraped.headers["content-type"].startswith("text/plain; version=")
    assert {name: value for name, value in found.items() if name.startswith("zhengtu_requests_total")} == {
        "zhengtu_requests_total outcome=ok place=sparql": 2,
        "zhengtu_requests_total outcome=query-malformed place=sparql": 1,
        "zhengtu_requests_total outcome=query-refused place=sparql": 1,
        "zhengtu_requests_total outcome=not-found place=page": 1,
    }
    assert (found["zhengtu_cache_hits_total"], elsewhere["zhengtu_cache_hits_total"]) == (1, 0)
    assert found["zhengtu_cache_misses_total"] == 3
    assert found["zhengtu_cache_bytes"] > 0
    assert found["zhengtu_query_seconds_count"] >= 1
    assert (found["zhengtu_quads"], found["zhengtu_queue_length"]) == (QUADS, 0)
    assert {found[f"zhengtu_workers state={state}"] for state in ("busy", "slow", "starting")} == {0}
    digest = builds.current(build_dir).manifest["digest"]
    assert found[f"zhengtu_build_info digest={digest} version={__version__}"] == 1
    assert not [name for name in elsewhere if name.startswith("zhengtu_requests_total")]


# The log


def test_every_line_is_json_and_says_nothing_of_clients_and_queries(service: Served) -> None:
    service.request("GET", "/health?token=hidden")
    service.ask("SELECT ('private' AS ?x) {}")
    service.ask("SELECT")
    service.raw(b"nonsense\r\n\r\n")
    service.request("GET", "/%1B%5B31m%0A")
    until(lambda: "%1B" not in service.log.read_text() and "[31m" in service.log.read_text())
    told = lines(service.log)
    assert {"time", "level", "event"} <= set.intersection(*(set(line) for line in told))
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"]) for line in told)
    requests = [line for line in told if line["event"] == "request"]
    assert {"method", "path", "status", "ms", "bytes", "outcome"} == set(requests[0]) - {"time", "level", "event"}
    assert {line["outcome"] for line in requests} >= {"ok", "query-malformed", "not-found"}
    assert [line["status"] for line in told if line["event"] == "refused"] == [400]
    text = service.log.read_text(encoding="utf-8")
    assert not [word for word in ("hidden", "private", "SELECT", "127.0.0.1") if word in text.partition("\n")[2]]
    assert "\x1b" not in text


def test_clients_and_queries_are_logged_only_where_settings_say_so(build_dir: Path, tmp_path: Path) -> None:
    said = {"log_clients": True, "log_queries": True, "proxies": "127.0.0.1"}
    with served(tmp_path, "--build-dir", str(build_dir), **said) as service:
        service.ask(COUNT)
        service.request("GET", "/health", headers={"x-forwarded-for": "203.0.113.9"})
        until(lambda: "203.0.113.9" in service.log.read_text())
        asked = [line for line in lines(service.log) if line.get("path") == "/sparql"]
        assert [(line["client"], line["query"]) for line in asked] == [("127.0.0.1", COUNT)]
    with served(tmp_path, "--build-dir", str(build_dir), log_requests=False) as service:
        service.ask(COUNT)
    assert [line["event"] for line in lines(service.log)] == ["started", "stopping"]


def test_a_replaced_worker_is_told_with_its_reason(service: Served) -> None:
    before = scrape(service)
    busy = ThreadPoolExecutor(1).submit(service.ask, HEAVY)
    until(lambda: scrape(service)["zhengtu_workers state=slow"] == 1)
    for worker in service.workers():
        if worker not in parents(service):
            os.kill(worker, signal.SIGKILL)
    answer = busy.result(timeout=20)
    assert (answer.status, json.loads(answer.body)["type"].rpartition("/")[2]) == (503, "query-interrupted")
    killed = "zhengtu_workers_replaced_total reason=killed"
    until(lambda: scrape(service).get(killed, 0) - before.get(killed, 0) == 3)
    until(lambda: scrape(service)["zhengtu_workers state=idle"] == 3)
    assert service.ask(COUNT).status == 200
    assert "killed" in {line.get("reason") for line in lines(service.log) if line["event"] == "worker replaced"}


def parents(service: Served) -> set[int]:
    """Of the processes behind the service, those that have others behind them."""
    return {
        process
        for process in service.workers()
        if Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").strip()
    }


def test_a_fault_of_ours_is_told_to_the_log_and_not_to_the_client(
    build_dir: Path, caplog: pytest.LogCaptureFixture
) -> None:
    application = create_app(builds.current(build_dir), settings.load(build_dir=build_dir))
    application.add_api_route("/fault", fault)
    with caplog.at_level(logging.INFO, "zhengtu"), TestClient(application, raise_server_exceptions=False) as client:
        answer = client.get("/fault")
        found = figures(client.get("/metrics").text)
    assert (answer.status_code, "secret" in answer.text) == (500, False)
    assert found["zhengtu_requests_total outcome=internal-server-error place=page"] == 1
    told = [json.loads(JsonLines().format(record)) for record in caplog.records]
    assert [line["status"] for line in told if line.get("path") == "/fault"] == [500]


def fault() -> None:
    raise RuntimeError("secret")


def test_a_trace_is_one_line() -> None:
    try:
        fault()
    except RuntimeError:
        record = logging.LogRecord("uvicorn.error", logging.ERROR, "", 0, "%s\n", ("政图",), sys.exc_info())
    line = JsonLines().format(record)
    assert line.isascii()
    assert "\n" not in line
    assert {"message": "政图\n", "logger": "uvicorn.error", "level": "error"}.items() <= json.loads(line).items()
    assert "RuntimeError: secret" in json.loads(line)["trace"]


# Connections


def status(answer: bytes) -> int:
    """The status of a raw answer; 0 where the connection was closed without one."""
    return int(answer.split(b" ", 2)[1]) if answer else 0


def test_what_is_too_long_or_too_slow_is_refused_in_words(service: Served) -> None:
    for sent, expected in (
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"a" * 17_000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"a" * 1_000_000, 431),
        (b"GET / HTTP/1.1\r\nHost: x\r\nA", 408),
        (
            b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nContent-Length: 9\r\n\r\nA",
            408,
        ),
        (b"\x16\x03\x01 no http", 400),
    ):
        answer = service.raw(sent)
        assert status(answer) == expected, sent[:60]
        head, _, body = answer.partition(b"\r\n\r\n")
        assert b"application/problem+json" in head
        assert json.loads(body)["status"] == expected
    assert service.raw(b"") == b""
    fits = (
        b"GET /health?"
        + b"a" * 8000
        + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\nA: "
        + b"a" * 16_000
        + b"\r\n\r\n"
    )
    assert status(service.raw(fits)) == 200


def test_a_reader_that_stops_is_left(build_dir: Path, tmp_path: Path) -> None:
    query = b"SELECT * { ?a ?b ?c . ?d ?e ?f }"
    head = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nContent-Length: %d\r\n\r\n"
    with (
        served(tmp_path, "--build-dir", str(build_dir), send_seconds=0.5) as service,
        socket.socket() as reader,
    ):
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        reader.connect(("127.0.0.1", service.port))
        reader.sendall(head % len(query) + query)
        opened = scrape(service)["process_open_fds"]
        until(lambda: scrape(service)["process_open_fds"] < opened)


# The end


def left(processes: list[int]) -> bool:
    """Whether one of them is still there."""
    return any(Path(f"/proc/{process}").exists() and not is_zombie(process) for process in processes)


def is_zombie(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2][1] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


class Load(threading.Thread):
    """Queries one after another, each on its own connection and unlike the ones before, until told to stop."""

    def __init__(self, service: Served) -> None:
        super().__init__(daemon=True)
        self.service, self.over, self.answers, self.unreached = service, threading.Event(), list[Answer](), 0

    def run(self) -> None:
        """Count what comes back, and connections that were not answered."""
        for number in range(100_000):
            if self.over.is_set():
                return
            try:
                self.answers.append(self.service.ask(f"{COUNT} # {self.name} {number}", "text/csv"))
            except (OSError, http.client.HTTPException):
                self.unreached += 1
                time.sleep(0.01)

    @property
    def counted(self) -> Counter[tuple[int, str]]:
        """Answers by status and value."""
        return Counter((answer.status, answer.text.split()[-1]) for answer in self.answers)


@contextmanager
def load(service: Served, clients: int = 4) -> Iterator[list[Load]]:
    """Some clients that ask until the end of the block."""
    threads = [Load(service) for _ in range(clients)]
    for thread in threads:
        thread.start()
    try:
        yield threads
    finally:
        for thread in threads:
            thread.over.set()
        for thread in threads:
            thread.join(timeout=30)


def test_sigterm_under_load_answers_what_runs_and_ends_with_0(build_dir: Path, tmp_path: Path) -> None:
    with served(tmp_path, "--build-dir", str(build_dir)) as service, ThreadPoolExecutor(2) as pool:
        processes = service.workers()
        with load(service) as clients:
            slow, heavy = pool.submit(service.ask, SLOW), pool.submit(service.ask, HEAVY)
            until(lambda: scrape(service)["zhengtu_workers state=slow"] == 2)
            began = time.monotonic()
            os.kill(service.process, signal.SIGTERM)
            assert slow.result(timeout=20).status == 200
            late = heavy.result(timeout=20)
            assert (late.status, late.headers["retry-after"]) == (503, "5")
        assert wait(service.process) == 0
        assert time.monotonic() - began < 10
        assert set().union(*(client.counted for client in clients)) == {(200, str(QUADS))}
        assert not left(processes)
    assert "stopping" in {line["event"] for line in lines(service.log)}


def wait(process: int) -> int:
    """The status that a child ends with, without taking it from whoever started it."""
    ended = os.waitid(os.P_PID, process, os.WEXITED | os.WNOWAIT)
    assert ended is not None
    return ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status


def test_no_worker_outlives_a_server_that_is_killed(build_dir: Path, tmp_path: Path) -> None:
    with served(tmp_path, "--build-dir", str(build_dir)) as service, ThreadPoolExecutor(1) as pool:
        heavy = pool.submit(service.ask, HEAVY)
        until(lambda: scrape(service)["zhengtu_workers state=slow"] == 1)
        processes = service.workers()
        assert len(processes) >= 3
        os.kill(service.process, signal.SIGKILL)
        with pytest.raises((OSError, http.client.HTTPException)):
            heavy.result(timeout=10)
        until(lambda: not left(processes), seconds=5)


@pytest.mark.parametrize("on_disk", [False, True], ids=["in memory", "on disk"])
def test_two_servers_over_one_build_and_one_killed_and_started_again(tmp_path: Path, *, on_disk: bool) -> None:
    write_build(tmp_path / "build", QUADS, on_disk=on_disk)
    options = ("--build-dir", str(tmp_path / "build"))

    def right(service: Served, number: int) -> bool:
        return service.ask(f"{COUNT} # {number}", "text/csv").text.split() == ["n", str(QUADS)]

    with served(tmp_path, *options) as one:
        with served(tmp_path, *options) as other, ThreadPoolExecutor(4) as pool:
            asked = [pool.submit(right, service, number) for number in range(20) for service in (one, other)]
            assert all(answer.result(timeout=30) for answer in asked)
            os.kill(other.process, signal.SIGKILL)
            assert right(one, 20)
        with served(tmp_path, *options) as again:
            assert (right(again, 21), right(one, 21)) == (True, True)


# Reload


@pytest.mark.parametrize("on_disk", [False, True], ids=["in memory", "on disk"])
def test_a_reload_drops_no_request_and_a_damaged_build_changes_nothing(tmp_path: Path, *, on_disk: bool) -> None:
    folder = tmp_path / "build"
    first = write_build(folder, QUADS, on_disk=on_disk).folder
    with served(tmp_path, "--build-dir", str(folder)) as service:
        with load(service) as clients:
            for quads in (QUADS + 1, QUADS + 2, QUADS + 3):
                write_build(folder, quads, on_disk=on_disk)
                assert first.exists() or quads > QUADS + 1
                os.kill(service.process, signal.SIGHUP)
                until(partial(holds, service, quads))
                time.sleep(0.2)
        seen = sum((client.counted for client in clients), Counter[tuple[int, str]]())
        assert set(seen) == {(200, str(QUADS + more)) for more in range(4)}
        assert sum(client.unreached for client in clients) == 0
        build = write_build(folder, QUADS + 4, on_disk=on_disk)
        spoil(max(build.store.glob("*.sst")) if build.store else build.file)
        os.kill(service.process, signal.SIGHUP)
        until(lambda: "not reloaded" in {line["event"] for line in lines(service.log)})
        assert holds(service, QUADS + 3)


def holds(service: Served, quads: int) -> bool:
    """Whether so many quads are served now."""
    return bool(json.loads(service.request("GET", "/health").body)["quads"] == quads)


def spoil(path: Path) -> None:
    """Change one byte."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_a_build_in_use_is_not_removed(tmp_path: Path) -> None:
    first = write_build(tmp_path, QUADS)
    with TestClient(create_app(first, settings.load(build_dir=tmp_path))) as client:
        for quads in (1, 2, 3):
            write_build(tmp_path, quads)
        assert first.file.exists()
        assert client.get("/sparql", params={"query": COUNT, "format": "csv"}).text.split() == ["n", str(QUADS)]
    write_build(tmp_path, 4)
    assert not first.file.exists()


def test_a_build_that_its_manifest_does_not_know_is_refused_at_once(built_settings: Settings, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(built_settings.build_dir / "current", tmp_path / "current"))
    quads = folder / builds.QUADS
    spoil(quads)
    failed = CliRunner().invoke(command, ["serve", "--build-dir", str(tmp_path)])
    assert failed.exit_code == 1
    assert re.search(r"sha256 .* its manifest says .* `zhengtu build` again", failed.stderr)


def test_a_file_is_served_with_its_graphs_counted(build_dir: Path, tmp_path: Path) -> None:
    file = Path(shutil.copy(build_dir / "current" / builds.QUADS, tmp_path / "any.nq"))
    assert builds.of_file(file).manifest["graphs"] == {"urn:g": QUADS}


# deploy/


def test_every_setting_stands_in_the_readme_as_the_command_prints_it() -> None:
    printed = CliRunner().invoke(command, ["settings"]).stdout
    readme = (DEPLOY / "README.md").read_text(encoding="utf-8")
    for name in Settings.model_fields:
        assert f"`ZHENGTU_{name.upper()}`" in readme, (
            f"{name}: copy the table of `zhengtu settings` to deploy/README.md"
        )
    assert printed.strip() in readme, "copy the table of `zhengtu settings` to deploy/README.md"


def dockerfile() -> list[tuple[str, str]]:
    """The instructions, each with its arguments, continued lines joined."""
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    return [(line.partition(" ")[0], line.partition(" ")[2]) for line in text.splitlines() if re.match("[A-Z]+ ", line)]


def test_the_image_is_made_of_what_is_here_and_runs_without_rights() -> None:
    said = dockerfile()
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    copied = [arguments.split()[:-1] for name, arguments in said if name == "COPY" and "--from" not in arguments]
    for source in (source for sources in copied for source in sources):
        assert (DEPLOY.parent / source).exists(), source
        assert f"!{source}" in ignored
    needed = rooms_of_the_wheel()
    assert needed <= {source for sources in copied for source in sources} | {"service/zhengtu"}
    assert ("USER", "10001:10001") in said
    names = [name for name, _ in said]
    assert names.index("USER") < names.index("CMD")
    variables = re.findall(r"(ZHENGTU_\w+)=", " ".join(arguments for name, arguments in said if name == "ENV"))
    assert {name.removeprefix("ZHENGTU_").lower() for name in variables} <= set(Settings.model_fields)
    for run in re.findall(r"zhengtu/bin/zhengtu (\w+)", str(said)):
        assert CliRunner().invoke(command, [run, "--help"]).exit_code == 0
    assert json.loads(dict(said)["CMD"]) == ["zhengtu", "serve"]


def rooms_of_the_wheel() -> set[str]:
    project = tomllib.loads((DEPLOY.parent / "pyproject.toml").read_text(encoding="utf-8"))
    return set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"])


def test_the_health_check_of_the_image_tells_a_live_service_from_a_dead_one(service: Served, free_port: int) -> None:
    check = json.loads(dict(dockerfile())["HEALTHCHECK"].partition("CMD ")[2])
    assert check[0] == "python"
    for port, expected in ((service.port, 0), (free_port, 1)):
        environment = {**os.environ, "ZHENGTU_PORT": str(port)}
        done = subprocess.run([sys.executable, *check[1:]], env=environment, capture_output=True, check=False)  # noqa: S603
        assert done.returncode == expected


def test_the_containers_have_no_rights_and_know_their_files() -> None:
    composed = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    for name, container in composed["services"].items():
        assert (container["read_only"], container["cap_drop"], name) == (True, ["ALL"], name)
        assert container["security_opt"] == ["no-new-privileges:true"]
        assert container["mem_limit"]
        assert all((DEPLOY / volume.partition(":")[0]).exists() for volume in container.get("volumes", ()))
        variables = {key.removeprefix("ZHENGTU_").lower() for key in container.get("environment", {})}
        assert variables <= set(Settings.model_fields)
    build = composed["services"]["zhengtu"]["build"]
    assert (DEPLOY / build["context"] / build["dockerfile"]).samefile(DEPLOY / "Dockerfile")
    assert "ports" not in composed["services"]["zhengtu"]


@contextmanager
def proxied(service: Served, folder: Path, port: int) -> Iterator[Served]:
    """The service behind nginx with our configuration; only addresses and the folder of temporary files are changed."""
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    text = text.replace("server zhengtu:8000;", f"server 127.0.0.1:{service.port};")
    text = text.replace("listen 8080;", f"listen 127.0.0.1:{port};").replace("/tmp/", f"{folder}/")  # noqa: S108
    text = re.sub(r"client_(header|body)_timeout \d+s", r"client_\1_timeout 1s", text)
    configuration = folder / "nginx.conf"
    configuration.write_text("daemon off;\n" + text, encoding="utf-8")
    command = [str(NGINX), "-c", str(configuration), "-e", "stderr"]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)  # noqa: S603
    assert checked.returncode == 0, checked.stderr
    assert "warn" not in checked.stderr
    log = folder / "nginx.log"
    with log.open("wb") as out, subprocess.Popen(command, stdout=out, stderr=out) as process:  # noqa: S603
        proxy = Served(port, process.pid, log)
        try:
            until(lambda: can_connect(proxy))
            yield proxy
        finally:
            process.terminate()
            process.wait(timeout=10)


def can_connect(proxy: Served) -> bool:
    try:
        proxy.connect().close()
    except OSError:
        return False
    return True


@needs_nginx
def test_behind_nginx_the_service_is_the_same_and_slow_clients_are_gone(
    service: Served, tmp_path: Path, free_port: int
) -> None:
    with proxied(service, tmp_path, free_port) as proxy:
        for path in ("/sparql", "/zhengtu/sparql"):
            answer = proxy.request("GET", f"{path}?query=ASK%7B%7D", headers={"accept": "application/json"})
            assert (answer.status, json.loads(answer.body)["boolean"]) == (200, True)
        assert proxy.ask("SELECT").status == 400
        assert [proxy.request("GET", path).status for path in ("/zhengtu/metrics", "/metrics")] == [403, 200]
        packed = proxy.request("GET", "/sparql?query=SELECT*%7B%3Fs+%3Fp+%3Fo%7D", headers={"accept-encoding": "gzip"})
        assert packed.headers["content-encoding"] == "gzip"
        assert proxy.request("GET", "/" + "a" * 9000).status == 414
        assert proxy.request("POST", "/sparql", b"x" * 1_000_001).status == 413
        assert status(proxy.raw(b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"a" * 20_000 + b"\r\n\r\n")) == 400
        began = time.monotonic()
        assert status(proxy.raw(b"GET / HTTP/1.1\r\nHost: x\r\nA")) in (0, 408)
        slow = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nA"
        assert status(proxy.raw(slow)) in (0, 408)
        assert time.monotonic() - began < 8
        with proxy.connect() as gone:
            gone.sendall(b"GET /sparql?query=" + HEAVY.replace(" ", "+").encode() + b" HTTP/1.1\r\nHost: x\r\n\r\n")
            until(lambda: scrape(service)["zhengtu_workers state=slow"] == 1)
        until(lambda: scrape(service)["zhengtu_workers state=slow"] == 0, seconds=5)
