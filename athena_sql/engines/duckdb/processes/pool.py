"""Worker processes kept for the next query, and when they are replaced."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from millrace.athena_sql.engines.duckdb.processes.process import QueryProcess


@dataclass(frozen=True)
class Replacement:
    """A worker is replaced after so many calls, and when it keeps more bytes of memory than `resident`."""

    calls: int = 10_000
    resident: int = 256 * 1024**2


class ProcessPool:
    """Processes of one kind; as many are started as queries run at once, the latest used are used again first.

    `start` returns a new process. One is started at once, so that the first query does not wait for all of it.
    """

    def __init__(self, start: Callable[[], QueryProcess], replacement: Replacement | None = None) -> None:
        self._start, self._replacement = start, replacement or Replacement()
        self._idle = [start()]
        self._busy: set[QueryProcess] = set()
        self._ending: list[QueryProcess] = []
        self._lock = threading.Lock()
        self._closed = False

    @contextmanager
    def process(self) -> Iterator[QueryProcess]:
        """A process for one query, for the calling thread alone."""
        process = self._taken()
        try:
            yield process
        finally:
            self._returned(process)

    def close(self) -> None:
        """End all processes. Those that are at work are killed: their calls raise ProcessEnded."""
        with self._lock:
            self._closed = True
            for process in self._busy:
                process.kill()
            ending = [*self._ending, *self._idle, *self._busy]
            for process in self._idle:
                process.end()
            self._idle, self._ending = [], []
        for process in ending:
            process.join()

    def _taken(self) -> QueryProcess:
        with self._lock:
            self._ending = [process for process in self._ending if not process.has_ended]
            while self._idle:
                process = self._idle.pop()
                if process.is_usable:
                    self._busy.add(process)
                    return process
                self._retire(process)
        process = self._start()
        with self._lock:
            self._busy.add(process)
        return process

    def _returned(self, process: QueryProcess) -> None:
        stays = process.is_usable and not self._is_due(process)
        with self._lock:
            self._busy.discard(process)
            if stays and not self._closed:
                self._idle.append(process)
                return
            self._retire(process)
            if self._closed or self._idle:
                return
        with suppress(OSError):  # the next query starts its own, or says why it cannot
            spare = self._start()
            with self._lock:
                if self._closed:
                    self._retire(spare)
                else:
                    self._idle.append(spare)

    def _is_due(self, process: QueryProcess) -> bool:
        return process.asked >= self._replacement.calls or process.resident > self._replacement.resident

    def _retire(self, process: QueryProcess) -> None:
        process.end()
        self._ending.append(process)
