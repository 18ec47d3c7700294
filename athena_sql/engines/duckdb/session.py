"""A DuckDB session that is confined to the lake's folder: no other file, no extension, no change of a setting."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import duckdb

from millrace.athena_sql.portability.dialect import DUCKDB_SESSION
from millrace.sql_quoting import literal

DEFAULT_MEMORY = "700MB"
MAXIMUM_THREADS = 8  # each thread needs a share of the memory
_SPILL_FOLDER = ".spill"


@dataclass(frozen=True)
class SessionLimits:
    """`threads`: None for the number of processors, at most 8. `memory` in DuckDB's notation."""

    threads: int | None = None
    memory: str = DEFAULT_MEMORY

    @property
    def thread_count(self) -> int:
        return self.threads or min(os.cpu_count() or 1, MAXIMUM_THREADS)


def open_session(root: Path, limits: SessionLimits, *, ordered: bool) -> duckdb.DuckDBPyConnection:
    """`ordered`: without ORDER BY, rows come in the order of the files. That costs memory, so writes do without."""
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
            "enable_external_file_cache": False,  # the operating system caches files
            "python_enable_replacements": False,
        },
    )
    for name, value in DUCKDB_SESSION.items():
        connection.execute(f"SET GLOBAL {name} = {literal(str(value))}")
    connection.execute(f"SET GLOBAL allowed_directories = [{literal(str(root))}]")
    connection.execute("SET GLOBAL enable_external_access = false")
    connection.execute("SET GLOBAL lock_configuration = true")
    return connection
