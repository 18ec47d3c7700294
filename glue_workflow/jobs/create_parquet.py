"""create_parquet: the job that turns raw objects into a candidate version of the staging table, unseen by readers."""

from __future__ import annotations

import msgspec

from millrace.athena_sql.ports import RawData
from millrace.commit_points import CommitPoint
from millrace.glue_workflow.jobs.crawl.job import CrawlOutput
from millrace.glue_workflow.ports import PartitionVersion
from millrace.glue_workflow.run.job_context import JobContext, JobResult
from millrace.glue_workflow.versions.creation import NewVersion, make_version


class StagingOutput(msgspec.Struct, frozen=True):
    """The candidate: one version per partition."""

    versions: list[PartitionVersion]

    @classmethod
    def of(cls, context: JobContext) -> StagingOutput:
        return msgspec.convert(context.outputs["create_parquet"], cls)


def run(context: JobContext) -> JobResult:
    services, source = context.services, context.workflow.source
    objects = CrawlOutput.of(context).objects
    keys = tuple(key for day in objects.values() for key in day)
    raw = RawData(services.storage.location(""), keys)
    new = NewVersion(context.workflow.staging, context.version, tuple(objects), {f"raw.{source}": raw}, inputs=objects)
    versions = make_version(context, new)
    services.reached(CommitPoint.STAGING_REGISTERED)
    return JobResult(msgspec.to_builtins(StagingOutput(versions)), rows=sum(version.rows for version in versions))
