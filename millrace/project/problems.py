"""What is wrong with a file of a project, as one message with file and line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from millrace.errors import DefinitionError, MillraceError


@dataclass(frozen=True, slots=True)
class Problem:
    """`line` counts from 1; 0 where it is not known. `name`: what is left out for it, such as `prod.rainfall`."""

    name: str
    file: Path
    line: int
    message: str
    hint: str = ""

    def __str__(self) -> str:
        return str(self.as_error())

    @property
    def place(self) -> str:
        """Such as `/home/me/feeds/sources/bikes.py, line 3`."""
        return f"{self.file}, line {self.line}" if self.line else str(self.file)

    def as_error(self) -> DefinitionError:
        return DefinitionError(f"{self.place}: {self.message}", hint=self.hint, line=self.line)


def problem_of(name: str, file: Path, error: Exception) -> Problem:
    """What an error says about a file: one of Millrace's own, of reading it, or any that it raised when it was loaded.

    An error that came while the file was running, also in a module that it imports, is at the file's line.
    """
    if isinstance(error, MillraceError):
        line = error.line if isinstance(error, DefinitionError) else 0
        return Problem(name, file, line or line_in(file, error), error.message, error.hint)
    line = line_in(file, error)
    if isinstance(error, SyntaxError):
        what = error.msg or "it is no Python"
        if error.filename == str(file):
            return Problem(name, file, error.lineno or 0, f"{what}.", "Correct the file there.")
        where = f"{error.filename or 'Python that it runs'}, line {error.lineno or 0}"
        return Problem(name, file, line, f"{where}: {what}.", "Correct it there.")
    if isinstance(error, OSError) and not line:
        return Problem(name, file, 0, f"it cannot be read: {error.strerror}.", "Check the file and its permissions.")
    if isinstance(error, UnicodeDecodeError) and not line:
        return Problem(name, file, 0, "it is not UTF-8 text.", "Save it as UTF-8.")
    message = f"{type(error).__name__}: {error}".rstrip(": .") + "."
    return Problem(name, file, line, message, "Correct the file there.")


def line_in(file: Path, error: BaseException) -> int:
    """The last line of the file that was running; 0 for none."""
    import traceback  # only for what is broken: every command imports this module

    frames = [one for one in traceback.extract_tb(error.__traceback__) if one.filename == str(file)]
    return (frames[-1].lineno or 0) if frames else 0
