"""The real report beside invented ones, built once, and how a question is asked of either."""

import shutil
from pathlib import Path

import pytest
from tests.questions.several.asking import Answer, answer
from tests.questions.several.invented import PLACES, REPORTS
from tests.questions.several.reports import build

from zhengtu import rooms
from zhengtu.settings import Settings
from zhengtu.store import builds
from zhengtu.store.embedded import EmbeddedStore


@pytest.fixture(scope="session")
def several_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings whose data are the real ones with the invented reports, and their build."""
    data = Path(shutil.copytree(rooms.data(), tmp_path_factory.mktemp("several") / "data"))
    return build(data, tmp_path_factory.mktemp("several-build"), PLACES, REPORTS)


@pytest.fixture(scope="session")
def several(several_settings: Settings) -> EmbeddedStore:
    """The build of several reports in the embedded engine."""
    return builds.current(several_settings.build_dir).open()


@pytest.fixture(scope="session")
def alone(store: EmbeddedStore) -> Answer:
    """The rows of a question over the real report; IRIs are cut to their last part."""
    return lambda slug, **terms: answer(store, slug, terms)


@pytest.fixture(scope="session")
def together(several: EmbeddedStore) -> Answer:
    """The rows of a question over several reports; IRIs are cut to their last part."""
    return lambda slug, **terms: answer(several, slug, terms)
