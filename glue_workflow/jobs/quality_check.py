"""quality_check: the gate. Every rule is evaluated on the candidate, every result is kept, a failure stops the run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from athena_sql.tables import table as declared
from glue_workflow.job_context import JobContext, JobResult
from glue_workflow.jobs.create_parquet import StagingOutput
from glue_workflow.ports import QualityRecord, RunStore
from glue_workflow.quality import load_ruleset
from glue_workflow.quality.evaluation import Action, RuleResult, Verdict, evaluate
from glue_workflow.versions import as_table
from millrace.commit_points import CommitPoint
from millrace.errors import QualityStop


@dataclass(frozen=True)
class StoredHistory:
    """Past values of a table's rule, out of the run store: those that passed, so that a bad day sets no standard."""

    runs: RunStore
    table: str

    def last(self, rule_key: str, n: int, /) -> list[float]:
        past = self.runs.quality(table=self.table, rule=rule_key, verdict=Verdict.PASS.value, limit=n)
        return [record.value for record in past if record.value is not None]


def run(context: JobContext) -> JobResult:
    services, workflow = context.services, context.workflow
    candidate = StagingOutput.of(context).versions
    results = evaluate(
        load_ruleset(workflow.rules),
        engine=services.engine,
        table=workflow.staging,
        columns=declared(workflow.staging).columns,
        tables={workflow.staging: as_table(services.storage, candidate)},
        history=StoredHistory(services.runs, workflow.staging),
        logical_time=context.logical_time,
    )
    partitions = ", ".join(version.partition for version in candidate)
    services.runs.save_quality([_record(context, partitions, result) for result in results])
    services.reached(CommitPoint.QUALITY_STORED)
    for result in results:
        context.log(f"{result.verdict}: {result.rule} ({result.message})")
    _stop_on_failure(results, workflow.staging, partitions)
    return JobResult(rows=len(results))


def _record(context: JobContext, partitions: str, result: RuleResult) -> QualityRecord:
    return QualityRecord(
        run_id=context.run_id,
        attempt=context.attempt,
        table=context.workflow.staging,
        partitions=partitions,
        rule=result.rule,
        value=result.value,
        threshold=result.threshold,
        verdict=result.verdict.value,
        message=result.message,
        evaluated_at=context.services.clock.now(),
    )


def _stop_on_failure(results: Sequence[RuleResult], table: str, partitions: str) -> None:
    failed = [result for result in results if result.action is Action.STOP]
    if failed:
        first = failed[0]
        raise QualityStop(
            f"{len(failed)} of {len(results)} rules say no to {table} {partitions}: {first.rule} ({first.message}).",
            hint="Nothing was published. See ops.quality_results.",
        )
