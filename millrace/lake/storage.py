"""The storage port: objects by key. Adapters beside it: `local` (a folder) and `s3` (a bucket), with the same keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from millrace.errors import LakeError


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """`size` in bytes; `modified` in UTC."""

    key: str
    size: int
    modified: datetime


class Storage(Protocol):
    """Every adapter refuses, with LakeError, the keys that `checked` refuses."""

    def put(self, key: str, data: bytes) -> None:
        """Write one object: afterwards it is durable and whole, or (on an error or a crash) as it was before.

        Raises LakeError.
        """
        ...

    def create(self, key: str, data: bytes) -> bool:
        """Write one object, as `put` does, unless there is one; False if there was. Of several at once, one does it.

        Raises LakeError.
        """
        ...

    def get(self, key: str) -> bytes:
        """Raises ObjectMissing."""
        ...

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        """The objects whose key starts with `prefix` (any text), in the order of their keys' UTF-8 bytes."""
        ...

    def delete(self, keys: Iterable[str]) -> None:
        """Remove objects; one that is not there is no error."""
        ...

    def location(self, key: str) -> str:
        """Where an engine finds this key or, if it ends with `/`, this prefix: an absolute path, or an s3:// address.

        The empty key is the lake's root.
        """
        ...

    def seal(self, keys: Iterable[str]) -> None:
        """Make objects that an engine wrote by itself durable, before a catalog points to them.

        Raises ObjectMissing.
        """
        ...


def checked(key: str) -> str:
    """The key, if every storage can hold it under just this name and inside its root; raises LakeError."""
    parts = key.split("/")
    if any(part in ("", ".", "..") for part in parts) or "\0" in key or not is_utf8(key):
        raise LakeError(
            f"{key!r} is not a key that a lake can hold.",
            hint="A key is UTF-8 text: names joined by single slashes, none of them empty, `.` or `..`.",
        )
    return key


def is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
