"""The worker process: opens one session, serves calls one after another, and ends when its pipes are closed.

It ends with its parent, even in the middle of a call: a thread waits on the pipe of interrupts, which the system closes
when the parent dies.
"""

from __future__ import annotations

import os
import resource
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from millrace.athena_sql.engines.duckdb.processes.calls import INTERRUPT, Opening, WorkerAnswer
from millrace.athena_sql.engines.duckdb.processes.failures import Failure

_STATM = Path("/proc/self/statm")
_DATA_FIELD = 5  # of statm: data and stack, in pages


class Session:
    """The WorkerSession. `interrupt` is called by another thread; it does nothing to a request that has ended."""

    def __init__(self, session: duckdb.DuckDBPyConnection) -> None:
        self._session = session
        self._number = self._interrupted = 0
        self._lock = threading.Lock()

    @contextmanager
    def request(self) -> Iterator[None]:
        """The next request, which has the next number. At its end nothing of it stays in memory."""
        with self._lock:
            self._number += 1
            self.connection = self._session.cursor()
        try:
            yield
        finally:
            with self._lock:
                self.connection.close()

    def interrupt(self, number: int) -> None:
        with self._lock:
            if number == self._number:
                self._interrupted = number
                with suppress(duckdb.ConnectionException):  # the request has ended
                    self.connection.interrupt()

    def check_interrupted(self) -> None:
        if self._interrupted == self._number:
            raise duckdb.InterruptException("interrupted")


def main(calls: str, requests: int, interrupts: int) -> None:
    """`calls`: `module:name` of the union of Call types; `requests` and `interrupts`: file descriptors."""
    for number in (signal.SIGINT, signal.SIGTERM):  # meant for the parent, which says what becomes of the query
        signal.signal(number, signal.SIG_IGN)
    pipe = Connection(requests)
    session = _opened(pipe)
    threading.Thread(target=_obey, args=(session, interrupts), daemon=True).start()
    module, _, name = calls.partition(":")
    decoder = msgspec.msgpack.Decoder(getattr(import_module(module), name))
    _send(pipe, WorkerAnswer())
    while True:
        try:
            request = pipe.recv_bytes()
        except (EOFError, OSError):
            os._exit(0)
        _send(pipe, _answered(session, decoder, request))


def _opened(pipe: Connection) -> Session:
    opening = msgspec.msgpack.decode(pipe.recv_bytes(), type=Opening)
    try:
        connection = opening.spec.open()
    except Exception as error:  # noqa: BLE001 (whatever it is, the parent is told)
        _send(pipe, WorkerAnswer(failure=Failure.of(error)))
        os._exit(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # what C++ says about its end is not for the parent's log
    _bound_memory(opening.memory)
    return Session(connection)


def _bound_memory(more: int) -> None:
    """Refuse allocations beyond what the process has now and `more` bytes. Where /proc is not, there is no bound."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if _STATM.exists():
        used = int(_STATM.read_text().split()[_DATA_FIELD]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_DATA, (used + more, used + more))


def _obey(session: Session, interrupts: int) -> None:
    while message := os.read(interrupts, INTERRUPT.size):
        session.interrupt(*INTERRUPT.unpack(message))
    os._exit(0)


def _answered(session: Session, decoder: Any, request: bytes) -> WorkerAnswer:
    try:
        call = decoder.decode(request)
        with session.request():
            value = call.run(session)
        return WorkerAnswer(msgspec.Raw(msgspec.msgpack.encode(value)))
    except Exception as error:  # noqa: BLE001 (a failed call ends itself, not the worker)
        return WorkerAnswer(failure=Failure.of(error))


def _send(pipe: Connection, answer: WorkerAnswer) -> None:
    try:
        pipe.send_bytes(msgspec.msgpack.encode(answer))
    except OSError:  # the parent is gone
        os._exit(0)
