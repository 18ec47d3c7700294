"""What failed attempts were given of a body, as objects of the lake: evidence, no term of the ledger.

    ops/failed/<source>/dt=YYYY-MM-DD/<poll_id>

An object is written before its attempt's record: a crash between the two leaves evidence without an attempt, which
counts for nothing, and never an attempt whose evidence was lost.
"""

from __future__ import annotations

from millrace.lake.keys import OPS
from millrace.lake.storage import Storage


def failed_body(source: str, dt: str, poll_id: str) -> str:
    """The object's key."""
    return f"{OPS}/failed/{source}/dt={dt}/{poll_id}"


class ObjectFailedBodies:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def keep(self, source: str, dt: str, poll_id: str, body: bytes) -> None:
        """As the port says."""
        self._storage.put(failed_body(source, dt, poll_id), body)
