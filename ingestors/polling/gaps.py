"""The gap filler: fills recent slots without a snapshot (failed, slept through) from the feed's history."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock

from millrace.athena_sql.ports import Engine, Parameter, Statement
from millrace.clock import Clock
from millrace.ingestors.polling.backfill import BackfillSummary, backfill
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
    """The memory of since when each source may have gaps; `fill` backfills what is missing since then."""

    handler: PollHandler
    history: PollHistory
    engine: Engine
    clock: Clock
    _since: dict[str, datetime] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def look_back(self, source: Source) -> None:
        """At a start, note as a gap whatever is missing since the earliest poll of the last day."""
        horizon = self.clock.now() - HORIZON
        parameters: dict[str, Parameter] = {
            "source": source.name,
            "from_dt": (horizon - timedelta(days=1)).date(),
            "horizon": horizon.replace(tzinfo=None),
        }
        earliest = self.engine.query(Statement("the earliest recent poll", _EARLIEST), parameters).rows[0][0]
        if isinstance(earliest, datetime):
            self.note(source.name, earliest.replace(tzinfo=UTC))

    def note(self, source: str, missed: datetime) -> None:
        """Remember that the source may have gaps since `missed`."""
        with self._lock:
            self._since[source] = min(missed, self._since.get(source, missed))

    def fill(self, source: Source) -> BackfillSummary | None:
        """Backfill the source's gaps; None when there is none, or the feed has no history. Failed slots remain gaps."""
        with self._lock:
            since = self._since.pop(source.name, None)
        if since is None or source.history_parameter is None:
            return None
        now, every = self.clock.now(), source.interval
        first = _aligned(max(since, now - HORIZON), every)
        last = _aligned(now, every) - every  # the newest slot belongs to the live poll
        if first > last:
            return None
        try:
            summary = backfill(self.handler, source, first, last, every, history=self.history, workers=_WORKERS)
        except BaseException:
            self.note(source.name, since)
            raise
        if summary.failed:
            self.note(source.name, since)
        _log.info("gaps.filled", extra={"source": source.name, "since": stored(first), **_counts(summary)})
        return summary


def _aligned(instant: datetime, every: timedelta) -> datetime:
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return epoch + (instant - epoch) // every * every


def _counts(summary: BackfillSummary) -> dict[str, int]:
    return {name: getattr(summary, name) for name in ("slots", "skipped", "accepted", "duplicate", "failed")}
