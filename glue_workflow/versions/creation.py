"""Creation of a table's new version: in the catalog before its first file is written, seen by readers after a flip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from millrace.athena_sql.ports import Parameter, Statement, TableData, WriteRequest, WrittenFile
from millrace.athena_sql.statements.run_columns import statement_to_write
from millrace.commit_points import CommitPoint
from millrace.errors import LeaseLost
from millrace.glue_workflow.ports import PartitionVersion
from millrace.glue_workflow.run.job_context import JobContext
from millrace.glue_workflow.versions.manifests import Manifest, write_manifest
from millrace.glue_workflow.versions.parquet_footer import footer_digest
from millrace.glue_workflow.versions.script_rows import rows_of_script
from millrace.lake.keys import version_prefix
from millrace.time_keys import stored


@dataclass(frozen=True)
class NewVersion:
    """A version to be made. `partitions` is empty for an unpartitioned table. `tables` override the catalog's.

    `inputs` and `reads` are the manifest's. `statement`: None for the table's own, which takes :run_id and :loaded_at
    if the table has these columns.
    """

    table: str
    version: str
    partitions: tuple[str, ...]
    tables: Mapping[str, TableData]
    inputs: Mapping[str, list[str]]
    statement: Statement | None = None
    reads: Mapping[str, str] = field(default_factory=dict)


def make_version(context: JobContext, new: NewVersion) -> list[PartitionVersion]:
    """Write the result of a statement into a new version, and register the version as a candidate.

    Raises LeaseLost when a later invocation or run has taken over, and removes what it wrote: nobody else writes there.
    """
    try:
        return _made(context, new)
    except LeaseLost:
        storage = context.services.storage
        storage.delete([found.key for found in storage.list(version_prefix(new.table, new.version))])
        raise


def _made(context: JobContext, new: NewVersion) -> list[PartitionVersion]:
    services = context.services
    planned = [PartitionVersion(new.table, partition, new.version, ()) for partition in new.partitions or ("",)]
    services.catalog.register(planned)
    services.reached(CommitPoint.VERSION_PLANNED)
    files = _written(context, new)
    services.storage.seal([file.key for file in files])
    files = [replace(file, footer=footer_digest(services.storage, file.key)) for file in files]
    _write_manifest(context, new)
    services.reached(CommitPoint.VERSION_WRITTEN)
    versions = [_with_files(plan, files) for plan in planned]
    services.catalog.register(versions)
    rows = sum(version.rows for version in versions)
    context.log(f"{new.table}: {rows:,} rows, {sum(version.size for version in versions):,} bytes")
    return versions


def _written(context: JobContext, new: NewVersion) -> list[WrittenFile]:
    """The result of a statement; for a table that a script makes, of one over the rows that the script has given."""
    services = context.services
    table = services.pipelines.tables.table(new.table)
    if table.script is None or new.statement is not None:
        return services.engine.write(write_request(context, new))
    with rows_of_script(context, table, new.version, new.partitions, new.tables) as rows:
        request = write_request(context, replace(new, statement=rows.statement, tables={rows.name: rows.data}))
        return services.engine.write(replace(request, parameters=_parameters(context)))


def write_request(context: JobContext, new: NewVersion) -> WriteRequest:
    """What the engine is asked to write."""
    tables = context.services.pipelines.tables
    table = tables.table(new.table)
    own = new.statement is None and table.made_by_run
    statement = new.statement or statement_to_write(table, tables.statement(new.table))
    return WriteRequest(
        statement,
        table.columns,
        version_prefix(new.table, new.version),
        new.partitions if table.partitioned else None,
        _parameters(context) if own else {},
        new.tables,
    )


def _parameters(context: JobContext) -> dict[str, Parameter]:
    return {"run_id": context.run_id, "loaded_at": context.logical_time.replace(tzinfo=None)}


def _write_manifest(context: JobContext, new: NewVersion) -> None:
    table = context.services.pipelines.tables.table(new.table)
    manifest = Manifest(
        table=new.table,
        version=new.version,
        run_id=context.run_id,
        code_version=context.code_version(new.table),
        created_at=stored(context.services.clock.now()),
        inputs=dict(new.inputs),
        reads=dict(new.reads),
        columns={one.name: one.type for one in table.data_columns},
    )
    write_manifest(context.services.storage, manifest)


def _with_files(plan: PartitionVersion, files: Sequence[WrittenFile]) -> PartitionVersion:
    mine = tuple(file for file in files if file.partition == plan.partition)
    return PartitionVersion(plan.table, plan.partition, plan.version, mine)
