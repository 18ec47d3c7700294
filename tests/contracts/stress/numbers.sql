-- Numbers: ties, signs, NaN, infinity, overflow.

-- DOUBLE to DECIMAL at ties
SELECT CAST(x AS DECIMAL(9, 2)) FROM (VALUES 1.005, 0.285, 2.675, 1.115, -1.005) AS t (x) ORDER BY x
--: decimal(9,2)
--= ["-1.01"]
--= ["0.29"]
--= ["1.01"]
--= ["1.12"]
--= ["2.68"]
--~ athena: [["-1.00"], ["0.28"], ["1.00"], ["1.12"], ["2.68"]]
--~ duckdb: [["-1.00"], ["0.28"], ["1.00"], ["1.12"], ["2.68"]]

-- DOUBLE to DECIMAL at exact halves
SELECT CAST(x AS DECIMAL(9, 0)) FROM (VALUES 0.5, 1.5, 2.5, -0.5, -2.5) AS t (x) ORDER BY x
--: decimal(9,0)
--= ["-3"]
--= ["-1"]
--= ["1"]
--= ["2"]
--= ["3"]

-- DOUBLE to DECIMAL of six digits
SELECT CAST(x AS DECIMAL(9, 6)) FROM (VALUES 103.8000005, 1.2999995, 103.1234565, 1.0000015) AS t (x) ORDER BY x
--: decimal(9,6)
--= ["1.000002"]
--= ["1.300000"]
--= ["103.123457"]
--= ["103.800001"]

-- TRY_CAST of a DOUBLE to DECIMAL at ties, and one that does not fit
SELECT TRY_CAST(x AS DECIMAL(5, 2)) FROM (VALUES 1.005, 123456.0, CAST('NaN' AS DOUBLE)) AS t (x) ORDER BY x
--: decimal(5,2)
--= ["1.01"]
--= [null]
--= [null]
--~ athena: [["1.00"], [null], [null]]
--~ duckdb: [["1.00"], [null], [null]]

-- DECIMAL to DECIMAL at ties
SELECT CAST(x AS DECIMAL(9, 2)) FROM (VALUES DECIMAL '1.005', DECIMAL '-1.005', DECIMAL '1.004') AS t (x) ORDER BY 1
--: decimal(9,2)
--= ["-1.01"]
--= ["1.00"]
--= ["1.01"]

-- text to DECIMAL at ties
SELECT CAST(x AS DECIMAL(9, 2)) FROM (VALUES '1.005', '-1.005', '0.285') AS t (x) ORDER BY 1
--: decimal(9,2)
--= ["-1.01"]
--= ["0.29"]
--= ["1.01"]

-- round of a DOUBLE
SELECT round(x) FROM (VALUES 0.5, 1.5, 2.5, -0.5, -1.5, 0.49999999999999994) AS t (x) ORDER BY x
--: double
--= [-2.0]
--= [-1.0]
--= [0.0]
--= [1.0]
--= [2.0]
--= [3.0]

-- round of a DOUBLE to digits
SELECT round(x, 2) FROM (VALUES 1.005, 0.285, 2.675, -1.005) AS t (x) ORDER BY x
--: double
--= [-1.0]
--= [0.28]
--= [1.0]
--= [2.68]

-- round of a DECIMAL to digits
SELECT round(x, 1) FROM (VALUES DECIMAL '1.05', DECIMAL '-1.05', DECIMAL '1.15') AS t (x) ORDER BY 1
--: decimal(4,2)
--= ["-1.10"]
--= ["1.10"]
--= ["1.20"]
--~ athena: [["-1.1"], ["1.1"], ["1.2"]]
--~ duckdb: [["-1.1"], ["1.1"], ["1.2"]]
--~ spark: [["-1.1"], ["1.1"], ["1.2"]]

-- round of a whole number to a negative place
SELECT round(n, -1) FROM (VALUES 15, 25, -15, 14) AS t (n) ORDER BY n
--: int
--= [-20]
--= [10]
--= [20]
--= [30]

-- floor and ceil of a DOUBLE
SELECT floor(x), ceil(x) FROM (VALUES -0.5, 0.5, -1.0, 1e18) AS t (x) ORDER BY x
--: double, double
--= [-1.0, -1.0]
--= [-1.0, -0.0]
--= [0.0, 1.0]
--= [1e+18, 1e+18]

-- floor and ceil of a DECIMAL
SELECT floor(x), ceil(x) FROM (VALUES DECIMAL '-0.5', DECIMAL '0.5') AS t (x) ORDER BY 1
--: decimal(1,0), decimal(1,0)
--= ["-1", "0"]
--= ["0", "1"]

-- floor and ceil of a whole number
SELECT floor(n), ceil(n), round(n) FROM (VALUES 3, -3) AS t (n) ORDER BY n
--: int, int, int
--= [-3, -3, -3]
--= [3, 3, 3]
--~ athena: [[-3.0, -3.0, -3], [3.0, 3.0, 3]]
--~ duckdb: [[-3.0, -3.0, -3], [3.0, 3.0, 3]]

-- division of whole numbers
SELECT n / 2, n % 2, mod(n, -2) FROM (VALUES 7, -7) AS t (n) ORDER BY n
--: int, int, int
--= [-3, -1, -1]
--= [3, 1, 1]

-- division of a whole number by zero
SELECT 1 / n FROM (VALUES 0) AS t (n)
--! DIVISION_BY_ZERO

-- division of a DOUBLE by zero
SELECT x / 0, -x / 0, (x - x) / 0 FROM (VALUES 1.5) AS t (x)
--: double, double, double
--= ["inf", "-inf", "nan"]
--x athena, duckdb

-- remainder of a DOUBLE
SELECT mod(x, 2.0), x % -2.0 FROM (VALUES 5.5, -5.5) AS t (x) ORDER BY x
--: double, double
--= [-1.5, -1.5]
--= [1.5, 1.5]

-- division of DECIMAL
SELECT DECIMAL '1.00' / DECIMAL '3.00', DECIMAL '2' / DECIMAL '3'
--: decimal(5,2), decimal(1,0)
--= ["0.33", "1"]
--~ athena: [[0.3333333333333333, 0.6666666666666666]]
--~ duckdb: [[0.3333333333333333, 0.6666666666666666]]

-- product of DECIMAL
SELECT x * x, x * 2 FROM (VALUES DECIMAL '1.25') AS t (x)
--: decimal(6,4), decimal(13,2)
--= ["1.5625", "2.50"]

-- comparisons with NaN
SELECT x = CAST('NaN' AS DOUBLE), x <> CAST('NaN' AS DOUBLE), x < CAST('NaN' AS DOUBLE), x > CAST('NaN' AS DOUBLE), x <= CAST('NaN' AS DOUBLE), CAST('NaN' AS DOUBLE) = CAST('NaN' AS DOUBLE) FROM (VALUES 1.5) AS t (x)
--: boolean, boolean, boolean, boolean, boolean, boolean
--= [false, true, false, false, false, false]
--~ athena: [[false, true, true, false, true, true]]
--~ duckdb: [[false, true, true, false, true, true]]
--~ spark: [[false, true, true, false, true, true]]

-- NaN in a column, compared
SELECT x FROM (VALUES 1.5, CAST('NaN' AS DOUBLE), 2.5) AS t (x) WHERE x > 1.6 ORDER BY x
--: double
--= [2.5]
--~ athena: [[2.5], ["nan"]]
--~ duckdb: [[2.5], ["nan"]]
--~ spark: [[2.5], ["nan"]]

-- NaN is equal to none
SELECT x = x, x IN (1.5, CAST('NaN' AS DOUBLE)) FROM (VALUES CAST('NaN' AS DOUBLE), 1.5) AS t (x) ORDER BY 1
--: boolean, boolean
--= [false, false]
--= [true, true]
--~ athena: [[true, true], [true, true]]
--~ duckdb: [[true, true], [true, true]]
--~ spark: [[true, true], [true, true]]

-- NaN is not distinct from NaN
SELECT x IS DISTINCT FROM CAST('NaN' AS DOUBLE) FROM (VALUES CAST('NaN' AS DOUBLE)) AS t (x)
--: boolean
--= [false]

-- NaN in ORDER BY
SELECT x FROM (VALUES CAST('NaN' AS DOUBLE), 1.5, CAST('Infinity' AS DOUBLE), NULL, CAST('-Infinity' AS DOUBLE)) AS t (x) ORDER BY x
--: double
--= ["-inf"]
--= [1.5]
--= ["inf"]
--= ["nan"]
--= [null]

-- NaN in ORDER BY, down
SELECT x FROM (VALUES CAST('NaN' AS DOUBLE), 1.5, CAST('Infinity' AS DOUBLE), NULL, CAST('-Infinity' AS DOUBLE)) AS t (x) ORDER BY x DESC
--: double
--= ["nan"]
--= ["inf"]
--= [1.5]
--= ["-inf"]
--= [null]

-- greatest and least with NaN
SELECT greatest(x, CAST('NaN' AS DOUBLE)), least(x, CAST('NaN' AS DOUBLE)) FROM (VALUES 1.5) AS t (x)
--: double, double
--= [1.5, 1.5]
--~ athena: [["nan", 1.5]]
--~ duckdb: [["nan", 1.5]]
--~ spark: [["nan", 1.5]]

-- NaN in BETWEEN
SELECT x BETWEEN 1.0 AND 2.0, x BETWEEN 1.0 AND CAST('NaN' AS DOUBLE) FROM (VALUES CAST('NaN' AS DOUBLE), 1.5) AS t (x) ORDER BY 1
--: boolean, boolean
--= [false, false]
--= [true, false]
--~ athena: [[false, true], [true, true]]
--~ duckdb: [[false, true], [true, true]]
--~ spark: [[false, true], [true, true]]

-- a join on NaN
SELECT count(*) FROM (VALUES CAST('NaN' AS DOUBLE), 1.5) AS a (x) JOIN (VALUES CAST('NaN' AS DOUBLE), 1.5) AS b (y) ON a.x = b.y
--: bigint
--= [1]
--~ athena: [[2]]
--~ duckdb: [[2]]
--~ spark: [[2]]

-- overflow of an INTEGER
SELECT n + 1 FROM (VALUES 2147483647) AS t (n)
--! NUMERIC_VALUE_OUT_OF_RANGE

-- overflow of a product of INTEGERs
SELECT n * n FROM (VALUES 2147483647) AS t (n)
--! NUMERIC_VALUE_OUT_OF_RANGE

-- overflow of a BIGINT
SELECT n + 1 FROM (VALUES 9223372036854775807) AS t (n)
--! NUMERIC_VALUE_OUT_OF_RANGE

-- abs and sign
SELECT abs(n), sign(n) FROM (VALUES -3, 0, 4) AS t (n) ORDER BY n
--: int, int
--= [3, -1]
--= [0, 0]
--= [4, 1]
--~ athena: int, tinyint
--~ duckdb: int, tinyint

-- sqrt of a negative number
SELECT sqrt(x) FROM (VALUES -1.0, 0.0, 2.0) AS t (x) ORDER BY x
--: double
--= ["nan"]
--= [0.0]
--= [1.4142135623730951]

-- power and logarithms
SELECT power(x, 2), ln(x), log10(x), exp(x) FROM (VALUES 1.0, 10.0) AS t (x) ORDER BY x
--: double, double, double, double
--= [1.0, 0.0, 0.0, 2.718281828459045]
--= [100.0, 2.302585092994046, 1.0, 22026.465794806718]

-- a logarithm of zero and of a negative number
SELECT ln(x) FROM (VALUES 0.0, -1.0) AS t (x) ORDER BY x
--: double
--= ["nan"]
--= ["-inf"]

-- a number with a point has the type DOUBLE
SELECT 0.1 + 0.2, 1.0, 10.50
--: double, double, double
--= [0.30000000000000004, 1.0, 10.5]

-- a large whole number
SELECT 9223372036854775807, 2147483648, -2147483648
--: bigint, bigint, int
--= [9223372036854775807, 2147483648, -2147483648]

-- DECIMAL and whole number compared
SELECT x = 1, x < 2, x IN (1, 2) FROM (VALUES DECIMAL '1.00') AS t (x)
--: boolean, boolean, boolean
--= [true, true, true]

-- DOUBLE and whole number compared
SELECT x = 1, x < 2, x IN (1, 2) FROM (VALUES 1.0) AS t (x)
--: boolean, boolean, boolean
--= [true, true, true]

-- width_bucket, truncate
SELECT width_bucket(x, 0, 10, 5), truncate(x) FROM (VALUES 2.5, -2.5, 10.0) AS t (x) ORDER BY x
--: bigint, double
--= [0, -2.0]
--= [2, 2.0]
--= [6, 10.0]

-- nan() and infinity()
SELECT nan(), infinity(), is_nan(x), is_finite(x), is_infinite(x) FROM (VALUES 1.5) AS t (x)
--: double, double, boolean, boolean, boolean
--= ["nan", "inf", false, true, false]
