"""The page as text: with data, without data, and when something is broken."""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.dashboards.definitions.panel import PanelKind
from millrace.dashboards.html.content import PageContext
from millrace.dashboards.html.fragments import FeedAge
from millrace.dashboards.html.preview import render
from millrace.dashboards.html.shell import json_in_html
from millrace.dashboards.shipped.taxis import ONE_AREA
from millrace.errors import LakeError, QueryError, UnknownName
from millrace.glue_workflow.ports import RunRecord, RunState
from tests.shipped import PANELS
from tests.unit.dashboards.fake_day import (
    DAY,
    FULLEST,
    OTHER_DAYS,
    OVER_TIME,
    FakeEngine,
    content_of,
    engine_of_the_day,
    freshness,
    now,
    taxis,
)

SECTIONS = [panel for panel in PANELS if panel.kind is not PanelKind.STAT]
ZONE = ZoneInfo("Asia/Singapore")
NEWEST = datetime(2024, 5, 30, 15, 59, 10, tzinfo=UTC)
NOW = datetime(2024, 6, 2, 1, 0, tzinfo=UTC)
RUN = RunRecord("20240601T000000Z-ab12", "taxi_availability", 1, RunState.SUCCEEDED, NOW, NOW)


def context(**changes: Any) -> PageContext:
    values: dict[str, Any] = {
        "lake": ".millrace-demo",
        "feed": "simulated",
        "generated_at": NOW,
        "zone": ZONE,
        "feeds": (FeedAge("taxi_availability", NEWEST),),
        "last_run": RUN,
    }
    return PageContext(**(values | changes))


def page(
    engine: FakeEngine | None = None, day: date | None = DAY, days: Sequence[date] = (*OTHER_DAYS, DAY), **changes: Any
) -> str:
    return render(content_of(engine or engine_of_the_day(), context(**changes), days), day).html


def section(html: str, name: str) -> str:
    """A panel's part of the page, as text without tags."""
    found = re.search(rf'<section class="panel[^>]*id="{name}".*?</section>', html, re.DOTALL)
    assert found, f"no panel {name}"
    return text(found[0])


def text(html: str) -> str:
    html = re.sub(r"<(script|style)[^>]*>.*?</\1>", " ", html, flags=re.DOTALL)
    html = re.sub(r"</?(b|wbr|code|span|strong|time)\b[^>]*>", "", html)
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def data(html: str) -> Any:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL)
    assert found
    return json.loads(found[1])


def test_every_panel_is_asked_for_the_chosen_day() -> None:
    engine = engine_of_the_day()
    html = page(engine)
    assert (SECTIONS[0].statement.name, {"day": DAY}) in engine.queries
    assert (ONE_AREA.statement.name, {"day": DAY, "area": (FULLEST,)}) in engine.queries
    assert '<h1 id="heading">Thursday 30 May 2024</h1>' in html
    assert [panel["name"] for panel in data(html)["panels"]] == [panel.name for panel in SECTIONS]


def test_a_day_is_compared_with_comparable_days() -> None:
    engine = engine_of_the_day()
    html = page(engine)
    assert ("dashboards.taxis_usual", {"days": OTHER_DAYS[1:]}) in engine.queries
    assert "are in the usual range of 2 comparable days." in section(html, "taxis-available")


def test_no_day_is_compared_with_a_later_one_or_one_of_more_than_four_weeks_before() -> None:
    engine = engine_of_the_day()
    apart = {back: DAY - timedelta(days=back) for back in (-1, 1, 28, 29)}
    page(engine, day=DAY, days=sorted(apart.values()))
    assert ("dashboards.taxis_usual", {"days": (apart[28], apart[1])}) in engine.queries


def test_a_headline_figure_that_failed_says_why() -> None:
    html = page(engine_of_the_day(now=QueryError("the disk is full")))
    assert "Taxis available now failed the disk is full" in text(html)
    assert "Last snapshot" in text(html)


def test_the_only_day_is_compared_with_nothing() -> None:
    engine = engine_of_the_day()
    html = page(engine, days=[DAY])
    assert "There is no comparable day yet." in section(html, "taxis-available")
    assert "dashboards.taxis_usual" not in dict(engine.queries)


def test_without_a_day_the_newest_with_data_is_shown() -> None:
    assert "Thursday 30 May 2024" in page(day=None)


def test_the_newest_days_and_the_areas_with_the_most_taxis_are_embedded() -> None:
    html = page(days=[DAY - timedelta(days=back) for back in range(30, -1, -1)])
    offered = data(html)["offered"]
    assert offered["days"] == [(DAY - timedelta(days=back)).isoformat() for back in range(7)]
    assert len(offered["options"]["area"]) == 20
    packed = re.search(r'id="others">([^<]*)<', html)
    assert packed
    others = json.loads(gzip.decompress(base64.b64decode(packed[1])))
    assert sorted(others, reverse=True) == offered["days"]
    assert others["2024-05-30"]["panels"][f"one-area|{FULLEST}"]["charts"]


def test_the_workflow_is_drawn_with_the_jobs_that_did_not_run() -> None:
    words = section(page(), "runs")
    assert "create_parquet ✓ succeeded 1 min 15 s 9 rows" in words
    assert "quality_check ✗ failed 1.5 s" in words
    assert "log a rule said <no> fail: RowCount > 0 (0 rows)" in " ".join(unescape(words).split())
    assert "prod not yet" in words
    assert "RowCount > 0 is not so." in unescape(words)
    assert "31 May 2024, 00:00" in words, "times are the source's"


def test_rules_that_did_not_pass_come_first() -> None:
    words = unescape(section(page(), "quality"))
    assert "1 rule of 2 did not pass." in words
    assert words.index("✗ fail") < words.index("✓ pass")


def test_headline_figures() -> None:
    names, rows = taxis()
    inside = [(row[2], f"{row[0]:%H:%M}") for row in rows if row[3]]
    words = text(page())
    assert "Taxis available now 43.2 hundreds of taxis at 23:59, -0.4 over 15 minutes" in words
    assert f"Last snapshot {rows[-1][2]:,} taxis at 23:59" in words
    assert f"Peak, 08:00–20:00 {max(inside)[0]:,} taxis at {max(inside)[1]}" in words
    assert f"Low, 08:00–20:00 {min(inside)[0]:,} taxis at {min(inside)[1]}" in words
    assert "Snapshots kept 1,407 of 1,440 expected (97.7%)" in words
    assert "Gaps 20 slots missed, longest 21 min" in words
    assert names[2] == "taxis"


def test_each_panel_says_in_words_what_its_chart_shows() -> None:
    html = page()
    assert "One break, of 20 minutes from 12:59." in section(html, "taxis-available")
    assert "1,407 accepted, 13 duplicate, 4 quarantined, 16 failed, where 1,440 were expected" in section(
        html, "freshness"
    )
    assert "20 slots missed, up to 21 minutes between snapshots." in section(html, "freshness")
    assert "1 of them without any" in section(html, "taxis-by-area")


def test_each_panel_has_its_rows_as_a_table() -> None:
    html = page()
    assert html.count("<table>") == len(SECTIONS) - 2 - len(
        OVER_TIME
    )  # runs and results are tables and graphs themselves
    assert "13:00:00 taxi_availability 60 60 39 1 4 16 20 21" in section(html, "freshness")
    assert "Western Islands 0.0 0.0" in section(html, "taxis-by-area")


def test_an_error_shows_in_its_panel_only() -> None:
    broken = QueryError("line 1, column 8: no column <taxis>.", hint="Choose one of: taxis_hundreds.")
    html = page(engine_of_the_day(areas=broken))
    said = "This panel failed. line 1, column 8: no column &lt;taxis&gt;. Choose one of: taxis_hundreds."
    assert said in section(html, "taxis-by-area")
    assert html.count("This panel failed.") == 1
    assert "One break" in section(html, "taxis-available")
    assert {panel["name"]: len(panel["charts"]) for panel in data(html)["panels"]}["taxis-by-area"] == 0


def test_a_column_that_a_panel_misses_is_named() -> None:
    names, rows = freshness()
    html = page(engine_of_the_day(freshness=(names[:-1], [row[:-1] for row in rows])))
    assert "dashboards.freshness gives no column longest_gap_minutes." in section(html, "freshness")


def test_a_time_of_another_type_is_an_error_of_that_panel() -> None:
    names, rows = freshness()
    html = page(engine_of_the_day(freshness=(names, [(row[0], 13, *row[2:]) for row in rows])))
    assert "hour_local holds 13, not a timestamp." in section(html, "freshness")


def test_a_day_without_data_says_so() -> None:
    none = engine_of_the_day(
        now=(now()[0], []),
        taxis=(taxis()[0], []),
        freshness=(freshness()[0], []),
        areas=UnknownName("table", "prod.x", ["prod.area"]),
    )
    html = page(none, day=date(2024, 5, 31))
    assert "No data on Friday 31 May 2024." in section(html, "taxis-available")
    assert "No data on Friday 31 May 2024. unknown table" in section(html, "taxis-by-area")
    assert re.findall("<dt>(.*?)</dt><dd><b>(.*?)</b>", html) == [("Taxis available now", "no data")]


def test_an_empty_lake_says_what_to_do() -> None:
    html = page(day=None, days=[], feeds=(), last_run=None)
    words = text(html)
    assert "No run has published anything in .millrace-demo" in words
    assert "millrace demo" in words
    assert "Newest snapshot none yet" in words
    assert len(html) < 60_000, "a page without charts needs no charting library"


def test_a_lake_that_cannot_be_read_says_why() -> None:
    class Unreadable(list[date]):
        def __getitem__(self, at: Any) -> Any:
            raise LakeError("state.db is locked.")

    words = text(page(day=None, days=Unreadable([DAY])))
    assert "cannot be read state.db is locked." in words


def test_a_simulated_feed_is_announced_before_any_figure() -> None:
    words = text(page())
    assert words.index("Simulated feed.") < words.index("Last snapshot")


def test_a_live_feed_is_not_called_simulated() -> None:
    assert "imulat" not in text(page(feed="live", generated_at=NEWEST))


def test_a_live_feed_that_went_silent_is_announced() -> None:
    assert "No data since 30 May 2024, 23:59." in text(page(feed="live"))
    assert "No data since" not in text(page(feed="live", generated_at=NEWEST))


def test_a_day_that_ends_early_says_since_when() -> None:
    names, rows = taxis()
    engine = engine_of_the_day(taxis=(names, [row for row in rows if f"{row[0]:%H}" < "09"]))
    assert "No data since 08:59." in section(page(engine), "taxis-available")


def test_the_rest_of_a_day_that_still_lasts_is_no_gap() -> None:
    names, rows = taxis()
    engine = engine_of_the_day(taxis=(names, [row for row in rows if f"{row[0]:%H}" < "09"]))
    nine = datetime(2024, 5, 30, 9, 1, tzinfo=ZONE)
    assert "No data since" not in section(page(engine, generated_at=nine), "taxis-available")


@pytest.mark.parametrize(("hours", "shown"), [(range(24), "window"), (range(2), "day")])
def test_business_hours_are_shown_first_when_they_hold_data(hours: range, shown: str) -> None:
    names, rows = taxis()
    html = page(engine_of_the_day(taxis=(names, [row for row in rows if int(f"{row[0]:%H}") in hours])))
    assert re.findall(r'value="(\w+)" checked', html) == [shown]


def test_where_the_data_came_from() -> None:
    words = text(page())
    assert "Lake .millrace-demo" in words
    assert "Last run 20240601T000000Z-ab12 succeeded, 2 Jun 2024, 09:00" in words
    assert "Newest snapshot 30 May 2024, 23:59" in words


def test_the_page_names_no_host_and_forbids_itself_to_ask_one() -> None:
    html = page()
    assert not re.findall(r'(?:src|href|action)="(?!#|data:)', html)
    assert "@import" not in html
    assert "default-src 'none'" in html


def test_what_comes_from_outside_is_text() -> None:
    names, rows = freshness()
    evil = "</script><script>alert(1)</script>"
    html = page(engine_of_the_day(freshness=(names, [(evil, *row[1:]) for row in rows])), lake=evil, title=evil)
    assert evil not in html
    assert next(one for one in data(html)["panels"] if one["name"] == "freshness")["charts"][0]["name"] == evil


@given(st.recursive(st.text() | st.none() | st.floats(allow_nan=False, allow_infinity=False), st.lists))
def test_json_stays_in_its_script_element(value: Any) -> None:
    written = json_in_html(["</script><!--\u2028\u2029", value])
    assert json.loads(written) == ["</script><!--\u2028\u2029", value]
    assert not set(written) & set("<>&\u2028\u2029")
    assert written.isascii()


def test_the_same_lake_gives_the_same_page() -> None:
    assert page() == page()
