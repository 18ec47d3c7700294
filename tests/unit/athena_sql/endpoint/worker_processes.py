"""The worker processes of an endpoint, as the system lists them."""

from __future__ import annotations

import time
from pathlib import Path

_STATE, _PARENT, _CPU = 0, 1, slice(11, 13)  # among the fields of /proc/<pid>/stat that follow the name
_MODULE = b"millrace.athena_sql.engines.duckdb.processes.worker"


def workers_of(parent: int) -> list[int]:
    """The process ids of the workers that this process has started."""
    pids = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    return [pid for pid in pids if is_worker(pid) and _stat(pid)[_PARENT] == f"{parent}"]


def is_worker(pid: int) -> bool:
    try:
        return _MODULE in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def wait_until_ended(pids: list[int], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while any(_stat(pid)[_STATE] not in ("", "Z") for pid in pids):
        assert time.monotonic() < end, "these workers have not ended"
        time.sleep(0.01)


def wait_until_at_work(pid: int, seconds: float = 30.0) -> None:
    """Until it has used a tenth of a second of processor time: it does more than plan a query."""
    end, before = time.monotonic() + seconds, _cpu(pid)
    while _cpu(pid) < before + 10:
        assert time.monotonic() < end, f"worker {pid} is not at work"
        time.sleep(0.01)


def peak(pid: int) -> int:
    """The most bytes of memory that it has had; 0 once it has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), 0)


def _stat(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ["", ""]


def _cpu(pid: int) -> int:
    """Its processor time, in hundredths of a second."""
    return sum(map(int, _stat(pid)[_CPU]))
