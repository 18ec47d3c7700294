"""A panel in words and figures: for readers who cannot see the chart, and for those who want the number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from millrace.dashboards.data.charts import ranked
from millrace.dashboards.data.rows import PanelRows, Row, by_category, find_gaps, local_time, number, total
from millrace.dashboards.data.zones import LocalZones
from millrace.dashboards.definitions.panel import Coverage, Panel, PanelKind, Series, Tone, Window
from millrace.dashboards.html.descriptions import describe_map, describe_pair, describe_range, describe_ranking, plural
from millrace.errors import UnknownName

NAMED_CATEGORIES = 3


@dataclass(frozen=True, slots=True)
class HeadlineFigure:
    """One headline figure; `tone` is a warning where it needs attention."""

    label: str
    value: str
    note: str = ""
    tone: Tone = Tone.ACCENT


def figures(results: Sequence[PanelRows], zones: LocalZones) -> list[HeadlineFigure]:
    """The headline figures of all panels that define some. Times of another zone than the page's are told with it."""
    found: list[HeadlineFigure] = []
    for result in results:
        zone = zones.of_panel(result.panel)
        told = f" {zone.key}" if zone.key != zones.page.key else ""
        if result.panel.kind is PanelKind.STAT:
            found.append(_newest_figure(result, told))
        if result.rows and result.panel.headline:
            found += _level_figures(result.panel, result.panel.headline, result.rows, told)
        if result.rows and result.panel.coverage:
            found += _coverage_figures(result.panel, result.panel.coverage, result.rows)
    return found


def summary(panel: Panel, rows: Sequence[Row], overlay: Sequence[Row] = ()) -> str:
    """What the chart shows, in one to four sentences."""
    match panel.kind:
        case PanelKind.TIME_SERIES:
            return f"{_describe_level(panel, rows)} {_describe_band(panel, rows, overlay)}".strip()
        case PanelKind.LINE_OVER_BARS:
            return describe_pair(panel, rows)
        case PanelKind.STACKED_BARS:
            return " ".join(_describe_polls(panel, name, part) for name, part in by_category(rows, panel.category))
        case PanelKind.HEATMAP:
            return _describe_categories(panel, rows)
        case PanelKind.MAP:
            return describe_map(panel, rows, overlay)
        case PanelKind.RANKING:
            return describe_ranking(panel, rows)
    return ""


def silent_since(panel: Panel, rows: Sequence[Row], expected_until: datetime) -> datetime | None:
    """The time of the last row, if later rows are due before `expected_until`; None for an up-to-date panel."""
    if panel.gap_after is None or not rows:
        return None
    last = local_time(rows[-1], panel.time)
    return last if expected_until - last > panel.gap_after else None


def short_date(day: str) -> str:
    """A date in ISO form, as `Thu 30 May 2024`."""
    read = date.fromisoformat(day)
    return f"{read:%a} {read.day} {read:%b %Y}"


def long_date(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"


def _newest_figure(result: PanelRows, zone: str) -> HeadlineFigure:
    """The newest value of the first series, with those of the others as changes; or why there is none."""
    panel = result.panel
    if result.error and not isinstance(result.error, UnknownName):
        return HeadlineFigure(panel.title, "failed", str(result.error), Tone.BAD)
    value, *changes = panel.series
    known = [row for row in result.rows if number(row[value.column]) is not None]
    if not known:
        return HeadlineFigure(panel.title, "no data", tone=Tone.WARNING)
    newest = known[-1]
    words = [f"{panel.unit} at {local_time(newest, panel.time):%H:%M}{zone}"]
    told = ((one.label, number(newest[one.column])) for one in changes)
    words += [f"{change:+,.1f} {label}" for label, change in told if change is not None]
    return HeadlineFigure(panel.title, f"{number(newest[value.column]):,.1f}", ", ".join(words))


def _level_figures(panel: Panel, headline: Series, rows: Sequence[Row], zone: str) -> list[HeadlineFigure]:
    """`zone`: what stands behind each time."""
    points = _points(panel, headline, rows)
    if not points:
        return []
    inside = _inside(points, panel.window)
    period = (
        f", {panel.window.start:%H:%M}–{panel.window.end:%H:%M}" if panel.window and len(inside) < len(points) else ""
    )
    at, last = points[-1]
    figures = [HeadlineFigure("Last snapshot", f"{last:,.0f}", f"{headline.label} at {at:%H:%M}{zone}")]
    for label, choose in ((f"Peak{period}", max), (f"Low{period}", min)):
        when, value = choose(inside, key=lambda point: point[1])
        figures.append(HeadlineFigure(label, f"{value:,.0f}", f"{headline.label} at {when:%H:%M}{zone}"))
    return figures


def _coverage_figures(panel: Panel, coverage: Coverage, rows: Sequence[Row]) -> list[HeadlineFigure]:
    accepted, expected, gaps = (total(rows, column) for column in (coverage.accepted, coverage.expected, coverage.gaps))
    share = f"of {expected:,} expected" + (f" ({_percent(accepted, expected)})" if expected else "")
    note = f"{coverage.gap_means}, longest {_longest(coverage, rows):,.0f} min" if gaps else "none all day"
    return [
        HeadlineFigure("Snapshots kept", f"{accepted:,}", share),
        HeadlineFigure("Gaps", f"{gaps:,}", note, Tone.WARNING if gaps else Tone.ACCENT),
    ]


def _describe_level(panel: Panel, rows: Sequence[Row]) -> str:
    points = _points(panel, panel.series[0], rows)
    if not points:
        return "No row holds a number."
    inside = _inside(points, panel.window)
    high, low = max(inside, key=lambda point: point[1]), min(inside, key=lambda point: point[1])
    mean = sum(value for _, value in inside) / len(inside)
    where = f"From {_span(panel.window)}" if panel.window and len(inside) < len(points) else "Over the day"
    text = (
        f"{where} between {low[1]:,.1f} (at {low[0]:%H:%M}) and {high[1]:,.1f} (at {high[0]:%H:%M}) {panel.unit}, "
        f"{mean:,.1f} on average, from {plural(len(inside), panel.point_noun)}."
    )
    gaps = find_gaps(panel, [row for row in rows if number(row[panel.series[0].column]) is not None])
    return f"{text} {_describe_gaps(panel, [(gap.start, gap.minutes) for gap in gaps])}".strip()


def _describe_band(panel: Panel, rows: Sequence[Row], overlay: Sequence[Row]) -> str:
    return describe_range(panel, _inside(_points(panel, panel.series[0], rows), panel.window), overlay)


def _describe_gaps(panel: Panel, gaps: Sequence[tuple[datetime, int]]) -> str:
    if not gaps:
        return "No break." if panel.gap_after else ""
    start, minutes = max(gaps, key=lambda gap: gap[1])
    if len(gaps) == 1:
        return f"One break, of {minutes} minutes from {start:%H:%M}."
    return f"{len(gaps)} breaks, the longest of {minutes} minutes from {start:%H:%M}."


def _describe_polls(panel: Panel, name: str, rows: Sequence[Row]) -> str:
    counts = ", ".join(f"{total(rows, series.column):,} {series.label}" for series in panel.series)
    text = f"{name}: {counts}"
    if panel.coverage is None:
        return f"{text}."
    text += f", where {total(rows, panel.coverage.expected):,} were expected"
    gaps, longest = total(rows, panel.coverage.gaps), _longest(panel.coverage, rows)
    if not gaps:
        return f"{text}; no gap."
    return f"{text}; {gaps:,} {panel.coverage.gap_means}, up to {longest:,.0f} minutes between snapshots."


def _describe_categories(panel: Panel, rows: Sequence[Row]) -> str:
    order = ranked(panel, rows)
    top = ", ".join(f"{name} ({mean:,.1f})" for name, mean in order[:NAMED_CATEGORIES])
    empty = sum(1 for _, mean in order if mean == 0)
    text = f"Most {panel.unit} over the day, as a mean: {top}. {plural(len(order), panel.category)} in all"
    return f"{text}, {empty} of them without any." if empty else f"{text}."


def _points(panel: Panel, series: Series, rows: Sequence[Row]) -> list[tuple[datetime, float]]:
    pairs = ((local_time(row, panel.time), number(row[series.column])) for row in rows)
    return [(at, value) for at, value in pairs if value is not None]


def _inside(points: list[tuple[datetime, float]], window: Window | None) -> list[tuple[datetime, float]]:
    """The points within the window, or all of them when none is."""
    inside = [point for point in points if window is None or window.start <= point[0].time() < window.end]
    return inside or points


def _longest(coverage: Coverage, rows: Sequence[Row]) -> float:
    return max((number(row[coverage.longest_gap_minutes]) or 0 for row in rows), default=0)


def _percent(part: int, whole: int) -> str:
    """Rounded down to a tenth, so that only the whole is 100%."""
    return f"{part * 1000 // whole / 10:g}%"


def _span(window: Window | None) -> str:
    return f"{window.start:%H:%M} to {window.end:%H:%M}" if window else ""
