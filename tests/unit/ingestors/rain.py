"""Responses in the form of the real rainfall feed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

TIME = "2024-05-30T12:25:00+08:00"
PLACE = {"latitude": 1.2937, "longitude": 103.8125}


def station(name: str, place: Mapping[str, Any] = PLACE) -> dict[str, Any]:
    return {"id": name, "deviceId": name, "name": f"Station {name}", "location": place}


def rain(values: Mapping[str, Any] | None = None, timestamp: str = TIME, **data: Any) -> dict[str, Any]:
    """A response with the rain of each station in `values`; `data` replaces or adds fields of the answer's data."""
    values = {"S77": 0, "S109": 0.2, "S117": 1.4} if values is None else values
    readings = [{"stationId": name, "value": value} for name, value in values.items()]
    return {
        "code": 0,
        "data": {
            "stations": [station(name) for name in values],
            "readings": [{"timestamp": timestamp, "data": readings}],
            "readingType": "TB1 Rainfall 5 Minute Total F",
            "readingUnit": "mm",
            **data,
        },
        "errorMsg": "",
    }


def text(document: object) -> bytes:
    return json.dumps(document).encode()
