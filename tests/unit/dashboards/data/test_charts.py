"""Gaps stay gaps: a time without an observation is a hole in the chart, never a zero and never a line."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.athena_sql.ports import Value
from millrace.dashboards.data.charts import SHOWN_CATEGORIES, Chart, charts, ranked
from millrace.dashboards.data.rows import Row, in_order, number
from millrace.dashboards.definitions.panel import Panel, Series, Tone
from millrace.dashboards.shipped.operations import FRESHNESS
from millrace.dashboards.shipped.taxis import TAXI_DENSITY, TAXIS_AVAILABLE, TAXIS_BY_AREA, TOP_AREAS
from tests.unit.dashboards.fake_day import (
    AREAS,
    DAY,
    FakeTable,
    areas,
    centres,
    density,
    freshness,
    ranking,
    taxis,
    usual,
)

LIMIT = timedelta(minutes=5)
MIDNIGHT = datetime.combine(DAY, datetime.min.time())


def rows_of(table: FakeTable) -> list[Row]:
    names, rows = table
    return [dict(zip(names, row, strict=True)) for row in rows]


def drawn(panel: Panel, rows: list[Row], overlay: list[Row] | None = None) -> Chart:
    (chart,) = charts(panel, rows, DAY, overlay or [])
    return chart


def test_the_line_is_broken_where_twenty_minutes_are_missing() -> None:
    chart = drawn(TAXIS_AVAILABLE, rows_of(taxis()))
    (line,) = chart["lines"]
    (hole,) = [index for index, value in enumerate(line["y"]) if value is None]
    assert line["x"][hole - 1] < "2024-05-30T13:00:00" < line["x"][hole] < "2024-05-30T13:20:00" < line["x"][hole + 1]
    assert [gap["minutes"] for gap in chart["gaps"]] == [20]
    assert 0 not in line["y"]


def test_each_of_several_lines_has_a_tone_of_its_own() -> None:
    two = replace(TAXIS_AVAILABLE, series=(Series("taxis_hundreds", "Hundreds"), Series("taxis", "Taxis")))
    lines = drawn(two, rows_of(taxis()))["lines"]
    assert [(line["label"], line["tone"]) for line in lines] == [("Hundreds", "accent"), ("Taxis", "warning")]
    many = replace(two, series=(*two.series, Series("taxis", "Bad", Tone.BAD), Series("taxis", "Last", Tone.BAD)))
    assert [tone for _, tone in many.toned_series()] == ["accent", "warning", "bad", "muted"]


@given(st.lists(st.integers(0, 86_399), min_size=1, max_size=60, unique=True))
def test_every_gap_is_one_hole_and_no_observation_is_lost(seconds: list[int]) -> None:
    times = [MIDNIGHT + timedelta(seconds=second) for second in sorted(seconds)]
    rows: list[Row] = [{"observed_at_local": at, "taxis_hundreds": Decimal(at.minute), "taxis": 1} for at in times]
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


def test_the_usual_range_is_cut_where_the_other_days_have_nothing() -> None:
    band = drawn(TAXIS_AVAILABLE, rows_of(taxis()), rows_of(usual()))["band"]
    assert band["days"] == 2
    assert [(piece["x"][0][11:16], piece["x"][-1][11:16]) for piece in band["pieces"]] == [
        ("00:02", "04:57"),
        ("05:32", "23:57"),
    ]
    assert all(len(piece[name]) == len(piece["x"]) for piece in band["pieces"] for name in ("low", "median", "high"))


def test_without_another_day_there_is_no_range() -> None:
    assert drawn(TAXIS_AVAILABLE, rows_of(taxis()))["band"] is None


def test_every_cell_of_the_map_stands_at_its_place() -> None:
    rows = rows_of(density())
    chart = drawn(TAXI_DENSITY, rows, rows_of(centres()))
    assert chart["highest"] == chart["z"][chart["y"].index(1.355)][chart["x"].index(103.905)] == 9.0
    filled = sum(value is not None for line in chart["z"] for value in line)
    assert filled == len({(row["east"], row["north"]) for row in rows})
    assert [name["name"] for name in chart["names"]] == list(AREAS)


def test_movers_are_ranked_by_how_far_they_went_in_either_direction() -> None:
    chart = drawn(TOP_AREAS, rows_of(ranking()))
    assert chart["top"]["y"][:2] == [AREAS[0], AREAS[1]]
    assert {abs(change) for change in chart["movers"]["x"]} == {2.0}
    assert min(chart["movers"]["x"]) < 0 < max(chart["movers"]["x"])


def test_an_area_without_an_hour_before_is_no_mover() -> None:
    rows: list[Row] = [dict(row) | {"change": None} for row in rows_of(ranking())]
    assert drawn(TOP_AREAS, rows)["movers"]["y"] == []


@pytest.mark.parametrize(
    ("utc", "minutes"),
    [
        (("2024-03-10 06:58", "2024-03-10 07:01"), []),  # in New York 01:58, then 03:01
        (("2024-11-03 05:58", "2024-11-03 06:58"), [60]),  # 01:58, and again 01:58
        (("2024-11-03 05:30", "2024-11-03 05:33", "2024-11-03 06:10"), [37]),
    ],
)
def test_gaps_are_times_that_passed_where_clocks_change(utc: tuple[str, ...], minutes: list[int]) -> None:
    panel = replace(TAXIS_AVAILABLE, instant="observed_at")
    instants = [datetime.fromisoformat(at).replace(tzinfo=UTC) for at in utc]
    rows: list[Row] = [
        {
            "observed_at": at.replace(tzinfo=None),
            "observed_at_local": at.astimezone(ZoneInfo("America/New_York")).replace(tzinfo=None),
            "taxis_hundreds": 1,
            "taxis": 100,
        }
        for at in instants
    ]
    assert in_order(panel, rows[::-1]) == rows
    assert [gap["minutes"] for gap in drawn(panel, rows)["gaps"]] == minutes
