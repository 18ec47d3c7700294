"""The report of records that a run took out of raw because they cannot be read: in the job's log, and to people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from millrace.glue_workflow.run.job_context import JobContext
from millrace.notify.ports import Event, EventKind


def report_set_aside(context: JobContext, taken: Mapping[str, Sequence[str]], reason: str) -> None:
    """One event for all. `taken`: the items in quarantine by raw object. Without any, nothing is said."""
    for key, items in taken.items():
        context.log(f"{key}: {len(items)} unreadable records set aside: {', '.join(items)}")
    items = [item for some in taken.values() for item in some]
    if not items:
        return
    services, objects = context.services, list(taken)
    others = f" and {len(objects) - 1} more objects" if len(objects) > 1 else ""
    message = f"{len(items)} unreadable records of {objects[0]}{others} are in quarantine: {reason}"
    details = {"run_id": context.run_id, "source": context.refinement.source, "objects": objects, "items": items}
    services.notifier.notify(
        Event(EventKind.RECORD_SET_ASIDE, context.refinement.name, message, services.clock.now(), details)
    )
