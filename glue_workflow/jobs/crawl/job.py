"""crawl: the job that chooses the partitions of a micro-batch, and the exact raw objects that each is rebuilt from.

The objects are listed once, here: an object that arrives later touches its partition again and belongs to the next run.
"""

from __future__ import annotations

import msgspec

from millrace.commit_points import CommitPoint
from millrace.glue_workflow.jobs.crawl.daily_listing import last_listing, list_recent_days
from millrace.glue_workflow.jobs.crawl.schema_drift import check_objects, log_new_fields
from millrace.glue_workflow.run.job_context import JobContext, JobResult
from millrace.lake.keys import RAW, partition_of, raw_day
from millrace.lake.storage import Storage
from millrace.pending.ports import TouchedPartition


class CrawlOutput(msgspec.Struct, frozen=True):
    """`objects`: the raw objects' keys by partition. `touched`: the entries that `prod` takes off the pending list.

    `listed_on`: the day (UTC) of the newest daily listing, made by this crawl or an earlier one; "" if there is none.
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
    days = _days_to_rebuild(context, touched)
    if not days:
        context.log("nothing was touched since the last run")
        return JobResult(msgspec.to_builtins(CrawlOutput({}, [], listed_on)), rows=0, finished=True)
    objects = {day: [found.key for found in services.storage.list(raw_day(source, day))] for day in days}
    for day in [day for day, keys in objects.items() if not keys]:
        context.log(f"{day}: no raw object; the partition stays as it is")
        del objects[day]
    undeclared = check_objects(services.storage, source, objects, services.schemas[source])
    log_new_fields(services.storage, source, undeclared, context.log)
    services.reached(CommitPoint.CRAWL_REGISTERED)
    count = sum(map(len, objects.values()))
    context.log(f"{len(objects)} partitions, {count} raw objects")
    output = CrawlOutput(objects, [one for one in touched if one.dt in objects], listed_on)
    return JobResult(msgspec.to_builtins(output), rows=count, finished=not objects)


def _days_to_rebuild(context: JobContext, touched: list[TouchedPartition]) -> list[str]:
    if context.wanted is None:
        return [one.dt for one in touched]
    return list(context.wanted) or _all_days(context.services.storage, context.workflow.source)


def _all_days(storage: Storage, source: str) -> list[str]:
    """Every partition that has raw objects. Lists all history, so only a full run does it."""
    return sorted({partition_of(found.key)["dt"] for found in storage.list(f"{RAW}/{source}/")})
