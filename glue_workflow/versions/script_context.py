"""What a script is given: the tables that it may read, as its run sees them, and the place for its rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from millrace.athena_sql.ports import Column, Frames, Parameter, Result, Statement, TableData
from millrace.athena_sql.tables import Script, tables_named
from millrace.errors import DefinitionError, UsageError
from millrace.glue_workflow.run.job_context import JobContext
from millrace.glue_workflow.workflow import JobParameter

_PARTITIONS = "partitions"
_FILE = "rows.parquet"


@dataclass
class ScriptContext:
    """One call of a script's `run`.

    `given`: the run's candidates, which are read in place of what readers see. `columns`: those that each row has.
    `prefix`: where the rows go; `keys` grows by the files that are there. `frames`: None without DataFrames.
    """

    job: JobContext
    script: Script
    partitions: tuple[date, ...]
    columns: tuple[Column, ...]
    given: Mapping[str, TableData]
    prefix: str
    frames: Frames | None = None
    keys: list[str] = field(default_factory=list)

    @property
    def run_id(self) -> str:
        return self.job.run_id

    @property
    def parameters(self) -> Mapping[str, JobParameter]:
        """`[jobs.NAME.parameters]` of the workflow's definition file."""
        return self.job.job.parameters

    @property
    def log(self) -> Callable[[str], None]:
        """Adds a line to the job's log."""
        return self.job.log

    @property
    def spark(self) -> Any:
        """The SparkSession. Raises UsageError where the jobs' engine is another one."""
        return self._frames.session

    def read(self, table: str) -> Result:
        """The rows of a table: of the run's partitions only, where it is stored by date."""
        return self.sql(self._select(table))

    def sql(self, text: str, **parameters: Parameter) -> Result:
        """The rows of a SELECT in Athena's dialect, over the tables in READS. It may use `:partitions`."""
        statement, bound = self._statement(text, parameters)
        return self.job.services.engine.query(statement, bound, self.given)

    def frame(self, table: str) -> Any:
        """As `read`, as a DataFrame of Spark. Raises UsageError where the jobs' engine is another one."""
        statement, bound = self._statement(self._select(table), {})
        return self._frames.read(statement, bound, self.given)

    def write(self, rows: object) -> None:
        """Add rows: dicts with a value for each declared column and `dt`, or a table or DataFrame with these columns.

        Raises DefinitionError for other columns, and for values of other types.
        """
        part = f"{self.prefix}part={len(self.keys)}/"
        if self.frames and hasattr(rows, "sparkSession"):
            self.keys += [file.key for file in self.frames.write(rows, self.columns, part)]
            return
        write = self.job.services.given_rows
        if write is None:
            raise UsageError("rows of scripts cannot be written here.", hint="Give JobServices `given_rows`.")
        with TemporaryDirectory(prefix="millrace-script-") as folder:
            file = Path(folder) / _FILE
            if write(rows, self.columns, file):
                self.job.services.storage.put(part + _FILE, file.read_bytes())
                self.keys.append(part + _FILE)

    @property
    def _frames(self) -> Frames:
        if self.frames is None:
            hint = "Start the run with --engine spark, or use read() and sql()."
            raise UsageError("this run's engine has no DataFrames.", hint=hint)
        return self.frames

    def _select(self, table: str) -> str:
        name = ".".join(table.split(".")[:2])
        by_date = {one.name for one in self.job.services.pipelines.tables if one.partitioned}
        where = f" WHERE dt IN (:{_PARTITIONS})" if name in by_date or name.startswith("raw.") else ""
        return f"SELECT * FROM {table}{where}"

    def _statement(self, text: str, parameters: Mapping[str, Parameter]) -> tuple[Statement, dict[str, Parameter]]:
        if unknown := sorted(tables_named(text) - self.script.reads):
            raise DefinitionError(f"READS does not name {unknown[0]}.", hint=f'Add "{unknown[0]}" to READS.')
        own: dict[str, Sequence[date]] = {_PARTITIONS: self.partitions} if f":{_PARTITIONS}" in text else {}
        return Statement(f"jobs.{self.script.name}", text), {**own, **parameters}
