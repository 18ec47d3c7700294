"""Partitions that the gate refuses: held on record, told to people, and tried again when it may help.

A held partition leaves the pending list, so that no run reads it again for nothing. It is tried again when data arrives
for it, when its rules or code have changed, or when it is asked for by name. It is on at least one of both lists at any
time: the gate holds it before the pending list is cleared, a crawl that tries it again puts it on the pending list, and
`prod` flips, releases it, and then clears the pending list.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from millrace.commit_points import CommitPoint
from millrace.errors import QualityStop
from millrace.glue_workflow.jobs.crawl.job import CrawlOutput
from millrace.glue_workflow.ports import HeldPartition
from millrace.glue_workflow.quality import RuleResult
from millrace.glue_workflow.run.job_context import JobContext
from millrace.notify.ports import Event, EventKind

Failures = dict[str, Sequence[RuleResult]]
"""By partition, the results of the rules that it fails."""

WAITS_FOR_OTHERS = "it waits for the others: the workflow publishes all or nothing"


def hold(context: JobContext, partitions: Sequence[str], failures: Mapping[str, Sequence[RuleResult]]) -> None:
    """Hold these partitions, then take what this run had seen of them off the pending list.

    With a review nothing is held: who asked for the run sees its result, and what readers see stays accounted for.
    """
    for partition in partitions:
        rule, message = _reason(failures.get(partition, ()))
        context.log(f"{partition} is held: {rule} {message}")
    if context.request.is_reviewed:
        return
    services, workflow = context.services, context.refinement
    crawled, now = CrawlOutput.of(context), services.clock.now()
    since = {one.partition: one.held_since for one in services.runs.held(workflow.name)}
    version = context.code_version()
    services.runs.hold(
        [
            HeldPartition(
                workflow=workflow.name,
                partition=partition,
                run_id=context.run_id,
                table=workflow.staging,
                rule=_reason(failures.get(partition, ()))[0],
                message=_reason(failures.get(partition, ()))[1],
                objects=tuple(crawled.objects[partition]),
                code_version=version,
                held_since=since.get(partition, now),
            )
            for partition in partitions
        ]
    )
    services.reached(CommitPoint.PARTITIONS_HELD)
    services.pending.clear([one for one in crawled.touched if one.dt in partitions])
    services.reached(CommitPoint.HELD_NOT_PENDING)


def release(context: JobContext, partitions: Sequence[str]) -> None:
    """Release partitions that readers see now, while they are still on the pending list."""
    runs = context.services.runs
    runs.release([one for one in runs.held(context.refinement.name) if one.partition in partitions])


def stop(context: JobContext, partitions: Sequence[str], failures: Mapping[str, Sequence[RuleResult]]) -> None:
    """Tell that nothing is published, and end the run. Raises QualityStop."""
    message = f"{context.refinement.staging} {_first_failure(failures)}."
    if context.refinement.all_or_nothing and len(partitions) > len(failures):
        message += f" {context.refinement.name} publishes all or nothing: {', '.join(partitions)} wait."
    hint = f"Nothing was published. See ops.quality_results of run {context.run_id}."
    _notify(context, EventKind.QUALITY_STOPPED, message, failures, hint)
    raise QualityStop(message, hint=hint, partitions=partitions)


def tell_held(context: JobContext, failures: Mapping[str, Sequence[RuleResult]]) -> None:
    """Tell that these partitions wait while others are published."""
    held = f"{context.refinement.staging} {_first_failure(failures)}. Held: {_partitions(failures)}."
    hint = f"The others are published. See ops.quality_results of run {context.run_id}."
    _notify(context, EventKind.QUALITY_HELD, held, failures, hint)


def tell_warned(context: JobContext, warnings: Mapping[str, Sequence[RuleResult]]) -> None:
    """One event for all warnings, sent last: a run that stops has sent a stronger one."""
    if warnings:
        by_rule = {f"{one.rule} ({one.message})": None for some in warnings.values() for one in some}
        what = f"{context.refinement.staging} {_partitions(warnings)} is published with a warning"
        _notify(context, EventKind.QUALITY_WARNED, f"{what}: {'; '.join(by_rule)}.", warnings)


def _first_failure(failures: Mapping[str, Sequence[RuleResult]]) -> str:
    (partition, results), *others = failures.items()
    more = f", and {len(results) - 1} more" if len(results) > 1 else ""
    also = f"; so do {', '.join(dt for dt, _ in others)}" if len(others) > 1 else ""
    also = f"; so does {others[0][0]}" if len(others) == 1 else also
    return f"{partition} fails rule {results[0].rule} ({results[0].message}){more}{also}"


def _reason(results: Sequence[RuleResult]) -> tuple[str, str]:
    """The first rule that a partition fails, and what is said about it."""
    if not results:
        return "", WAITS_FOR_OTHERS
    more = f"; {len(results) - 1} more rules fail" if len(results) > 1 else ""
    return results[0].rule, results[0].message + more


def _notify(
    context: JobContext, kind: EventKind, cause: str, results: Mapping[str, Sequence[RuleResult]], hint: str = ""
) -> None:
    details = {
        "run_id": context.run_id,
        "table": context.refinement.staging,
        "partitions": _partitions(results),
        "rules": list(dict.fromkeys(result.rule for some in results.values() for result in some)),
    }
    message, now = f"{cause} {hint}".strip(), context.services.clock.now()
    is_told = kind is EventKind.QUALITY_STOPPED  # by run.failed, which follows
    context.services.notifier.notify(Event(kind, context.refinement.name, message, now, details, cause, is_told))


def _partitions(failures: Mapping[str, object]) -> str:
    return ", ".join(failures)
