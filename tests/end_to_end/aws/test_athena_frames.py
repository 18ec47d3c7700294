"""DataFrames of a lake on AWS: awswrangler runs the statement on Athena, and gives what the rows are."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

import millrace
from millrace.errors import QueryError, SettingError
from tests.doubles.simulated_feeds import shipped_feeds
from tests.end_to_end.aws.aws_jobs import START, Evening, on_athena, poll_rain, run_rain
from tests.end_to_end.aws.aws_lake import AwsLake, aws_lake

pytest.importorskip("awswrangler", reason="awswrangler is not installed")


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AwsLake]:
    with (
        shipped_feeds(Evening()) as simulator,
        aws_lake(tmp_path_factory.mktemp("frames"), simulator.urls, Evening()) as made,
        on_athena(made) as lake,
    ):
        with lake.runtime() as runtime:
            poll_rain(runtime, START)
            run_rain(runtime, lake)
        yield lake


@pytest.fixture
def lake(deployed: AwsLake) -> Iterator[millrace.Lake]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of awswrangler's own libraries
        with millrace.Lake(deployed.runtime()) as opened:
            yield opened


def test_a_frame_has_the_rows_and_athenas_types(lake: millrace.Lake) -> None:
    result = lake.sql("SELECT * FROM prod.rainfall WHERE dt = :day ORDER BY observed_at", day=date(2024, 5, 30))
    (row,) = result.rows()

    frame = result.pandas()

    assert list(frame.columns) == [column.name for column in result.columns]
    (shown,) = frame.to_dict("records")
    assert {name: plain(value) for name, value in shown.items()} == row
    assert frame.query_metadata["Status"]["State"] == "SUCCEEDED"


def plain(value: Any) -> Any:
    return value.to_pydatetime() if hasattr(value, "to_pydatetime") else value


def test_tables_that_live_as_long_as_one_statement_can_be_read(lake: millrace.Lake) -> None:
    raw = lake.sql("SELECT count(*) AS n, max(dt) AS day, DECIMAL '1.50' AS d FROM raw.rainfall").pandas()
    assert raw.to_dict("records") == [{"n": 1, "day": date(2024, 5, 30), "d": Decimal("1.50")}]

    assert list(lake.sql("SELECT DISTINCT workflow FROM ops.runs").pandas().workflow) == ["rainfall"]


def test_a_query_that_fails_says_what_athena_says(lake: millrace.Lake) -> None:
    with pytest.raises(QueryError, match="your query"):
        lake.sql("SELECT CAST('x' AS integer) AS n").pandas()


def test_awswranglers_own_settings_are_left_as_they_were(lake: millrace.Lake) -> None:
    config = importlib.import_module("awswrangler").config
    config.athena_endpoint_url = "http://another.example"
    try:
        assert list(lake.sql("SELECT 1 AS one").pandas().one) == [1]
        assert config.athena_endpoint_url == "http://another.example"
    finally:
        config.reset()


def test_without_awswrangler_the_extra_is_named(deployed: AwsLake) -> None:
    def missing(name: str) -> Any:
        raise ImportError(name)

    says = r"awswrangler is not installed.*millrace\[aws\]"
    with millrace.Lake(deployed.runtime(), load=missing) as opened, pytest.raises(SettingError, match=says):
        opened.sql("SELECT 1 AS one").pandas()
