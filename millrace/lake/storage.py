"""The storage port: objects by key. Its adapters are `local` (a folder) and `s3` (a bucket), with the same keys."""

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
    """Objects by key. Every adapter raises LakeError for the keys that `checked` refuses."""

    def put(self, key: str, data: bytes) -> None:
        """Write one object, atomically and durably: after an error or a crash the key has what it had before.

        Raises LakeError.
        """
        ...

    def put_chunks(self, key: str, chunks: Iterable[bytes]) -> None:
        """Write one object of these pieces as `put` does, in bounded memory; an error of the iteration is raised."""
        ...

    def create(self, key: str, data: bytes) -> bool:
        """Write one object as `put` does, unless the key already has one.

        Returns whether this call wrote it; of several concurrent calls exactly one does. Raises LakeError.
        """
        ...

    def get(self, key: str) -> bytes:
        """The bytes of an object. Raises ObjectMissing."""
        ...

    def tail(self, key: str, size: int) -> bytes:
        """The last `size` (at least 1) bytes of an object, or all of a smaller one. Raises ObjectMissing."""
        ...

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        """The objects whose key starts with `prefix` (any text), in the order of their keys' UTF-8 bytes."""
        ...

    def delete(self, keys: Iterable[str]) -> None:
        """Remove objects; keys without an object are ignored."""
        ...

    def location(self, key: str) -> str:
        """The absolute path or s3:// address by which an engine finds a key or, when it ends with `/`, a prefix.

        The empty key is the lake's root.
        """
        ...

    def seal(self, keys: Iterable[str]) -> None:
        """Make objects durable that an engine wrote itself, before a catalog points to them.

        Raises ObjectMissing.
        """
        ...


def checked(key: str) -> str:
    """The key itself, when every storage can hold it under exactly this name inside its root; else raises LakeError."""
    parts = key.split("/")
    if any(part in ("", ".", "..") for part in parts) or "\0" in key or not is_utf8(key):
        raise LakeError(
            f"{key!r} is not a key that a lake can hold.",
            hint="Write it in UTF-8, as names joined by single slashes; no name may be empty, `.` or `..`.",
        )
    return key


def is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
