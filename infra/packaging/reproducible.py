"""Zip files whose bytes depend on their content alone: entries are sorted, and have one time and one mode."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Mapping

_WHEN = (1980, 1, 1, 0, 0, 0)  # the first that a zip can tell
_UNIX = 3
_MODE = 0o644 << 16
_DIGITS = 32
_NAMED = re.compile(rf".+-([0-9a-f]{{{_DIGITS}}})\.[a-z.]+")


def zipped(files: Mapping[str, bytes], *, compressed: bool = True) -> bytes:
    """The zip of these contents, by path."""
    buffer = io.BytesIO()
    method = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
    with zipfile.ZipFile(buffer, "w", method, compresslevel=9) as archive:
        for path, content in sorted(files.items()):
            entry = zipfile.ZipInfo(path, _WHEN)
            entry.create_system, entry.external_attr, entry.compress_type = _UNIX, _MODE, method
            archive.writestr(entry, content)
    return buffer.getvalue()


def named_by_hash(name: str, suffix: str, content: bytes) -> str:
    """Such as `poll-0f3a....zip`."""
    return f"{name}-{hashlib.sha256(content).hexdigest()[:_DIGITS]}{suffix}"


def is_named_by(digest: bytes, file: str) -> bool:
    """Whether a file is named by the hash of its content, given the SHA-256 of that."""
    found = _NAMED.fullmatch(file)
    return found is not None and digest.hex()[:_DIGITS] == found[1]
