"""The simulated city: the feed's document for any instant, the same for the same seed, whatever was asked before.

A free taxi either waits (it stays where it is for some minutes) or cruises (it is somewhere else in every snapshot).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from itertools import accumulate, pairwise

from ingestors.simulator.demand import DISTRICTS, HIGHEST_SHARES, MOST, chance, free_taxis, shares
from ingestors.simulator.streets import digit_tails, lay_out

SINGAPORE = timezone(timedelta(hours=8))
GRID_SECONDS = 30
_EARLIEST = 16

_WAITING = 0.4
_STAND_EVERY = 6  # of those that wait
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
    """Free of state that shows: requests may come in any order and from many threads."""

    def __init__(self, seed: int = 1) -> None:
        self._seed = seed
        streets = lay_out(seed)
        self._streets = [streets[name] for name in DISTRICTS]
        self._tails = digit_tails(seed)
        self._waits = [[self._wait(index, cohort) for cohort in range(_COHORTS)] for index in range(len(DISTRICTS))]
        # A day has some 9,000 cohorts; at any time 72 are in use.
        self._waiting = lru_cache(maxsize=512)(self._new_cohort)

    def snapshot_time(self, instant: datetime) -> datetime:
        """The time, in UTC, of the newest snapshot at or before `instant`.

        There is one snapshot for every full half minute, taken 1 to 16 seconds before it.
        """
        return _EPOCH + timedelta(seconds=self._taken(self._newest(instant)))

    def response(self, instant: datetime) -> bytes:
        """The feed's whole document as of `instant`."""
        second = self._taken(self._newest(instant))
        taxis = self._taxis(second)
        taxis.sort()  # all begin with "103.", so this is the order of the longitudes
        timestamp = (_EPOCH + timedelta(seconds=second)).astimezone(SINGAPORE).isoformat()
        return "".join((_HEAD, "], [".join(taxis), _TAIL.format(timestamp=timestamp, count=len(taxis)))).encode()

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
            taxis += self._draw(index, end - start - waiting, second)
        return taxis

    def _wait(self, district: int, cohort: int) -> int:
        """How long the taxis of a cohort wait, in seconds."""
        return _SHORTEST_WAIT + int(chance(self._seed, 9, district, cohort) * (_LONGEST_WAIT - _SHORTEST_WAIT))

    def _new_cohort(self, district: int, cohort: int, epoch: int) -> list[str]:
        """Taxis that begin to wait together: as many as there can be at most, to be taken from the front."""
        size = int(MOST * HIGHEST_SHARES[district] * _WAITING / _COHORTS) + 2
        taxis = self._draw(district, size, cohort, epoch)
        at_stands = len(taxis[::_STAND_EVERY])
        stands = self._streets[district].stands
        start = self._start(len(stands) - at_stands, 10, district, cohort, epoch)
        taxis[::_STAND_EVERY] = stands[start : start + at_stands]
        return taxis

    def _draw(self, district: int, count: int, *keys: int) -> list[str]:
        """The positions of `count` taxis in a district's streets; the keys say which draw it is."""
        spots = self._streets[district].spots
        start = self._start(len(spots) - count, 11, district, *keys)
        first = self._start(len(self._tails) - count, 12, district, *keys)
        drawn = zip(spots[start : start + count], self._tails[first : first + count], strict=True)
        return [f"{x}{x_tail}{y}{y_tail}" for (x, y), (x_tail, y_tail) in drawn]

    def _start(self, choices: int, *keys: int) -> int:
        return int(chance(self._seed, *keys) * choices)
