"""Constructs of SQL that Millrace's own statements must not use, as data: each with an alternative.

A construct is refused when it gives other rows or types on one of the engines, or does not run there: DuckDB 2.0,
Spark 3.5 (as sqlglot 30.30 and `engines/spark/dialect.py` write for them) and Athena's engine v3. `statement_check.py`
refuses these, and uses that are not certified (`certified_uses.py`); a user's SQL may have both.

Differences that no check can see: Athena keeps milliseconds of a TIMESTAMP, the others microseconds;
CAST('1.5' AS INTEGER) is 2 on DuckDB and an error on the others.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp


@dataclass(frozen=True, slots=True)
class Refusal:
    """A construct that statements must not use, recognised by its node classes in the syntax tree, or by the upper-case
    names of functions that sqlglot does not know."""

    construct: str
    alternative: str
    nodes: tuple[type[exp.Expr], ...] = ()
    functions: frozenset[str] = frozenset()

    @property
    def said(self) -> str:
        """Both in a message, of an engine that has no translation for the construct."""
        return f"{self.construct} is not supported; use instead: {self.alternative}"


REFUSED_TIME_ZONE = Refusal(
    "AT TIME ZONE",
    "the local time in the record (observed_at_local)",
    nodes=(exp.AtTimeZone, exp.FromTimeZone),
    functions=frozenset({"AT_TIMEZONE", "WITH_TIMEZONE"}),
)
REFUSED_REDUCE = Refusal("reduce", "UNNEST and an aggregate", nodes=(exp.Reduce,))  # DuckDB ignores the last lambda
REFUSED_FORMAT = Refusal("format", "|| and CAST(... AS VARCHAR)", nodes=(exp.Format,))

# Refused wherever they stand. The REFUSED_* below depend on types or on the clauses around them: `statement_check.py`
# has the conditions.
REFUSED = (
    REFUSED_TIME_ZONE,
    Refusal(
        "the current time",
        "the run's time as a parameter (:loaded_at)",
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
        "date_diff",  # DuckDB counts the boundaries crossed, Athena the whole units
        "a difference in seconds: floor(to_unixtime(b)) - floor(to_unixtime(a))",
        nodes=(exp.DateDiff, exp.TimestampDiff, exp.DatetimeDiff),
    ),
    Refusal(
        "date_add",  # Spark's adds days, whatever the unit says; DuckDB's turns a DATE into a TIMESTAMP
        "time + n * INTERVAL '1' MINUTE",
        nodes=(exp.DateAdd, exp.DateSub, exp.TsOrDsAdd, exp.TimestampAdd, exp.DatetimeAdd),
    ),
    Refusal(
        "regexp_extract or split_part",  # without a match: '' on some engines, NULL on others
        "regexp_like, or element_at(split(text, ','), n)",
        nodes=(exp.RegexpExtract, exp.SplitPart),
    ),
    REFUSED_REDUCE,
    REFUSED_FORMAT,
    Refusal(
        "an approximate aggregate",
        "count(DISTINCT ...)",
        nodes=(exp.ApproxDistinct, exp.ApproxQuantile, exp.ApproxTopK),
    ),
    Refusal(
        "an aggregate that depends on the order of rows",  # Spark's array_agg leaves NULLs out besides
        "max_by(value, order)",
        nodes=(exp.ArrayAgg, exp.GroupConcat, exp.AnyValue, exp.First, exp.Last),
    ),
    Refusal("json_parse", "json_extract(text, '$')", nodes=(exp.ParseJSON,)),  # Athena's sorts the fields
    Refusal("json_format", "json_extract_scalar of each value", nodes=(exp.JSONFormat,)),  # DuckDB keeps the blanks
    Refusal("slice", "filter, or element_at", nodes=(exp.ArraySlice,)),  # DuckDB takes the length as an end position
    Refusal("try", "try_cast, or CASE WHEN", nodes=(exp.Try,)),  # not in Spark
)

REFUSED_DIVISION = Refusal("division of DECIMAL numbers", "division of a DOUBLE: CAST(a AS DOUBLE) / b")
REFUSED_ZONED = Refusal("TIMESTAMP WITH TIME ZONE", "TIMESTAMP, which is UTC everywhere")
REFUSED_SUBSCRIPT = Refusal("an array subscript", "element_at(array, n), which is NULL out of range on every engine")
REFUSED_INTERVAL = Refusal("an interval as a value", "a whole number of seconds, or a time ± INTERVAL")
REFUSED_DIGITS = Refusal("a TIMESTAMP of other digits than three", "TIMESTAMP, whose seconds have three")
REFUSED_TIME_LITERAL = Refusal("a TIMESTAMP literal with T", "TIMESTAMP '2024-05-30 08:00:00'")
REFUSED_DATE_INTERVAL = Refusal("date ± interval", "CAST(date AS TIMESTAMP) ± INTERVAL, then CAST the result to DATE")
REFUSED_INTEGER_CAST = Refusal("a cast of a fraction to a whole number", "CAST(floor(x) AS BIGINT)")
REFUSED_ROUND = Refusal(  # engines round 1.005 up or down, in a cast to DECIMAL too
    "round of a DOUBLE to digits", "CAST(floor(x * 100 + 0.5) AS BIGINT), in hundredths"
)
REFUSED_SEVERAL = Refusal("max, min, max_by or min_by of several", "rank() OVER (...), and WHERE place <= n")
REFUSED_MEAN = Refusal("avg of a DECIMAL", "avg(CAST(x AS DOUBLE))")
REFUSED_WHOLE_FLOOR = Refusal("floor or ceil of a whole number", "the number itself")  # a DOUBLE on DuckDB
REFUSED_DATE_TRUNC = Refusal("date_trunc of a DATE", "date_trunc('month', CAST(date AS TIMESTAMP))")
REFUSED_TEXT_CAST = Refusal("a cast of a DOUBLE or a time to text", "CAST(CAST(x AS DECIMAL(9, 2)) AS VARCHAR)")
REFUSED_SEQUENCE = Refusal(  # a descending sequence is empty on DuckDB
    "a sequence whose ends are not ascending literals", "UNNEST(sequence(0, 24)), and WHERE n <= last"
)
REFUSED_CHARACTER = Refusal(  # of larger ones Spark takes the rest of a division by 256
    "chr of what is not a number below 256 that is written out", "the character itself, in quotes"
)
REFUSED_OUTER_UNNEST = Refusal(  # Spark leaves out rows whose array is empty
    "an outer join with UNNEST", "CROSS JOIN UNNEST, and UNION ALL the rows whose array is empty"
)
REFUSED_ORDINALITY = Refusal(  # Spark counts from 0
    "WITH ORDINALITY", "UNNEST(sequence(1, 9)) and element_at(array, n)"
)
REFUSED_MANY_UNNEST = Refusal("UNNEST of several arrays", "UNNEST(sequence(1, 9)) and element_at(array, n)")
REFUSED_JOIN_AFTER_UNNEST = Refusal("a join after UNNEST", "UNNEST in a subquery")  # Spark unnests after all joins
REFUSED_JSON_SCALAR = Refusal(
    "json_extract_scalar of an object", "json_extract, or the path of a value inside the object"
)

REFUSED_VARCHAR_LENGTH = Refusal("a cast to a text of a length", "substr(x, 1, n)")  # Spark does not cut it
REFUSED_CHAR = Refusal("CHAR", "VARCHAR, and rpad(x, n, ' ') for the blanks at the end")
REFUSED_ROWS = Refusal(  # a NULL inside is a value on DuckDB and Spark
    "a comparison of rows or arrays", "comparisons of their parts, with AND"
)
REFUSED_ROW_VALUE = Refusal("a row as a value", "its fields as columns")  # Spark calls them col1, col2
REFUSED_TIME_DIFFERENCE = Refusal("a difference of times", "floor(to_unixtime(b)) - floor(to_unixtime(a))")
REFUSED_SPLIT_LIMIT = Refusal("split with a limit, or by an empty text", "split(text, ',')")  # Spark has none
REFUSED_EMPTY_SOUGHT = Refusal("replace of what may be an empty text", "a text that is written out, and not empty")
REFUSED_LIKE_BACKSLASH = Refusal("LIKE with a backslash", "ESCAPE '!'")  # Spark takes it for an escape
REFUSED_PADDING = Refusal("lpad to a length that is not written out", "a number: lpad(text, 2, '0')")
REFUSED_JSON_CAST = Refusal("a cast of JSON to a text or a time", "json_extract_scalar, and a cast of its text")
REFUSED_JSON_PATH = Refusal(
    "a path of JSON that Athena refuses, such as one to several values",
    "$.a[0]; of several values: UNNEST(CAST(json_extract(...) AS ARRAY(JSON)))",
)
REFUSED_JSON_NUMBER = Refusal("a number as a name in a path of JSON", "CAST(json_extract(...) AS MAP(VARCHAR, JSON))")
REFUSED_JSON_CONSTRUCTOR = Refusal("json_object or json_array", "CAST(MAP(...) AS JSON), CAST(ARRAY[...] AS JSON)")
REFUSED_JSON_QUERY = Refusal("json_value, json_query or json_exists", "json_extract_scalar, json_extract")
REFUSED_JSON_ARRAY_GET = Refusal("json_array_get", "json_extract(json, '$[0]')")
REFUSED_JSON_TRY_CAST = Refusal("TRY_CAST of JSON to an array", "CAST, or ARRAY(JSON) and a TRY_CAST of each entry")
REFUSED_GROUP_NAME = Refusal("a group by its name", "its number: $1")
REFUSED_GROUP_NUMBER = Refusal("a replacement by a group after the ninth", "regexp_extract(text, pattern, n)")
REFUSED_ANY_CASE = Refusal("a pattern that minds no case", "lower(x), and a pattern in small letters")
REFUSED_EMPTY_GROUP = Refusal(  # engines do not say whether it is '' or missing
    "a group that a match may leave out, and that may be empty", "a group that every match has, or (x+) for (x*)"
)
REFUSED_EMPTY_MATCH = Refusal("a pattern that matches an empty text, to split or count", "a pattern such as x+ for x*")
REFUSED_REPLACING_FUNCTION = Refusal(
    "regexp_replace with a function", "regexp_extract, and functions of its text put together by ||"
)
REFUSED_REGEXP_POSITION = Refusal(
    "regexp_position from a place, or of a later match", "regexp_position(substr(text, n), pattern)"
)
REFUSED_ILIKE = Refusal("ILIKE, RLIKE or SIMILAR TO, which Athena does not have", "lower(x) LIKE 'a%', or regexp_like")
REFUSED_JSON_FROM_END = Refusal("a place from the end of a list in JSON", "a place from its beginning")
REFUSED_DATE_FORMAT = Refusal(
    "a specifier, or a letter as text, that engines read differently",
    "%Y %y %m %c %M %b %d %e %j %a %W %H %k %h %I %l %i %s %S %f %p %r %T",
)

# Statements that other engines accept and Athena refuses: they would fail on the day of the deployment.
REFUSED_DOUBLE_COLON = Refusal("::", "CAST(x AS type)")
REFUSED_BRACKETS = Refusal("an array in brackets alone", "ARRAY[...]")
REFUSED_BASE = Refusal("a number that is not written in tens alone", "its digits: 1000 for 1_000, 16 for 0x10")
REFUSED_OFFSET = Refusal("OFFSET after LIMIT", "OFFSET m LIMIT n")
REFUSED_LIMIT_PAIR = Refusal("LIMIT with two numbers", "OFFSET m LIMIT n")
REFUSED_BARE_INTERVAL = Refusal("INTERVAL and a number without quotes", "INTERVAL '1' DAY")
REFUSED_ALIAS = Refusal("an alias of the select list outside ORDER BY", "the expression itself, or a subquery")
REFUSED_ALIAS_IN_AGGREGATE = Refusal("an aggregate over an alias in ORDER BY", "the alias of the aggregate itself")
REFUSED_ORDER = Refusal("the order of JSON or of maps", "json_format(x), or a value inside it")
REFUSED_MIXED_TYPES = Refusal("values of different types", "CAST(x AS VARCHAR), so that both are of one type")

# The alternative to a construct that is certified for no types.
NOT_CERTIFIED = (
    'what docs/your_own_project.md lists under "Constructs that every engine runs alike"; what these cannot say, a'
    " script can: jobs/NAME.py with run(context)"
)
