"""crawl: the job that chooses the partitions of a micro-batch, and the exact raw objects that each is rebuilt from.

The objects are listed once, here: an object that arrives later touches its partition again and belongs to the next run.
A partition that stays rolled back is left out here, before anything of it is read: nothing can stop the run for rows
that nobody is going to publish.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import msgspec

from millrace.commit_points import CommitPoint
from millrace.errors import SchemaChanged
from millrace.glue_workflow.job_kinds import CRAWL
from millrace.glue_workflow.jobs.crawl.daily_listing import last_listing, list_recent_days
from millrace.glue_workflow.jobs.crawl.schema_drift import check_objects, log_new_fields
from millrace.glue_workflow.jobs.set_aside_report import report_set_aside
from millrace.glue_workflow.record_exclusion import RecordExclusion
from millrace.glue_workflow.run.job_context import JobContext, JobResult
from millrace.glue_workflow.run_request import All, Bounds, Only, Touched, Wanted
from millrace.glue_workflow.versions.file_lists import FileLists
from millrace.glue_workflow.versions.rollback import still_rolled_back
from millrace.lake.raw_layout import RAW_LAYOUT
from millrace.lake.raw_objects import excluded, raw_objects, still_read
from millrace.lake.storage import ObjectInfo, Storage
from millrace.pending.ports import TouchedPartition


class CrawlOutput(msgspec.Struct, frozen=True):
    """`objects`: the raw objects' keys by partition. `touched`: the entries that `prod` takes off the pending list.

    Without objects, only whole tables are to be built: a rollback has changed what they read.
    `listed_on`: the day (UTC) of the newest daily listing, made by this crawl or an earlier one; "" if there is none.
    """

    objects: dict[str, list[str]]
    touched: list[TouchedPartition]
    listed_on: str = ""

    @classmethod
    def of(cls, context: JobContext) -> CrawlOutput:
        """As crawl has stored it, but an object that was excluded since then gives way to its copy."""
        stored = msgspec.convert(context.output_of(CRAWL), cls)
        storage = context.services.storage
        return msgspec.structs.replace(stored, objects=still_read(storage, context.refinement.source, stored.objects))


def run(context: JobContext) -> JobResult:
    services, source = context.services, context.refinement.source
    FileLists(services.catalog, services.storage, services.reached).repair(context.refinement)
    listed_on, today = last_listing(context), context.logical_time.date()
    if isinstance(context.request.wanted, Touched) and listed_on != today.isoformat():
        for day, missed in list_recent_days(services, context.refinement, today).items():
            context.log(f"{day}: raw objects that no event announced: {missed}")
        listed_on = today.isoformat()
    _try_held_again(context)
    touched = services.pending.touched(source)
    days = _days_to_rebuild(context, touched)
    if not days:
        context.log("nothing was touched since the last run")
        return JobResult(msgspec.to_builtins(CrawlOutput({}, [], listed_on)), rows=0, finished=True)
    left_out = excluded(services.storage, source)
    objects, left = _within(context.request.bounds, _objects_of(context, days, left_out), days)
    if left:
        context.log(f"{len(left)} partitions wait for the next run, which this one leaves for its size")
        for day in set(left) - {one.dt for one in touched}:
            services.pending.add(source, day, services.clock.now())
    objects = _with_objects(context, objects, touched)
    objects, rolled_back = _without_rolled_back(context, objects, touched)
    checked = check_objects(services.storage, source, objects, services.schemas[source])
    if checked.no_records:
        _set_aside(context, checked.no_records)
        objects = _with_objects(context, still_read(services.storage, source, objects), touched)
    log_new_fields(services.storage, source, checked.undeclared, context.log)
    services.reached(CommitPoint.CRAWL_REGISTERED)
    count = sum(map(len, objects.values()))
    context.log(f"{len(objects)} partitions, {count} raw objects")
    output = CrawlOutput(objects, [one for one in touched if one.dt in {*objects, *rolled_back}], listed_on)
    return JobResult(msgspec.to_builtins(output), rows=count, finished=not objects and not rolled_back)


def _objects_of(
    context: JobContext, days: Sequence[str], without: Collection[str]
) -> Iterator[tuple[str, list[ObjectInfo]]]:
    """The raw objects of each day, listed when they are asked for."""
    for day in days:
        yield day, list(raw_objects(context.services.storage, context.refinement.source, day, without=without))


def _within(
    bounds: Bounds, found: Iterable[tuple[str, list[ObjectInfo]]], days: Sequence[str]
) -> tuple[dict[str, list[str]], list[str]]:
    """The keys of the first days that fit the bounds, at least of one, and the days that are left."""
    taken: dict[str, list[str]] = {}
    size = 0
    for day, objects in found:
        size += sum(one.size for one in objects)
        is_full = bounds.partitions is not None and len(taken) >= bounds.partitions
        if taken and (is_full or (bounds.size is not None and size > bounds.size)):
            break
        taken[day] = [one.key for one in objects]
    return taken, [day for day in days if day not in taken]


def _with_objects(
    context: JobContext, objects: Mapping[str, list[str]], touched: Sequence[TouchedPartition]
) -> dict[str, list[str]]:
    """The days that can be built. The others come off the pending list: no later run could do more with them.

    A reviewed run leaves the list as it is: it may be a dry run.
    """
    empty = [day for day, keys in objects.items() if not keys]
    for day in empty:
        context.log(f"{day}: no raw object; the partition stays as it is")
    if empty and not context.request.is_reviewed:
        context.services.pending.clear([one for one in touched if one.dt in empty])
    return {day: keys for day, keys in objects.items() if keys}


def _without_rolled_back(
    context: JobContext, objects: dict[str, list[str]], touched: Sequence[TouchedPartition]
) -> tuple[dict[str, list[str]], set[str]]:
    """The days that do not stay rolled back, and those that do, and that whole tables are to follow in this run.

    Without whole tables there is nothing to be done about the latter, and they come off the pending list here. A review
    overrides a rollback.
    """
    services, workflow = context.services, context.refinement
    stay = set() if context.request.is_reviewed else still_rolled_back(services.catalog, workflow.staging, objects)
    for day in sorted(stay):
        context.log(f"{day}: rolled back, no new data since: not published (millrace rollback --release frees it)")
    others = {day: keys for day, keys in objects.items() if day not in stay}
    if stay and not workflow.whole:
        services.pending.clear([one for one in touched if one.dt in stay])
        return others, set()
    return others, stay


def _set_aside(context: JobContext, keys: Sequence[str]) -> None:
    """Lines that are no records; of an object that is damaged, all that cannot be read. Raises SchemaChanged where
    there is no quarantine."""
    services = context.services
    if services.quarantine is None:
        raise SchemaChanged(f"source {context.refinement.source}: {keys[0]} does not begin with a record.")
    exclusion = RecordExclusion(services.storage, services.quarantine)
    taken = {key: exclusion.exclude_no_records(key, services.clock.now()) for key in keys}
    report_set_aside(context, taken, "no records, or a damaged object")


def _days_to_rebuild(context: JobContext, touched: list[TouchedPartition]) -> list[str]:
    match context.request.wanted:
        case Touched():
            return [one.dt for one in touched]
        case Only(partitions):
            return list(partitions)
        case All():
            return _all_days(context.services.storage, context.refinement.source)


def _try_held_again(context: JobContext) -> None:
    """Put the held partitions that are to be tried again on the pending list: from there, no crash can lose them.

    A reviewed run leaves the lists as they are: it may be a dry run.
    """
    services, workflow = context.services, context.refinement
    held = [] if context.request.is_reviewed else services.runs.held(workflow.name)
    if not held:
        return
    version, wanted = context.code_version(), context.request.wanted
    held_objects = {one.partition: one.objects for one in held}
    rolled_back = still_rolled_back(services.catalog, workflow.staging, held_objects)
    touched = {one.dt for one in services.pending.touched(workflow.source)}
    together = workflow.all_or_nothing and bool(touched)
    for one in (one for one in held if one.partition not in rolled_back):
        changed = together or one.code_version != version
        if _is_asked(wanted, one.partition, changed=changed) and one.partition not in touched:
            context.log(f"{one.partition}: held by run {one.run_id}, tried again")
            services.pending.add(workflow.source, one.partition, services.clock.now())


def _is_asked(wanted: Wanted, partition: str, *, changed: bool) -> bool:
    """Whether a held partition is to be tried again; `changed`: its code, or the partitions that it waits for."""
    match wanted:
        case Touched():
            return changed
        case Only(partitions):
            return partition in partitions
        case All():
            return True


def _all_days(storage: Storage, source: str) -> list[str]:
    """Every partition that has raw objects. Lists all history, so only a full run does it."""
    places = (RAW_LAYOUT.place(found.key) for found in storage.list(RAW_LAYOUT.of_source(source)))
    return sorted({place.dt for place in places if place and place.dt})
