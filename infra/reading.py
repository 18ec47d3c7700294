"""What reads a lake: queries, the list of tables, the audit, the page."""

from __future__ import annotations

import csv
import uuid
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from athena_sql.ports import Result, Statement, WriteRequest
from glue_workflow.table_report import TableReport
from millrace.errors import UsageError
from millrace.ledger import AgeLimits, Ledger
from millrace.time_keys import parse_date

if TYPE_CHECKING:
    from infra.runtime import LocalRuntime

_NOT_SHOWN = {"lost", "unexplained", "quarantine_attempts", "in_flight_age", "pending_age"}


def run_query(runtime: LocalRuntime, sql: str) -> Result:
    """Raises QueryError, UnknownName."""
    return runtime.engine.query(Statement("your query", sql))


def write_query(runtime: LocalRuntime, sql: str, output: Path) -> int:
    """The number of rows written; the file is there whole, or not at all. Raises as run_query does, and UsageError."""
    writers = {".csv": _write_csv, ".json": _write_json, ".parquet": _write_parquet}
    if output.suffix not in writers:
        raise UsageError(f"cannot write {output.name!r}.", hint=f"The name ends in {', '.join(writers)}.")
    if not output.parent.is_dir():
        raise UsageError(f"there is no folder {str(output.parent)!r}.", hint="Make it first.")
    unfinished = output.with_name(f".{output.name}.{uuid.uuid4().hex[:8]}")
    try:
        rows = writers[output.suffix](runtime, sql, unfinished)
        unfinished.replace(output)
    finally:
        unfinished.unlink(missing_ok=True)
    return rows


def _write_csv(runtime: LocalRuntime, sql: str, target: Path) -> int:
    result = run_query(runtime, sql)
    with target.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(column.name for column in result.columns)
        writer.writerows(result.rows)
    return len(result.rows)


def _write_json(runtime: LocalRuntime, sql: str, target: Path) -> int:
    rows = run_query(runtime, sql).dicts()
    text = msgspec.json.format(msgspec.json.encode(rows, enc_hook=str), indent=1)
    target.write_bytes(text + b"\n")
    return len(rows)


def _write_parquet(runtime: LocalRuntime, sql: str, target: Path) -> int:
    """By the engine, which may write only inside the lake: into a place of its own there, then moved."""
    columns = runtime.engine.query(Statement("your query", f"SELECT * FROM ({sql}\n) AS q LIMIT 0")).columns
    prefix = f"exports/{uuid.uuid4().hex}/"
    try:
        files = runtime.engine.write(WriteRequest(Statement("your query", sql), columns, prefix, None))
        if not files:
            raise UsageError("the query has no rows, and a Parquet file without rows says nothing.")
        target.write_bytes(runtime.storage.get(files[0].key))
    finally:
        runtime.storage.delete([found.key for found in runtime.storage.list(prefix)])
    return sum(file.rows for file in files)


def list_tables(runtime: LocalRuntime) -> list[dict[str, Any]]:
    return TableReport(runtime.tables, runtime.engine, runtime.catalog, runtime.storage).summary()


def describe_table(runtime: LocalRuntime, name: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Its columns, and its partitions. Raises UnknownName."""
    report = TableReport(runtime.tables, runtime.engine, runtime.catalog, runtime.storage)
    return report.columns(name), report.partitions(name)


def audit_rows(
    runtime: LocalRuntime, partitions: Sequence[str], advance: Callable[[int, int], None]
) -> tuple[list[dict[str, Any]], list[str]]:
    """The ledgers as rows, and a line for each term that does not add up."""
    days = [parse_date(one).isoformat() for one in partitions]
    ledgers = list(runtime.audit(advance).ledgers(days))
    problems = [
        f"{ledger.source} {ledger.dt}: {imbalance.term}: {imbalance.message}"
        for ledger in ledgers
        for imbalance in ledger.imbalances(AgeLimits())
    ]
    return [_ledger_row(ledger) for ledger in ledgers], problems


def _ledger_row(ledger: Ledger) -> dict[str, Any]:
    terms = asdict(ledger)
    balances = not any(ledger.imbalances(AgeLimits()))
    return {**{term: terms[term] for term in terms if term not in _NOT_SHOWN}, "balances": balances}


def write_page(runtime: LocalRuntime, output: Path, day: str | None) -> None:
    """Raises BadTime and UsageError; a panel that cannot be filled says so inside the page."""
    from dashboards.panels import PANELS
    from dashboards.preview import PageContext, render

    if not output.parent.is_dir():
        raise UsageError(f"there is no folder {str(output.parent)!r}.", hint="Make it first.")
    latest = runtime.runs.runs(limit=1)
    newest = run_query(runtime, "SELECT max(observed_at) FROM prod.taxi_availability").rows[0][0]
    context = PageContext(
        lake=str(runtime.settings.home),
        feed=runtime.kind or "live",
        generated_at=runtime.clock.now(),
        zone=runtime.sources["taxi_availability"].timezone,
        newest_snapshot=newest.replace(tzinfo=UTC) if isinstance(newest, datetime) else None,
        last_run=latest[0] if latest else None,
    )
    html = render(PANELS, runtime.engine, day=parse_date(day) if day else None, context=context)
    output.write_text(html, encoding="utf-8")
