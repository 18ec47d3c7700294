"""The digest of a Parquet file's footer: it tells a file that was changed or damaged from the one that was published.

A Parquet file ends with its footer (schema, row groups, statistics), the footer's length as four bytes, and the magic
bytes (Apache Parquet, "File Format"). The footer is small, so that the digest is cheap for a file of any size.
"""

from __future__ import annotations

import hashlib

from millrace.lake.storage import Storage

_MAGIC = b"PAR1"
_END = 4 + len(_MAGIC)  # the footer's length and the magic bytes
_FIRST_READ = 64 * 1024  # holds almost every footer
_DIGITS = 16


def footer_digest(storage: Storage, key: str) -> str:
    """The first 16 hex digits of the footer's SHA-256; "" for an object that does not end as a Parquet file does.

    Raises ObjectMissing.
    """
    end = storage.tail(key, _FIRST_READ)
    if len(end) < _END or not end.endswith(_MAGIC):
        return ""
    length = int.from_bytes(end[-_END:-4], "little") + _END
    if length > len(end):
        end = storage.tail(key, length)
    if length > len(end):
        return ""
    return hashlib.sha256(end[-length:]).hexdigest()[:_DIGITS]
