"""The parts of the page as HTML. Every text that comes from data goes through `escape`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from html import escape
from zoneinfo import ZoneInfo

from millrace.dashboards.data.rows import PanelRows, Row, by_category, local_time, number, total
from millrace.dashboards.definitions.panel import Panel, PanelKind, Tone
from millrace.dashboards.html.operations import DisplayContext, instant, results, runs
from millrace.dashboards.html.row_table import table as table_of
from millrace.dashboards.html.summaries import HeadlineFigure, long_date, silent_since, summary
from millrace.errors import MillraceError, UnknownName
from millrace.glue_workflow.ports import RunRecord, RunState
from millrace.settings import FeedKind

STALE_AFTER = timedelta(minutes=15)
TO_TRY = (("millrace demo", "a simulated day through the whole pipeline, in a lake of its own"),)


@dataclass(frozen=True, slots=True)
class FeedAge:
    """A source, and its newest snapshot that readers see, if any. Beyond `stale_after` its age is a warning.

    `zone`: that of its local times; None: the page's.
    """

    source: str
    newest: datetime | None = None
    stale_after: timedelta = STALE_AFTER
    zone: ZoneInfo | None = None


def banner(feed: FeedKind, feeds: Sequence[FeedAge], now: datetime, zone: ZoneInfo) -> str:
    """A warning above all figures: the feed is simulated, or a live feed has stopped delivering."""
    if feed == "simulated":
        return (
            '<p class="banner" role="note"><strong>Simulated feed.</strong> '
            "Every figure on this page was made up by Millrace’s simulator. None describes the real world.</p>"
        )
    stale = [one for one in feeds if one.newest and now - one.newest > max(one.stale_after, STALE_AFTER)]
    if not stale:
        return ""
    words = " ".join(f"No data{_of(one, feeds)} since {_newest(one, zone)}." for one in stale)
    return (
        f'<p class="banner" role="note"><strong>{words}</strong> '
        f"The lake had nothing newer when this page was made, on {instant(now, zone)}.</p>"
    )


def _newest(feed: FeedAge, page: ZoneInfo) -> str:
    """The newest snapshot in the source's local time, with its zone where that is not the page's."""
    zone = feed.zone or page
    return instant(feed.newest, zone) + (f" {escape(zone.key)}" if zone.key != page.key else "")


def _of(feed: FeedAge, feeds: Sequence[FeedAge]) -> str:
    """The source's name, where there are several."""
    return f" of {escape(feed.source)}" if len(feeds) > 1 else ""


def figure_strip(figures: Sequence[HeadlineFigure]) -> str:
    items = "".join(
        f'<div class="figure tone-{figure.tone}"><dt>{escape(figure.label)}</dt>'
        f"<dd><b>{escape(figure.value)}</b> <span>{escape(figure.note)}</span></dd></div>"
        for figure in figures
    )
    return f'<dl class="figures" aria-label="Headline figures">{items}</dl>' if items else ""


def picker_problems(failed: Mapping[str, MillraceError]) -> str:
    """What is wrong with pickers, by label."""
    return "".join(
        f'<p class="error" role="alert"><strong>The picker {escape(label)} failed.</strong> {escape(str(error))}</p>'
        for label, error in failed.items()
    )


def panel_section(
    result: PanelRows, day: date, expected_until: datetime, display: DisplayContext, *, table: bool = True
) -> str:
    """Without `table` the table's element is empty: the table is most of the text, and most readers never open it."""
    panel = result.panel
    switch = _view_switch(panel, result.rows) if result.rows else ""
    body = _filled(result, expected_until, display, table) if result.rows else _without_rows(result, day)
    kinds = f"panel kind-{panel.kind}{' half' if panel.half_width else ''}"
    return f"""
<section class="{kinds}" id="{escape(panel.name)}" aria-labelledby="{escape(panel.name)}-title">
<header><div><h2 id="{escape(panel.name)}-title" data-part="title">{escape(_title(result))}</h2>
<p class="about">{escape(panel.description)}</p></div>{switch}</header>
{body}
</section>"""


def _title(result: PanelRows) -> str:
    """A time series of one category has the category in its title."""
    panel = result.panel
    if panel.kind is PanelKind.TIME_SERIES and panel.category and result.rows:
        return f"{panel.title}: {result.rows[0][panel.category]}"
    return panel.title


def provenance(
    lake: str, generated_at: datetime, feeds: Sequence[FeedAge], last_run: RunRecord | None, zone: ZoneInfo
) -> str:
    newest = [f"{_newest(one, zone)}{_of(one, feeds)}" for one in feeds if one.newest]
    rows = [
        ("Lake", f"<code>{escape(lake)}</code>"),
        ("Newest snapshot", ", ".join(newest) or "none yet"),
        ("Last run", _run(last_run, zone) if last_run else "none yet"),
        ("Page made", instant(generated_at, zone)),
        ("Times", escape(zone.key)),
    ]
    return "".join(f"<div><dt>{name}</dt><dd>{text}</dd></div>" for name, text in rows)


def empty_page(lake: str, feeds: Sequence[FeedAge]) -> str:
    return f"""<section class="panel empty"><h2>No run has published anything in <code>{escape(lake)}</code></h2>
<p>This page shows what readers see under <code>prod</code>. To see Millrace at work:</p>{_steps(TO_TRY)}
<p>To collect from the real feed:</p>{_steps(_to_collect(feeds[0].source if feeds else "SOURCE"))}</section>"""


def _to_collect(source: str) -> Sequence[tuple[str, str]]:
    return (
        (f"millrace poll {source}", "one snapshot from the feed"),
        (f"millrace run {source}", "refine what was polled, check it and publish it"),
        ("millrace run polls", "publish the outcomes of the polls"),
        ("millrace preview", "make this page again"),
    )


def unreadable_page(lake: str, problem: MillraceError) -> str:
    return f"""<section class="panel empty"><h2>The newest day of <code>{escape(lake)}</code> cannot be read</h2>
<p class="error" role="alert">{escape(str(problem))}</p></section>"""


def _steps(commands: Sequence[tuple[str, str]]) -> str:
    items = "".join(
        f"<li><code>{escape(command)}</code> <span>{escape(what)}</span></li>" for command, what in commands
    )
    return f"<ol>{items}</ol>" if len(commands) > 1 else f"<ul>{items}</ul>"


def _filled(result: PanelRows, expected_until: datetime, display: DisplayContext, with_table: bool) -> str:
    panel, rows = result.panel, result.rows
    if panel.kind in (PanelKind.RUNS, PanelKind.RESULTS):
        report = runs(rows, display) if panel.kind is PanelKind.RUNS else results(rows, display)
        return f'<div class="report" data-part="report">{report}</div><div class="more">{_sql(panel)}</div>'
    name, words = escape(panel.name), summary(panel, rows, result.overlay)
    last = silent_since(panel, rows, expected_until)
    silent = f'<p class="silent">No data since {last:%H:%M}.</p>' if last else ""
    charts = len(list(by_category(rows, panel.category))) if panel.kind is PanelKind.STACKED_BARS else 1
    in_rows = table_of(panel, rows) if with_table else ""
    figures = "".join(
        f'<div class="chart" id="{name}-chart-{index}" role="img" aria-label="{escape(panel.title)}, '
        f'in {escape(panel.unit)}" aria-describedby="{name}-summary"></div>'
        for index in range(charts)
    )
    return f"""<div data-part="note">{silent}</div><div data-part="legend">{_legend(panel, rows)}</div>
<figure>{figures}
<figcaption id="{name}-summary" data-part="caption">{escape(words)}</figcaption></figure>
<div class="more"><details><summary>Table</summary><div data-part="table">{in_rows}</div></details>
{_sql(panel)}</div>"""


def _sql(panel: Panel) -> str:
    texts = [panel.statement.sql, *([panel.overlay.statement.sql] if panel.overlay else [])]
    both = escape("\n\n".join(texts))
    return f'<details><summary>SQL</summary><pre tabindex="0"><code>{both}</code></pre></details>'


def _without_rows(result: PanelRows, day: date) -> str:
    if isinstance(result.error, UnknownName) or result.error is None:
        reason = f" {result.error}" if result.error else ""
        return f'<p class="nothing">No data on {escape(long_date(day))}.{escape(reason)}</p>'
    return f'<p class="error" role="alert"><strong>This panel failed.</strong> {escape(str(result.error))}</p>'


def _view_switch(panel: Panel, rows: Sequence[Row]) -> str:
    if panel.window is None:
        return ""
    times = (local_time(row, panel.time).time() for row in rows)
    shown = "window" if any(panel.window.start <= time < panel.window.end for time in times) else "day"
    choices = (("window", panel.window.label), ("day", "Whole day"))
    buttons = "".join(
        f'<label><input type="radio" name="{escape(panel.name)}-view" value="{value}"'
        f"{' checked' if value == shown else ''}><span>{escape(label)}</span></label>"
        for value, label in choices
    )
    return f'<fieldset class="switch"><legend class="unseen">Hours shown</legend>{buttons}</fieldset>'


def _legend(panel: Panel, rows: Sequence[Row]) -> str:
    if panel.kind in (PanelKind.HEATMAP, PanelKind.MAP):
        return _ramp(panel, rows)
    if len(panel.series) < 2 or panel.kind in (PanelKind.RANKING, PanelKind.LINE_OVER_BARS):
        return ""
    counted = panel.kind is PanelKind.STACKED_BARS  # what is measured again and again has no total
    items = [
        f'<li><i class="swatch tone-{tone}"></i>{escape(series.label)}'
        f"{f' <b>{total(rows, series.column):,}</b>' if counted else ''}</li>"
        for series, tone in panel.toned_series()
    ]
    if panel.coverage:
        expected = total(rows, panel.coverage.expected)
        items.append(f'<li><i class="swatch dotted"></i>expected <b>{expected:,}</b></li>')
        gaps = total(rows, panel.coverage.gaps)
        items.append(f'<li><i class="swatch gap"></i>gaps <b>{gaps:,}</b></li>')
    return f'<ul class="legend">{"".join(items)}</ul>'


def _ramp(panel: Panel, rows: Sequence[Row]) -> str:
    """The heatmap's scale. Colour follows the square root, so the middle of the scale is a quarter of its maximum."""
    highest = max((number(row[panel.series[0].column]) or 0 for row in rows), default=0)
    return (
        f'<p class="ramp"><i></i><span>0</span><span>{highest / 4:,.0f}</span>'
        f"<span>{highest:,.0f} {escape(panel.unit)}</span></p>"
    )


def _run(run: RunRecord, zone: ZoneInfo) -> str:
    tone = {RunState.FAILED: Tone.BAD, RunState.INTERRUPTED: Tone.WARNING}.get(run.state, Tone.MUTED)
    state = f'<span class="tone-{tone}">{run.state}</span>'
    return f"<code>{escape(run.run_id)}</code> {state}, {instant(run.started_at, zone)}"
