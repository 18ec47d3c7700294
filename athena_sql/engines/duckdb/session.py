"""A DuckDB session that is confined to the lake's folder: no other file, no extension, no change of a setting."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from duckdb import DuckDBPyConnection

from millrace.athena_sql.engines.duckdb.session_spec import SessionSpec
from millrace.athena_sql.portability.dialect import DUCKDB_SESSION
from millrace.sql_quoting import literal

DEFAULT_MEMORY = "700MB"
MAX_THREADS = 8  # each thread needs a share of the memory
_SPILL_FOLDER = ".spill"


@dataclass(frozen=True)
class SessionLimits:
    """`threads`: None for the number of processors, at most 8. `memory` in DuckDB's notation."""

    threads: int | None = None
    memory: str = DEFAULT_MEMORY

    @property
    def thread_count(self) -> int:
        return self.threads or min(os.cpu_count() or 1, MAX_THREADS)


def session_spec(
    root: Path,
    limits: SessionLimits,
    *,
    ordered: bool,
    paths: Sequence[Path] = (),
    macros: Iterable[tuple[str, str]] = (),
) -> SessionSpec:
    """`ordered`: without ORDER BY, rows come in the order of the files. That costs memory, so writes do without.

    `paths`: the files outside the folder that the session may read and write. Where the folder cannot be written, what
    does not fit into memory goes to the system's folder of temporary files. `macros`: the head and the body of each.
    """
    return SessionSpec(
        {
            "threads": limits.thread_count,
            "memory_limit": limits.memory,
            "temp_directory": str(_spill_folder(root)),
            "preserve_insertion_order": ordered,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
            "enable_external_file_cache": False,  # the operating system caches files
            "python_enable_replacements": False,
            # ORDER BY with LIMIT would read a table twice and join the two: slower, and counted twice in a plan.
            "late_materialization_max_rows": 0,
        },
        (
            *(f"SET GLOBAL {name} = {literal(str(value))}" for name, value in DUCKDB_SESSION.items()),
            f"SET GLOBAL allowed_directories = [{literal(str(root))}]",
            f"SET GLOBAL allowed_paths = [{', '.join(literal(str(path)) for path in paths)}]",
            "SET GLOBAL enable_external_access = false",
            "SET GLOBAL lock_configuration = true",
            *(f"CREATE MACRO {head} AS {body}" for head, body in macros),
        ),
    )


def open_session(root: Path, limits: SessionLimits, *, ordered: bool, paths: Sequence[Path] = ()) -> DuckDBPyConnection:
    """A session in this process; for the parameters see `session_spec`."""
    return session_spec(root, limits, ordered=ordered, paths=paths).open()


def _spill_folder(root: Path) -> Path:
    if os.access(root, os.W_OK) or not root.exists():
        return root / _SPILL_FOLDER
    from tempfile import gettempdir  # it tries to write, so not for every session

    return Path(gettempdir()) / f"millrace{_SPILL_FOLDER}-{os.getpid()}"
