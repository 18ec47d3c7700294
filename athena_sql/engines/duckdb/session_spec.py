"""The specification of a DuckDB session: data only, so that a session can be opened in another process."""

from __future__ import annotations

import duckdb
import msgspec


class SessionSpec(msgspec.Struct, frozen=True):
    """`config` as duckdb.connect takes it; `statements` are run once, in this order."""

    config: dict[str, str | int | bool]
    statements: tuple[str, ...]

    def open(self) -> duckdb.DuckDBPyConnection:
        """A new session, in memory. Raises duckdb.Error."""
        connection = duckdb.connect(":memory:", config=dict(self.config))
        for statement in self.statements:
            connection.execute(statement)
        return connection
