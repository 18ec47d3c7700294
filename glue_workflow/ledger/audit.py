"""The audit (reconciliation): the ledger counted from stored data: raw objects, the spool, the published tables,
quarantine, poll attempts, and the gate's record of what it holds.

It counts one partition at a time, so that memory does not grow with history.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from typing import TypeVar

from millrace.athena_sql.ports import Engine
from millrace.athena_sql.tables import DeclaredTables
from millrace.clock import Clock
from millrace.errors import LakeError
from millrace.firehose.ports import InFlight, Quarantine, Spool
from millrace.glue_workflow.ledger.attempts import AttemptRecords, AuditedAttempt
from millrace.glue_workflow.ledger.balance import AgeLimits, Ledger
from millrace.glue_workflow.ledger.published import PublishedRows
from millrace.glue_workflow.ledger.schedule_gaps import LastSlots, Slot, last_slots, unattempted
from millrace.glue_workflow.ledger.snapshots import (
    AuditedSnapshots,
    AuditedSource,
    RawPartitions,
    entities_of_winners,
    snapshots,
)
from millrace.glue_workflow.ports import Catalog, HeldPartition, RunStore
from millrace.glue_workflow.record_exclusion import TAKEN, UNREADABLE
from millrace.ingestors.ports import POLLS
from millrace.lake.raw_layout import RAW_LAYOUT
from millrace.lake.storage import Storage
from millrace.pending.ports import PendingList
from millrace.time_keys import from_stored, is_date, stored

T = TypeVar("T")


@dataclass(frozen=True)
class Audit:
    """The counting of ledgers. `spool`: None for a stream that does not show what it holds.

    Without a spool, a snapshot is in flight when an attempt names it and no raw object has it. An attempt's record may
    then arrive after its snapshot, by as long as the stream takes.

    `clock` is that of runs, `feed_now` the time of the feeds, which is another one in a simulated lake. What is pending
    waits in feed time; what is in flight waits for the stream, which works by the clock.

    `unreadable`: by source and dt, why a partition could not be counted: a file of it cannot be read.
    """

    engine: Engine
    storage: Storage
    catalog: Catalog
    pending: PendingList
    runs: RunStore
    spool: Spool | None
    quarantine: Quarantine
    clock: Clock
    feed_now: datetime
    sources: Sequence[AuditedSource]
    tables: DeclaredTables
    progress: Callable[[int, int], None] = field(default=lambda done, of: None)
    unreadable: dict[tuple[str, str], str] = field(default_factory=dict)

    def ledgers(self, only: Sequence[str] = ()) -> Iterator[Ledger]:
        """One ledger per source and partition, of all partitions or `only` these."""
        days = sorted(set(only) or self._days())
        earlier = LastSlots(self._last_slots, None if only else days)
        found: dict[tuple[str, str], Ledger] = {}
        for done, dt in enumerate(days):
            self.progress(done, len(days))
            found |= _by_place(self._of_day(dt, self.sources, earlier))
        found |= _by_place(self._recounted(found, earlier))
        self.progress(len(days), len(days))
        yield from found.values()

    def _of_day(self, dt: str, sources: Sequence[AuditedSource], earlier: LastSlots) -> Iterator[Ledger]:
        attempts = self._readable(POLLS, dt, lambda: self._attempts.of_day(dt))
        if attempts is None:
            return
        earlier.note(dt, last_slots((one.source, one.slot) for one in attempts))
        for source in sources:
            mine = [one for one in attempts if one.source == source.name]
            ledger = self._readable(source.name, dt, partial(self._ledger, source, dt, mine, earlier))
            if ledger is not None:
                yield ledger

    def _recounted(self, found: Mapping[tuple[str, str], Ledger], earlier: LastSlots) -> Iterator[Ledger]:
        """The ledgers that do not balance, counted once more: polls and runs went on since the first parts were read.

        All of them at the end, from what is read anew, once for all.
        """
        doubtful = {place for place, ledger in found.items() if any(ledger.imbalances(AgeLimits()))}
        again = replace(self)  # which has read nothing yet
        for dt in sorted({dt for dt, _ in doubtful}):
            yield from again._of_day(dt, [one for one in self.sources if (dt, one.name) in doubtful], earlier)

    def _readable(self, source: str, dt: str, read: Callable[[], T]) -> T | None:
        """One damaged file keeps no other partition from being counted."""
        try:
            return read()
        except LakeError as error:
            self.unreadable[source, dt] = error.message
            return None

    @cached_property
    def _attempts(self) -> AttemptRecords:
        return AttemptRecords(self.engine, self._raw, self.spool)

    @cached_property
    def _raw(self) -> RawPartitions:
        return RawPartitions(self.storage)

    @cached_property
    def _published(self) -> PublishedRows:
        return PublishedRows(self.engine, self.storage, self.catalog, self.tables)

    def _last_slots(self, dt: str) -> dict[str, Slot]:
        try:
            return last_slots((one.source, one.slot) for one in self._attempts.of_day(dt))
        except LakeError:  # its own partition says so
            return {}

    @cached_property
    def _spooled(self) -> list[InFlight]:
        return self.spool.in_flight() if self.spool else []

    @cached_property
    def _items(self) -> list[tuple[str, str, str, str, str | None]]:
        """The items in quarantine, without their bytes: source, dt, id, code, and the snapshot_id of a taken record."""
        return [
            (item.source, item.dt, item.item_id, item.code, item.attempt.get("snapshot_id"))
            for item in self.quarantine.items()
        ]

    @cached_property
    def _quarantined(self) -> list[tuple[str, str, str]]:
        """Responses that were never accepted; a record taken out of raw was."""
        return [(source, dt, item) for source, dt, item, code, _ in self._items if code not in (UNREADABLE, TAKEN)]

    def _taken(self, source: str, dt: str) -> set[str]:
        """The snapshots whose record was taken out of this partition's raw objects."""
        of = (source, dt)
        return {one for *at, _, code, one in self._items if tuple(at) == of and code in (UNREADABLE, TAKEN) and one}

    @cached_property
    def _held(self) -> dict[tuple[str, str], HeldPartition]:
        """By staging table and partition. A partition that was published since then is released only after its flip."""
        return {(one.table, one.partition): one for one in self.runs.held()}

    def _days(self) -> set[str]:
        names = [*(source.name for source in self.sources), POLLS]
        keys = (found.key for name in names for found in self.storage.list(RAW_LAYOUT.of_source(name)))
        in_raw = {place.dt for place in map(RAW_LAYOUT.place, keys) if place and is_date(place.dt)}
        return in_raw | {one.dt for one in self._spooled} | {dt for _, dt, _ in self._quarantined}

    def _ledger(
        self, source: AuditedSource, dt: str, attempts: Sequence[AuditedAttempt], earlier: LastSlots
    ) -> Ledger | None:
        objects = self._raw.of(source.name, dt)
        raw = snapshots(self.engine, objects, source, dt)
        attempts = [*attempts, *self._late_attempts(source, attempts, raw)]
        spooled = self._in_flight(source, dt, attempts, raw)
        quarantine = {item for name, day, item in self._quarantined if (name, day) == (source.name, dt)}
        if not (attempts or raw.polled_at or spooled or quarantine):
            return None
        touched = [one.since for one in self.pending.touched(source.name) if one.dt == dt]  # before what is published
        inputs, staged = self._published.staged(source, dt)
        aside = self._published.set_aside(source, dt)
        in_flight = set(spooled) - set(raw.polled_at)
        covered = raw.covered_by(inputs)
        entities = entities_of_winners(self.engine, objects, source, dt, inputs)
        winners = set(entities)
        held_partition = self._held.get((source.staging or "", dt))
        held = raw.covered_by(held_partition.objects) - covered if held_partition else set()
        pending = set(raw.polled_at) - covered - held
        delivered = [one.snapshot_id for one in attempts if one.outcome == "delivered" and one.snapshot_id]
        accepted = set(delivered)
        published = winners & set(staged)
        rejected = winners & (set(aside) - set(staged))
        taken = (accepted - in_flight - set(raw.polled_at)) & self._taken(source.name, dt)
        quarantined = {one.poll_id for one in attempts if one.outcome == "quarantined"}
        return Ledger(
            source=source.name,
            dt=dt,
            # An item in quarantine carries its attempt, which a crash may have kept from being delivered.
            attempts=len({one.poll_id for one in attempts} | quarantine),
            failed=sum(one.outcome == "failed" for one in attempts),
            accepted=len(accepted),
            duplicate=len(delivered) - len(accepted),
            quarantined=len(quarantine),
            quarantine_attempts=len(quarantined | quarantine),
            in_flight=len(in_flight),
            pending=len(pending),
            held=len(held),
            superseded=len(covered - winners),
            published=len(published),
            rejected=len(rejected | taken),
            entities=sum(entities[one] for one in published | rejected),
            # A taken record's rows stay published until the next run, which its partition waits for.
            staged_rows=sum(rows for one, rows in staged.items() if one not in taken),
            rows_set_aside=sum(rows for one, rows in aside.items() if one not in taken),
            lost=tuple(sorted((accepted - in_flight - set(raw.polled_at) - taken) | (winners - published - rejected))),
            unexplained=tuple(sorted((in_flight | set(raw.polled_at) | set(staged) | set(aside)) - accepted)),
            unattempted=unattempted([one.slot for one in attempts], earlier.before(source.name, dt)),
            in_flight_age=_age(self.clock.now(), [spooled[one] for one in in_flight]),
            held_age=_age(self.clock.now(), [held_partition.held_since] if held_partition and held else []),
            pending_age=_age(self.feed_now, touched if pending and not source.waits else []),
            unannounced=() if touched else self._unannounced(source, dt, raw, pending - set(spooled)),
        )

    def _unannounced(self, source: AuditedSource, dt: str, raw: AuditedSnapshots, pending: set[str]) -> tuple[str, ...]:
        """Snapshots of a partition that is not on the pending list, and that no rollback keeps from readers.

        Without a spool, arrivals are announced by events: the daily listing looks for those that were lost.
        """
        if not pending or not self.spool:
            return ()
        pins = self.catalog.pins(source.staging) if source.staging else []
        known = {key for pin in pins if pin.partition == dt for key in pin.inputs}
        return tuple(sorted(one for one in pending if not raw.objects[one] & known))

    def _in_flight(
        self, source: AuditedSource, dt: str, attempts: Sequence[AuditedAttempt], raw: AuditedSnapshots
    ) -> dict[str, datetime]:
        """The time since when each snapshot is in flight, by snapshot_id."""
        if self.spool:
            return {one.snapshot_id: one.since for one in self._spooled if one[:2] == (source.name, dt)}
        named = {one.snapshot_id: from_stored(one.polled_at) for one in attempts if one.snapshot_id}
        return {one: since for one, since in named.items() if one not in raw.polled_at}

    def _late_attempts(
        self, source: AuditedSource, attempts: Sequence[AuditedAttempt], raw: AuditedSnapshots
    ) -> Iterator[AuditedAttempt]:
        """Without a spool: one attempt for each recent snapshot whose attempt's record has not arrived yet."""
        if self.spool:
            return
        recorded, oldest = {one.snapshot_id for one in attempts}, self.clock.now() - AgeLimits().in_flight
        for one, polled_at in raw.polled_at.items():
            if one not in recorded and polled_at.replace(tzinfo=UTC) > oldest:
                at = stored(polled_at.replace(tzinfo=UTC))
                yield AuditedAttempt(f"of {one}", source.name, "delivered", one, at, at, 0)


def _by_place(ledgers: Iterable[Ledger]) -> dict[tuple[str, str], Ledger]:
    return {(one.dt, one.source): one for one in ledgers}


def _age(now: datetime, since: Sequence[datetime]) -> timedelta:
    return now - min(since) if since else timedelta(0)
