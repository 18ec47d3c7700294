"""What reads a lake: queries, the list of tables, the audit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from millrace.athena_sql.statements.saved_queries import CHECKS, NEWEST, SavedQuery, saved_queries
from millrace.errors import UsageError
from millrace.time_keys import parse_date

if TYPE_CHECKING:
    from millrace.infra.runtime.base import Runtime

import csv
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from millrace.athena_sql.ports import Engine, Parameter, Result, Statement, WriteRequest
from millrace.errors import QueryError
from millrace.lake.storage import Storage

if TYPE_CHECKING:
    from millrace.infra.runtime.base import Runtime


def run_query(runtime: Runtime, sql: str, parameters: Mapping[str, Parameter] | None = None) -> Result:
    """Raises QueryError, UnknownName."""
    return runtime.engine.query(Statement("your query", sql), parameters)


def named_query(
    runtime: Runtime, name: str | None, sql: str | None, given: Sequence[str]
) -> tuple[str, dict[str, Parameter]]:
    """The SQL of a saved query, or the one that was written, with its parameters; `given` holds `name=value` texts.

    Raises UsageError, UnknownName.
    """
    from millrace.athena_sql.statements.saved_queries import NEWEST, saved_queries, saved_query
    from millrace.dashboards.data.ad_hoc import typed_all

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


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check's rows; those whose column `wrong` is true need a look."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: list[dict[str, Any]]

    @property
    def wrong(self) -> int:
        return sum(bool(row["wrong"]) for row in self.rows)

    def summary(self) -> dict[str, Any]:
        return {"check": self.name, "title": self.title, "rows": len(self.rows), "wrong": self.wrong}


def run_checks(runtime: Runtime, day: str | None) -> list[CheckResult]:
    """Every check of one day, by default the newest that readers see. Raises BadTime, UsageError for an empty lake."""
    wanted = parse_date(day) if day else None
    if wanted is None:
        published = [one.partition for one in runtime.catalog.current("prod.taxi_availability")]
        if not published:
            raise UsageError("nothing was published yet.", hint="Run a workflow: millrace run taxi_availability.")
        wanted = parse_date(published[-1])
    return [_answer(runtime, check, {"day": wanted}) for check in saved_queries(CHECKS)]


def _answer(runtime: Runtime, check: SavedQuery, parameters: dict[str, Any]) -> CheckResult:
    assert dict(check.defaults) == {"day": NEWEST}
    result = runtime.engine.query(check.statement, parameters)
    columns = tuple(column.name for column in result.columns)
    return CheckResult(check.name, check.title, columns, result.dicts())
