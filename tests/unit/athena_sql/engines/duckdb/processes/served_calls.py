"""Calls that do what no query should, for the tests of worker processes."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any, ClassVar

import msgspec

from millrace.athena_sql.engines.duckdb.processes.calls import WorkerSession
from millrace.errors import StatementFailed


class ReadRows(msgspec.Struct, frozen=True, tag=True):
    answer: ClassVar[Any] = list[list[Any]]
    sql: str

    def run(self, session: WorkerSession) -> list[tuple[Any, ...]]:
        return session.connection.execute(self.sql).fetchall()


class Refuse(msgspec.Struct, frozen=True, tag=True):
    answer: ClassVar[Any] = None

    def run(self, session: WorkerSession) -> None:
        raise StatementFailed("CODE", "in words")


class Fail(msgspec.Struct, frozen=True, tag=True):
    answer: ClassVar[Any] = None

    def run(self, session: WorkerSession) -> None:
        raise KeyError("missing")


class Allocate(msgspec.Struct, frozen=True, tag=True):
    answer: ClassVar[Any] = int
    size: int

    def run(self, session: WorkerSession) -> int:
        return len(bytearray(self.size))


class Signal(msgspec.Struct, frozen=True, tag=True):
    answer: ClassVar[Any] = str
    number: int

    def run(self, session: WorkerSession) -> str:
        os.kill(os.getpid(), self.number)
        return signal.Signals(self.number).name


class Hang(msgspec.Struct, frozen=True, tag=True):
    """Heeds no interrupt. `mark`: a file that is made once it runs."""

    answer: ClassVar[Any] = None
    mark: str

    def run(self, session: WorkerSession) -> None:
        Path(self.mark).touch()
        while True:
            time.sleep(60)


ServedCall = ReadRows | Refuse | Fail | Allocate | Signal | Hang
