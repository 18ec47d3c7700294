"""quality_check: the gate. Every rule is evaluated on the candidate, every result is kept, a failure stops the run.

Rows that rules set aside become a version of the set-aside table (a dead-letter table), and their partitions are
written again without them, as a new candidate. All rules are then evaluated a second time, and any failure now stops
the run. Readers see neither version until `prod` flips both together.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from millrace.athena_sql.tables import table as declared
from millrace.commit_points import CommitPoint
from millrace.errors import QualityStop
from millrace.glue_workflow.jobs.crawl.job import CrawlOutput
from millrace.glue_workflow.jobs.create_parquet import StagingOutput
from millrace.glue_workflow.lake_tables import as_table
from millrace.glue_workflow.ports import PartitionVersion, QualityRecord
from millrace.glue_workflow.quality import (
    Action,
    RuleResult,
    StoredHistory,
    evaluate,
    kept_rows,
    load_ruleset,
    rows_set_aside,
)
from millrace.glue_workflow.run.job_context import JobContext, JobResult
from millrace.glue_workflow.versions.creation import NewVersion, make_version
from millrace.notify.ports import Event


class GateOutput(msgspec.Struct, frozen=True):
    """What `prod` may publish: for each partition a version of staging, and a version of the rows set aside from it."""

    versions: list[PartitionVersion]
    set_aside: list[PartitionVersion]

    @classmethod
    def of(cls, context: JobContext) -> GateOutput:
        return msgspec.convert(context.outputs["quality_check"], cls)


def run(context: JobContext) -> JobResult:
    candidate = StagingOutput.of(context).versions
    results = _check(context, candidate, 1)
    if any(result.action is Action.SET_ASIDE for result in results):
        # Other rules may fail because of these very rows, so the second check decides. Too many such rows are final.
        _stop_if_any(context, [result for result in results if result.too_many], candidate)
        output = _set_rows_aside(context, candidate, results)
        results = _check(context, output.versions, 2)
    else:
        output = GateOutput(candidate, _empty_set_aside(context, candidate))
    _stop_if_any(context, [one for one in results if one.action in (Action.STOP, Action.SET_ASIDE)], candidate)
    _warn_if_any(context, [one for one in results if one.action is Action.WARN], candidate)
    return JobResult(msgspec.to_builtins(output), rows=len(results))


def _check(context: JobContext, candidate: Sequence[PartitionVersion], number: int) -> list[RuleResult]:
    services, workflow = context.services, context.workflow
    results = evaluate(
        load_ruleset(workflow.rules),
        engine=services.engine,
        table=workflow.staging,
        columns=declared(workflow.staging).columns,
        tables={workflow.staging: as_table(services.storage, candidate)},
        history=StoredHistory(services.runs, workflow.staging),
        logical_time=context.logical_time,
    )
    services.runs.save_quality([_record(context, candidate, result, number) for result in results])
    services.reached(CommitPoint.QUALITY_STORED)
    for result in results:
        context.log(f"{result.verdict}: {result.rule} ({result.message})")
    return results


def _record(
    context: JobContext, candidate: Sequence[PartitionVersion], result: RuleResult, number: int
) -> QualityRecord:
    return QualityRecord(
        run_id=context.run_id,
        attempt=context.attempt,
        table=context.workflow.staging,
        partitions=_partitions(candidate),
        rule=result.rule,
        value=result.value,
        threshold=result.threshold,
        verdict=result.verdict.value,
        message=result.message,
        evaluated_at=context.services.clock.now(),
        action=result.action.value,
        labels=", ".join(f"{name}={value}" for name, value in result.labels.items()),
        failing_rows=result.failing_rows,
        check_number=number,
    )


def _set_rows_aside(
    context: JobContext, candidate: Sequence[PartitionVersion], results: Sequence[RuleResult]
) -> GateOutput:
    """Write such rows to the set-aside table, and the partitions that had any again, without them.

    These partitions get a version name of their own, because the statement reads the first version meanwhile.
    """
    services, workflow = context.services, context.workflow
    staging, columns = workflow.staging, declared(workflow.staging).columns
    partitions = tuple(version.partition for version in candidate)
    tables = {staging: as_table(services.storage, candidate)}
    rows = rows_set_aside(staging, columns, results)
    aside = make_version(context, NewVersion(workflow.set_aside, context.version, partitions, tables, {}, rows))
    touched = tuple(version.partition for version in aside if version.rows)
    objects = CrawlOutput.of(context).objects
    inputs = {partition: objects[partition] for partition in touched}
    rest = kept_rows(staging, columns, results)
    kept = make_version(context, NewVersion(staging, f"{context.version}.kept", touched, tables, inputs, rest))
    by_partition = {version.partition: version for version in [*candidate, *kept]}
    context.log(f"{sum(version.rows for version in aside):,} rows set aside: see ops.rows_set_aside")
    services.reached(CommitPoint.ROWS_SET_ASIDE)
    return GateOutput([by_partition[partition] for partition in partitions], aside)


def _empty_set_aside(context: JobContext, candidate: Sequence[PartitionVersion]) -> list[PartitionVersion]:
    """Versions without files: flipping to them hides the rows that an earlier version had set aside."""
    name = context.workflow.set_aside
    versions = [PartitionVersion(name, one.partition, context.version, ()) for one in candidate]
    context.services.catalog.register(versions)
    return versions


def _stop_if_any(context: JobContext, failed: Sequence[RuleResult], candidate: Sequence[PartitionVersion]) -> None:
    if not failed:
        return
    first, more = failed[0], f", and {len(failed) - 1} more" if len(failed) > 1 else ""
    message = f"{context.workflow.staging} {_partitions(candidate)} fails rule {first.rule} ({first.message}){more}."
    hint = f"Nothing was published. See ops.quality_results of run {context.run_id}."
    _notify(context, "quality.stopped", f"{message} {hint}", failed, candidate)
    raise QualityStop(message, hint=hint)


def _warn_if_any(context: JobContext, warned: Sequence[RuleResult], candidate: Sequence[PartitionVersion]) -> None:
    """One event, sent last: a run that stops has sent a stronger one."""
    if warned:
        rules = "; ".join(f"{result.rule} ({result.message})" for result in warned)
        message = f"{context.workflow.staging} {_partitions(candidate)} is published with a warning: {rules}."
        _notify(context, "quality.warned", message, warned, candidate)


def _notify(
    context: JobContext, kind: str, message: str, results: Sequence[RuleResult], candidate: Sequence[PartitionVersion]
) -> None:
    details = {
        "run_id": context.run_id,
        "table": context.workflow.staging,
        "partitions": _partitions(candidate),
        "rules": [result.rule for result in results],
    }
    services = context.services
    services.notifier.notify(Event(kind, context.workflow.name, message, services.clock.now(), details))


def _partitions(candidate: Sequence[PartitionVersion]) -> str:
    return ", ".join(version.partition for version in candidate)
