from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from millrace.infra.runtime.local import LocalRuntime
from millrace.settings import Settings

OpenLake = Callable[[str], LocalRuntime]


@pytest.fixture
def open_lake(tmp_path: Path) -> OpenLake:
    """Opens the test's one lake, with the taxi feed at a given address."""

    def opened(url: str) -> LocalRuntime:
        return LocalRuntime(Settings(home=tmp_path / "lake", feed="simulated", source_urls={"taxi_availability": url}))

    return opened
