"""create_parquet: the job that turns raw objects into a candidate version of the staging table, unseen by readers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from millrace.athena_sql.ports import RawData
from millrace.commit_points import CommitPoint
from millrace.errors import LakeError, MillraceError, QueryError, QueryStopped, RetryLater
from millrace.glue_workflow.job_kinds import CREATE_PARQUET
from millrace.glue_workflow.jobs.crawl.job import CrawlOutput
from millrace.glue_workflow.ports import PartitionVersion
from millrace.glue_workflow.run.job_context import JobContext, JobResult
from millrace.glue_workflow.versions.creation import NewVersion, make_version, write_request


class CandidateOutput(msgspec.Struct, frozen=True):
    """The candidate of a table, of staging here and of a script's: one version per partition."""

    versions: list[PartitionVersion]

    @classmethod
    def of(cls, context: JobContext) -> CandidateOutput:
        """That of staging."""
        return msgspec.convert(context.output_of(CREATE_PARQUET), cls)


def run(context: JobContext) -> JobResult:
    """All partitions in one statement; where this process will be ended, one after another, for as long as it lasts."""
    versions = _staged_before(context)
    done = {version.partition for version in versions}
    left = [partition for partition in CrawlOutput.of(context).objects if partition not in done]
    chunks = [left] if left and context.time_left is None else [[partition] for partition in left]
    for number, chunk in enumerate(chunks):
        if number > 0 and context.must_stop:
            context.log(f"{len(chunks) - number} partitions are left for the next call: the time is over")
            return JobResult(_output(versions), more=True)
        name = context.version if context.time_left is None else f"{context.version}.{number}"
        versions += _staged(context, chunk, name)
        if number + 1 < len(chunks):
            context.store_progress(_output(versions))
            context.services.reached(CommitPoint.STAGING_CHUNK_STORED)
    context.services.reached(CommitPoint.STAGING_REGISTERED)
    return JobResult(_output(versions), rows=sum(version.rows for version in versions))


def _output(versions: list[PartitionVersion]) -> dict[str, Any]:
    output: dict[str, Any] = msgspec.to_builtins(CandidateOutput(versions))
    return output


def _staged_before(context: JobContext) -> list[PartitionVersion]:
    """By earlier invocations of this step."""
    return msgspec.convert(context.progress, CandidateOutput).versions if context.progress else []


def _staged(context: JobContext, partitions: Sequence[str], name: str) -> list[PartitionVersion]:
    """Records that the statement cannot read are set aside once it has failed, and the rest is staged without them."""
    try:
        return make_version(context, _new_version(context, partitions, name))
    except (QueryStopped, RetryLater):
        raise
    except (QueryError, LakeError) as error:
        if not _set_unreadable_aside(context, _new_version(context, partitions, name), error):
            raise
        return make_version(context, _new_version(context, partitions, name))


def _new_version(context: JobContext, partitions: Sequence[str], name: str) -> NewVersion:
    workflow, crawled = context.refinement, CrawlOutput.of(context).objects
    objects = {partition: crawled[partition] for partition in partitions}
    keys = tuple(key for day in objects.values() for key in day)
    raw = RawData(context.services.storage.location(""), keys)
    return NewVersion(workflow.staging, name, tuple(objects), {f"raw.{workflow.source}": raw}, inputs=objects)


def _set_unreadable_aside(context: JobContext, new: NewVersion, error: MillraceError) -> int:
    quarantine = context.services.quarantine
    if quarantine is None:
        return 0
    from millrace.glue_workflow.jobs.unreadable_records import Search

    request = write_request(context, new)
    return Search(context, request, f"raw.{context.refinement.source}").set_aside(quarantine, error)
