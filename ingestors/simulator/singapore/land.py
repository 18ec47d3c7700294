"""The land where a simulated taxi may stand: a rough, hand-made outline of Singapore, inside the real coast.

All corners lie on the 0.001-degree grid, so that the outline is straight within each row of the land mask's cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

Point = tuple[float, float]
Polygon = tuple[Point, ...]

CELLS_PER_DEGREE = 1000
_WEST, _SOUTH = 103_000, 1_000  # the mask's origin, in cells

# fmt: off
MAIN_ISLAND: Polygon = (
    # Tuas, and the north-west coast to the Causeway
    (103.614, 1.262), (103.613, 1.278), (103.620, 1.300), (103.626, 1.320), (103.632, 1.335), (103.637, 1.346),
    (103.650, 1.365), (103.656, 1.385), (103.664, 1.400), (103.670, 1.415), (103.678, 1.430), (103.690, 1.436),
    (103.706, 1.441), (103.722, 1.442), (103.738, 1.437), (103.746, 1.440), (103.757, 1.444), (103.768, 1.450),
    # Woodlands, Sembawang, Seletar, Punggol
    (103.780, 1.454), (103.793, 1.459), (103.805, 1.462), (103.822, 1.461), (103.836, 1.459), (103.842, 1.453),
    (103.855, 1.441), (103.864, 1.431), (103.866, 1.424), (103.870, 1.420), (103.880, 1.417), (103.888, 1.410),
    (103.893, 1.409), (103.902, 1.418), (103.909, 1.420), (103.917, 1.410), (103.924, 1.399), (103.928, 1.391),
    # Pasir Ris, Changi and its coast
    (103.934, 1.386), (103.948, 1.384), (103.960, 1.386), (103.972, 1.390), (103.985, 1.392), (103.992, 1.391),
    (104.001, 1.388), (104.004, 1.380), (104.008, 1.368), (104.012, 1.350), (104.013, 1.330), (104.008, 1.318),
    (103.998, 1.313), (103.988, 1.313), (103.972, 1.314), (103.960, 1.313), (103.945, 1.308), (103.925, 1.303),
    # East Coast, Marina, Keppel
    (103.910, 1.300), (103.895, 1.296), (103.890, 1.294), (103.880, 1.292), (103.877, 1.288), (103.874, 1.284),
    (103.870, 1.279), (103.868, 1.271), (103.864, 1.266), (103.858, 1.265), (103.854, 1.270), (103.847, 1.270),
    (103.840, 1.269), (103.832, 1.266), (103.824, 1.264), (103.816, 1.263), (103.810, 1.265), (103.802, 1.266),
    # Pasir Panjang, Jurong, Gul, Tuas
    (103.796, 1.271), (103.786, 1.276), (103.775, 1.282), (103.767, 1.289), (103.761, 1.295), (103.750, 1.301),
    (103.735, 1.304), (103.722, 1.304), (103.705, 1.306), (103.692, 1.303), (103.680, 1.306), (103.674, 1.309),
    (103.668, 1.303), (103.660, 1.303), (103.656, 1.309), (103.650, 1.309), (103.646, 1.298), (103.644, 1.280),
    (103.642, 1.262), (103.634, 1.252), (103.624, 1.252),
)
SENTOSA: Polygon = (
    (103.809, 1.258), (103.818, 1.258), (103.826, 1.256), (103.834, 1.251), (103.842, 1.248), (103.844, 1.244),
    (103.839, 1.241), (103.831, 1.245), (103.822, 1.250), (103.813, 1.254),
)
JURONG_ISLAND: Polygon = (
    (103.692, 1.268), (103.704, 1.280), (103.715, 1.282), (103.723, 1.283), (103.723, 1.276), (103.712, 1.268),
    (103.700, 1.263),
)
OUTLINE: tuple[Polygon, ...] = (MAIN_ISLAND, SENTOSA, JURONG_ISLAND)

# Land (and water inside it) without streets: nature, reservoirs, airfields, training areas.
_EMPTY: tuple[Polygon, ...] = (
    ((103.783, 1.352), (103.812, 1.344), (103.826, 1.352), (103.822, 1.375), (103.828, 1.392), (103.815, 1.404),
     (103.795, 1.400), (103.786, 1.378)),  # central catchment
    ((103.630, 1.352), (103.688, 1.353), (103.700, 1.375), (103.735, 1.400), (103.743, 1.430), (103.738, 1.445),
     (103.690, 1.445), (103.630, 1.420)),  # western catchment, Tengah, Lim Chu Kang
    ((103.903, 1.347), (103.914, 1.343), (103.922, 1.360), (103.914, 1.376), (103.905, 1.372)),  # Paya Lebar
    ((103.993, 1.322), (104.014, 1.322), (104.014, 1.380), (103.998, 1.380), (103.993, 1.365)),  # Changi, east
    ((103.975, 1.346), (103.981, 1.346), (103.984, 1.380), (103.976, 1.376)),  # Changi, west
    ((103.844, 1.400), (103.858, 1.400), (103.864, 1.415), (103.852, 1.414)),  # Lower Seletar reservoir
    ((103.844, 1.436), (103.866, 1.428), (103.866, 1.445), (103.850, 1.450)),  # Simpang
    ((103.735, 1.311), (103.747, 1.311), (103.747, 1.321), (103.735, 1.321)),  # Pandan reservoir
    ((103.855, 1.283), (103.859, 1.283), (103.859, 1.288), (103.855, 1.288)),  # Marina Bay
    ((103.861, 1.286), (103.871, 1.281), (103.873, 1.287), (103.874, 1.295), (103.867, 1.294)),  # Marina Channel
)
# fmt: on


def on_land(longitude: float, latitude: float) -> bool:
    """Whether a position lies within the outline."""
    return any(_inside(polygon, longitude, latitude) for polygon in OUTLINE)


def cell_of(x: int, y: int) -> int:
    """The mask's key for the cell whose south-west corner is (x, y), in units of 0.001 degree."""
    return (y - _SOUTH) * 10_000 + x - _WEST


def street_cells() -> frozenset[int]:
    """The 0.001-degree cells that lie wholly on land and may have streets."""
    land = {cell for polygon in OUTLINE for cell in _cells(polygon, whole=True)}
    return frozenset(land.difference(*(_cells(polygon, whole=False) for polygon in _EMPTY)))


def _inside(polygon: Polygon, longitude: float, latitude: float) -> bool:
    return sum(crossing < longitude for crossing in _crossings(polygon, latitude)) % 2 == 1


def _crossings(polygon: Sequence[Point], latitude: float) -> list[float]:
    """The longitudes at which the outline crosses a parallel, from west to east."""
    return sorted(
        x0 + (latitude - y0) * (x1 - x0) / (y1 - y0)
        for (x0, y0), (x1, y1) in pairwise((*polygon, polygon[0]))
        if (y0 <= latitude) != (y1 <= latitude)
    )


def _cells(polygon: Polygon, *, whole: bool) -> set[int]:
    """The cells wholly inside a polygon; without `whole`, those whose centre is inside."""
    south = round(min(y for _, y in polygon) * CELLS_PER_DEGREE)
    north = round(max(y for _, y in polygon) * CELLS_PER_DEGREE)
    heights = (0.001, 0.5, 0.999) if whole else (0.5,)  # just inside the row, so that a corner is crossed once
    found: set[int] = set()
    for y in range(south, north):
        found |= set.intersection(*(_columns(polygon, y, height, whole=whole) for height in heights))
    return found


def _columns(polygon: Polygon, y: int, height: float, *, whole: bool) -> set[int]:
    crossings = _crossings(polygon, (y + height) / CELLS_PER_DEGREE)
    columns: set[int] = set()
    for west, east in zip(crossings[::2], crossings[1::2], strict=True):
        start, end = west * CELLS_PER_DEGREE, east * CELLS_PER_DEGREE
        first, last = (int(start) + 1, int(end)) if whole else (round(start), round(end))
        columns |= {cell_of(x, y) for x in range(first, last)}
    return columns
