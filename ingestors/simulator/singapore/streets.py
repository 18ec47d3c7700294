"""The simulated city's places, and the streets and taxi stands around them.

Positions are kept as text, because the feed publishes text and formatting numbers would take most of the time.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from millrace.ingestors.simulator.singapore.land import cell_of, street_cells

SPOTS = 24_000
_SPOTS_PER_DEGREE = 10_000
_SPOTS_PER_CELL = 10
_VISITS = 1 << 15
_TAILS = 1 << 13
_STAND_EVERY = 6  # every sixth waiting taxi is at a stand
_BLOCK = 64


@dataclass(frozen=True, slots=True)
class Place:
    """A part of town: its centre, the spread of its streets (degrees, one standard deviation), and its weight."""

    longitude: float
    latitude: float
    spread: float
    weight: float


# fmt: off
PLACES: dict[str, tuple[Place, ...]] = {
    "core": (
        Place(103.8515, 1.2840, 0.0030, 12), Place(103.8560, 1.2935, 0.0030, 6),  # Raffles Place; Marina Centre
        Place(103.8600, 1.2790, 0.0022, 5), Place(103.8440, 1.2775, 0.0030, 7),  # Marina Bay; Tanjong Pagar
        Place(103.8360, 1.3035, 0.0035, 12), Place(103.8280, 1.3065, 0.0030, 5),  # Orchard, its western end
        Place(103.8500, 1.2990, 0.0035, 7), Place(103.8560, 1.3040, 0.0040, 9),  # Bras Basah; Rochor, Bugis
        Place(103.8400, 1.2900, 0.0035, 7), Place(103.8420, 1.2830, 0.0030, 6),  # Clarke Quay; Chinatown
        Place(103.8320, 1.2950, 0.0035, 5), Place(103.8390, 1.3120, 0.0035, 4),  # River Valley; Newton
        Place(103.8600, 1.2690, 0.0020, 1), Place(103.8290, 1.2520, 0.0050, 2),  # cruise terminal; Sentosa
    ),
    "inner": (
        Place(103.8870, 1.3150, 0.0075, 15), Place(103.8820, 1.3260, 0.0060, 5),  # Geylang, Aljunied
        Place(103.8660, 1.3110, 0.0060, 8), Place(103.8440, 1.3210, 0.0055, 8),  # Kallang; Novena
        Place(103.8560, 1.3330, 0.0075, 9), Place(103.8480, 1.3510, 0.0055, 6),  # Toa Payoh; Bishan
        Place(103.8720, 1.3520, 0.0080, 7), Place(103.8220, 1.2800, 0.0080, 11),  # Serangoon; Bukit Merah
        Place(103.8210, 1.2660, 0.0030, 3), Place(103.8050, 1.2900, 0.0075, 8),  # HarbourFront; Queenstown
        Place(103.7880, 1.3030, 0.0070, 5), Place(103.7900, 1.3280, 0.0100, 4),  # one-north; Bukit Timah
        Place(103.8130, 1.3120, 0.0080, 4), Place(103.9040, 1.3050, 0.0080, 6),  # Tanglin; Katong
        Place(103.9070, 1.3190, 0.0070, 5), Place(103.8930, 1.3370, 0.0070, 4),  # Eunos; Paya Lebar, MacPherson
        Place(103.7660, 1.3140, 0.0060, 2),  # Clementi's east
    ),
    "north": (
        Place(103.7860, 1.4360, 0.0070, 11), Place(103.7990, 1.4440, 0.0055, 7),  # Woodlands
        Place(103.8200, 1.4490, 0.0050, 5), Place(103.8350, 1.4290, 0.0060, 11),  # Sembawang; Yishun
        Place(103.8460, 1.3725, 0.0070, 14), Place(103.8400, 1.3810, 0.0050, 4),  # Ang Mo Kio
        Place(103.8890, 1.3745, 0.0065, 10), Place(103.8750, 1.3830, 0.0050, 4),  # Hougang; Fernvale
        Place(103.8950, 1.3910, 0.0060, 9), Place(103.9060, 1.4030, 0.0050, 6),  # Sengkang; Punggol
        Place(103.8690, 1.3960, 0.0070, 2), Place(103.8140, 1.4080, 0.0080, 1),  # Seletar; Mandai
    ),
    "west": (
        Place(103.7420, 1.3340, 0.0060, 8), Place(103.7060, 1.3440, 0.0080, 11),  # Jurong East; Jurong West
        Place(103.7200, 1.3480, 0.0060, 5), Place(103.7490, 1.3490, 0.0060, 10),  # Lakeside; Bukit Batok
        Place(103.7450, 1.3850, 0.0060, 9), Place(103.7650, 1.3800, 0.0050, 8),  # Choa Chu Kang; Bukit Panjang
        Place(103.7640, 1.3150, 0.0050, 7), Place(103.7490, 1.4040, 0.0060, 4),  # Clementi; Yew Tee
        Place(103.6750, 1.3250, 0.0110, 3), Place(103.6400, 1.3150, 0.0120, 2),  # Pioneer; Tuas
        Place(103.6300, 1.2800, 0.0090, 0.6), Place(103.7120, 1.2760, 0.0060, 0.4),  # Tuas South; Jurong Island
        Place(103.7180, 1.3180, 0.0080, 2),  # Jurong's industry
    ),
    "east": (
        Place(103.9440, 1.3520, 0.0075, 19), Place(103.9570, 1.3440, 0.0060, 7),  # Tampines; Simei
        Place(103.9330, 1.3250, 0.0075, 14), Place(103.9520, 1.3230, 0.0080, 5),  # Bedok; Upper East Coast
        Place(103.9500, 1.3720, 0.0065, 9), Place(103.9640, 1.3330, 0.0050, 4),  # Pasir Ris; Changi Business Park
        Place(103.9880, 1.3880, 0.0045, 0.8), Place(103.9680, 1.3780, 0.0060, 1),  # Changi Village; Loyang
    ),
    "airport": (
        Place(103.9870, 1.3550, 0.0012, 20), Place(103.9895, 1.3595, 0.0009, 24),  # the terminals' queues
    ),
}
# fmt: on
# The road to the airport, on which taxis come and go.
AIRPORT_ROAD = ((103.9660, 1.3400), (103.9720, 1.3405), (103.9790, 1.3375), (103.9825, 1.3420), (103.9860, 1.3520))


@dataclass(frozen=True, slots=True)
class Streets:
    """The positions at which taxis cruise and wait in a district: `longitude, latitude`, with the feed's digits.

    Both are long random sequences, so that any run of them is a random draw. The cruising positions are sorted within
    blocks of 64: that is invisible in a run of some hundreds, and halves the time to sort a snapshot.
    """

    cruising: list[str]
    waiting: list[str]


Tail = tuple[str, str]  # digits to append to a spot's longitude and latitude
Cell = tuple[int, int]  # the south-west corner of a spot, 0.0001 degree (11 m) wide


def lay_out(seed: int) -> dict[str, Streets]:
    """The streets of every district. A busier place has more spots, so that spots can be drawn with equal weight."""
    land = street_cells()
    rng = Random(f"streets/{seed}")
    tails = [_five_decimals(rng) if rng.random() < 0.7 else _minutes(rng) for _ in range(_TAILS)]
    return {name: _as_text(_district(name, places, rng, land), tails, rng) for name, places in PLACES.items()}


def _as_text(cells: list[Cell], tails: list[Tail], rng: Random) -> Streets:
    spots = [(f"{x / _SPOTS_PER_DEGREE:.4f}", f"{y / _SPOTS_PER_DEGREE:.4f}") for x, y in cells]
    waiting = _positions(spots, tails, rng)
    stands = [f"{x / _SPOTS_PER_DEGREE!r}, {y / _SPOTS_PER_DEGREE!r}" for x, y in rng.sample(cells, len(cells) // 8)]
    waiting[::_STAND_EVERY] = rng.choices(stands, k=len(waiting[::_STAND_EVERY]))
    return Streets(_sorted_in_blocks(_positions(spots, tails, rng)), waiting)


def _positions(spots: list[tuple[str, str]], tails: list[Tail], rng: Random) -> list[str]:
    drawn = zip(rng.choices(spots, k=_VISITS), rng.choices(tails, k=_VISITS), strict=True)
    return [f"{x}{x_tail}, {y}{y_tail}" for (x, y), (x_tail, y_tail) in drawn]


def _sorted_in_blocks(positions: list[str]) -> list[str]:
    return [one for start in range(0, len(positions), _BLOCK) for one in sorted(positions[start : start + _BLOCK])]


def _five_decimals(rng: Random) -> Tail:
    return str(rng.randint(1, 9)), str(rng.randint(1, 9))


def _minutes(rng: Random) -> Tail:
    """The digits of a receiver that counts in minutes of arc.

    They give six, seven or more decimals, up to 15 significant digits, as in the recording, where also seven in ten
    positions have five decimals.
    """
    x, y = rng.randint(1, 599) / 600, rng.randint(1, 599) / 600
    return f"{x:.8f}"[2:].rstrip("0"), f"{y:.10f}"[2:].rstrip("0")


def _district(name: str, places: tuple[Place, ...], rng: Random, land: frozenset[int]) -> list[Cell]:
    each = SPOTS / len(PLACES) / sum(place.weight for place in places)
    cells: list[Cell] = []
    for place in places:
        wanted = max(round(place.weight * each), 10)
        found: list[Cell] = []
        while len(found) < wanted:
            found += _street(place, rng, land)
        cells += found[:wanted]
    return cells + (_road(rng, land, len(cells) // 4) if name == "airport" else [])


def _street(place: Place, rng: Random, land: frozenset[int]) -> list[Cell]:
    """Spots along one straight street, with a cluster (a taxi stand) at one point of it."""
    x, y = rng.gauss(place.longitude, place.spread), rng.gauss(place.latitude, place.spread)
    angle, length = rng.uniform(0, math.pi), rng.uniform(0.5, 1.5) * place.spread
    dx, dy = math.cos(angle) * length / 2, math.sin(angle) * length / 2
    count = rng.randint(6, 18)
    steps = [rng.uniform(-1, 1) for _ in range(count)] + [rng.gauss(0.3, 0.03) for _ in range(count // 4)]
    spread = [_cell(x + dx * step, y + dy * step, rng) for step in steps]
    return [cell for cell in spread if _has_street(cell, land)]


def _road(rng: Random, land: frozenset[int], count: int) -> list[Cell]:
    legs = list(pairwise(AIRPORT_ROAD))
    cells: list[Cell] = []
    for _ in range(count):
        ((x0, y0), (x1, y1)), part = rng.choice(legs), rng.random()
        cells.append(_cell(x0 + (x1 - x0) * part, y0 + (y1 - y0) * part, rng))
    return [cell for cell in cells if _has_street(cell, land)]


def _cell(longitude: float, latitude: float, rng: Random) -> Cell:
    width = 0.00012  # of a street
    return (
        math.floor((longitude + rng.uniform(-width, width)) * _SPOTS_PER_DEGREE),
        math.floor((latitude + rng.uniform(-width, width)) * _SPOTS_PER_DEGREE),
    )


def _has_street(cell: Cell, land: frozenset[int]) -> bool:
    return cell_of(cell[0] // _SPOTS_PER_CELL, cell[1] // _SPOTS_PER_CELL) in land
