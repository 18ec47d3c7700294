"""The engines that the contracts run on. A new engine is one line in ENGINES."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from millrace.athena_sql.engines.duckdb.engine import DuckDbEngine
from millrace.athena_sql.engines.spark.engine import SparkEngine
from millrace.athena_sql.engines.spark.session import missing
from millrace.athena_sql.ports import StreamingEngine, TableSource
from millrace.environment import java
from tests.contracts.athena_engine import athena_engine

# Read by Spark's launcher. Tests are short, so Java's second compiler would cost as much time as it saves. With one
# compiler Java reserves 48 MB for compiled code, which the workflows fill: it then stops compiling, and has crashed.
os.environ.setdefault("SPARK_SUBMIT_OPTS", "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=256m")

ENGINES: dict[str, Callable[[TableSource, Path], StreamingEngine]] = {
    "athena": athena_engine,
    "duckdb": lambda source, root: DuckDbEngine(source, root, threads=2),
    "spark": lambda source, root: SparkEngine(source, root, master="local[2]"),
}


# Why Spark cannot be tested here; empty when it can, and in continuous integration, where it must be.
WITHOUT_SPARK = "" if os.environ.get("CI") else str(missing(java()) or "")

# `tests/one_spark.py` lets all of them run in one process, with one Spark.
SPARK_MARKS = (
    pytest.mark.skipif(bool(WITHOUT_SPARK), reason=WITHOUT_SPARK),
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),  # pyspark leaves them to be collected
)


def each_engine(*names: str) -> list[object]:
    """Parameters for the engines of these names, by default all."""
    return [
        pytest.param(name, marks=SPARK_MARKS if name == "spark" else (), id=name) for name in names or sorted(ENGINES)
    ]
