"""The storage port: objects by key. Adapters beside it: `local` (a folder); S3 has the same keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """`size` in bytes; `modified` in UTC."""

    key: str
    size: int
    modified: datetime


class Storage(Protocol):
    def put(self, key: str, data: bytes) -> None:
        """Write one object: afterwards it is durable and whole, or (on an error or a crash) as it was before."""
        ...

    def get(self, key: str) -> bytes:
        """Raises ObjectMissing."""
        ...

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        """The objects whose key starts with `prefix`, in the order of their keys."""
        ...

    def delete(self, keys: Iterable[str]) -> None:
        """Remove objects; one that is not there is no error."""
        ...

    def location(self, key: str) -> str:
        """Where an engine finds this key: an absolute path, or an s3:// address."""
        ...

    def seal(self, keys: Iterable[str]) -> None:
        """Make objects that an engine wrote by itself durable, before a catalog points to them."""
        ...
