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
--~ athena: [["nan", 1.5]]
--~ duckdb: [["nan", 1.5]]
--~ spark: [["nan", 1.5]]

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
--~ athena: [[1.005]]
--~ duckdb: [[1.005]]

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
--~ duckdb: [[9223372036854775808]]

-- HAVING without GROUP BY
SELECT count(*) FROM (VALUES 1, 2) AS t (n) HAVING count(*) > 5
--: bigint
