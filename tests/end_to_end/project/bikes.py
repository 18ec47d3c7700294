"""A project of bikes outside the checkout: one feed, from its source to a panel, in five files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

SOURCE = """
from datetime import timedelta
from typing import TypedDict
from zoneinfo import ZoneInfo

from millrace.ingestors.ports import HttpFeed, Observation, Plausibility, RateBudget, Source

Station = TypedDict("Station", {"id": str, "bikes": int})
Bikes = TypedDict("Bikes", {"at": str, "stations": list[Station]})


def read(answer: Bikes) -> Observation:
    return Observation(answer["at"], len(answer["stations"]))


SOURCE = Source(
    name="bikes",
    title="Bikes to hire",
    origin=HttpFeed("https://bikes.example/now", budget=RateBudget(60, timedelta(minutes=1)), history_parameter="at"),
    schedule="rate(1 minute)",
    timezone=ZoneInfo("Asia/Singapore"),
    schema=Bikes,
    read=read,
    plausibility=Plausibility(1, 100),
    entities_path="$.stations",
    stale_after=timedelta(minutes=10),
)
"""
STATION = """-- One row per station per snapshot.
--
-- observed_at timestamp: UTC; the feed's own time
-- station string: the feed's own name of the station
-- bikes int: bikes that can be taken
-- snapshot_id string: the snapshot
-- source_object string: key of the raw object that this row came from
--
-- The array is a column of a subquery before it is unnested.
SELECT
    observed_at,
    json_extract_scalar(one, '$.id') AS station,
    TRY_CAST(json_extract_scalar(one, '$.bikes') AS INTEGER) AS bikes,
    snapshot_id,
    source_object,
    dt
FROM (
    SELECT
        observed_at,
        CAST(json_extract(payload, '$.stations') AS ARRAY(JSON)) AS stations,
        snapshot_id,
        source_object,
        dt
    FROM raw.bikes.snapshots
    WHERE dt IN (:partitions)
) AS snapshots
CROSS JOIN UNNEST(stations) AS listed (one)
ORDER BY observed_at, station
"""
BIKES = """-- How many bikes can be taken.
--
-- observed_at timestamp: UTC; the feed's own time
-- bikes bigint: at all stations
SELECT observed_at, sum(bikes) AS bikes, dt
FROM staging.station
WHERE dt IN (:partitions)
GROUP BY observed_at, dt
ORDER BY observed_at
"""
RULES = """Rules = [
    RowCount > 0,
    ColumnValues "bikes" >= 0 labels=["on_failure"="set_aside"]
]
"""
DASHBOARD = """
from millrace.athena_sql.ports import Statement
from millrace.dashboards.definitions.panel import Dashboard, Panel, PanelKind, Series

DASHBOARD = Dashboard(
    "Bikes to hire",
    (
        Panel(
            name="bikes",
            title="Bikes that can be taken",
            description="At all stations.",
            kind=PanelKind.TIME_SERIES,
            unit="bikes",
            statement=Statement(
                "dashboards.bikes", "SELECT observed_at, bikes FROM prod.bikes WHERE dt = :day ORDER BY observed_at"
            ),
            time="observed_at",
            series=(Series("bikes", "Bikes"),),
        ),
    ),
)
"""
FILES: Mapping[str, str] = {
    "sources/bikes.py": SOURCE,
    "sql/staging/station.sql": STATION,
    "sql/prod/bikes.sql": BIKES,
    "rules/bikes.dqdl": RULES,
    "dashboards/bikes.py": DASHBOARD,
}
SIMULATION = """    simulation=Recording(Path(__file__).with_name("bikes.json"), times=("$.at",), varying=("bikes",)),
)
"""
SIMULATED: Mapping[str, str] = {
    **FILES,
    "sources/bikes.py": SOURCE.replace("import timedelta\n", "import timedelta\nfrom pathlib import Path\n")
    .replace("\n\nStation =", "\nfrom millrace.ingestors.simulator.recording import Recording\n\nStation =")
    .removesuffix(")\n")
    + SIMULATION,
    "sources/bikes.json": '{"at": "2023-01-01T00:00:00+01:00", "stations": ['
    '{"id": "north", "bikes": 12}, {"id": "south", "bikes": 30}]}',
}


def write_project(root: Path, files: Mapping[str, str] = FILES) -> Path:
    for name, text in {"millrace.toml": '[project]\nname = "bikes"\n', **files}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def answer(asked: datetime | None) -> tuple[int, bytes]:
    """Two stations; in minute m there are m and 10 bikes, and at a third one -1 in every fifth minute."""
    assert asked is not None
    stations = [{"id": "north", "bikes": asked.minute}, {"id": "south", "bikes": 10}]
    stations += [{"id": "lost", "bikes": -1}] if asked.minute % 5 == 0 else []
    body = {"at": (asked - timedelta(seconds=2)).isoformat(), "stations": stations}
    return 200, json.dumps(body).encode()
