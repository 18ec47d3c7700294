"""Parity of engines: whether another engine gives the same rows as DuckDB.

Compared are the certified cases, the tables that all workflows build for one day, and the saved queries.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from millrace.athena_sql.portability.certified_cases import CASES
from millrace.athena_sql.portability.parity import Parity, check_cases, compare
from millrace.athena_sql.ports import Statement
from millrace.athena_sql.statements.saved_queries import NEWEST, SavedQuery
from millrace.athena_sql.statements.typed_parameters import typed_parameters
from millrace.athena_sql.tables import reads_datasets
from millrace.errors import JobError, UsageError
from millrace.infra.project.project import Project
from millrace.infra.runtime.local import LocalRuntime
from millrace.settings import EngineName, Settings
from millrace.time_keys import parse_every
from millrace.usecases.generate import generate
from millrace.usecases.polls import Advance
from millrace.usecases.runs import run_workflow

DAY = "2024-05-31"
_VIEWS = ("ops.polls", "ops.rows_set_aside")
_VERDICTS = 'SELECT "table", rule, value, threshold, verdict, action, failing_rows FROM ops.quality_results'


@dataclass(frozen=True)
class ComparedLakes:
    """Two lakes with the same raw data: DuckDB builds the tables of one, `engine` those of the other."""

    reference: LocalRuntime
    other: LocalRuntime
    engine: EngineName

    def run_workflows(self) -> Iterator[str]:
        """Runs every workflow in both lakes; yields its name each time. Raises JobError for a failed run."""
        for runtime, engine in ((self.reference, EngineName.DUCKDB), (self.other, self.engine)):
            for name in runtime.pipelines.workflows:
                record = run_workflow(runtime, name, [], full=False, progress=lambda _: None, engine=engine)
                if record.error:
                    raise JobError(f"{name} on {engine}: {record.error}")
                yield name

    def tables(self) -> Iterator[Parity]:
        """Compares, in DuckDB, every table as readers see it in both lakes, and the results of the quality gate."""
        for name in compared_tables(self.reference.project):
            yield self._compared("table", name, Statement(name, f"SELECT * FROM {name}"))
        yield self._compared("table", "ops.quality_results", Statement("ops.quality_results", _VERDICTS))

    def queries(self, day: str) -> Iterator[Parity]:
        """Compares both engines on every saved query and check over the reference lake."""
        engine = self.reference.engine_named(self.engine)
        for query in queries_and_checks(self.reference.project):
            parameters = typed_parameters(
                {name: day if value == NEWEST else value for name, value in query.defaults.items()}
            )
            expected = self.reference.engine.query(query.statement, parameters)
            yield compare("query", query.label, expected, engine.query(query.statement, parameters))

    def _compared(self, kind: str, name: str, statement: Statement) -> Parity:
        return compare(kind, name, self.reference.engine.query(statement), self.other.engine.query(statement))


def compared_tables(project: Project) -> list[str]:
    return [*(name for workflow in project.pipelines.workflows.values() for name in workflow.tables), *_VIEWS]


def queries_and_checks(project: Project) -> list[SavedQuery]:
    """Those that read what runs make: of datasets there are no files in these lakes."""
    return [one for one in (*project.queries(), *project.checks()) if not reads_datasets(one.statement.sql)]


def verify(project: Project, engine: EngineName, folder: Path, *, every: str, advance: Advance) -> list[Parity]:
    """Every comparison, in two simulated lakes below `folder`, of one day with a snapshot `every` interval.

    Raises UsageError for DuckDB itself and an engine that cannot be started, BadTime, and JobError for a failed run.
    """
    parse_every(every)
    if engine is EngineName.DUCKDB:
        raise UsageError("DuckDB is what other engines are compared with.", hint="Give --engine spark.")
    with ExitStack() as opened:
        homes = (Settings(home=folder / name, feed="simulated") for name in ("reference", "other"))
        reference, other = (opened.enter_context(LocalRuntime(settings, project=project)) for settings in homes)
        lakes = ComparedLakes(reference, other, engine)
        steps = len(CASES) + 2 * len(project.pipelines.workflows) + len(compared_tables(project)) + 1
        steps += len(queries_and_checks(project))
        found: list[Parity] = []
        for done, step in enumerate(_steps(lakes, every), start=1):
            advance(done, steps)
            if isinstance(step, Parity):
                found.append(step)
    return found


def parity_row(parity: Parity) -> dict[str, object]:
    return {
        "kind": parity.kind,
        "name": parity.name,
        "rows": parity.rows,
        "equal": parity.equal,
        "difference": parity.difference,
    }


def _steps(lakes: ComparedLakes, every: str) -> Iterator[Parity | str]:
    yield from check_cases(lakes.other.engine_named(lakes.engine))
    for runtime in (lakes.reference, lakes.other):
        generate(runtime, 1, DAY, seed=1, every=every, advance=lambda done, of: None)
    yield from lakes.run_workflows()
    yield from lakes.tables()
    yield from lakes.queries(DAY)
