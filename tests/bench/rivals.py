"""The same work by others: Spark, the way that suits it, and dlt with its filesystem destination."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

from tests.bench.lake import Lakes

Measured = Callable[[], AbstractContextManager[dict[str, float]]]

_RAW = (
    "source STRING, snapshot_id STRING, requested_at STRING, observed_at TIMESTAMP, observed_at_local TIMESTAMP,"
    " polled_at TIMESTAMP, payload STRUCT<features: ARRAY<STRUCT<geometry:"
    " STRUCT<coordinates: ARRAY<ARRAY<DOUBLE>>>>>>"
)

_CREATE = """
SELECT observed_at, observed_at_local, CAST(pair[0] AS DECIMAL(9, 6)) AS longitude,
       CAST(pair[1] AS DECIMAL(9, 6)) AS latitude, snapshot_id, source_object,
       TIMESTAMP '2024-06-01 00:00:00' AS loaded_at, 'bench' AS run_id
FROM (
    SELECT *, lead(observed_at) OVER (PARTITION BY dt, hour ORDER BY observed_at, polled_at, snapshot_id) AS following
    FROM (
        SELECT *, row_number() OVER (PARTITION BY dt, hour, snapshot_id ORDER BY polled_at, source_object) AS copy
        FROM (SELECT *, payload.features[0].geometry.coordinates AS pairs FROM raw_taxi_availability)
    )
    WHERE copy = 1
)
LATERAL VIEW explode(pairs) taxis AS pair
WHERE following IS NULL OR following <> observed_at
"""


def spark_create(lakes: Lakes, measured: Measured) -> dict[str, float]:
    """The create step on local[2]: the same columns, types, deduplication and order inside each snapshot.

    Not our statement word for word: with its functions of arrays, Spark takes several times as long.
    """
    from pyspark.sql import SparkSession

    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.shuffle.partitions", "4")
        .config("spark.driver.memory", "2g")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.parquet.compression.codec", "zstd")
        .config("spark.hadoop.parquet.writer.version", "v2")
        .config("spark.log.level", "ERROR")
        .getOrCreate()
    )
    session.range(10).count()
    target = lakes.folder / "spark"
    shutil.rmtree(target, ignore_errors=True)
    with measured() as figures:
        raw = session.read.schema(_RAW).json(str(lakes.day / "raw" / "taxi_availability"))
        raw.selectExpr("*", "input_file_name() AS source_object").createOrReplaceTempView("raw_taxi_availability")
        session.sql(_CREATE).sortWithinPartitions("observed_at", "longitude", "latitude").write.parquet(str(target))
    figures["rows"] = session.read.parquet(str(target)).count()
    figures["bytes"] = sum(path.stat().st_size for path in target.glob("*.parquet"))
    session.stop()
    return figures


def dlt_tenth(lakes: Lakes, measured: Measured) -> dict[str, float]:
    """A tenth of the day's objects; the caller scales it."""
    import dlt

    target = lakes.folder / "dlt"
    shutil.rmtree(target, ignore_errors=True)
    objects = lakes.objects()
    chosen = objects[:: max(len(objects) // max(len(objects) // 10, 1), 1)]

    @dlt.resource(name="taxi_position")
    def positions() -> Iterator[list[dict[str, object]]]:
        for path in chosen:
            for line in gzip.decompress(path.read_bytes()).splitlines():
                envelope = json.loads(line)
                yield [
                    {
                        "observed_at": envelope["observed_at"],
                        "longitude": longitude,
                        "latitude": latitude,
                        "snapshot_id": envelope["snapshot_id"],
                    }
                    for longitude, latitude in envelope["payload"]["features"][0]["geometry"]["coordinates"]
                ]

    pipeline = dlt.pipeline(
        "bench",
        pipelines_dir=str(target / "state"),
        destination=dlt.destinations.filesystem(bucket_url=(target / "out").as_uri()),
        dataset_name="bench",
    )
    with measured() as figures:
        pipeline.run(positions(), loader_file_format="parquet")
    figures["share"] = len(chosen) / len(objects)
    figures["scaled_seconds"] = figures["seconds"] / figures["share"]
    return figures
