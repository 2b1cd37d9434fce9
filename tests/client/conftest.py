"""The same graph as a folder and as a served process; what is expected of one is expected of the other."""

from pathlib import Path

import pytest
from tests.web.served import Served

from zhengtu.client import Graph
from zhengtu.settings import Settings


@pytest.fixture(scope="session")
def offline(built_settings: Settings) -> Graph:
    """The build, in this process."""
    return Graph(built_settings.build_dir)


@pytest.fixture(scope="session", params=["folder", "folder of a build", "home page", "endpoint"])
def graph(request: pytest.FixtureRequest, built_settings: Settings) -> Graph:
    """Every way to name the graph."""
    if request.param.startswith("folder"):
        folder = built_settings.build_dir
        return Graph(folder if request.param == "folder" else str(folder / "current"))
    service: Served = request.getfixturevalue("served_build")
    endpoint = service.endpoint
    return Graph(endpoint if request.param == "endpoint" else endpoint.removesuffix("sparql"))


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits between two attempts, in seconds, none of them waited for."""
    found: list[float] = []
    monkeypatch.setattr("zhengtu.client.patience.time.sleep", found.append)
    return found


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder without a build."""
    return tmp_path
