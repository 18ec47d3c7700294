"""Gaps stay gaps: what was not observed is a hole in the chart, never a zero and never a line."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from athena_sql.ports import Value
from dashboards.charts import SHOWN_CATEGORIES, charts, ranked
from dashboards.panels import FRESHNESS, TAXIS_AVAILABLE, TAXIS_BY_AREA, Panel
from dashboards.rows import Row, number
from tests.unit.dashboards.fake_day import AREAS, DAY, Table, areas, freshness, taxis

LIMIT = timedelta(minutes=5)
MIDNIGHT = datetime.combine(DAY, datetime.min.time())


def rows_of(table: Table) -> list[Row]:
    names, rows = table
    return [dict(zip(names, row, strict=True)) for row in rows]


def drawn(panel: Panel, rows: list[Row]) -> dict[str, object]:
    (chart,) = charts(panel, rows, DAY)
    return chart


def test_the_line_is_broken_where_twenty_minutes_are_missing() -> None:
    chart = drawn(TAXIS_AVAILABLE, rows_of(taxis()))
    (line,) = chart["lines"]
    (hole,) = [index for index, value in enumerate(line["y"]) if value is None]
    assert line["x"][hole - 1] < "2024-05-30T13:00:00" < line["x"][hole] < "2024-05-30T13:20:00" < line["x"][hole + 1]
    assert [gap["minutes"] for gap in chart["gaps"]] == [20]
    assert 0 not in line["y"]


@given(st.lists(st.integers(0, 86_399), min_size=1, max_size=60, unique=True))
def test_every_gap_is_one_hole_and_no_observation_is_lost(seconds: list[int]) -> None:
    times = [MIDNIGHT + timedelta(seconds=second) for second in sorted(seconds)]
    rows = [{"observed_at_local": at, "taxis_hundreds": Decimal(at.minute), "taxis": 1} for at in times]
    chart = drawn(TAXIS_AVAILABLE, rows)
    points = list(zip(chart["lines"][0]["x"], chart["lines"][0]["y"], strict=True))
    seen = [(datetime.fromisoformat(x), y) for x, y in points if y is not None]
    assert seen == [(at, float(at.minute)) for at in times]
    assert len(points) - len(seen) == sum(after - before > LIMIT for before, after in pairwise(times))
    assert [x for x, _ in points] == sorted(x for x, _ in points)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(3, 3.0), (Decimal("2.50"), 2.5), (None, None), (float("nan"), None), (Decimal("NaN"), None), (True, None)],
)
def test_only_finite_numbers_are_drawn(value: Value, expected: float | None) -> None:
    assert number(value) == expected


def test_bars_carry_counts_expectation_and_gaps_of_each_hour() -> None:
    chart = drawn(FRESHNESS, rows_of(freshness()))
    assert [bar["label"] for bar in chart["bars"]] == ["accepted", "duplicate", "quarantined", "failed"]
    assert sum(bar["y"][13] for bar in chart["bars"]) == chart["expected"][13] == 60
    assert [hour for hour, gaps in enumerate(chart["gaps"]) if gaps] == [13]


def test_each_source_has_its_own_chart() -> None:
    rows = rows_of(freshness())
    both = rows + [dict(row) | {"source": "rainfall"} for row in rows]
    assert [chart["name"] for chart in charts(FRESHNESS, both, DAY)] == ["rainfall", "taxi_availability"]


def test_the_heatmap_shows_the_fullest_areas_first_and_keeps_an_empty_hour_empty() -> None:
    rows = [row for row in rows_of(areas()) if row["hour_local"] != MIDNIGHT + timedelta(hours=5)]
    chart = drawn(TAXIS_BY_AREA, rows)
    assert len(chart["y"]) == len(chart["z"]) == SHOWN_CATEGORIES < len(AREAS)
    assert chart["y"][0] == ranked(TAXIS_BY_AREA, rows)[0][0]
    assert len(chart["edges"]) == 25
    assert all(line[5] is None and len(line) == 24 for line in chart["z"])
