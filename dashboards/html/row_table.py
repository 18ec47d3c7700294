"""A panel's rows as an HTML table: the figures behind its chart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from html import escape

from millrace.athena_sql.ports import Value
from millrace.dashboards.data.rows import Row, by_category, local_time, number
from millrace.dashboards.definitions.panel import Panel, PanelKind


def table(panel: Panel, rows: Sequence[Row]) -> str:
    header, body = _pivot(panel, rows) if panel.kind is PanelKind.HEATMAP else _plain(panel, rows)
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in header)
    lines = "".join(
        f'<tr><th scope="row">{escape(line[0])}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in line[1:])}</tr>'
        for line in body
    )
    label = escape(f"{panel.title}, as a table")
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{label}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table></div>"
    )


def _plain(panel: Panel, rows: Sequence[Row]) -> tuple[list[str], list[list[str]]]:
    """Without the column of instants, which are the local times in UTC."""
    first = panel.time or panel.category
    others = [column for column in rows[0] if column not in (first, panel.instant)]
    columns = [first, *others] if first else others
    lines = [[_first(row[columns[0]]), *(cell(row[column]) for column in columns[1:])] for row in rows]
    return [column.replace("_", " ") for column in columns], lines


def _first(value: Value) -> str:
    return f"{value:%H:%M:%S}" if isinstance(value, datetime) else cell(value)


def _pivot(panel: Panel, rows: Sequence[Row]) -> tuple[list[str], list[list[str]]]:
    times = sorted({local_time(row, panel.time) for row in rows})
    lines = []
    for name, members in by_category(rows, panel.category):
        cells = {local_time(row, panel.time): number(row[panel.series[0].column]) for row in members}
        values = (cells.get(time) for time in times)
        lines.append([name, *("" if value is None else f"{value:,.1f}" for value in values)])
    return [panel.category, *(f"{time:%H:%M}" for time in times)], lines


def cell(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int | Decimal) else str(value)
