-- NaN: compared, joined, ordered, aggregated, in every place where it can stand.

-- comparisons of two columns
SELECT x = y, x <> y, x < y, x > y, x <= y, x >= y FROM (VALUES (nan(), 1e0), (1e0, nan()), (nan(), nan()), (nan(), NULL), (NULL, nan()), (1e0, 2e0), (2e0, 2e0), (NULL, NULL)) AS t (x, y)
--: boolean, boolean, boolean, boolean, boolean, boolean
--= [false, true, false, false, false, false]
--= [false, true, false, false, false, false]
--= [false, true, false, false, false, false]
--= [null, null, null, null, null, null]
--= [null, null, null, null, null, null]
--= [false, true, true, false, true, false]
--= [true, false, false, false, true, true]
--= [null, null, null, null, null, null]

-- comparisons with a literal
SELECT x > 0.5, x >= 0.5, x < 0.5, x <= 0.5, x = 0.5, x <> 0.5 FROM (VALUES nan(), 1e0, NULL) AS t (x)
--: boolean, boolean, boolean, boolean, boolean, boolean
--= [false, false, false, false, false, true]
--= [true, true, false, false, false, true]
--= [null, null, null, null, null, null]

-- comparisons with a whole number on either side
SELECT x > 1, x >= 1, x < 1, 1 < x, 1 >= x, x > -1 FROM (VALUES nan(), 1e0, NULL) AS t (x)
--: boolean, boolean, boolean, boolean, boolean, boolean
--= [false, false, false, false, false, false]
--= [false, true, false, false, true, true]
--= [null, null, null, null, null, null]

-- a negated comparison
SELECT x FROM (VALUES nan(), 1e0, NULL) AS t (x) WHERE NOT (x > 0.5)
--: double
--= ["nan"]

-- a negated equality
SELECT x FROM (VALUES nan(), 1e0, NULL) AS t (x) WHERE NOT (x = 1.0) OR NOT (x <> x)
--: double
--= ["nan"]
--= [1.0]

-- conditions with OR
SELECT x FROM (VALUES nan(), 1e0, 2e0) AS t (x) WHERE x > 1.5 OR x < 0.5 ORDER BY x
--: double
--= [2.0]

-- REAL
SELECT CAST(x AS REAL) > REAL '1', CAST(x AS REAL) = CAST(x AS REAL) FROM (VALUES nan(), 1e0, NULL) AS t (x)
--: boolean, boolean
--= [false, false]
--= [false, true]
--= [null, null]

-- compared with a DECIMAL
SELECT x > DECIMAL '1.5', DECIMAL '1.5' < x, x = DECIMAL '1.5' FROM (VALUES nan(), 2e0) AS t (x)
--: boolean, boolean, boolean
--= [false, false, false]
--= [true, true, false]

-- out of arithmetic
SELECT x + 1 > 1, x * n > 1, -x < 0, abs(x) > 0 FROM (VALUES (nan(), 1), (2e0, 2)) AS t (x, n)
--: boolean, boolean, boolean, boolean
--= [false, false, false, false]
--= [true, true, true, true]

-- BETWEEN columns
SELECT x BETWEEN y AND z, x NOT BETWEEN y AND z FROM (VALUES (nan(), 1e0, 2e0), (1e0, nan(), 2e0), (1e0, 0e0, nan()), (NULL, nan(), 1e0), (1e0, NULL, nan())) AS t (x, y, z)
--: boolean, boolean
--= [false, true]
--= [false, true]
--= [false, true]
--= [null, null]
--= [false, true]

-- in a list
SELECT x IN (y, 1e0), x NOT IN (y, 2e0), x IN (1e0, 2e0) FROM (VALUES (nan(), nan()), (1e0, nan()), (2e0, nan()), (nan(), NULL)) AS t (x, y)
--: boolean, boolean, boolean
--= [false, true, false]
--= [true, true, true]
--= [false, false, true]
--= [null, null, false]

-- in the rows of a subquery it is found
SELECT x IN (SELECT y FROM (VALUES nan(), 1e0) AS u (y)) FROM (VALUES nan(), 1e0, 2e0) AS t (x)
--: boolean
--= [true]
--= [true]
--= [false]

-- a left join
SELECT a.x, b.y FROM (VALUES nan(), 1e0) AS a (x) LEFT JOIN (VALUES nan(), 1e0) AS b (y) ON a.x = b.y ORDER BY 1
--: double, double
--= [1.0, 1.0]
--= ["nan", null]

-- a full join
SELECT count(*) FROM (VALUES 1e0, nan()) AS a (x) FULL JOIN (VALUES nan(), 1e0) AS b (y) ON b.y = a.x
--: bigint
--= [3]

-- a left join by order
SELECT count(*) FROM (VALUES 1e0, nan()) AS a (x) LEFT JOIN (VALUES nan(), 1e0) AS b (y) ON b.y >= a.x
--: bigint
--= [2]

-- a join USING
SELECT count(*) FROM (VALUES nan(), 1e0) AS a (x) JOIN (VALUES nan(), 1e0) AS b (x) USING (x)
--: bigint
--= [1]

-- EXISTS
SELECT a.x FROM (VALUES 1e0, nan()) AS a (x) WHERE EXISTS (SELECT 1 FROM (VALUES nan(), 1e0) AS b (y) WHERE b.y = a.x)
--: double
--= [1.0]

-- a scalar subquery
SELECT x FROM (VALUES nan(), 1e0, 3e0) AS t (x) WHERE x > (SELECT min(y) FROM (VALUES 2e0) AS u (y))
--: double
--= [3.0]

-- IS DISTINCT FROM
SELECT x IS DISTINCT FROM y, x IS NOT DISTINCT FROM y FROM (VALUES (nan(), nan()), (nan(), NULL), (nan(), 1e0)) AS t (x, y)
--: boolean, boolean
--= [false, true]
--= [true, false]
--= [true, false]

-- nullif
SELECT nullif(x, nan()), nullif(nan(), x), nullif(x, 1.0) FROM (VALUES nan(), 1e0) AS t (x)
--: double, double, double
--= ["nan", "nan", "nan"]
--= [1.0, "nan", null]

-- CASE of a value
SELECT CASE x WHEN nan() THEN 'nan' WHEN 1e0 THEN 'one' ELSE 'other' END FROM (VALUES nan(), 1e0, NULL) AS t (x)
--: string
--= ["other"]
--= ["one"]
--= ["other"]

-- CASE and if
SELECT CASE WHEN x > 1 THEN 'more' ELSE 'less' END, if(x >= 0.0, 1, 0) FROM (VALUES nan(), 2e0) AS t (x)
--: string, int
--= ["less", 0]
--= ["more", 1]

-- greatest and least
SELECT greatest(x, y), least(x, y), greatest(y, x), least(y, x) FROM (VALUES (nan(), 1e0), (1e0, nan()), (nan(), nan()), (nan(), NULL), (1e0, 2e0)) AS t (x, y)
--: double, double, double, double
--= [1.0, 1.0, 1.0, 1.0]
--= [1.0, 1.0, 1.0, 1.0]
--= ["nan", "nan", "nan", "nan"]
--= [null, null, null, null]
--= [2.0, 1.0, 2.0, 1.0]

-- greatest of several, and of REAL
SELECT greatest(1e0, nan(), 3e0), least(5e0, nan(), 3e0), greatest(CAST('NaN' AS REAL), REAL '1.5'), greatest(x, 1) FROM (VALUES nan()) AS t (x)
--: double, double, float, double
--= [3.0, 3.0, 1.5, 1.0]

-- max and min of each group
SELECT g, max(x), min(x) FROM (VALUES ('a', nan()), ('a', NULL), ('b', nan()), ('b', 1e0), ('c', NULL)) AS t (g, x) GROUP BY g ORDER BY g
--: string, double, double
--= ["a", "nan", "nan"]
--= ["b", 1.0, 1.0]
--= ["c", null, null]

-- max of infinity and of REAL
SELECT max(x), min(x), max(CAST(x AS REAL)) FROM (VALUES nan(), 1e0, infinity()) AS t (x)
--: double, double, float
--= ["inf", 1.0, "inf"]

-- max over a window
SELECT x, max(x) OVER (ORDER BY n), min(x) OVER (ORDER BY n) FROM (VALUES (1, nan()), (2, 1e0), (3, nan()), (4, 2e0)) AS t (n, x) ORDER BY n
--: double, double, double
--= ["nan", "nan", "nan"]
--= [1.0, 1.0, 1.0]
--= ["nan", 1.0, 1.0]
--= [2.0, 2.0, 1.0]

-- max with FILTER, and in HAVING
SELECT max(x) FILTER (WHERE n > 1) FROM (VALUES (1, nan()), (2, 1e0), (3, nan()), (4, 2e0)) AS t (n, x) HAVING max(x) > 1.0
--: double
--= [2.0]

-- max of some
SELECT max(x, 5), min(x, 5), max(x, 2) FROM (VALUES nan(), 1e0, 2e0) AS t (x)
--: array<double>, array<double>, array<double>
--= ["[2.0, 1.0, nan]", "[1.0, 2.0, nan]", "[2.0, 1.0]"]

-- max_by and min_by
SELECT max_by(n, x), min_by(n, x) FROM (VALUES (1, nan()), (2, 1e0), (3, 2e0)) AS t (n, x)
--: int, int
--= [3, 2]

-- max_by of some
SELECT max_by(n, x, 5), min_by(n, x, 5) FROM (VALUES (1, nan()), (2, 1e0), (3, 2e0)) AS t (n, x)
--: array<int>, array<int>
--= ["[3, 2, 1]", "[2, 3, 1]"]

-- max_by of nothing else
SELECT max_by(n, x), min_by(n, x) FROM (VALUES (1, nan())) AS t (n, x)
--: int, int
--= [1, 1]

-- count_if and a sum of conditions
SELECT count_if(x > 1), sum(CASE WHEN x > 1 THEN 1 ELSE 0 END), count(*) FILTER (WHERE x > 1) FROM (VALUES nan(), 2e0) AS t (x)
--: bigint, bigint, bigint
--= [1, 1, 1]

-- sum, avg, stddev, count
SELECT sum(x), avg(x), stddev(x), count(x), count(DISTINCT x) FROM (VALUES nan(), nan(), 2e0) AS t (x)
--: double, double, double, bigint, bigint
--= ["nan", "nan", "nan", 3, 2]

-- ordered, NULLs first
SELECT x FROM (VALUES nan(), NULL, 1e0, infinity(), -infinity()) AS t (x) ORDER BY x NULLS FIRST
--: double
--= [null]
--= ["nan"]
--= ["-inf"]
--= [1.0]
--= ["inf"]

-- ordered, NULLs first, down
SELECT x FROM (VALUES nan(), NULL, 1e0, infinity(), -infinity()) AS t (x) ORDER BY x DESC NULLS FIRST
--: double
--= [null]
--= ["inf"]
--= [1.0]
--= ["-inf"]
--= ["nan"]

-- ordered in windows
SELECT x, row_number() OVER (ORDER BY x NULLS FIRST), row_number() OVER (ORDER BY x DESC NULLS FIRST), row_number() OVER (ORDER BY x DESC) FROM (VALUES nan(), NULL, 1e0) AS t (x) ORDER BY x
--: double, bigint, bigint, bigint
--= [1.0, 3, 2, 2]
--= ["nan", 2, 3, 1]
--= [null, 1, 1, 3]

-- ordered in array_agg
SELECT array_agg(x ORDER BY x NULLS FIRST), array_agg(x ORDER BY x DESC) FROM (VALUES 3e0, nan(), NULL, 1e0) AS t (x)
--: array<double>, array<double>
--= ["[null, nan, 1.0, 3.0]", "[nan, 3.0, 1.0, null]"]

-- ranks
SELECT x, rank() OVER (ORDER BY x), row_number() OVER (PARTITION BY x ORDER BY x) FROM (VALUES nan(), nan(), 1e0, NULL) AS t (x) ORDER BY 1, 3
--: double, bigint, bigint
--= [1.0, 1, 1]
--= ["nan", 2, 1]
--= ["nan", 2, 2]
--= [null, 4, 1]

-- UNION, INTERSECT and EXCEPT
SELECT x FROM (VALUES nan(), 1e0) AS t (x) INTERSECT SELECT nan() EXCEPT SELECT 1e0
--: double
--= ["nan"]

-- cast
SELECT TRY_CAST(nan() AS INTEGER), TRY_CAST(infinity() AS BIGINT), TRY_CAST(1e30 AS BIGINT), TRY_CAST(nan() AS DECIMAL(5, 2))
--: int, bigint, bigint, decimal(5,2)
--= [null, null, null, null]

-- rounded
SELECT floor(nan()), ceil(nan()), round(nan()), round(nan(), 2), abs(nan()), sign(nan()), truncate(nan()), floor(infinity()), sign(-infinity())
--: double, double, double, double, double, double, double, double, double
--= ["nan", "nan", "nan", "nan", "nan", "nan", "nan", "inf", -1.0]

-- remainders
SELECT mod(x, 3), x % 3, mod(x, -3) FROM (VALUES 7.5, -7.5, nan(), infinity()) AS t (x)
--: double, double, double
--= [1.5, 1.5, 1.5]
--= [-1.5, -1.5, -1.5]
--= ["nan", "nan", "nan"]
--= ["nan", "nan", "nan"]

-- corr and regressions
SELECT corr(x, y), covar_pop(x, y), regr_slope(x, y), regr_intercept(x, y), stddev(x) FROM (VALUES (1.0, 2.0), (nan(), 3.0)) AS t (x, y)
--: double, double, double, double, double
--= [null, "nan", null, null, "nan"]

-- without a function that gives it
SELECT x > 1.6, x = CAST('NaN' AS DOUBLE), greatest(x, 2e0), x IN (CAST('NaN' AS DOUBLE)) FROM (VALUES 1.5, CAST('NaN' AS DOUBLE)) AS t (x)
--: boolean, boolean, double, boolean
--= [false, false, 2.0, false]
--= [false, false, 2.0, false]

-- ordered without a function that gives it
SELECT x, max(x) OVER (), rank() OVER (ORDER BY x DESC NULLS FIRST) FROM (VALUES 1.5, CAST('NaN' AS DOUBLE), NULL) AS t (x) ORDER BY x NULLS FIRST
--: double, double, bigint
--= [null, 1.5, 1]
--= ["nan", 1.5, 3]
--= [1.5, 1.5, 2]

-- out of an array, a row, and in a lambda
SELECT filter(ARRAY[1e0, nan()], v -> v > 0.5), a[1] > 0.5, element_at(a, 1) <= 1.0 FROM (VALUES ARRAY[nan()]) AS t (a)
--: array<double>, boolean, boolean
--= ["[1.0]", false, false]

-- out of UNNEST
SELECT x, x > 0.5, x = x FROM UNNEST(ARRAY[1e0, nan()]) AS t (x) ORDER BY x
--: double, boolean, boolean
--= [1.0, true, true]
--= ["nan", false, false]

-- out of WITH and UNION
WITH c (x, y) AS (SELECT nan(), 1e0 UNION ALL SELECT 1, 2) SELECT q.x > q.y, q.x = q.x FROM (SELECT * FROM c) AS q ORDER BY q.x
--: boolean, boolean
--= [false, true]
--= [false, false]

-- out of functions
SELECT coalesce(x, nan()) > 0.5, if(TRUE, x, 0.0) > 0.5, CASE WHEN x IS NULL THEN nan() ELSE x END > 0.5, sqrt(x) > 0.5 FROM (VALUES nan(), NULL) AS t (x)
--: boolean, boolean, boolean, boolean
--= [false, false, false, false]
--= [false, null, false, null]

-- out of aggregates and windows
SELECT sum(x) > 0.5, max_by(x, n) > 0.5, arbitrary(x) > 0.5, sqrt(max(x)) > 0.5 FROM (VALUES (nan(), 1)) AS t (x, n)
--: boolean, boolean, boolean, boolean
--= [false, false, false, false]

-- ordered by place and by alias, NULLs first
SELECT x AS y, -x FROM (VALUES nan(), 1e0, NULL) AS t (x) ORDER BY 1 NULLS FIRST, y NULLS FIRST
--: double, double
--= [null, null]
--= ["nan", "nan"]
--= [1.0, -1.0]

-- groups of a comparison
SELECT x > 0.5 AS b, count(*), max(x) FROM (VALUES 1e0, nan()) AS t (x) GROUP BY x > 0.5 ORDER BY x > 0.5
--: boolean, bigint, double
--= [false, 1, "nan"]
--= [true, 1, 1.0]

-- NaN in the lambda of all_match, any_match and none_match
SELECT all_match(a, x -> x = x OR x > 0), any_match(a, x -> x > 1), none_match(a, x -> x <> x) FROM (VALUES ARRAY[DOUBLE '1', nan()], ARRAY[nan(), NULL]) AS t (a) ORDER BY 1, 2
--: boolean, boolean, boolean
--= [false, false, false]
--= [false, null, false]
