"""Several new files, all of them written or none; a file that exists is never written over."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from millrace.errors import UsageError


def refuse_existing(files: Mapping[Path, bytes]) -> None:
    """Raises UsageError for a file that is there already."""
    if there := [file for file in files if os.path.lexists(file)]:
        raise UsageError(f"{there[0]} exists.", hint="Choose another name, or remove the file; nothing was written.")


def write_new(files: Mapping[Path, bytes]) -> None:
    """Raises UsageError where a file exists or a folder cannot be written to; then none of them is left."""
    refuse_existing(files)
    beside = {file: file.with_name(f".{file.name}.new") for file in files}
    made: list[Path] = []
    try:
        for file in files:
            file.parent.mkdir(parents=True, exist_ok=True)
        for file, content in files.items():
            beside[file].write_bytes(content)
        for file in files:
            os.link(beside[file], file)  # unlike a rename, it refuses a file that came in between
            made.append(file)
    except BaseException as error:
        for file in made:
            file.unlink()
        if isinstance(error, OSError):
            reason = error.strerror or error
            raise UsageError(f"cannot write the files: {reason}.", hint="Nothing was written.") from error
        raise
    finally:
        for temporary in filter(os.path.lexists, beside.values()):
            temporary.unlink()
