"""The real report, read and built once, for every test."""

import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import rdflib
from fastapi.testclient import TestClient
from tests.web.served import Served, served

from zhengtu import pipeline, rooms, settings
from zhengtu.model import Reference, Report, Run
from zhengtu.read.reference import read_reference
from zhengtu.read.report import read_report
from zhengtu.settings import Settings
from zhengtu.store import builds
from zhengtu.store.embedded import EmbeddedStore
from zhengtu.web.app import create_app

REPORT = "huizhou-zsj-2024"


@pytest.fixture(scope="session")
def reference() -> Reference:
    """The shared tables and code lists."""
    return read_reference(rooms.data(), rooms.ontology())


@pytest.fixture(scope="session")
def report(reference: Reference) -> Report:
    """The Huizhou 2024 report, read."""
    return read_report(rooms.data() / "reports" / REPORT, rooms.data(), reference, "")


@pytest.fixture(scope="session")
def built_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings whose build folder holds a build of the real data."""
    chosen = settings.load(build_dir=tmp_path_factory.mktemp("build"))
    pipeline.build(chosen)
    return chosen


@pytest.fixture(scope="session")
def checked_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings whose build folder holds a build of its own, which `runs` checks."""
    chosen = settings.load(build_dir=tmp_path_factory.mktemp("checked"))
    pipeline.build(chosen)
    return chosen


@pytest.fixture(scope="session")
def runs(checked_settings: Settings) -> tuple[Run, ...]:
    """The run over our data and the run over the document, kept with their build."""
    return pipeline.check(checked_settings)


@pytest.fixture(scope="session")
def store(built_settings: Settings) -> EmbeddedStore:
    """The build in the embedded engine."""
    return builds.current(built_settings.build_dir).open()


@pytest.fixture(scope="session")
def served_build(built_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A process that serves the build."""
    with served(tmp_path_factory.mktemp("served"), "--build-dir", str(built_settings.build_dir)) as service:
        yield service


@pytest.fixture(scope="session")
def built_graph(built_settings: Settings) -> rdflib.Dataset:
    """The build as an rdflib dataset."""
    quads = (built_settings.build_dir / "current" / "zhengtu.nq").read_text(encoding="utf-8")
    return rdflib.Dataset().parse(data=quads, format="nquads")


@pytest.fixture(scope="session")
def client(built_settings: Settings) -> Iterator[TestClient]:
    """The service over the build."""
    with TestClient(create_app(builds.current(built_settings.build_dir), built_settings)) as served:
        yield served


@pytest.fixture
def free_port() -> int:
    """A port of the loopback interface that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def own_data(tmp_path: Path) -> Path:
    """A copy of data/ that a test may spoil."""
    return Path(shutil.copytree(rooms.data(), tmp_path / "data"))
