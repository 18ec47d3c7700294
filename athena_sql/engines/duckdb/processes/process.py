"""One worker process, seen from outside: started, asked, interrupted and killed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from millrace.athena_sql.engines.duckdb.processes.calls import INTERRUPT, Opening, WorkerAnswer, WorkerCall
from millrace.athena_sql.engines.duckdb.processes.failures import error_of_end
from millrace.athena_sql.engines.duckdb.session_spec import SessionSpec
from millrace.errors import QueryError

_TICK_SECONDS = 0.05
_START_SECONDS, _END_SECONDS = 60.0, 5.0
# The paths are the parent's own, so that the worker imports the same code.
_START = (
    "import sys; calls, requests, interrupts, *sys.path[:] = sys.argv[1:];"
    " from millrace.athena_sql.engines.duckdb.processes.worker import main;"
    " main(calls, int(requests), int(interrupts))"
)

_SPOILING = (duckdb.FatalException, duckdb.InternalException)  # after these a session cannot be relied on

IsOver = Callable[[], bool]


@dataclass(frozen=True)
class ProcessOptions:
    """`calls`: `module:name` of the union of Call types that a worker serves. `memory`: the bytes that a worker may
    take beyond what it has once its session is open (on Linux; elsewhere there is no such bound). `grace`: seconds
    between the first interrupt and the kill."""

    spec: SessionSpec
    calls: str
    memory: int
    grace: float = 1.0


class QueryProcess:
    """A worker process with one session. One thread uses it at a time; `kill` may be called by any.

    The constructor does not wait for the process to be ready; `open` does.
    """

    def __init__(self, options: ProcessOptions) -> None:
        self._options = options
        self._pipe, theirs = Pipe()
        read, self._interrupts = os.pipe()
        try:
            self._process = _started(options.calls, theirs, read)
        except BaseException:  # also Ctrl-C: without an object, nobody else could close them
            self._close_pipes()
            raise
        finally:
            theirs.close()
            os.close(read)
        self.asked = 0  # the number of the latest request
        self._ready = self._spoilt = False
        self._send(msgspec.msgpack.encode(Opening(options.spec, options.memory)))

    @property
    def is_usable(self) -> bool:
        """Whether it can take another call."""
        return not self._spoilt and not self.has_ended

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    @property
    def resident(self) -> int:
        """The bytes of memory that it has now; 0 where /proc is not."""
        try:
            statm = Path(f"/proc/{self._process.pid}/statm").read_text()
        except OSError:
            return 0
        return int(statm.split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def open(self, is_over: IsOver) -> None:
        """Wait until it is ready, so that its start does not count in the time of a call. Raises as `ask` does."""
        if self._ready:
            return
        give_up = time.monotonic() + _START_SECONDS
        try:
            self._received(lambda: is_over() or time.monotonic() > give_up)
        except duckdb.InterruptException:
            raise self._ended(is_over) from None
        self._ready = True

    def ask(self, call: WorkerCall, is_over: IsOver) -> Any:
        """The answer of the call's type. Once `is_over`, the call is interrupted, and killed if it does not stop.

        Raises what the call raises (duckdb.InterruptException once it is over), MemoryExhausted and ProcessEnded.
        """
        self.open(is_over)
        self.asked += 1
        self._send(msgspec.msgpack.encode(call))
        return msgspec.msgpack.decode(self._received(is_over), type=call.answer)

    def kill(self) -> None:
        self._process.kill()

    def end(self) -> None:
        """Tell it to end, without waiting."""
        self._close_pipes()

    def join(self) -> None:
        """Wait for its end, which `end` or `kill` has begun."""
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _received(self, is_over: IsOver) -> msgspec.Raw:
        self._spoilt = True  # until the answer is read: an exception such as KeyboardInterrupt leaves it in the pipe
        try:
            self._wait(is_over)
            answer = msgspec.msgpack.decode(self._pipe.recv_bytes(), type=WorkerAnswer)
        except (EOFError, OSError):
            raise self._ended(is_over) from None
        if answer.failure is not None:
            error = answer.failure.error()
            self._spoilt = self._spoils(error)
            raise error
        self._spoilt = False
        return answer.value

    def _spoils(self, error: Exception) -> bool:
        is_of_call = self._ready and isinstance(error, duckdb.Error | QueryError)
        return not is_of_call or isinstance(error, _SPOILING)

    def _wait(self, is_over: IsOver) -> None:
        """Until there is an answer, or the process is gone."""
        give_up = 0.0
        while not self._pipe.poll(_TICK_SECONDS):
            if not is_over():
                continue
            give_up = give_up or time.monotonic() + self._options.grace
            if time.monotonic() > give_up:
                self.kill()
            else:  # again and again: an interrupt ends one statement only, and a call runs several
                os.write(self._interrupts, INTERRUPT.pack(self.asked))

    def _ended(self, is_over: IsOver) -> Exception:
        self.join()
        return duckdb.InterruptException("killed") if is_over() else error_of_end(self._process.returncode)

    def _send(self, message: bytes) -> None:
        with suppress(OSError):  # it is gone: receiving says so
            self._pipe.send_bytes(message)

    def _close_pipes(self) -> None:
        self._spoilt = True
        self._pipe.close()
        os.close(self._interrupts)


def _started(calls: str, requests: Connection, interrupts: int) -> subprocess.Popen[bytes]:
    """In a process group of its own, so that Ctrl-C on a terminal reaches the parent alone."""
    command = [sys.executable, "-c", _START, calls, str(requests.fileno()), str(interrupts), *sys.path]
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        pass_fds=(requests.fileno(), interrupts),
        process_group=0,
    )
