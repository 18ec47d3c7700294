"""Real input: one recorded response, and ten recorded days, through the whole path."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Callable
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from itertools import cycle, islice
from typing import Any

from millrace.infra.runtime.local import LocalRuntime
from millrace.usecases.audit import audit_rows
from millrace.usecases.polls import backfill_between, poll_once
from millrace.usecases.queries import run_query
from millrace.usecases.runs import run_workflow
from tests.end_to_end.feed import response, serving
from tests.recorded import COUNTS, RESPONSE, needs_recordings

pytestmark = needs_recordings

MICRODEGREE = Decimal("0.000001")
LONGITUDES = (103.6, 103.77, 103.93, 104.1)
LATITUDES = (1.48, 1.37, 1.26, 1.15)  # from the north

_SECTORS = """
SELECT observed_at_local,
  CASE WHEN latitude >= DECIMAL '1.37' THEN 0 WHEN latitude >= DECIMAL '1.26' THEN 3 ELSE 6 END
  + CASE WHEN longitude < DECIMAL '103.77' THEN 1 WHEN longitude < DECIMAL '103.93' THEN 2 ELSE 3 END AS sector,
  count(*) AS taxis
FROM staging.taxi_position GROUP BY 1, 2
"""


def succeed(runtime: LocalRuntime) -> None:
    for workflow in ("taxi_availability", "polls"):
        record = run_workflow(runtime, workflow, [], full=False, progress=lambda _: None)
        assert record.state == "succeeded", record.error


def balanced(runtime: LocalRuntime) -> list[dict[str, Any]]:
    rows, imbalances = audit_rows(runtime, [], lambda done, of: None)
    assert imbalances == []
    return rows


def test_the_recorded_response_passes_through_whole(open_lake: Callable[[str], LocalRuntime]) -> None:
    body = RESPONSE.read_bytes()
    recorded = json.loads(body, parse_float=Decimal)["features"][0]["geometry"]["coordinates"]
    with serving(lambda _: (200, body)) as url, open_lake(url) as runtime:
        assert poll_once(runtime, "taxi_availability", "2019-02-01T14:30:00").delivered
        succeed(runtime)

        (key,) = [found.key for found in runtime.storage.list("raw/taxi_availability/")]
        assert key.startswith("raw/taxi_availability/dt=2019-02-01/hour=14/")
        assert body.strip() in gzip.decompress(runtime.storage.get(key))  # raw keeps every digit

        rows = run_query(runtime, "SELECT longitude, latitude FROM staging.taxi_position").rows
        assert len(rows) == 2549
        assert sorted(rows) == sorted(tuple(x.quantize(MICRODEGREE, ROUND_HALF_UP) for x in pair) for pair in recorded)

        prod = run_query(
            runtime,
            "SELECT observed_at, observed_at_local, taxis, taxis_hundreds, business_hours FROM prod.taxi_availability",
        ).rows
        assert prod == [
            (datetime(2019, 2, 1, 6, 29, 58), datetime(2019, 2, 1, 14, 29, 58), 2549, Decimal("25.49"), True)  # noqa: DTZ001
        ]
        (ledger,) = balanced(runtime)
        assert (ledger["published"], ledger["entities"], ledger["staged_rows"]) == (1, 2549, 2549)


def _points_of_sector(sector: int) -> list[str]:
    """Positions of a sector, its lower edges among them: those belong to it."""
    row, column = divmod(sector - 1, 3)
    west, east = LONGITUDES[column], LONGITUDES[column + 1]
    south, north = LATITUDES[row + 1], LATITUDES[row]
    return [
        f"[{west + (east - west) * i / 10:.6f},{south + (north - south) * j / 10:.6f}]"
        for i in range(10)
        for j in range(10)
    ]


def test_ten_recorded_days_come_out_of_sql_as_they_were_counted(open_lake: Callable[[str], LocalRuntime]) -> None:
    with COUNTS.open() as file:
        recorded = {
            datetime.fromisoformat(row["time"]): [int(row[f"sector_{n}"]) for n in range(1, 10)]
            for row in csv.DictReader(file)
        }
    points = [_points_of_sector(sector) for sector in range(1, 10)]

    def answer(asked: datetime | None) -> tuple[int, bytes]:
        assert asked is not None
        counts = recorded[asked.replace(tzinfo=None)]
        positions = [point for own, count in zip(points, counts, strict=True) for point in islice(cycle(own), count)]
        return 200, response(positions, asked)

    first, last = min(recorded), max(recorded)
    with serving(answer) as url, open_lake(url) as runtime:
        outcome = backfill_between(
            runtime, "taxi_availability", first.isoformat(), last.isoformat(), "5m", 0, lambda done, of: None
        )
        succeed(runtime)
        counted: dict[datetime, list[int]] = {}
        for local, sector, taxis in run_query(runtime, _SECTORS).rows:
            assert isinstance(local, datetime)
            assert isinstance(sector, int)
            assert isinstance(taxis, int)
            counted.setdefault(local, [0] * 9)[sector - 1] = taxis
        assert counted == {time: counts for time, counts in recorded.items() if sum(counts)}

        empty = sum(not any(counts) for counts in recorded.values())
        assert empty > 0
        assert outcome.summary.quarantined == empty
        ledgers = balanced(runtime)
        assert sum(ledger["published"] for ledger in ledgers) == len(recorded) - empty
        assert sum(ledger["quarantined"] for ledger in ledgers) == empty
