"""Dimensions follow their statements alone: they are made once, and again by other code."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from millrace.glue_workflow.versions.manifests import read_manifest
from millrace.infra.runtime.local import LocalRuntime
from millrace.lake.keys import MANIFEST, version_prefix
from tests.end_to_end.feed import serving
from tests.end_to_end.small_lake import answer, lake_at, poll_minutes, run

AREA, CELL = "prod.area", "prod.area_cell"


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[LocalRuntime]:
    with serving(answer) as url, lake_at(tmp_path / "lake", url) as runtime:
        poll_minutes(runtime, [1])
        run(runtime)
        poll_minutes(runtime, [2])
        yield runtime


def versions(runtime: LocalRuntime) -> list[str]:
    return [version.version for table in (AREA, CELL) for version in runtime.catalog.current(table)]


def test_new_data_makes_no_new_dimension(lake: LocalRuntime) -> None:
    before = versions(lake)
    run(lake)
    assert versions(lake) == before
    assert len(before) == 2


def test_what_other_code_made_is_made_again_by_the_attempt_that_finds_it(lake: LocalRuntime) -> None:
    (area,), (cell,) = lake.catalog.current(AREA), lake.catalog.current(CELL)
    manifest = read_manifest(lake.storage, cell)
    assert manifest is not None
    by_others = msgspec.structs.replace(manifest, code_version="0.0.1+000000000000")
    lake.storage.put(version_prefix(CELL, cell.version) + MANIFEST, msgspec.json.encode(by_others))
    run(lake)
    newest = lake.runs.runs(limit=1)[0]
    assert versions(lake) == [area.version, f"{newest.run_id}-{newest.attempt}"]
