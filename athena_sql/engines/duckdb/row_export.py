"""Rows that DuckDB reads, written to a file or a pipe while they are read.

Each engine's export ends here, so a value has the same text whichever engine computed it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from duckdb import DuckDBPyConnection

from millrace.athena_sql.engines.duckdb.fetch import executed
from millrace.athena_sql.engines.duckdb.row_files import columns_for, copy_options
from millrace.athena_sql.engines.duckdb.session import SessionLimits
from millrace.athena_sql.engines.row_files import write_rows
from millrace.athena_sql.engines.values import to_value
from millrace.athena_sql.ports import Column, RowFormat
from millrace.sql_quoting import literal

# Enough for what does not need to hold all rows; a query that needs more is given more. One thread writes rows as it
# reads them; several would hold back those that come too early, and take several times the memory for that.
EXPORT_LIMITS = SessionLimits(threads=1, memory="140MB")
_ROWS_PER_BATCH = 2048


def export_rows(session: DuckDBPyConnection, sql: str, columns: Sequence[Column], form: RowFormat, target: Path) -> int:
    """Runs `sql`, whose columns these are, once; returns the number of rows. The session may write the target."""
    selected = columns_for(form, columns)
    if selected is None:
        return _export_by_python(session, sql, columns, form, target)
    options = f"{copy_options(form, columns)}, USE_TMP_FILE false"
    copy = f"COPY (SELECT {selected} FROM ({sql})) TO {literal(str(target))} ({options})"
    return int(session.execute(copy).fetchall()[0][0])


def _export_by_python(
    session: DuckDBPyConnection, sql: str, columns: Sequence[Column], form: RowFormat, target: Path
) -> int:
    with target.open("w", newline="", encoding="utf-8") as file:
        executed(session, sql)
        batches = iter(lambda: session.fetchmany(_ROWS_PER_BATCH), [])
        return write_rows(columns, ([tuple(map(to_value, row)) for row in rows] for rows in batches), form, file)
