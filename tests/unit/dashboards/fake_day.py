"""A day as the prod tables would give it, and an engine that answers with it: 1,440 polls, 20 minutes lost at 13:00."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from athena_sql.ports import Column, Parameter, Result, Statement, TableData, Value, WriteRequest, WrittenFile
from dashboards.panels import FRESHNESS, NEWEST_DAY, TAXIS_AVAILABLE, TAXIS_BY_AREA
from millrace.errors import MillraceError

DAY = date(2024, 5, 30)
LOST_MINUTES = range(13 * 60, 13 * 60 + 20)
# fmt: off
AREAS = (
    "Ang Mo Kio", "Bedok", "Bishan", "Boon Lay", "Bukit Batok", "Bukit Merah", "Bukit Panjang", "Bukit Timah",
    "Central Water Catchment", "Changi", "Choa Chu Kang", "Clementi", "Downtown Core", "Geylang", "Hougang",
    "Jurong East", "Jurong West", "Kallang", "Lim Chu Kang", "Marine Parade", "Newton", "Novena", "Orchard", "Outram",
    "Pasir Ris", "Punggol", "Queenstown", "River Valley", "Rochor", "Sembawang", "Sengkang", "Serangoon", "Tampines",
    "Toa Payoh", "Western Islands", "Woodlands", "Yishun",
)
# fmt: on

Table = tuple[Sequence[str], list[tuple[Value, ...]]]


class FakeEngine:
    """Answers each statement by its name, with a table or with an error, and keeps what it was asked."""

    def __init__(self, answers: Mapping[str, Table | MillraceError]) -> None:
        self._answers = answers
        self.asked: list[tuple[str, Mapping[str, Parameter]]] = []

    def query(
        self,
        statement: Statement,
        parameters: Mapping[str, Parameter] | None = None,
        tables: Mapping[str, TableData] | None = None,
    ) -> Result:
        self.asked.append((statement.name, dict(parameters or {})))
        answer = self._answers[statement.name]
        if isinstance(answer, MillraceError):
            raise answer
        names, rows = answer
        return Result(tuple(Column(name, "string") for name in names), list(rows))

    def write(self, request: WriteRequest) -> list[WrittenFile]:
        raise NotImplementedError

    def interrupt(self) -> None: ...

    def close(self) -> None: ...


def engine_of_the_day(**replaced: Any) -> FakeEngine:
    """`replaced` gives other answers for `newest_day`, `taxis`, `areas` or `freshness`."""
    answers = {"newest_day": (["day"], [(DAY,)]), "taxis": taxis(), "areas": areas(), "freshness": freshness()}
    answers |= replaced
    statements = {
        "newest_day": NEWEST_DAY,
        "taxis": TAXIS_AVAILABLE.statement,
        "areas": TAXIS_BY_AREA.statement,
        "freshness": FRESHNESS.statement,
    }
    return FakeEngine({statements[name].name: answer for name, answer in answers.items()})


def taxis() -> Table:
    dice = random.Random(7)
    rows: list[tuple[Value, ...]] = []
    for minute in range(24 * 60):
        if minute in LOST_MINUTES:
            continue
        at = datetime.combine(DAY, datetime.min.time()) + timedelta(minutes=minute, seconds=dice.randrange(3, 50))
        count = round(level(minute / 60) + dice.gauss(0, 22))
        rows.append((at, Decimal(count) / 100, count, 8 <= at.hour < 20))
    return ["observed_at_local", "taxis_hundreds", "taxis", "business_hours"], rows


def level(hour: float) -> float:
    """Many stand idle at night; few are left in the two rush hours."""
    night = 1500 * math.exp(-(((hour - 3.5) / 3.2) ** 2)) + 900 * math.exp(-(((hour - 24.5) / 2.5) ** 2))
    rush = 1250 * math.exp(-(((hour - 8.6) / 1.1) ** 2)) + 1500 * math.exp(-(((hour - 18.4) / 1.4) ** 2))
    return 3900 + night - rush + 260 * math.sin(hour * 1.7)


def areas() -> Table:
    dice = random.Random(11)
    weights = {area: 0.0 if area == "Western Islands" else dice.paretovariate(1.1) for area in AREAS}
    scale = 1 / sum(weights.values())
    rows: list[tuple[Value, ...]] = []
    for area, weight in weights.items():
        for hour in range(24):
            shift = 1 + 0.5 * math.sin(hour / 24 * 6.28 + len(area))
            at = datetime.combine(DAY, datetime.min.time()) + timedelta(hours=hour)
            rows.append((area, at, level(hour + 0.5) * weight * scale * shift))
    return ["area", "hour_local", "taxis_mean"], rows


def freshness() -> Table:
    dice = random.Random(5)
    names = ["source", "hour_local", "expected", "attempted", "accepted", "duplicate", "quarantined", "failed"]
    names += ["gaps", "longest_gap_minutes"]
    rows: list[tuple[Value, ...]] = []
    for hour in range(24):
        duplicate = dice.choice([0, 0, 0, 1, 2])
        quarantined, failed, gaps, longest = (4, 16, 20, 21) if hour == 13 else (0, 0, 0, 0)
        accepted = 60 - duplicate - quarantined - failed
        at = datetime.combine(DAY, datetime.min.time()) + timedelta(hours=hour)
        counts = (60, 60, accepted, duplicate, quarantined, failed, gaps, longest)
        rows.append(("taxi_availability", at, *counts))
    return names, rows
