"""The health of each source, from state that polls and runs maintain: nothing here reads history.

Ages are measured in feed time (`Runtime.feed_now`).
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from millrace.firehose.ports import QuarantineState
from millrace.glue_workflow.ports import RunState
from millrace.ingestors.ports import POLLS, Source
from millrace.time_keys import stored

if TYPE_CHECKING:
    from millrace.infra.runtime.base import Runtime
    from millrace.ingestors.health.feed_health import Health

_FAILED = (RunState.FAILED, RunState.INTERRUPTED)


def status_rows(runtime: Runtime) -> tuple[list[dict[str, Any]], list[str]]:
    """A row per source, and a line for each problem: stale data, failing polls, a failed run, held partitions."""
    health = {name: runtime.health.read(name) for name in runtime.sources}
    now = runtime.feed_now()
    waiting = Counter(item.source for item in runtime.quarantine.items() if item.state is QuarantineState.WAITING)
    rows, problems = [], []
    for name, source in runtime.sources.items():
        work, failed = _work(runtime, name, now)
        rows.append({**_feed(source, health[name], now), "waiting": waiting[name], **work})
        problems += [f"{name}: {one}" for one in (*_feed_problems(source, health[name], now), *failed)]
    work, failed = _work(runtime, POLLS, now)
    empty = dict.fromkeys((*rows[0],)) if rows else {}
    rows.append({**empty, "source": POLLS, **work})
    return rows, problems + [f"polls: {one}" for one in failed]


def feed_problems(runtime: Runtime, source: Source) -> list[str]:
    """What is wrong with a feed: failing polls, stale data; a line for each."""
    return _feed_problems(source, runtime.health.read(source.name), runtime.feed_now())


def _feed(source: Source, health: Health, now: datetime) -> dict[str, Any]:
    newest = health.newest_observed_at
    return {
        "source": source.name,
        "last_snapshot": stored(newest) if newest else None,
        "age_seconds": _seconds(now - newest) if newest else None,
        "objective_seconds": _seconds(source.stale_after),
        "streak": _streak(health),
    }


def _streak(health: Health) -> str:
    """The current series of failed polls, or of polls that returned nothing newer; "" if the last poll was good."""
    if health.streak is not None:
        streak = health.streak
        return f"{streak.kind}, {streak.polls} polls since {stored(streak.since)}: {streak.reason}"
    if health.stale and health.unchanged_since is not None:
        return f"nothing newer, {health.unchanged_polls} polls since {stored(health.unchanged_since)}"
    return ""


def _feed_problems(source: Source, health: Health, now: datetime) -> list[str]:
    problems = [_streak(health)] if health.streak or health.stale else []
    newest = health.newest_observed_at
    if health.slot is not None and newest is None:
        problems.append("no snapshot yet")
    elif newest is not None and now - newest > source.stale_after:
        problems.append(f"the last snapshot is {now - newest} old; the objective is {source.stale_after}")
    return problems


def _work(runtime: Runtime, source: str, now: datetime) -> tuple[dict[str, Any], list[str]]:
    touched = runtime.pending.touched(source)
    names = [workflow.name for workflow in runtime.pipelines.refinements.values() if workflow.source == source]
    last = next((run for name in names for run in runtime.runs.runs(name, limit=1)), None)
    held = [one for name in names for one in runtime.runs.held(name)]
    row = {
        "pending": ", ".join(one.dt for one in touched),
        "pending_seconds": max((_seconds(now - one.since) for one in touched), default=None),
        "held": ", ".join(one.partition for one in held),
        "last_run": last.run_id if last else None,
        "last_run_state": str(last.state) if last else None,
    }
    failed = [f"run {last.run_id} {last.state}: {last.error}"] if last and last.state in _FAILED else []
    return row, failed + [
        f"{one.partition} is held since {stored(one.held_since)} (run {one.run_id}): {one.rule} {one.message}"
        for one in held
    ]


def _seconds(age: timedelta) -> int:
    return max(0, round(age.total_seconds()))
