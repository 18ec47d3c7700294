"""The schedules of a lake: listed, switched on and off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from millrace.errors import UnknownName, UsageError
from millrace.schedules.expressions import read_schedule
from millrace.schedules.names import poll_schedule, run_schedule

if TYPE_CHECKING:
    from millrace.infra.runtime.base import Runtime


def schedule_rows(runtime: Runtime) -> list[dict[str, Any]]:
    """Every schedule: its name, expression, time zone, state, and next time (UTC)."""
    now = runtime.clock.now()
    rows = []
    for name, text, zone in _schedules(runtime):
        following = read_schedule(text, zone).next_after(now)
        on = runtime.switches.is_on(name)
        rows.append(
            {
                "schedule": name,
                "expression": text,
                "timezone": zone.key,
                "state": "enabled" if on else "disabled",
                "next": f"{following:%Y-%m-%d %H:%M:%S}" if following and on else None,
            }
        )
    return rows


def switch_schedule(runtime: Runtime, name: str, *, on: bool) -> None:
    """A running `up` follows the switch from the next scheduled time on. Raises UnknownName, and UsageError for runs on
    AWS.
    """
    known = [schedule for schedule, _, _ in _schedules(runtime)]
    if name not in known:
        raise UnknownName("schedule", name, known)
    if not on and runtime.settings.runtime == "aws" and name in map(run_schedule, runtime.pipelines.workflows):
        raise UsageError(
            f"{name} cannot be switched off here: AWS starts the runs of a stage, and asks no switch.",
            hint='Set schedules = false in the stage\'s file, or orchestrator = "none" in its [workflow], and deploy.',
        )
    runtime.switches.switch(name, on=on)


def _schedules(runtime: Runtime) -> list[tuple[str, str, ZoneInfo]]:
    polled = [one for one in runtime.sources.values() if one.is_polled]
    polls = [(poll_schedule(one.name), one.schedule, one.timezone) for one in polled]
    timed = [one for one in runtime.pipelines.workflows.values() if one.schedule]
    runs = [(run_schedule(one.name), one.schedule, one.timezone) for one in timed]
    return [*polls, *runs]
