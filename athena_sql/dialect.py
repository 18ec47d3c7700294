"""What differs between the engines, as data: how DuckDB is made to answer as Athena does, and what nothing can level.

Statements are written in Athena's (Trino's) dialect. `REFUSED` lists constructs that run on every engine but give other
rows or types on one of them: DuckDB 2.0, Spark 3.5 (as sqlglot 30.30 writes for them) and Athena's engine v3.
`certifying.py` keeps them out of Millrace's own statements; a user's SQL may hold them.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from sqlglot import exp
from sqlglot.dialects.athena import Athena
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.dialects.trino import Trino

ATHENA = Athena()
TRINO = Trino()  # Athena's dialect of queries: its tokens are not hidden in those of Hive's statements
DUCKDB = DuckDB()

# Settings under which DuckDB answers as Athena does.
DUCKDB_SESSION = MappingProxyType(
    {
        "TimeZone": "UTC",
        "integer_division": True,  # 7 / 2 is 3
    }
)

INTEGERS = frozenset(exp.DataType.INTEGER_TYPES)
FRACTIONS = frozenset(exp.DataType.REAL_TYPES)
ZONED = frozenset({exp.DType.TIMESTAMPTZ, exp.DType.TIMESTAMPLTZ, exp.DType.TIMETZ})


@dataclass(frozen=True, slots=True)
class Refusal:
    """A construct that must not stand in a statement: by `nodes` of the syntax tree, or by `functions`' names."""

    construct: str
    alternative: str
    nodes: tuple[type[exp.Expr], ...] = ()
    functions: frozenset[str] = frozenset()


REFUSED = (
    Refusal(
        "AT TIME ZONE",
        "use the local time that the record brings (observed_at_local)",
        nodes=(exp.AtTimeZone, exp.FromTimeZone),
        functions=frozenset({"AT_TIMEZONE", "WITH_TIMEZONE"}),
    ),
    Refusal(
        "a time of now",
        "bind the run's time as a parameter (:ingested_at)",
        nodes=(
            exp.CurrentTimestamp,
            exp.CurrentDate,
            exp.CurrentTime,
            exp.CurrentDatetime,
            exp.Localtime,
            exp.Localtimestamp,
        ),
    ),
    Refusal(
        "a function that gives a TIMESTAMP WITH TIME ZONE",
        "CAST(text AS TIMESTAMP), or TIMESTAMP '1970-01-01 00:00:00' + n * INTERVAL '1' SECOND",
        nodes=(exp.UnixToTime, exp.FromISO8601Timestamp, exp.ParseDatetime),
    ),
    Refusal(
        "date_diff",  # DuckDB counts the boundaries between, Athena the whole units
        "subtract seconds: floor(to_unixtime(b)) - floor(to_unixtime(a))",
        nodes=(exp.DateDiff, exp.TimestampDiff, exp.DatetimeDiff),
    ),
    Refusal(
        "date_add",  # Spark's adds days, whatever the unit says; DuckDB's turns a DATE into a TIMESTAMP
        "time + n * INTERVAL '1' MINUTE",
        nodes=(exp.DateAdd, exp.DateSub, exp.TsOrDsAdd, exp.TimestampAdd, exp.DatetimeAdd),
    ),
    Refusal("regexp_extract", "regexp_like, or split_part", nodes=(exp.RegexpExtract,)),  # a miss: '' or NULL
    Refusal("reduce", "UNNEST and an aggregate", nodes=(exp.Reduce,)),  # DuckDB drops the last lambda
    Refusal("format", "|| and CAST(... AS VARCHAR)", nodes=(exp.Format,)),
    Refusal(
        "an approximate aggregate",
        "count(DISTINCT ...)",
        nodes=(exp.ApproxDistinct, exp.ApproxQuantile, exp.ApproxTopK),
    ),
)

REFUSED_DIVISION = Refusal("division of whole or DECIMAL numbers", "divide a DOUBLE: floor(CAST(a AS DOUBLE) / b)")
REFUSED_ZONED = Refusal("TIMESTAMP WITH TIME ZONE", "TIMESTAMP, which is UTC everywhere")
REFUSED_SUBSCRIPT = Refusal("an array subscript", "element_at(array, n), which is NULL out of range on every engine")
REFUSED_DATE_INTERVAL = Refusal("date ± interval", "CAST(date AS TIMESTAMP) ± INTERVAL, and CAST the result")
REFUSED_BARE_DECIMAL = Refusal("DECIMAL without its precision", "CAST('0.01' AS DECIMAL(3, 2))")
REFUSED_INTEGER_CAST = Refusal("a cast of a fraction to a whole number", "CAST(floor(x) AS BIGINT)")
REFUSED_JSON_SCALAR = Refusal(
    "json_extract_scalar of an object", "json_extract, or the path of a value inside the object"
)
