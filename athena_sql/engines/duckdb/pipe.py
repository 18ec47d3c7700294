"""Pipes with a path, for what can only read or write a path: the bytes go on as they come."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Self

_CHUNK = 1 << 16  # what a pipe holds


class PipeTo:
    """The pipe to the open file `descriptor`. At the end everything has been written there.

    Raises BrokenPipeError at the end if the file's own reader has stopped, and OSError for any other failure.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._reading, self._writing = os.pipe()
        self._bytes = 0
        self._failure: OSError | None = None
        self._thread = Thread(target=self._pass_on, name="pipe", daemon=True)

    @property
    def path(self) -> Path:
        return Path(f"/dev/fd/{self._writing}")

    def is_untouched(self) -> bool:
        return self._bytes == 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        os.close(self._writing)
        if kind is None or issubclass(kind, Exception):  # after Ctrl-C nobody waits for a slow reader
            self._thread.join()
        if self._failure is not None:
            raise self._failure

    def _pass_on(self) -> None:
        try:
            while chunk := os.read(self._reading, _CHUNK):
                self._bytes += len(chunk)
                rest = memoryview(chunk)
                while rest:
                    rest = rest[os.write(self._descriptor, rest) :]
        except OSError as error:
            self._failure = error
        finally:
            os.close(self._reading)  # whoever still writes is told that nobody reads


class PipeFrom:
    """The pipe from which these chunks of bytes can be read, once.

    At the end it raises what the iteration of the chunks has raised: whoever reads has then read only a part.
    """

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks
        self._reading, self._writing = os.pipe()
        self._failure: Exception | None = None
        self._thread = Thread(target=self._pass_on, name="pipe", daemon=True)

    @property
    def path(self) -> Path:
        return Path(f"/dev/fd/{self._reading}")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        os.close(self._reading)
        if kind is None or issubclass(kind, Exception):
            self._thread.join()
        if self._failure is not None:
            raise self._failure

    def _pass_on(self) -> None:
        try:
            for chunk in self._chunks:
                rest = memoryview(chunk)
                while rest:
                    rest = rest[os.write(self._writing, rest) :]
        except BrokenPipeError:
            pass  # whoever read has enough, or has failed and says so
        except Exception as error:  # noqa: BLE001 - raised in the thread that reads
            self._failure = error
        finally:
            os.close(self._writing)
