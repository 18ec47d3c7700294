"""The page as one file, which contains its data, styles and charting library and makes no network request."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from plotly.offline import get_plotlyjs

from millrace.dashboards.data.rows import PageChoice, PanelRows
from millrace.dashboards.definitions.panel import Panel
from millrace.dashboards.html.content import PageContent, PageView, Payload, payload_of, split_by_category
from millrace.dashboards.html.shell import SCRIPTS, PageAssets, asset, page, page_unreadable, page_without_data
from millrace.errors import MillraceError

EMBEDDED_DAYS = 7
EMBEDDED_OPTIONS = 20
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data: blob:; "
    "base-uri 'none'; form-action 'none'"
)
_EMBEDDED: Mapping[str, object] = {"live": False}


@dataclass(frozen=True, slots=True)
class RenderedPage:
    """The page as HTML, and why pickers of it failed, by their labels."""

    html: str
    failed_pickers: Sequence[tuple[str, MillraceError]] = ()


def render(content: PageContent, day: date | None = None, picked: Mapping[str, str] | None = None) -> RenderedPage:
    """The page of a day. `day` None is the newest day with data.

    The file also contains the newest seven days, and the first 20 options that each picker has on the chosen day. An
    error of one panel shows in that panel; a lake without data gives a page that says what to do.
    """
    view = content.view()
    try:
        choice = view.choose(day, picked)
    except MillraceError as error:
        return RenderedPage(page_unreadable(view.context, _page_assets(), error, _EMBEDDED))
    if choice is None:
        return RenderedPage(page_without_data(view.context, _page_assets(), _EMBEDDED))
    days, options = _offered(view, choice)
    others = {one.isoformat(): _day(view, one, options) for one in days}
    script_data: dict[str, object] = {
        **_EMBEDDED,
        "offered": {
            "days": sorted(others, reverse=True),
            "options": {name: sorted(values) for name, values in options.items()},
        },
    }
    html = page(view, choice, _page_assets(packed=_packed(others), charts=True), script_data)
    failed = view.failed_pickers(choice.day)
    return RenderedPage(html, [(view.pickers[name].label, error) for name, error in failed.items()])


def _offered(view: PageView, choice: PageChoice) -> tuple[list[date], Mapping[str, tuple[str, ...]]]:
    days = {*view.days[-EMBEDDED_DAYS:], choice.day}
    options = {
        name: tuple(dict.fromkeys((*view.options(name, choice.day)[:EMBEDDED_OPTIONS], *choice.picked[name])))
        for name in view.pickers
    }
    return sorted(days), options


def _day(view: PageView, day: date, options: Mapping[str, tuple[str, ...]]) -> Payload:
    """All panels of a day by name; those that take a picker's choice by name and option, if there are options."""
    choice = view.choose(day)
    assert choice is not None
    panels: Payload = {}
    for name, panel in view.panels.items():
        picker = view.picker_of(panel)
        if picker is None or not options[picker.name]:
            panels[name] = view.payload(panel, choice)
        else:
            panels |= _by_option(view, panel, picker.name, replace(choice, picked=options))
    head = view.head(choice)
    return {
        "head": {name: head[name] for name in ("title", "heading", "problems", "banner", "figures")},
        "panels": panels,
    }


def _by_option(view: PageView, panel: Panel, picker: str, choice: PageChoice) -> Payload:
    """The panel for every option, from a single statement."""
    expected_until, result = view.expected_until(panel, choice), view.result(panel, choice)
    split = split_by_category(result)
    return {
        f"{panel.name}|{option}": payload_of(
            split.get(option, PanelRows(panel, error=result.error)), choice.day, expected_until, view.display
        )
        for option in choice.picked[picker]
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
