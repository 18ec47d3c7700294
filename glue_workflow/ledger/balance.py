"""The ledger's equations, per source and partition, in snapshots.

    attempts  = failed + responses
    responses = accepted + duplicate + quarantined
    accepted  = in flight + pending + held + superseded + published + rejected

and in rows, for the published and the rejected: entities in the payloads = staged rows + rows set aside.

A snapshot is published when any of its rows is staged, and rejected when rules set all of its rows aside. The entities
of both are on one side of the equation, their rows on the other: a row in neither table, or in both, breaks it. A
snapshot is rejected, too, when its record was taken out of raw (unreadable, or by hand): its bytes are in quarantine,
and it has neither entities nor rows.

Every term is counted from stored data by itself, none as the remainder of the others: a remainder would always balance.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Imbalance:
    """`term` is the term that does not add up; `message` says how, with snapshot ids where they are known."""

    term: str
    message: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """The counts of one partition of one source.

    `lost`: ids that were accepted and are not in stored data. `unexplained`: ids in stored data that no poll attempt
    names. `unannounced`: pending ids of a partition that is not on the pending list, so that no run would take them.
    `unattempted`: slots of the schedule that no attempt asked for: a gap that is reported, and no imbalance.
    """

    source: str
    dt: str
    attempts: int
    failed: int
    accepted: int
    duplicate: int
    quarantined: int
    in_flight: int
    pending: int
    held: int
    superseded: int
    published: int
    rejected: int
    entities: int
    staged_rows: int
    rows_set_aside: int
    lost: tuple[str, ...] = ()
    unexplained: tuple[str, ...] = ()
    quarantine_attempts: int = 0
    in_flight_age: timedelta = timedelta(0)
    pending_age: timedelta = timedelta(0)
    held_age: timedelta = timedelta(0)
    unannounced: tuple[str, ...] = ()
    unattempted: int = 0

    @property
    def responses(self) -> int:
        return self.accepted + self.duplicate + self.quarantined

    def imbalances(self, limits: AgeLimits) -> Iterator[Imbalance]:
        if self.attempts != self.failed + self.responses:
            yield Imbalance(
                "attempts",
                f"{self.attempts} attempts, but {self.failed} failed + {self.responses} responses",
            )
        if self.quarantined != self.quarantine_attempts:
            yield Imbalance(
                "quarantined",
                f"{self.quarantine_attempts} attempts were quarantined, but {self.quarantined} items are in quarantine",
            )
        yield from self._accepted()
        if self.entities != self.staged_rows + self.rows_set_aside:
            yield Imbalance(
                "rows",
                f"{self.entities} entities in the payloads, but {self.staged_rows} staged rows + "
                f"{self.rows_set_aside} set aside",
            )
        yield from self._ages(limits)

    def _accepted(self) -> Iterator[Imbalance]:
        found = self.in_flight + self.pending + self.held + self.superseded + self.published + self.rejected
        if self.accepted != found:
            yield Imbalance(
                "accepted",
                f"{self.accepted} accepted, but {self.in_flight} in flight + {self.pending} pending + "
                f"{self.held} held + {self.superseded} superseded + {self.published} published + "
                f"{self.rejected} rejected",
            )
        if self.lost:
            yield Imbalance("lost", f"accepted, but not in stored data: {_first_ids(self.lost)}")
        if self.unannounced:
            yield Imbalance(
                "pending",
                f"the partition is not on the pending list, so no run takes {_first_ids(self.unannounced)}; "
                "state may be lost: see millrace doctor",
            )
        if self.unexplained:
            yield Imbalance("unexplained", f"stored, but named by no poll attempt: {_first_ids(self.unexplained)}")

    def _ages(self, limits: AgeLimits) -> Iterator[Imbalance]:
        if self.in_flight_age > limits.in_flight:
            yield Imbalance("in flight", f"for {self.in_flight_age}, more than {limits.in_flight}")
        if self.pending_age > limits.pending:
            yield Imbalance("pending", f"for {self.pending_age}, more than {limits.pending}")
        if self.held_age > limits.held:
            yield Imbalance("held", f"for {self.held_age}, more than {limits.held}")


@dataclass(frozen=True, slots=True)
class AgeLimits:
    """How long a snapshot may stay in flight (acknowledged, in no raw object), pending (in raw, in no run) and held (in
    raw, refused by the gate with its partition)."""

    in_flight: timedelta = timedelta(hours=1)
    pending: timedelta = timedelta(hours=24)
    held: timedelta = timedelta(hours=24)


def _first_ids(ids: tuple[str, ...]) -> str:
    more = f" and {len(ids) - 3} more" if len(ids) > 3 else ""
    return ", ".join(ids[:3]) + more
