"""Where panels stand in Grafana's grid of 24 columns, and the numbers that identify them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from millrace.dashboards.definitions.panel import Panel, PanelKind

COLUMNS = 24
HEIGHTS: Mapping[PanelKind, int] = MappingProxyType(
    {
        PanelKind.TIME_SERIES: 9,
        PanelKind.STACKED_BARS: 8,
        PanelKind.HEATMAP: 12,
        PanelKind.MAP: 12,
        PanelKind.LINE_OVER_BARS: 9,
        PanelKind.STAT: 4,
        PanelKind.RANKING: 12,
        PanelKind.RUNS: 9,
        PanelKind.RESULTS: 11,
    }
)
_NARROW = {PanelKind.MAP, PanelKind.RANKING}


def places(panels: Iterable[Panel]) -> Iterator[tuple[Panel, dict[str, int]]]:
    """Each panel with its place: from left to right, and the next row where it no longer fits."""
    x = y = row = 0
    for panel in panels:
        width = COLUMNS // 2 if panel.half_width or panel.kind in _NARROW else COLUMNS
        if x + width > COLUMNS:
            x, y, row = 0, y + row, 0
        height = HEIGHTS[panel.kind]
        yield panel, {"x": x, "y": y, "w": width, "h": height}
        x, row = x + width, max(row, height)


def numbers(names: Iterable[str]) -> dict[str, int]:
    """The number of each panel, from its name alone, so that links to it hold when others come and go.

    Two of one number, which 10,000 panels have once in 20 times, get different ones in the order of their names.
    """
    found: dict[str, int] = {}
    taken: set[int] = set()
    for name in sorted(names):
        number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4]) >> 2 or 1
        while number in taken:
            number += 1
        taken.add(number)
        found[name] = number
    return found
