"""quality_check: the gate. Every rule is evaluated on each partition of the candidate, every result is kept, and a
partition that fails is held: it waits, and the others are published.

Rows that rules set aside become a version of the set-aside table (a dead-letter table), and their partitions are
written again without them, as a new candidate. All rules are then evaluated a second time on these partitions, and any
failure now holds the partition. Readers see neither version until `prod` flips both together.

The partitions are evaluated together, in one scan. Only where a rule compares with the past are they evaluated one
after another, because the past of a partition is the partitions before it, those of the same run included.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import msgspec

from millrace.commit_points import CommitPoint
from millrace.glue_workflow.job_kinds import QUALITY_CHECK
from millrace.glue_workflow.jobs.crawl.job import CrawlOutput
from millrace.glue_workflow.jobs.create_parquet import CandidateOutput
from millrace.glue_workflow.jobs.holding import Failures, hold, stop, tell_held, tell_warned
from millrace.glue_workflow.ports import PartitionVersion, QualityRecord
from millrace.glue_workflow.quality import (
    Action,
    RuleResult,
    Ruleset,
    StoredPartitionedHistory,
    Verdict,
    compares_with_past,
    evaluate_by_partition,
    remaining_rows,
    rows_set_aside,
    with_repetitions_set_aside,
)
from millrace.glue_workflow.run.job_context import JobContext, JobResult
from millrace.glue_workflow.versions.creation import NewVersion, make_version
from millrace.glue_workflow.versions.version_names import KEPT

_FAILURES = (Action.STOP, Action.SET_ASIDE)

Results = Mapping[str, Sequence[RuleResult]]


class GateOutput(msgspec.Struct, frozen=True):
    """What `prod` may publish: for each partition a version of staging, and a version of the rows set aside from it.

    `held`: the partitions that the gate refused, in order.
    """

    versions: list[PartitionVersion]
    set_aside: list[PartitionVersion]
    held: list[str] = []

    @classmethod
    def of(cls, context: JobContext) -> GateOutput:
        return msgspec.convert(context.output_of(QUALITY_CHECK), cls)


def run(context: JobContext) -> JobResult:
    ruleset = context.services.pipelines.ruleset(context.refinement)
    names_entities = context.refinement.source in context.services.entity_keys
    return check(context, with_repetitions_set_aside(ruleset) if names_entities else ruleset)


def check(context: JobContext, ruleset: Ruleset) -> JobResult:
    """Check the candidate by these rules. Raises QualityStop when nothing may be published."""
    candidate = CandidateOutput.of(context).versions
    gate = _Gate(context, ruleset)
    together = candidate and not compares_with_past(gate.ruleset)
    groups = [candidate] if together else [[one] for one in candidate]
    for number, group in enumerate(groups):
        gate.check(group, context.version if len(groups) == 1 else f"{context.version}.{number}")
    if gate.failures:
        partitions = [one.partition for one in candidate]
        nothing = context.refinement.all_or_nothing or not gate.passed
        held = partitions if nothing else list(gate.failures)
        hold(context, held, gate.failures)
        if nothing:
            stop(context, held, gate.failures)
        tell_held(context, gate.failures)
    tell_warned(context, gate.warnings)
    output = GateOutput([*gate.passed.values()], gate.set_aside, list(gate.failures))
    return JobResult(msgspec.to_builtins(output), rows=gate.results)


@dataclass
class _Gate:
    """The gate of one run. `passed`, `set_aside`, `failures` and `warnings` grow as partitions are checked.

    `passed` has the version of staging that `prod` may publish, by partition; `results` counts the rules' results.
    """

    context: JobContext
    ruleset: Ruleset
    passed: dict[str, PartitionVersion] = field(default_factory=dict)
    set_aside: list[PartitionVersion] = field(default_factory=list)
    failures: Failures = field(default_factory=dict)
    warnings: Failures = field(default_factory=dict)
    results: int = 0

    def check(self, candidate: Sequence[PartitionVersion], version: str) -> None:
        """Check partitions in one scan; `version` names what is written for them."""
        results = self._evaluate(candidate, 1)
        aside = {dt for dt, some in results.items() if any(one.action is Action.SET_ASIDE for one in some)}
        # Other rules may fail because of these very rows, so the second check decides. Too many such rows are final.
        stopped = {dt for dt in aside if any(one.too_many for one in results[dt])}
        again = [one for one in candidate if one.partition in aside - stopped]
        kept: list[PartitionVersion] = []
        if again:
            kept, rows = self._set_rows_aside(again, version, [one for some in results.values() for one in some])
            self.set_aside += rows
            results = {**results, **self._evaluate(kept, 2)}
        self.set_aside += self._nothing_set_aside([one for one in candidate if one.partition not in aside], version)
        for one in {one.partition: one for one in [*candidate, *kept]}.values():
            self._judge(one, results[one.partition], too_many=one.partition in stopped)

    def _judge(self, version: PartitionVersion, results: Sequence[RuleResult], *, too_many: bool) -> None:
        """`too_many`: rows were to be set aside, and too many of them; only the rules about these rows are final."""
        self.results += len(results)
        if failed := [one for one in results if (one.too_many if too_many else one.action in _FAILURES)]:
            self.failures[version.partition] = failed
            return
        self.passed[version.partition] = version
        if warned := [one for one in results if one.action is Action.WARN]:
            self.warnings[version.partition] = warned

    def _evaluate(self, candidate: Sequence[PartitionVersion], number: int) -> Results:
        services, workflow = self.context.services, self.context.refinement
        results = evaluate_by_partition(
            self.ruleset,
            engine=services.engine,
            table=workflow.staging,
            columns=services.pipelines.tables.table(workflow.staging).columns,
            data=self.context.as_table(candidate),
            partitions=[one.partition for one in candidate],
            history=StoredPartitionedHistory(services.runs, workflow.staging, self._published),
            logical_time=self.context.logical_time,
        )
        records = [_record(self.context, dt, result, number) for dt, some in results.items() for result in some]
        services.runs.save_quality(records)
        services.reached(CommitPoint.QUALITY_STORED)
        for record in records:
            if record.verdict != Verdict.PASS:
                self.context.log(f"{record.verdict}: {record.partitions}: {record.rule} ({record.message})")
        passed = sum(record.verdict == Verdict.PASS for record in records)
        self.context.log(f"pass: {passed} of {len(records)} results, {len(results)} partitions")
        return results

    def _published(self) -> list[PartitionVersion]:
        """What readers will see of staging when this run's partitions that have passed are published."""
        return list(({one.partition: one for one in self._seen} | self.passed).values())

    @cached_property
    def _seen(self) -> list[PartitionVersion]:
        return self.context.services.catalog.current(self.context.refinement.staging)

    def _set_rows_aside(
        self, candidate: Sequence[PartitionVersion], version: str, results: Sequence[RuleResult]
    ) -> tuple[list[PartitionVersion], list[PartitionVersion]]:
        """Write such rows to the set-aside table, and their partitions again without them; returns both versions.

        The partitions get a version name of their own, because the statement reads the first version meanwhile.
        """
        context, services, workflow = self.context, self.context.services, self.context.refinement
        staging, columns = workflow.staging, services.pipelines.tables.table(workflow.staging).columns
        partitions = tuple(one.partition for one in candidate)
        tables = {staging: context.as_table(candidate)}
        rows = rows_set_aside(staging, columns, results)
        aside = make_version(context, NewVersion(workflow.set_aside, version, partitions, tables, {}, rows))
        objects = CrawlOutput.of(context).objects
        inputs = {partition: objects[partition] for partition in partitions}
        kept = make_version(
            context,
            NewVersion(
                staging, f"{version}{KEPT}", partitions, tables, inputs, remaining_rows(staging, columns, results)
            ),
        )
        context.log(f"{sum(one.rows for one in aside):,} rows set aside: see ops.rows_set_aside")
        services.reached(CommitPoint.ROWS_SET_ASIDE)
        return kept, aside

    def _nothing_set_aside(self, candidate: Sequence[PartitionVersion], version: str) -> list[PartitionVersion]:
        """Versions without files: flipping to them hides the rows that an earlier version had set aside."""
        versions = [
            PartitionVersion(self.context.refinement.set_aside, one.partition, version, ()) for one in candidate
        ]
        self.context.services.catalog.register(versions)
        return versions


def _record(context: JobContext, partition: str, result: RuleResult, number: int) -> QualityRecord:
    return QualityRecord(
        run_id=context.run_id,
        attempt=context.attempt,
        table=context.refinement.staging,
        partitions=partition,
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
