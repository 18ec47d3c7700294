"""The rows that a script makes, as files for the one statement that writes the version.

They are in a version of their own, `<version>.rows`, which is on record before the script begins: what is left of it
by a process that dies is removed as any candidate is.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

from millrace.athena_sql.ports import FrameEngine, ParquetData, ParquetFile, Statement, TableData
from millrace.athena_sql.tables import RUN_COLUMNS, Script, Table
from millrace.commit_points import CommitPoint
from millrace.errors import DefinitionError, MillraceError, QueryStopped, RetryLater, ScriptFailed
from millrace.glue_workflow.ports import PartitionVersion
from millrace.glue_workflow.run.job_context import JobContext
from millrace.glue_workflow.versions.script_context import ScriptContext
from millrace.lake.keys import version_prefix
from millrace.project.problems import line_in, problem_of
from millrace.project.python_files import load_python

Run = Callable[[Any], object]

_TABLE = "script.rows"


@dataclass(frozen=True, slots=True)
class RowsOfScript:
    """`statement` gives the table's rows, with :run_id and :loaded_at, from `data`, which it reads as `name`."""

    statement: Statement
    data: ParquetData
    name: str = _TABLE


@contextmanager
def rows_of_script(
    context: JobContext, table: Table, version: str, partitions: Sequence[str], given: Mapping[str, TableData]
) -> Iterator[RowsOfScript]:
    """Run a table's script; its rows are there inside the context. `given`: the run's candidates.

    Raises ScriptFailed, with the script's line.
    """
    assert table.script is not None
    services, own = context.services, {column.name for column in RUN_COLUMNS}
    rows = PartitionVersion(table.name, "", f"{version}.rows", ())
    prefix = version_prefix(rows.table, rows.version)
    columns = tuple(column for column in table.columns if column.name not in own)
    services.catalog.register([rows])
    try:
        days = tuple(map(date.fromisoformat, partitions))
        work = ScriptContext(context, table.script, days, columns, given, prefix)
        with _failures(table.script):
            _call(work)
        services.reached(CommitPoint.SCRIPT_ROWS_WRITTEN)
        files = tuple(ParquetFile(services.storage.location(key)) for key in work.keys)
        made = RowsOfScript(_statement(table), ParquetData(columns, files, partitioned=False))
        with _failures(table.script):
            _require_partitions(context, made, partitions)
        yield made
    finally:
        services.storage.delete([found.key for found in services.storage.list(prefix)])
        services.catalog.forget([rows])


@contextmanager
def importable(script: Script) -> Iterator[None]:
    """Inside the context, Python finds the modules of the script's wheels."""
    wheels = [str(wheel) for wheel in script.wheels]
    sys.path[:0] = wheels
    try:
        yield
    finally:
        for wheel in wheels:
            sys.path.remove(wheel)


def loaded(script: Script) -> Run:
    """The script's `run`. Raises DefinitionError without one, and whatever the file raises."""
    found = getattr(load_python(script.file, script.lib), "run", None)
    if not callable(found):
        raise DefinitionError("it has no function `run`.", hint="Define `def run(context):` in it.")
    run: Run = found
    return run


def _call(work: ScriptContext) -> None:
    engine = work.job.services.engine
    with importable(work.script), ExitStack() as stack:
        run = loaded(work.script)
        if isinstance(engine, FrameEngine):
            modules = _own_modules(work.script)
            work.frames = stack.enter_context(engine.frames(f"jobs.{work.script.name}", modules, work.script.jars))
        run(work)


def _own_modules(script: Script) -> list[ModuleType]:
    """The modules that came from the script, its project's shared ones and its wheels."""
    places = (str(script.file), f"{script.lib}/", *(f"{wheel}/" for wheel in script.wheels))
    return [one for one in list(sys.modules.values()) if (getattr(one, "__file__", None) or "").startswith(places)]


@contextmanager
def _failures(script: Script) -> Iterator[None]:
    try:
        yield
    except (RetryLater, QueryStopped):
        raise
    except SystemExit as error:
        line = line_in(script.file, error)
        raise _failed(script, line, f"SystemExit: {error.code}", "Return from `run` instead.") from error
    except Exception as error:
        hint = error.hint if isinstance(error, MillraceError) else "Correct the script there."
        problem = problem_of(script.name, script.file, error)
        raise _failed(script, problem.line or line_in(script.file, error), problem.message, hint) from error


def _failed(script: Script, line: int, message: str, hint: str) -> ScriptFailed:
    place = f"{_short(script.file)}, line {line}" if line else _short(script.file)
    return ScriptFailed(f"{place}: {message}", hint=hint)


def _short(file: Path) -> str:
    return f"{file.parent.name}/{file.name}"


def _statement(table: Table) -> Statement:
    own = {column.name for column in RUN_COLUMNS}
    selected = [f":{column.name} AS {column.name}" if column.name in own else column.name for column in table.columns]
    return Statement(table.name, f"SELECT {', '.join(selected)} FROM {_TABLE} WHERE dt IN (:partitions)")


def _require_partitions(context: JobContext, rows: RowsOfScript, partitions: Sequence[str]) -> None:
    """Raises DefinitionError for rows of other dates than those that the run builds."""
    found = context.services.engine.query(
        Statement(rows.statement.name, f"SELECT DISTINCT dt FROM {_TABLE}"), None, {_TABLE: rows.data}
    )
    days = {str(row[0]) for row in found.rows}
    if others := sorted(days - set(partitions)):
        raise DefinitionError(
            f"it gave rows of dt={others[0]}, which is not one of the run's partitions.",
            hint="Give rows of `context.partitions` only.",
        )
