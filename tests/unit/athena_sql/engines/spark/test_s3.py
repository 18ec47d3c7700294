"""With which connector Spark reaches S3: the one of its own Hadoop."""

from __future__ import annotations

import pytest

from millrace.athena_sql.engines.spark.s3 import hadoop_of_spark, s3_settings

PACKAGES = "spark.jars.packages"


@pytest.mark.parametrize(("hadoop", "sdk"), [("3.3.4", "com.amazonaws:"), ("3.4.2", "software.amazon.awssdk:")])
def test_the_connector_of_sparks_hadoop_with_parts_of_the_sdk_in_place_of_the_whole(hadoop: str, sdk: str) -> None:
    settings = s3_settings(None, "ap-southeast-1", hadoop)
    connector, *parts = settings[PACKAGES].split(",")
    assert connector == f"org.apache.hadoop:hadoop-aws:{hadoop}"
    assert len(parts) >= 4
    assert all(part.startswith(sdk) for part in parts)
    assert settings["spark.jars.excludes"].startswith(sdk)


def test_a_later_hadoop_gets_the_sdk_that_it_asks_for() -> None:
    settings = s3_settings(None, "ap-southeast-1", "3.5.0")
    assert settings[PACKAGES] == "org.apache.hadoop:hadoop-aws:3.5.0"
    assert "spark.jars.excludes" not in settings


def test_a_spark_without_a_hadoop_of_its_own_keeps_its_connector() -> None:
    assert PACKAGES not in s3_settings(None, "ap-southeast-1", None)


def test_the_installed_sparks_hadoop_is_a_version_whose_needs_are_known() -> None:
    pytest.importorskip("pyspark")
    assert hadoop_of_spark() == "3.3.4"
