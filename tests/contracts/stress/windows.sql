-- Windows: frames, neighbours, ranks.

-- ranks of one row
SELECT percent_rank() OVER (ORDER BY n), cume_dist() OVER (ORDER BY n), ntile(3) OVER (ORDER BY n), rank() OVER () FROM (VALUES 1) AS t (n)
--: double, double, bigint, bigint
--= [0.0, 1.0, 1, 1]

-- ntile that does not divide
SELECT n, ntile(3) OVER (ORDER BY n), ntile(9) OVER (ORDER BY n) FROM (VALUES 1, 2, 3, 4, 5) AS t (n) ORDER BY n
--: int, bigint, bigint
--= [1, 1, 1]
--= [2, 1, 2]
--= [3, 2, 3]
--= [4, 2, 4]
--= [5, 3, 5]

-- ntile of none
SELECT ntile(0) OVER (ORDER BY n) FROM (VALUES 1) AS t (n)
--! INVALID_FUNCTION_ARGUMENT

-- lag and lead of every form
SELECT n, lag(n) OVER (ORDER BY n), lead(n) OVER (ORDER BY n), lag(n, 2) OVER (ORDER BY n), lag(n, 1, -1) OVER (ORDER BY n), lag(n, 0) OVER (ORDER BY n), lead(n, 5, 0) OVER (ORDER BY n) FROM (VALUES 1, 2, 4) AS t (n) ORDER BY n
--: int, int, int, int, int, int, int
--= [1, null, 2, null, -1, 1, 0]
--= [2, 1, 4, null, 1, 2, 0]
--= [4, 2, null, 1, 2, 4, 0]

-- lag with a default of another type
SELECT n, lag(n, 1, 1.5) OVER (ORDER BY n), lead(n, 1, BIGINT '5') OVER (ORDER BY n) FROM (VALUES 1, 2) AS t (n) ORDER BY n
--: int, double, bigint
--= [1, 1.5, 2]
--= [2, 1.0, 5]

-- lag with a default of the row
SELECT n, lag(n, 1, n) OVER (ORDER BY n), lag(name, 1, 'none') OVER (ORDER BY n) FROM (VALUES (1, 'a'), (2, 'b')) AS t (n, name) ORDER BY n
--: int, int, string
--= [1, 1, "none"]
--= [2, 1, "a"]

-- lag backwards
SELECT lag(n, -1) OVER (ORDER BY n) FROM (VALUES 1, 2) AS t (n)
--! INVALID_FUNCTION_ARGUMENT

-- lag without an order
SELECT lag(n) OVER () FROM (VALUES 1) AS t (n)
--! MISSING_ORDER_BY

-- IGNORE NULLS
SELECT m, lag(n) IGNORE NULLS OVER (ORDER BY m), lead(n) IGNORE NULLS OVER (ORDER BY m), first_value(n) IGNORE NULLS OVER (ORDER BY m), last_value(n) IGNORE NULLS OVER (ORDER BY m) FROM (VALUES (1, NULL), (2, 5), (3, NULL), (4, 6)) AS t (m, n) ORDER BY m
--: int, int, int, int, int
--= [1, null, 5, null, null]
--= [2, null, 6, 5, 5]
--= [3, 5, 6, 5, 5]
--= [4, 5, null, 5, 6]

-- IGNORE NULLS with an offset
SELECT m, lag(n, 2) IGNORE NULLS OVER (ORDER BY m), lag(n, 1, 0) IGNORE NULLS OVER (ORDER BY m), nth_value(n, 2) IGNORE NULLS OVER (ORDER BY m) FROM (VALUES (1, 4), (2, 5), (3, NULL), (4, 6)) AS t (m, n) ORDER BY m
--: int, int, int, int
--= [1, null, 0, null]
--= [2, null, 4, 5]
--= [3, 4, 5, 5]
--= [4, 4, 5, 5]

-- nth_value
SELECT m, nth_value(n, 2) OVER (ORDER BY m), nth_value(n, 9) OVER (ORDER BY m) FROM (VALUES (1, 4), (2, NULL), (3, 5)) AS t (m, n) ORDER BY m
--: int, int, int
--= [1, null, null]
--= [2, null, null]
--= [3, null, null]

-- nth_value of none
SELECT nth_value(n, 0) OVER (ORDER BY n) FROM (VALUES 1) AS t (n)
--! INVALID_FUNCTION_ARGUMENT

-- last_value over all, first_value down
SELECT m, last_value(n) OVER (ORDER BY m ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING), first_value(n) OVER (ORDER BY m DESC) FROM (VALUES (1, 4), (2, NULL), (3, 5)) AS t (m, n) ORDER BY m
--: int, int, int
--= [1, 5, 5]
--= [2, 5, 5]
--= [3, 5, 5]

-- frames of rows
SELECT n, sum(n) OVER (ORDER BY n ROWS 1 PRECEDING), sum(n) OVER (ORDER BY n ROWS BETWEEN 1 FOLLOWING AND 2 FOLLOWING), sum(n) OVER (ORDER BY n ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING), max(n) OVER (ORDER BY n ROWS BETWEEN 1 PRECEDING AND 1 PRECEDING) FROM (VALUES 1, 2, 4) AS t (n) ORDER BY n
--: int, bigint, bigint, bigint, int
--= [1, 1, 6, 7, null]
--= [2, 3, 4, 6, 1]
--= [4, 6, null, 4, 2]

-- frames of ranges
SELECT n, sum(n) OVER (ORDER BY n RANGE BETWEEN 1 PRECEDING AND 1 FOLLOWING), count(*) OVER (ORDER BY n RANGE BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING), sum(n) OVER (ORDER BY n DESC RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) FROM (VALUES 1, 2, 4, NULL) AS t (n) ORDER BY n
--: int, bigint, bigint, bigint
--= [1, 3, 2, 3]
--= [2, 3, 2, 2]
--= [4, 4, 3, 4]
--= [null, null, 4, null]

-- frames of ranges of DOUBLE
SELECT x, sum(x) OVER (ORDER BY x RANGE BETWEEN 0.5 PRECEDING AND CURRENT ROW) FROM (VALUES 1.0, 1.5, 4.0) AS t (x) ORDER BY x
--: double, double
--= [1.0, 1.0]
--= [1.5, 2.5]
--= [4.0, 4.0]

-- frames of days
SELECT d, count(*) OVER (ORDER BY d RANGE BETWEEN INTERVAL '1' DAY PRECEDING AND CURRENT ROW) FROM (VALUES DATE '2024-01-01', DATE '2024-01-02', DATE '2024-01-04') AS t (d) ORDER BY d
--: date, bigint
--= ["2024-01-01", 1]
--= ["2024-01-02", 2]
--= ["2024-01-04", 1]

-- frames of months
SELECT d, count(*) OVER (ORDER BY d RANGE BETWEEN INTERVAL '1' MONTH PRECEDING AND CURRENT ROW) FROM (VALUES DATE '2024-01-31', DATE '2024-02-29', DATE '2024-03-31') AS t (d) ORDER BY d
--: date, bigint
--= ["2024-01-31", 1]
--= ["2024-02-29", 2]
--= ["2024-03-31", 2]

-- frames of hours
SELECT at, count(*) OVER (ORDER BY at RANGE BETWEEN INTERVAL '1' HOUR PRECEDING AND CURRENT ROW) FROM (VALUES TIMESTAMP '2024-01-01 00:00:00', TIMESTAMP '2024-01-01 00:30:00', TIMESTAMP '2024-01-01 02:00:00') AS t (at) ORDER BY at
--: timestamp, bigint
--= ["2024-01-01 00:00:00", 1]
--= ["2024-01-01 00:30:00", 2]
--= ["2024-01-01 02:00:00", 1]

-- frames of groups
SELECT n, sum(n) OVER (ORDER BY n GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW), count(*) OVER (ORDER BY n GROUPS CURRENT ROW) FROM (VALUES 1, 2, 2, 4) AS t (n) ORDER BY n
--: int, bigint, bigint
--= [1, 1, 1]
--= [2, 5, 2]
--= [2, 5, 2]
--= [4, 8, 1]

-- a frame from the row after
SELECT n, sum(n) OVER (ORDER BY n ROWS BETWEEN 1 FOLLOWING AND 1 PRECEDING) FROM (VALUES 1, 2) AS t (n)
--! INVALID_WINDOW_FRAME

-- a negative frame
SELECT sum(n) OVER (ORDER BY n ROWS BETWEEN -1 PRECEDING AND CURRENT ROW) FROM (VALUES 1, 2) AS t (n)
--! INVALID_WINDOW_FRAME

-- a window with a name
SELECT n, sum(n) OVER w, avg(n) OVER w, sum(n) OVER (w ROWS 1 PRECEDING) FROM (VALUES 1, 2, 3) AS t (n) WINDOW w AS (ORDER BY n) ORDER BY n
--: int, bigint, double, bigint
--= [1, 1, 1.0, 1]
--= [2, 3, 1.5, 3]
--= [3, 6, 2.0, 5]
--x spark

-- windows over groups
SELECT n, rank() OVER (ORDER BY sum(m) DESC), sum(sum(m)) OVER (ORDER BY n) FROM (VALUES (1, 2), (1, 3), (2, 9)) AS t (n, m) GROUP BY n ORDER BY n
--: int, bigint, bigint
--= [1, 2, 5]
--= [2, 1, 14]

-- FILTER of a window
SELECT n, sum(n) FILTER (WHERE n > 1) OVER (ORDER BY n) FROM (VALUES 1, 2, 3) AS t (n) ORDER BY n
--! NOT_SUPPORTED

-- NULLs in the order
SELECT n, row_number() OVER (ORDER BY n NULLS FIRST), row_number() OVER (ORDER BY n DESC NULLS LAST), row_number() OVER (ORDER BY n DESC) FROM (VALUES 1, NULL, 2) AS t (n) ORDER BY n
--: int, bigint, bigint, bigint
--= [1, 2, 2, 2]
--= [2, 3, 1, 1]
--= [null, 1, 3, 3]

-- aggregates over windows
SELECT n, stddev(n) OVER (ORDER BY n), array_agg(n) OVER (ORDER BY n), bool_or(n > 1) OVER (ORDER BY n), every(n > 0) OVER (ORDER BY n), approx_distinct(n) OVER (ORDER BY n) FROM (VALUES 1, 2) AS t (n) ORDER BY n
--: int, double, array<int>, boolean, boolean, bigint
--= [1, null, "[1]", false, true, 1]
--= [2, 0.7071067811865476, "[1, 2]", true, true, 2]

-- sums of windows with NaN and infinity
SELECT n, sum(x) OVER (ORDER BY n ROWS 1 PRECEDING), avg(y) OVER (ORDER BY n ROWS 1 PRECEDING) FROM (VALUES (1, nan(), infinity()), (2, 1e0, 1e0), (3, 2e0, 2e0), (4, 3e0, 3e0)) AS t (n, x, y) ORDER BY n
--: int, double, double
--= [1, "nan", "inf"]
--= [2, "nan", "inf"]
--= [3, 3.0, 1.5]
--= [4, 5.0, 2.5]

-- arithmetic on windows
SELECT n, sum(n) OVER () / 2, n * 1.0 / sum(n) OVER (), rank() OVER (ORDER BY n) - 1, n - lag(n, 1, 0) OVER (ORDER BY n) FROM (VALUES 1, 2) AS t (n) ORDER BY n
--: int, bigint, double, bigint, int
--= [1, 1, 0.3333333333333333, 0, 1]
--= [2, 1, 0.6666666666666666, 1, 1]
