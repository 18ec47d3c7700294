"""The preview page in a real browser: it draws, it reacts, it fits, and it asks nobody for anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from millrace.dashboards.definitions.panel import Dashboard, PanelKind, Series
from millrace.dashboards.html.content import PageContext
from millrace.dashboards.html.fragments import FeedAge
from millrace.dashboards.html.preview import render
from millrace.dashboards.shipped.taxis import TAXIS_AVAILABLE
from millrace.errors import QueryError
from tests.end_to_end.page.browser import chromium, listen
from tests.shipped import DASHBOARDS, PANELS
from tests.unit.dashboards.fake_day import (
    DAY,
    FULLEST,
    OTHER_DAYS,
    OVER_TIME,
    FakeEngine,
    content_of,
    engine_of_the_day,
    taxis,
)

CONTEXT = PageContext(
    lake=".millrace-demo",
    feed="simulated",
    generated_at=datetime(2024, 6, 2, 1, 0, tzinfo=UTC),
    zone=ZoneInfo("Asia/Singapore"),
    feeds=(FeedAge("taxi_availability", datetime(2024, 5, 30, 15, 59, 10, tzinfo=UTC)),),
)
SECTIONS = [panel for panel in PANELS if panel.kind is not PanelKind.STAT]
OpenPreview = Callable[..., Any]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def complaints() -> list[str]:
    """What a page said on the console, failed at, or asked a host for."""
    return []


@pytest.fixture(autouse=True)
def nothing_amiss(complaints: list[str]) -> Iterator[None]:
    yield
    heard = complaints.copy()
    complaints.clear()
    assert heard == []


@pytest.fixture(scope="module")
def open_page(browser: Any, complaints: list[str], tmp_path_factory: pytest.TempPathFactory) -> OpenPreview:
    """Opens the page of an engine in a browser context of its own."""
    folder = tmp_path_factory.mktemp("pages")

    def opened(
        engine: FakeEngine | None = None,
        *,
        drawn: bool = True,
        width: int = 1280,
        fragment: str = "",
        empty: bool = False,
        dashboards: Sequence[Dashboard] = DASHBOARDS,
        **options: Any,
    ) -> Any:
        file = folder / f"{len(list(folder.iterdir()))}.html"
        engine = engine or engine_of_the_day()
        content = content_of(engine, CONTEXT, () if empty else (*OTHER_DAYS, DAY), dashboards=dashboards)
        file.write_text(render(content).html, encoding="utf-8")
        page = browser.new_context(viewport={"width": width, "height": 900}, **options).new_page()
        listen(page, file.as_uri(), complaints)
        page.goto(file.as_uri() + fragment)
        if drawn:
            page.wait_for_selector("html[data-drawn]", state="attached")
        return page

    return opened


@pytest.fixture(scope="module")
def page(open_page: OpenPreview) -> Any:
    """One page of the realistic day, for tests that leave it as they found it."""
    return open_page(color_scheme="light")


def axis(page: Any) -> Any:
    return page.evaluate("document.getElementById('taxis-available-chart-0').layout.xaxis.range")


def brightness(page: Any, selector: str) -> Any:
    """0 is black, 255 is white."""
    return page.evaluate(
        "s => { const c = getComputedStyle(document.querySelector(s)).backgroundColor.match(/[\\d.]+/g).map(Number);"
        "return (c[0] + c[1] + c[2]) / 3; }",
        selector,
    )


def test_every_chart_has_marks(page: Any) -> None:
    assert page.locator("#taxis-available-chart-0 .js-line").count() >= 1
    assert page.locator("#freshness-chart-0 .bars .point path").count() >= 24
    assert page.locator("#taxis-by-area-chart-0 .hm image").count() == 1
    assert page.locator("#taxi-density-chart-0 .hm image").count() == 1
    assert page.locator("#taxi-density-chart-0 .annotation").count() >= 10
    assert page.locator("#top-areas-chart-0 .bars .point path").count() == 16
    assert page.locator("#one-area-chart-0 .js-line").count() >= 1
    assert page.locator("#runs .job").count() == 5
    page.locator("#runs .job summary").click()
    assert page.locator("#runs .job pre").inner_text() == "a rule said <no>\nfail: RowCount > 0 (0 rows)"


def test_a_gap_breaks_the_drawn_line(page: Any) -> None:
    strokes = "[...document.querySelectorAll('#taxis-available-chart-0 .js-line')].map(e => e.getAttribute('d'))"
    starts = sum(path.count("M") for path in page.evaluate(strokes))
    assert starts == 2 + 2  # that of the day, and the median of the others, which had a gap of their own
    drawn = "document.getElementById('taxis-available-chart-0').data.find(t => t.name === 'Taxis available')"
    assert page.evaluate(f"{drawn}.y.filter(y => y === null).length") == 1
    assert page.evaluate(f"{drawn}.y.filter(y => y === 0).length") == 0


def test_two_lines_have_a_colour_each_and_both_fit(open_page: OpenPreview) -> None:
    series = (Series("taxis_hundreds", "Hundreds"), Series("taxis", "Taxis"))
    both = Dashboard("Taxis", (replace(TAXIS_AVAILABLE, series=series, overlay=None, window=None),))
    page = open_page(dashboards=[both])
    data, axes = (f"document.getElementById('taxis-available-chart-0').{name}" for name in ("data", "layout"))
    drawn = page.evaluate(f"{data}.filter(t => t.mode === 'lines').map(t => [t.name, t.line.color, Math.max(...t.y)])")
    assert [name for name, _, _ in drawn] == ["Hundreds", "Taxis"]
    assert len({colour for _, colour, _ in drawn}) == 2
    assert page.evaluate(f"{axes}.yaxis.range[1]") > max(highest for _, _, highest in drawn)


def test_hovering_tells_what_belongs_to_one_hour(page: Any) -> None:
    """The 13th hour is the one with failed polls; its neighbours have none."""
    chart = page.locator("#freshness-chart-0")
    chart.scroll_into_view_if_needed()
    boxes = [bar.bounding_box() for bar in chart.locator(".trace.bars").last.locator("path").all()]
    box = max((box for box in boxes if box), key=lambda box: box["height"])
    told = chart.locator(".hoverlayer .legendtext, .hoverlayer .legendtitletext")
    for share in (0.1, 0.5, 0.9):
        page.mouse.move(box["x"] + box["width"] * share, box["y"] + box["height"] / 2)
        told.last.wait_for()
        words = " / ".join(told.all_text_contents())
        assert "hour from 13:00" in words
        assert "39 accepted" in words
        assert "16 failed" in words
        assert "20 slots missed" in words
        page.mouse.move(2, 2)
        told.last.wait_for(state="detached")


def test_a_snapshot_alone_between_gaps_is_a_dot(open_page: OpenPreview) -> None:
    names, rows = taxis()
    alone = [row for row in rows if f"{row[0]:%H:%M}" == "10:00" or f"{row[0]:%H}" >= "12"]
    page = open_page(engine_of_the_day(taxis=(names, alone)))
    dots = "document.getElementById('taxis-available-chart-0').data.filter(t => t.marker?.size === 4).flatMap(t => t.x)"
    assert page.evaluate(dots) == [f"{alone[0][0]:%Y-%m-%dT%H:%M:%S}"]


def test_business_hours_first_and_the_keyboard_shows_the_whole_day(page: Any) -> None:
    assert axis(page) == ["2024-05-30T08:00:00", "2024-05-30T20:00:00"]
    page.focus("input[value=window]")
    page.keyboard.press("ArrowRight")
    assert axis(page) == ["2024-05-30T00:00:00", "2024-05-31T00:00:00"]
    page.keyboard.press("ArrowLeft")
    assert axis(page) == ["2024-05-30T08:00:00", "2024-05-30T20:00:00"]


def test_the_keyboard_reaches_every_control(page: Any) -> None:
    focused = "(e => e.id || e.name || (e.tagName === 'A' ? e.className : e.tagName))(document.activeElement)"
    page.focus("a.skip")
    reached = [page.evaluate(focused)]
    while reached[-1] != "BODY" and len(reached) < 60:
        page.keyboard.press("Tab")
        reached.append(page.evaluate(focused))
    assert reached[:5] == ["skip", "theme", "day", "area", "taxis-available-view"]
    assert (
        reached.count("SUMMARY") == 2 * (len(SECTIONS) - len(OVER_TIME)) - 1
    )  # runs and results are told as they are; a log


def test_a_table_opens_by_the_keyboard(page: Any) -> None:
    page.locator("#freshness summary").first.focus()
    page.keyboard.press("Enter")
    assert page.locator("#freshness tbody tr").first.is_visible()
    assert page.locator("#freshness tbody tr").count() == 24
    page.keyboard.press("Enter")
    assert not page.locator("#freshness tbody tr").first.is_visible()


def test_charts_have_names_and_descriptions_for_screen_readers(page: Any) -> None:
    chart = page.get_by_role("img", name="Taxis available, in hundreds of taxis")
    assert chart.count() == 1
    described = chart.get_attribute("aria-describedby")
    assert "One break, of 20 minutes" in page.locator(f"#{described}").inner_text()


def test_dark_and_light_follow_the_system_and_the_button(open_page: OpenPreview) -> None:
    page = open_page(color_scheme="dark")
    assert brightness(page, "body") < 60
    title = "document.querySelector('#taxis-available-chart-0').layout.font.color"
    on_dark = page.evaluate(title)
    page.focus("#theme")
    page.keyboard.press("Enter")
    assert brightness(page, "body") > 200
    assert page.evaluate(title) != on_dark
    page.reload()
    page.wait_for_selector("html[data-drawn]", state="attached")
    assert brightness(page, "body") > 200


def test_light_follows_the_system(page: Any) -> None:
    assert brightness(page, "body") > 200


def test_nothing_overflows_at_any_width(open_page: OpenPreview) -> None:
    page = open_page(width=390, bypass_csp=True)  # waiting for a condition takes eval
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    for width in (390, 800, 1400, 2200, 390):
        page.set_viewport_size({"width": width, "height": 900})
        # The charts follow the window a moment later; one that stays wider than its place never gets there.
        page.wait_for_function(
            "[...document.querySelectorAll('.chart')].every(c =>"
            "  Math.abs(c.querySelector('.main-svg').getBoundingClientRect().width - c.clientWidth) < 2)"
        )
        assert page.evaluate("document.documentElement.scrollWidth") == width


def test_many_figures_wrap_and_stay_whole(open_page: OpenPreview) -> None:
    page = open_page(width=390)
    page.evaluate(
        "{ const strip = document.querySelector('.figures');"
        "  const figure = strip.children[0].outerHTML.replace(/<b>.*<\\/b>/, '<b>1,234,567</b>');"
        "  strip.innerHTML = figure.repeat(12); }"
    )
    for width in (390, 700, 800, 1200, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        cut = (
            "(() => { const strip = document.querySelector('.figures').getBoundingClientRect();"
            "  return [...document.querySelectorAll('.figure')].filter(f => f.scrollWidth > f.clientWidth + 1"
            "    || f.getBoundingClientRect().right > strip.right + 1).length; })()"
        )
        assert page.evaluate(cut) == 0, width
        narrowest = "Math.min(...[...document.querySelectorAll('.figure')].map(f => f.clientWidth))"
        assert page.evaluate(narrowest) >= 120, width


def test_the_text_is_painted_before_the_library_is_read(page: Any) -> None:
    painted = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    assert painted < page.evaluate("performance.getEntriesByName('charts-begin')[0].startTime")


def test_without_scripts_the_figures_and_tables_are_there(open_page: OpenPreview) -> None:
    page = open_page(drawn=False, java_script_enabled=False)
    assert "1,407" in page.locator(".figures").inner_text()
    page.locator("#freshness summary").first.click()
    assert page.locator("#freshness tbody tr").first.is_visible()


def test_a_failed_panel_leaves_the_others_alone(open_page: OpenPreview) -> None:
    page = open_page(engine_of_the_day(areas=QueryError("no column taxis.")))
    assert "This panel failed. no column taxis." in page.locator("#taxis-by-area").inner_text()
    assert page.locator("#freshness-chart-0 .bars .point path").count() >= 24


def test_a_failed_picker_leaves_the_page_alone_on_every_day(open_page: OpenPreview) -> None:
    page = open_page(engine_of_the_day(names=QueryError("no column district.")))
    assert page.locator("#problems").inner_text() == "The picker Area failed. no column district."
    page.select_option("select[name=day]", "2024-05-28")
    page.wait_for_selector("html[data-shown^='2024-05-28']", state="attached")
    assert page.locator("#problems").inner_text() == "The picker Area failed. no column district."
    assert "This panel failed. no column district." in page.locator("#one-area").inner_text()
    assert page.locator("#freshness-chart-0 .bars .point path").count() >= 24


def test_a_chart_that_cannot_be_drawn_says_so_in_its_place(open_page: OpenPreview) -> None:
    page = open_page()
    page.evaluate("void (Plotly.react = () => { throw new Error('out of ink'); })")
    page.get_by_text("Whole day").click()
    assert "could not be drawn (out of ink)" in page.locator("#taxis-available-chart-0").inner_text()
    assert page.locator("#freshness-chart-0 .bars .point path").count() >= 24


def test_an_empty_lake_gives_a_page_too(open_page: OpenPreview) -> None:
    page = open_page(empty=True, width=390)
    assert page.get_by_text("millrace demo").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_pickers_change_what_is_shown_and_the_address_says_what(open_page: OpenPreview) -> None:
    page = open_page()
    assert page.locator("#one-area h2").inner_text() == f"One area: {FULLEST}"
    page.select_option("select[name=area]", "Bedok")
    page.wait_for_selector("html[data-shown='2024-05-30 Bedok']", state="attached")
    assert page.locator("#one-area h2").inner_text() == "One area: Bedok"
    page.select_option("select[name=day]", "2024-05-28")
    page.wait_for_selector("html[data-shown='2024-05-28 Bedok']", state="attached")
    assert page.locator("h1").inner_text() == "Tuesday 28 May 2024"
    assert page.url.endswith("#day=2024-05-28&area=Bedok")
    page.go_back()
    page.wait_for_selector("html[data-shown='2024-05-30 Bedok']", state="attached")
    assert page.locator("h1").inner_text() == "Thursday 30 May 2024"


def test_a_link_opens_what_it_was_taken_of(open_page: OpenPreview) -> None:
    page = open_page(fragment="#day=2024-05-28&area=Bedok")
    page.wait_for_selector("html[data-shown='2024-05-28 Bedok']", state="attached")
    assert page.locator("h1").inner_text() == "Tuesday 28 May 2024"
    assert page.locator("select[name=day]").input_value() == "2024-05-28"
    assert page.locator("select[name=area]").input_value() == "Bedok"
    assert "Bedok" in page.locator("#one-area h2").inner_text()


def test_a_day_that_the_file_does_not_carry_is_said(open_page: OpenPreview) -> None:
    page = open_page(fragment="#day=2019-01-01")
    page.get_by_text("this file does not contain 2019-01-01").wait_for()
    assert page.locator("h1").inner_text() == "Thursday 30 May 2024"


def test_the_chosen_area_is_marked_on_the_map(open_page: OpenPreview) -> None:
    page = open_page(fragment="#area=Bedok")
    page.wait_for_selector("html[data-shown='2024-05-30 Bedok']", state="attached")
    bold = page.locator("#taxi-density-chart-0 .annotation [style*='bold']")
    assert bold.all_text_contents() == ["Bedok"]
