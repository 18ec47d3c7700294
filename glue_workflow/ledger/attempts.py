"""The poll attempts that the ledger counts, from their own records: those in raw, and those still in the spool."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import msgspec

from millrace.athena_sql.ports import Engine, Statement
from millrace.firehose.envelope import from_line
from millrace.firehose.ports import Spool
from millrace.glue_workflow.ledger.schedule_gaps import Slot
from millrace.glue_workflow.ledger.snapshots import RawPartitions
from millrace.ingestors.ports import POLLS
from millrace.time_keys import from_stored

_ATTEMPTS = """
SELECT poll_id, source, recorded_outcome, snapshot_id, polled_at, requested_at, interval_seconds
FROM ops.polls WHERE dt = :dt
"""


@dataclass(frozen=True, slots=True)
class AuditedAttempt:
    """One poll attempt. `outcome`, from the attempt's own record: delivered, quarantined or failed."""

    poll_id: str
    source: str
    outcome: str
    snapshot_id: str | None
    polled_at: str
    requested_at: str
    interval_seconds: int

    @property
    def slot(self) -> Slot:
        return from_stored(self.requested_at), self.interval_seconds


@dataclass(frozen=True)
class AttemptRecords:
    """The records of poll attempts. `spool`: None for a stream that does not show what it holds."""

    engine: Engine
    raw: RawPartitions
    spool: Spool | None

    def of_day(self, dt: str) -> list[AuditedAttempt]:
        """The attempts of all sources in one partition. Raises LakeError for a damaged object."""
        found = [*self._stored(dt), *(attempt for day, attempt in self._spooled if day == dt)]
        return list({attempt.poll_id: attempt for attempt in found}.values())

    @cached_property
    def _spooled(self) -> list[tuple[str, AuditedAttempt]]:
        envelopes = [from_line(line) for line in self.spool.lines_in_flight(POLLS)] if self.spool else []
        return [(one.dt, msgspec.json.decode(one.payload, type=AuditedAttempt)) for one in envelopes]

    def _stored(self, dt: str) -> list[AuditedAttempt]:
        raw = self.raw.of(POLLS, dt)
        if not raw.keys:
            return []
        statement = Statement("audit of the attempts", _ATTEMPTS)
        found = self.engine.query(statement, {"dt": date.fromisoformat(dt)}, {f"raw.{POLLS}": raw})
        return [
            AuditedAttempt(
                str(row["poll_id"]),
                str(row["source"]),
                str(row["recorded_outcome"]),
                str(row["snapshot_id"]) if row["snapshot_id"] else None,
                str(row["polled_at"]),
                str(row["requested_at"]),
                int(row["interval_seconds"] or 0),  # type: ignore[arg-type]
            )
            for row in found.dicts()
        ]
