"""Builds on disk: sorted lines in, a whole build out, or none.

A build is a folder named by the digest of its N-Quads; `current` points to the newest whole one. A build that fails or
is cut off changes nothing, and the build before stays until the next, for whoever still reads it. One that a service
holds by a shared lock on its N-Quads stays until a build after that service has let it go.

    current → 0123456789abcdef/   zhengtu.nq  zhengtu.trig  shared.nq  reports/<id>.nq  manifest.json
"""

import fcntl
import hashlib
import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from heapq import merge
from itertools import groupby
from pathlib import Path
from typing import Any

from zhengtu import __version__
from zhengtu.errors import BuildDamaged, BuildMissing, BuildRunning
from zhengtu.store.embedded import EmbeddedStore, write_trig

QUADS, TRIG, SHARED, REPORTS = "zhengtu.nq", "zhengtu.trig", "shared.nq", "reports"
MANIFEST, CURRENT, LOCK = "manifest.json", "current", ".lock"
PER_GRAPH = "SELECT ?g (COUNT(*) AS ?quads) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g"


@dataclass(frozen=True)
class Build:
    """A whole build: its folder, and the manifest that says what it holds."""

    folder: Path
    manifest: dict[str, Any]
    quads: str = QUADS

    @property
    def file(self) -> Path:
        """The file with all quads, its links followed, so that it stays the same when a new build comes."""
        return (self.folder / self.quads).resolve()

    def parts(self, report: str) -> tuple[Path, Path]:
        """The N-Quads files of what all reports share and of one report."""
        return self.folder / SHARED, self.folder / REPORTS / f"{report}.nq"

    def open(self) -> EmbeddedStore:
        """The build in the embedded engine. Raises BuildDamaged when it does not hold what its manifest says."""
        if self.file.exists() and (found := _digest(self.file)) != self.manifest["digest"]:
            raise BuildDamaged(
                f"{self.folder} holds {self.quads} with sha256 {found[:16]}…, its manifest says "
                f"{self.manifest['digest'][:16]}…; run `zhengtu build` again. 构建文件与清单不符，请重新构建"
            )
        store = EmbeddedStore.of_file(self.file)
        if len(store) != self.manifest["quads"]:
            raise BuildDamaged(
                f"{self.folder} holds {len(store)} quads, its manifest says {self.manifest['quads']}; "
                "run `zhengtu build` again."
            )
        return store


def current(build_dir: Path) -> Build:
    """The newest whole build. Raises BuildMissing or BuildDamaged."""
    folder = build_dir / CURRENT
    try:
        return Build(folder, json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise BuildMissing(f"There is no build in {build_dir}; run `zhengtu build` first.") from None
    except json.JSONDecodeError as error:
        raise BuildDamaged(f"{folder / MANIFEST} is damaged ({error}); run `zhengtu build` again.") from None


def of_file(path: Path) -> Build:
    """Any N-Quads or TriG file, served as if it were a build. Raises BuildMissing or StoreError."""
    store = EmbeddedStore.of_file(path)
    graphs = {graph: int(quads) for graph, quads in store.query(PER_GRAPH).rows()}
    manifest = {"version": __version__, "digest": _digest(path), "quads": len(store), "graphs": graphs, "reports": {}}
    return Build(path.parent, manifest, path.name)


def write(
    build_dir: Path,
    shared: list[bytes],
    reports: Mapping[str, list[bytes]],
    held: Mapping[str, object],
    described: Iterable[bytes] = (),
) -> Build:
    """Write sorted N-Quads lines as a build and make it the current one.

    `held` says what each report holds; `described` is what is said of all of them together, and no part's.

    Raises BuildRunning when another build writes to the same folder.
    """
    build_dir.mkdir(parents=True, exist_ok=True)
    with _alone(build_dir):
        work = Path(tempfile.mkdtemp(prefix=".building-", dir=build_dir))
        work.chmod(0o755)
        (work / REPORTS).mkdir()
        (work / SHARED).write_bytes(b"".join(shared))
        for report, lines in reports.items():
            (work / REPORTS / f"{report}.nq").write_bytes(b"".join(lines))
        counted = _write_quads(work / QUADS, (line for line, _ in groupby(merge(shared, *reports.values(), described))))
        write_trig(work / QUADS, work / TRIG)
        manifest = {"version": __version__, **counted, "reports": dict(held)}
        text = json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
        (work / MANIFEST).write_text(text, encoding="utf-8")
        return Build(_switch(build_dir, work, manifest["digest"][:16]), manifest)


def _digest(path: Path) -> str:
    with path.open("rb") as quads:
        return hashlib.file_digest(quads, "sha256").hexdigest()


@contextmanager
def _alone(build_dir: Path) -> Iterator[None]:
    """Hold the lock of `build_dir`; what a cut-off build left behind is removed before and after."""
    with (build_dir / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BuildRunning(f"Another build is writing to {build_dir}; wait for it to end.") from None
        try:
            yield
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
        kept = old.is_symlink() or old.resolve() in (before, folder.resolve())
        if old.is_dir() and not kept and not _is_held(old / QUADS):
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
