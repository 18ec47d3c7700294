-- Clauses: joins, sets, windows, limits, CASE, NULL in conditions.

-- LIMIT and OFFSET in the other order
SELECT n FROM (VALUES 1, 2, 3) AS t (n) ORDER BY n LIMIT 1 OFFSET 1
--! SYNTAX_ERROR

-- OFFSET and LIMIT
SELECT n FROM (VALUES 1, 2, 3) AS t (n) ORDER BY n OFFSET 1 LIMIT 1
--: int
--= [2]

-- FETCH FIRST WITH TIES
SELECT n FROM (VALUES 1, 1, 2) AS t (n) ORDER BY n FETCH FIRST 1 ROWS WITH TIES
--: int
--= [1]
--= [1]
--x athena, duckdb

-- LIMIT ALL and LIMIT 0
SELECT n FROM (VALUES 1, 2) AS t (n) ORDER BY n LIMIT 0
--: int

-- a cast with two colons
SELECT n::VARCHAR FROM (VALUES 1) AS t (n)
--! SYNTAX_ERROR

-- string_agg
SELECT string_agg(x, ',') FROM (VALUES 'a') AS t (x)
--! FUNCTION_NOT_FOUND

-- listagg
SELECT listagg(x, ',') WITHIN GROUP (ORDER BY x) FROM (VALUES 'b', 'a', NULL) AS t (x)
--: string
--= ["a,b"]

-- ifnull
SELECT ifnull(n, 0) FROM (VALUES 1) AS t (n)
--! FUNCTION_NOT_FOUND

-- NOT IN with NULL
SELECT n FROM (VALUES 1, 2, NULL) AS t (n) WHERE n NOT IN (1, NULL)
--: int

-- NOT IN a subquery with NULL
SELECT n FROM (VALUES 1, 2) AS t (n) WHERE n NOT IN (SELECT m FROM (VALUES 1, NULL) AS u (m))
--: int

-- NOT IN an empty subquery
SELECT n FROM (VALUES 1, NULL) AS t (n) WHERE n NOT IN (SELECT m FROM (VALUES 1) AS u (m) WHERE m > 5) ORDER BY n
--: int
--= [1]
--= [null]

-- a scalar subquery of no rows
SELECT n, (SELECT m FROM (VALUES 1) AS u (m) WHERE m > 5) FROM (VALUES 1) AS t (n)
--: int, int
--= [1, null]

-- a scalar subquery of two rows
SELECT (SELECT m FROM (VALUES 1, 2) AS u (m))
--! SUBQUERY_MULTIPLE_ROWS

-- a correlated subquery
SELECT n, (SELECT count(*) FROM (VALUES 1, 2, 3) AS u (m) WHERE m < n) FROM (VALUES 1, 3) AS t (n) ORDER BY n
--: int, bigint
--= [1, 0]
--= [3, 2]

-- EXISTS, correlated
SELECT n FROM (VALUES 1, 2, NULL) AS t (n) WHERE NOT EXISTS (SELECT 1 FROM (VALUES 1) AS u (m) WHERE m = n) ORDER BY n
--: int
--= [2]
--= [null]

-- a join on NULL
SELECT count(*) FROM (VALUES 1, NULL) AS a (x) JOIN (VALUES 1, NULL) AS b (y) ON a.x = b.y
--: bigint
--= [1]

-- a join USING
SELECT n, a.x, b.y FROM (VALUES (1, 'a'), (2, 'b')) AS a (n, x) FULL JOIN (VALUES (2, 'c'), (3, 'd')) AS b (n, y) USING (n) ORDER BY n
--: int, string, string
--= [1, "a", null]
--= [2, "b", "c"]
--= [3, null, "d"]

-- UNION of NULLs
SELECT CAST(NULL AS INTEGER) AS n UNION SELECT NULL UNION SELECT 1 ORDER BY n
--: int
--= [1]
--= [null]

-- INTERSECT and EXCEPT with NULL
SELECT n FROM (VALUES 1, NULL, 2) AS t (n) INTERSECT SELECT n FROM (VALUES NULL, 1) AS u (n) ORDER BY n
--: int
--= [1]
--= [null]

-- EXCEPT drops duplicates
SELECT n FROM (VALUES 1, 1, 2, NULL) AS t (n) EXCEPT SELECT 2 ORDER BY n
--: int
--= [1]
--= [null]

-- UNION of an INTEGER and a DOUBLE
SELECT 1 AS x UNION ALL SELECT 1.5 ORDER BY x
--: double
--= [1.0]
--= [1.5]

-- UNION of a DATE and a TIMESTAMP
SELECT DATE '2024-05-30' AS x UNION ALL SELECT TIMESTAMP '2024-05-30 08:00:00' ORDER BY x
--: timestamp
--= ["2024-05-30 00:00:00"]
--= ["2024-05-30 08:00:00"]

-- DISTINCT with NULL and NaN
SELECT DISTINCT x FROM (VALUES CAST('NaN' AS DOUBLE), CAST('NaN' AS DOUBLE), NULL, NULL, 0.0, -0.0) AS t (x) ORDER BY x
--: double
--= [0.0]
--= ["nan"]
--= [null]

-- windows and ties
SELECT n, rank() OVER (ORDER BY n), dense_rank() OVER (ORDER BY n), sum(n) OVER (ORDER BY n) FROM (VALUES 1, 2, 2, NULL) AS t (n) ORDER BY n, 2
--: int, bigint, bigint, bigint
--= [1, 1, 1, 1]
--= [2, 2, 2, 5]
--= [2, 2, 2, 5]
--= [null, 4, 3, 5]

-- windows and NULL, down
SELECT n, rank() OVER (ORDER BY n DESC), count(n) OVER (ORDER BY n DESC) FROM (VALUES 1, 2, NULL) AS t (n) ORDER BY n
--: int, bigint, bigint
--= [1, 2, 2]
--= [2, 1, 1]
--= [null, 3, 2]

-- lag and lead beyond the ends, with a default
SELECT n, lag(n, 1, 0) OVER (ORDER BY n), lead(n, 2) OVER (ORDER BY n) FROM (VALUES 1, 2, 3) AS t (n) ORDER BY n
--: int, int, int
--= [1, 0, 3]
--= [2, 1, null]
--= [3, 2, null]

-- first_value and last_value
SELECT n, first_value(n) OVER (ORDER BY n), last_value(n) OVER (ORDER BY n) FROM (VALUES 1, 2, NULL) AS t (n) ORDER BY n
--: int, int, int
--= [1, 1, 1]
--= [2, 1, 2]
--= [null, 1, null]

-- first_value IGNORE NULLS
SELECT n, first_value(n) IGNORE NULLS OVER (ORDER BY n NULLS FIRST ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM (VALUES 1, 2, NULL) AS t (n) ORDER BY n
--: int, int
--= [1, 1]
--= [2, 1]
--= [null, 1]

-- a window of rows around
SELECT n, sum(n) OVER (ORDER BY n ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM (VALUES 1, 2, 4) AS t (n) ORDER BY n
--: int, bigint
--= [1, 3]
--= [2, 7]
--= [4, 6]

-- a window over a range
SELECT n, sum(n) OVER (ORDER BY n RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) FROM (VALUES 1, 2, 4) AS t (n) ORDER BY n
--: int, bigint
--= [1, 1]
--= [2, 3]
--= [4, 4]

-- ntile and percent_rank
SELECT n, ntile(2) OVER (ORDER BY n), percent_rank() OVER (ORDER BY n), cume_dist() OVER (ORDER BY n) FROM (VALUES 1, 2, 3) AS t (n) ORDER BY n
--: int, bigint, double, double
--= [1, 1, 0.0, 0.3333333333333333]
--= [2, 1, 0.5, 0.6666666666666666]
--= [3, 2, 1.0, 1.0]

-- CASE of NULL
SELECT CASE n WHEN NULL THEN 'null' WHEN 1 THEN 'one' ELSE 'other' END FROM (VALUES 1, NULL) AS t (n) ORDER BY 1
--: string
--= ["one"]
--= ["other"]

-- CASE without ELSE
SELECT CASE WHEN n > 1 THEN 'more' END FROM (VALUES 1, 2, NULL) AS t (n) ORDER BY n
--: string
--= [null]
--= ["more"]
--= [null]

-- CASE of an INTEGER and a DOUBLE
SELECT CASE WHEN n > 1 THEN n ELSE 0.5 END FROM (VALUES 1, 2) AS t (n) ORDER BY n
--: double
--= [0.5]
--= [2.0]

-- if with NULL
SELECT if(n > 1, 'more', 'less'), if(n > 1, 'more') FROM (VALUES 1, 2, NULL) AS t (n) ORDER BY n
--: string, string
--= ["less", null]
--= ["more", "more"]
--= ["less", null]

-- nullif of other types
SELECT nullif(n, 1.0), nullif(n, NULL) FROM (VALUES 1, 2) AS t (n) ORDER BY n
--: int, int
--= [null, 1]
--= [2, 2]

-- coalesce of an INTEGER and a DOUBLE
SELECT coalesce(n, 0.5) FROM (VALUES 1, NULL) AS t (n) ORDER BY 1
--: double
--= [0.5]
--= [1.0]

-- BETWEEN with ends in the other order, and NULL
SELECT n BETWEEN 3 AND 1, n BETWEEN NULL AND 1, n NOT BETWEEN 1 AND 2 FROM (VALUES 2) AS t (n)
--: boolean, boolean, boolean
--= [false, false, false]

-- three-valued logic
SELECT a AND b, a OR b, NOT a FROM (VALUES (TRUE, NULL), (FALSE, NULL), (NULL, NULL)) AS t (a, b) ORDER BY 1, 2
--: boolean, boolean, boolean
--= [false, null, true]
--= [null, true, false]
--= [null, null, null]

-- IS DISTINCT FROM
SELECT a IS DISTINCT FROM b FROM (VALUES (1, NULL), (NULL, NULL), (1, 1), (1, 2)) AS t (a, b) ORDER BY a, b
--: boolean
--= [false]
--= [true]
--= [true]
--= [false]

-- comparison of a BOOLEAN and a number
SELECT b = 1 FROM (VALUES TRUE) AS t (b)
--! TYPE_MISMATCH

-- GROUPING SETS
SELECT a, b, sum(n) FROM (VALUES ('x', 'y', 1), ('x', 'z', 2)) AS t (a, b, n) GROUP BY GROUPING SETS ((a, b), (a), ()) ORDER BY a, b, 3
--: string, string, bigint
--= ["x", "y", 1]
--= ["x", "z", 2]
--= ["x", null, 3]
--= [null, null, 3]

-- ROLLUP and grouping
SELECT a, grouping(a), sum(n) FROM (VALUES ('x', 1), (NULL, 2)) AS t (a, n) GROUP BY ROLLUP (a) ORDER BY 2, a
--: string, int, bigint
--= ["x", 0, 1]
--= [null, 0, 2]
--= [null, 1, 3]

-- NULLS FIRST, up and down
SELECT n FROM (VALUES 1, NULL, 2) AS t (n) ORDER BY n DESC NULLS FIRST
--: int
--= [null]
--= [2]
--= [1]

-- VALUES alone
VALUES (1, 'a'), (2, 'b')
--: int, string
--= [1, "a"]
--= [2, "b"]

-- try
SELECT try(1 / n), try(CAST(x AS INTEGER)) FROM (VALUES (0, 'x'), (1, '7')) AS t (n, x) ORDER BY n
--: int, int
--= [null, null]
--= [1, 7]
--x athena, duckdb

-- typeof
SELECT typeof(1), typeof('ab'), typeof(1e0), typeof(ARRAY[1])
--: string, string, string, string
--= ["integer", "varchar(2)", "double", "array(integer)"]

-- functions of bits
SELECT bitwise_and(n, 6), bitwise_or(n, 8), bitwise_xor(n, 1), bit_count(n, 64) FROM (VALUES 5) AS t (n)
--: bigint, bigint, bigint, bigint
--= [4, 13, 4, 2]

-- url_extract_host
SELECT url_extract_host(x), url_extract_path(x), url_extract_parameter(x, 'k') FROM (VALUES 'https://example.com/a/b?k=v') AS t (x)
--: string, string, string
--= ["example.com", "/a/b", "v"]

-- split_to_map
SELECT element_at(split_to_map(x, ',', '='), 'a') FROM (VALUES 'a=1,b=2') AS t (x)
--: string
--= ["1"]

-- format
SELECT format('%s-%d', 'a', 1)
--: string
--= ["a-1"]
--x athena, duckdb

-- format_number
SELECT format_number(1234567)
--: string
--= ["1.23M"]

-- nullif of a truth and a number
SELECT nullif(true, 1)
--! TYPE_MISMATCH
