"""A large graph on disk: written once, verified, read by any number of workers, never written again."""

import asyncio
import json
import os
import signal
from pathlib import Path

import pytest
from tests.store.test_pool import ASK, COUNT, LIMITS, Record, ask, processes, run, running, until
from tests.store.test_pool import quads as quads  # noqa: PLC0414 (a fixture)

from zhengtu.errors import BuildDamaged, BuildMissing, QueryMalformed, StoreError
from zhengtu.store import builds, disk
from zhengtu.store.embedded import EmbeddedStore
from zhengtu.store.pool import WorkerPool

LINES = [b'<urn:s%d> <urn:p> "%d" <urn:g%d> .\n' % (n % 4, n % 4, n) for n in range(8)]
EVERY = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


def write(folder: Path, disk_quads: int) -> builds.Build:
    return builds.write(folder, sorted(LINES), {}, disk_quads=disk_quads)


def answers(store: EmbeddedStore) -> list[list[tuple[str, ...]]]:
    queries = (
        EVERY,
        "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g",
        "SELECT ?s FROM <urn:g1> { ?s ?p ?o }",
    )
    return [list(store.query(query).rows()) for query in queries]


def test_a_large_build_has_a_store_that_answers_like_memory(tmp_path: Path) -> None:
    small, large = write(tmp_path / "small", 8), write(tmp_path / "large", 7)
    assert (small.store, small.source) == (None, small.file)
    assert large.source == large.store == large.folder / "store"
    again = builds.current(tmp_path / "large")
    assert (len(again.open()), again.manifest["digest"]) == (8, small.manifest["digest"])
    assert answers(again.open()) == answers(small.open())
    assert answers(again.open())[0] == [("4",)]


def test_nothing_is_written_to_a_store_on_disk(tmp_path: Path) -> None:
    store, before = write(tmp_path, 0), {}
    assert store.store
    for path in (*store.store.iterdir(), store.store):
        path.chmod(0o555 if path.is_dir() else 0o444)
        before[path] = path.stat().st_mtime_ns
    opened = store.open()
    with pytest.raises(QueryMalformed):
        opened.query("INSERT DATA { <urn:a> <urn:p> 1 }")
    assert len(opened) == len(list(opened.query("SELECT * { GRAPH ?g { ?s ?p ?o } }").rows()))
    assert {path: path.stat().st_mtime_ns for path in (*store.store.iterdir(), store.store)} == before


@pytest.mark.parametrize("harm", ["flipped", "cut", "missing", "added"])
def test_a_store_that_its_manifest_does_not_know_is_refused(tmp_path: Path, harm: str) -> None:
    store = write(tmp_path, 0).store
    assert store
    largest = max(store.iterdir(), key=lambda path: path.stat().st_size)
    content = bytearray(largest.read_bytes())
    content[len(content) // 2] ^= 1
    match harm:
        case "flipped":
            largest.write_bytes(content)
        case "cut":
            largest.write_bytes(content[:-1])
        case "missing":
            largest.unlink()
        case _:
            (store / "000999.sst").write_bytes(b"")
    with pytest.raises(BuildDamaged, match="zhengtu build"):
        builds.current(tmp_path).open()


def test_a_store_that_is_gone_or_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be read"):
        disk.digest(tmp_path / "none")
    (tmp_path / "empty").mkdir()
    with pytest.raises(StoreError, match="cannot be opened"):
        EmbeddedStore.of_folder(tmp_path / "empty")


def test_a_large_file_has_its_store_beside_the_builds_and_made_once(tmp_path: Path) -> None:
    path = tmp_path / "large.trig"
    path.write_text("<urn:g> { <urn:a> <urn:p> 1, 2 } <urn:h> { <urn:a> <urn:p> 1 }", encoding="utf-8")
    assert builds.of_file(path, tmp_path / "builds", 3).store is None
    first = builds.of_file(path, tmp_path / "builds", 2)
    assert first.store
    made = first.store.stat().st_ino
    again = builds.of_file(path, tmp_path / "builds", 2)
    assert (again, again.store.stat().st_ino if again.store else 0) == (first, made)
    assert (len(again.open()), again.manifest["graphs"]) == (3, {"urn:g": 2, "urn:h": 1})
    assert list(again.open().query(EVERY).rows()) == [("2",)]
    assert not list((tmp_path / "builds").glob(".data-*"))
    with pytest.raises(BuildMissing):
        builds.of_file(tmp_path / "none.nq", tmp_path, 2)


def test_a_large_file_that_cannot_be_read_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "bad.nq"
    path.write_text("<urn:a> <urn:p> 'half")
    with pytest.raises(StoreError, match=r"bad\.nq"):
        builds.of_file(path, tmp_path / "builds", 0)
    assert not (tmp_path / "builds").exists()


def test_workers_over_a_store_on_disk_are_killed_and_replaced(quads: Path, tmp_path: Path) -> None:
    expected = len(disk.make(quads, tmp_path / "store"))

    async def test() -> None:
        record = Record()
        async with running(quads, LIMITS, record, tmp_path / "store") as pool:
            assert (await ask(pool, COUNT)).body == b"n\r\n%d\r\n" % expected
            before = processes(pool)
            os.kill(before[0], signal.SIGKILL)
            await until(lambda: record.reasons["killed"] == 1 and len(processes(pool)) == LIMITS.workers)
            assert set(processes(pool)) != set(before)
            assert [(await ask(pool, ASK)).body for _ in range(4)] == [b"true"] * 4

    run(test)


def test_two_pools_over_one_store_on_disk(quads: Path, tmp_path: Path) -> None:
    disk.make(quads, tmp_path / "store")

    async def test() -> None:
        source = tmp_path / "store"
        async with running(quads, LIMITS, source=source) as one, running(quads, LIMITS, source=source) as other:
            found = await asyncio.gather(ask(one, COUNT), ask(other, COUNT))
            assert found[0].body == found[1].body

    run(test)


def test_workers_whose_store_is_damaged_say_so(quads: Path, tmp_path: Path) -> None:
    disk.make(quads, tmp_path / "store")
    (tmp_path / "store" / "CURRENT").write_text("none\n")

    async def test() -> None:
        pool = WorkerPool(quads, LIMITS, source=tmp_path / "store")
        with pytest.raises(StoreError, match="cannot be opened"):
            await pool.start()

    run(test)


def test_the_manifest_tells_which_store_is_meant(tmp_path: Path) -> None:
    built = write(tmp_path, 0)
    assert built.store
    manifest = json.loads((built.folder / builds.MANIFEST).read_text(encoding="utf-8"))
    assert manifest["store"] == disk.digest(built.store)
