"""The page as one file, which contains its data, styles and charting library and makes no network request."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from plotly.offline import get_plotlyjs

from millrace.dashboards.data.rows import PageChoice, PanelRows
from millrace.dashboards.html.content import PageContent, PageView, Payload, payload_of, split_by_area
from millrace.dashboards.html.shell import SCRIPTS, PageAssets, asset, page, page_unreadable, page_without_data
from millrace.dashboards.shipped.taxis import ONE_AREA
from millrace.errors import MillraceError

EMBEDDED_DAYS = 7
EMBEDDED_AREAS = 20
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data: blob:; "
    "base-uri 'none'; form-action 'none'"
)
_EMBEDDED: Mapping[str, object] = {"live": False}


def render(content: PageContent, day: date | None = None, area: str = "") -> str:
    """The page as HTML. `day` None is the newest day with data.

    The file also contains the newest seven days, and the 20 areas that had the most taxis on the chosen day. An error
    of one panel shows in that panel; a lake without data gives a page that says what to do.
    """
    view = content.view()
    try:
        choice = view.choose(day, area)
    except MillraceError as error:
        return page_unreadable(view.context, _page_assets(), error, _EMBEDDED)
    if choice is None:
        return page_without_data(view.context, _page_assets(), _EMBEDDED)
    days, areas = _offered(view, choice)
    others = {one.isoformat(): _day(view, one, areas) for one in days}
    script_data: dict[str, object] = {
        **_EMBEDDED,
        "offered": {"days": sorted(others, reverse=True), "areas": sorted(areas)},
    }
    return page(view, choice, _page_assets(packed=_packed(others), charts=True), script_data)


def _offered(view: PageView, choice: PageChoice) -> tuple[list[date], list[str]]:
    days = {*view.days[-EMBEDDED_DAYS:], choice.day}
    areas = {*view.areas(choice.day)[:EMBEDDED_AREAS], *choice.areas}
    return sorted(days), sorted(areas)


def _day(view: PageView, day: date, areas: list[str]) -> Payload:
    """All panels of a day by name; the area panel by name and area."""
    choice = view.choose(day)
    assert choice is not None
    panels = {name: view.payload(panel, choice) for name, panel in view.panels.items() if name != ONE_AREA.name}
    if ONE_AREA.name in view.panels:
        panels |= _areas(view, PageChoice(day, choice.days, tuple(areas)))
    head = view.head(choice)
    return {"head": {name: head[name] for name in ("title", "heading", "banner", "figures")}, "panels": panels}


def _areas(view: PageView, choice: PageChoice) -> Payload:
    """The area panel for every area, from a single statement."""
    expected_until, result = view.expected_until(choice), view.result(ONE_AREA, choice)
    split = split_by_area(result)
    return {
        f"{ONE_AREA.name}|{area}": payload_of(
            split.get(area, PanelRows(ONE_AREA, error=result.error)), choice.day, expected_until, view.display
        )
        for area in choice.areas
    }


def _page_assets(*, packed: str = "", charts: bool = False) -> PageAssets:
    inline = "\n".join(asset(name) for name in SCRIPTS)
    library = _packed_library() if charts else ""
    return PageAssets(
        policy=_POLICY,
        head=f"<style>{asset('page.css')}</style>",
        scripts=f'<script type="text/plain" id="library">{library}</script>'
        f'<script type="text/plain" id="others">{packed}</script><script>{inline}</script>',
    )


def _packed(data: object) -> str:
    text = json.dumps(data, allow_nan=False, separators=(",", ":"))
    return base64.b64encode(gzip.compress(text.encode(), compresslevel=6, mtime=0)).decode()


@lru_cache(maxsize=1)
def _packed_library() -> str:
    """plotly.js from the plotly package, compressed: the page is 2 MB instead of 4.8.

    The page decompresses it after its first paint, so that the text is readable at once.
    """
    return base64.b64encode(gzip.compress(get_plotlyjs().encode(), compresslevel=6, mtime=0)).decode()
