"""Commands for the versions of tables: list them, roll back, reprocess, and remove old ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from millrace.cli.terminal.options import Format, FormatOption, HomeOption, StageLakeOption, on_stage, open_existing

if TYPE_CHECKING:
    from millrace.glue_workflow.ports import JobRecord
    from millrace.glue_workflow.versions.rollback import RollbackPlan

TableArgument = Annotated[str, typer.Argument(help="A table, such as prod.taxi_availability.", metavar="TABLE")]
ReprocessedSource = Annotated[str, typer.Argument(help="A source: taxi_availability or polls.", metavar="SOURCE")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")]


def versions(
    table: TableArgument,
    partition: Annotated[str | None, typer.Option("--partition", help="Only this date.", metavar="DATE")] = None,
    home: HomeOption = None,
    stage: StageLakeOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """List the versions of a table: the run that made each, which one readers see, and which a rollback may show.

    Example: [bold]millrace versions prod.taxi_availability --partition 2024-05-30[/bold]

    Of a stage: [bold]millrace versions prod.taxi_availability --partition 2024-05-30 --stage dev[/bold]
    """
    from millrace.cli.terminal.output import print_rows
    from millrace.glue_workflow.versions.listing import VERSION_COLUMNS
    from millrace.usecases.versions import version_rows

    with open_existing(home, stage) as runtime:
        rows = version_rows(runtime, table, partition)
    print_rows(rows, form, columns=VERSION_COLUMNS, title=f"versions of {table}")


def rollback(
    table: TableArgument,
    partition: Annotated[str, typer.Option("--partition", help="The date to roll back.", metavar="DATE")],
    to: Annotated[
        str | None, typer.Option("--to", help="The run to go back to. Default: the previous one.", metavar="RUN")
    ] = None,
    dry_run: DryRunOption = False,
    release: Annotated[bool, typer.Option("--release", help="End the rollback: the next run publishes again.")] = False,
    home: HomeOption = None,
    stage: StageLakeOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Roll a partition back to an earlier version, in all tables of the workflow together.

    The rollback stays until a run brings new data for the partition, or until --release.

    Example: [bold]millrace rollback prod.taxi_availability --partition 2024-05-30 --dry-run[/bold]

    Of a stage: [bold]millrace rollback prod.taxi_availability --partition 2024-05-30 --dry-run --stage dev[/bold]
    """
    from millrace.cli.terminal.output import print_rows, say
    from millrace.usecases.versions import release as release_partition
    from millrace.usecases.versions import roll_back

    def show(plan: RollbackPlan, rows: list[dict[str, Any]]) -> None:
        print_rows(rows, form, title=f"{plan.workflow} {plan.partition}: back to run {plan.run_id}")

    with open_existing(home, stage) as runtime:
        if release:
            say(release_partition(runtime, table, partition))
            return
        roll_back(runtime, table, partition, to, dry_run=dry_run, show=show)
    say("nothing was changed" if dry_run else "done: the rollback stays until new data arrives, or until --release")


def reprocess(
    source: ReprocessedSource,
    partition: Annotated[
        list[str] | None, typer.Option("--partition", help="Rebuild this date; may be repeated.", metavar="DATE")
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Rebuild every date that has raw objects, together.")] = False,
    dry_run: DryRunOption = False,
    yes: Annotated[bool, typer.Option("--yes", help="Publish without asking.")] = False,
    home: HomeOption = None,
    stage: StageLakeOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Rebuild staging and prod from raw, show the differences, and publish through the gate.

    Without a terminal to ask at, it publishes only with --yes.

    Example: [bold]millrace reprocess taxi_availability --partition 2024-05-30 --dry-run[/bold]

    Of a stage: [bold]millrace reprocess taxi_availability --partition 2024-05-30 --dry-run --stage dev[/bold]
    """
    from millrace.cli.terminal.output import is_interactive, print_rows, say
    from millrace.usecases.versions import reprocess as run_again

    asks = not yes and not dry_run and is_interactive()

    def decide(rows: list[dict[str, Any]]) -> bool:
        print_rows(rows, form, title=f"{source}: what readers see now, and what they would see")
        return typer.confirm("Publish this?", err=True) if asks else yes

    with open_existing(home, stage) as runtime:
        record, published = run_again(
            runtime,
            source,
            partition or [],
            full=full,
            dry_run=not (yes or asks) or dry_run,
            decide=decide,
            progress=_show_job,
        )
    if record.error:
        say(f"not published: {record.error}")
        raise typer.Exit(1)
    say(
        f"published by run {record.run_id}"
        if published
        else "nothing was published; give the command again with --yes and without --dry-run"
    )
    if record.held:
        show = f"millrace runs show {record.run_id}{on_stage(stage)}"
        say(f"not published: {', '.join(record.held)} fail the quality gate. See {show}.")
        raise typer.Exit(1)


def vacuum(
    dry_run: DryRunOption = False,
    home: HomeOption = None,
    stage: StageLakeOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Remove versions past their retention, output of dead runs, and objects that the catalog does not know.

    It never removes what readers see, what is pinned, or what a rollback may still need.

    Example: [bold]millrace vacuum --dry-run[/bold]

    Of a stage: [bold]millrace vacuum --dry-run --stage dev[/bold]
    """
    from millrace.cli.terminal.output import print_rows, say
    from millrace.usecases.versions import vacuum as clear

    with open_existing(home, stage) as runtime:
        rows = clear(runtime, dry_run=dry_run)
    print_rows(rows, form, columns=("reason", "table", "partition", "version", "objects", "bytes", "object"))
    total = sum(row["bytes"] for row in rows)
    say(f"{'would remove' if dry_run else 'removed'} {sum(row['objects'] for row in rows)} objects, {total:,} bytes")


def _show_job(job: JobRecord) -> None:
    from millrace.cli.terminal.output import say

    if job.finished_at is not None:
        say(f"  {job.job:<15} {job.state}")
