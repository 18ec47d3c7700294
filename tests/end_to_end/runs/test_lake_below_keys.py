"""The whole program on a lake whose own path has folders named like partitions and columns."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from millrace.usecases.audit import audit_rows
from millrace.usecases.queries import run_query
from millrace.usecases.tables import describe_table
from tests.end_to_end.athena_api.athena_lake import rows, served_with_s3
from tests.end_to_end.feed import serving
from tests.end_to_end.small_lake import answer, expected, lake_at, poll_minutes, run, seen

MINUTES = range(-3, 4)


def test_each_row_has_the_time_of_its_own_partition(tmp_path: Path) -> None:
    home = tmp_path / "dt=2024-01-01" / "hour=00" / "taxis=99" / "lake"
    with serving(answer) as url, lake_at(home, url) as runtime:
        poll_minutes(runtime, MINUTES)
        run(runtime)
        run(runtime, "polls")
        assert seen(runtime) == expected(MINUTES)
        for table in ("raw.taxi_availability", "staging.taxi_position", "prod.taxi_availability", "ops.polls"):
            days = run_query(runtime, f"SELECT DISTINCT dt FROM {table}").rows
            assert days == [(date(2024, 5, 30),)], table
        hours = run_query(runtime, "SELECT hour, count(*) FROM raw.taxi_availability GROUP BY 1 ORDER BY 1").rows
        assert hours == [("11", 4), ("12", 3)]  # observed two seconds before the poll
        freshness = run_query(runtime, "SELECT hour_local, accepted FROM prod.poll_freshness ORDER BY 1").rows
        assert [(f"{at:%d %H}", accepted) for at, accepted in freshness] == [("30 11", 4), ("30 12", 3)]
        ledgers, problems = audit_rows(runtime, [], lambda done, of: None)
        assert problems == []
        assert [(row["dt"], row["accepted"], row["published"]) for row in ledgers] == [("2024-05-30", 7, 7)]
        _, partitions = describe_table(runtime, "prod.taxi_availability")
        assert [(row["partition"], row["rows"]) for row in partitions] == [("2024-05-30", 7)]
    with served_with_s3(home) as served:
        client = served.client()
        sql = "SELECT dt, sum(taxis) FROM prod.taxi_availability WHERE dt >= DATE '2024-05-01' GROUP BY dt"
        assert rows(client, sql) == [["2024-05-30", str(sum(expected(MINUTES)))]]
        assert rows(client, "SELECT hour, count(*) FROM raw.taxi_availability GROUP BY 1 ORDER BY 1") == [
            ["11", "4"],
            ["12", "3"],
        ]
        assert rows(client, "SELECT count(*) FROM raw.taxi_availability WHERE dt = DATE '2024-01-01'") == [["0"]]
