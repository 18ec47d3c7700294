"""Workflow runs in words."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

import pytest

from millrace.dashboards.data.zones import LocalZones
from millrace.dashboards.html.operations import DisplayContext, runs
from tests.unit.dashboards.fake_day import runs as run_rows


def words_of(partitions: str) -> str:
    names, rows = run_rows()
    shown = [dict(zip(names, row, strict=True)) | {"partitions": partitions} for row in rows]
    return re.sub("<[^>]*>", "", runs(shown, DisplayContext(LocalZones(ZoneInfo("Asia/Singapore")))))


@pytest.mark.parametrize(
    ("partitions", "words"),
    [
        ("", "partitions none"),
        ("2024-05-29, 2024-05-30", "partitions 2024-05-29, 2024-05-30"),
        (", ".join(f"2024-05-{day:02}" for day in range(1, 32)), "partitions 2024-05-01 to 2024-05-31 (31)"),
    ],
)
def test_a_run_over_many_partitions_takes_one_line(partitions: str, words: str) -> None:
    assert words in words_of(partitions)
