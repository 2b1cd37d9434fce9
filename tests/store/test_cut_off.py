"""Builds that are cut off at any moment, or that find no room: the build before stays whole, the next one cleans up."""

import random
import resource
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from zhengtu.store import builds

QUADS = 20_000
WRITER = """
import sys
from itertools import count
from pathlib import Path
from zhengtu.store import builds
folder, quads, rounds = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
for number in range(rounds):
    lines = sorted(b'<urn:s%d> <urn:p> "%d of %d" <urn:g> .\\n' % (n, n, number) for n in range(quads))
    builds.write(folder, lines, {}, disk_quads=0)
    print(number, flush=True)
"""


def writer(folder: Path, rounds: int) -> list[str]:
    """A command that writes `rounds` builds of QUADS quads with their stores, each another."""
    return [sys.executable, "-c", WRITER, str(folder), str(QUADS), str(rounds)]


def test_a_writer_killed_at_any_moment_leaves_a_whole_build(tmp_path: Path) -> None:
    moments = random.Random(2024)  # noqa: S311 (moments, not secrets)
    for _ in range(8):
        with subprocess.Popen(writer(tmp_path, 100), stdout=subprocess.PIPE) as process:  # noqa: S603
            assert process.stdout
            assert process.stdout.readline() == b"0\n"
            time.sleep(moments.uniform(0, 1))
            process.kill()
        assert len(builds.current(tmp_path).open()) == QUADS
    subprocess.run(writer(tmp_path, 2), check=True, capture_output=True)  # noqa: S603
    assert not list(tmp_path.glob(".building-*"))
    assert len(list(tmp_path.glob("*/manifest.json"))) == 3, "the newest, the one before, and the link to the newest"


@pytest.mark.parametrize("room", [0, 10_000, 300_000, 600_000])
def test_where_there_is_no_room_the_build_before_stays(tmp_path: Path, room: int) -> None:
    """A limit on the size of a file stands for a full disk: both are errors of the system in the middle of a write."""
    subprocess.run(writer(tmp_path, 1), check=True, capture_output=True)  # noqa: S603
    before = builds.current(tmp_path)
    full = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (room, room))
    failed = subprocess.run(  # noqa: S603
        writer(tmp_path, 2), capture_output=True, text=True, check=False, preexec_fn=full
    )
    assert failed.returncode == 1
    assert "BuildUnwritten: The build could not be written" in failed.stderr, failed.stderr
    assert builds.current(tmp_path).folder == before.folder
    assert len(before.open()) == QUADS
    assert not list(tmp_path.glob(".building-*"))
