"""Results on disk, in pages of rows; a row is the texts of its values.

A page is one line of JSON. At most two pages are in memory, whatever the size of a result.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import msgspec

from millrace.errors import LakeError, StatementFailed

PAGE_ROWS = 1000

TextRow = Sequence[str | None]

_decoder = msgspec.json.Decoder(list[list[str | None]])
_encoder = msgspec.json.Encoder()


class StoredRows(msgspec.Struct, frozen=True):
    """How many rows a result has, with its header if it has one, and the offset of each page."""

    rows: int
    pages: tuple[int, ...]


@dataclass
class ResultWriter:
    """Writes the pages of one result of at most `limit` bytes. `stored` is for the reader."""

    file: BinaryIO
    limit: int
    offsets: list[int] = field(default_factory=list)
    rows: int = 0
    size: int = 0

    def write(self, rows: Sequence[TextRow]) -> None:
        """Write one page: PAGE_ROWS rows, fewer in the last. Raises StatementFailed for a result that is too large."""
        line = _encoder.encode(rows) + b"\n"
        self.offsets.append(self.size)
        self.rows += len(rows)
        self.size += len(line)
        if self.size > self.limit:
            raise StatementFailed(
                "EXCEEDED_LOCAL_LIMIT", f"The result has more than {self.limit >> 20} MiB, this endpoint's limit"
            )
        self.file.write(line)

    def stored(self) -> StoredRows:
        return StoredRows(self.rows, tuple(self.offsets))


class ResultTarget(msgspec.Struct, frozen=True):
    """Where a result is to be written, as data for another process. `limit`: its largest size in bytes."""

    path: str
    limit: int

    @contextmanager
    def writer(self) -> Iterator[ResultWriter]:
        with Path(self.path).open("wb") as file:
            yield ResultWriter(file, self.limit)


class ResultFiles:
    """The results of executions, by id, in one folder."""

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder, self._limit = folder, limit
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LakeError(
                f"cannot create the folder {folder}: {error.strerror}.", hint="Check the path and its permissions."
            ) from error

    def target(self, execution: str) -> ResultTarget:
        return ResultTarget(str(self._path(execution)), self._limit)

    def rows(self, execution: str, pages: Sequence[int], start: int, count: int) -> list[list[str | None]]:
        """At most `count` rows from row `start` on; `pages`: the offset of each page."""
        found: list[list[str | None]] = []
        page, skipped = divmod(start, PAGE_ROWS)
        with self._path(execution).open("rb") as file:
            while page < len(pages) and len(found) < count:
                file.seek(pages[page])
                found += _decoder.decode(file.readline())[skipped : skipped + count - len(found)]
                page, skipped = page + 1, 0
        return found

    def all_rows(self, execution: str) -> Iterator[list[str | None]]:
        with self._path(execution).open("rb") as file:
            for line in file:
                yield from _decoder.decode(line)

    def share(self, execution: str, other: str) -> bool:
        """Let the execution `other` have the same result (a hard link); False if the result no longer exists."""
        try:
            os.link(self._path(execution), self._path(other))
        except OSError:
            return False
        return True

    def delete(self, executions: Iterable[str]) -> None:
        for execution in executions:
            self._path(execution).unlink(missing_ok=True)

    def known(self) -> dict[str, int]:
        """The size in bytes of each result."""
        found = {}
        for path in self._folder.glob("*.rows"):
            with suppress(FileNotFoundError):  # deleted meanwhile by another worker
                found[path.stem] = path.stat().st_size
        return found

    def _path(self, execution: str) -> Path:
        return self._folder / f"{execution}.rows"
