"""Commands that run workflows, show runs and resume them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from millrace.cli.definitions.workflows import Drawing
from millrace.cli.terminal.options import (
    EngineOption,
    Format,
    FormatOption,
    HomeOption,
    StageLakeOption,
    on_stage,
    open_existing,
    open_runtime,
)
from millrace.errors import UsageError

if TYPE_CHECKING:
    from millrace.glue_workflow.ports import JobRecord, RunRecord
    from millrace.infra.runtime.base import Runtime
    from millrace.infra.runtime.service_logs import ServiceLog

WorkflowArgument = Annotated[str, typer.Argument(help="A workflow, such as taxi_availability.", metavar="WORKFLOW")]
RunArgument = Annotated[str, typer.Argument(help="A run's id, as `millrace runs` shows it.", metavar="ID")]

runs_app = typer.Typer()


def run(
    workflow: WorkflowArgument,
    partition: Annotated[
        list[str] | None, typer.Option("--partition", help="Rebuild this date; may be repeated.", metavar="DATE")
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Rebuild every partition that raw has.")] = False,
    engine: EngineOption = None,
    home: HomeOption = None,
    stage: StageLakeOption = None,
) -> None:
    """Run a workflow on the partitions touched since its last run: crawl, delete, create_parquet, quality_check, prod.

    One that a project composes of other jobs is run as its definition says; --partition is the day of its reports.

    Exit status 1 when the run fails, or when the quality gate holds a partition.

    Example: [bold]millrace run taxi_availability --partition 2024-05-30[/bold]

    Of a stage: [bold]millrace run taxi_availability --partition 2024-05-30 --stage dev[/bold]
    """
    from millrace.usecases.runs import run_workflow

    with open_runtime(home, stage) as runtime:
        _finish(run_workflow(runtime, workflow, partition or [], full=full, progress=_show_job, engine=engine), stage)


@runs_app.callback(invoke_without_command=True)
def runs(
    context: typer.Context,
    limit: Annotated[int, typer.Option(help="The number of runs.", min=1)] = 20,
    home: HomeOption = None,
    stage: StageLakeOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """List the runs on record, newest first.

    Example: [bold]millrace runs --limit 5 --format json[/bold]

    Of a stage: [bold]millrace runs --limit 5 --format json --stage dev[/bold]
    """
    if context.invoked_subcommand:
        return
    from millrace.cli.terminal.output import print_rows
    from millrace.usecases.runs import run_row

    with open_existing(home, stage) as runtime:
        rows = [run_row(record) for record in runtime.runs.runs(limit=limit)]
    columns = ["run_id", "workflow", "attempt", "state", "started_at", "seconds", "partitions", "held", "bytes_scanned"]
    print_rows(rows, form, columns=_shown(rows, columns))


@runs_app.command()
def show(
    run_id: RunArgument,
    job: Annotated[str, typer.Argument(help="With --logs: of this job.", metavar="[JOB]", show_default=False)] = "",
    logs: Annotated[
        bool, typer.Option("--logs", help="The log: of JOB, else of the job that failed, else of all.")
    ] = False,
    drawing: Annotated[
        Drawing | None, typer.Option("--as", help="Only the drawing: as lines, or as a Mermaid flowchart.")
    ] = None,
    home: HomeOption = None,
    stage: StageLakeOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show one run: each job's state, duration and rows, the drawing, the error of a failed job, and its code.

    --logs shows the messages that are kept of a job and, of a stage, what CloudWatch has of it: the last 500 lines.

    Example: [bold]millrace runs show 20240530T160000-1a2b[/bold]

    Its log: [bold]millrace runs show 20240530T160000-1a2b --logs crawl[/bold]

    Of a stage: [bold]millrace runs show 20240530T160000-1a2b --stage dev[/bold]
    """
    from millrace.cli.terminal.output import print_rows, say
    from millrace.usecases.runs import drawn_run, held_rows, job_row

    if job and not logs:
        raise UsageError(f"a job, {job}, is named without --logs.", hint=f"millrace runs show {run_id} --logs {job}")
    with open_existing(home, stage) as runtime:
        record = runtime.runs.run(run_id)
        jobs = runtime.runs.jobs(run_id)
        if logs:
            _show_logs(runtime, record, jobs, job, form)
            return
        if drawing:
            typer.echo(_drawn(record, drawn_run(runtime, record, jobs, drawing.value)))
            return
        held, drawn = held_rows(runtime, record), drawn_run(runtime, record, jobs)
    rows = [job_row(job) for job in jobs]
    columns = _shown(rows, list(rows[0] if rows else ()))
    print_rows(rows, form, columns=columns, title=f"{record.workflow} {record.run_id}: {record.state}")
    if drawn and form is Format.TABLE:
        typer.echo(drawn)
    by = f", in the execution {record.execution}" if record.execution else ""
    say(f"made by {record.code}{by}")
    for one in jobs:
        if one.error and form is Format.TABLE:
            say(f"{one.job} (attempt {one.attempt}): {one.error}\n{one.log}")
    for row in held:
        say(f"{row['partition']} is held: {row['rule']} ({row['message']})")


@runs_app.command()
def resume(
    run_id: RunArgument,
    yes: Annotated[bool, typer.Option("--yes", help="If it is a reprocess: publish without asking.")] = False,
    home: HomeOption = None,
    stage: StageLakeOption = None,
) -> None:
    """Resume a run that failed or died, from its first job that has not succeeded: the same partitions and engine.

    A reprocess asks again before it publishes; without a terminal to ask at, it needs --yes.

    A run of a state machine is resumed by a new execution of it, and one of a Glue workflow by a new run of that, where
    the machine or the workflow is still there.

    Example: [bold]millrace runs resume 20240530T160000-1a2b[/bold]

    Of a stage: [bold]millrace runs resume 20240530T160000-1a2b --stage dev[/bold]
    """
    from millrace.cli.terminal.output import is_interactive, print_rows, say
    from millrace.usecases.runs import resume_by_orchestrator, resume_run

    def decide(rows: list[dict[str, Any]]) -> bool:
        print_rows(rows, Format.TABLE, title="what readers see now, and what they would see")
        return yes or typer.confirm("Publish this?", err=True)

    with open_existing(home, stage) as runtime:
        if execution := resume_by_orchestrator(runtime, run_id):
            show = f"millrace runs show {run_id}{on_stage(stage)}"
            say(f"execution {execution} goes on with it; {show} says how far it is.")
            return
        asked = decide if yes or is_interactive() else None
        _finish(resume_run(runtime, run_id, progress=_show_job, decide=asked), stage)


def _drawn(run: RunRecord, drawn: str) -> str:
    if not drawn:
        raise UsageError(
            f"the project has no workflow {run.workflow} any more, so run {run.run_id} cannot be drawn.",
            hint=f"millrace runs show {run.run_id} lists its jobs.",
        )
    return drawn


def _show_logs(runtime: Runtime, run: RunRecord, records: list[JobRecord], name: str, form: Format) -> None:
    """`name`: of a job; "": as `logged_jobs` chooses. What is kept is shown first: CloudWatch may refuse to answer."""
    from millrace.cli.terminal.output import print_rows
    from millrace.usecases.runs import LOG_COLUMNS, job_log, kept_lines, logged_jobs

    chosen = logged_jobs(run, records, name)
    if form is not Format.TABLE:
        print_rows([row for job in chosen for row in job_log(runtime, run, job).rows()], form, columns=LOG_COLUMNS)
        return
    for job in chosen:
        typer.echo(f"{job.job} (attempt {job.attempt}): {job.state}")
        for line in kept_lines(job):
            typer.echo(line)
        _show_service(job_log(runtime, run, job).service)


def _show_service(found: ServiceLog | None) -> None:
    if found is None:
        return
    from millrace.cli.terminal.output import say

    if not found.lines:
        say(
            f"CloudWatch has no line of it in {', '.join(found.groups)}: a line comes some seconds after it was "
            "written, and is kept for as many days as the stage's log_days says."
        )
    if found.is_cut:
        say(f"These are the last {len(found.lines)} lines; there are earlier ones.")
    place = ""
    for line in found.lines:
        if line.place != place:
            place = line.place
            typer.echo(f"-- {place}")
        typer.echo(line.text)


_RARE = ("held", "bytes_scanned")  # only some engines bill by bytes


def _shown(rows: Sequence[Mapping[str, Any]], columns: list[str]) -> list[str]:
    """The columns, without those of _RARE that are empty throughout."""
    return [name for name in columns if name not in _RARE or any(row[name] for row in rows)]


def _show_job(job: JobRecord) -> None:
    from millrace.cli.terminal.interruption import interruption
    from millrace.cli.terminal.output import say

    interruption.message = (
        f"Readers see the old data or all of the new; go on with millrace runs resume {job.run_id}, or run again."
    )
    if job.finished_at is not None:
        seconds = (job.finished_at - job.started_at).total_seconds()
        lines = [line for line in job.log.splitlines() if not line.startswith("pass: ")]
        lines += [f"{job.bytes_scanned:,} bytes scanned"] if job.bytes_scanned else []
        summary = "; ".join(lines) or f"{job.rows or 0:,} rows"
        say(f"  {job.job:<15} {job.state:<10} {seconds:6.1f} s  {summary}")


def _finish(record: RunRecord, stage: str | None) -> None:
    from millrace.cli.terminal.output import say

    show = f"millrace runs show {record.run_id}{on_stage(stage)}"

    say(f"run {record.run_id} of {record.workflow}: {record.state}")
    if record.error:
        say(record.error)
        say(f"See {show}; after the fix, millrace runs resume {record.run_id}{on_stage(stage)}.")
        raise typer.Exit(1)
    if record.held:
        say(
            f"Held: {', '.join(record.held)}; the others are published. See {show}."
            f" When its data, rules or code change, a run tries it again:"
            f" millrace run {record.workflow}{on_stage(stage)}."
        )
        raise typer.Exit(1)
