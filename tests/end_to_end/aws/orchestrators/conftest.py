"""What the tests of orchestrators share: a lake with two snapshots that wait for a run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.aws.aws_jobs import SLOTS, STAGE, Evening, on_athena, poll_rain, rain_of_a_local_run
from tests.end_to_end.aws.aws_lake import AwsLake, aws_lake

TWO = SLOTS[:2]


@pytest.fixture(scope="session")
def local(feeds: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Any, ...]]:
    """The rows of a run in a folder."""
    return rain_of_a_local_run(feeds, tmp_path_factory.mktemp("local"), TWO)


@pytest.fixture
def lake(feeds: dict[str, str], tmp_path: Path) -> Iterator[AwsLake]:
    with aws_lake(tmp_path, feeds, Evening(), stage=STAGE) as made, on_athena(made) as lake:
        with lake.runtime() as runtime:
            for slot in TWO:
                poll_rain(runtime, slot)
        lake.double.deliver(everything=True)
        yield lake
