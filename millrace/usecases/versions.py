"""Versions of partitions: listed, rolled back, reprocessed from raw, and vacuumed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from millrace.errors import UsageError
from millrace.glue_workflow.run_request import All, Only
from millrace.glue_workflow.versions.comparison import Comparison, Difference, MeasuredVersion
from millrace.glue_workflow.versions.listing import VersionList
from millrace.glue_workflow.versions.reprocess import Reprocessing
from millrace.glue_workflow.versions.retention import Removal
from millrace.glue_workflow.versions.rollback import RollbackPlan, Rollbacks
from millrace.glue_workflow.versions.vacuum import Vacuum
from millrace.time_keys import parse_date

if TYPE_CHECKING:
    from millrace.glue_workflow.ports import PartitionVersion, RunRecord
    from millrace.glue_workflow.run.step import Progress
    from millrace.infra.runtime.base import Runtime

ReportRows = list[dict[str, Any]]
Decision = Callable[[ReportRows], bool]


def version_rows(runtime: Runtime, table: str, partition: str | None) -> ReportRows:
    """The versions on record of a table. Raises UnknownName, BadTime."""
    listing = VersionList(runtime.catalog, runtime.storage, runtime.runs)
    return listing.rows(runtime.pipelines.workflow_of_table(table), table, _date(partition) if partition else None)


def roll_back(
    runtime: Runtime,
    table: str,
    partition: str,
    to: str | None,
    *,
    dry_run: bool,
    show: Callable[[RollbackPlan, ReportRows], None],
) -> None:
    """Points readers to an earlier version. `show` gets the plan before it is carried out; a dry run ends there.

    Raises as `Rollbacks` does, and BadTime.
    """
    rollbacks = _rollbacks(runtime)

    def explain(plan: RollbackPlan) -> None:
        show(plan, [_rollback_row(runtime, *pair) for pair in zip(plan.before, plan.after, strict=True)])

    if dry_run:
        explain(rollbacks.plan(table, _date(partition), to))
    else:
        rollbacks.roll_back(table, _date(partition), to, show=explain)


def release(runtime: Runtime, table: str, partition: str) -> str:
    """Ends a rollback; returns a message. Raises UnknownName, BadTime, LeaseHeld, UsageError if there is none."""
    workflow, day = runtime.pipelines.workflow_of_table(table), _date(partition)
    if not _rollbacks(runtime).release(table, day):
        raise UsageError(f"{table} {day} is not rolled back.", hint=f"See millrace versions {table}.")
    return f"the next run publishes {day} again: millrace run {workflow.name}"


def reprocess(
    runtime: Runtime,
    source: str,
    partitions: Sequence[str],
    *,
    full: bool = False,
    dry_run: bool,
    decide: Decision,
    progress: Progress,
) -> tuple[RunRecord, bool]:
    """Builds partitions again from raw, and publishes them if `decide`, which gets the differences, returns True.

    `full`: all that have raw objects, together. Returns the run, and whether it published. Raises UnknownName, BadTime,
    LeaseHeld, UsageError without raw objects, or where it is not said which partitions.
    """
    if full == bool(partitions):
        raise UsageError("a reprocess is of partitions or of all.", hint="Give --partition DATE or --full, not both.")
    workflow, days = runtime.pipelines.workflow_of_source(source), sorted({_date(one) for one in partitions})
    runtime.stream.flush(everything=True)  # reprocessing includes what a crashed poll left in the spool
    work = reprocessing(runtime, decide)
    record = work.run(runtime.runner(progress), workflow, All() if full else Only(tuple(days)), dry_run=dry_run)
    if not record.error and not work.differences:
        of = f" of {', '.join(days)}" if days else ""
        raise UsageError(f"{source} has no raw object{of}.", hint=f"See millrace tables raw.{source}.")
    return record, work.published


def reprocessing(runtime: Runtime, decide: Decision) -> Reprocessing:
    """A reprocess whose differences `decide` gets as rows."""
    return Reprocessing(_comparison(runtime), lambda found: decide([_difference_row(one) for one in found]))


def vacuum(runtime: Runtime, *, dry_run: bool) -> ReportRows:
    """What was removed, or in a dry run would be, of every workflow. Raises LeaseHeld while a workflow runs."""
    return [_removal_row(removal) for part in vacuum_parts(runtime, dry_run=dry_run) for removal in part()]


def vacuum_parts(runtime: Runtime, *, dry_run: bool) -> Iterator[Callable[[], list[Removal]]]:
    """The parts of a vacuum, each of which is whole by itself: one for each workflow, and the leftovers."""
    work = Vacuum(
        runtime.catalog,
        runtime.storage,
        runtime.runs,
        runtime.leases,
        runtime.clock,
        reached=runtime.reached,
        state_orphans=runtime.state_orphans,
    )
    act = work.plan if dry_run else work.run
    for workflow in runtime.pipelines.refinements.values():
        yield partial(act, workflow)
    yield partial(work.leftovers, dry_run=dry_run)


def _rollbacks(runtime: Runtime) -> Rollbacks:
    return Rollbacks(
        runtime.catalog,
        runtime.storage,
        runtime.pending,
        runtime.leases,
        runtime.clock,
        runtime.pipelines,
        reached=runtime.reached,
    )


def _comparison(runtime: Runtime) -> Comparison:
    return Comparison(runtime.engine, runtime.catalog, runtime.storage, runtime.project.tables)


def _rollback_row(runtime: Runtime, before: PartitionVersion, after: PartitionVersion) -> dict[str, Any]:
    """Rows and bytes come from the record; means are measured, and only in prod, where tables are small."""
    means = ""
    if before.table.startswith("prod."):
        measure = _comparison(runtime).measured
        means = _changes(_means(measure(before.table, [before])), _means(measure(after.table, [after])))
    return {
        "table": before.table,
        "version_now": before.version,
        "version_then": after.version,
        "rows_now": before.rows,
        "rows_then": after.rows,
        "bytes_now": before.size,
        "bytes_then": after.size,
        "means": means,
    }


def _difference_row(found: Difference) -> dict[str, Any]:
    return {
        "table": found.table,
        "partition": found.partition,
        "rows_old": found.old.rows,
        "rows_new": found.new.rows,
        "only_old": found.only_old,
        "only_new": found.only_new,
        "sums": _changes(found.old.sums, found.new.sums),
        "columns": ", ".join(found.columns),
    }


def _removal_row(removal: Removal) -> dict[str, Any]:
    version = removal.version
    return {
        "reason": str(removal.reason),
        "table": removal.table,
        "partition": version.partition if version else "",
        "version": version.version if version else "",
        "objects": len(removal.keys),
        "bytes": removal.size,
        "object": removal.keys[0] if removal.keys and not version else "",
    }


def _means(measured: MeasuredVersion) -> Mapping[str, Decimal | None]:
    return {
        name: None if total is None else (total / measured.rows).quantize(Decimal("0.01"))
        for name, total in measured.sums.items()
    }


def _changes(old: Mapping[str, Decimal | None], new: Mapping[str, Decimal | None]) -> str:
    """The changed values as text, such as `taxis 5 -> 6`."""
    names = dict.fromkeys((*old, *new))
    return ", ".join(
        f"{name} {_text(old.get(name))} -> {_text(new.get(name))}" for name in names if old.get(name) != new.get(name)
    )


def _text(value: Decimal | None) -> str:
    return "none" if value is None else f"{value.normalize():f}"


def _date(text: str) -> str:
    return parse_date(text).isoformat()
