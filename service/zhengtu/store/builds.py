"""Builds on disk: sorted lines in, a whole build out, or none.

A build is a folder named by the digest of its N-Quads; `current` points to the newest whole one. A build that fails or
is cut off changes nothing, and the build before stays until the next, for whoever still reads it. One that a service
holds by a shared lock on its N-Quads stays until a build after that service has let it go.

    current → 0123456789abcdef/   zhengtu.nq  zhengtu.trig  shared.nq  reports/<id>.nq  manifest.json  search.db  store/
                                  validation.nq  validation/<data|document>.<html|ttl|…>

`validation.nq` and `validation/` are there where the build was checked. Its quads are among those of `zhengtu.nq`, and
the manifest names the digest of the build that they judge, which is the same build without them.

`store/` is there where the graph is large: the engine's own files, read instead of the N-Quads (see `disk`). The store
of a large file that is no build of ours lies in `data-<digest>/`, which may be removed while nobody serves the file.
"""

import fcntl
import hashlib
import json
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import merge
from itertools import groupby
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from zhengtu import __version__
from zhengtu.errors import BuildDamaged, BuildMissing, BuildRunning, BuildUnwritten
from zhengtu.store import disk
from zhengtu.store.documents import write_index
from zhengtu.store.embedded import EmbeddedStore, count_statements, write_trig

QUADS, TRIG, SHARED, REPORTS, VALIDATION = "zhengtu.nq", "zhengtu.trig", "shared.nq", "reports", "validation.nq"
FINDINGS, STORE, JUDGED = "validation", "store", "judged"
NAME = re.compile(r"[0-9a-f]{16}(-b)?")
MANIFEST, CURRENT, LOCK = "manifest.json", "current", ".lock"
PER_GRAPH = "SELECT ?g (COUNT(*) AS ?quads) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g"


class Part(NamedTuple):
    """A report in a build: its sorted N-Quads lines, and what the manifest says that it holds."""

    lines: list[bytes]
    held: Mapping[str, object]


class Validation(NamedTuple):
    """What was found in the build `judged`: as sorted N-Quads lines, and as files for people and programs by name."""

    lines: Sequence[bytes] = ()
    judged: str = ""
    files: Mapping[str, bytes] = MappingProxyType({})


NOT_VALIDATED = Validation()


class About(NamedTuple):
    """What is said of all reports together: a description, as sorted N-Quads lines, and a validation."""

    description: Sequence[bytes] = ()
    validation: Validation = NOT_VALIDATED


NOTHING = About()


@dataclass(frozen=True)
class Build:
    """A whole build: its folder, the manifest that says what it holds, and its store on disk where it has one."""

    folder: Path
    manifest: dict[str, Any]
    quads: str = QUADS
    store: Path | None = None

    @property
    def file(self) -> Path:
        """The file with all quads, its links followed, so that it stays the same when a new build comes."""
        return (self.folder / self.quads).resolve()

    @property
    def written(self) -> datetime:
        """When the file was written (UTC, whole seconds): the time of the graph, which its bytes do not hold."""
        return datetime.fromtimestamp(int(self.file.stat().st_mtime), UTC)

    @property
    def source(self) -> Path:
        """What the engine opens: the store on disk, else the file."""
        return self.store or self.file

    def findings(self) -> dict[str, Path]:
        """The files that tell what its validation found, by name; none where it was not checked."""
        return {path.name: path for path in sorted((self.folder / FINDINGS).glob("*")) if JUDGED in self.manifest}

    def parts(self, report: str) -> tuple[Path, Path]:
        """The N-Quads files of what all reports share and of one report."""
        return self.folder / SHARED, self.folder / REPORTS / f"{report}.nq"

    def read_parts(self) -> tuple[list[bytes], dict[str, Part]]:
        """The lines of what all reports share and of every report, as `write` takes them: without the validation."""
        reports = self.manifest["reports"].items()
        return _lines(self.folder / SHARED), {r: Part(_lines(self.parts(r)[1]), held) for r, held in reports}

    @property
    def judged(self) -> str:
        """The digest of the build without the validation of it."""
        return str(self.manifest.get(JUDGED, self.manifest["digest"]))

    def open(self) -> EmbeddedStore:
        """The build in the embedded engine. Raises BuildDamaged when it does not hold what its manifest says."""
        self._compare(self.quads, _digest(self.file), self.manifest["digest"])
        if self.store:
            self._compare(STORE, disk.digest(self.store), self.manifest[STORE])
        store = EmbeddedStore.of_folder(self.store) if self.store else EmbeddedStore.of_file(self.file)
        if len(store) != self.manifest["quads"]:
            raise BuildDamaged(
                f"{self.folder} holds {len(store)} quads, its manifest says {self.manifest['quads']}; "
                "run `zhengtu build` again."
            )
        return store

    def _compare(self, what: str, found: str, expected: str) -> None:
        if found != expected:
            raise BuildDamaged(
                f"{self.folder} holds {what} with sha256 {found[:16]}…, its manifest says {expected[:16]}…; "
                "run `zhengtu build` again. 构建文件与清单不符，请重新构建"
            )


def current(build_dir: Path) -> Build:
    """The newest whole build. Raises BuildMissing or BuildDamaged."""
    folder = (build_dir / CURRENT).resolve()
    try:
        return _build(folder, _manifest(folder))
    except FileNotFoundError:
        raise BuildMissing(f"There is no build in {build_dir}; run `zhengtu build` first.") from None


def of_folder(folder: Path) -> Build:
    """The build that a folder is, or the newest whole one of those in it. Raises BuildMissing or BuildDamaged."""
    if (folder / CURRENT).exists() or not (folder / MANIFEST).is_file():
        return current(folder)
    return _build(folder.resolve(), _manifest(folder))


def of_file(path: Path, build_dir: Path | None = None, disk_quads: int = 0) -> Build:
    """Any N-Quads or TriG file, served as if it were a build.

    Where there is a `build_dir`, a file of more than `disk_quads` statements has a store on disk there.

    Raises BuildMissing, BuildDamaged or StoreError.
    """
    found = _digest(path)
    if build_dir is None or count_statements(path, disk_quads + 1) <= disk_quads:
        return Build(path.parent, _described(EmbeddedStore.of_file(path), found), path.name)
    folder = build_dir / f"data-{found[:16]}"
    if not (folder / MANIFEST).is_file():
        _write_store(path, found, folder)
    return Build(path.parent, _manifest(folder), path.name, folder / STORE)


def _write_store(path: Path, digest: str, folder: Path) -> None:
    """Write the store of a file and its manifest into `folder`, whole or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=".data-", dir=folder.parent))
    try:
        manifest = _described(disk.make(path, work / STORE), digest)
        manifest[STORE] = disk.digest(work / STORE)
        _write_manifest(work, manifest)
        shutil.rmtree(folder, ignore_errors=True)
        work.rename(folder)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _described(store: EmbeddedStore, digest: str) -> dict[str, Any]:
    graphs = {graph: int(quads) for graph, quads in store.query(PER_GRAPH).rows()}
    return {"version": __version__, "digest": digest, "quads": len(store), "graphs": graphs, "reports": {}}


def _build(folder: Path, manifest: dict[str, Any]) -> Build:
    return Build(folder, manifest, store=folder / STORE if STORE in manifest else None)


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        read: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise BuildDamaged(f"{folder / MANIFEST} is damaged ({error}); run `zhengtu build` again.") from None
    return read


def _write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    text = json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")


def write(
    build_dir: Path,
    shared: list[bytes],
    reports: Mapping[str, Part],
    about: About = NOTHING,
    *,
    disk_quads: int | None = None,
) -> Build:
    """Write sorted N-Quads lines as a build and make it the current one.

    A build of more than `disk_quads` quads has a store on disk, too.

    Raises BuildRunning when another build writes to the same folder, BuildUnwritten when the system refuses a write.
    """
    build_dir.mkdir(parents=True, exist_ok=True)
    with _alone(build_dir):
        work = Path(tempfile.mkdtemp(prefix=".building-", dir=build_dir))
        work.chmod(0o755)
        (work / REPORTS).mkdir()
        (work / SHARED).write_bytes(b"".join(shared))
        for report, part in reports.items():
            (work / REPORTS / f"{report}.nq").write_bytes(b"".join(part.lines))
        found = about.validation
        everything = merge(shared, *(part.lines for part in reports.values()), about.description, found.lines)
        counted = _write_quads(work / QUADS, (line for line, _ in groupby(everything)))
        write_trig(work / QUADS, work / TRIG)
        manifest = {
            "version": __version__,
            **counted,
            "reports": {report: part.held for report, part in reports.items()},
        }
        if found.judged:
            _write_validation(work, found)
            manifest[JUDGED] = found.judged
        if disk_quads is not None and manifest["quads"] > disk_quads:
            disk.make(work / QUADS, work / STORE)
            manifest[STORE] = disk.digest(work / STORE)
        write_index(work, EmbeddedStore.of_file(work / QUADS), manifest["digest"])
        _write_manifest(work, manifest)
        return _build(_switch(build_dir, work, manifest["digest"][:16]), manifest)


def _lines(path: Path) -> list[bytes]:
    with path.open("rb") as file:
        return list(file)


def _write_validation(work: Path, found: Validation) -> None:
    (work / VALIDATION).write_bytes(b"".join(found.lines))
    (work / FINDINGS).mkdir()
    for name, written in found.files.items():
        (work / FINDINGS / name).write_bytes(written)


def _digest(path: Path) -> str:
    """SHA-256 of a file. Raises BuildMissing when there is none."""
    try:
        with path.open("rb") as quads:
            return hashlib.file_digest(quads, "sha256").hexdigest()
    except FileNotFoundError:
        raise BuildMissing(f"There is no build at {path}; run `zhengtu build` first.") from None


@contextmanager
def _alone(build_dir: Path) -> Iterator[None]:
    """Hold the lock of `build_dir`; what this build, or one that was cut off, left unfinished is removed after."""
    with (build_dir / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BuildRunning(f"Another build is writing to {build_dir}; wait for it to end.") from None
        try:
            yield
        except OSError as error:
            raise BuildUnwritten(
                f"The build could not be written to {build_dir}: {error.strerror or error}. The build before, if any, "
                "is as it was; make room or change --build-dir, then run `zhengtu build` again. "
                "构建未能写入，原有构建不受影响；请腾出空间或更换目录后重试"
            ) from None
        finally:
            for rest in build_dir.glob(".building-*"):
                shutil.rmtree(rest)


def _write_quads(path: Path, lines: Iterable[bytes]) -> dict[str, Any]:
    total, count, graphs = hashlib.sha256(), 0, Counter[str]()
    with path.open("wb") as out:
        for line in lines:
            out.write(line)
            total.update(line)
            count += 1
            graphs[line.rsplit(b" ", 2)[-2].strip(b"<>").decode()] += 1
    return {"digest": total.hexdigest(), "quads": count, "graphs": dict(sorted(graphs.items()))}


def _is_build(path: Path) -> bool:
    """Whether `path` is a build of ours: nothing else is ever removed."""
    return bool(NAME.fullmatch(path.name)) and not path.is_symlink() and (path / MANIFEST).is_file()


def _switch(build_dir: Path, work: Path, name: str) -> Path:
    """Put the finished folder in place, then point `current` to it in one step."""
    before = (build_dir / CURRENT).resolve()
    folder = build_dir / name
    if folder.exists():
        folder = build_dir / (f"{name}-b" if before == folder.resolve() else name)
        shutil.rmtree(folder, ignore_errors=True)
    work.rename(folder)
    link = build_dir / f".{name}"
    link.unlink(missing_ok=True)
    link.symlink_to(folder.name)
    link.replace(build_dir / CURRENT)
    for old in build_dir.iterdir():
        kept = old.resolve() in (before, folder.resolve())
        if _is_build(old) and not kept and not _is_held(old / QUADS):
            shutil.rmtree(old)
    return folder


def _is_held(quads: Path) -> bool:
    """Whether a service has the file locked."""
    try:
        with quads.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
