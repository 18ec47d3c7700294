"""The poll history, read from `ops.polls`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from millrace.athena_sql.ports import Engine, Statement

# An attempt lies in the partition of its snapshot, by the source's local date. A query for a past time may return a
# snapshot of the day before, and time zones are up to 14 hours ahead of UTC and 12 behind it.
_DAYS_BEFORE, _DAYS_AFTER = timedelta(days=2), timedelta(days=1)

_ANSWERED = Statement(
    "ingestors.slots_with_snapshot",
    """
    SELECT DISTINCT requested_at
    FROM ops.polls
    WHERE source = :source
      AND outcome IN ('accepted', 'duplicate')
      AND requested_at BETWEEN :start AND :end
      AND dt BETWEEN :from_dt AND :to_dt
    """,
)


class EnginePollHistory:
    """The adapter of PollHistory on a query engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def slots_with_snapshot(self, source: str, start: datetime, end: datetime) -> set[datetime]:
        """As the port says; the instants are in UTC, in whole seconds. Raises QueryError and UnknownName."""
        first, last = (instant.astimezone(UTC).replace(tzinfo=None) for instant in (start, end))
        found = self._engine.query(
            _ANSWERED,
            {
                "source": source,
                "start": first.replace(microsecond=0),
                "end": last,
                "from_dt": (first - _DAYS_BEFORE).date(),
                "to_dt": (last + _DAYS_AFTER).date(),
            },
        )
        return {value.replace(tzinfo=UTC) for (value,) in found.rows if isinstance(value, datetime)}
