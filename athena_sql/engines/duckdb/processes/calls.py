"""What is asked of a worker process, and how it travels: msgpack of msgspec's structs."""

from __future__ import annotations

import struct
from typing import Any, ClassVar, Protocol

import duckdb
import msgspec

from millrace.athena_sql.engines.duckdb.processes.failures import Failure
from millrace.athena_sql.engines.duckdb.session_spec import SessionSpec

INTERRUPT = struct.Struct("<Q")  # the number of the request to interrupt


class WorkerSession(Protocol):
    """The worker's side of a session, for calls."""

    @property
    def connection(self) -> duckdb.DuckDBPyConnection: ...

    def check_interrupted(self) -> None:
        """Raises duckdb.InterruptException once the call is to stop; for use between the engine's statements."""
        ...


class WorkerCall(Protocol):
    """One piece of work for a worker process: a msgspec.Struct that has a tag.

    `answer` is the type of what `run` returns; msgspec encodes both.
    """

    answer: ClassVar[Any]

    def run(self, session: WorkerSession) -> Any:
        """In the worker process. Raises duckdb.Error, StatementFailed."""
        ...


class Opening(msgspec.Struct, frozen=True):
    """The first message to a worker. `memory`: the bytes of memory that it may take beyond what it has once open."""

    spec: SessionSpec
    memory: int


class WorkerAnswer(msgspec.Struct, frozen=True):
    """`value` is the encoded answer; empty with a failure."""

    value: msgspec.Raw = msgspec.Raw(msgspec.msgpack.encode(None))
    failure: Failure | None = None
