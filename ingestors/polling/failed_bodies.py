"""The bodies of failed attempts, on the lake's storage: evidence, not a term of the ledger.

    ops/failed/<source>/dt=YYYY-MM-DD/<poll_id>

The object is written before the attempt's record. A crash between the two leaves a body without an attempt, which no
count includes; an attempt always has its body.
"""

from __future__ import annotations

from millrace.lake.keys import failed_body
from millrace.lake.storage import Storage


class ObjectFailedBodies:
    """The adapter of FailedBodies on objects."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def store(self, source: str, dt: str, poll_id: str, body: bytes) -> None:
        """As the port says."""
        self._storage.put(failed_body(source, dt, poll_id), body)
