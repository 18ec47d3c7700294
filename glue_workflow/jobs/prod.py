"""prod: the job that builds the prod tables from the checked candidate, then flips all pointers, staging and prod."""

from __future__ import annotations

from millrace.athena_sql.ports import TableData
from millrace.commit_points import CommitPoint
from millrace.glue_workflow.jobs.crawl.job import CrawlOutput
from millrace.glue_workflow.jobs.holding import release
from millrace.glue_workflow.jobs.quality_check import GateOutput
from millrace.glue_workflow.jobs.script import made_by_scripts
from millrace.glue_workflow.ports import PartitionVersion
from millrace.glue_workflow.run.job_context import JobContext, JobResult
from millrace.glue_workflow.versions.creation import NewVersion, make_version, read_manifest
from millrace.glue_workflow.versions.file_lists import FileLists
from millrace.glue_workflow.versions.publications import PublicationKind, record_publication
from millrace.glue_workflow.versions.rollback import rolled_back, still_rolled_back


def run(context: JobContext) -> JobResult:
    services = context.services
    passed = GateOutput.of(context)
    staging = _without_rolled_back(context, passed.versions)
    built = _publish(context, staging) if staging else []
    if built is None:
        context.log("not published: the review declined it")
        return JobResult(rows=0)
    services.pending.clear([one for one in CrawlOutput.of(context).touched if one.dt not in passed.held])
    services.reached(CommitPoint.PENDING_CLEARED)
    return JobResult(rows=sum(version.rows for version in built))


def _publish(context: JobContext, staging: list[PartitionVersion]) -> list[PartitionVersion] | None:
    """The prod tables' new versions, which readers see now; None if the review declined them."""
    services, workflow = context.services, context.workflow
    tables: dict[str, TableData] = {workflow.staging: context.as_table(staging)}
    dimensions = _changed_dimensions(context, tables)
    partitions = tuple(version.partition for version in staging)
    scripted = made_by_scripts(context, partitions)
    tables |= {name: context.as_table(versions) for name, versions in scripted.items()}
    built = [
        version
        for table in workflow.prod
        for version in scripted.get(table)
        or make_version(context, NewVersion(table, context.version, partitions, tables, inputs={}))
    ]
    services.reached(CommitPoint.PROD_WRITTEN)
    if context.request.is_reviewed and not (context.review and context.review([*staging, *built])):
        return None
    for partition in sorted(rolled_back(services.catalog, workflow.staging) & set(partitions)):
        context.log(f"{partition}: no longer rolled back")
    set_aside = [version for version in GateOutput.of(context).set_aside if version.partition in partitions]
    versions = [*staging, *set_aside, *dimensions, *built]
    lists = FileLists(services.catalog, services.storage, services.reached)
    lists.announce(workflow)
    record_publication(services.storage, workflow.name, PublicationKind.PUBLISH, services.clock.now(), versions)
    services.catalog.flip(versions)
    lists.write(workflow)
    release(context, partitions)
    services.reached(CommitPoint.HELD_RELEASED)
    context.log(f"readers see version {context.version} of {', '.join(partitions)}")
    return built


def _without_rolled_back(context: JobContext, staging: list[PartitionVersion]) -> list[PartitionVersion]:
    """Without the partitions that stay rolled back. A review overrides a rollback."""
    if context.request.is_reviewed:
        return staging
    catalog, objects = context.services.catalog, CrawlOutput.of(context).objects
    waiting = still_rolled_back(catalog, context.workflow.staging, staging, objects)
    for partition in waiting:
        context.log(
            f"{partition}: rolled back, no new data since: not published (millrace rollback --release frees it)"
        )
    return [version for version in staging if version.partition not in waiting]


def _changed_dimensions(context: JobContext, tables: dict[str, TableData]) -> list[PartitionVersion]:
    """New versions of the dimensions whose code changed since their current version; adds them to `tables`."""
    changed: list[PartitionVersion] = []
    for name in context.workflow.dimensions:
        if not _is_up_to_date(context, name):
            made = make_version(context, NewVersion(name, context.version, (), tables, inputs={}))
            tables[name] = context.as_table(made)
            changed += made
    return changed


def _is_up_to_date(context: JobContext, dimension: str) -> bool:
    services = context.services
    today = context.code_version(dimension)
    manifests = [read_manifest(services.storage, version) for version in services.catalog.current(dimension)]
    return [manifest and manifest.code_version for manifest in manifests] == [today]
