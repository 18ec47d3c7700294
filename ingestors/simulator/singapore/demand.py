"""The number of free taxis, and their distribution over the city: by hour, day of the week, chance and rain.

All functions are pure: the same seed and second give the same number. Seconds are Unix time. The hourly tables follow
ten recorded days of January 2019: most taxis are free at midnight, fewest in the rush hours.
"""

from __future__ import annotations

from millrace.ingestors.simulator.noise import blend, chance, noise, smooth

FEWEST, MOST = 1_500, 6_500
LOCAL_OFFSET = 8 * 3600
DISTRICTS = ("core", "inner", "north", "west", "east", "airport")

_HOUR = 3600

# fmt: off
_WEEKDAY = (4700, 4500, 4150, 3700, 3550, 3350, 3000, 2850, 2650, 3500, 4300, 4400,
            4250, 4100, 4050, 4250, 4000, 3400, 3050, 3700, 4700, 4800, 4950, 5150)
_SATURDAY = (4950, 4750, 4600, 4050, 3950, 3700, 3200, 3400, 3700, 4000, 3850, 3550,
             3250, 3300, 3500, 3750, 3700, 3500, 3300, 3900, 4500, 4800, 4900, 4800)
_SUNDAY = (4500, 4300, 4150, 3850, 3550, 3300, 2850, 2950, 3000, 3250, 3350, 3300,
           3200, 3150, 3400, 3750, 3800, 3550, 3600, 3950, 4100, 4000, 4250, 4500)
_WEEK = (_WEEKDAY,) * 5 + (_SATURDAY, _SUNDAY)

# Percent of the free taxis in each of DISTRICTS, at the full hour; rows need not sum to 100.
_SHARES = (
    (24, 24, 21, 13,  9,  9), (25, 24, 24, 14,  9,  5), (25, 25, 25, 14,  9,  4), (20, 26, 27, 15, 10,  4),
    (16, 26, 28, 16, 11,  5), (13, 25, 29, 16, 11,  8), (11, 24, 28, 15, 13, 11), (13, 25, 26, 16, 13, 10),
    (17, 25, 23, 17, 13,  7), (24, 28, 18, 16, 10,  5), (28, 29, 15, 14,  9,  5), (27, 28, 16, 13,  9,  7),
    (26, 27, 17, 12,  9,  9), (24, 27, 19, 13,  9,  8), (22, 26, 20, 15,  9,  8), (20, 26, 21, 15, 10,  8),
    (18, 26, 24, 15, 10,  8), (17, 26, 24, 15, 11,  9), (18, 25, 23, 15, 11,  9), (22, 26, 20, 14, 10,  8),
    (24, 25, 20, 13, 10,  8), (21, 24, 22, 14, 10,  9), (20, 24, 23, 14, 10, 10), (23, 24, 21, 13,  9, 10),
)
# fmt: on
HIGHEST_SHARES = tuple(max(row[index] / sum(row) for row in _SHARES) for index in range(len(DISTRICTS)))

# Showers: at most one starts in each quarter of the day; the afternoon's is the likeliest.
_QUARTER = 6 * _HOUR
_RAIN_CHANCE = (0.12, 0.15, 0.40, 0.22)
_RAIN_ONSET, _RAIN_EASING = 8 * 60, 25 * 60


def free_taxis(seed: int, second: int) -> int:
    """The number of free taxis, from FEWEST to MOST."""
    wander = 1 + 0.05 * noise(seed, 1, second, 45 * 60) + 0.015 * noise(seed, 2, second, 6 * 60)
    flicker = 1 + 0.004 * (2 * chance(seed, 3, second) - 1)
    hour, part = divmod(second + LOCAL_OFFSET, _HOUR)
    usual = blend(_usual(seed, hour), _usual(seed, hour + 1), part / _HOUR)
    return round(min(max(usual * wander * flicker * (1 - rain(seed, second)), FEWEST), MOST))


def shares(second: int) -> list[float]:
    """The share of the free taxis in each of DISTRICTS; they sum to 1."""
    hour, part = divmod(second + LOCAL_OFFSET, _HOUR)
    before, after = _SHARES[hour % 24], _SHARES[(hour + 1) % 24]
    weights = [blend(a, b, part / _HOUR) for a, b in zip(before, after, strict=True)]
    total = sum(weights)
    return [weight / total for weight in weights]


def rain(seed: int, second: int) -> float:
    """The share of the free taxis that rain takes off the street; 0 when it is dry."""
    quarter = (second + LOCAL_OFFSET) // _QUARTER
    return max(_shower(seed, quarter, second), _shower(seed, quarter - 1, second))


def _shower(seed: int, quarter: int, second: int) -> float:
    if chance(seed, 4, quarter) >= _RAIN_CHANCE[quarter % 4]:
        return 0.0
    start = quarter * _QUARTER - LOCAL_OFFSET + chance(seed, 5, quarter) * 5 * _HOUR
    end = start + (40 + 90 * chance(seed, 6, quarter)) * 60
    depth = 0.2 + 0.35 * chance(seed, 7, quarter)
    return depth * smooth(min(max(min((second - start) / _RAIN_ONSET, (end - second) / _RAIN_EASING), 0.0), 1.0))


def _usual(seed: int, hour: int) -> float:
    """The table's value for an hour, slightly different on every day; `hour` counts local hours since 1970."""
    day = hour // 24
    return _WEEK[(day + 3) % 7][hour % 24] * (0.95 + 0.1 * chance(seed, 8, day))  # 1970-01-01 was a Thursday
