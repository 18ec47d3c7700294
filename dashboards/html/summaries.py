"""A panel in words and figures, for those who do not see the chart and for those who want the number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from millrace.dashboards.data.charts import ranked
from millrace.dashboards.data.rows import PanelRows, Row, by_category, find_gaps, moment, number, total
from millrace.dashboards.definitions.panel import Coverage, Panel, PanelKind, Series, Tone, Window
from millrace.dashboards.html.descriptions import describe_map, describe_pair, describe_range, describe_ranking, plural

NAMED_CATEGORIES = 3


@dataclass(frozen=True, slots=True)
class Figure:
    """One headline figure; `tone` is a warning where somebody should look."""

    label: str
    value: str
    note: str = ""
    tone: Tone = Tone.ACCENT


def figures(outcomes: Sequence[PanelRows]) -> list[Figure]:
    """The headline figures of the panels that have some."""
    found: list[Figure] = []
    for outcome in outcomes:
        if outcome.rows and outcome.panel.headline:
            found += _level_figures(outcome.panel, outcome.panel.headline, outcome.rows)
        if outcome.rows and outcome.panel.coverage:
            found += _coverage_figures(outcome.panel, outcome.panel.coverage, outcome.rows)
    return found


def summary(panel: Panel, rows: Sequence[Row], beside: Sequence[Row] = ()) -> str:
    """What the chart shows, in one to four sentences."""
    match panel.kind:
        case PanelKind.TIME_SERIES:
            return f"{_describe_level(panel, rows)} {_describe_band(panel, rows, beside)}".strip()
        case PanelKind.LINE_OVER_BARS:
            return describe_pair(panel, rows)
        case PanelKind.STACKED_BARS:
            return " ".join(_describe_polls(panel, name, part) for name, part in by_category(rows, panel.category))
        case PanelKind.HEATMAP:
            return _describe_categories(panel, rows)
        case PanelKind.MAP:
            return describe_map(panel, rows, beside)
        case PanelKind.RANKING:
            return describe_ranking(panel, rows)
    return ""


def silent_since(panel: Panel, rows: Sequence[Row], until: datetime) -> datetime | None:
    """The last row's time when there should be later ones before `until`; None when the panel is up to date."""
    if panel.gap_after is None or not rows:
        return None
    last = moment(rows[-1], panel.time)
    return last if until - last > panel.gap_after else None


def short_date(day: str) -> str:
    """Of a date in ISO form."""
    read = date.fromisoformat(day)
    return f"{read:%a} {read.day} {read:%b %Y}"


def long_date(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"


def _level_figures(panel: Panel, headline: Series, rows: Sequence[Row]) -> list[Figure]:
    points = _points(panel, headline, rows)
    if not points:
        return []
    inside = _inside(points, panel.window)
    period = (
        f", {panel.window.start:%H:%M}–{panel.window.end:%H:%M}" if panel.window and len(inside) < len(points) else ""
    )
    at, last = points[-1]
    figures = [Figure("Last snapshot", f"{last:,.0f}", f"{headline.label} at {at:%H:%M}")]
    for label, choose in ((f"Peak{period}", max), (f"Low{period}", min)):
        when, value = choose(inside, key=lambda point: point[1])
        figures.append(Figure(label, f"{value:,.0f}", f"{headline.label} at {when:%H:%M}"))
    return figures


def _coverage_figures(panel: Panel, coverage: Coverage, rows: Sequence[Row]) -> list[Figure]:
    kept, expected, gaps = (total(rows, column) for column in (coverage.kept, coverage.expected, coverage.gaps))
    share = f"of {expected:,} expected" + (f" ({_percent(kept, expected)})" if expected else "")
    note = f"{coverage.gap_means}, longest {_longest(coverage, rows):,.0f} min" if gaps else "none all day"
    return [
        Figure("Snapshots kept", f"{kept:,}", share),
        Figure("Gaps", f"{gaps:,}", note, Tone.WARNING if gaps else Tone.ACCENT),
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
        f"{mean:,.1f} on average, from {plural(len(inside), panel.points)}."
    )
    gaps = find_gaps([at for at, _ in points], panel.gap_after)
    return f"{text} {_describe_gaps(panel, [(gap.start, gap.minutes) for gap in gaps])}".strip()


def _describe_band(panel: Panel, rows: Sequence[Row], beside: Sequence[Row]) -> str:
    return describe_range(panel, _inside(_points(panel, panel.series[0], rows), panel.window), beside)


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
    pairs = ((moment(row, panel.time), number(row[series.column])) for row in rows)
    return [(at, value) for at, value in pairs if value is not None]


def _inside(points: list[tuple[datetime, float]], window: Window | None) -> list[tuple[datetime, float]]:
    """The points of the window; all of them when it holds none, so that there is something to say."""
    inside = [point for point in points if window is None or window.start <= point[0].time() < window.end]
    return inside or points


def _longest(coverage: Coverage, rows: Sequence[Row]) -> float:
    return max((number(row[coverage.longest_gap_minutes]) or 0 for row in rows), default=0)


def _percent(part: int, whole: int) -> str:
    """Rounded down to a tenth, so that 100% means all of it."""
    return f"{part * 1000 // whole / 10:g}%"


def _span(window: Window | None) -> str:
    return f"{window.start:%H:%M} to {window.end:%H:%M}" if window else ""


def end_of_knowledge(day: date, now_local: datetime) -> datetime:
    """Up to when a day could have data: its end, or now while it lasts."""
    return min(datetime.combine(day + timedelta(days=1), datetime.min.time()), now_local)
