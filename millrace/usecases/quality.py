"""Quality rules outside of runs: check a table with a rule file, explain the file, suggest a first one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from millrace.athena_sql.ports import Column, ParquetData, RawData, Statement, TableData
from millrace.errors import UsageError
from millrace.glue_workflow.quality import (
    Action,
    RuleResult,
    Ruleset,
    StoredPartitionedHistory,
    evaluate_by_partition,
    only_partitions,
    parse,
    partitions_of,
    plan,
    suggest,
)
from millrace.time_keys import parse_date

if TYPE_CHECKING:
    from millrace.infra.runtime.base import Runtime


@dataclass(frozen=True)
class RuleFileCheck:
    """The results of a rule file on each partition of a table; "" is the partition of a table without partitions."""

    results: Mapping[str, Sequence[RuleResult]]

    @property
    def stopped(self) -> bool:
        """Whether these results would hold a partition."""
        return any(result.action is Action.STOP for some in self.results.values() for result in some)

    def rows(self) -> list[dict[str, Any]]:
        return [
            {
                **({"partition": partition} if partition else {}),
                "rule": result.rule,
                "verdict": result.verdict.value,
                "action": result.action.value,
                "value": result.value,
                "threshold": result.threshold,
                "failing_rows": result.failing_rows,
                "message": result.message,
            }
            for partition, results in self.results.items()
            for result in results
        ]


def check_file(runtime: Runtime, file: Path, table: str, partitions: Sequence[str]) -> RuleFileCheck:
    """A dry run of the quality gate: no result is stored, no row set aside.

    `now()` in a rule is the present time; dynamic thresholds are computed from the partitions before each one.

    Raises DefinitionError for the file, UnknownName, BadTime, and UsageError for a table without partitions.
    """
    ruleset, columns, data = _ruleset(file), _columns(runtime, table), runtime.tables.table(table)
    wanted = {parse_date(one).isoformat() for one in partitions}
    if wanted:
        data = _only(table, data, wanted)
    results = evaluate_by_partition(
        ruleset,
        engine=runtime.readers_engine(),
        table=table,
        columns=columns,
        data=data,
        partitions=sorted(wanted) or partitions_of(data) or ("",),
        history=StoredPartitionedHistory(runtime.runs, table, lambda: runtime.catalog.current(table)),
        logical_time=runtime.clock.now(),
    )
    return RuleFileCheck(results)


def explain_file(runtime: Runtime, file: Path, table: str) -> str:
    """The statements that a check would run, in Athena's dialect, each under its title. Raises as `check_file` does."""
    ruleset, columns = _ruleset(file), _columns(runtime, table)
    partitioned = bool(partitions_of(runtime.tables.table(table)))
    planned = plan(ruleset, table, columns, logical_time=runtime.clock.now(), partitioned=partitioned)
    return "\n\n".join(f"-- {statement.name}\n{statement.sql};" for statement in planned.statements)


def suggest_rules(runtime: Runtime, table: str) -> str:
    """A first rule file, which the table's current data passes."""
    return suggest(runtime.readers_engine(), table, _columns(runtime, table))


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
    return declared or runtime.readers_engine().query(Statement(table, f"SELECT * FROM {table} LIMIT 0")).columns


def _only(table: str, data: TableData, partitions: Collection[str]) -> TableData:
    match data:
        case ParquetData(partitioned=True) | RawData():
            return only_partitions(data, partitions)
    raise UsageError(f"{table} has no partitions to choose from.", hint="Leave --partition out.")
