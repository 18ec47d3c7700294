"""Ctrl-C: every command ends within two seconds, with one line that says what stands and how to go on.

Python raises KeyboardInterrupt in the main thread, but only when that thread runs Python code: not within a long query
or while a server waits for its threads. A watching thread therefore stops the engine at once, and ends the process when
the command has not ended by itself in time. To end it there is safe: no crash at any point loses or breaks anything.
"""

from __future__ import annotations

import logging
import os
import select
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

EXIT_STATUS = 130  # as shells report a process that SIGINT ended
_PATIENCE_SECONDS = 1.5  # for the command to end by itself, and to clean up
_END = 0  # the byte that ends the watch: no signal has this number

_READING = "The lake is as it was; give the command again."
_ON_AWS = "What AWS has begun goes on there; the same command shows how it stands."
_SERVING = "What was being answered was cut off; start it again with the same command."

# What stands when a command was stopped, and how to go on; by command.
AFTER = {
    "demo": "What was polled is in the demo's lake; the whole demo starts with the same command.",
    "poll": "A snapshot that was acknowledged stands; poll again.",
    "backfill": "Times that were answered stand; the same command goes on with the rest.",
    "run": "Readers see the old data or all of the new; millrace runs shows the run, millrace runs resume ID goes on.",
    "query": "The lake is as it was, and no file was written; give the command again.",
    "tables": _READING,
    "files": _READING,
    "export": "The lake is as it was, and no file was written or replaced; give the command again.",
    "audit": _READING,
    "doctor": "Nothing was changed, unless --rebuild-state was given: then run the same command again.",
    "check": _READING,
    "status": _READING,
    "versions": _READING,
    "rollback": "The rollback took place as a whole or not at all; millrace versions TABLE shows which.",
    "reprocess": "Readers see the old data or all of the new; give the same command again.",
    "vacuum": "What was removed was not needed; the same command goes on with the rest.",
    "preview": "The lake is as it was; give the same command again.",
    "simulate": _SERVING,
    "athena": _SERVING,
    "up": "What was acknowledged stands, and a run that was cut off can be resumed; start millrace up again.",
    "generate": "Days that are complete stand; the same command goes on with the rest.",
    "new": "Files are written all together or not at all; give the command again, and it names those that stand.",
    "list": "Nothing was touched; give the command again.",
    "validate": "Nothing of yours was touched; give the command again.",
    "verify": "Nothing of yours was touched; give the command again.",
    "cost": "Nothing was touched; give the command again.",
    "synth": "A template was written as a whole or not at all; give the command again.",
    "bootstrap": _ON_AWS,
    "preflight": "Nothing was changed; give the command again.",
    "diff": "Nothing was changed; give the command again.",
    "deploy": _ON_AWS,
    "promote": _ON_AWS,
    "destroy": "What was deleted stays deleted; the same command goes on with the rest.",
    "runs": "Readers see the old data or all of the new; millrace runs shows the run, millrace runs resume ID goes on.",
    "workflows": "Nothing was touched; give the command again.",
    "dashboards": "Each file, and each thing in Grafana, is there as a whole or as before; give the command again.",
    "quality": _READING,
    "quarantine": "Items that were redriven, taken or dropped stay so; the same command goes on with the rest.",
    "schedules": "millrace schedules list shows the state; give the command again.",
    "notify": "What was sent was sent; give the command again.",
}


class Interruption:
    """The watch over Ctrl-C, of one process. `message` says what stands; `on_stop` calls stop what the process does."""

    def __init__(self) -> None:
        self.message = "Give the command again."
        self._received = self._raised = False
        self._on_stop: list[Callable[[], None]] = []
        self._on_end: list[Callable[[], None]] = []
        self._ending = threading.Lock()
        self._thread: threading.Thread | None = None
        self._bytes = self._wakeup = -1

    def watch(self) -> None:
        """From the main thread. Where SIGINT is ignored, as for jobs in the background of a script, it stays so."""
        if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
            return
        self._bytes, self._wakeup = os.pipe()
        os.set_blocking(self._wakeup, False)
        signal.set_wakeup_fd(self._wakeup, warn_on_full_buffer=False)
        signal.signal(signal.SIGINT, self._raise_once)
        self._thread = threading.Thread(target=self._watch, name="interruption", daemon=True)
        self._thread.start()

    def stop_by(self, stop: Callable[[], None]) -> None:
        """Have `stop` called, from the watching thread, when Ctrl-C comes."""
        self._on_stop.append(stop)

    @contextmanager
    def ending_with(self, clean_up: Callable[[], None]) -> Iterator[None]:
        """Have `clean_up` called if the process is ended before the command has left the block without an error."""
        self._on_end.append(clean_up)
        yield
        self._on_end.remove(clean_up)

    def end_if_received(self) -> None:
        """Ends the process if Ctrl-C came. The command has ended: its output and errors are no longer of interest."""
        if self._thread is not None:
            os.write(self._wakeup, bytes([_END]))
            self._thread.join()
            if self._received:
                self._end()

    def _raise_once(self, _: int, __: FrameType | None) -> None:
        """A second Ctrl-C does not disturb the cleaning up, whose time is limited.

        Not decided by `_received`: the watching thread may have seen this very Ctrl-C before the main thread runs this.
        """
        if not self._raised:
            self._raised = self._received = True
            logging.disable()  # libraries log what the interruption breaks, with its traceback
            raise KeyboardInterrupt

    def _watch(self) -> None:
        while signal.SIGINT not in (received := os.read(self._bytes, 64)):
            if _END in received:
                return
        self._received = True
        sys.unraisablehook = lambda _: None  # what the interruption breaks on its way out is no news
        for stop in self._on_stop:
            stop()
        while _END not in received:
            if not select.select([self._bytes], [], [], _PATIENCE_SECONDS)[0]:
                self._end()
            received = os.read(self._bytes, 64)

    def _end(self) -> NoReturn:
        with self._ending:  # never left: the other thread waits until the process has ended
            for clean_up in self._on_end:
                clean_up()
            os.write(sys.stderr.fileno(), f"millrace: stopped with Ctrl-C. {self.message}\n".encode())
            os._exit(EXIT_STATUS)


interruption = Interruption()
