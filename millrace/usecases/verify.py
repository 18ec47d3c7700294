"""Whether another engine gives the rows that DuckDB gives: certified cases, the workflows on one day, saved queries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from millrace.athena_sql.portability.certified_cases import CASES
from millrace.athena_sql.portability.parity import Parity, check_cases, compare
from millrace.athena_sql.ports import Statement
from millrace.athena_sql.statements.saved_queries import CHECKS, NEWEST, QUERIES, SavedQuery, saved_queries
from millrace.dashboards.data.ad_hoc import typed_all
from millrace.errors import JobError, UsageError
from millrace.glue_workflow.definitions import workflows
from millrace.infra.runtime.local import LocalRuntime
from millrace.settings import EngineName, Settings
from millrace.time_keys import parse_every
from millrace.usecases.generate import generate
from millrace.usecases.runs import run_workflow

DAY = "2024-05-31"
_VIEWS = ("ops.polls", "ops.rows_set_aside")
_VERDICTS = 'SELECT "table", rule, value, threshold, verdict, action, failing_rows FROM ops.quality_results'

Advance = Callable[[int, int], None]


@dataclass(frozen=True)
class Lakes:
    """The same raw data twice: one lake for DuckDB, one for `engine`, which both sides read afterwards."""

    reference: LocalRuntime
    other: LocalRuntime
    engine: EngineName

    def run_workflows(self) -> Iterator[str]:
        """Every workflow in both; its name each time. Raises JobError with what a failed run said."""
        for runtime, engine in ((self.reference, EngineName.DUCKDB), (self.other, self.engine)):
            for name in workflows():
                record = run_workflow(runtime, name, [], full=False, progress=lambda _: None, engine=engine)
                if record.error:
                    raise JobError(f"{name} on {engine}: {record.error}")
                yield name

    def tables(self) -> Iterator[Parity]:
        """Every table of both lakes, as its readers see it, by DuckDB; and what the quality gate said."""
        for name in compared_tables():
            yield self._compared("table", name, Statement(name, f"SELECT * FROM {name}"))
        yield self._compared("table", "ops.quality_results", Statement("ops.quality_results", _VERDICTS))

    def queries(self, day: str) -> Iterator[Parity]:
        """Every saved query and check over the reference's lake, by both engines."""
        engine = self.reference.engine_named(self.engine)
        for query in saved():
            given = typed_all({name: day if value == NEWEST else value for name, value in query.defaults.items()})
            expected = self.reference.engine.query(query.statement, given)
            yield compare("query", query.name, expected, engine.query(query.statement, given))

    def _compared(self, kind: str, name: str, statement: Statement) -> Parity:
        return compare(kind, name, self.reference.engine.query(statement), self.other.engine.query(statement))


def compared_tables() -> list[str]:
    return [*(name for workflow in workflows().values() for name in workflow.tables), *_VIEWS]


def saved() -> list[SavedQuery]:
    return [*saved_queries(QUERIES), *saved_queries(CHECKS)]


def verify(engine: EngineName, *, every: str, advance: Advance) -> list[Parity]:
    """Everything that is compared. The lakes are simulated, of one day with a snapshot `every` so often, and temporary.

    Raises UsageError when there is nothing to compare with or an engine cannot be started, BadTime, and JobError when a
    run fails.
    """
    parse_every(every)
    if engine is EngineName.DUCKDB:
        raise UsageError("DuckDB is what the other engines are compared with.", hint="Give --engine spark.")
    with ExitStack() as opened:
        folder = Path(opened.enter_context(TemporaryDirectory(prefix="millrace-verify-")))
        homes = (Settings(home=folder / name, feed="simulated") for name in ("reference", "other"))
        reference, other = (opened.enter_context(LocalRuntime(settings)) for settings in homes)
        lakes = Lakes(reference, other, engine)
        steps = len(CASES) + 2 * len(workflows()) + len(compared_tables()) + 1 + len(saved())
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


def _steps(lakes: Lakes, every: str) -> Iterator[Parity | str]:
    yield from check_cases(lakes.other.engine_named(lakes.engine))
    for runtime in (lakes.reference, lakes.other):
        generate(runtime, 1, DAY, seed=1, every=every, advance=lambda done, of: None)
    yield from lakes.run_workflows()
    yield from lakes.tables()
    yield from lakes.queries(DAY)
