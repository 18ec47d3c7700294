-- Aggregates: of nothing, of NULLs, of NaN.

-- count_if where no row is TRUE
SELECT count_if(n > 5) FROM (VALUES 1, 2) AS t (n)
--: bigint
--= [0]

-- count_if of no rows
SELECT count_if(n > 5) FROM (VALUES 1, 2) AS t (n) WHERE n > 9
--: bigint
--= [0]

-- count_if where the condition is NULL
SELECT count_if(n > 1) FROM (VALUES 1, 2, NULL) AS t (n)
--: bigint
--= [1]

-- count_if for each group
SELECT name, count_if(n > 1) FROM (VALUES ('a', 1), ('b', 2), ('b', NULL)) AS t (name, n) GROUP BY name ORDER BY 1
--: string, bigint
--= ["a", 0]
--= ["b", 1]

-- count_if over a window
SELECT n, count_if(n > 1) OVER (ORDER BY n) FROM (VALUES 1, 2, 3) AS t (n) ORDER BY n
--: int, bigint
--= [1, 0]
--= [2, 1]
--= [3, 2]

-- count with FILTER where no row is TRUE
SELECT count(*) FILTER (WHERE n > 5), sum(n) FILTER (WHERE n > 5) FROM (VALUES 1, 2) AS t (n)
--: bigint, bigint
--= [0, null]

-- max_by gives a NULL value
SELECT max_by(name, n) FROM (VALUES ('a', 1), (NULL, 2)) AS t (name, n)
--: string
--= [null]

-- min_by gives a NULL value
SELECT min_by(name, n) FROM (VALUES (NULL, 1), ('b', 2)) AS t (name, n)
--: string
--= [null]

-- max_by leaves out rows whose key is NULL
SELECT max_by(name, n), min_by(name, n) FROM (VALUES ('a', 1), ('b', NULL)) AS t (name, n)
--: string, string
--= ["a", "a"]

-- max_by where all keys are NULL
SELECT max_by(name, n) FROM (VALUES ('a', CAST(NULL AS INTEGER))) AS t (name, n)
--: string
--= [null]

-- max_by of no rows
SELECT max_by(name, n) FROM (VALUES ('a', 1)) AS t (name, n) WHERE n > 5
--: string
--= [null]

-- max and min with NaN
SELECT max(x), min(x) FROM (VALUES 1.5, CAST('NaN' AS DOUBLE), 2.5) AS t (x)
--: double, double
--= [2.5, 1.5]

-- sum and avg with NaN
SELECT sum(x), avg(x) FROM (VALUES 1.5, CAST('NaN' AS DOUBLE)) AS t (x)
--: double, double
--= ["nan", "nan"]

-- sum and avg of no rows
SELECT sum(n), avg(n), min(n), count(n) FROM (VALUES 1) AS t (n) WHERE n > 5
--: bigint, double, int, bigint
--= [null, null, null, 0]

-- avg of whole numbers
SELECT avg(n) FROM (VALUES 1, 2) AS t (n)
--: double
--= [1.5]

-- avg of DECIMAL
SELECT avg(n) FROM (VALUES DECIMAL '1.00', DECIMAL '1.01') AS t (n)
--: decimal(3,2)
--= ["1.01"]

-- sum of DECIMAL
SELECT sum(n) FROM (VALUES DECIMAL '1.05', DECIMAL '-2.10') AS t (n)
--: decimal(38,2)
--= ["-1.05"]

-- bool_and and bool_or with NULL
SELECT bool_and(b), bool_or(b) FROM (VALUES TRUE, NULL) AS t (b)
--: boolean, boolean
--= [true, true]

-- bool_and and bool_or of no rows
SELECT bool_and(n > 1), bool_or(n > 1) FROM (VALUES 1) AS t (n) WHERE n > 5
--: boolean, boolean
--= [null, null]

-- count DISTINCT leaves out NULL
SELECT count(DISTINCT n) FROM (VALUES 1, 1, NULL) AS t (n)
--: bigint
--= [1]

-- GROUP BY puts NULLs and NaNs together
SELECT x, count(*) FROM (VALUES CAST('NaN' AS DOUBLE), CAST('NaN' AS DOUBLE), NULL, NULL) AS t (x) GROUP BY x ORDER BY 2, x
--: double, bigint
--= ["nan", 2]
--= [null, 2]

-- GROUP BY zero and negative zero
SELECT count(*) FROM (SELECT x FROM (VALUES 0.0, -0.0) AS t (x) GROUP BY x) AS g
--: bigint
--= [1]

-- an aggregate of texts
SELECT max(name), min(name) FROM (VALUES 'b', 'B', 'é', NULL, '') AS t (name)
--: string, string
--= ["é", ""]

-- an aggregate of times
SELECT max(at), min(at) FROM (VALUES TIMESTAMP '2024-05-30 08:00:00', TIMESTAMP '2024-05-29 08:00:00', NULL) AS t (at)
--: timestamp, timestamp
--= ["2024-05-30 08:00:00", "2024-05-29 08:00:00"]

-- an overflow of a sum
SELECT sum(n) FROM (VALUES 9223372036854775807, 1) AS t (n)
--! NUMERIC_VALUE_OUT_OF_RANGE

-- HAVING without GROUP BY
SELECT count(*) FROM (VALUES 1, 2) AS t (n) HAVING count(*) > 5
--: bigint

-- arithmetic on a sum
SELECT sum(n) + 1, sum(n) * 2, sum(n) / 2, sum(n) % 2, -sum(n), abs(sum(n)), coalesce(sum(n), 0), CAST(sum(n) AS INTEGER) FROM (VALUES 5) AS t (n)
--: bigint, bigint, bigint, bigint, bigint, bigint, bigint, int
--= [6, 10, 2, 1, -5, 5, 5, 5]

-- a sum of small types
SELECT sum(n), sum(m) FROM (VALUES (SMALLINT '1', TINYINT '1')) AS t (n, m)
--: bigint, bigint
--= [1, 1]

-- sum and avg of REAL
SELECT sum(x), avg(x) FROM (SELECT CAST(v AS REAL) FROM (VALUES 1.1, 2.2) AS t (v)) AS t (x)
--: float, float
--= [3.3000001907348633, 1.6500000953674316]

-- avg of every type
SELECT avg(n), avg(m), avg(x) FROM (VALUES (1, BIGINT '2', 1.5), (2, 3, 2.5)) AS t (n, m, x)
--: double, double, double
--= [1.5, 2.5, 2.0]

-- avg of numbers whose sum does not fit
SELECT avg(n) FROM (VALUES 9223372036854775807, 9223372036854775807) AS t (n)
--: double
--= [9.223372036854776e+18]

-- a sum beyond DOUBLE
SELECT sum(x) FROM (VALUES 1e308, 1e308) AS t (x)
--: double
--= ["inf"]

-- DISTINCT
SELECT sum(DISTINCT n), avg(DISTINCT n), count(DISTINCT n) FROM (VALUES 1, 1, 2, NULL) AS t (n)
--: bigint, double, bigint
--= [3, 1.5, 2]

-- all of NULLs alone
SELECT sum(n), avg(n), min(n), max(n), count(n), count(*), stddev(n) FROM (VALUES CAST(NULL AS INTEGER), NULL) AS t (n)
--: bigint, double, int, int, bigint, bigint, double
--= [null, null, null, null, 0, 2, null]

-- spread of one row
SELECT stddev(x), stddev_samp(x), stddev_pop(x), variance(x), var_samp(x), var_pop(x) FROM (VALUES 1.5) AS t (x)
--: double, double, double, double, double, double
--= [null, null, 0.0, null, null, 0.0]

-- spread of some rows
SELECT stddev(x), stddev_samp(x), stddev_pop(x), variance(x), var_samp(x), var_pop(x) FROM (VALUES 1.0, 2.0, 4.0, NULL) AS t (x)
--: double, double, double, double, double, double
--= [1.5275252316519465, 1.5275252316519465, 1.247219128924647, 2.333333333333333, 2.333333333333333, 1.5555555555555554]

-- spread of no rows
SELECT stddev(x), stddev_pop(x), variance(x), var_pop(x) FROM (VALUES 1.0) AS t (x) WHERE x > 5
--: double, double, double, double
--= [null, null, null, null]

-- spread of other types
SELECT stddev(n), variance(n), stddev(CAST(n AS REAL)), stddev(CAST(n AS DECIMAL(3, 1))) FROM (VALUES 1, 2, 4) AS t (n)
--: double, double, double, double
--= [1.5275252316519465, 2.333333333333333, 1.5275252316519465, 1.5275252316519465]

-- correlation
SELECT corr(x, y), covar_pop(x, y), covar_samp(x, y), regr_slope(x, y), regr_intercept(x, y) FROM (VALUES (1.0, 2.0), (2.0, 4.0), (3.0, 5.0), (NULL, 1.0)) AS t (x, y)
--: double, double, double, double, double
--= [0.9819805060619656, 1.0, 1.5, 0.6428571428571428, -0.35714285714285676]

-- correlation of one row
SELECT corr(x, y), covar_pop(x, y), covar_samp(x, y), regr_slope(x, y), regr_intercept(x, y) FROM (VALUES (1.0, 2.0)) AS t (x, y)
--: double, double, double, double, double
--= [null, 0.0, null, null, null]

-- correlation of equal rows
SELECT corr(x, y), covar_pop(x, y), covar_samp(x, y), regr_slope(x, y), regr_intercept(x, y) FROM (VALUES (1.0, 2.0), (1.0, 2.0)) AS t (x, y)
--: double, double, double, double, double
--= [null, 0.0, 0.0, null, null]

-- correlation with a value that does not change
SELECT corr(x, y), regr_slope(x, y), regr_intercept(x, y), corr(y, x), regr_slope(y, x), regr_intercept(y, x) FROM (VALUES (1.0, 2.0), (1.0, 3.0)) AS t (x, y)
--: double, double, double, double, double, double
--= [null, 0.0, 1.0, null, null, null]

-- correlation of no rows
SELECT corr(x, y), covar_pop(x, y), covar_samp(x, y), regr_slope(x, y) FROM (VALUES (1.0, 2.0)) AS t (x, y) WHERE x > 5
--: double, double, double, double
--= [null, null, null, null]

-- correlation with FILTER
SELECT corr(x, y) FILTER (WHERE x > 1), regr_slope(x, y) FILTER (WHERE x < 2) FROM (VALUES (1.0, 2.0), (2.0, 4.0), (3.0, 5.0)) AS t (x, y)
--: double, double
--= [0.9999999999999999, null]

-- skewness and kurtosis
SELECT skewness(x), kurtosis(x) FROM (VALUES 1.0, 2.0, 4.0, 9.0) AS t (x)
--: double, double
--= [0.7684172579878226, 1.5]

-- skewness and kurtosis of few rows
SELECT skewness(x), kurtosis(x), skewness(x) FILTER (WHERE x > 1), kurtosis(x) FILTER (WHERE x > 5) FROM (VALUES 1.0, 2.0, 4.0) AS t (x)
--: double, double, double, double
--= [0.3818017741606063, null, null, null]

-- skewness and kurtosis of equal rows
SELECT skewness(x), kurtosis(x) FROM (VALUES 1.0, 1.0, 1.0, 1.0) AS t (x)
--: double, double
--= ["nan", "nan"]

-- geometric_mean
SELECT geometric_mean(x), geometric_mean(n) FROM (VALUES (1.0, 1), (2.0, 2), (4.0, 4)) AS t (x, n)
--: double, double
--= [2.0, 2.0]

-- geometric_mean of zero and of a negative number
SELECT geometric_mean(x), geometric_mean(y) FROM (VALUES (1.0, 1.0), (0.0, -2.0)) AS t (x, y)
--: double, double
--= [0.0, "nan"]

-- approx_distinct
SELECT approx_distinct(n), approx_distinct(n, 0.01) FROM (VALUES 1, 2, 2, NULL) AS t (n)
--: bigint, bigint
--= [2, 2]

-- approx_distinct of no rows
SELECT approx_distinct(n) FROM (VALUES 1) AS t (n) WHERE n > 5
--: bigint
--= [0]

-- approx_distinct of a hundred
SELECT approx_distinct(n) FROM UNNEST(sequence(1, 100)) AS t (n)
--: bigint
--= [100]

-- approx_percentile of whole numbers
SELECT approx_percentile(n, 0.5), approx_percentile(n, 0.0), approx_percentile(n, 1.0), approx_percentile(n, 0.25) FROM (VALUES 1, 2, 3, 4) AS t (n)
--: bigint, bigint, bigint, bigint
--= [3, 1, 4, 2]

-- approx_percentile of DOUBLE
SELECT approx_percentile(x, 0.5), approx_percentile(x, 0.9), approx_percentile(x, ARRAY[0.25, 0.75]) FROM (VALUES 1.5, 2.5, 3.5, 10.0, NULL) AS t (x)
--: double, double, array<double>
--= [3.5, 10.0, "[2.5, 10.0]"]

-- approx_percentile of REAL and DECIMAL
SELECT approx_percentile(CAST(x AS REAL), 0.5), approx_percentile(CAST(x AS DECIMAL(3, 1)), 0.5) FROM (VALUES 1.5, 2.5, 3.5) AS t (x)
--: float, float
--= [2.5, 2.5]

-- approx_percentile of an odd and an even number of rows
SELECT g, approx_percentile(n, 0.5), approx_percentile(n, ARRAY[0.1, 0.9]) FROM (VALUES ('a', 1), ('a', 2), ('b', 1), ('b', 2), ('b', 3), ('c', NULL)) AS t (g, n) GROUP BY g ORDER BY g
--: string, bigint, array<bigint>
--= ["a", 2, "[1, 2]"]
--= ["b", 2, "[1, 3]"]
--= ["c", null, null]

-- approx_percentile beyond one
SELECT approx_percentile(n, 1.5) FROM (VALUES 1, 2) AS t (n)
--! INVALID_FUNCTION_ARGUMENT

-- every, bool_and and bool_or
SELECT every(b), every(b) FILTER (WHERE b), bool_and(b), bool_or(b), every(b) FILTER (WHERE NOT b) FROM (VALUES TRUE, FALSE, NULL) AS t (b)
--: boolean, boolean, boolean, boolean, boolean
--= [false, true, false, true, false]

-- max and min of some
SELECT min(x, 2), max(x, 2), min(x, 5) FROM (VALUES 3, 1, 2, NULL) AS t (x)
--: array<int>, array<int>, array<int>
--= ["[1, 2]", "[3, 2]", "[1, 2, 3]"]

-- max of some of no rows
SELECT max(x, 2) FROM (VALUES 3) AS t (x) WHERE x > 5
--: array<int>
--= [null]

-- max of none
SELECT max(x, 0) FROM (VALUES 1) AS t (x)
--! INVALID_FUNCTION_ARGUMENT

-- max_by of some
SELECT max_by(name, n, 2), min_by(name, n, 2) FROM (VALUES ('a', 1), (NULL, 2), ('c', 3), ('d', NULL)) AS t (name, n)
--: array<string>, array<string>
--= ["[c, null]", "[a, null]"]

-- max_by of some of no rows
SELECT max_by(name, n, 2) FROM (VALUES ('a', 1)) AS t (name, n) WHERE n > 5
--: array<string>
--= [null]

-- max_by with FILTER
SELECT max_by(name, n) FILTER (WHERE n < 3), min_by(name, n) FILTER (WHERE n > 1) FROM (VALUES ('a', 1), (NULL, 2), ('c', 3)) AS t (name, n)
--: string, string
--= [null, null]

-- max_by over a window
SELECT name, max_by(name, n) OVER (ORDER BY n) FROM (VALUES ('a', 1), (NULL, 2), ('c', 3)) AS t (name, n) ORDER BY n
--: string, string
--= ["a", "a"]
--= [null, null]
--= ["c", "c"]

-- max_by with other keys
SELECT max_by(n, name), max_by(n, d), max_by(n, b), max_by(n, x) FROM (VALUES (1, 'a', DATE '2024-01-01', TRUE, DECIMAL '1.5'), (2, 'b', DATE '2023-01-01', FALSE, DECIMAL '0.5')) AS t (n, name, d, b, x)
--: int, int, int, int
--= [2, 1, 1, 1]

-- array_agg with NULL, in order
SELECT array_agg(n ORDER BY n), array_agg(n ORDER BY n DESC), array_agg(n ORDER BY n) FILTER (WHERE n IS NOT NULL), array_agg(DISTINCT n ORDER BY n) FROM (VALUES 2, NULL, 1, 2) AS t (n)
--: array<int>, array<int>, array<int>, array<int>
--= ["[1, 2, 2, null]", "[2, 2, 1, null]", "[1, 2, 2]", "[1, 2, null]"]

-- array_agg of no rows
SELECT array_agg(n), array_agg(n) FILTER (WHERE n > 9) FROM (VALUES 1) AS t (n) WHERE n > 5
--: array<int>, array<int>
--= [null, null]

-- listagg
SELECT listagg(x, ', ') WITHIN GROUP (ORDER BY x DESC), listagg(x) WITHIN GROUP (ORDER BY x), listagg(DISTINCT x, ',') WITHIN GROUP (ORDER BY x), listagg(x, '') WITHIN GROUP (ORDER BY x) FILTER (WHERE x > 'a') FROM (VALUES 'b', 'a', NULL, 'a') AS t (x)
--: string, string, string, string
--= ["b, a, a", "aab", "a,b", "b"]

-- listagg of no rows
SELECT listagg(x, ',') WITHIN GROUP (ORDER BY x) FROM (VALUES 'b') AS t (x) WHERE x = 'z'
--: string
--= [null]

-- aggregates of bits
SELECT bitwise_and_agg(n), bitwise_or_agg(n), bitwise_xor_agg(n), bitwise_and_agg(n) FILTER (WHERE n > 10) FROM (VALUES 12, 10) AS t (n)
--: bigint, bigint, bigint, bigint
--= [8, 14, 6, 12]

-- arbitrary
SELECT arbitrary(x), any_value(x), arbitrary(x) FILTER (WHERE x = 'z') FROM (VALUES NULL, 'a', NULL) AS t (x)
--: string, string, string
--= ["a", "a", null]

-- FILTER of every aggregate
SELECT count(*) FILTER (WHERE n > 1), count(n) FILTER (WHERE NULL), sum(n) FILTER (WHERE n > 1), avg(n) FILTER (WHERE n > 1), max(n) FILTER (WHERE n > 9), sum(n) FILTER (WHERE n > 9) FROM (VALUES 1, 2, 3) AS t (n)
--: bigint, bigint, bigint, double, int, bigint
--= [2, 0, 5, 2.5, null, null]
--x spark

-- grouping of several
SELECT a, b, grouping(a, b), grouping(a), count(*) FROM (VALUES ('x', 'y'), ('x', NULL)) AS t (a, b) GROUP BY ROLLUP (a, b) ORDER BY 3, a, b
--: string, string, int, int, bigint
--= ["x", "y", 0, 0, 1]
--= ["x", null, 0, 0, 1]
--= ["x", null, 1, 0, 2]
--= [null, null, 3, 1, 2]

-- CUBE
SELECT a, b, grouping(a, b) + 1, sum(n) FROM (VALUES ('x', 'y', 1), ('z', 'y', 2)) AS t (a, b, n) GROUP BY CUBE (a, b) ORDER BY 3, a, b
--: string, string, int, bigint
--= ["x", "y", 1, 1]
--= ["z", "y", 1, 2]
--= ["x", null, 2, 1]
--= ["z", null, 2, 2]
--= [null, "y", 3, 3]
--= [null, null, 4, 3]

-- groups of no rows
SELECT count(*), sum(n) FROM (VALUES 1) AS t (n) WHERE n > 5 GROUP BY ROLLUP (n)
--: bigint, bigint
--= [0, null]

-- groups of nothing
SELECT count(*) FROM (VALUES 1) AS t (n) WHERE n > 5 GROUP BY ()
--: bigint
--= [0]
--x spark

-- a sum of text
SELECT sum(x) FROM (VALUES '1') AS t (x)
--! FUNCTION_NOT_FOUND

-- a sum of truth
SELECT sum(b) FROM (VALUES TRUE) AS t (b)
--! FUNCTION_NOT_FOUND

-- avg of a DATE
SELECT avg(d) FROM (VALUES DATE '2024-01-01') AS t (d)
--! FUNCTION_NOT_FOUND

-- aggregates that Athena lacks
SELECT median(n), mode(n) FROM (VALUES 1) AS t (n)
--! FUNCTION_NOT_FOUND

-- sums of conditions
SELECT sum(CASE WHEN n > 1 THEN 1 END), sum(if(n > 1, 1, 0)), sum(CAST(n AS DOUBLE)), max(n) - min(n), max(n) * 1.5, sum(n) * 1.0 / count(*) FROM (VALUES 1, 2) AS t (n)
--: bigint, bigint, double, int, double, double
--= [1, 1, 3.0, 1, 3.0, 1.5]
