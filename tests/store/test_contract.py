"""One contract, kept by every engine behind the door: embedded Oxigraph, an Oxigraph server, Virtuoso.

What is expected is written out, not taken from one of them. ENGINES.md tells what they do differently; the last part of
this file holds it to that.
"""

import csv
import io
import json
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

import pytest
import rdflib
from rdflib.query import Result
from typer.testing import CliRunner

from zhengtu.cli import app
from zhengtu.errors import QueryMalformed, QueryRefused, RemoteUnavailable, ResultTooLarge, StoreError
from zhengtu.settings import Settings
from zhengtu.store import builds
from zhengtu.store.access import Credentials
from zhengtu.store.builds import Build
from zhengtu.store.door import FORMATS, Format, Store
from zhengtu.store.loading import Method, Target, load_build
from zhengtu.store.remote import RemoteStore

OXIGRAPH = Path(sys.executable).parent / "oxigraph"
VIRTUOSO = shutil.which("virtuoso-t")
VIRTUOSO_ROWS = 10_100
VIRTUOSO_INI = """
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
TempStorage = TempDatabase
[TempDatabase]
DatabaseFile = virtuoso-temp.db
TransactionFile = virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
DisableUnixSocket = 1
DirsAllowed = .
NumberOfBuffers = 10000
MaxDirtyBuffers = 6000
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerRoot = .
ServerThreads = 5
Charset = UTF-8
[SPARQL]
ResultSetMaxRows = {rows}
"""

XSD = "http://www.w3.org/2001/XMLSchema#"
CLOUD = "https://example.org/惠云眼"
MANY = 10_000
SMALL = f"""\
<{CLOUD}> <urn:name> "政务服务"@zh <urn:g1> .
<{CLOUD}> <urn:share> "98.50"^^<{XSD}decimal> <urn:g1> .
<{CLOUD}> <urn:note> "引号 \\" 反斜 \\\\ 换行\\n 制表\\t 𠮷 😀" <urn:g1> .
<urn:b> <urn:name> "Data Bureau"@en <urn:g2> .
<urn:b> <urn:name> "数据局"@zh-Hans <urn:g2> .
<urn:b> <urn:share> "2"^^<{XSD}integer> <urn:g2> .
<urn:b> <urn:part> <{CLOUD}> <urn:g2> .
<urn:c> <urn:part> <urn:b> <urn:g2> .
<urn:b> <urn:founded> "2024-01-15"^^<{XSD}date> <urn:g2> .
<urn:c> <urn:founded> "2019-03-01"^^<{XSD}date> <urn:g2> .
<urn:c> <urn:open> "true"^^<{XSD}boolean> <urn:g2> .
"""
SMALL_GRAPHS = ("urn:g1", "urn:g2")


@dataclass(frozen=True)
class Engine:
    """A running engine: where to load by each method, and where to ask."""

    name: str
    gsp: str
    update: str
    query: str
    credentials: Credentials | None = None

    def target(self, method: Method) -> Target:
        return Target(method, self.gsp if method == "gsp" else self.update, self.query, self.credentials)


def free_ports(number: int) -> list[int]:
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports


@contextmanager
def running(command: list[str], folder: Path, url: str) -> Iterator[None]:
    """The server that `command` starts in `folder`, once it answers; ended in the end."""
    with (
        (folder / "server.log").open("wb") as log,
        subprocess.Popen(command, cwd=folder, stdout=log, stderr=log) as server,  # noqa: S603
    ):
        try:
            until_it_answers(url, server)
            yield
        finally:
            server.terminate()
            try:
                server.wait(timeout=10)
            except subprocess.TimeoutExpired:
                server.kill()


def until_it_answers(url: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        assert server.poll() is None, "the server ended"
        try:
            urllib.request.urlopen(f"{url}?query=ASK%7B%7D", timeout=5).close()  # noqa: S310
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server never answered")


@pytest.fixture(scope="session")
def oxigraph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder, (port,) = tmp_path_factory.mktemp("oxigraph"), free_ports(1)
    base = f"http://127.0.0.1:{port}"
    command = [str(OXIGRAPH), "serve", "--location", "data", "--bind", f"127.0.0.1:{port}"]
    with running(command, folder, f"{base}/query"):
        yield Engine("oxigraph", f"{base}/store", f"{base}/update", f"{base}/query")


@pytest.fixture(scope="session")
def virtuoso(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    if VIRTUOSO is None:
        pytest.skip("virtuoso-t is not installed (Debian: apt-get install virtuoso-opensource)")
    folder, (sql, http) = tmp_path_factory.mktemp("virtuoso"), free_ports(2)
    (folder / "own.ini").write_text(VIRTUOSO_INI.format(sql=sql, http=http, rows=VIRTUOSO_ROWS), encoding="utf-8")
    base = f"http://127.0.0.1:{http}"
    with running([VIRTUOSO, "+foreground", "+configfile", "own.ini"], folder, f"{base}/sparql"):
        access = Credentials("dba", "dba", "digest")  # as every new database of Virtuoso has it
        yield Engine("virtuoso", f"{base}/sparql-graph-crud-auth", f"{base}/sparql-auth", f"{base}/sparql-auth", access)


@pytest.fixture(scope="session", params=["oxigraph", "virtuoso"])
def server(request: pytest.FixtureRequest) -> Engine:
    engine: Engine = request.getfixturevalue(request.param)
    return engine


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Build:
    return as_build(tmp_path_factory.mktemp("small"), SMALL)


@pytest.fixture(scope="session")
def many(tmp_path_factory: pytest.TempPathFactory) -> Build:
    lines = (f'<urn:many:{i}> <urn:number> "{i}"^^<{XSD}integer> <urn:many> .\n' for i in range(MANY))
    return as_build(tmp_path_factory.mktemp("many"), "".join(lines))


def as_build(folder: Path, text: str) -> Build:
    path = folder / builds.QUADS
    path.write_text(text, encoding="utf-8")
    return builds.of_file(path)


def held_by(engine: str, build: Build, request: pytest.FixtureRequest) -> Store:
    """`build` in an engine; the remote ones are loaded and then asked for its graphs alone."""
    if engine == "embedded":
        return build.open()
    if engine == "disk":
        return builds.of_file(build.file, build.folder, 0).open()
    server: Engine = request.getfixturevalue(engine)
    load_build(build, server.target("gsp" if engine == "virtuoso" else "update"))
    return RemoteStore(server.query, graphs=list(build.manifest["graphs"]), credentials=server.credentials)


ENGINES = ["embedded", "disk", "oxigraph", "virtuoso"]


@pytest.fixture(scope="session", params=ENGINES)
def store(request: pytest.FixtureRequest, small: Build) -> Store:
    return held_by(request.param, small, request)


@pytest.fixture(scope="session", params=ENGINES)
def large(request: pytest.FixtureRequest, many: Build) -> Store:
    return held_by(request.param, many, request)


def by_value(text: str) -> str:
    """A number in its shortest form, everything else as it is."""
    try:
        return f"{Decimal(text).normalize():f}"
    except InvalidOperation:
        return text


def rows(store: Store, query: str, **dataset: list[str]) -> list[tuple[str, ...]]:
    return [tuple(map(by_value, row)) for row in store.query(query, **dataset).rows()]


ANSWERS = {
    "select": ("SELECT ?s { ?s <urn:part> ?o }", ["urn:b", "urn:c"]),
    "ask true": (f"ASK {{ <{CLOUD}> ?p ?o }}", ["true"]),
    "ask false": ("ASK { <urn:nothing> ?p ?o }", ["false"]),
    "ask of a filter": (f"ASK {{ <{CLOUD}> <urn:share> ?v FILTER(?v > 99) }}", ["false"]),
    "Chinese literal": ('SELECT ?s { ?s <urn:name> "政务服务"@zh }', [CLOUD]),
    "Chinese IRI": (f"SELECT ?o {{ <{CLOUD}> <urn:name> ?o }}", ["政务服务"]),
    "Chinese escaped": (r'SELECT ?s { ?s <urn:name> "\u653F\u52A1服务"@zh }', [CLOUD]),
    "Chinese function": (f"SELECT (SUBSTR(?o, 3) AS ?x) (STRLEN(?o) AS ?n) {{ <{CLOUD}> <urn:name> ?o }}", ["服务 4"]),
    "Chinese contains": ('SELECT ?s { ?s <urn:name> ?o FILTER(CONTAINS(STR(?o), "务服")) }', [CLOUD]),
    "special characters": (f"SELECT ?o {{ <{CLOUD}> <urn:note> ?o }}", ['引号 " 反斜 \\ 换行\n 制表\t 𠮷 😀']),
    "language": ('SELECT ?o { <urn:b> <urn:name> ?o FILTER(LANG(?o) = "en") }', ["Data Bureau"]),
    "language range": ('SELECT ?o { ?s <urn:name> ?o FILTER(LANGMATCHES(LANG(?o), "zh")) }', ["政务服务", "数据局"]),
    "decimal written otherwise": ("SELECT ?s { ?s <urn:share> 98.500 }", [CLOUD]),
    "decimal": (f"SELECT ?o {{ <{CLOUD}> <urn:share> ?o }}", ["98.5"]),
    "decimal compared": ("SELECT ?s { ?s <urn:share> ?v FILTER(?v > 98.4 && ?v <= 98.5) }", [CLOUD]),
    "date": ("SELECT ?d { <urn:b> <urn:founded> ?d }", ["2024-01-15"]),
    "date compared": (f'SELECT ?s {{ ?s <urn:founded> ?d FILTER(?d < "2024-01-01"^^<{XSD}date>) }}', ["urn:c"]),
    "boolean": ("SELECT ?s { ?s <urn:open> ?b FILTER(?b) }", ["urn:c"]),
    "datatype": (f"SELECT (DATATYPE(?v) AS ?t) {{ <{CLOUD}> <urn:share> ?v }}", [f"{XSD}decimal"]),
    "union": ("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", ["11"]),
    "graph": ("SELECT ?g { GRAPH ?g { ?s <urn:share> 2 } }", ["urn:g2"]),
    "from": ("SELECT (COUNT(*) AS ?n) FROM <urn:g1> { ?s ?p ?o }", ["3"]),
    "from unknown": ("SELECT ?s FROM <urn:nothing> { ?s ?p ?o }", []),
    "from named": ("SELECT (COUNT(*) AS ?n) FROM NAMED <urn:g1> { GRAPH ?g { ?s ?p ?o } }", ["3"]),
    "order": ("SELECT ?v { ?s <urn:share> ?v } ORDER BY DESC(?v)", ["98.5", "2"]),
    "order of dates": ("SELECT ?s { ?s <urn:founded> ?d } ORDER BY ?d", ["urn:c", "urn:b"]),
    "page": ("SELECT ?s { ?s <urn:founded> ?d } ORDER BY ?d LIMIT 1 OFFSET 1", ["urn:b"]),
    "sum": ("SELECT (SUM(?v) AS ?n) { ?s <urn:share> ?v }", ["100.5"]),
    "average": ("SELECT (AVG(?v) AS ?n) { ?s <urn:share> ?v }", ["50.25"]),
    "count of nothing": ("SELECT (COUNT(*) AS ?n) { ?s <urn:nothing> ?o }", ["0"]),
    "group": ("SELECT ?s (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?s HAVING(COUNT(*) > 3) ORDER BY ?s", ["urn:b 5"]),
    "optional": ("SELECT ?s ?v { ?s <urn:founded> ?d OPTIONAL { ?s <urn:share> ?v } }", ["urn:b 2", "urn:c "]),
    "values": (f"SELECT ?s {{ VALUES ?s {{ <{CLOUD}> <urn:x> }} ?s <urn:share> ?v }}", [CLOUD]),
    "minus": ("SELECT ?s { ?s <urn:founded> ?d MINUS { ?s <urn:open> ?o } }", ["urn:b"]),
    "not exists": ("SELECT ?s { ?s <urn:founded> ?d FILTER NOT EXISTS { ?s <urn:open> ?o } }", ["urn:b"]),
    "subselect": ("SELECT ?s { { SELECT (MAX(?v) AS ?m) { ?x <urn:share> ?v } } ?s <urn:share> ?m }", [CLOUD]),
    "path sequence": ("SELECT ?o { <urn:c> <urn:part>/<urn:part> ?o }", [CLOUD]),
    "path inverse": (f"SELECT ?s {{ <{CLOUD}> ^<urn:part> ?s }}", ["urn:b"]),
    "path one or more": (f"SELECT ?s {{ ?s <urn:part>+ <{CLOUD}> }} ORDER BY ?s", ["urn:b", "urn:c"]),
    "path any": ("SELECT ?o { <urn:b> <urn:part>* ?o } ORDER BY ?o", [CLOUD, "urn:b"]),
    "comment": ("# INSERT nothing\nSELECT ?s { ?s <urn:open> ?o }", ["urn:c"]),
    "empty": ("SELECT ?s ?o { ?s <urn:nothing> ?o }", []),
}  # fmt: skip


@pytest.mark.parametrize("case", ANSWERS)
def test_a_query_has_one_answer(store: Store, case: str) -> None:
    query, expected = ANSWERS[case]
    found = [" ".join(row) for row in rows(store, query)]
    assert (found if "ORDER" in query else sorted(found)) == expected


def test_the_request_names_the_dataset(store: Store) -> None:
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    assert rows(store, count, default_graphs=["urn:g1"]) == [("3",)]
    assert rows(store, count, default_graphs=list(SMALL_GRAPHS)) == [("11",)]
    assert rows(store, count, default_graphs=["urn:nothing"]) == [("0",)]
    assert rows(store, count, named_graphs=["urn:g1"]) == [("0",)]
    graphs = "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }"
    assert rows(store, graphs, named_graphs=["urn:g2"]) == [("urn:g2",)]
    both = "SELECT ?n { ?s <urn:part> ?o GRAPH <urn:g1> { ?o <urn:name> ?n } }"
    assert rows(store, both, default_graphs=["urn:g2"], named_graphs=["urn:g1"]) == [("政务服务",)]


def test_columns_are_named_and_length_is_quads(store: Store) -> None:
    assert store.query("SELECT ?s (1 AS ?one) { ?s <urn:open> ?o }").variables == ("s", "one")
    assert store.query("ASK {}").variables == ()
    assert len(store) == 11


def test_a_constructed_graph(store: Store) -> None:
    query = "CONSTRUCT { ?o <urn:hasPart> ?s ; <urn:name> ?n } WHERE { ?s <urn:part> ?o . ?o <urn:name> ?n }"
    part, name, cloud, b = (rdflib.URIRef(iri) for iri in ("urn:hasPart", "urn:name", CLOUD, "urn:b"))
    expected = {
        (cloud, part, b),
        (b, part, rdflib.URIRef("urn:c")),
        (cloud, name, rdflib.Literal("政务服务", lang="zh")),
        (b, name, rdflib.Literal("Data Bureau", lang="en")),
        (b, name, rdflib.Literal("数据局", lang="zh-Hans")),
    }
    assert set(graph_of(store, query)) == expected
    assert not set(graph_of(store, "CONSTRUCT WHERE { ?s <urn:nothing> ?o }"))
    assert list(store.query(query).rows()) == []


def test_a_description_has_what_is_said_of_a_thing(store: Store) -> None:
    cloud = rdflib.URIRef(CLOUD)
    described = graph_of(store, f"DESCRIBE <{CLOUD}>")
    assert {predicate for _, predicate, _ in described.triples((cloud, None, None))} == {
        rdflib.URIRef(f"urn:{name}") for name in ("name", "share", "note")
    }


def graph_of(store: Store, query: str) -> rdflib.Graph:
    return rdflib.Graph().parse(data=store.query(query).write(form_named("nt")), format="nt")


def form_named(name: str) -> Format:
    return next(form for form in FORMATS if form.name == name)


@pytest.mark.parametrize("form", FORMATS, ids=[f.name for f in FORMATS])
def test_every_format_can_be_read(store: Store, form: Format) -> None:
    queries = {
        "solutions": "SELECT ?s ?o { ?s <urn:name> ?o }",
        "graph": "CONSTRUCT WHERE { ?s <urn:name> ?o }",
    }
    written = store.query(queries.pop(form.kind)).write(form)
    assert READ[form.name](written) == {(CLOUD, "政务服务"), ("urn:b", "Data Bureau"), ("urn:b", "数据局")}
    with pytest.raises(ValueError, match=form.name):
        store.query(queries.popitem()[1]).write(form)


Pairs = set[tuple[str, ...]]


def read_json(written: bytes) -> Pairs:
    return {(row["s"]["value"], row["o"]["value"]) for row in json.loads(written)["results"]["bindings"]}


def read_csv(written: bytes) -> Pairs:
    header, *found = csv.reader(io.StringIO(written.decode()))
    assert header == ["s", "o"]
    return {tuple(row) for row in found}


def read_solutions(written: bytes, name: str) -> Pairs:
    found = Result.parse(io.BytesIO(written), format=name)
    return {(str(row[0]), str(row[1])) for row in found if isinstance(row, tuple)}


def read_graph(written: bytes, name: str) -> Pairs:
    return {(str(s), str(o)) for s, _, o in rdflib.Graph().parse(data=written, format=name)}


READ: dict[str, Callable[[bytes], Pairs]] = {
    "json": read_json,
    "xml": lambda written: read_solutions(written, "xml"),
    "csv": read_csv,
    "tsv": lambda written: read_solutions(written, "tsv"),
    "ttl": lambda written: read_graph(written, "turtle"),
    "nt": lambda written: read_graph(written, "nt"),
    "rdf": lambda written: read_graph(written, "xml"),
    "jsonld": lambda written: read_graph(written, "json-ld"),
}


@pytest.mark.parametrize("name", ["json", "csv"])
def test_a_truth_value_can_be_written(store: Store, name: str) -> None:
    assert b"true" in store.query("ASK { ?s <urn:part> ?o }").write(form_named(name))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SELECT",
        "SELECT * { ?s ?p ",
        "SELECT * { ?s ?p ?o } nonsense",
        "SELECT * { undeclared:a ?p ?o }",
        "INSERT DATA { GRAPH <urn:g1> { <urn:a> <urn:p> 1 } }",
        "DROP GRAPH <urn:g1>",
        "SELECT * { ?s ?p ?o } ; DROP GRAPH <urn:g1>",
        "LOAD <file:///etc/hostname>",
    ],
)
def test_what_is_no_query_is_malformed(store: Store, text: str) -> None:
    with pytest.raises(QueryMalformed):
        store.query(text)
    assert len(store) == 11


def test_no_query_reaches_another_service(store: Store) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        address = f"<http://127.0.0.1:{other.getsockname()[1]}/>"
        for query in (
            f"SELECT * {{ SERVICE SILENT {address} {{ ?s ?p ?o }} }}",
            rf'SELECT * {{ ?s ?p "\u005c" . SERVICE {address} {{ ?s ?p ?o }} FILTER(?o = "x") }}',
        ):
            with pytest.raises(QueryRefused):
                store.query(query)
        other.settimeout(0.05)
        with pytest.raises(TimeoutError):
            other.accept()


def test_a_large_answer_comes_whole(large: Store) -> None:
    found = rows(large, "SELECT ?n { ?s <urn:number> ?n } ORDER BY ?n")
    assert found == [(by_value(str(i)),) for i in range(MANY)]
    assert len(graph_of(large, "CONSTRUCT WHERE { ?s <urn:number> ?n }")) == MANY


def test_the_build_is_loaded_by_both_ways_and_held_once(server: Engine, built_settings: Settings) -> None:
    build = builds.current(built_settings.build_dir)
    methods: tuple[Method, ...] = ("gsp", "update")
    told: dict[str, int] = {}
    for method in methods:
        told.clear()
        loaded = load_build(build, server.target(method), lambda graph, sent, every: told.update({graph: every - sent}))
        assert loaded.graphs == build.manifest["graphs"]
        assert told == dict.fromkeys(loaded.graphs, 0)
    store = RemoteStore(server.query, graphs=list(loaded.graphs), credentials=server.credentials)
    assert len(store) == build.manifest["quads"]
    figures = "SELECT (COUNT(*) AS ?n) { ?s a <https://w3id.org/zhengtu/ns#Observation> }"
    assert rows(store, figures) == rows(build.open(), figures)


def test_a_graph_that_the_build_no_longer_has_is_named(oxigraph: Engine, tmp_path: Path) -> None:
    old = as_build(tmp_path, "<urn:a> <urn:p> <urn:o> <https://w3id.org/zhengtu/graph/report-old> .\n")
    load_build(old, oxigraph.target("gsp"))
    new = as_build(tmp_path, "<urn:a> <urn:p> <urn:o> <urn:g3> .\n")
    assert "https://w3id.org/zhengtu/graph/report-old" in load_build(new, oxigraph.target("gsp")).left_over


def test_the_command_loads(oxigraph: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / builds.CURRENT).mkdir()
    build = as_build(tmp_path / builds.CURRENT, SMALL)
    (build.folder / builds.MANIFEST).write_text(json.dumps(build.manifest), encoding="utf-8")
    options = ["load", oxigraph.query, "--build-dir", str(tmp_path)]
    done = CliRunner().invoke(app, [*options, "--gsp", oxigraph.gsp, "--user", "u", "--auth", "digest"], input="p\n")
    assert done.exit_code == 0, done.stderr
    assert "2 graphs, 11 triples" in done.stdout
    assert "urn:g2: 8 of 8" in done.stderr
    monkeypatch.setenv("ZHENGTU_REMOTE_PASSWORD", "秘密")
    again = CliRunner().invoke(app, [*options, "--update", oxigraph.update, "--user", "u"])
    assert (again.exit_code, "秘密" in again.output) == (0, False)
    for wrong in ([], ["--gsp", oxigraph.gsp, "--update", oxigraph.update], ["--gsp", "file:///etc/hostname"]):
        refused = CliRunner().invoke(app, [*options, *wrong])
        assert (refused.exit_code, "请" in refused.stderr or "须" in refused.stderr) == (1, True)


# What ENGINES.md tells of each engine.


def test_oxigraph_has_an_empty_default_graph_unless_graphs_are_named(oxigraph: Engine, small: Build) -> None:
    load_build(small, oxigraph.target("gsp"))
    assert rows(RemoteStore(oxigraph.query), "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") == [("0",)]


@pytest.fixture(scope="session")
def apart(virtuoso: Engine, small: Build) -> RemoteStore:
    load_build(small, virtuoso.target("update"))
    return RemoteStore(virtuoso.query, graphs=SMALL_GRAPHS, credentials=virtuoso.credentials)


SHARES = ["2", "98.5"]
GARBLED = "政务服务".encode().decode("latin-1")
DIFFERENCES = {
    "a boolean is 1 or 0": ("SELECT ?b { ?s <urn:open> ?b }", ["1"]),
    "integers divide to integers": ("SELECT (1/3 AS ?x) {}", ["0"]),
    "the sum of nothing is unbound": ("SELECT (SUM(?v) AS ?x) { ?s <urn:nothing> ?v }", [""]),
    "a dot of REGEX misses Chinese": ('SELECT ?s { ?s <urn:name> ?o FILTER(REGEX(STR(?o), "^政.服务$")) }', []),
    "CONCAT garbles Chinese": (f'SELECT (CONCAT(?o, "网") AS ?x) {{ <{CLOUD}> <urn:name> ?o }}', [f"{GARBLED}网"]),
    "unlike values compare": (f'SELECT ?v {{ ?s <urn:share> ?v FILTER(?v < "2024-01-01"^^<{XSD}date>) }}', SHARES),
    "FROM hides no named graph": ("SELECT DISTINCT ?g FROM <urn:g1> { GRAPH ?g { ?s <urn:open> ?o } }", ["urn:g2"]),
    "a text with language has no datatype": ("SELECT (DATATYPE(?o) AS ?t) { <urn:b> <urn:name> ?o }", ["", ""]),
    "ENCODE_FOR_URI adds a zero byte": ('SELECT (ENCODE_FOR_URI("政") AS ?x) {}', ["%E6%94%BF%00"]),
}  # fmt: skip


@pytest.mark.parametrize("difference", DIFFERENCES)
def test_what_virtuoso_does_otherwise(apart: RemoteStore, difference: str) -> None:
    query, expected = DIFFERENCES[difference]
    assert sorted(" ".join(row) for row in rows(apart, query)) == expected


def test_virtuoso_describes_both_ways(apart: RemoteStore) -> None:
    into = (rdflib.URIRef("urn:b"), rdflib.URIRef("urn:part"), rdflib.URIRef(CLOUD))
    assert into in graph_of(apart, f"DESCRIBE <{CLOUD}>")


def test_virtuoso_wants_one_end_of_a_path(apart: RemoteStore) -> None:
    with pytest.raises(RemoteUnavailable, match="transitive start"):
        apart.query("SELECT * { ?s <urn:part>+ ?o }")


def test_virtuoso_has_no_function_for_blank_nodes(apart: RemoteStore) -> None:
    with pytest.raises(StoreError, match="not implemented"):
        apart.query("SELECT (BNODE() AS ?x) {}")


def test_a_cut_table_of_virtuoso_is_an_error_and_a_cut_graph_is_not(virtuoso: Engine, tmp_path: Path) -> None:
    lines = (f'<urn:more:{i}> <urn:number> "{i}" <urn:more> .\n' for i in range(VIRTUOSO_ROWS + 100))
    load_build(as_build(tmp_path, "".join(lines)), virtuoso.target("gsp"))
    store = RemoteStore(virtuoso.query, graphs=["urn:more"], credentials=virtuoso.credentials)
    with pytest.raises(ResultTooLarge, match=str(VIRTUOSO_ROWS)):
        store.query("SELECT ?s { ?s <urn:number> ?o }")
    assert len(graph_of(store, "CONSTRUCT WHERE { ?s <urn:number> ?o }")) == VIRTUOSO_ROWS + 1
