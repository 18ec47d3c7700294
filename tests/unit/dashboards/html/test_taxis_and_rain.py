"""The panel of taxis and rain: its line, bars and words, also without rain and without data."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from millrace.athena_sql.ports import Value
from millrace.dashboards.data.charts import charts
from millrace.dashboards.data.rows import Row
from millrace.dashboards.html.content import PageContext
from millrace.dashboards.html.summaries import summary
from millrace.dashboards.shipped.taxis import TAXIS_AND_RAIN
from tests.unit.dashboards.fake_day import DAY, FakeTable, content_of, engine_of_the_day, rain

NOW = datetime(2024, 6, 1, tzinfo=UTC)
CONTEXT = PageContext("lake", "simulated", NOW, ZoneInfo("Asia/Singapore"))


def rows_of(table: FakeTable) -> list[Row]:
    names, rows = table
    return [dict(zip(names, row, strict=True)) for row in rows]


def payload(table: FakeTable) -> dict[str, Any]:
    view = content_of(engine_of_the_day(rain=table), CONTEXT).view()
    choice = view.choose(DAY)
    assert choice is not None
    return view.payload(TAXIS_AND_RAIN, choice)


def until(end: datetime, table: FakeTable) -> FakeTable:
    names, rows = table
    return names, [row for row in rows if isinstance(row[0], datetime) and row[0] < end]


def test_the_line_has_a_hole_and_the_bars_nothing_where_there_was_no_reading() -> None:
    [chart] = charts(TAXIS_AND_RAIN, rows_of(rain()), DAY)
    [line] = chart["lines"]
    assert (line["label"], line["y"].count(None)) == ("Taxis available", 1)
    assert [gap["minutes"] for gap in chart["gaps"]] == [25]
    assert len(chart["bars"]["x"]) == 284
    assert not [x for x in chart["bars"]["x"] if "T13:00:00" <= x[10:] < "T13:20:00"]


def test_its_words_tell_of_the_rain_and_of_the_taxis_in_it() -> None:
    words = summary(TAXIS_AND_RAIN, rows_of(rain()))
    assert words.startswith(
        "More than 0 mm of rain in 12 of 284 windows of 5 minutes, at most 1.5 at 17:00. On average "
    )
    assert "hundreds of taxis then, and" in words
    names, rows = rain()
    dry: list[tuple[Value, ...]] = [(at, taxis, 0.0) for at, taxis, _ in rows]
    assert summary(TAXIS_AND_RAIN, rows_of((names, dry))) == "0 mm of rain in all 284 windows of 5 minutes."


def test_without_a_reading_it_says_no_data_and_since_when() -> None:
    names, _ = rain()
    assert "No data on Thursday 30 May 2024." in payload((names, []))["html"]
    assert "No data since 13:55." in payload(until(datetime(2024, 5, 30, 14), rain()))["html"]  # noqa: DTZ001
    assert "No data since" not in payload(rain())["html"]


def test_a_window_without_taxis_is_a_hole_and_never_a_zero() -> None:
    at = datetime(2024, 5, 30, 8)  # noqa: DTZ001
    rows = [
        {"window_local": at + n * timedelta(minutes=5), "taxis_hundreds": level, "rainfall_mm": 0.2}
        for n, level in enumerate((41.0, None, 42.0))
    ]
    [chart] = charts(TAXIS_AND_RAIN, rows, DAY)
    assert chart["lines"][0]["y"] == [41.0, None, 42.0]
