"""A file that a user asks for, such as a result or the page: written as a whole, or not at all."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from millrace.errors import UsageError


@contextmanager
def whole_file(output: Path) -> Iterator[Path]:
    """Where to make the file meanwhile: a path beside `output`, which takes its place at the end, unless an error came.

    What exists and is neither file nor folder, such as a device or a named pipe, is written to itself. The path is
    real: links are followed. Raises UsageError, at once for a place that cannot be written.
    """
    try:
        place = output.resolve()
        if not place.parent.is_dir():
            raise UsageError(f"there is no folder {str(output.parent)!r}.", hint="Create it first.")
        if place.is_dir():
            raise IsADirectoryError(None, "it is a folder")
        if place.exists() and not place.is_file():
            yield place
        else:
            with _beside(place) as meanwhile:
                yield meanwhile
    except OSError as error:
        raise UsageError(f"cannot write {output}: {error.strerror or error}.", hint="Choose another place.") from None


@contextmanager
def _beside(place: Path) -> Iterator[Path]:
    meanwhile = place.with_name(f".{place.name}.{uuid.uuid4().hex[:8]}")
    try:
        meanwhile.touch()  # tells of a folder that cannot be written before the work is done
        meanwhile.unlink()
        yield meanwhile
        meanwhile.replace(place)
    finally:
        with suppress(OSError):
            meanwhile.unlink(missing_ok=True)
