"""The guides and the notebook: both languages say the same, and every block runs, over a build and a served_build."""

import base64
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from tests.web.served import Served
from traitlets.config import Config
from typer.main import get_command

from zhengtu.cli import app
from zhengtu.client.questions import FIGURES
from zhengtu.settings import Settings

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
GUIDES = ("guide.zh.md", "guide.en.md")
NOTEBOOK = DOCS / "first-steps.ipynb"
SERVICE = "http://127.0.0.1:8000/"
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PNG = b"\x89PNG\r\n"


def blocks(guide: str) -> list[tuple[str, str]]:
    """Language and text of each block."""
    text = (DOCS / guide).read_text(encoding="utf-8")
    found = [(found[1], found[2]) for found in BLOCK.finditer(text)]
    assert len(found) * 2 == text.count("```")
    return found


def test_both_guides_hold_the_same_blocks_columns_and_links() -> None:
    chinese, english = ([(kind, neutral(text)) for kind, text in blocks(guide)] for guide in GUIDES)
    assert chinese == english
    assert {kind for kind, _ in chinese} == {"console", "sh", "python"}
    for mark in (r"^#+ ", r"^- ", r"^\| `.*?` \|", r"(<http://[^/]+)/(?:zh|en)?(\S*>)"):
        of_each = [re.findall(mark, (DOCS / guide).read_text(encoding="utf-8"), re.MULTILINE) for guide in GUIDES]
        assert of_each[0] == of_each[1] != []


def neutral(block: str) -> str:
    """A block without the language that it asks for."""
    return re.sub(r"(--lang|--columns|labels=)( ?)(zh|en)\b|labels=\([^)]*\)", r"\1", block)


@pytest.mark.parametrize("guide", GUIDES)
def test_every_block_runs(guide: str, served_build: Served, built_settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "build").symlink_to(built_settings.build_dir)
    python = f"import pathlib\nassert pathlib.Path.cwd() == pathlib.Path({str(tmp_path)!r})\n"
    for kind, text in blocks(guide):
        said = text.replace(SERVICE, served_build.endpoint.removesuffix("sparql"))
        if kind == "sh":
            done = run(["bash", "-euo", "pipefail", "-c", said], tmp_path)
            assert done.stdout or "--output" in said
        elif kind == "python":
            python += said
    python += "assert len(spaces) > 2 and len(passages) and len(answer)"
    run([sys.executable, "-W", "error", "-c", python], tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {
        "build", "figures.csv", "answer.xlsx", "figures.parquet", "figures.csv-metadata.json",
    }  # fmt: skip


def run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """A command of a reader, with the commands of this environment before all others."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("ZHENGTU_")}
    environment = inherited | {"PATH": path}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr
    return done


@pytest.mark.parametrize("guide", GUIDES)
def test_what_is_typed_to_install_exists(guide: str) -> None:
    typed = [line for kind, text in blocks(guide) if kind == "console" for line in text.splitlines()]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    commands = set(get_command(app).commands)  # type: ignore[attr-defined]
    for line in typed:
        if target := re.fullmatch(r"make (\w+)", line):
            assert f"\n{target[1]}:" in makefile
        elif installed := re.fullmatch(r"\.venv/bin/uv pip install -e '\.\[([\w,]+)\]'", line):
            assert set(installed[1].split(",")) <= extras.keys()
        else:
            assert line.removeprefix(".venv/bin/zhengtu ") in commands
    assert typed


@pytest.mark.parametrize("guide", GUIDES)
def test_every_page_and_file_that_is_named_is_there(guide: str, served_build: Served) -> None:
    text = (DOCS / guide).read_text(encoding="utf-8")
    pages = re.findall(rf"<{SERVICE}([\w/]+)>", text)
    assert all(page.startswith(guide.split(".")[1] + "/") for page in pages)
    assert {served_build.request("GET", f"/{page}", headers={"accept": "text/html"}).status for page in pages} == {200}
    assert all((DOCS / file).is_file() for file in re.findall(r"\]\(([\w.-]+)\)", text))


def test_the_guides_tell_what_the_columns_of_figures_mean() -> None:
    selected = FIGURES.query.split("WHERE")[0]
    for guide in GUIDES:
        told = re.findall(r"^\| (`.*?) \|", (DOCS / guide).read_text(encoding="utf-8"), re.MULTILINE)
        names = re.findall(r"`(\w+)`", " ".join(told))
        assert names
        assert not [name for name in names if f"?{name}" not in selected]


def notebook() -> nbformat.NotebookNode:
    read: nbformat.NotebookNode = nbformat.read(NOTEBOOK, 4)  # type: ignore[no-untyped-call]
    return read


def test_the_notebook_is_kept_without_what_a_run_leaves() -> None:
    cells = notebook().cells
    assert len({cell.id for cell in cells}) == len(cells)
    assert all(re.fullmatch(r"[a-z-]+", cell.id) for cell in cells)
    assert not [cell.id for cell in cells if cell.cell_type == "code" and (cell.outputs or cell.execution_count)]
    assert not [cell.id for cell in cells if cell.metadata]
    nbformat.validate(notebook())


@pytest.mark.parametrize("source", ["folder", "service"])
@pytest.mark.parametrize("fonts", ["as installed", "none"])
def test_the_notebook_runs_to_its_chart(
    source: str, fonts: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = executed(source, fonts, request, tmp_path, monkeypatch)
    assert not [cell.id for cell in made for output in cell.outputs if output.output_type == "stream"]
    by_id = {cell.id: cell.outputs[0].data for cell in made if cell.outputs}
    language = by_id["font"]["text/plain"].strip("'")
    assert language in (("en",) if fonts == "none" else ("zh", "en"))
    assert base64.b64decode(by_id["chart"]["image/png"]).startswith(PNG)
    assert "≥90%" in by_id["pairs"]["text/html"]
    assert ("话务接通率" if language == "zh" else "Call connection rate") in by_id["pairs"]["text/html"]
    assert "98.62%" in by_id["pairs"]["text/html"]
    assert "True" in by_id["evidence"]["text/plain"]


def executed(
    source: str, fonts: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> list[nbformat.NotebookNode]:
    """The code cells after a run in a kernel of its own, which speaks through files and not through the network."""
    where = request.getfixturevalue("built_settings").build_dir
    if source == "service":
        where = request.getfixturevalue("served_build").endpoint.removesuffix("sparql")
    monkeypatch.setenv("ZHENGTU_BUILD_DIR", str(where))
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    run_of = notebook()
    if fonts == "none":
        (cell,) = [cell for cell in run_of.cells if cell.id == "font"]
        cell.source = cell.source.replace("if name in installed", "if name is installed")
    local = Config({"KernelManager": {"transport": "ipc", "ip": str(tmp_path / "kernel")}})
    NotebookClient(run_of, timeout=120, kernel_name="python3", config=local).execute(cwd=str(tmp_path))
    return [cell for cell in run_of.cells if cell.cell_type == "code"]
