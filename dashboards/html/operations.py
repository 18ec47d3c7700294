"""Workflow runs as graphs of their jobs, and quality results as a table, in HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from zoneinfo import ZoneInfo

from millrace.athena_sql.ports import Value
from millrace.dashboards.data.rows import Row, by_category, number
from millrace.dashboards.data.zones import LocalZones
from millrace.dashboards.definitions.panel import Tone
from millrace.dashboards.html.descriptions import plural
from millrace.dashboards.html.row_table import cell

NOT_YET = "not yet"
LISTED_PARTITIONS = 3
_TONES = {
    "held": Tone.BAD,
    "failed": Tone.BAD,
    "fail": Tone.BAD,
    "error": Tone.BAD,
    "interrupted": Tone.WARNING,
    "running": Tone.ACCENT,
}
_SIGNS = {
    "held": "‖",
    "succeeded": "✓",
    "pass": "✓",
    "failed": "✗",
    "fail": "✗",
    "error": "!",
    "interrupted": "!",
    "running": "…",
}


@dataclass(frozen=True)
class DisplayContext:
    """The zones of the times shown, and each workflow's jobs in order, so that jobs still to come are drawn too."""

    zones: LocalZones
    jobs: Mapping[str, Sequence[str]] = field(default_factory=dict)


def runs(rows: Sequence[Row], display: DisplayContext) -> str:
    return "".join(_run(name, members, display) for name, members in by_category(rows, "workflow"))


def results(rows: Sequence[Row], display: DisplayContext) -> str:
    checked = [row for row in rows if row["verdict"] != "held"]
    bad = [row for row in checked if row["verdict"] != "pass"]
    newest = max((row["evaluated_at"] for row in checked if isinstance(row["evaluated_at"], datetime)), default=None)
    words = (
        f"{plural(len(bad), 'rule')} of {len(checked)} did not pass." if bad else f"All {len(checked)} rules passed."
    )
    if len(checked) < len(rows):
        words = f"{plural(len(rows) - len(checked), 'partition')} held: readers see older data of them. {words}"
    if newest:
        words += f" Last checked {instant(newest, display.zones.page)}."
    head = "".join(f'<th scope="col">{name}</th>' for name in ("verdict", "rule", "measured", "on", "partitions"))
    lines = "".join(_result(row) for row in rows)
    return (
        f"<p>{words}</p>"
        '<div class="scroll" tabindex="0" role="region" aria-label="Results of the rules">'
        f'<table class="results"><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table></div>'
    )


def instant(value: Value, zone: ZoneInfo) -> str:
    """An instant (naive ones are UTC) as local time of the zone."""
    if not isinstance(value, datetime):
        return cell(value)
    local = (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(zone)
    return f'<time datetime="{local.isoformat(timespec="seconds")}">{local.day} {local:%b %Y, %H:%M}</time>'


def _run(workflow: str, rows: Sequence[Row], display: DisplayContext) -> str:
    first = rows[0]
    found = {str(row["job"]): row for row in rows if row["job"] is not None}
    order = [*display.jobs.get(workflow, ()), *(name for name in found if name not in display.jobs.get(workflow, ()))]
    jobs = "".join(_job(name, found.get(name)) for name in order)
    error = f'<p class="error">{escape(str(first["error"]))}</p>' if first["error"] else ""
    held = f", held {_partitions(first['held'])}" if first["held"] else ""
    return (
        f'<div class="run"><h3>{escape(workflow)}</h3>'
        f'<p class="about"><code>{escape(str(first["run_id"]))}</code> {_state(str(first["state"]))}, '
        f"{instant(first['started_at'], display.zones.page)}, partitions {_partitions(first['partitions'])}{held}</p>"
        f'<ol class="jobs" aria-label="Jobs of {escape(workflow)}">{jobs}</ol>{error}</div>'
    )


def _job(name: str, row: Row | None) -> str:
    state = str(row["job_state"]) if row else NOT_YET
    tone = f"tone-{_TONES.get(state, Tone.MUTED)}"
    if row is None:
        return f'<li class="job waiting {tone}"><b>{escape(name)}</b> <span>{NOT_YET}</span></li>'
    shown = escape(name).replace("_", "_<wbr>")
    seconds, count = number(row["seconds"]), number(row["job_rows"])
    facts = [
        _state(state),
        *([] if seconds is None else [f"<span>{_duration(seconds)}</span>"]),
        *([] if count is None else [f"<span>{plural(count, 'row')}</span>"]),
    ]
    error = f' title="{escape(str(row["job_error"]))}"' if row["job_error"] else ""
    return f'<li class="job {tone}"{error}><b>{shown}</b> {" ".join(facts)}</li>'


def _partitions(listed: Value) -> str:
    """A few partitions by name, more as a range with their number: a run over years of history fits in a line."""
    names = [f'<span class="whole">{escape(name)}</span>' for name in str(listed or "none").split(", ")]
    if len(names) <= LISTED_PARTITIONS:
        return ", ".join(names)
    return f"{names[0]} to {names[-1]} ({len(names)})"


def _state(state: str) -> str:
    sign = _SIGNS.get(state, "")
    return f'<span class="tone-{_TONES.get(state, Tone.MUTED)}"><i aria-hidden="true">{sign}</i> {escape(state)}</span>'


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{seconds // 60:.0f} min {seconds % 60:.0f} s"


def _result(row: Row) -> str:
    rule = f"<code>{escape(str(row['rule']))}</code>"
    measured = cell(row["message"]) or cell(row["measured"])
    cells = (rule, escape(measured), f"<code>{escape(str(row['checked']))}</code>", _partitions(row["partitions"]))
    return f'<tr><th scope="row">{_state(str(row["verdict"]))}</th>{"".join(f"<td>{text}</td>" for text in cells)}</tr>'
