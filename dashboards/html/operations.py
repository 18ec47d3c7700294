"""Workflow runs as graphs of their jobs, and quality results as a table, in HTML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
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
SKIPPED = "skipped"  # its branch was not taken
LISTED_PARTITIONS = 3
_TONES = {
    "held": Tone.BAD,
    "failed": Tone.BAD,
    "fail": Tone.BAD,
    "error": Tone.BAD,
    "interrupted": Tone.WARNING,
    "running": Tone.ACCENT,
    SKIPPED: Tone.MUTED,
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
    SKIPPED: "–",
}
_LOGS = ("failed", "interrupted")  # states of jobs whose log is shown


@dataclass(frozen=True)
class DrawnJob:
    """A job in a drawing: its name, and those of the jobs before it."""

    name: str
    after: tuple[str, ...] = ()


Ranks = Sequence[Sequence[DrawnJob]]  # one below the other, with the jobs of each side by side


@dataclass(frozen=True)
class DisplayContext:
    """The zones of the times shown, and each workflow's jobs, so that jobs still to come are drawn too."""

    zones: LocalZones
    jobs: Mapping[str, Ranks] = field(default_factory=dict)


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
    jobs = "".join(_ranks(display.jobs.get(workflow, ()), found))
    error = f'<p class="error">{escape(str(first["error"]))}</p>' if first["error"] else ""
    held = f", held {_partitions(first['held'])}" if first["held"] else ""
    return (
        f'<div class="run"><h3>{escape(workflow)}</h3>'
        f'<p class="about"><code>{escape(str(first["run_id"]))}</code> {_state(str(first["state"]))}, '
        f"{instant(first['started_at'], display.zones.page)}, partitions {_partitions(first['partitions'])}{held}</p>"
        f'<ol class="jobs" aria-label="Jobs of {escape(workflow)}">{jobs}</ol>{error}</div>'
    )


def _ranks(ranks: Ranks, found: Mapping[str, Row]) -> Iterator[str]:
    """The workflow's jobs, and after them those of the run that it has no more. Items stand with their job."""
    above: set[str] = set()
    known = {job.name for rank in ranks for job in rank}
    gone = [[DrawnJob(name)] for name in found if name not in known and name.partition("[")[0] not in known]
    for rank in [*ranks, *gone]:
        jobs = "".join(_job(job, found, above) for job in rank)
        yield f'<li class="rank"><ul>{jobs}</ul></li>'
        above = {job.name for job in rank}


def _job(job: DrawnJob, found: Mapping[str, Row], above: Set[str]) -> str:
    """`above`: the jobs of the rank before; only where those before this one are others is there need to name them."""
    row = found.get(job.name)
    state = str(row["job_state"]) if row else NOT_YET
    tone = f"tone-{_TONES.get(state, Tone.MUTED)}"
    name = f"<b>{escape(job.name).replace('_', '_<wbr>')}</b>"
    after = [f"<span>after {escape(', '.join(job.after))}</span>"] if set(job.after) != above else []
    if row is None:
        return f'<li class="job waiting {tone}">{" ".join([name, f"<span>{NOT_YET}</span>", *after])}</li>'
    if state == SKIPPED:
        return f'<li class="job waiting {tone}">{" ".join([name, _state(state), *after])}</li>'
    seconds, count = number(row["seconds"]), number(row["job_rows"])
    facts = [
        _state(state),
        *([] if seconds is None else [f"<span>{_duration(seconds)}</span>"]),
        *([] if count is None else [f"<span>{plural(count, 'row')}</span>"]),
        *_items(job.name, found),
        *after,
        *(_log(job.name, row) if state in _LOGS else []),
    ]
    return f'<li class="job {tone}">{" ".join([name, *facts])}</li>'


def _items(job: str, found: Mapping[str, Row]) -> list[str]:
    """How many of a job's items have succeeded so far, and the logs of those that did not."""
    items = {name: row for name, row in found.items() if name.startswith(f"{job}[")}
    states = [str(row["job_state"]) for row in items.values()]
    logs = [
        log
        for (name, row), state in zip(items.items(), states, strict=True)
        if state in _LOGS
        for log in _log(name, row)
    ]
    return [f"<span>{states.count('succeeded')} of {plural(len(states), 'item')}</span>", *logs] if items else []


def _log(job: str, row: Row) -> list[str]:
    """The error of a job and its messages, to be opened."""
    lines = "\n".join(str(text) for text in (row["job_error"], row["job_log"]) if text)
    opened = f'<details><summary aria-label="Log of {escape(job)}">log</summary><pre>{escape(lines)}</pre></details>'
    return [opened] if lines else []


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
