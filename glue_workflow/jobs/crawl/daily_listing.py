"""Once a day the last days' raw objects are listed: what no event told of is put on the pending list.

Events are delivered at least once, as a rule: a queue that was full, a subscription that was missing for an hour or a
dead-letter queue that nobody read loses some all the same. Older days are looked at by a full run only.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from millrace.glue_workflow.run.job_context import JobContext
from millrace.glue_workflow.versions.creation import read_manifest
from millrace.lake.keys import raw_day

DAYS = 3  # an event late by a weekend's night is repaired without anybody's doing
_RUNS = 5  # when none of them came as far as a crawl, one listing more does no harm


def last_listing(context: JobContext) -> str:
    """The day of the last listing, as this workflow's last crawl knew it; "" if that is not known.

    Each crawl hands it on, so that one of them is read, however many there were since.
    """
    runs = context.services.runs
    for run in runs.runs(context.workflow.name, limit=_RUNS):
        for job in runs.jobs(run.run_id) if run.run_id != context.run_id else ():
            if job.job == "crawl" and job.output is not None:
                return str(job.output.get("listed_on", ""))
    return ""


def list_recent_days(context: JobContext) -> None:
    services, source = context.services, context.workflow.source
    today = context.logical_time.date()
    last = {(today - timedelta(days=ago)).isoformat() for ago in range(DAYS)}
    touched = {one.dt for one in services.pending.touched(source)}
    there = {dt: {found.key for found in services.storage.list(raw_day(source, dt))} for dt in sorted(last - touched)}
    for dt, missed in _without_the_known(context, there).items():
        if missed:
            context.log(f"{dt}: raw objects that no event told of: {len(missed)}")
            services.pending.add(source, dt, services.clock.now())


def _without_the_known(context: JobContext, objects: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Without those that are in what readers see, or that a rollback keeps out of it; by partition, as given."""
    catalog, staging = context.services.catalog, context.workflow.staging
    left = {dt: set(keys) for dt, keys in objects.items() if keys}
    for pin in catalog.pins(staging) if left else ():
        left.get(pin.partition, set()).difference_update(pin.inputs)
    for version in catalog.current(staging) if left else ():
        if version.partition in left and (manifest := read_manifest(context.services.storage, version)):
            left[version.partition].difference_update(manifest.inputs.get(version.partition, ()))
    return left
