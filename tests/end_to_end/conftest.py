from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from millrace.infra.runtime.local import LocalRuntime
from millrace.settings import Settings
from tests.end_to_end.versioned_lake import make_three_versions

OpenLake = Callable[[str], LocalRuntime]


@pytest.fixture
def open_lake(tmp_path: Path) -> OpenLake:
    """Opens the test's one lake, with the taxi feed at a given address."""

    def opened(url: str) -> LocalRuntime:
        return LocalRuntime(Settings(home=tmp_path / "lake", feed="simulated", source_urls={"taxi_availability": url}))

    return opened


@pytest.fixture(scope="session")
def three_versions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("versions") / "lake"
    make_three_versions(home)
    return home


@pytest.fixture
def home(three_versions: Path, tmp_path: Path) -> Path:
    """A copy of the lake with three versions, unless a module has a lake of its own."""
    return Path(shutil.copytree(three_versions, tmp_path / "lake"))
