"""Queries of a lake: SQL or a saved query, printed or written to a file; and the checks of an operator."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from millrace.athena_sql.engines.duckdb.pipe import PipeTo
from millrace.athena_sql.ports import Parameter, Result, RowFormat, Statement, StreamingEngine
from millrace.athena_sql.statements.saved_queries import NEWEST, SavedQuery
from millrace.errors import QueryError, UsageError
from millrace.infra.project.files import POLLS
from millrace.output_file import whole_file
from millrace.time_keys import parse_date

if TYPE_CHECKING:
    from millrace.infra.runtime.base import Runtime

_NAME = "your query"  # of the statement, in messages


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The rows of one check. Rows whose column `wrong` is true need attention."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: list[dict[str, Any]]

    @property
    def wrong(self) -> int:
        return sum(bool(row["wrong"]) for row in self.rows)

    def summary(self) -> dict[str, Any]:
        return {"check": self.name, "title": self.title, "rows": len(self.rows), "wrong": self.wrong}


def run_query(runtime: Runtime, sql: str, parameters: Mapping[str, Parameter] | None = None) -> Result:
    """Raises QueryError, UnknownName."""
    return runtime.readers_engine().query(Statement(_NAME, sql), parameters)


def named_query(
    runtime: Runtime, name: str | None, sql: str | None, assignments: Sequence[str]
) -> tuple[str, dict[str, Parameter]]:
    """The statement and parameters of a query, which is either saved under `name` or written as `sql`.

    `assignments` are texts such as `day=2024-05-30`. Raises UsageError, UnknownName, and QueryError in an empty lake.
    """
    from millrace.athena_sql.statements.typed_parameters import typed_parameters

    if (name is None) == (sql is None):
        known = ", ".join(query.name for query in runtime.project.queries())
        raise UsageError("a query is either SQL or --name.", hint=f"Give one of them. Saved queries: {known}.")
    if malformed := [one for one in assignments if "=" not in one]:
        raise UsageError(f"--param {malformed[0]!r} has no value.", hint="Write it as --param name=value.")
    values = dict(one.split("=", 1) for one in assignments)
    if name is None:
        return str(sql), typed_parameters(values)
    query = runtime.project.query(name)
    values = {**query.defaults, **values}
    if NEWEST in values.values():
        newest = _newest_day(runtime)
        if newest is None:
            raise QueryError(f"{name}: no day has data yet.", hint="Run a workflow, or name a day with --param.")
        values = {key: newest if value == NEWEST else value for key, value in values.items()}
    return query.statement.sql, typed_parameters(values)


@dataclass(frozen=True)
class LakeQuery:
    """A query of a lake as it was given: one SELECT with its parameters, and the engine that runs it.

    `limit`: the most rows.
    """

    engine: StreamingEngine
    sql: str
    parameters: Mapping[str, Parameter]
    limit: int | None = None

    def head(self, rows: int) -> tuple[Result, int]:
        """The first rows, and how many there are in all. Raises as `run_query` does."""
        return self.engine.head(self.statement, self.parameters, rows, self.limit)

    def write_file(self, output: Path) -> int:
        """Writes the rows to a file, completely or not at all, and returns their number.

        Raises as `run_query` does, and UsageError for a file that cannot be written.
        """
        formats = {f".{form}": form for form in (RowFormat.CSV, RowFormat.JSON, RowFormat.PARQUET)}
        if output.suffix not in formats:
            raise UsageError(
                f"cannot write {output.name!r}.", hint=f"Give a name that ends in one of {', '.join(formats)}."
            )
        with whole_file(output) as place:
            return self._export(formats[output.suffix], place)

    def write_to(self, descriptor: int, form: RowFormat) -> int:
        """Writes the rows to an open file, such as standard output, while they are computed; returns their number.

        Raises as `run_query` does, and BrokenPipeError if the reader has stopped.
        """
        with PipeTo(descriptor) as pipe:
            return self._export(form, pipe.path, pipe.is_untouched)

    def explain(self) -> str:
        """The engine's plan. Raises as `run_query` does."""
        return self.engine.explain(self.statement, self.parameters)

    @property
    def statement(self) -> Statement:
        return Statement(_NAME, self.sql)

    def _export(self, form: RowFormat, target: Path, is_untouched: Callable[[], bool] = lambda: True) -> int:
        return self.engine.export(self.statement, self.parameters, form, target, self.limit, is_untouched)


def parquet_bytes(engine: StreamingEngine, statement: Statement, parameters: Mapping[str, Parameter]) -> bytes:
    """A Parquet file of the statement's rows. Raises as the engine does."""
    with TemporaryDirectory(prefix="millrace-export-") as folder:
        target = Path(folder).resolve() / "rows.parquet"
        engine.export(statement, parameters, RowFormat.PARQUET, target)
        return target.read_bytes()


def run_checks(runtime: Runtime, day: str | None) -> list[CheckResult]:
    """Every check for one day, by default the newest that readers see; of each source that has been published.

    Raises BadTime, UsageError for an empty lake.
    """
    wanted = parse_date(day) if day else None
    if wanted is None:
        newest = _newest_day(runtime)
        if newest is None:
            names = [one for one in runtime.pipelines.refinements if one != POLLS]
            hint = f"Run a workflow: {' or '.join(f'millrace run {name}' for name in names)}."
            raise UsageError("nothing has been published yet.", hint=hint)
        wanted = parse_date(newest)
    published = {one.source for one in runtime.pipelines.refinements.values() if runtime.catalog.current(one.staging)}
    checks = [one for one in runtime.project.checks() if not one.source or one.source in published]
    return [
        _check_result(runtime, list(same), wanted.isoformat()) for _, same in groupby(checks, key=lambda one: one.name)
    ]


def _newest_day(runtime: Runtime) -> str | None:
    from millrace.glue_workflow.newest import newest_day

    return newest_day(runtime.pipelines, runtime.catalog)


def _check_result(runtime: Runtime, checks: Sequence[SavedQuery], day: str) -> CheckResult:
    """The rows of one check, of all its sources."""
    from millrace.athena_sql.statements.typed_parameters import typed_parameters

    rows: list[dict[str, Any]] = []
    for check in checks:
        values = {name: day if value == NEWEST else value for name, value in check.defaults.items()}
        result = runtime.readers_engine().query(check.statement, typed_parameters(values))
        rows += result.dicts()
    return CheckResult(check.name, check.title, tuple(column.name for column in result.columns), rows)
