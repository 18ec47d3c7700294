"""The journal of publications: every publish, rollback and release, as an object of its own beside the data.

    ops/published/<workflow>/<time>-<random>.json

The catalog's pointers are state (a state file, a table in DynamoDB), which can be lost. The journal is among the
objects, so that `millrace doctor --rebuild-state` can tell what readers saw from the objects alone.

An entry is written before the pointers move (a write-ahead log). A crash between the two leaves an entry whose versions
were checked and complete, and the next run publishes the same partitions anyway. The other order could leave a
published version that no entry names. A run adds one entry, whatever its number of partitions.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from enum import StrEnum

import msgspec

from millrace.errors import LakeError
from millrace.glue_workflow.ports import PartitionVersion
from millrace.lake.keys import OPS
from millrace.lake.storage import Storage

_PREFIX = f"{OPS}/published/"


class PublicationKind(StrEnum):
    """PUBLISH: readers see new versions. ROLLBACK: they see earlier ones, pinned. RELEASE: pins are removed."""

    PUBLISH = "publish"
    ROLLBACK = "rollback"
    RELEASE = "release"


class Publication(msgspec.Struct, frozen=True):
    """One entry. `versions`: those that readers see from `at` on (of a release: those that were pinned).

    `inputs`: of a rollback, the raw objects that its pins know.
    """

    at: datetime
    workflow: str
    kind: PublicationKind
    versions: list[PartitionVersion]
    inputs: list[str] = []


_encode = msgspec.json.encode
_decode = msgspec.json.Decoder(Publication).decode


def record_publication(
    storage: Storage,
    workflow: str,
    kind: PublicationKind,
    at: datetime,
    versions: Sequence[PartitionVersion],
    inputs: Sequence[str] = (),
) -> None:
    """Add an entry, durably. Raises LakeError."""
    name = f"{at.astimezone(UTC):%Y%m%dT%H%M%S.%f}Z-{secrets.token_hex(4)}"
    entry = Publication(at, workflow, kind, list(versions), list(inputs))
    storage.put(f"{_PREFIX}{workflow}/{name}.json", _encode(entry))


def publications(storage: Storage) -> Iterator[Publication]:
    """All entries, by workflow and then by time. Raises LakeError for an entry that cannot be read."""
    for found in storage.list(_PREFIX):
        try:
            yield _decode(storage.get(found.key))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise LakeError(
                f"cannot read {storage.location(found.key)}: {error}.",
                hint="Restore this object from a copy, or move it elsewhere: that one publication is then unknown.",
            ) from None
