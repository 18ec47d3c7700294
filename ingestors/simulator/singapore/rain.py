"""The simulated rain stations: the v2 API's rainfall document for any seed and instant.

It rains when rain takes the simulated city's free taxis off the street (`demand.rain`), and sometimes it drizzles for
an hour, too lightly to affect the taxis.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from millrace.ingestors.simulator.noise import chance
from millrace.ingestors.simulator.simulation import SimulatedSnapshot
from millrace.ingestors.simulator.singapore.city import SINGAPORE
from millrace.ingestors.simulator.singapore.demand import rain
from millrace.ingestors.simulator.singapore.land import on_land

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EVERY = timedelta(minutes=5)
_PUBLISHED_AFTER = timedelta(minutes=2)
_STEP = 30  # between stations, in 0.001 degree
_TIP_MM = 0.2  # one tip of a gauge's bucket: readings are multiples of it
_HEAVIEST_MM = 16.0
_DRIZZLE, _DRIZZLE_CHANCE = 0.06, 0.12  # greatest depth (a shower has 0.2 or more); chance per hour


class SimulatedRain:
    """Rain stations without visible state: requests may come in any order and from many threads."""

    def __init__(self, seed: int = 1) -> None:
        self._seed = seed
        self._stations = _stations(seed)

    def snapshot(self, instant: datetime) -> SimulatedSnapshot:
        """The newest published reading at `instant`: there is one per full 5 minutes, published 2 minutes later."""
        number = (instant - _EPOCH - _PUBLISHED_AFTER) // _EVERY
        observed_at = _EPOCH + number * _EVERY
        values = [{"stationId": one["id"], "value": self._fallen(index, number)} for index, one in self._numbered]
        document = {
            "code": 0,
            "data": {
                "stations": self._stations,
                "readings": [{"timestamp": observed_at.astimezone(SINGAPORE).isoformat(), "data": values}],
                "readingType": "TB1 Rainfall 5 Minute Total F",
                "readingUnit": "mm",
            },
            "errorMsg": "",
        }
        return SimulatedSnapshot(observed_at, len(values), json.dumps(document).encode())

    @property
    def _numbered(self) -> enumerate[dict[str, object]]:
        return enumerate(self._stations)

    def _fallen(self, station: int, number: int) -> float:
        """The rain in mm in the 5 minutes before the reading; some stations stay dry in any shower."""
        depth = self._depth(number)
        share = max(0.0, 1.3 * chance(self._seed, 20, station, number) - 0.3) if depth else 0.0
        return round(round(_HEAVIEST_MM * depth * share / _TIP_MM) * _TIP_MM, 1)

    def _depth(self, number: int) -> float:
        """How hard it rains at a reading, from 0: shower or drizzle, whichever is heavier."""
        hour, part = divmod(number, 12)
        drizzle = _DRIZZLE * min(part, 12 - part) / 6 if chance(self._seed, 22, hour) < _DRIZZLE_CHANCE else 0.0
        return max(rain(self._seed, number * _EVERY // timedelta(seconds=1)), drizzle)


def _stations(seed: int) -> list[dict[str, object]]:
    """The stations: on land, a random distance away from the corners of a grid."""
    found: list[dict[str, object]] = []
    for x in range(103_600, 104_030, _STEP):
        for y in range(1_240, 1_480, _STEP):
            east, north = ((at + _STEP * chance(seed, 21, x, y, axis)) / 1000 for axis, at in enumerate((x, y)))
            if on_land(east, north):
                name = f"S{101 + len(found)}"
                place = {"latitude": round(north, 4), "longitude": round(east, 4)}
                found.append({"id": name, "deviceId": name, "name": f"Simulated station {name}", "location": place})
    return found
