"""A worker's errors on their way back to the asking process, and the errors for the end of a worker."""

from __future__ import annotations

from signal import Signals

import duckdb
import msgspec

from millrace.errors import StatementFailed

_ALLOCATION = ("bad allocation", "Allocation failure")  # the system's refusal; DuckDB words its own limit otherwise


class MemoryExhausted(Exception):
    """The call needed more memory than its process may have. The process may be gone."""


class ProcessEnded(Exception):
    """The worker process ended in the middle of a call, for a reason that is not the call's."""


class CallFailed(Exception):
    """An error in a worker that no caller expects; the text names its type."""


class Failure(msgspec.Struct, frozen=True):
    """An exception as data. `kind`: its type's name; `code`: of a StatementFailed, else ""."""

    kind: str
    text: str
    code: str = ""

    @classmethod
    def of(cls, error: BaseException) -> Failure:
        if isinstance(error, StatementFailed):
            return cls("StatementFailed", error.message.removeprefix(f"{error.code}: "), error.code)
        return cls(type(error).__name__, str(error))

    def error(self) -> Exception:
        """The exception to raise in the asking process."""
        if self.kind == "MemoryError" or (self.kind == "OutOfMemoryException" and self._is_refused_allocation()):
            return MemoryExhausted(self.text)
        if self.code:
            return StatementFailed(self.code, self.text)
        type_ = getattr(duckdb, self.kind, None)
        if isinstance(type_, type) and issubclass(type_, duckdb.Error):
            return type_(self.text)
        return CallFailed(f"{self.kind}: {self.text}")

    def _is_refused_allocation(self) -> bool:
        return any(words in self.text for words in _ALLOCATION)


def error_of_end(status: int) -> Exception:
    """The error for a worker that ended during a call. `status`: as Popen.returncode."""
    if status == -Signals.SIGABRT:  # C++ ends a process so when memory is refused where no error can be raised
        return MemoryExhausted("the process was aborted")
    how = Signals(-status).name if status < 0 else f"exit status {status}"
    return ProcessEnded(f"the process of this query ended ({how}). Start the query again.")
