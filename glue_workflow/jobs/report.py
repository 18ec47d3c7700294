"""report: the job that publishes a saved query's rows of a day as CSV and Parquet.

    reports/<name>/dt=YYYY-MM-DD/run=<version>/<name>.csv
    reports/<name>/dt=YYYY-MM-DD/run=<version>/parquet/...
    reports/<name>/dt=YYYY-MM-DD/_current.json

The last one names the files that count, and is written when these are whole. It is replaced in one step, so a reader
who begins with it sees one version or the other; after that the other versions of the day are removed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import msgspec

from millrace.athena_sql.ports import (
    Column,
    Engine,
    Parameter,
    ParquetData,
    ParquetFile,
    Result,
    Statement,
    WriteRequest,
    WrittenFile,
)
from millrace.commit_points import CommitPoint
from millrace.errors import DefinitionError, RetryLater, SettingError
from millrace.glue_workflow.report_csv import csv_bytes
from millrace.glue_workflow.run.job_context import JobContext, JobResult
from millrace.glue_workflow.run_request import Only
from millrace.lake.keys import current_report, report_folder, report_version

QUERY, NAME, DAY = "query", "name", "day"
MOST_ROWS = 100_000  # they are in memory, as a job function has it; more than that is a table
_NESTED = ("array", "map", "struct", "row")
_READ = "report.written"


class CurrentReport(msgspec.Struct, frozen=True):
    """What `_current.json` says. `csv`, `parquet`: keys in the lake; a report without rows has no Parquet file."""

    csv: str
    parquet: list[str]
    rows: int


def run(context: JobContext) -> JobResult:
    """The report of yesterday, or of the days that the run is asked for."""
    report = _Report(context, str(context.job.parameters.get(NAME, context.job.parameters[QUERY])))
    made = {day.isoformat(): report.publish(day) for day in _days(context)}
    rows = sum(one.rows for one in made.values())
    return JobResult({"days": list(made), "csv": [one.csv for one in made.values()], "rows": rows}, rows=rows)


def _days(context: JobContext) -> list[date]:
    match context.request.wanted:
        case Only(partitions):
            return [date.fromisoformat(one) for one in partitions]
    return [context.logical_time.astimezone(context.workflow.timezone).date() - timedelta(days=1)]


@dataclass(frozen=True)
class _Report:
    context: JobContext
    name: str

    def publish(self, day: date) -> CurrentReport:
        storage, dt = self.context.services.storage, day.isoformat()
        prefix = report_version(self.name, dt, self.context.version)
        current = self._written(prefix, day)
        self.context.services.reached(CommitPoint.REPORT_WRITTEN)
        pointer = current_report(self.name, dt)
        storage.put(pointer, msgspec.json.encode(current))
        self.context.services.reached(CommitPoint.REPORT_PUBLISHED)
        others = [found.key for found in storage.list(report_folder(self.name, dt))]
        storage.delete([key for key in others if key != pointer and not key.startswith(prefix)])
        self.context.log(f"{dt}: {current.rows} rows in {storage.location(current.csv)}")
        return current

    def _written(self, prefix: str, day: date) -> CurrentReport:
        engine, storage = self._engine, self.context.services.storage
        statement, parameters = self._query(day)
        result = engine.query(statement, parameters)
        _require_flat(statement, result)
        files = engine.write(
            WriteRequest(statement, result.columns, f"{prefix}parquet/", partitions=None, parameters=parameters)
        )
        storage.seal([one.key for one in files])
        self._require_same(result, files)
        csv = f"{prefix}{self.name}.csv"
        storage.put(csv, csv_bytes(result))
        return CurrentReport(csv, [one.key for one in files], len(result.rows))

    def _query(self, day: date) -> tuple[Statement, dict[str, Parameter]]:
        queries = self.context.services.queries
        if queries is None:
            raise SettingError("there are no saved queries here.", hint="Give JobServices `queries`.")
        statement, defaults = queries(str(self.context.job.parameters[QUERY]))
        own: Mapping[str, Parameter] = {
            name: value for name, value in self.context.job.parameters.items() if name not in (QUERY, NAME)
        }
        return statement, {**defaults, **own, DAY: day}

    def _require_same(self, result: Result, files: Sequence[WrittenFile]) -> None:
        """Raises RetryLater where data came between the two queries, so that CSV and Parquet have other rows."""
        written = Counter[tuple[str, ...]]()
        if files:
            data = ParquetData(result.columns, self._places(files), partitioned=False)
            read = self._engine.query(Statement(_READ, f"SELECT * FROM {_READ}"), None, {_READ: data})
            written.update(tuple(map(repr, row)) for row in read.rows)
        if written != Counter(tuple(map(repr, row)) for row in result.rows):
            raise RetryLater(f"the data of {self.name} changed while it was read.", hint="Run the workflow again.")

    @property
    def _engine(self) -> Engine:
        services = self.context.services
        return services.reader() if services.reader is not None else services.engine

    def _places(self, files: Sequence[WrittenFile]) -> tuple[ParquetFile, ...]:
        return tuple(ParquetFile(self.context.services.storage.location(one.key)) for one in files)


def _require_flat(statement: Statement, result: Result) -> None:
    nested: list[Column] = [one for one in result.columns if one.type.startswith(_NESTED)]
    if nested:
        raise DefinitionError(
            f"{statement.name}: the column {nested[0].name} is nested ({nested[0].type}), which CSV cannot hold.",
            hint="Select its fields, or UNNEST it.",
        )
    if len(result.rows) > MOST_ROWS:
        raise DefinitionError(
            f"{statement.name}: the report has {len(result.rows):,} rows, and {MOST_ROWS:,} are the most.",
            hint="Let the query sum them up, or make a table of them.",
        )
