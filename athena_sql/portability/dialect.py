"""What differs between the engines, as data: how DuckDB is made to answer as Athena does, and what nothing can level.

Statements are written in Athena's (Trino's) dialect. `REFUSED` lists constructs that give other rows or types on one of
the engines, or do not run there: DuckDB 2.0, Spark 3.5 (as sqlglot 30.30 and `spark_dialect.py` write for them) and
Athena's engine v3. What is in no certified case is refused too (`constructs.py`). `certifying.py` keeps both out of
Millrace's own statements; a user's SQL may hold them.

What no check can see: Athena keeps milliseconds of a TIMESTAMP, the others microseconds; a DOUBLE divided by zero is
infinite in Athena, and an error on the others, as whole numbers are everywhere; CAST('1.5' AS INTEGER) is 2 on DuckDB,
an error on the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from sqlglot import exp
from sqlglot.dialects.athena import Athena
from sqlglot.dialects.trino import Trino

ATHENA = Athena()
TRINO = Trino()  # Athena's dialect of queries: its tokens are not hidden in those of Hive's statements

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
        "spark.sql.mapKeyDedupPolicy": "EXCEPTION",
        "spark.sql.caseSensitive": "false",
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
    Refusal(
        "regexp_extract or split_part",  # a miss: '' or NULL
        "regexp_like, or element_at(split(text, ','), n)",
        nodes=(exp.RegexpExtract, exp.SplitPart),
    ),
    Refusal("reduce", "UNNEST and an aggregate", nodes=(exp.Reduce,)),  # DuckDB drops the last lambda
    Refusal("format", "|| and CAST(... AS VARCHAR)", nodes=(exp.Format,)),
    Refusal(
        "an approximate aggregate",
        "count(DISTINCT ...)",
        nodes=(exp.ApproxDistinct, exp.ApproxQuantile, exp.ApproxTopK),
    ),
    Refusal(
        "an aggregate that depends on the order of rows",  # and Spark's array_agg leaves NULLs out
        "max_by(value, order)",
        nodes=(exp.ArrayAgg, exp.GroupConcat, exp.AnyValue, exp.First, exp.Last),
    ),
    Refusal("slice", "filter, or element_at", nodes=(exp.ArraySlice,)),  # DuckDB takes the length for an end
    Refusal("try", "try_cast, or CASE WHEN", nodes=(exp.Try,)),  # not in Spark
)

REFUSED_DIVISION = Refusal("division of whole or DECIMAL numbers", "divide a DOUBLE: floor(CAST(a AS DOUBLE) / b)")
REFUSED_ZONED = Refusal("TIMESTAMP WITH TIME ZONE", "TIMESTAMP, which is UTC everywhere")
REFUSED_SUBSCRIPT = Refusal("an array subscript", "element_at(array, n), which is NULL out of range on every engine")
REFUSED_DATE_INTERVAL = Refusal("date ± interval", "CAST(date AS TIMESTAMP) ± INTERVAL, and CAST the result")
REFUSED_INTEGER_CAST = Refusal("a cast of a fraction to a whole number", "CAST(floor(x) AS BIGINT)")
REFUSED_ROUND = Refusal(  # 1.005 goes up, or down, and so it does in a cast to DECIMAL
    "round of a DOUBLE to digits", "CAST(floor(x * 100 + 0.5) AS BIGINT), in hundredths"
)
REFUSED_MEAN = Refusal("avg of a DECIMAL", "avg(CAST(x AS DOUBLE))")
REFUSED_WHOLE_FLOOR = Refusal("floor or ceil of a whole number", "the number itself")  # a DOUBLE on DuckDB
REFUSED_DATE_TRUNC = Refusal("date_trunc of a DATE", "date_trunc('month', CAST(date AS TIMESTAMP))")
REFUSED_TEXT_CAST = Refusal("a cast of a DOUBLE or a time to text", "CAST(CAST(x AS DECIMAL(9, 2)) AS VARCHAR)")
REFUSED_SEQUENCE = Refusal(  # downwards: on DuckDB empty
    "a sequence whose ends are not written down, upwards", "UNNEST(sequence(0, 24)), and WHERE n <= last"
)
REFUSED_OUTER_UNNEST = Refusal(  # Spark leaves out the rows with nothing to unnest
    "an outer join with UNNEST", "CROSS JOIN UNNEST, and UNION ALL the rows whose array is empty"
)
REFUSED_ORDINALITY = Refusal(  # Spark counts from 0
    "WITH ORDINALITY", "UNNEST(sequence(1, 9)) and element_at(array, n)"
)
REFUSED_MANY_UNNEST = Refusal("UNNEST of several arrays", "UNNEST(sequence(1, 9)) and element_at(array, n)")
REFUSED_JOIN_AFTER_UNNEST = Refusal("a join after UNNEST", "UNNEST in a subquery")  # Spark unnests after all joins
NOT_CERTIFIED = (
    "write it with what athena_sql/portability/certified_cases.py holds, or add a case there that every engine passes"
)
REFUSED_JSON_SCALAR = Refusal(
    "json_extract_scalar of an object", "json_extract, or the path of a value inside the object"
)
