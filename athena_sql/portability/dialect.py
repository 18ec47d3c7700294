"""Athena's dialect, in which statements are written, and the settings that make other engines answer as Athena does.

Other differences are rewritten for each engine (`engines/duckdb/dialect.py`, `engines/spark/dialect.py`) or refused
(`refusals.py`).
"""

from __future__ import annotations

from types import MappingProxyType

from sqlglot import exp
from sqlglot.dialects.athena import Athena
from sqlglot.dialects.trino import Trino

ATHENA = Athena()
TRINO = Trino()  # Athena's dialect of queries; the tokenizer of `Athena`, which reads Hive's DDL too, hides its tokens

# Settings under which DuckDB answers as Athena does.
DUCKDB_SESSION = MappingProxyType(
    {
        "TimeZone": "UTC",
        "integer_division": True,  # 7 / 2 is 3
    }
)

# Settings under which Spark answers as Athena does: overflows, casts that fail and division by zero are errors, and a
# TIMESTAMP has no zone.
SPARK_SESSION = MappingProxyType(
    {
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.ansi.enabled": "true",
        "spark.sql.timestampType": "TIMESTAMP_NTZ",
        "spark.sql.legacy.timeParserPolicy": "CORRECTED",
        "spark.sql.decimalOperations.allowPrecisionLoss": "false",  # a product of DECIMALs keeps its scale
        "spark.sql.mapKeyDedupPolicy": "EXCEPTION",
        "spark.sql.caseSensitive": "false",
    }
)

INTEGERS = frozenset(exp.DataType.INTEGER_TYPES)
FRACTIONS = frozenset(exp.DataType.REAL_TYPES)
