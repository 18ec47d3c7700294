-- Numbers: ties, signs, NaN, infinity, overflow.

-- DOUBLE to DECIMAL at ties
SELECT CAST(x AS DECIMAL(9, 2)) FROM (VALUES 1.005, 0.285, 2.675, 1.115, -1.005) AS t (x) ORDER BY x
--: decimal(9,2)
--= ["-1.01"]
--= ["0.29"]
--= ["1.01"]
--= ["1.12"]
--= ["2.68"]

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

-- remainder of a DOUBLE
SELECT mod(x, 2.0), x % -2.0 FROM (VALUES 5.5, -5.5) AS t (x) ORDER BY x
--: double, double
--= [-1.5, -1.5]
--= [1.5, 1.5]

-- division of DECIMAL
SELECT DECIMAL '1.00' / DECIMAL '3.00', DECIMAL '2' / DECIMAL '3'
--: decimal(5,2), decimal(1,0)
--= ["0.33", "1"]

-- product of DECIMAL
SELECT x * x, x * 2 FROM (VALUES DECIMAL '1.25') AS t (x)
--: decimal(6,4), decimal(13,2)
--= ["1.5625", "2.50"]

-- comparisons with NaN
SELECT x = CAST('NaN' AS DOUBLE), x <> CAST('NaN' AS DOUBLE), x < CAST('NaN' AS DOUBLE), x > CAST('NaN' AS DOUBLE), x <= CAST('NaN' AS DOUBLE), CAST('NaN' AS DOUBLE) = CAST('NaN' AS DOUBLE) FROM (VALUES 1.5) AS t (x)
--: boolean, boolean, boolean, boolean, boolean, boolean
--= [false, true, false, false, false, false]

-- NaN in a column, compared
SELECT x FROM (VALUES 1.5, CAST('NaN' AS DOUBLE), 2.5) AS t (x) WHERE x > 1.6 ORDER BY x
--: double
--= [2.5]

-- NaN is equal to none
SELECT x = x, x IN (1.5, CAST('NaN' AS DOUBLE)) FROM (VALUES CAST('NaN' AS DOUBLE), 1.5) AS t (x) ORDER BY 1
--: boolean, boolean
--= [false, false]
--= [true, true]

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

-- NaN in BETWEEN
SELECT x BETWEEN 1.0 AND 2.0, x BETWEEN 1.0 AND CAST('NaN' AS DOUBLE) FROM (VALUES CAST('NaN' AS DOUBLE), 1.5) AS t (x) ORDER BY 1
--: boolean, boolean
--= [false, false]
--= [true, false]

-- a join on NaN
SELECT count(*) FROM (VALUES CAST('NaN' AS DOUBLE), 1.5) AS a (x) JOIN (VALUES CAST('NaN' AS DOUBLE), 1.5) AS b (y) ON a.x = b.y
--: bigint
--= [1]

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

-- division of a DOUBLE column by zero
SELECT x / y, x % y, x / 0, mod(x, y) FROM (VALUES (1.5, 0.0), (0.0, 0.0), (-1.5, 0.0), (NULL, 0.0), (1.5, NULL), (6.0, 4.0)) AS t (x, y)
--: double, double, double, double
--= ["inf", "nan", "inf", "nan"]
--= ["nan", "nan", "nan", "nan"]
--= ["-inf", "nan", "-inf", "nan"]
--= [null, null, null, null]
--= [null, null, "inf", null]
--= [1.5, 2.0, "inf", 2.0]
--x spark

-- division by minus zero
SELECT 1.5 / x, 1 / 0.0, x / 0 FROM (VALUES -0e0) AS t (x)
--: double, double, double
--= ["-inf", "inf", "nan"]

-- division of a REAL by zero
SELECT CAST(x AS REAL) / 0, CAST(x AS REAL) % 0 FROM (VALUES 1.5) AS t (x)
--: float, float
--= ["inf", "nan"]

-- division of a whole column by zero
SELECT n / m FROM (VALUES (1, 0), (1, 1)) AS t (n, m)
--! DIVISION_BY_ZERO

-- remainder of a whole number by zero
SELECT n % m FROM (VALUES (1, 0)) AS t (n, m)
--! DIVISION_BY_ZERO

-- mod by zero
SELECT mod(n, m) FROM (VALUES (BIGINT '1', BIGINT '0')) AS t (n, m)
--! GENERIC_INTERNAL_ERROR

-- division of NULL by zero
SELECT n / m, n % m FROM (VALUES (NULL, 0), (0, NULL)) AS t (n, m)
--: int, int
--= [null, null]
--= [null, null]

-- division that a condition keeps from zero
SELECT CASE WHEN n <> 0 THEN 1 / n END, 1 / nullif(n, 0), coalesce(1, 1 / 0) FROM (VALUES 0, 1) AS t (n)
--: int, int, int
--= [null, null, 1]
--= [1, 1, 1]

-- quotients that are whole, and those of a DOUBLE
SELECT 1 / 2, 1 / 2.0, 1.0 / 2, 3 / 2 * 2, 3 * 1.0 / 2, -7 / 2, 7 / -2
--: int, double, double, int, double, int, int
--= [0, 0.5, 0.5, 2, 1.5, -3, -3]

-- arithmetic of INTEGER
SELECT n + 1, n - 1, n * 2, n / 2, n % 2, -n, n + BIGINT '1' FROM (VALUES 7) AS t (n)
--: int, int, int, int, int, int, bigint
--= [8, 6, 14, 3, 1, -7, 8]

-- arithmetic of BIGINT
SELECT n + 1, n * 2, n / 2, n % 2, -n, 5000000000 + 1, 1 + 5000000000 FROM (VALUES BIGINT '7') AS t (n)
--: bigint, bigint, bigint, bigint, bigint, bigint, bigint
--= [8, 14, 3, 1, -7, 5000000001, 5000000001]

-- arithmetic of SMALLINT and TINYINT
SELECT n + 1, n * n, n / n, n % n, -n, abs(n), TINYINT '100' + 100, TINYINT '1' + SMALLINT '1' FROM (VALUES SMALLINT '7') AS t (n)
--: int, smallint, smallint, smallint, smallint, smallint, int, smallint
--= [8, 49, 1, 0, -7, 7, 200, 2]

-- a SMALLINT that a literal makes an INTEGER
SELECT n + 1, n * 10, 1 + n FROM (VALUES SMALLINT '32767') AS t (n)
--: int, int, int
--= [32768, 327670, 32768]

-- overflow of a SMALLINT
SELECT n + n FROM (VALUES SMALLINT '32767') AS t (n)
--! NUMERIC_VALUE_OUT_OF_RANGE

-- overflow of a difference
SELECT n - 1 FROM (VALUES -2147483648) AS t (n)
--! NUMERIC_VALUE_OUT_OF_RANGE

-- overflow of a negative number
SELECT -n FROM (VALUES -2147483648) AS t (n)
--! NUMERIC_VALUE_OUT_OF_RANGE

-- overflow of literals
SELECT 2147483647 + 1
--! NUMERIC_VALUE_OUT_OF_RANGE

-- overflow of a product of BIGINT
SELECT n * 2 FROM (VALUES 9223372036854775807) AS t (n)
--! NUMERIC_VALUE_OUT_OF_RANGE

-- rounding of BIGINT
SELECT floor(n), ceil(n), ceiling(n), round(n), round(n, 1), truncate(n), abs(n), sign(n), mod(n, 2) FROM (VALUES BIGINT '9007199254740993', -7) AS t (n)
--: bigint, bigint, bigint, bigint, bigint, decimal(19,0), bigint, bigint, bigint
--= [9007199254740993, 9007199254740993, 9007199254740993, 9007199254740993, 9007199254740993, "9007199254740993", 9007199254740993, 1, 1]
--= [-7, -7, -7, -7, -7, "-7", 7, -1, -1]

-- rounding of SMALLINT and TINYINT
SELECT floor(n), ceil(n), round(n), abs(n), sign(n), floor(m), sign(m) FROM (VALUES (SMALLINT '-7', TINYINT '7')) AS t (n, m)
--: smallint, smallint, smallint, smallint, smallint, tinyint, tinyint
--= [-7, -7, -7, 7, -1, 7, 1]

-- rounding of REAL
SELECT floor(CAST(x AS REAL)), ceil(CAST(x AS REAL)), abs(CAST(x AS REAL)), sign(CAST(x AS REAL)), -CAST(x AS REAL), round(CAST(x AS REAL)), truncate(CAST(x AS REAL)) FROM (VALUES 1.5, -1.5) AS t (x)
--: float, float, float, float, float, float, float
--= [1.0, 2.0, 1.5, 1.0, -1.5, 2.0, 1.0]
--= [-2.0, -1.0, 1.5, -1.0, 1.5, -2.0, -1.0]

-- rounding of DOUBLE
SELECT floor(x), ceil(x), truncate(x), abs(x), sign(x), -x, round(x, 1), round(x, -1) FROM (VALUES 15.55, -15.55, 0.0, NULL) AS t (x)
--: double, double, double, double, double, double, double, double
--= [15.0, 16.0, 15.0, 15.55, 1.0, -15.55, 15.6, 20.0]
--= [-16.0, -15.0, -15.0, 15.55, -1.0, 15.55, -15.6, -20.0]
--= [0.0, 0.0, 0.0, 0.0, 0.0, -0.0, 0.0, 0.0]
--= [null, null, null, null, null, null, null, null]

-- truncate of a DOUBLE to digits
SELECT truncate(x, 1) FROM (VALUES 15.55) AS t (x)
--! FUNCTION_NOT_FOUND

-- sign of zeros
SELECT sign(-0e0), abs(-0e0), sign(0), sign(-3e0)
--: double, double, int, double
--= [-0.0, 0.0, 0, -1.0]

-- REAL and DOUBLE
SELECT CAST(n AS REAL) + 1, CAST(n AS REAL) * 1e0, CAST(n AS REAL) / 2, CAST(0.1 AS REAL) + CAST(0.2 AS REAL), CAST(CAST(0.1 AS REAL) AS DOUBLE) FROM (VALUES 7) AS t (n)
--: float, double, float, float, double
--= [8.0, 7.0, 3.5, 0.30000001192092896, 0.10000000149011612]

-- DOUBLE to whole numbers at ties
SELECT CAST(x AS INTEGER), CAST(x AS BIGINT), CAST(x AS SMALLINT) FROM (VALUES 0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 0.49999999999999994) AS t (x) ORDER BY x
--: int, bigint, smallint
--= [-3, -3, -3]
--= [-2, -2, -2]
--= [-1, -1, -1]
--= [0, 0, 0]
--= [1, 1, 1]
--= [2, 2, 2]
--= [3, 3, 3]

-- whole numbers that do not fit
SELECT TRY_CAST(n AS TINYINT), TRY_CAST(n AS SMALLINT), TRY_CAST(n * 1e6 AS INTEGER) FROM (VALUES 128, 40000) AS t (n)
--: tinyint, smallint, int
--= [null, 128, 128000000]
--= [null, null, null]

-- truth as a number
SELECT CAST(b AS INTEGER), CAST(b AS DOUBLE), CAST(b AS DECIMAL(3, 1)), CAST(n AS BOOLEAN) FROM (VALUES (TRUE, 0), (FALSE, 2), (NULL, NULL)) AS t (b, n)
--: int, double, decimal(3,1), boolean
--= [1, 1.0, "1.0", false]
--= [0, 0.0, "0.0", true]
--= [null, null, null, null]

-- roots and powers
SELECT power(x, 0.5), pow(x, 2), sqrt(x), cbrt(x) FROM (VALUES -8.0, 0.0, 8.0, NULL) AS t (x)
--: double, double, double, double
--= ["nan", 64.0, "nan", -2.0]
--= [0.0, 0.0, 0.0, 0.0]
--= [2.8284271247461903, 64.0, 2.8284271247461903, 2.0]
--= [null, null, null, null]

-- powers of whole numbers
SELECT power(n, 2), power(2, n), power(n, -1), power(0, 0) FROM (VALUES 3, 0) AS t (n)
--: double, double, double, double
--= [9.0, 8.0, 0.3333333333333333, 1.0]
--= [0.0, 1.0, "inf", 1.0]

-- logarithms beyond their range
SELECT ln(x), log2(x), log10(x), log(2, x) FROM (VALUES 8.0, 0.0, -1.0, NULL, nan()) AS t (x)
--: double, double, double, double
--= [2.0794415416798357, 3.0, 0.9030899869919435, 3.0]
--= ["-inf", "-inf", "-inf", "-inf"]
--= ["nan", "nan", "nan", "nan"]
--= [null, null, null, null]
--= ["nan", "nan", "nan", "nan"]

-- logarithms to odd bases
SELECT log(x, 8) FROM (VALUES 2.0, 1.0, 0.0, -2.0) AS t (x)
--: double
--= [3.0]
--= ["inf"]
--= [-0.0]
--= ["nan"]

-- functions of whole numbers
SELECT ln(n), log10(n), exp(n), sqrt(n), cbrt(n) FROM (VALUES 1, 100) AS t (n)
--: double, double, double, double, double
--= [0.0, 0.0, 2.718281828459045, 1.0, 1.0]
--= [4.605170185988092, 2.0, 2.6881171418161356e+43, 10.0, 4.641588833612779]

-- functions of angles
SELECT sin(x), cos(x), tan(x), asin(x), acos(x), atan(x), sinh(x), cosh(x), tanh(x), degrees(x), radians(x), atan2(x, 2.0) FROM (VALUES 0.0, 0.5, 1.0) AS t (x)
--: double, double, double, double, double, double, double, double, double, double, double, double
--= [0.0, 1.0, 0.0, 0.0, 1.5707963267948966, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0]
--= [0.479425538604203, 0.8775825618903728, 0.5463024898437905, 0.5235987755982989, 1.0471975511965979, 0.4636476090008061, 0.5210953054937474, 1.1276259652063807, 0.46211715726000974, 28.64788975654116, 0.008726646259971648, 0.24497866312686414]
--= [0.8414709848078965, 0.5403023058681398, 1.5574077246549023, 1.5707963267948966, 0.0, 0.7853981633974483, 1.1752011936438014, 1.543080634815244, 0.7615941559557649, 57.29577951308232, 0.017453292519943295, 0.4636476090008061]

-- arcs beyond their range
SELECT asin(2.0), acos(-2.0), sin(infinity()), exp(1000.0)
--: double, double, double, double
--= ["nan", "nan", "nan", "inf"]

-- width_bucket at the ends
SELECT width_bucket(x, 0.0, 10.0, 5) FROM (VALUES -1.0, 0.0, 1.9, 2.0, 9.99, 10.0, 11.0, NULL) AS t (x)
--: bigint
--= [0]
--= [1]
--= [1]
--= [2]
--= [5]
--= [6]
--= [6]
--= [null]

-- width_bucket downwards
SELECT width_bucket(x, 10.0, 0.0, 5) FROM (VALUES -1.0, 0.0, 1.9, 2.0, 9.99, 10.0, 11.0) AS t (x)
--: bigint
--= [6]
--= [5]
--= [5]
--= [4]
--= [1]
--= [0]
--= [0]

-- width_bucket with bounds of one's own
SELECT width_bucket(x, ARRAY[1.0, 2.0, 5.0]) FROM (VALUES 0.0, 1.0, 1.5, 2.0, 7.0) AS t (x)
--: bigint
--= [0]
--= [1]
--= [1]
--= [2]
--= [3]

-- width_bucket of NaN
SELECT width_bucket(nan(), 0, 10, 5)
--! INVALID_FUNCTION_ARGUMENT

-- width_bucket of an empty range
SELECT width_bucket(1.0, 0, 0, 5)
--! INVALID_FUNCTION_ARGUMENT

-- width_bucket of no buckets
SELECT width_bucket(1.0, 0, 5, 0)
--! INVALID_FUNCTION_ARGUMENT

-- fields of times are BIGINT
SELECT year(d) * 100 + month(d), day(d) / 2, hour(t) * 3600, -day(d) FROM (VALUES (DATE '2024-05-30', TIMESTAMP '2024-05-30 23:00:00')) AS v (d, t)
--: bigint, bigint, bigint, bigint
--= [202405, 15, 82800, -30]

-- sizes are BIGINT
SELECT cardinality(a) * 2, length('abc') + 1, strpos('abc', 'c') - 1 FROM (VALUES ARRAY[1]) AS t (a)
--: bigint, bigint, bigint
--= [2, 4, 2]

-- greatest and least of several types
SELECT greatest(1, 2147483648), least(1, 2.5), greatest(n, 1.5), greatest(1, NULL), greatest(TRUE, FALSE), least('a', 'B') FROM (VALUES 1) AS t (n)
--: bigint, double, double, int, boolean, string
--= [2147483648, 1.0, 1.5, null, true, "B"]

-- products with a DOUBLE literal
SELECT n / 2.0, n * 1.5, n + 0.5, n - 1e0, 0.1 + 0.2, 1.1 * 1.1 FROM (VALUES 7) AS t (n)
--: double, double, double, double, double, double
--= [3.5, 10.5, 7.5, 6.0, 0.30000000000000004, 1.2100000000000002]

-- a function that Athena lacks
SELECT hypot(3, 4)
--! FUNCTION_NOT_FOUND

-- numbers of other bases
SELECT 0x10, 0b101, 0o17, 1_000
--: int, int, int, int
--= [16, 5, 15, 1000]
--x athena, duckdb

-- a quotient in GROUP BY and ORDER BY
SELECT x / y, count(*) FROM (VALUES (1.5, 0.0), (1.5, 0.0)) AS t (x, y) GROUP BY x / y ORDER BY x / y
--: double, bigint
--= ["inf", 2]

-- rounded numbers in GROUP BY and ORDER BY
SELECT sign(n), floor(n), count(*) FROM (VALUES -1, 2, 2) AS t (n) GROUP BY sign(n), floor(n) ORDER BY sign(n)
--: int, int, bigint
--= [-1, -1, 1]
--= [1, 2, 2]

-- means over a column that may be zero
SELECT g, sum(x) / sum(w), sum(x * w) / sum(w) FROM (VALUES ('a', 1.5, 2), ('a', 2.5, 0), ('b', 1.0, 0)) AS t (g, x, w) GROUP BY g ORDER BY g
--: string, double, double
--= ["a", 2.0, 1.5]
--= ["b", "inf", "nan"]

-- shares of a window
SELECT n, CAST(n AS DOUBLE) / sum(n) OVER (), round(n * 100.0 / sum(n) OVER (), 2) FROM (VALUES 1, 2, 3) AS t (n) ORDER BY n
--: int, double, double
--= [1, 0.16666666666666666, 16.67]
--= [2, 0.3333333333333333, 33.33]
--= [3, 0.5, 50.0]

-- numbers in lambdas
SELECT transform(ARRAY[7], v -> v / 2), transform(ARRAY[-7], v -> floor(v)), transform(ARRAY[DECIMAL '1.25'], v -> v / 3)
--: array<int>, array<int>, array<decimal(3,2)>
--= ["[3]", "[-7]", "[0.42]"]

-- counts divided
SELECT count(*) / 2, count(*) * 1.0 / 2, count(*) % 2, count_if(n > 1) / 2, 100 * count(*) / sum(n), sum(n) / nullif(count(*) FILTER (WHERE n > 5), 0) FROM (VALUES 1, 2, 2) AS t (n)
--: bigint, double, bigint, bigint, bigint, bigint
--= [1, 1.5, 1, 1, 60, null]

-- the order of operations
SELECT 1 + 2 * 3 - 4 / 2, (1 + 2) * 3, -2 * -3, 2 - -3, 5 / 2 * 2.0, 5 / (2 * 2.0), 10 / 4 / 2, 10 / 4.0 / 2
--: int, int, int, int, double, double, int, double
--= [5, 9, 6, 5, 4.0, 1.25, 1, 1.25]

-- subqueries in arithmetic
SELECT (SELECT 1) + (SELECT 2), (SELECT 5) / 2, (SELECT avg(n) FROM (VALUES 1, 2) AS t (n)) * 2, (SELECT sum(m) FROM (VALUES 1, 2) AS u (m)) / 2
--: int, int, double, bigint
--= [3, 2, 3.0, 1]

-- UNION of several whole types
SELECT 1 AS n UNION SELECT BIGINT '5' UNION SELECT SMALLINT '2' ORDER BY n
--: bigint
--= [1]
--= [2]
--= [5]

-- a REAL compared with a DOUBLE
SELECT x = 1.1, x = 1.5, x + 1, x * x, x IN (REAL '1.5', REAL '2.5') FROM (VALUES REAL '1.1', REAL '1.5') AS t (x)
--: boolean, boolean, float, float, boolean
--= [false, false, 2.0999999046325684, 1.2100000381469727, false]
--= [false, true, 2.5, 2.25, true]
