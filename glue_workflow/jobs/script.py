"""script: the job that lets a Python file make the rows of one prod table, as a candidate that `prod` publishes."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from millrace.athena_sql.ports import TableData
from millrace.glue_workflow.jobs.create_parquet import CandidateOutput
from millrace.glue_workflow.jobs.quality_check import GateOutput
from millrace.glue_workflow.ports import PartitionVersion
from millrace.glue_workflow.run.job_context import JobContext, JobResult
from millrace.glue_workflow.versions.creation import NewVersion, make_version


def run(context: JobContext) -> JobResult:
    staging = GateOutput.of(context).versions
    if not staging:
        return JobResult(msgspec.to_builtins(CandidateOutput([])), rows=0)
    partitions = tuple(version.partition for version in staging)
    tables: dict[str, TableData] = {context.refinement.staging: context.as_table(staging)}
    tables |= {name: context.as_table(versions) for name, versions in made_by_scripts(context, partitions).items()}
    made = make_version(context, NewVersion(context.job.table, context.version, partitions, tables, inputs={}))
    return JobResult(msgspec.to_builtins(CandidateOutput(made)), rows=sum(version.rows for version in made))


def made_by_scripts(context: JobContext, partitions: Iterable[str]) -> dict[str, list[PartitionVersion]]:
    """What the scripts before this job have made of these partitions, by table."""
    wanted, found = set(partitions), dict[str, list[PartitionVersion]]()
    for job in context.refinement.scripts_before(context.job):
        versions = msgspec.convert(context.outputs[job.name], CandidateOutput).versions
        if kept := [version for version in versions if version.partition in wanted]:
            found[job.table] = kept
    return found
