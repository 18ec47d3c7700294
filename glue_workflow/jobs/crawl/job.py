"""crawl: which partitions this micro-batch rebuilds, and from exactly which raw objects.

The objects are listed once, here: what arrives later touches its partition again and belongs to the next run.
"""

from __future__ import annotations

import msgspec

from millrace.commit_points import CommitPoint
from millrace.glue_workflow.jobs.crawl.daily_listing import last_listing, list_recent_days
from millrace.glue_workflow.jobs.crawl.new_fields import NewFields
from millrace.glue_workflow.jobs.crawl.raw_schema import check_objects
from millrace.glue_workflow.run.job_context import JobContext, JobResult
from millrace.lake.keys import RAW, partition_of, raw_day
from millrace.lake.storage import Storage
from millrace.pending.ports import TouchedPartition


class CrawlOutput(msgspec.Struct, frozen=True):
    """`objects`: the raw objects' keys by partition. `touched`: what `prod` takes off the pending list.

    `listed_on`: the day (UTC) on which this crawl or one before it looked for what no event told of; "" if none did.
    """

    objects: dict[str, list[str]]
    touched: list[TouchedPartition]
    listed_on: str = ""

    @classmethod
    def of(cls, context: JobContext) -> CrawlOutput:
        return msgspec.convert(context.outputs["crawl"], cls)


def run(context: JobContext) -> JobResult:
    services, source = context.services, context.workflow.source
    listed_on, today = last_listing(context), context.logical_time.date().isoformat()
    if context.wanted is None and listed_on != today:
        list_recent_days(context)
        listed_on = today
    touched = services.pending.touched(source)
    days = _days(context, touched)
    if not days:
        context.log("nothing was touched since the last run")
        return JobResult(msgspec.to_builtins(CrawlOutput({}, [], listed_on)), rows=0, finished=True)
    objects = {day: [found.key for found in services.storage.list(raw_day(source, day))] for day in days}
    for day in [day for day, keys in objects.items() if not keys]:
        context.log(f"{day}: no raw object, left as it is")
        del objects[day]
    new = check_objects(services.storage, source, objects, services.schemas[source])
    NewFields(services.storage).report(source, new, lambda fields: _tell(context, fields))
    services.reached(CommitPoint.CRAWL_REGISTERED)
    count = sum(map(len, objects.values()))
    context.log(f"{len(objects)} partitions, {count} raw objects")
    output = CrawlOutput(objects, [one for one in touched if one.dt in objects], listed_on)
    return JobResult(msgspec.to_builtins(output), rows=count, finished=not objects)


def _tell(context: JobContext, fields: list[str]) -> None:
    """In the run's log: the event came from the poll (`feed.new_field`)."""
    for field in fields:
        context.log(f"new field {field}: kept in raw, read by no statement")


def _days(context: JobContext, touched: list[TouchedPartition]) -> list[str]:
    if context.wanted is None:
        return [one.dt for one in touched]
    return list(context.wanted) or _all_days(context.services.storage, context.workflow.source)


def _all_days(storage: Storage, source: str) -> list[str]:
    """Every partition that has raw objects; the one listing of history, done only when a full run is asked for."""
    return sorted({partition_of(found.key)["dt"] for found in storage.list(f"{RAW}/{source}/")})
