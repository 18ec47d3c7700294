"""The certified cases: small statements with the rows that every engine must give, as data.

A construct is certified, for the types that it is given, when it stands in a case (`certified_uses.py`); the stress
cases (tests/contracts/stress) certify it for other types. The tests and `millrace verify` run every case on every
engine. To certify another construct, add a case that uses it; for other types, add a stress case.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from millrace.athena_sql.portability.certified_tables import utc
from millrace.athena_sql.ports import Statement


@dataclass(frozen=True, slots=True)
class CertifiedCase:
    """`rows` are in order; `title` says what the case shows."""

    title: str
    sql: str
    rows: list[tuple[Any, ...]]

    @property
    def statement(self) -> Statement:
        return Statement(self.title, self.sql)


CASES = (
    CertifiedCase(
        "a day of dt begins at the source's midnight, not at UTC's",
        "SELECT dt, CAST(observed_at AS DATE) FROM ops.reading WHERE dt = DATE '2024-05-30'",
        [(date(2024, 5, 30), date(2024, 5, 29))],
    ),
    CertifiedCase("times stay UTC", "SELECT max(observed_at) FROM ops.reading", [(utc("2024-05-29 16:00:00"),)]),
    CertifiedCase(
        "fields of a time",
        "SELECT hour(observed_at), minute(observed_at), second(observed_at) FROM ops.reading WHERE count = 7",
        [(15, 59, 59)],
    ),
    CertifiedCase(
        "truncation of times, and intervals",
        "SELECT date_trunc('hour', observed_at), observed_at + count * INTERVAL '1' MINUTE FROM ops.reading"
        " WHERE count = 7",
        [(utc("2024-05-29 15:00:00"), utc("2024-05-29 16:06:59"))],
    ),
    CertifiedCase(
        "a difference in seconds",
        "SELECT CAST(floor(to_unixtime(max(observed_at))) - floor(to_unixtime(min(observed_at))) AS BIGINT)"
        " FROM ops.reading",
        [(1,)],
    ),
    CertifiedCase("the epoch", "SELECT to_unixtime(TIMESTAMP '1970-01-01 00:01:00')", [(60.0,)]),
    CertifiedCase(
        "NULL is not counted or added", "SELECT count(*), count(count), sum(count) FROM ops.reading", [(3, 2, 9)]
    ),
    CertifiedCase("NULL sorts last, up", "SELECT count FROM ops.reading ORDER BY count", [(2,), (7,), (None,)]),
    CertifiedCase("NULL sorts last, down", "SELECT count FROM ops.reading ORDER BY count DESC", [(7,), (2,), (None,)]),
    CertifiedCase("NULL is in no list", "SELECT count(*) FROM ops.reading WHERE NOT count IN (7)", [(1,)]),
    CertifiedCase("greatest with a NULL", "SELECT greatest(1, NULL, 3)", [(None,)]),
    CertifiedCase("concatenation with NULL", "SELECT 'a' || NULL", [(None,)]),
    CertifiedCase("no rows in, no rows out", "SELECT station, dt FROM ops.empty", []),
    CertifiedCase("no files, no rows", "SELECT * FROM staging.empty WHERE dt = DATE '2024-05-30'", []),
    CertifiedCase(
        "an aggregate over nothing", "SELECT count(*), sum(count), max(dt) FROM staging.empty", [(0, None, None)]
    ),
    CertifiedCase("duplicates stay", "SELECT x FROM (VALUES 1, 1, 2) AS t (x) ORDER BY x", [(1,), (1,), (2,)]),
    CertifiedCase("UNION drops duplicates", "SELECT 1 AS x UNION SELECT 1 UNION ALL SELECT 1", [(1,), (1,)]),
    CertifiedCase("division of whole numbers", "SELECT 7 / 2, -7 / 2, mod(-7, 2)", [(3, -3, -1)]),
    CertifiedCase("division of columns", "SELECT count / 2 FROM ops.reading WHERE count = 7", [(3,)]),
    CertifiedCase("division of DOUBLE", "SELECT CAST(7 AS DOUBLE) / 2, floor(CAST(-7 AS DOUBLE) / 2)", [(3.5, -4.0)]),
    CertifiedCase(
        "DECIMAL arithmetic is exact",
        "SELECT sum(share), max(share) * 3 FROM ops.reading",
        [(Decimal("0.300000"), Decimal("0.600000"))],
    ),
    CertifiedCase(
        "a number with a point is a DOUBLE, DECIMAL with a text is exact, DECIMAL alone is whole",
        "SELECT 0.1 + 0.2, DECIMAL '0.1' + DECIMAL '0.2', CAST('2.5' AS DECIMAL), 1.50 / 2, DECIMAL '1.50'",
        [(0.30000000000000004, Decimal("0.3"), Decimal("3"), 0.75, Decimal("1.50"))],
    ),
    CertifiedCase(
        "DOUBLE to DECIMAL rounds half up",
        "SELECT CAST(CAST('103.1234565' AS DOUBLE) AS DECIMAL(9, 6)), CAST(CAST('2.5' AS DOUBLE) AS DECIMAL(9, 0))",
        [(Decimal("103.123457"), Decimal("3"))],
    ),
    CertifiedCase(
        "floor of a DECIMAL", "SELECT CAST(floor(CAST('103.999999' AS DECIMAL(9, 6)) * 1000) AS BIGINT)", [(103999,)]
    ),
    CertifiedCase(
        "text of any script", "SELECT station FROM ops.reading WHERE dt = DATE '2024-05-29'", [("Jurong – 裕廊",)]
    ),
    CertifiedCase(
        "length counts characters",
        "SELECT length('裕廊'), upper('straits'), substr('裕廊x', 2, 1)",
        [(2, "STRAITS", "廊")],
    ),
    CertifiedCase("quotes", "SELECT count FROM ops.reading WHERE station = 'O''Brien''s'", [(2,)]),
    CertifiedCase(
        "nested arrays out of JSON",
        "SELECT element_at(pair, 1), element_at(pair, 2), element_at(pair, 3) FROM (SELECT CAST("
        "json_extract('{\"a\": [{\"b\": [[2.5, 1], [1.5, 4]]}]}', '$.a[0].b') AS ARRAY(ARRAY(DOUBLE))"
        ") AS pairs) AS found CROSS JOIN UNNEST(pairs) AS t (pair)",
        [(2.5, 1.0, None), (1.5, 4.0, None)],
    ),
    CertifiedCase(
        "a sorted array of arrays",
        "SELECT element_at(element_at(array_sort(ARRAY[ARRAY[2, 1], ARRAY[1, 9], ARRAY[1, 3]]), 1), 2)",
        [(3,)],
    ),
    CertifiedCase("an empty array has no rows", "SELECT x FROM UNNEST(CAST(ARRAY[] AS ARRAY(INTEGER))) AS t (x)", []),
    CertifiedCase("a sequence", "SELECT sum(n) FROM UNNEST(sequence(1, 4)) AS t (n)", [(10,)]),
    CertifiedCase("JSON null is NULL", 'SELECT json_extract_scalar(\'{"a": null, "b": "x"}\', \'$.a\')', [(None,)]),
    CertifiedCase("a scalar of JSON", 'SELECT json_extract_scalar(\'{"a": {"b": "x"}}\', \'$.a.b\')', [("x",)]),
    CertifiedCase(
        "counting by condition",
        "SELECT count_if(count > 2), count(*) FILTER (WHERE count > 2) FROM ops.reading",
        [(1, 1)],
    ),
    CertifiedCase(
        "window functions",
        "SELECT count, lead(count) OVER (ORDER BY count), row_number() OVER (ORDER BY count DESC) FROM ops.reading"
        " WHERE count IS NOT NULL ORDER BY count",
        [(2, 7, 2), (7, None, 1)],
    ),
    CertifiedCase("the value at a maximum", "SELECT max_by(station, count) FROM ops.reading", [("Jurong – 裕廊",)]),
    CertifiedCase("views are inlined", "SELECT counted FROM ops.counted WHERE dt = DATE '2024-05-30'", [(2,)]),
    CertifiedCase("names of WITH hide tables", "WITH reading AS (SELECT 1 AS x) SELECT x FROM reading", [(1,)]),
    CertifiedCase(
        "names of WITH hide no table that is written with its layer",
        "WITH reading AS (SELECT count FROM ops.reading) SELECT sum(count) FROM reading",
        [(9,)],
    ),
    CertifiedCase("names in any case", "SELECT Reading.COUNT FROM OPS.Reading WHERE ops.reading.Count = 7", [(7,)]),
    CertifiedCase(
        "Grafana's time groups",
        "SELECT FLOOR(TO_UNIXTIME(observed_at)/300)*300 FROM ops.reading WHERE observed_at BETWEEN"
        " TIMESTAMP '2024-05-29 16:00:00' AND TIMESTAMP '2024-05-29 17:00:00'",
        [(1716998400.0,)],
    ),
    CertifiedCase(
        "comparisons and logic",
        "SELECT 1 < 2, 2 <= 2, 3 > 2, 2 >= 3, 1 = 1, 1 <> 1, NOT TRUE, TRUE AND NULL, FALSE AND NULL, TRUE OR NULL,"
        " 3 BETWEEN 1 AND 3",
        [(True, True, True, False, True, False, False, None, False, True, True)],
    ),
    CertifiedCase(
        "NULL in a list",
        "SELECT 1 IN (1, NULL), 2 IN (1, NULL), NULL IS NULL",
        [(True, None, True)],
    ),
    CertifiedCase(
        "equal, NULL or not",
        "SELECT a IS DISTINCT FROM b, a IS NOT DISTINCT FROM b FROM (VALUES (1, NULL)) AS t (a, b)",
        [(True, False)],
    ),
    CertifiedCase(
        "cases with and without another value",
        "SELECT CASE WHEN count > 2 THEN 'many' WHEN count > 0 THEN 'few' END, if(count > 2, 'many'),"
        " if(count > 2, 1, 0), CASE count WHEN 7 THEN 1 ELSE 2 END FROM ops.reading ORDER BY count",
        [("few", None, 0, 2), ("many", "many", 1, 1), (None, None, 0, 2)],
    ),
    CertifiedCase(
        "the first that is not NULL, and NULL for a value",
        "SELECT coalesce(NULL, 2, 3), coalesce(count, 0), nullif(count, 7) FROM ops.reading ORDER BY count",
        [(2, 2, 2), (2, 7, None), (2, 0, None)],
    ),
    CertifiedCase(
        "least and greatest are NULL if any is",
        "SELECT least(count, 3), greatest(count, 3), least(2, 1) FROM ops.reading ORDER BY count",
        [(2, 3, 1), (3, 7, 1), (None, None, 1)],
    ),
    CertifiedCase(
        "rounding to whole numbers, half away from zero",
        "SELECT floor(CAST('-2.5' AS DOUBLE)), ceil(CAST('-2.5' AS DOUBLE)), round(CAST('-2.5' AS DOUBLE)),"
        " round(CAST('2.5' AS DOUBLE)), abs(-3), abs(CAST('-1.5' AS DECIMAL(3, 1))), sqrt(CAST(16 AS DOUBLE))",
        [(-3.0, -2.0, -3.0, 3.0, 3, Decimal("1.5"), 4.0)],
    ),
    CertifiedCase(
        "rounding of DECIMAL, half away from zero",
        "SELECT CAST(CAST('2.675' AS DECIMAL(9, 3)) AS DECIMAL(9, 2)), CAST(CAST('-2.675' AS DECIMAL(9, 3)) AS"
        " DECIMAL(9, 2)), round(CAST('2.675' AS DECIMAL(9, 3)), 2), floor(CAST('-0.5' AS DECIMAL(2, 1))),"
        " ceil(CAST('-0.5' AS DECIMAL(2, 1)))",
        [(Decimal("2.68"), Decimal("-2.68"), Decimal("2.68"), Decimal("-1"), Decimal("0"))],
    ),
    CertifiedCase(
        "casts of text",
        "SELECT CAST('7' AS INTEGER), CAST('-7' AS BIGINT), CAST('1e2' AS DOUBLE), CAST('true' AS BOOLEAN),"
        " CAST('2024-05-30' AS DATE), CAST('2024-05-30 01:02:03' AS TIMESTAMP), CAST('1.005' AS DECIMAL(9, 2))",
        [(7, -7, 100.0, True, date(2024, 5, 30), utc("2024-05-30 01:02:03"), Decimal("1.01"))],
    ),
    CertifiedCase(
        "casts to text",
        "SELECT CAST(7 AS VARCHAR), CAST(TRUE AS VARCHAR), CAST(CAST('1.50' AS DECIMAL(9, 2)) AS VARCHAR),"
        " CAST(DATE '2024-05-30' AS VARCHAR)",
        [("7", "true", "1.50", "2024-05-30")],
    ),
    CertifiedCase(
        "casts that may fail",
        "SELECT TRY_CAST('x' AS INTEGER), TRY_CAST('7' AS INTEGER), TRY_CAST('1.005' AS DECIMAL(9, 2)),"
        " TRY_CAST('x' AS DECIMAL(9, 2)), TRY_CAST('x' AS TIMESTAMP)",
        [(None, 7, Decimal("1.01"), None, None)],
    ),
    CertifiedCase(
        "a DATE as a time is its midnight",
        "SELECT CAST(DATE '2024-05-30' AS TIMESTAMP), CAST(TIMESTAMP '2024-05-30 23:59:59' AS DATE)",
        [(utc("2024-05-30 00:00:00"), date(2024, 5, 30))],
    ),
    CertifiedCase(
        "intervals across the ends of months and years",
        "SELECT at + INTERVAL '1' SECOND, at + INTERVAL '1' MINUTE, at - INTERVAL '24' HOUR, at + 2 * INTERVAL '1' DAY"
        " FROM (SELECT TIMESTAMP '2023-12-31 23:59:59' AS at) AS t",
        [
            (
                utc("2024-01-01 00:00:00"),
                utc("2024-01-01 00:00:59"),
                utc("2023-12-30 23:59:59"),
                utc("2024-01-02 23:59:59"),
            )
        ],
    ),
    CertifiedCase(
        "truncation to every unit",
        "SELECT date_trunc('minute', at), date_trunc('hour', at), date_trunc('day', at), date_trunc('week', at),"
        " date_trunc('month', at), date_trunc('year', at) FROM (SELECT TIMESTAMP '2024-05-30 15:59:59' AS at) AS t",
        [
            (
                utc("2024-05-30 15:59:00"),
                utc("2024-05-30 15:00:00"),
                utc("2024-05-30 00:00:00"),
                utc("2024-05-27 00:00:00"),
                utc("2024-05-01 00:00:00"),
                utc("2024-01-01 00:00:00"),
            )
        ],
    ),
    CertifiedCase(
        "fields of a date; Monday is 1",
        "SELECT year(dt), quarter(dt), month(dt), day(dt), day_of_week(dt), day_of_week(DATE '2024-06-02')"
        " FROM ops.reading WHERE count = 7",
        [(2024, 2, 5, 29, 3, 7)],
    ),
    CertifiedCase("seconds with their fraction", "SELECT to_unixtime(TIMESTAMP '1970-01-01 00:00:01.5')", [(1.5,)]),
    CertifiedCase(
        "text functions",
        "SELECT lower('ABC'), trim('  a '), replace('a.b', '.', '-'), reverse('裕廊'), concat('a', 'b'),"
        " strpos('abc', 'c'), starts_with('abc', 'ab'), lpad('7', 2, '0'), substr('abc', 2)",
        [("abc", "a", "a-b", "廊裕", "ab", 3, True, "07", "bc")],
    ),
    CertifiedCase(
        "patterns of text",
        "SELECT 'abc' LIKE 'a%', 'ABC' LIKE 'a%', 'a_c' LIKE 'a!_c' ESCAPE '!', regexp_like('a12', '[0-9]+')",
        [(True, False, True, True)],
    ),
    CertifiedCase("texts sort by code point", "SELECT 'a' < 'B', 'é' > 'z', 'Z' < 'a'", [(False, True, True)]),
    CertifiedCase("a backslash is an ordinary character", "SELECT 'a\\b', length('a\\nb')", [("a\\b", 4)]),
    CertifiedCase(
        "a split text; a part that is missing is NULL",
        "SELECT element_at(split('a.b.c', '.'), 2), element_at(split('a.b.c', '.'), 9)",
        [("b", None)],
    ),
    CertifiedCase(
        "arrays: size, members, extremes",
        "SELECT cardinality(list), contains(list, 3), array_max(list), array_min(list), element_at(list, -1),"
        " element_at(list, 9) FROM (SELECT ARRAY[1, 3, 2] AS list) AS t",
        [(3, True, 3, 1, 2, None)],
    ),
    CertifiedCase(
        "arrays, element by element",
        "SELECT element_at(transform(list, x -> x * 2), 1), cardinality(filter(list, x -> x > 1)),"
        " element_at(array_sort(list), 1), element_at(array_sort(list), 3)"
        " FROM (SELECT ARRAY[2, NULL, 1] AS list) AS t",
        [(4, 1, 1, None)],
    ),
    CertifiedCase(
        "a NULL in an array is a row", "SELECT x FROM UNNEST(ARRAY[NULL, 1]) AS t (x) ORDER BY x", [(1,), (None,)]
    ),
    CertifiedCase(
        "an array of a subquery's rows, unnested with its NULL and its empty one",
        "SELECT name, x FROM (SELECT * FROM (VALUES ('a', '[1, 2]'), ('b', '[]'), ('c', NULL)) AS v (name, list))"
        " AS r CROSS JOIN UNNEST(CAST(json_extract(list, '$') AS ARRAY(BIGINT))) AS t (x) ORDER BY x",
        [("a", 1), ("a", 2)],
    ),
    CertifiedCase(
        "objects of an array, each as JSON",
        "SELECT json_extract_scalar(item, '$.id'), TRY_CAST(json_extract_scalar(item, '$.at.x') AS DECIMAL(9, 2))"
        ' FROM (SELECT CAST(json_extract(\'{"l": [{"id": "S1", "at": {"x": 1.005}}, {"id": "裕"}]}\', \'$.l\')'
        " AS ARRAY(JSON)) AS items) AS found CROSS JOIN UNNEST(items) AS t (item) ORDER BY 1",
        [("S1", Decimal("1.01")), ("裕", None)],
    ),
    CertifiedCase(
        "JSON numbers and booleans, as text that can be cast",
        "SELECT CAST(json_extract_scalar(j, '$.n') AS INTEGER), CAST(json_extract_scalar(j, '$.d') AS DOUBLE),"
        " json_extract_scalar(j, '$.t'), json_extract_scalar(j, '$.none'), json_extract_scalar(j, '$.l[1]')"
        ' FROM (SELECT \'{"n": 7, "d": 1.50, "t": true, "l": ["x", "y"]}\' AS j) AS t',
        [(7, 1.5, "true", None, "y")],
    ),
    CertifiedCase(
        "inner, left and full joins",
        "SELECT r.count, l.k, f.k FROM ops.reading AS r INNER JOIN (VALUES 2, 7) AS i (k) ON i.k = r.count"
        " LEFT JOIN (VALUES 7) AS l (k) ON l.k = r.count FULL OUTER JOIN (VALUES 7, 9) AS f (k) ON f.k = r.count"
        " ORDER BY r.count, f.k",
        [(2, None, None), (7, 7, 7), (None, None, 9)],
    ),
    CertifiedCase(
        "cross joins",
        "SELECT count(*) FROM ops.reading AS a CROSS JOIN ops.reading AS b JOIN ops.reading AS c ON c.count = a.count",
        [(6,)],
    ),
    CertifiedCase(
        "subqueries in conditions",
        "SELECT count FROM ops.reading WHERE count IN (SELECT 7) AND EXISTS (SELECT 1)"
        " AND count = (SELECT max(count) FROM ops.reading)",
        [(7,)],
    ),
    CertifiedCase(
        "GROUP BY and HAVING",
        "SELECT dt, count(*) AS rows_of, count(DISTINCT station), avg(CAST(count AS DOUBLE)), min(count)"
        " FROM ops.reading GROUP BY dt HAVING max(count) > 2 OR dt IS NULL ORDER BY dt",
        [(date(2024, 5, 29), 1, 1, 7.0, 7), (None, 1, 0, None, None)],
    ),
    CertifiedCase(
        "distinct rows", "SELECT DISTINCT x FROM (VALUES 1, 1, NULL, NULL) AS t (x) ORDER BY x", [(1,), (None,)]
    ),
    CertifiedCase(
        "bool_and and bool_or", "SELECT bool_and(count > 2), bool_or(count > 2) FROM ops.reading", [(False, True)]
    ),
    CertifiedCase("the value at a minimum", "SELECT min_by(station, count) FROM ops.reading", [("O'Brien's",)]),
    CertifiedCase("INTERSECT and EXCEPT", "SELECT 1 INTERSECT SELECT 1 EXCEPT SELECT 2", [(1,)]),
    CertifiedCase(
        "OFFSET and LIMIT",
        "SELECT x FROM (VALUES 3, 1, 2) AS t (x) ORDER BY x OFFSET 1 LIMIT 1",
        [(2,)],
    ),
    CertifiedCase("NULLS FIRST", "SELECT count FROM ops.reading ORDER BY count NULLS FIRST LIMIT 1", [(None,)]),
    CertifiedCase(
        "ranks, and values of neighbouring rows",
        "SELECT x, rank() OVER (ORDER BY x), dense_rank() OVER (ORDER BY x), lag(x) OVER (ORDER BY x),"
        " row_number() OVER (PARTITION BY x ORDER BY x) FROM (VALUES 1, 2, 2, 3) AS t (x) ORDER BY x, 5",
        [(1, 1, 1, None, 1), (2, 2, 2, 1, 1), (2, 2, 2, 2, 2), (3, 4, 3, 2, 1)],
    ),
    CertifiedCase(
        "running sums, over peers and over rows",
        "SELECT x, sum(x) OVER (ORDER BY x), sum(x) OVER (ORDER BY x ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)"
        " FROM (VALUES 1, 2, 3) AS t (x) ORDER BY x",
        [(1, 1, 1), (2, 3, 3), (3, 6, 5)],
    ),
    CertifiedCase(
        "a sum of more than an INTEGER holds",
        "SELECT sum(x), max(x) - min(x) FROM (VALUES 2147483647, 1) AS t (x)",
        [(2147483648, 2147483646)],
    ),
    CertifiedCase(
        "control characters and their escapes",
        "SELECT regexp_replace('a' || chr(1) || chr(10) || 'b\\', '[\\x00-\\x1F]', ' '),"
        " replace(replace('a\\\"', '\\', '\\\\'), '\"', '\\\"'), replace(chr(9) || 'x', chr(9), '\\t')",
        [("a  b\\", 'a\\\\\\"', "\\tx")],
    ),
    CertifiedCase(
        "a time as text",
        "SELECT date_format(observed_at, '%Y-%m-%d %H:%i:%s') FROM ops.reading ORDER BY observed_at",
        [("2024-05-29 15:59:59",), ("2024-05-29 16:00:00",), (None,)],
    ),
)
