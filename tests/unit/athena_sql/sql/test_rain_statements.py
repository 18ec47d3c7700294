from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from millrace.firehose.envelope import Snapshot, to_record
from millrace.firehose.ports import Record
from tests.unit.athena_sql.sql_lake import RUN, SINGAPORE, SqlLake, local
from tests.unit.ingestors.rain import rain, station, text

DAY = "2024-05-30"
AT = "2024-05-30 08:00:00"


def snapshot(
    values: Mapping[str, Any] | None = None, observed: str = AT, *, polled: str | None = None, **data: Any
) -> Record:
    at = local(observed)
    polled_at = local(polled) if polled else at + timedelta(minutes=2)
    body = text(rain(values, at.isoformat(), **data))
    return to_record(Snapshot("rainfall", SINGAPORE, at, at, polled_at, body))


def staged(lake: SqlLake, *records: Record) -> list[dict[str, Any]]:
    lake.deliver("rainfall", list(records))
    lake.build("staging.rain_station", DAY)
    return lake.sql("SELECT * FROM staging.rain_station ORDER BY observed_at, station_id").dicts()


def rainfall(lake: SqlLake, *records: Record) -> list[dict[str, Any]]:
    staged(lake, *records)
    lake.build("prod.rainfall", DAY)
    return lake.sql("SELECT * FROM prod.rainfall ORDER BY observed_at").dicts()


def test_each_reading_is_a_row_with_its_stations_name_and_place(lake: SqlLake) -> None:
    record = snapshot({"S77": 0.2, "S109": 0})
    rows = staged(lake, record)
    assert [row["station_id"] for row in rows] == ["S109", "S77"]
    assert rows[1] == {
        "observed_at": datetime(2024, 5, 30),  # noqa: DTZ001 - stored times are naive UTC
        "observed_at_local": datetime(2024, 5, 30, 8),  # noqa: DTZ001
        "station_id": "S77",
        "name": "Station S77",
        "longitude": Decimal("103.812500"),
        "latitude": Decimal("1.293700"),
        "rainfall_mm": Decimal("0.20"),
        "snapshot_id": record.snapshot_id,
        "source_object": f"raw/rainfall/dt={DAY}/hour=08/test-0000.json.gz",
        "loaded_at": RUN["loaded_at"],
        "run_id": "run-1",
        "repetition": 1,
        "dt": date(2024, 5, 30),
    }


def test_numbers_are_read_from_their_text_and_rounded_half_up(lake: SqlLake) -> None:
    place = {"longitude": 103.8000005, "latitude": 1.2999994999}
    rows = staged(lake, snapshot({"A": 0.125, "B": 12, "C": 0.004}, stations=[station("A", place)]))
    assert [row["rainfall_mm"] for row in rows] == [Decimal("0.13"), Decimal("12.00"), Decimal("0.00")]
    assert (rows[0]["longitude"], rows[0]["latitude"]) == (Decimal("103.800001"), Decimal("1.299999"))


def test_a_station_that_is_not_listed_has_no_place_and_one_listed_twice_has_one_row(lake: SqlLake) -> None:
    elsewhere = station("A", {"longitude": 103.9, "latitude": 1.4}) | {"name": "Another name"}
    rows = staged(lake, snapshot({"A": 1, "B": 2}, stations=[station("A"), elsewhere]))
    assert [(row["station_id"], row["name"], row["longitude"]) for row in rows] == [
        ("A", "Another name", Decimal("103.900000")),
        ("B", None, None),
    ]


def test_a_station_that_is_read_twice_is_numbered_in_the_order_of_the_payload(lake: SqlLake) -> None:
    def reading(*values: tuple[str | None, float]) -> list[dict[str, Any]]:
        data = [{"stationId": name, "value": value} if name else {"value": value} for name, value in values]
        return [{"timestamp": "2024-05-30T08:00:00+08:00", "data": data}]

    twice = reading(("B", 5), ("A", 1.2), ("B", 0.1), (None, 1), (None, 1), ("B", 5))
    rows = staged(lake, snapshot({}, readings=twice), snapshot({"B": 3}, "2024-05-30 08:05:00"))
    numbered = [(row["station_id"], row["rainfall_mm"], row["repetition"]) for row in rows]
    key = lambda one: (str(one[0]), one[2], one[1])  # noqa: E731
    assert sorted(numbered, key=key) == [
        ("A", Decimal("1.20"), 1),
        ("B", Decimal(3), 1),
        ("B", Decimal(5), 1),
        ("B", Decimal("0.10"), 2),
        ("B", Decimal(5), 3),
        (None, Decimal(1), 1),
        (None, Decimal(1), 1),
    ]


def test_the_same_snapshot_again_is_dropped_and_the_one_polled_last_is_staged(lake: SqlLake) -> None:
    first, corrected = snapshot({"A": 1}), snapshot({"A": 2}, polled="2024-05-30 08:07:00")
    rows = staged(lake, first, first, corrected, snapshot({"A": 3}, "2024-05-30 08:05:00"))
    assert [(row["observed_at_local"].minute, row["rainfall_mm"]) for row in rows] == [(0, Decimal(2)), (5, Decimal(3))]


def test_a_snapshots_rain_is_its_mean_its_maximum_and_the_stations_with_rain(lake: SqlLake) -> None:
    [row] = rainfall(lake, snapshot({"A": 0, "B": 0.2, "C": 1.4}))
    assert {name: row[name] for name in row if "rain" in name or name == "stations"} == {
        "rainfall_mm_mean": Decimal("0.533"),
        "rainfall_mm_max": Decimal("1.40"),
        "stations": 3,
        "stations_with_rain": 2,
    }


def test_the_mean_is_rounded_half_up_in_thousandths(lake: SqlLake) -> None:
    values = {f"S{number}": 0.01 if number == 0 else 0 for number in range(20)}  # 0.0005
    assert [row["rainfall_mm_mean"] for row in rainfall(lake, snapshot(values))] == [Decimal("0.001")]


def test_without_a_snapshot_there_is_no_row(lake: SqlLake) -> None:
    rows = rainfall(lake, snapshot({"A": 0}), snapshot({"A": 0}, "2024-05-30 08:10:00"))
    assert [row["observed_at_local"].minute for row in rows] == [0, 10]
