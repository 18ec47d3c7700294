"""Colours, units and labels of a chart's fields."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from millrace.dashboards.definitions.panel import Panel, Series, Tone
from millrace.dashboards.grafana.targets import Json
from millrace.dashboards.html.shell import asset

NO_DATA = "no data"
_NUMBER = "locale"  # grouped digits, as the viewer's language writes them; the axis names the unit in words

# Grafana's names of units (`valueFormats/categories.ts`), by the word that a panel has.
_UNITS = {
    "seconds": "s",
    "minutes": "m",
    "hours": "h",
    "bytes": "decbytes",
    "%": "percent",
    "mm": "lengthmm",
    "USD": "currencyUSD",
}
_TONES = re.compile(r"--(?P<tone>\w+): light-dark\(#\w+, (?P<dark>#\w+)\)")


@cache
def colour(tone: Tone) -> str:
    """That of the page's dark theme, which is Grafana's default."""
    found = {match["tone"]: match["dark"] for match in _TONES.finditer(asset("page.css"))}
    return found[tone.value]


def unit(words: str) -> str:
    return _UNITS.get(words, _NUMBER)


def defaults(panel: Panel, custom: Mapping[str, Any]) -> Json:
    """What holds for each field. A chart without rows says so: no number stands for missing ones."""
    steps = [{"color": colour(Tone.ACCENT), "value": None}]
    return {
        "unit": unit(panel.unit),
        "noValue": NO_DATA,
        "color": {"mode": "fixed", "fixedColor": colour(Tone.ACCENT)},
        "thresholds": {"mode": "absolute", "steps": steps},
        "custom": dict(custom),
    }


def override(column: str, properties: Mapping[str, Any]) -> Json:
    """What holds for the fields of one column besides."""
    return {
        "matcher": {"id": "byName", "options": column},
        "properties": [{"id": name, "value": value} for name, value in properties.items()],
    }


def series_override(panel: Panel, series: Series, tone: Tone, more: Mapping[str, Any] | None = None) -> Json:
    """The label and the colour of a series; a line for each category is named by it, in a colour of its own."""
    if not panel.category:
        look = {"displayName": series.label, "color": {"mode": "fixed", "fixedColor": colour(tone)}}
    else:
        name = f"${{__field.labels.{panel.category}}}"
        label = name if len(panel.series) == 1 else f"{name}: {series.label}"
        look = {"displayName": label, "color": {"mode": "palette-classic"}}
    return override(series.column, {**look, **(more or {})})
