"""A DuckDB session that reaches the lake's folder and nothing else: no extension, no other file, no changed setting."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import duckdb

from millrace.athena_sql.engines.duckdb.table_data import literal
from millrace.athena_sql.portability.dialect import DUCKDB_SESSION

DEFAULT_MEMORY = "700MB"
MAXIMUM_THREADS = 8  # each needs a share of the memory
_SPILL_FOLDER = ".spill"


@dataclass(frozen=True)
class SessionLimits:
    """`threads` None: as many as there are processors, up to 8. `memory` as DuckDB writes it."""

    threads: int | None = None
    memory: str = DEFAULT_MEMORY

    @property
    def thread_count(self) -> int:
        return self.threads or min(os.cpu_count() or 1, MAXIMUM_THREADS)


def open_session(root: Path, limits: SessionLimits, *, ordered: bool) -> duckdb.DuckDBPyConnection:
    """`ordered`: rows without ORDER BY come in the order of the files. Writing does without: it costs memory."""
    connection = duckdb.connect(
        ":memory:",
        config={
            "threads": limits.thread_count,
            "memory_limit": limits.memory,
            "temp_directory": str(root / _SPILL_FOLDER),
            "preserve_insertion_order": ordered,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
            "enable_external_file_cache": False,  # the system has one
            "python_enable_replacements": False,
        },
    )
    for name, value in DUCKDB_SESSION.items():
        connection.execute(f"SET GLOBAL {name} = {literal(str(value))}")
    connection.execute(f"SET GLOBAL allowed_directories = [{literal(str(root))}]")
    connection.execute("SET GLOBAL enable_external_access = false")
    connection.execute("SET GLOBAL lock_configuration = true")
    return connection
