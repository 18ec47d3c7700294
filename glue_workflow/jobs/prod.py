"""prod: the job that builds the prod tables from the checked candidate, then flips all pointers, staging and prod."""

from __future__ import annotations

from collections.abc import Sequence

from millrace.athena_sql.ports import TableData
from millrace.commit_points import CommitPoint
from millrace.glue_workflow.jobs.crawl.job import CrawlOutput
from millrace.glue_workflow.jobs.holding import release
from millrace.glue_workflow.jobs.quality_check import GateOutput
from millrace.glue_workflow.jobs.script import made_by_scripts
from millrace.glue_workflow.jobs.whole_tables import WholeTables
from millrace.glue_workflow.ports import PartitionVersion
from millrace.glue_workflow.run.job_context import JobContext, JobResult
from millrace.glue_workflow.versions.creation import NewVersion, make_version
from millrace.glue_workflow.versions.file_lists import FileLists
from millrace.glue_workflow.versions.publications import PublicationKind, record_publication
from millrace.glue_workflow.versions.rollback import rolled_back


def run(context: JobContext) -> JobResult:
    services = context.services
    passed = GateOutput.of(context)
    built = _publish(context, passed.versions)
    if built is None:
        context.log("not published: the review declined it")
        return JobResult(rows=0)
    services.pending.clear([one for one in CrawlOutput.of(context).touched if one.dt not in passed.held])
    services.reached(CommitPoint.PENDING_CLEARED)
    return JobResult(rows=sum(version.rows for version in built))


def _publish(context: JobContext, staging: list[PartitionVersion]) -> list[PartitionVersion] | None:
    """The prod tables' new versions, which readers see now; None if the review declined them.

    Without any partition of staging, only whole tables are built: a rollback has changed what they read.
    """
    services, workflow = context.services, context.refinement
    partitions = tuple(version.partition for version in staging)
    set_aside = [version for version in GateOutput.of(context).set_aside if version.partition in partitions]
    whole = WholeTables(context)
    whole.add([*staging, *set_aside])
    dimensions = whole.dimensions()
    built = _by_date(context, staging, dimensions)
    whole.add(built)
    built += whole.of_data()
    services.reached(CommitPoint.PROD_WRITTEN)
    versions = [*staging, *set_aside, *dimensions, *built]
    if not versions:
        return []
    if context.request.is_reviewed and not (context.review and context.review([*staging, *built])):
        return None
    for partition in sorted(rolled_back(services.catalog, workflow.staging) & set(partitions)):
        context.log(f"{partition}: no longer rolled back")
    lists = FileLists(services.catalog, services.storage, services.reached)
    with lists.following(workflow, versions):
        record_publication(services.storage, workflow.name, PublicationKind.PUBLISH, services.clock.now(), versions)
        services.catalog.flip(versions)
    release(context, partitions)
    services.reached(CommitPoint.HELD_RELEASED)
    seen = partitions or tuple(dict.fromkeys(version.table for version in versions))
    context.log(f"readers see version {context.version} of {', '.join(seen)}")
    return built


def _by_date(
    context: JobContext, staging: Sequence[PartitionVersion], dimensions: Sequence[PartitionVersion]
) -> list[PartitionVersion]:
    """The new partitions of the tables that are stored by date, each built from the run's own before it."""
    built: list[PartitionVersion] = []
    if not staging:
        return built
    partitions = tuple(version.partition for version in staging)
    tables: dict[str, TableData] = {context.refinement.staging: context.as_table(staging)}
    tables |= {version.table: context.as_table([version]) for version in dimensions}
    scripted = made_by_scripts(context, partitions)
    tables |= {name: context.as_table(versions) for name, versions in scripted.items()}
    for name in context.refinement.prod:
        made = scripted.get(name) or make_version(
            context, NewVersion(name, context.version, partitions, tables, inputs={})
        )
        tables[name] = context.as_table(made)
        built += made
    return built
