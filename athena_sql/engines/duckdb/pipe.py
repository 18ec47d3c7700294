"""Pipes with a path, for what can only read or write a path: the bytes go on as they come."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Iterable
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Self

_CHUNK = 1 << 16  # what a pipe holds


class _Pipe(ABC):
    """A pipe of which one end, `_given`, has a path for somebody else; a thread serves the other one.

    At the end it raises the failure of the thread.
    """

    _given: int

    def __init__(self) -> None:
        self._reading, self._writing = os.pipe()
        self._failure: Exception | None = None
        self._thread = Thread(target=self._pass_on, name="pipe", daemon=True)

    @property
    def path(self) -> Path:
        return Path(f"/dev/fd/{self._given}")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        os.close(self._given)
        if kind is None or issubclass(kind, Exception):  # after Ctrl-C nobody waits for who is slow
            self._thread.join()
        if self._failure is not None:
            raise self._failure

    @abstractmethod
    def _pass_on(self) -> None:
        """What the thread does: it closes its end when it is done."""


class PipeTo(_Pipe):
    """The pipe to the open file `descriptor`. At the end everything has been written there.

    Raises BrokenPipeError at the end if the file's own reader has stopped, and OSError for any other failure.
    """

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._given, self._descriptor = self._writing, descriptor
        self._bytes = 0

    def is_untouched(self) -> bool:
        return self._bytes == 0

    def _pass_on(self) -> None:
        try:
            while chunk := os.read(self._reading, _CHUNK):
                self._bytes += len(chunk)
                _write(self._descriptor, chunk)
        except OSError as error:
            self._failure = error
        finally:
            os.close(self._reading)  # whoever still writes is told that nobody reads


class PipeFrom(_Pipe):
    """The pipe from which these chunks of bytes can be read, once.

    At the end it raises what the iteration of the chunks has raised: whoever reads has then read only a part.
    """

    def __init__(self, chunks: Iterable[bytes]) -> None:
        super().__init__()
        self._given, self._chunks = self._reading, chunks

    def _pass_on(self) -> None:
        try:
            for chunk in self._chunks:
                _write(self._writing, chunk)
        except BrokenPipeError:
            pass  # whoever read has enough, or has failed and says so
        except Exception as error:  # noqa: BLE001 - raised in the thread that reads
            self._failure = error
        finally:
            os.close(self._writing)


def _write(descriptor: int, chunk: bytes) -> None:
    rest = memoryview(chunk)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
