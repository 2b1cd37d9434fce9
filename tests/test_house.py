"""The house: what README promises, what the wheel holds, what the tables say of themselves."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml
from csvw import CSVW

from zhengtu import __version__, errors, rooms

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"
REPORT = ROOT / "data" / "reports" / "huizhou-zsj-2024"


def test_readme_names_commands_and_rooms_that_exist() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"^make (\w+)", readme, re.MULTILINE)) == {"serve", "test"} <= targets
    rooms_named = re.findall(r"\| `([a-z/_.]+)`", readme)
    assert len(rooms_named) > 5
    assert not [name for name in rooms_named if not (ROOT / name).exists()]


def test_one_version_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert project["version"] == citation["version"] == __version__


def test_every_error_is_in_the_tree_and_has_its_own_code() -> None:
    drawn = set(re.findall(r"[├└─│ ]*(\w+Error|\w+[a-z])(?=\s|$)", errors.__doc__ or ""))
    tree = list(descendants(errors.ZhengtuError))
    assert {error.__name__ for error in tree} <= drawn
    assert len({error.code for error in tree}) == len(tree)


def descendants(error: type[errors.ZhengtuError]) -> list[type[errors.ZhengtuError]]:
    return [found for child in error.__subclasses__() for found in (child, *descendants(child))]


@pytest.mark.parametrize("folder", ["reports/huizhou-zsj-2024", "reference"])
def test_a_csvw_processor_accepts_the_tables(folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tables = Path(shutil.copytree(ROOT / "data" / folder, tmp_path / "tables"))
    group = json.loads((tables / "csv-metadata.json").read_text(encoding="utf-8"))
    for table in group["tables"]:  # the processor does not follow links to a schema (Metadata Vocabulary, section 6.5)
        linked = ROOT / "data" / folder / table["tableSchema"]
        table["tableSchema"] = json.loads(linked.read_text(encoding="utf-8"))
        table["tableSchema"].pop("@context")
    (tables / "csv-metadata.json").write_text(json.dumps(group), encoding="utf-8")
    monkeypatch.chdir(tables)
    metadata = CSVW("csv-metadata.json", validate=True)
    assert metadata.is_valid, [str(warning.message) for warning in metadata.warnings]
    assert {str(table.url) for table in metadata.tables} == {path.name for path in tables.glob("*.csv")}


def test_the_text_is_the_text_on_record() -> None:
    recorded = yaml.safe_load((REPORT / "report.yaml").read_text(encoding="utf-8"))["sha256"]
    assert hashlib.sha256((REPORT / "text.txt").read_bytes()).hexdigest() == recorded


@pytest.mark.skipif(not SHARED.is_dir(), reason="the folder ../shared is not beside the checkout")
def test_the_text_is_the_shared_text_byte_for_byte() -> None:
    shared = SHARED / "report" / "huizhou-2024.txt"
    assert (REPORT / "text.txt").read_bytes() == shared.read_bytes()


def test_the_wheel_holds_the_rooms_and_builds_the_graph(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)  # noqa: S603
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(tmp_path / "site")
    assert {f"zhengtu/{name}" for name in ("ontology", "shapes", "data")} <= {
        str(p.relative_to(tmp_path / "site")) for p in (tmp_path / "site" / "zhengtu").iterdir()
    }
    run = [sys.executable, "-m", "zhengtu", "build", "--build-dir", str(tmp_path / "build")]
    alone = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}
    done = subprocess.run(run, cwd=tmp_path, env=alone, check=True, capture_output=True, text=True)  # noqa: S603
    assert "100% accounted for" in done.stdout


def test_a_missing_room_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(rooms, "_PACKAGE", tmp_path / "a" / "b" / "c")
    with pytest.raises(errors.SettingsError, match="reinstall"):
        rooms.data()
