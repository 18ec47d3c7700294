"""The delivery stream on one machine: a durable spool, whose buffers become objects as Firehose would make them.

`put` acknowledges a record when it is on disk. A flush then takes three steps, so that a crash between any two loses
nothing and writes nothing twice: (1) the keys of the due buffers' objects are stored; (2) each object is written as a
whole under its key (after a crash again, with the same bytes); (3) in one transaction, the records leave the spool and
their partitions are marked as touched. The first call of a new process finishes the flushes of dead processes.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from millrace.clock import Clock
from millrace.commit_points import CommitPoint, CommitPointListener, no_listener
from millrace.errors import DeliveryError, LakeError
from millrace.firehose.batching import MIB
from millrace.firehose.ports import InFlight, Receipt, Record
from millrace.firehose.raw_object import check_record, compressed, object_name
from millrace.firehose.spool_store import Buffer, DueCriteria, SpoolStore
from millrace.lake.raw_layout import RAW_LAYOUT
from millrace.lake.storage import Storage
from millrace.pending.sqlite import SqlitePendingList
from millrace.state.sqlite import StateFile

_log = logging.getLogger(__name__)

_STORAGE_ERRORS = (LakeError, sqlite3.Error, OSError)


@dataclass(frozen=True, slots=True)
class Buffering:
    """When a buffer is due: when it has `size` bytes (before compression) or its oldest record is `interval` old.

    The defaults are Firehose's own (its BufferingHints: 5 MiB, 300 s).
    """

    size: int = 5 * MIB
    interval: timedelta = timedelta(seconds=300)


DEFAULT_BUFFERING = Buffering()


class LocalDeliveryStream:
    """The delivery stream of a local lake, which threads and processes may share.

    When several put the same record, exactly one gets ACCEPTED.
    """

    def __init__(
        self,
        state: StateFile,
        storage: Storage,
        pending: SqlitePendingList,
        clock: Clock,
        *,
        name: str = "raw",
        buffering: Buffering = DEFAULT_BUFFERING,
        reached: CommitPointListener = no_listener,
    ) -> None:
        self._store = SpoolStore(state, pending)
        self._storage = storage
        self._clock = clock
        self._name = name
        self._buffering = buffering
        self._reached = reached
        self._flushing = threading.Lock()
        self._recovered = False  # an earlier process may have died during a flush
        self._failed = False

    def put(self, records: Sequence[Record]) -> list[Receipt]:
        """As the port says; then delivers the due buffers.

        If only that delivery fails, the records are durable and the receipts are returned: the next call delivers
        again, and `flush` and `close` raise.
        """
        for record in records:
            check_record(record)
        try:
            receipts = self._store.add(records, self._clock.now(), self._buffering.size, self._before_commit)
        except _STORAGE_ERRORS as error:
            raise DeliveryError(
                f"the spool could not store {len(records)} records: {error}", hint="Fix the cause, then poll again."
            ) from error
        self._reached(CommitPoint.SPOOL_COMMITTED)
        try:
            self._deliver(self._due(), stop_at_failure=True)
        except _STORAGE_ERRORS as error:
            message = "an object could not be delivered yet; its records are safe in the spool: %s"
            _log.warning(message, error, extra={"event": "spool.undelivered"})
        return receipts

    def flush(self, *, everything: bool = False) -> int:
        """As the port says. Raises DeliveryError when an object could not be written, after trying the others.

        The records of that object stay in the spool.
        """
        try:
            return self._deliver(self._due(everything=everything))
        except _STORAGE_ERRORS as error:
            raise DeliveryError(
                f"an object could not be delivered: {error}",
                hint="Its records are safe in the spool. Fix the cause, then flush again.",
            ) from error

    def recover(self) -> int:
        """Finish the flushes that dead processes began, then flush; returns the number of objects.

        The first delivery of a process does the same.
        """
        self._recovered = False
        return self.flush()

    def close(self) -> None:
        self.flush(everything=True)

    def in_flight(self) -> list[InFlight]:
        """Every accepted record of the lake that is not yet in a finished object, in the order of acceptance.

        Reads no payload. Between the write of an object and its commit, the object's records are still listed here:
        call `recover` first where a process may have died at that point.
        """
        return self._store.in_flight()

    def _before_commit(self) -> None:
        self._reached(CommitPoint.SPOOL_BEFORE_COMMIT)

    def _due(self, *, everything: bool = False) -> DueCriteria:
        oldest = self._clock.now() - self._buffering.interval
        planned = self._failed or not self._recovered
        return DueCriteria(self._buffering.size, oldest, planned=planned, everything=everything)

    def _deliver(self, due: DueCriteria, *, stop_at_failure: bool = False) -> int:
        """Deliver the due buffers. One thread does so at a time; others wait, which bounds the spool."""
        if not self._store.any_due(due):
            self._recovered = True
            return 0
        with self._flushing:
            try:
                delivered = self._deliver_planned(due, stop_at_failure)
            except BaseException:  # also Ctrl-C: what was planned is still to be delivered
                self._failed = True
                raise
            self._failed, self._recovered = False, True
        return delivered

    def _deliver_planned(self, due: DueCriteria, stop_at_failure: bool) -> int:
        now = self._clock.now()
        planned = self._store.plan(due, now, lambda buffer: self._key(buffer, now))
        if planned:
            self._reached(CommitPoint.FLUSH_PLANNED)
        written: list[Buffer] = []
        failures: list[Exception] = []
        for buffer in planned:
            try:
                if self._write(buffer):
                    written.append(buffer)
            except _STORAGE_ERRORS as error:
                failures.append(error)
                if stop_at_failure:
                    break
        delivered = self._finish(written)
        if failures:
            raise failures[0]
        return delivered

    def _write(self, buffer: Buffer) -> bool:
        lines = self._store.lines(buffer)
        if not lines or buffer.key is None:
            return False
        self._storage.put(buffer.key, compressed(lines))
        self._reached(CommitPoint.FLUSH_WRITTEN)
        return True

    def _finish(self, written: list[Buffer]) -> int:
        if not written:
            return 0
        finished = self._store.finish(written, self._clock.now())
        self._reached(CommitPoint.FLUSH_COMMITTED)
        return finished

    def _key(self, buffer: Buffer, now: datetime) -> str:
        name = buffer.alone or object_name(self._name, now, buffer.number)
        return RAW_LAYOUT.object(buffer.source, buffer.dt, buffer.hour, name)
