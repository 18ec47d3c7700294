"""The simulated city: the taxi feed's document for any seed and instant, whatever was requested before.

A free taxi either waits (at the same position for some minutes) or cruises (at another position in every snapshot).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from itertools import accumulate, pairwise

from millrace.ingestors.simulator.noise import chance
from millrace.ingestors.simulator.simulation import SimulatedSnapshot
from millrace.ingestors.simulator.singapore.demand import DISTRICTS, HIGHEST_SHARES, MOST, free_taxis, shares
from millrace.ingestors.simulator.singapore.streets import lay_out

SINGAPORE = timezone(timedelta(hours=8))
GRID_SECONDS = 30
_EARLIEST = 16

_WAITING = 0.4
_COHORTS = 12
_SHORTEST_WAIT, _LONGEST_WAIT = 6 * 60, 20 * 60
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_HEAD = (
    '{"type": "FeatureCollection", "crs": {"type": "link", "properties": {"href": '
    '"http://spatialreference.org/ref/epsg/4326/ogcwkt/", "type": "ogcwkt"}}, "features": [{"type": "Feature", '
    '"geometry": {"type": "MultiPoint", "coordinates": [['
)
_TAIL = (
    ']]}}, "properties": {{"timestamp": "{timestamp}", "taxi_count": {count}, '
    '"api_info": {{"status": "healthy"}}}}}}]}}'
)


class SimulatedCity:
    """A city without visible state: requests may come in any order and from many threads."""

    def __init__(self, seed: int = 1) -> None:
        self._seed = seed
        streets = lay_out(seed)
        self._streets = [streets[name] for name in DISTRICTS]
        self._waits = [[self._wait(index, cohort) for cohort in range(_COHORTS)] for index in range(len(DISTRICTS))]
        # A day has some 9,000 cohorts; at any time 72 are in use.
        self._waiting = lru_cache(maxsize=512)(self._new_cohort)

    def snapshot_time(self, instant: datetime) -> datetime:
        """The time, in UTC, of the newest snapshot at or before `instant`.

        There is one snapshot for every full half minute, taken 1 to 16 seconds before it.
        """
        return _EPOCH + timedelta(seconds=self._taken(self._newest(instant)))

    def snapshot(self, instant: datetime) -> SimulatedSnapshot:
        """The newest snapshot at or before `instant`; its time is in UTC."""
        second = self._taken(self._newest(instant))
        taxis = self._taxis(second)
        taxis.sort()  # all begin with "103.", so this is the order of the longitudes
        observed_at = _EPOCH + timedelta(seconds=second)
        tail = _TAIL.format(timestamp=observed_at.astimezone(SINGAPORE).isoformat(), count=len(taxis))
        return SimulatedSnapshot(observed_at, len(taxis), "".join((_HEAD, "], [".join(taxis), tail)).encode())

    def _newest(self, instant: datetime) -> int:
        """The number of the newest snapshot, counted in half minutes."""
        elapsed = instant - _EPOCH
        following = elapsed // timedelta(seconds=GRID_SECONDS) + 1
        is_out = timedelta(seconds=self._taken(following)) <= elapsed
        return following if is_out else following - 1

    def _taken(self, number: int) -> int:
        """When a snapshot is taken, in Unix time."""
        return number * GRID_SECONDS - 1 - int(chance(self._seed, 0, number) * _EARLIEST)

    def _taxis(self, second: int) -> list[str]:
        taxis: list[str] = []
        total = free_taxis(self._seed, second)
        ends = [round(total * share) for share in accumulate(shares(second))]
        for index, (start, end) in enumerate(pairwise((0, *ends))):
            waiting = int((end - start) * _WAITING)
            for cohort, length in enumerate(self._waits[index]):
                arrived = self._waiting(index, cohort, (second + 97 * cohort) // length)
                taxis += arrived[: (waiting + cohort) // _COHORTS]
            cruising, count = self._streets[index].cruising, end - start - waiting
            first = self._first(len(cruising) - count, 11, index, second)
            taxis += cruising[first : first + count]
        return taxis

    def _wait(self, district: int, cohort: int) -> int:
        """How long the taxis of a cohort wait, in seconds."""
        return _SHORTEST_WAIT + int(chance(self._seed, 9, district, cohort) * (_LONGEST_WAIT - _SHORTEST_WAIT))

    def _new_cohort(self, district: int, cohort: int, epoch: int) -> list[str]:
        """The positions of taxis that begin to wait together: the greatest number possible, used from the front.

        Each cohort has its own part of the positions, so that no two cohorts draw the same run.
        """
        size = int(MOST * HIGHEST_SHARES[district] * _WAITING / _COHORTS) + 2
        waiting = self._streets[district].waiting
        part = len(waiting) // _COHORTS
        first = cohort * part + self._first(part - size, 10, district, cohort, epoch)
        return waiting[first : first + size]

    def _first(self, choices: int, *keys: int) -> int:
        """The random start of a run of positions; `keys` identify the draw."""
        return int(chance(self._seed, *keys) * choices)
