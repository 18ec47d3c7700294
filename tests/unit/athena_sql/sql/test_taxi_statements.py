from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

import pytest

from millrace.athena_sql.ports import Column, RowData, Value
from millrace.firehose.envelope import Snapshot, to_record
from tests.recorded import RESPONSE, needs_recordings
from tests.unit.athena_sql.sql_lake import RUN, SINGAPORE, SqlLake, local, taxis

DAY = "2024-05-30"
MILLIONTH = Decimal("0.000001")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_each_position_of_a_snapshot_is_a_row_with_where_it_came_from(lake: SqlLake) -> None:
    record = taxis("2024-05-30 08:00:05", [(103.9, 1.35), (103.8, 1.3), (103.9, 1.35)])
    [key] = lake.deliver("taxi_availability", [record])
    lake.build("staging.taxi_position", DAY)
    rows = lake.sql("SELECT * FROM staging.taxi_position ORDER BY longitude").dicts()
    assert [(row["longitude"], row["latitude"]) for row in rows] == [
        (Decimal("103.800000"), Decimal("1.300000")),
        (Decimal("103.900000"), Decimal("1.350000")),
        (Decimal("103.900000"), Decimal("1.350000")),
    ]
    assert {name: rows[0][name] for name in rows[0] if name not in ("longitude", "latitude")} == {
        "observed_at": utc("2024-05-30 00:00:05"),
        "observed_at_local": utc("2024-05-30 08:00:05"),
        "snapshot_id": record.snapshot_id,
        "source_object": key,
        "loaded_at": RUN["loaded_at"],
        "run_id": "run-1",
        "dt": date(2024, 5, 30),
    }


def test_coordinates_round_half_up_at_the_sixth_decimal(lake: SqlLake) -> None:
    texts = [("103.6229968333333", "1.2750035"), ("103.8000005", "1.3000004999"), ("103.1234565", "1.25")]
    lake.deliver("taxi_availability", [taxis("2024-05-30 08:00:00", texts)])
    lake.build("staging.taxi_position", DAY)
    assert lake.rows("SELECT longitude, latitude FROM staging.taxi_position ORDER BY longitude") == [
        (Decimal("103.123457"), Decimal("1.250000")),
        (Decimal("103.622997"), Decimal("1.275004")),
        (Decimal("103.800001"), Decimal("1.300000")),
    ]


def test_the_same_snapshot_again_is_staged_once_even_within_one_object(lake: SqlLake) -> None:
    first = taxis("2024-05-30 08:00:00", [(103.8, 1.3)])
    later = taxis("2024-05-30 08:00:00", [(103.8, 1.3)], polled="2024-05-30 08:05:00")
    assert first.snapshot_id == later.snapshot_id
    keys = lake.deliver("taxi_availability", [first, first], [later])
    lake.build("staging.taxi_position", DAY)
    assert lake.rows("SELECT source_object FROM staging.taxi_position") == [(keys[0],)]


def test_of_several_snapshots_of_one_time_the_one_polled_last_is_staged(lake: SqlLake) -> None:
    early = taxis("2024-05-30 08:00:00", [(103.8, 1.3)], polled="2024-05-30 08:00:10")
    late = taxis("2024-05-30 08:00:00", [(103.9, 1.4), (103.9, 1.4)], polled="2024-05-30 08:00:20")
    again = taxis("2024-05-30 08:00:00", [(103.8, 1.3)], polled="2024-05-30 08:00:30")
    lake.deliver("taxi_availability", [late, early], [again])
    lake.build("staging.taxi_position", DAY)
    assert lake.rows("SELECT snapshot_id, count(*) FROM staging.taxi_position GROUP BY 1") == [(late.snapshot_id, 2)]


def test_of_snapshots_of_one_time_and_one_poll_the_highest_id_is_staged(lake: SqlLake) -> None:
    both = [taxis("2024-05-30 08:00:00", [(103.8, 1.3)], note=note) for note in ("a", "b")]
    lake.deliver("taxi_availability", both)
    lake.build("staging.taxi_position", DAY)
    assert lake.rows("SELECT snapshot_id FROM staging.taxi_position") == [(max(one.snapshot_id for one in both),)]


def test_a_day_begins_at_midnight_in_singapore(lake: SqlLake) -> None:
    before = taxis("2024-05-29 23:59:59", [(103.8, 1.3)])
    after = taxis("2024-05-30 00:00:00", [(103.8, 1.3), (103.9, 1.3)])
    lake.deliver("taxi_availability", [before], [after])
    files = lake.build("staging.taxi_position", "2024-05-29", DAY)
    assert [(file.partition, file.rows) for file in files] == [("2024-05-29", 1), (DAY, 2)]
    lake.build("prod.taxi_availability", "2024-05-29", DAY)
    assert lake.rows("SELECT dt, observed_at, observed_at_local, taxis FROM prod.taxi_availability ORDER BY dt") == [
        (date(2024, 5, 29), utc("2024-05-29 15:59:59"), utc("2024-05-29 23:59:59"), 1),
        (date(2024, 5, 30), utc("2024-05-29 16:00:00"), utc("2024-05-30 00:00:00"), 2),
    ]


def test_staged_positions_are_sorted_and_small(lake: SqlLake) -> None:
    snapshots = [
        [
            (103.6 + (taxi * 7919 + minute * 31) % 4000 / 10_000, 1.2 + taxi * 7907 % 2000 / 10_000)
            for taxi in range(4000)
        ]
        for minute in range(12)
    ]
    records = [taxis(f"2024-05-30 08:{minute:02d}:00", positions) for minute, positions in enumerate(snapshots)]
    lake.deliver("taxi_availability", records[:5], records[5:10], records[10:])
    [file] = lake.build("staging.taxi_position", DAY)
    assert file.rows == 48_000
    assert file.size / file.rows < 5
    rows = lake.rows("SELECT observed_at, longitude FROM staging.taxi_position")
    out_of_order = [one for one, after in pairwise(rows) if one[0] == after[0] and one[1] > after[1]]
    interrupted = sum(one[0] != after[0] for one, after in pairwise(rows))
    assert out_of_order == []
    assert interrupted <= 11 + 4  # a snapshot may be split where a row group ends


def test_availability_counts_the_snapshot_and_knows_business_hours(lake: SqlLake) -> None:
    times = ["07:59:59", "08:00:00", "19:59:59", "20:00:00"]
    lake.deliver("taxi_availability", [taxis(f"2024-05-30 {time}", [(103.8, 1.3)] * 250) for time in times])
    lake.build("staging.taxi_position", DAY)
    lake.build("prod.taxi_availability", DAY)
    counted = lake.rows("SELECT taxis, taxis_hundreds, business_hours FROM prod.taxi_availability ORDER BY observed_at")
    hundreds = Decimal("2.50")
    assert counted == [(250, hundreds, False), (250, hundreds, True), (250, hundreds, True), (250, hundreds, False)]


@pytest.fixture
def areas(lake: SqlLake) -> SqlLake:
    """Three areas: the second and the third are as far from the first's east as each other."""
    columns = (
        Column("area_id", "int"),
        Column("name", "string"),
        Column("region", "string"),
        Column("longitude", "decimal(9,6)"),
        Column("latitude", "decimal(9,6)"),
    )
    centres = [(1, "West", "103.600000"), (2, "Middle", "103.800500"), (3, "East", "104.000500")]
    rows: list[Mapping[str, Value]] = [
        {"area_id": number, "name": name, "region": "ANY", "longitude": Decimal(east), "latitude": Decimal("1.3005")}
        for number, name, east in centres
    ]
    lake.tables.data["prod.area"] = RowData(columns, tuple(rows))
    lake.build("prod.area_cell")
    return lake


def test_every_cell_of_the_box_has_its_nearest_area_and_ties_go_to_the_lower_id(areas: SqlLake) -> None:
    cell = 601 * 170  # latitude 1.3000 to 1.3010
    found = dict(areas.rows("SELECT cell_id, area_id FROM prod.area_cell"))
    assert len(found) == 601 * 371
    assert [found[cell + east] for east in (0, 149, 151, 349, 350, 351, 600)] == [1, 1, 2, 2, 2, 3, 3]


def test_by_area_is_the_mean_of_the_window_with_zero_rows_and_without_gaps(areas: SqlLake) -> None:
    outside = (104.2, 1.3)
    areas.deliver(
        "taxi_availability",
        [
            taxis("2024-05-30 08:00:00", [(103.6, 1.3), (103.6, 1.3), (103.8, 1.3), outside]),
            taxis("2024-05-30 08:02:00", [(103.6, 1.3), (104.15, 1.5), outside]),
            taxis("2024-05-30 08:04:59", [(103.6, 1.3)]),
            taxis("2024-05-30 08:10:00", [outside]),
        ],
    )
    areas.build("staging.taxi_position", DAY)
    areas.build("prod.taxi_availability_by_area", DAY)
    rows = areas.rows(
        "SELECT window_start, window_start_local, area_id, area, taxis, snapshots, dt"
        " FROM prod.taxi_availability_by_area ORDER BY window_start, area_id"
    )
    first = (utc("2024-05-30 00:00:00"), utc("2024-05-30 08:00:00"))
    last = (utc("2024-05-30 00:10:00"), utc("2024-05-30 08:10:00"))
    day = date(2024, 5, 30)
    assert rows == [
        (*first, 1, "West", Decimal("1.33"), 3, day),  # (2 + 1 + 1) / 3
        (*first, 2, "Middle", Decimal("0.33"), 3, day),
        (*first, 3, "East", Decimal("0.33"), 3, day),  # the box's corner belongs to it
        (*last, 1, "West", Decimal("0.00"), 1, day),
        (*last, 2, "Middle", Decimal("0.00"), 1, day),
        (*last, 3, "East", Decimal("0.00"), 1, day),
    ]


def test_the_mean_rounds_half_up(areas: SqlLake) -> None:
    counts = [1, 0, 0, 0, 0, 0, 0, 0]  # 1/8 = 0.125
    areas.deliver(
        "taxi_availability",
        [
            taxis(f"2024-05-30 08:00:{second:02d}", [(103.6, 1.3)] * count + [(104.0, 1.3)])
            for second, count in enumerate(counts)
        ],
    )
    areas.build("staging.taxi_position", DAY)
    areas.build("prod.taxi_availability_by_area", DAY)
    assert areas.rows("SELECT taxis FROM prod.taxi_availability_by_area WHERE area_id = 1") == [(Decimal("0.13"),)]


def test_density_is_the_mean_of_a_quarter_of_an_hour_in_each_cell_with_a_taxi(lake: SqlLake) -> None:
    edge, south_of_it = (103.81, 1.3), (103.81, 1.299999)
    lake.deliver(
        "taxi_availability",
        [
            taxis("2024-05-30 08:00:00", [(103.8, 1.3), (103.809999, 1.309999), edge, south_of_it]),
            taxis("2024-05-30 08:07:00", [(103.8, 1.3), ("null", "null")]),
            taxis("2024-05-30 08:14:59", [(103.8, 1.3)]),
            taxis("2024-05-30 08:30:00", [(-0.005, -0.015)]),
            taxis("2024-05-30 08:45:00", [("null", "null")]),
        ],
    )
    lake.build("staging.taxi_position", DAY)
    lake.build("prod.taxi_density", DAY)
    first = (utc("2024-05-30 00:00:00"), utc("2024-05-30 08:00:00"))
    later = (utc("2024-05-30 00:30:00"), utc("2024-05-30 08:30:00"))
    day = date(2024, 5, 30)
    assert lake.rows(
        "SELECT window_start, window_start_local, east, north, taxis, snapshots, dt FROM prod.taxi_density"
        " ORDER BY window_start, north, east"
    ) == [
        (*first, 10381, 129, Decimal("0.33"), 3, day),
        (*first, 10380, 130, Decimal("1.33"), 3, day),  # (2 + 1 + 1) / 3
        (*first, 10381, 130, Decimal("0.33"), 3, day),
        (*later, -1, -2, Decimal("1.00"), 1, day),  # 08:15 has no snapshot, and at 08:45 no taxi has a place
    ]


@needs_recordings
def test_the_recorded_response_comes_out_to_the_millionth_of_a_degree(lake: SqlLake) -> None:
    text = RESPONSE.read_bytes()
    [feature] = json.loads(text, parse_float=Decimal)["features"]
    expected = sorted(
        (east.quantize(MILLIONTH, ROUND_HALF_UP), north.quantize(MILLIONTH, ROUND_HALF_UP))
        for east, north in feature["geometry"]["coordinates"]
    )
    at = local("2019-02-01 14:29:58")
    lake.deliver("taxi_availability", [to_record(Snapshot("taxi_availability", SINGAPORE, at, at, at, text))])
    lake.build("staging.taxi_position", "2019-02-01")
    staged = lake.rows("SELECT longitude, latitude FROM staging.taxi_position ORDER BY 1, 2")
    assert len(staged) == 2549
    assert staged == expected


def test_invalid_positions_are_kept_as_nulls(lake: SqlLake) -> None:
    wrong = [("1e9", 1.3), (103.8,), (), ("null", "null"), (-5.5, -0.25), (0, 0)]
    lake.deliver("taxi_availability", [taxis("2024-05-30 08:00:00", wrong)])
    lake.build("staging.taxi_position", DAY)
    assert lake.rows("SELECT longitude, latitude FROM staging.taxi_position ORDER BY 1") == [
        (Decimal("-5.500000"), Decimal("-0.250000")),
        (Decimal("0.000000"), Decimal("0.000000")),
        *[(None, None)] * 4,
    ]
