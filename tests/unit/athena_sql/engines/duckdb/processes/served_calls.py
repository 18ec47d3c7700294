"""Calls that do what no query should, for the tests of worker processes."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any, ClassVar

from millrace.athena_sql.engines.duckdb.processes.calls import WorkerCall, WorkerSession
from millrace.errors import StatementFailed


class ReadRows(WorkerCall, frozen=True):
    answer: ClassVar[Any] = list[list[Any]]
    sql: str

    def run(self, session: WorkerSession) -> list[tuple[Any, ...]]:
        return session.connection.execute(self.sql).fetchall()


class Refuse(WorkerCall, frozen=True):
    def run(self, session: WorkerSession) -> None:
        raise StatementFailed("CODE", "in words")


class Fail(WorkerCall, frozen=True):
    def run(self, session: WorkerSession) -> None:
        raise KeyError("missing")


class Allocate(WorkerCall, frozen=True):
    answer: ClassVar[Any] = int
    size: int

    def run(self, session: WorkerSession) -> int:
        return len(bytearray(self.size))


class Signal(WorkerCall, frozen=True):
    answer: ClassVar[Any] = str
    number: int

    def run(self, session: WorkerSession) -> str:
        os.kill(os.getpid(), self.number)
        return signal.Signals(self.number).name


class Hang(WorkerCall, frozen=True):
    """Heeds no interrupt. `mark`: a file that is made once it runs."""

    mark: str

    def run(self, session: WorkerSession) -> None:
        Path(self.mark).touch()
        while True:
            time.sleep(60)


ServedCall = ReadRows | Refuse | Fail | Allocate | Signal | Hang
