"""The gap filler: fills recent slots without a snapshot (failed, slept through) from the feed's history."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock

from millrace.athena_sql.ports import Engine, Parameter, Statement
from millrace.clock import Clock
from millrace.ingestors.polling.backfill import BackfillProgress, BackfillSummary, backfill
from millrace.ingestors.polling.handler import PollHandler
from millrace.ingestors.ports import PollHistory, Source
from millrace.time_keys import stored

HORIZON = timedelta(hours=24)
_WORKERS = 2  # the live polls share the rate budget

_EARLIEST = """
SELECT min(requested_at) AS earliest FROM ops.polls
WHERE source = :source AND dt >= :from_dt AND requested_at >= :horizon
"""

_log = logging.getLogger("millrace.gaps")


@dataclass
class GapFiller:
    """The gap filler. It remembers the earliest missed slot of each source; `fill` backfills from there."""

    handler: PollHandler
    history: PollHistory
    engine: Engine
    clock: Clock
    _since: dict[str, datetime] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def note_recent_gaps(self, source: Source) -> None:
        """At the service's start: every slot since the earliest poll of the last 24 hours may be missing."""
        horizon = self.clock.now() - HORIZON
        parameters: dict[str, Parameter] = {
            "source": source.name,
            "from_dt": (horizon - timedelta(days=1)).date(),
            "horizon": horizon.replace(tzinfo=None),
        }
        earliest = self.engine.query(Statement("the earliest recent poll", _EARLIEST), parameters).rows[0][0]
        if isinstance(earliest, datetime):
            self.note_gap(source.name, earliest.replace(tzinfo=UTC))

    def note_gap(self, source: str, missed: datetime) -> None:
        """Remember that the source may have gaps since `missed`."""
        with self._lock:
            self._since[source] = min(missed, self._since.get(source, missed))

    def fill(self, source: Source, progress: BackfillProgress = lambda summary, latest: None) -> BackfillSummary | None:
        """Backfill the source's gaps; None if it has no gap, or its feed no history. Failed slots remain gaps.

        What `progress` raises ends it, once the polls in progress are done; what is left remains a gap.
        """
        with self._lock:
            since = self._since.pop(source.name, None)
        if since is None or not source.has_history:
            return None
        now, every = self.clock.now(), source.interval
        first = _aligned(max(since, now - HORIZON), every)
        last = _aligned(now, every) - every  # the newest slot belongs to the live poll
        if first > last:
            return None
        try:
            summary = backfill(
                self.handler,
                source,
                first,
                last,
                every,
                history=self.history,
                workers=_WORKERS,
                progress=progress,
            )
        except BaseException:  # also Ctrl-C: the gap is still there
            self.note_gap(source.name, since)
            raise
        if summary.failed:
            self.note_gap(source.name, since)
        _log.info("gaps.filled", extra={"source": source.name, "since": stored(first), **_counts(summary)})
        return summary


def _aligned(instant: datetime, every: timedelta) -> datetime:
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return epoch + (instant - epoch) // every * every


def _counts(summary: BackfillSummary) -> dict[str, int]:
    return {name: getattr(summary, name) for name in ("slots", "skipped", "accepted", "duplicate", "failed")}
