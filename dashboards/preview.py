"""The preview page: one file that holds its data, its looks and its charting library, and asks no host for anything."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from html import escape
from importlib.resources import files
from string import Template
from zoneinfo import ZoneInfo

from plotly.offline import get_plotlyjs

from athena_sql.ports import Engine
from dashboards.charts import charts
from dashboards.fragments import banner, empty_page, figure_strip, panel_section, provenance, unreadable_page
from dashboards.panels import NEWEST_DAY, Panel
from dashboards.rows import Outcome, fetch
from dashboards.summaries import end_of_knowledge, figures, long_date
from glue_workflow.ports import RunRecord
from millrace.errors import MillraceError, UnknownName
from millrace.settings import FeedKind


@dataclass(frozen=True, slots=True)
class PageContext:
    """What the page says of its lake. `lake` is shown as given; instants have a zone; `zone` is the source's."""

    lake: str
    feed: FeedKind
    generated_at: datetime
    zone: ZoneInfo
    newest_snapshot: datetime | None = None
    last_run: RunRecord | None = None
    title: str = "Singapore taxis"


def render(panels: Sequence[Panel], engine: Engine, *, day: date | None, context: PageContext) -> str:
    """The page as HTML. `day` None is the newest day with data.

    An error of one panel shows in that panel; a lake without data gives a page that says what to do.
    """
    try:
        shown = day or newest_day(engine)
    except MillraceError as error:
        return _page(context, "No day to show", unreadable_page(context.lake, error))
    if shown is None:
        return _page(context, "Nothing here yet", empty_page(context.lake))
    outcomes = [fetch(panel, engine, shown) for panel in panels]
    return _day_page(outcomes, shown, context)


def newest_day(engine: Engine) -> date | None:
    """The newest partition that readers see; None in a lake where nothing was published yet."""
    try:
        rows = engine.query(NEWEST_DAY).rows
    except UnknownName:
        return None
    newest = rows[0][0] if rows else None
    if isinstance(newest, datetime):
        return newest.date()
    return newest if isinstance(newest, date) else None


def _day_page(outcomes: Sequence[Outcome], day: date, context: PageContext) -> str:
    until = end_of_knowledge(day, context.generated_at.astimezone(context.zone).replace(tzinfo=None))
    sections = [panel_section(outcome, day, until) for outcome in outcomes]
    data = {"zone": context.zone.key, "panels": [_panel_data(outcome, day) for outcome in outcomes]}
    strip = figure_strip(figures(outcomes))
    body = f'{strip}<div class="panels">{"".join(sections)}</div>'
    return _page(context, long_date(day), body, data)


def _panel_data(outcome: Outcome, day: date) -> dict[str, object]:
    panel = outcome.panel
    drawn = charts(panel, outcome.rows, day) if outcome.rows else []
    return {"name": panel.name, "kind": panel.kind.value, "unit": panel.unit, "charts": drawn}


def _page(context: PageContext, heading: str, body: str, data: object = None) -> str:
    return Template(_asset("page.html")).substitute(
        title=escape(f"{heading} · {context.title}"),
        eyebrow=escape(context.title),
        heading=escape(heading),
        banner=banner(context.feed, context.newest_snapshot, context.generated_at, context.zone),
        body=body,
        provenance=provenance(
            context.lake, context.generated_at, context.newest_snapshot, context.last_run, context.zone
        ),
        css=_asset("page.css"),
        data=json_in_html(data or {"panels": []}),
        js=_asset("page.js"),
        library=_packed_library() if data else "",
    )


def json_in_html(data: object) -> str:
    """JSON that cannot end the script element it stands in, in ASCII throughout (so also without U+2028)."""
    text = json.dumps(data, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _asset(name: str) -> str:
    return files("dashboards").joinpath(name).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _packed_library() -> str:
    """plotly.js from the plotly package, compressed: the page is 2 MB instead of 4.8, and its text is read at once.

    The page unpacks it after its first paint.
    """
    return base64.b64encode(gzip.compress(get_plotlyjs().encode(), compresslevel=6, mtime=0)).decode()
