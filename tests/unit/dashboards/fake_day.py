"""A day as in the prod tables, and a fake engine that answers with it: 1,440 polls, 20 minutes lost at 13:00."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from millrace.athena_sql.ports import Column, Parameter, Result, Statement, Value
from millrace.dashboards.definitions.panel import Dashboard
from millrace.dashboards.html.content import PageContent, PageContext, PageInputs, VisibleTables
from millrace.dashboards.html.operations import DrawnJob
from millrace.dashboards.shipped.operations import DASHBOARD as HEALTH
from millrace.dashboards.shipped.operations import FRESHNESS, QUALITY, RUNS
from millrace.dashboards.shipped.taxis import (
    AREA,
    ONE_AREA,
    TAXI_DENSITY,
    TAXIS_AND_RAIN,
    TAXIS_AVAILABLE,
    TAXIS_BY_AREA,
    TAXIS_NOW,
    TOP_AREAS,
)
from millrace.errors import MillraceError
from tests.doubles.reading_engine import GivenParameters, GivenTables, ReadingEngine
from tests.shipped import DASHBOARDS

OVER_TIME = [one for one in HEALTH.panels if one not in (FRESHNESS, QUALITY, RUNS)]  # which this day has no rows of
DAY = date(2024, 5, 30)  # a Thursday
OTHER_DAYS = (date(2024, 5, 25), date(2024, 5, 28), date(2024, 5, 29))  # a Saturday and two working days
LOST_MINUTES = range(13 * 60, 13 * 60 + 20)
FULLEST = "Tampines"
# fmt: off
AREAS = (
    "Ang Mo Kio", "Bedok", "Bishan", "Boon Lay", "Bukit Batok", "Bukit Merah", "Bukit Panjang", "Bukit Timah",
    "Central Water Catchment", "Changi", "Choa Chu Kang", "Clementi", "Downtown Core", "Geylang", "Hougang",
    "Jurong East", "Jurong West", "Kallang", "Lim Chu Kang", "Marine Parade", "Newton", "Novena", "Orchard", "Outram",
    "Pasir Ris", "Punggol", "Queenstown", "River Valley", "Rochor", "Sembawang", "Sengkang", "Serangoon", "Tampines",
    "Toa Payoh", "Western Islands", "Woodlands", "Yishun",
)
# fmt: on

FakeTable = tuple[Sequence[str], list[tuple[Value, ...]]]


class FakeEngine(ReadingEngine):
    """Answers each statement by its name, with a table or an error, and records the statements."""

    def __init__(self, answers: Mapping[str, FakeTable | MillraceError]) -> None:
        self._answers = answers
        self.queries: list[tuple[str, Mapping[str, Parameter]]] = []

    def answer(self, statement: Statement, parameters: GivenParameters, tables: GivenTables) -> Result:
        self.queries.append((statement.name, dict(parameters)))
        answer = self._answers[statement.name]
        if isinstance(answer, MillraceError):
            raise answer
        names, rows = answer
        for name, picked in parameters.items():
            if name != "days" and isinstance(picked, tuple):
                rows = [row for row in rows if str(row[0]) in picked]
        return Result(tuple(Column(name, "string") for name in names), list(rows))


def engine_of_the_day(**replaced: Any) -> FakeEngine:
    """`replaced`: other answers, by the names below."""
    assert TAXIS_AVAILABLE.overlay
    assert TAXI_DENSITY.overlay
    assert ONE_AREA.overlay
    known = {
        "now": (TAXIS_NOW.statement, now()),
        "taxis": (TAXIS_AVAILABLE.statement, taxis()),
        "usual": (TAXIS_AVAILABLE.overlay.statement, usual()),
        "density": (TAXI_DENSITY.statement, density()),
        "centres": (TAXI_DENSITY.overlay.statement, centres()),
        "areas": (TAXIS_BY_AREA.statement, areas()),
        "ranking": (TOP_AREAS.statement, ranking()),
        "one_area": (ONE_AREA.statement, one_area()),
        "one_area_usual": (ONE_AREA.overlay.statement, one_area_usual()),
        "rain": (TAXIS_AND_RAIN.statement, rain()),
        "freshness": (FRESHNESS.statement, freshness()),
        "quality": (QUALITY.statement, quality()),
        "runs": (RUNS.statement, runs()),
        **{panel.name: (panel.statement, (panel.columns(), [])) for panel in OVER_TIME},
        "names": (
            AREA.statement,
            (["area", "taxis"], [(area, 1.0) for area in (FULLEST, *(one for one in AREAS if one != FULLEST))]),
        ),
    }
    assert set(replaced) <= set(known)
    return FakeEngine({statement.name: replaced.get(name, answer) for name, (statement, answer) in known.items()})


def content_of(
    engine: FakeEngine,
    context: PageContext,
    days: Sequence[date] = (*OTHER_DAYS, DAY),
    version: Callable[[frozenset[str], frozenset[date]], Hashable] = lambda tables, days: (tables, days),
    dashboards: Sequence[Dashboard] = DASHBOARDS,
) -> PageContent:
    names = ["crawl", "delete", "create_parquet", "quality_check", "prod"]
    chain = [[DrawnJob(name, tuple(names[place - 1 : place]) if place else ())] for place, name in enumerate(names)]
    jobs = {"taxi_availability": chain}
    return PageContent(dashboards, PageInputs(engine, lambda: FakeReadView(days, version, context), jobs))


@dataclass(frozen=True)
class FakeReadView:
    known: Sequence[date]
    version: Callable[[frozenset[str], frozenset[date]], Hashable]
    around: PageContext

    def context(self) -> PageContext:
        return self.around

    def days(self) -> Sequence[date]:
        return self.known

    def visible(self, tables: frozenset[str], days: frozenset[date]) -> VisibleTables:
        return VisibleTables(self.version(tables, days))


def now() -> FakeTable:
    return ["observed_at_local", "taxis_hundreds", "change"], [(datetime.combine(DAY, time(23, 59)), 43.21, -0.4)]


def usual() -> FakeTable:
    rows: list[tuple[Value, ...]] = [
        (float(slot), level(slot / 12) / 100 - 3, level(slot / 12) / 100, level(slot / 12) / 100 + 3, 2)
        for slot in range(288)
        if slot not in range(60, 66)  # the other days have no data from 05:00 to 05:30
    ]
    return ["slot", "low", "median", "high", "days"], rows


def density() -> FakeTable:
    dice = random.Random(3)
    cells = {(10370 + dice.randrange(30), 125 + dice.randrange(20)): dice.uniform(0.1, 5) for _ in range(300)}
    return ["east", "north", "taxis_mean"], [(*cell, mean) for cell, mean in {**cells, (10390, 135): 9.0}.items()]


def centres() -> FakeTable:
    places = [(area, 103.7 + index / 120, 1.26 + (index * 7 % 20) / 100) for index, area in enumerate(AREAS)]
    return ["name", "longitude", "latitude"], [
        (name, Decimal(f"{x:.6f}"), Decimal(f"{y:.6f}")) for name, x, y in places
    ]


def ranking() -> FakeTable:
    rows: list[tuple[Value, ...]] = [(area, 100.0 - index, float(index % 5 - 2)) for index, area in enumerate(AREAS)]
    return ["area", "taxis_now", "change"], rows


def one_area() -> FakeTable:
    start = datetime.combine(DAY, datetime.min.time())
    rows: list[tuple[Value, ...]] = [
        (area, start + timedelta(minutes=15 * quarter), 50.0 + at + quarter % 7)
        for at, area in enumerate(("Bedok", FULLEST))
        for quarter in range(96)
    ]
    return ["area", "quarter_local", "taxis_mean"], rows


def one_area_usual() -> FakeTable:
    rows: list[tuple[Value, ...]] = [
        (area, float(slot), 45.0, 52.0, 60.0, 2) for area in ("Bedok", FULLEST) for slot in range(96)
    ]
    return ["area", "slot", "low", "median", "high", "days"], rows


def runs() -> FakeTable:
    """The taxis' newest run failed in its fourth job."""
    names = ["workflow", "run_id", "state", "started_at", "partitions", "held", "error", "job", "job_state", "seconds"]
    started = datetime.combine(DAY, time(16, 0, 5))
    run = ("taxi_availability", "20240530T160005-ab12", "failed", started, str(DAY), "", "RowCount > 0 is not so.")
    jobs = (("crawl", "succeeded", 0.4, 240), ("delete", "succeeded", 0.1, 0), ("create_parquet", "succeeded", 75.2, 9))
    rows: list[tuple[Value, ...]] = [(*run, *job, "", "") for job in jobs]
    rows.append((*run, "quality_check", "failed", 1.5, None, "a rule said <no>", "fail: RowCount > 0 (0 rows)"))
    return [*names, "job_rows", "job_error", "job_log"], rows


def quality() -> FakeTable:
    names = ["checked", "rule", "verdict", "measured", "threshold", "message", "partitions", "evaluated_at"]
    at = datetime.combine(DAY, time(16, 1))
    return names, [
        ("staging.taxi_position", "RowCount > 0", "fail", 0.0, "> 0", "0 rows", str(DAY), at),
        ("staging.taxi_position", 'IsComplete "longitude"', "pass", 1.0, "= 1", "all of <1,440>", str(DAY), at),
    ]


def taxis() -> FakeTable:
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


def rain() -> FakeTable:
    """A shower from 17:00 to 18:00, and no reading from 13:00 to 13:20."""
    rows: list[tuple[Value, ...]] = []
    for minute in range(0, 24 * 60, 5):
        if minute not in LOST_MINUTES:
            at = datetime.combine(DAY, datetime.min.time()) + timedelta(minutes=minute)
            rows.append((at, level(minute / 60) / 100, 1.5 if at.hour == 17 else 0.0))
    return ["window_local", "taxis_hundreds", "rainfall_mm"], rows


def areas() -> FakeTable:
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


def freshness() -> FakeTable:
    dice = random.Random(5)
    names = [
        "source",
        "hour_local",
        "hour_start",
        "expected",
        "attempted",
        "accepted",
        "duplicate",
        "quarantined",
        "failed",
    ]
    names += ["gaps", "longest_gap_minutes"]
    rows: list[tuple[Value, ...]] = []
    for hour in range(24):
        duplicate = dice.choice([0, 0, 0, 1, 2])
        quarantined, failed, gaps, longest = (4, 16, 20, 21) if hour == 13 else (0, 0, 0, 0)
        accepted = 60 - duplicate - quarantined - failed
        at = datetime.combine(DAY, datetime.min.time()) + timedelta(hours=hour)
        counts = (60, 60, accepted, duplicate, quarantined, failed, gaps, longest)
        rows.append(("taxi_availability", at, at - timedelta(hours=8), *counts))
    return names, rows
