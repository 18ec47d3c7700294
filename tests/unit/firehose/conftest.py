from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.firehose.spooling import SpooledLake


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[SpooledLake]:
    made = SpooledLake(tmp_path)
    yield made
    made.close()
