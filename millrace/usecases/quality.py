"""Quality rules outside of runs: check a table with a rule file, explain the file, suggest a first one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from millrace.athena_sql.ports import Column, ParquetData, RawData, Statement, TableData
from millrace.errors import UsageError
from millrace.glue_workflow.quality import Action, RuleResult, Ruleset, StoredHistory, evaluate, parse, plan, suggest
from millrace.lake.keys import partition_of
from millrace.time_keys import parse_date

if TYPE_CHECKING:
    from millrace.infra.runtime.base import Runtime


@dataclass(frozen=True)
class RuleFileCheck:
    """The results of a rule file on a table."""

    results: tuple[RuleResult, ...]

    @property
    def stopped(self) -> bool:
        """Whether these results would stop a run."""
        return any(result.action is Action.STOP for result in self.results)

    def rows(self) -> list[dict[str, Any]]:
        return [
            {
                "rule": result.rule,
                "verdict": result.verdict.value,
                "action": result.action.value,
                "value": result.value,
                "threshold": result.threshold,
                "failing_rows": result.failing_rows,
                "message": result.message,
            }
            for result in self.results
        ]


def check_file(runtime: Runtime, file: Path, table: str, partitions: Sequence[str]) -> RuleFileCheck:
    """A dry run of the quality gate: no result is stored, no row set aside.

    `now()` in a rule is the present time; dynamic thresholds are computed from the table's past runs.

    Raises DefinitionError for the file, UnknownName, BadTime, and UsageError for a table without partitions.
    """
    results = evaluate(
        _ruleset(file),
        engine=runtime.engine,
        table=table,
        columns=_columns(runtime, table),
        tables={table: _only(runtime, table, partitions)} if partitions else None,
        history=StoredHistory(runtime.runs, table),
        logical_time=runtime.clock.now(),
    )
    return RuleFileCheck(tuple(results))


def explain_file(runtime: Runtime, file: Path, table: str) -> str:
    """The statements that a check would run, in Athena's dialect, each under its title. Raises as `check_file` does."""
    planned = plan(_ruleset(file), table, _columns(runtime, table), logical_time=runtime.clock.now())
    return "\n\n".join(f"-- {statement.name}\n{statement.sql};" for statement in planned.statements)


def suggest_rules(runtime: Runtime, table: str) -> str:
    """A first rule file, which the table's current data passes."""
    return suggest(runtime.engine, table, _columns(runtime, table))


def write_rules(text: str, output: Path) -> None:
    """Raises UsageError for an existing file, which may have been edited by hand."""
    try:
        with output.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(f"{output} exists already.", hint="Give another name, or move the file away.") from None
    except OSError as error:
        raise UsageError(
            f"cannot write {output}: {error.strerror}.", hint="Check the folder and its permissions."
        ) from error


def _ruleset(file: Path) -> Ruleset:
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is not UTF-8 text.", hint="A rule file is text in DQDL.") from error
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}.", hint="Check the path.") from error
    return parse(text, file.name)


def _columns(runtime: Runtime, table: str) -> Sequence[Column]:
    declared = runtime.tables.columns(table) if table in runtime.tables.names() else ()
    return declared or runtime.engine.query(Statement(table, f"SELECT * FROM {table} LIMIT 0")).columns


def _only(runtime: Runtime, table: str, partitions: Sequence[str]) -> TableData:
    days = {parse_date(one).isoformat() for one in partitions}
    match runtime.tables.table(table):
        case ParquetData(partitioned=True) as data:
            return replace(data, files=tuple(file for file in data.files if file.partition in days))
        case RawData() as data:
            return replace(data, keys=tuple(key for key in data.keys if partition_of(key)["dt"] in days))
    raise UsageError(f"{table} has no partitions to choose from.", hint="Leave --partition out.")
