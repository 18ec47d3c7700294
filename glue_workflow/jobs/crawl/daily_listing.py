"""The daily listing (reconciliation): raw objects of recent days that no event announced join the pending list.

Events usually arrive at least once. A full queue, a subscription that was missing for an hour or an unread dead-letter
queue still loses some. Older days are listed by a full run only.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from millrace.glue_workflow.refinement import Refinement
from millrace.glue_workflow.run.job_context import JobContext, JobServices
from millrace.glue_workflow.versions.manifests import read_manifest
from millrace.lake.raw_objects import raw_objects

DAYS = 3  # days; covers a weekend, so that lost events are repaired without an operator
# The newest runs that are searched; without a finished crawl among them, the days are listed once more, harmlessly.
_RUNS = 5


def last_listing(context: JobContext) -> str:
    """The day of the newest listing, from the output of this workflow's last crawl; "" if it is unknown.

    Each crawl copies this date, so only the newest record is read.
    """
    runs = context.services.runs
    for run in runs.runs(context.refinement.name, limit=_RUNS):
        for job in runs.jobs(run.run_id) if run.run_id != context.run_id else ():
            if job.job == context.job.name and job.output is not None:
                return str(job.output.get("listed_on", ""))
    return ""


def list_recent_days(services: JobServices, workflow: Refinement, today: date) -> dict[str, int]:
    """Put recent partitions with unannounced raw objects on the pending list; partitions already on it are skipped.

    Returns the number of these objects by partition.
    """
    recent = {(today - timedelta(days=ago)).isoformat() for ago in range(DAYS)}
    touched = {one.dt for one in services.pending.touched(workflow.source)}
    days = sorted(recent - touched)
    listed = {dt: {found.key for found in raw_objects(services.storage, workflow.source, dt)} for dt in days}
    missed = {dt: len(keys) for dt, keys in _not_yet_staged(services, workflow, listed).items() if keys}
    for dt in missed:
        services.pending.add(workflow.source, dt, services.clock.now())
    return missed


def _not_yet_staged(
    services: JobServices, workflow: Refinement, objects: Mapping[str, set[str]]
) -> dict[str, set[str]]:
    """By partition, the objects that the current version was not made from, and that no pin or gate holds back."""
    catalog, staging = services.catalog, workflow.staging
    remaining = {dt: set(keys) for dt, keys in objects.items() if keys}
    for pin in catalog.pins(staging) if remaining else ():
        remaining.get(pin.partition, set()).difference_update(pin.inputs)
    for held in services.runs.held(workflow.name) if remaining else ():
        remaining.get(held.partition, set()).difference_update(held.objects)
    for version in catalog.current(staging) if remaining else ():
        if version.partition in remaining and (manifest := read_manifest(services.storage, version)):
            remaining[version.partition].difference_update(manifest.inputs.get(version.partition, ()))
    return remaining
