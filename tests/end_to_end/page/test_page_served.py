"""The served page over a real lake, in a real browser: it renews itself, answers SQL, and asks its own server only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from millrace.dashboards.serving.server import serve
from millrace.serving.http_server import Address
from millrace.usecases.page import live_pages
from tests.end_to_end.feed import serving
from tests.end_to_end.page.browser import chromium, listen
from tests.end_to_end.small_lake import answer, lake_at, poll_minutes, run

OpenServedPage = Callable[..., Any]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Callable[[list[int]], None]]]:
    """The page's address, and what polls further minutes and publishes them."""
    with serving(answer) as feed, lake_at(tmp_path_factory.mktemp("lake"), feed) as runtime:

        def publish(minutes: list[int]) -> None:
            poll_minutes(runtime, minutes)
            run(runtime)
            run(runtime, "polls")

        publish([0, 1, 2])
        with live_pages(runtime, refresh_seconds=0.15) as pages, serve(pages, Address()) as server:
            yield server.url, publish


@pytest.fixture(scope="module")
def complaints() -> list[str]:
    return []


@pytest.fixture(autouse=True)
def nothing_amiss(complaints: list[str]) -> Iterator[None]:
    yield
    heard = complaints.copy()
    complaints.clear()
    assert heard == []


@pytest.fixture
def open_page(browser: Any, lake: tuple[str, Any], complaints: list[str]) -> Iterator[OpenServedPage]:
    opened: list[Any] = []

    def open_it(query: str = "", *, width: int = 1280, **options: Any) -> Any:
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        opened.append(context)
        page = context.new_page()
        listen(page, lake[0], complaints)
        page.goto(lake[0] + query)
        page.wait_for_selector("html[data-drawn]", state="attached")
        page.wait_for_selector("#sql[data-ready]", state="attached")
        return page

    yield open_it
    for context in opened:
        context.close()


def write(page: Any, sql: str) -> None:
    page.fill("#sql-text", sql)
    page.press("#sql-text", "Control+Enter")


def test_new_data_appears_by_itself_and_the_reader_keeps_the_place(
    open_page: OpenServedPage, lake: tuple[str, Any]
) -> None:
    page = open_page(bypass_csp=True)
    before = page.locator("#taxis-available tbody tr").count()
    page.locator("#taxis-available summary").first.click()
    page.evaluate("document.querySelector('#taxis-available-chart-0').dataset.mark = 'the same element'")
    page.get_by_text("Whole day").first.click()
    lake[1]([before, before + 1])
    page.wait_for_function(f"document.querySelectorAll('#taxis-available tbody tr').length === {before + 2}")
    assert page.locator("#taxis-available details").first.get_attribute("open") is not None
    assert page.locator("#taxis-available-chart-0[data-mark]").count() == 1
    assert page.locator("#taxis-available input[value=day]").is_checked()
    assert page.locator("#updated").inner_text().startswith("Updated ")


def test_nothing_is_fetched_of_panels_that_did_not_change(open_page: OpenServedPage) -> None:
    page = open_page(bypass_csp=True)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    refreshes = int(page.locator("html").get_attribute("data-refreshes") or 0)
    page.wait_for_function(f"Number(document.documentElement.dataset.refreshes) >= {refreshes + 2}")
    assert asked
    assert [url for url in asked if "/api/panels/" in url and "taxi" not in url and "one-area" not in url] == []


def test_a_table_that_is_closed_is_not_sent_and_comes_when_it_is_opened(
    open_page: OpenServedPage, lake: tuple[str, Any]
) -> None:
    page = open_page(bypass_csp=True)
    rows = page.locator("#taxis-available tbody tr")
    before = rows.count()
    lake[1]([before, before + 1])
    page.wait_for_function("document.querySelectorAll('#taxis-available tbody tr').length === 0")
    page.locator("#taxis-available summary").first.click()
    page.wait_for_function(f"document.querySelectorAll('#taxis-available tbody tr').length === {before + 2}")


def test_what_is_on_the_screen_is_renewed_first_and_all_of_it_in_the_end(
    open_page: OpenServedPage, lake: tuple[str, Any]
) -> None:
    page = open_page(bypass_csp=True)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.split("?")[0].rpartition("/")[2]))
    points = "document.getElementById('one-area-chart-0').data.flatMap(trace => trace.x).length"
    before = page.evaluate(points)
    lake[1](list(range(30, 46)))
    page.wait_for_function(f"{points} > {before}")
    assert asked.index("taxis-available") < asked.index("one-area")


def test_the_address_carries_the_choice(open_page: OpenServedPage) -> None:
    page = open_page("?day=2024-05-30&area=NOVENA")
    assert page.locator("select[name=area]").input_value() == "NOVENA"
    page.select_option("select[name=area]", "BISHAN")
    page.wait_for_selector("html[data-shown='2024-05-30 BISHAN']", state="attached")
    assert page.url.endswith("?area=BISHAN"), "the newest day is followed"


def test_a_day_without_data_says_so_and_the_rest_stays(open_page: OpenServedPage) -> None:
    page = open_page("?day=2020-02-02")
    assert "No data on Sunday 2 February 2020" in page.locator("#taxis-available").inner_text()
    assert page.locator("#runs .job").count() == 10


def test_sql_gives_rows_and_a_chart(open_page: OpenServedPage) -> None:
    page = open_page()
    write(page, "SELECT observed_at_local, taxis FROM prod.taxi_availability ORDER BY observed_at LIMIT 3")
    page.locator("#sql-result tbody tr").first.wait_for()
    assert page.locator("#sql-result tbody td").all_text_contents() == ["1", "2", "3"]
    page.locator("#sql-chart .js-line").first.wait_for()
    assert "3 rows" in page.locator("#sql-status").inner_text()


def test_a_mistake_is_reported_where_it_is(open_page: OpenServedPage, complaints: list[str]) -> None:
    page = open_page()
    write(page, "SELECT taxis,\n  taxes FROM prod.taxi_availability")
    page.get_by_text("unknown column 'taxes' at line 2").wait_for()
    complaints[:] = [heard for heard in complaints if "400" not in heard]  # the browser notes the answer's status


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE prod.taxi_availability",
        "SELECT * FROM read_text('/etc/hostname')",
        "INSTALL httpfs",
        "SELECT 1; SELECT 2",
    ],
)
def test_what_is_not_a_query_of_the_lake_is_refused(open_page: OpenServedPage, complaints: list[str], sql: str) -> None:
    page = open_page()
    write(page, sql)
    page.locator("#sql-error:not([hidden])").wait_for()
    assert page.locator("#sql-error").inner_text()
    assert page.locator("#sql-result tbody tr").count() == 0
    complaints[:] = [heard for heard in complaints if "400" not in heard]


def test_an_example_brings_its_parameters(open_page: OpenServedPage) -> None:
    page = open_page()
    page.select_option("#sql-example", "area_by_hour")
    assert page.locator("#sql-parameters input[name=day]").input_value() == "2024-05-30"
    page.fill("#sql-parameters input[name=area]", "CLEMENTI")
    page.click("#sql-run")
    page.locator("#sql-status", has_text="row").wait_for()


@pytest.mark.parametrize(("button", "begins"), [("csv", b"taxis\r\n1\r\n2\r\n"), ("parquet", b"PAR1")])
def test_rows_can_be_downloaded(open_page: OpenServedPage, button: str, begins: bytes) -> None:
    page = open_page()
    page.fill("#sql-text", "SELECT taxis FROM prod.taxi_availability ORDER BY observed_at LIMIT 2")
    with page.expect_download() as download:
        page.click(f"#sql-{button}")
    assert Path(download.value.path()).read_bytes().startswith(begins)


def test_the_keyboard_indents_and_leaves_the_editor(open_page: OpenServedPage) -> None:
    page = open_page()
    page.fill("#sql-text", "SELECT")
    page.press("#sql-text", "Tab")
    assert page.locator("#sql-text").input_value() == "SELECT    "
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "sql-run"


@pytest.mark.parametrize("width", [390, 800, 1400])
def test_nothing_overflows(open_page: OpenServedPage, width: int) -> None:
    page = open_page(width=width, bypass_csp=True)
    write(page, "SELECT * FROM staging.taxi_position LIMIT 3")
    page.locator("#sql-result tbody tr").first.wait_for()
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    page.wait_for_function(f"document.documentElement.scrollWidth === {width}")


def test_the_text_is_painted_before_the_library_comes(open_page: OpenServedPage) -> None:
    page = open_page()
    painted = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    assert painted < page.evaluate("performance.getEntriesByName('charts-begin')[0].startTime")


def test_a_server_that_went_away_is_said_and_the_figures_stay(
    browser: Any, tmp_path: Path, complaints: list[str]
) -> None:
    with serving(answer) as feed, lake_at(tmp_path / "lake", feed) as runtime:
        poll_minutes(runtime, [0, 1])
        run(runtime)
        with live_pages(runtime, refresh_seconds=0.1) as pages:
            server = serve(pages, Address())
            context = browser.new_context()
            page = context.new_page()
            page.goto(server.url)
            page.route("**/api/**", lambda route: route.abort())
            server.close()
            page.locator("#trouble", has_text="Not up to date").wait_for()
            assert page.locator("#taxis-available tbody tr").count() == 2
            context.close()
