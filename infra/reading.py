"""What reads a lake: queries, the list of tables, the audit."""

from __future__ import annotations

import csv
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from millrace.athena_sql.ports import Engine, Parameter, Result, Statement, WriteRequest
from millrace.errors import QueryError, UsageError
from millrace.lake.storage import Storage
from millrace.time_keys import parse_date

if TYPE_CHECKING:
    from millrace.glue_workflow.table_report import TableReport
    from millrace.infra.runtime_base import Runtime
    from millrace.ledger import Ledger

_NOT_SHOWN = {"lost", "unexplained", "quarantine_attempts", "in_flight_age", "pending_age"}


def run_query(runtime: Runtime, sql: str, parameters: Mapping[str, Parameter] | None = None) -> Result:
    """Raises QueryError, UnknownName."""
    return runtime.engine.query(Statement("your query", sql), parameters)


def named_query(
    runtime: Runtime, name: str | None, sql: str | None, given: Sequence[str]
) -> tuple[str, dict[str, Parameter]]:
    """The SQL of a saved query, or the one that was written, with its parameters; `given` holds `name=value` texts.

    Raises UsageError, UnknownName.
    """
    from millrace.athena_sql.saved_queries import NEWEST, saved_queries, saved_query
    from millrace.dashboards.ad_hoc import typed_all

    if (name is None) == (sql is None):
        known = ", ".join(query.name for query in saved_queries())
        raise UsageError("a query is either SQL or --name.", hint=f"Saved queries: {known}.")
    if malformed := [one for one in given if "=" not in one]:
        raise UsageError(f"--param {malformed[0]!r} has no value.", hint="Write it as --param name=value.")
    values = dict(one.split("=", 1) for one in given)
    if name is None:
        return str(sql), typed_all(values)
    query = saved_query(name)
    values = {**query.defaults, **values}
    if NEWEST in values.values():
        newest = [one.partition for one in runtime.catalog.current("prod.taxi_availability") if one.rows][-1:]
        if not newest:
            raise QueryError(f"{name}: there is no newest day yet.", hint="Run a workflow, or name a day with --param.")
        values = {key: newest[0] if value == NEWEST else value for key, value in values.items()}
    return query.statement.sql, typed_all(values)


def write_query(runtime: Runtime, sql: str, output: Path, parameters: Mapping[str, Parameter] | None = None) -> int:
    """The number of rows written; the file is there whole, or not at all. Raises as run_query does, and UsageError."""
    writers = {".csv": _write_csv, ".json": _write_json, ".parquet": _write_parquet}
    if output.suffix not in writers:
        raise UsageError(f"cannot write {output.name!r}.", hint=f"The name ends in {', '.join(writers)}.")
    if not output.parent.is_dir():
        raise UsageError(f"there is no folder {str(output.parent)!r}.", hint="Make it first.")
    unfinished = output.with_name(f".{output.name}.{uuid.uuid4().hex[:8]}")
    try:
        rows = writers[output.suffix](runtime, sql, unfinished, parameters or {})
        unfinished.replace(output)
    finally:
        unfinished.unlink(missing_ok=True)
    return rows


def _write_csv(runtime: Runtime, sql: str, target: Path, parameters: Mapping[str, Parameter]) -> int:
    result = run_query(runtime, sql, parameters)
    with target.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(column.name for column in result.columns)
        writer.writerows(result.rows)
    return len(result.rows)


def _write_json(runtime: Runtime, sql: str, target: Path, parameters: Mapping[str, Parameter]) -> int:
    rows = run_query(runtime, sql, parameters).dicts()
    text = msgspec.json.format(msgspec.json.encode(rows, enc_hook=str), indent=1)
    target.write_bytes(text + b"\n")
    return len(rows)


def _write_parquet(runtime: Runtime, sql: str, target: Path, parameters: Mapping[str, Parameter]) -> int:
    content, rows = export_parquet(runtime.engine, runtime.storage, Statement("your query", sql), parameters)
    target.write_bytes(content)
    return rows


def export_parquet(
    engine: Engine, storage: Storage, statement: Statement, parameters: Mapping[str, Parameter]
) -> tuple[bytes, int]:
    """A Parquet file and its rows, by the engine, which may write only inside the lake: into a place that goes at once.

    Raises as the engine does, and UsageError for a statement without rows.
    """
    empty = Statement(statement.name, f"SELECT * FROM ({statement.sql}\n) AS q LIMIT 0")
    columns = engine.query(empty, parameters).columns
    prefix = f"exports/{uuid.uuid4().hex}/"
    try:
        files = engine.write(WriteRequest(statement, columns, prefix, None, parameters))
        if not files:
            raise UsageError("the query has no rows, and a Parquet file without rows says nothing.")
        return storage.get(files[0].key), sum(file.rows for file in files)
    finally:
        storage.delete([found.key for found in storage.list(prefix)])


def list_tables(runtime: Runtime) -> list[dict[str, Any]]:
    return _report(runtime).summary()


def describe_table(runtime: Runtime, name: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Its columns, and its partitions. Raises UnknownName."""
    report = _report(runtime)
    return report.columns(name), report.partitions(name)


def _report(runtime: Runtime) -> TableReport:
    from millrace.glue_workflow.table_report import TableReport

    return TableReport(runtime.tables, runtime.engine, runtime.catalog, runtime.storage)


def audit_rows(
    runtime: Runtime, partitions: Sequence[str], advance: Callable[[int, int], None]
) -> tuple[list[dict[str, Any]], list[str]]:
    """The ledgers as rows, and a line for each term that does not add up."""
    from millrace.ledger import AgeLimits

    days = [parse_date(one).isoformat() for one in partitions]
    found = [(ledger, list(ledger.imbalances(AgeLimits()))) for ledger in runtime.audit(advance).ledgers(days)]
    problems = [
        f"{ledger.source} {ledger.dt}: {imbalance.term}: {imbalance.message}"
        for ledger, imbalances in found
        for imbalance in imbalances
    ]
    return [_ledger_row(ledger, balances=not imbalances) for ledger, imbalances in found], problems


def _ledger_row(ledger: Ledger, *, balances: bool) -> dict[str, Any]:
    terms = asdict(ledger)
    return {**{term: terms[term] for term in terms if term not in _NOT_SHOWN}, "balances": balances}
