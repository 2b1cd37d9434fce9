"""Builds on disk: whole or not at all, one after another, and nothing of anybody else's is touched."""

import fcntl
import json
from pathlib import Path

import pytest

from zhengtu.errors import BuildDamaged, BuildMissing, BuildRunning
from zhengtu.store import builds


def write(folder: Path, *numbers: int) -> builds.Build:
    lines = [b'<urn:a> <urn:p> "%d" <urn:g> .\n' % number for number in numbers]
    return builds.write(folder, lines, {})


def test_a_build_removes_nothing_that_is_not_its_own(tmp_path: Path) -> None:
    for name in ("thesis", ".git", "0123456789abcdef"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "mine").write_text("keep")
    for number in range(4):
        write(tmp_path, number)
    assert {p.name for p in tmp_path.iterdir() if (p / "mine").exists()} == {"thesis", ".git", "0123456789abcdef"}


def test_the_build_before_stays_and_older_ones_go(tmp_path: Path) -> None:
    first, second, third = (write(tmp_path, number) for number in (1, 2, 3))
    assert [build.folder.exists() for build in (first, second, third)] == [False, True, True]
    assert builds.current(tmp_path).folder == third.folder.resolve()


def test_the_same_build_again_replaces_it_whole(tmp_path: Path) -> None:
    for _ in range(3):
        write(tmp_path, 1)
        assert len(builds.current(tmp_path).open()) == 1


def test_what_is_being_read_does_not_change_under_a_new_build(tmp_path: Path) -> None:
    write(tmp_path, 1)
    held = builds.current(tmp_path)
    write(tmp_path, 1, 2)
    assert len(held.open()) == 1


def test_two_builds_do_not_write_at_once(tmp_path: Path) -> None:
    with (tmp_path / builds.LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(BuildRunning):
            write(tmp_path, 1)
    assert not (tmp_path / builds.CURRENT).exists()


def test_what_a_cut_off_build_left_is_removed(tmp_path: Path) -> None:
    (tmp_path / ".building-left").mkdir()
    write(tmp_path, 1)
    assert not list(tmp_path.glob(".building-*"))


def test_a_missing_or_damaged_build_is_told(tmp_path: Path) -> None:
    with pytest.raises(BuildMissing):
        builds.current(tmp_path)
    whole = write(tmp_path, 1)
    manifest = whole.folder / builds.MANIFEST
    manifest.write_text(json.dumps({**whole.manifest, "quads": 2}))
    with pytest.raises(BuildDamaged, match="holds 1 quads"):
        builds.current(tmp_path).open()
    manifest.write_text("{")
    with pytest.raises(BuildDamaged):
        builds.current(tmp_path)
