"""A project of a test: a folder with the given files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from millrace.infra.project.project import Project

SOURCE = """
from dataclasses import replace
from millrace.ingestors.sources.taxi_availability import SOURCE as TAXIS
SOURCE = replace(TAXIS, name={name!r}, schedule={schedule!r})
"""
BIKE = """-- One row per bike.
--
-- bike_id string: the feed's own name of the bike
-- snapshot_id string: the snapshot
--
-- The list is unnested.
SELECT payload AS bike_id, snapshot_id, dt FROM raw.bikes WHERE dt IN (:partitions)
"""
BIKES_BY_DAY = """-- How many bikes.
--
-- bikes bigint: all of them
SELECT count(*) AS bikes, dt FROM staging.bike WHERE dt IN (:partitions) GROUP BY dt
"""
MAKER = "-- Makers.\n--\n-- stored: Whole\n-- name string\nSELECT 'x' AS name\n"
OUTLOOK = """'Bikes to come.

bikes bigint: all of them
'
TABLE = "prod.outlook"
READS = ("staging.bike",)

def run(context): ...
""".replace("'", '"""')


def source(name: str, schedule: str = "rate(1 minute)") -> str:
    return SOURCE.format(name=name, schedule=schedule)


BIKES: Mapping[str, str] = {
    "sources/bikes.py": source("bikes"),
    "sql/staging/bike.sql": BIKE,
    "sql/prod/bikes.sql": BIKES_BY_DAY,
}


def project(root: Path, files: Mapping[str, str], toml: str = "") -> Project:
    for name, text in {"millrace.toml": toml, **files}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return Project.find(root)


def messages(of: Project) -> list[str]:
    """Everything that is wrong, with paths below the project's folder."""
    _ = of.pipelines, of.sources, of.dashboards, of.queries(), of.checks()
    return [str(problem).replace(str(of.folder.root), "") for problem in of.problems]
