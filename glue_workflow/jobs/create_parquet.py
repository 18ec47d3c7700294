"""create_parquet: the job that turns raw objects into a candidate version of the staging table, unseen by readers."""

from __future__ import annotations

import msgspec

from millrace.athena_sql.ports import RawData
from millrace.commit_points import CommitPoint
from millrace.errors import LakeError, MillraceError, QueryError, QueryStopped, RetryLater
from millrace.glue_workflow.jobs.crawl.job import CrawlOutput
from millrace.glue_workflow.ports import PartitionVersion
from millrace.glue_workflow.run.job_context import JobContext, JobResult
from millrace.glue_workflow.versions.creation import NewVersion, make_version, write_request


class StagingOutput(msgspec.Struct, frozen=True):
    """The candidate: one version per partition."""

    versions: list[PartitionVersion]

    @classmethod
    def of(cls, context: JobContext) -> StagingOutput:
        return msgspec.convert(context.outputs["create_parquet"], cls)


def run(context: JobContext) -> JobResult:
    """Records that the statement cannot read are set aside once it has failed, and the rest is staged without them."""
    try:
        versions = _stage(context)
    except (QueryStopped, RetryLater):
        raise
    except (QueryError, LakeError) as error:
        if not _set_unreadable_aside(context, error):
            raise
        versions = _stage(context)
    context.services.reached(CommitPoint.STAGING_REGISTERED)
    return JobResult(msgspec.to_builtins(StagingOutput(versions)), rows=sum(version.rows for version in versions))


def _stage(context: JobContext) -> list[PartitionVersion]:
    return make_version(context, _new_version(context))


def _new_version(context: JobContext) -> NewVersion:
    workflow, objects = context.workflow, CrawlOutput.of(context).objects
    keys = tuple(key for day in objects.values() for key in day)
    raw = RawData(context.services.storage.location(""), keys)
    return NewVersion(
        workflow.staging, context.version, tuple(objects), {f"raw.{workflow.source}": raw}, inputs=objects
    )


def _set_unreadable_aside(context: JobContext, error: MillraceError) -> int:
    quarantine = context.services.quarantine
    if quarantine is None:
        return 0
    from millrace.glue_workflow.jobs.unreadable_records import Search

    request = write_request(context, _new_version(context))
    return Search(context, request, f"raw.{context.workflow.source}").set_aside(quarantine, error)
