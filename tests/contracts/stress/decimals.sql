-- DECIMAL: results of arithmetic, their scales, and rounding.

-- division
SELECT DECIMAL '1.00' / DECIMAL '3.00', DECIMAL '2' / DECIMAL '3', DECIMAL '10' / DECIMAL '3.000'
--: decimal(5,2), decimal(1,0), decimal(8,3)
--= ["0.33", "1", "3.333"]

-- division of columns, of either sign
SELECT x / y FROM (VALUES (DECIMAL '1.00', DECIMAL '3.00'), (DECIMAL '-1.00', DECIMAL '6.00'), (DECIMAL '-2.00', DECIMAL '3.00'), (DECIMAL '1.00', DECIMAL '-8.00'), (NULL, DECIMAL '1.00')) AS t (x, y)
--: decimal(5,2)
--= ["0.33"]
--= ["-0.17"]
--= ["-0.67"]
--= ["-0.13"]
--= [null]

-- division by whole numbers, and of them
SELECT x / 3, x / 2, 1 / x, x / BIGINT '3' FROM (VALUES DECIMAL '1.25', DECIMAL '-1.25') AS t (x)
--: decimal(3,2), decimal(3,2), decimal(14,2), decimal(3,2)
--= ["0.42", "0.63", "0.80", "0.42"]
--= ["-0.42", "-0.63", "-0.80", "-0.42"]

-- division by a DOUBLE, and products and sums with one
SELECT x / 3.0, x * 1.5, x + 0.5, x - 1e0, 1.5 - x FROM (VALUES DECIMAL '1.25') AS t (x)
--: double, double, double, double, double
--= [0.4166666666666667, 1.875, 1.75, 0.25, 0.25]

-- division by a REAL
SELECT x / CAST(3 AS REAL), x * CAST(3 AS REAL) FROM (VALUES DECIMAL '1.25') AS t (x)
--: float, float
--= [0.4166666567325592, 3.75]

-- division of many digits
SELECT CAST(1 AS DECIMAL(20, 5)) / CAST(3 AS DECIMAL(10, 2)), CAST(1 AS DECIMAL(10, 2)) / CAST(3 AS DECIMAL(20, 5)), CAST(1 AS DECIMAL(38, 10)) / CAST(3 AS DECIMAL(38, 10)), CAST(1 AS DECIMAL(38, 0)) / DECIMAL '3.00'
--: decimal(22,5), decimal(18,5), decimal(38,10), decimal(38,2)
--= ["0.33333", "0.33333", "0.3333333333", "0.33"]

-- division by zero
SELECT DECIMAL '1.5' / n FROM (VALUES 0) AS t (n)
--! DIVISION_BY_ZERO

-- division by a DECIMAL that is zero
SELECT n / DECIMAL '0.0' FROM (VALUES 1) AS t (n)
--! DIVISION_BY_ZERO

-- remainder by zero
SELECT DECIMAL '1.5' % n FROM (VALUES 0) AS t (n)
--! DIVISION_BY_ZERO

-- all operations of two
SELECT x + y, x - y, x * y, x / y, x % y, -x FROM (VALUES (DECIMAL '10.50', DECIMAL '0.3'), (DECIMAL '-10.50', DECIMAL '0.3')) AS t (x, y)
--: decimal(5,2), decimal(5,2), decimal(5,3), decimal(5,2), decimal(2,2), decimal(4,2)
--= ["10.80", "10.20", "3.150", "35.00", "0.00", "-10.50"]
--= ["-10.20", "-10.80", "-3.150", "-35.00", "0.00", "10.50"]

-- all operations with an INTEGER
SELECT x + 1, x - 1, x * 2, x / 2, x % 2 FROM (VALUES DECIMAL '10.50') AS t (x)
--: decimal(13,2), decimal(13,2), decimal(14,2), decimal(4,2), decimal(4,2)
--= ["11.50", "9.50", "21.00", "5.25", "0.50"]

-- remainders of either sign
SELECT mod(x, y), x % y FROM (VALUES (DECIMAL '10.50', DECIMAL '3'), (DECIMAL '-10.50', DECIMAL '3'), (DECIMAL '10.50', DECIMAL '-3')) AS t (x, y)
--: decimal(3,2), decimal(3,2)
--= ["1.50", "1.50"]
--= ["-1.50", "-1.50"]
--= ["1.50", "1.50"]

-- a product that does not fit
SELECT x * x * x FROM (VALUES CAST('1234567890123' AS DECIMAL(38, 0))) AS t (x)
--: decimal(38,0)
--= ["1881676372351569116835132557725290867"]

-- a sum that does not fit
SELECT x + x FROM (VALUES CAST('99999999999999999999999999999999999999' AS DECIMAL(38, 0))) AS t (x)
--! NUMERIC_VALUE_OUT_OF_RANGE

-- a product of 38 digits keeps its scale
SELECT x * y, x + y FROM (VALUES (CAST(1 AS DECIMAL(38, 10)), CAST(2 AS DECIMAL(38, 10)))) AS t (x, y)
--: decimal(38,20), decimal(38,10)
--= ["2.00000000000000000000", "3.0000000000"]

-- sum, avg, min, max
SELECT sum(x), avg(x), min(x), max(x), count(x) FROM (VALUES DECIMAL '1.25', DECIMAL '2.50', NULL) AS t (x)
--: decimal(38,2), decimal(3,2), decimal(3,2), decimal(3,2), bigint
--= ["3.75", "1.88", "1.25", "2.50", 2]

-- avg rounds half away from zero
SELECT g, avg(x) FROM (VALUES ('a', DECIMAL '1.00'), ('a', DECIMAL '1.01'), ('b', NULL), ('c', DECIMAL '-1.00'), ('c', DECIMAL '-1.01')) AS t (g, x) GROUP BY g ORDER BY g
--: string, decimal(3,2)
--= ["a", "1.01"]
--= ["b", null]
--= ["c", "-1.01"]

-- avg of a DECIMAL without a fraction
SELECT avg(x) FROM (VALUES DECIMAL '1', DECIMAL '2') AS t (x)
--: decimal(1,0)
--= ["2"]

-- avg over a window, with FILTER, with DISTINCT
SELECT avg(x) FILTER (WHERE x > 1), avg(DISTINCT x) FROM (VALUES DECIMAL '1.00', DECIMAL '1.01', DECIMAL '1.01') AS t (x)
--: decimal(3,2), decimal(3,2)
--= ["1.01", "1.01"]

-- avg over a window
SELECT x, avg(x) OVER (ORDER BY x) FROM (VALUES DECIMAL '1.00', DECIMAL '1.01', DECIMAL '1.05') AS t (x) ORDER BY x
--: decimal(3,2), decimal(3,2)
--= ["1.00", "1.00"]
--= ["1.01", "1.01"]
--= ["1.05", "1.02"]

-- avg of no rows
SELECT avg(x), sum(x) FROM (VALUES DECIMAL '1.00') AS t (x) WHERE x > 5
--: decimal(3,2), decimal(38,2)
--= [null, null]

-- arithmetic on aggregates
SELECT sum(x * 2), sum(x) * 2, sum(x) / 2, sum(x) / count(*), avg(x) * 2, round(avg(x), 1) FROM (VALUES DECIMAL '1.25', DECIMAL '1.00') AS t (x)
--: decimal(38,2), decimal(38,2), decimal(38,2), decimal(38,2), decimal(13,2), decimal(4,2)
--= ["4.50", "4.50", "1.13", "1.13", "2.26", "1.10"]

-- round to digits keeps the scale
SELECT round(x), round(x, 1), round(x, 0), round(x, 5), round(x, -1) FROM (VALUES DECIMAL '15.55', DECIMAL '-15.55', DECIMAL '99.99') AS t (x)
--: decimal(3,0), decimal(5,2), decimal(5,2), decimal(5,2), decimal(5,2)
--= ["16", "15.60", "16.00", "15.55", "20.00"]
--= ["-16", "-15.60", "-16.00", "-15.55", "-20.00"]
--= ["100", "100.00", "100.00", "99.99", "100.00"]

-- floor, ceil, truncate, abs, sign
SELECT floor(x), ceil(x), truncate(x), abs(x), sign(x), truncate(x, 1), truncate(x, -1) FROM (VALUES DECIMAL '15.55', DECIMAL '-15.55', DECIMAL '0.00') AS t (x)
--: decimal(3,0), decimal(3,0), decimal(2,0), decimal(4,2), decimal(1,0), decimal(4,2), decimal(4,2)
--= ["15", "16", "15", "15.55", "1", "15.50", "10.00"]
--= ["-16", "-15", "-15", "15.55", "-1", "-15.50", "-10.00"]
--= ["0", "0", "0", "0.00", "0", "0.00", "0.00"]

-- floor and ceil at the end of the precision
SELECT floor(x), ceil(x), floor(-x), ceil(-x) FROM (VALUES DECIMAL '99.9') AS t (x)
--: decimal(3,0), decimal(3,0), decimal(3,0), decimal(3,0)
--= ["99", "100", "-100", "-99"]

-- a cast at ties, and one that does not fit
SELECT CAST(x AS DECIMAL(3, 1)), TRY_CAST(x * 100 AS DECIMAL(3, 1)) FROM (VALUES DECIMAL '99.94', DECIMAL '-0.05', DECIMAL '0.04') AS t (x)
--: decimal(3,1), decimal(3,1)
--= ["99.9", null]
--= ["-0.1", "-5.0"]
--= ["0.0", "4.0"]

-- casts of whole numbers
SELECT CAST(n AS DECIMAL(5, 2)), CAST(n AS DECIMAL), CAST(BIGINT '5' AS DECIMAL(3)), TRY_CAST(n AS DECIMAL(3, 2)) FROM (VALUES 7, 70) AS t (n)
--: decimal(5,2), decimal(38,0), decimal(3,0), decimal(3,2)
--= ["7.00", "7", "5", "7.00"]
--= ["70.00", "70", "5", null]

-- casts to other numbers and to text
SELECT CAST(x AS DOUBLE), CAST(x AS BIGINT), CAST(x AS VARCHAR) FROM (VALUES DECIMAL '15.50', DECIMAL '-0.50') AS t (x)
--: double, bigint, string
--= [15.5, 16, "15.50"]
--= [-0.5, -1, "-0.50"]

-- DOUBLE to DECIMAL near ties
SELECT CAST(x AS DECIMAL(10, 2)), TRY_CAST(x AS DECIMAL(10, 2)) FROM (VALUES 1.005, 0.285, 1e-5, 123456.785, -0.005, 4.35, 4.349999, 1.2345e7, 2.675, NULL) AS t (x)
--: decimal(10,2), decimal(10,2)
--= ["1.01", "1.01"]
--= ["0.29", "0.29"]
--= ["0.00", "0.00"]
--= ["123456.79", "123456.79"]
--= ["-0.01", "-0.01"]
--= ["4.35", "4.35"]
--= ["4.35", "4.35"]
--= ["12345000.00", "12345000.00"]
--= ["2.68", "2.68"]
--= [null, null]

-- DOUBLE to DECIMAL of more digits than it has
SELECT CAST(x AS DECIMAL(38, 18)) FROM (VALUES 0.1, 1.1, 123456789.123456789) AS t (x)
--: decimal(38,18)
--= ["0.100000000000000000"]
--= ["1.100000000000000000"]
--= ["123456789.123456790000000000"]

-- a large DOUBLE to DECIMAL
SELECT CAST(x AS DECIMAL(38, 0)) FROM (VALUES 1e20, 123456789012345678e0, 1e37) AS t (x)
--: decimal(38,0)
--= ["100000000000000000000"]
--= ["123456789012345680"]
--= ["10000000000000000000000000000000000000"]

-- a DOUBLE of seventeen digits to DECIMAL
SELECT CAST(x AS DECIMAL(20, 2)) FROM (VALUES 1e17, 12345678901234.565) AS t (x)
--: decimal(20,2)
--= ["100000000000000000.00"]
--= ["12345678901234.56"]

-- REAL to DECIMAL
SELECT CAST(CAST(x AS REAL) AS DECIMAL(10, 2)) FROM (VALUES 1.005, 0.285, 2.5) AS t (x)
--: decimal(10,2)
--= ["1.01"]
--= ["0.29"]
--= ["2.50"]

-- a DOUBLE out of arithmetic to DECIMAL
SELECT CAST(x * 1.1 AS DECIMAL(10, 2)), CAST(x / 3 AS DECIMAL(10, 4)), CAST(sum(x) OVER () AS DECIMAL(9, 2)) FROM (VALUES 1.5, 2.505) AS t (x)
--: decimal(10,2), decimal(10,4), decimal(9,2)
--= ["1.65", "0.5000", "4.01"]
--= ["2.76", "0.8350", "4.01"]

-- NaN to DECIMAL
SELECT CAST(x AS DECIMAL(5, 2)) FROM (VALUES nan()) AS t (x)
--! INVALID_CAST_ARGUMENT

-- comparisons of several scales
SELECT DECIMAL '1.5' = 1.5, DECIMAL '1.5' = DECIMAL '1.50', DECIMAL '0.1' = 0.1, DECIMAL '1.5' < 2, x IN (DECIMAL '1.5', DECIMAL '2'), x BETWEEN 1 AND 2 FROM (VALUES DECIMAL '1.50', DECIMAL '0.10') AS t (x)
--: boolean, boolean, boolean, boolean, boolean, boolean
--= [true, true, true, true, true, true]
--= [true, true, true, true, false, false]

-- common types
SELECT coalesce(x, 0), coalesce(x, DECIMAL '0.001'), CASE WHEN x > 1 THEN x ELSE 0 END, if(x > 1, x, 0.5), greatest(x, 1), least(x, DECIMAL '0.001'), greatest(x, 0.5) FROM (VALUES DECIMAL '1.50', NULL) AS t (x)
--: decimal(12,2), decimal(4,3), decimal(12,2), double, decimal(12,2), decimal(4,3), double
--= ["1.50", "1.500", "1.50", 1.5, "1.50", "0.001", 1.5]
--= ["0.00", "0.001", "0.00", 0.5, null, null, null]

-- rows of several scales
SELECT x FROM (VALUES DECIMAL '1.5', DECIMAL '10.25', 3) AS t (x) ORDER BY x
--: decimal(12,2)
--= ["1.50"]
--= ["3.00"]
--= ["10.25"]

-- UNION of several scales
SELECT DECIMAL '1.5' AS x UNION ALL SELECT DECIMAL '10.25' UNION ALL SELECT 3 ORDER BY 1
--: decimal(12,2)
--= ["1.50"]
--= ["3.00"]
--= ["10.25"]

-- UNION with a DOUBLE
SELECT DECIMAL '1.5' AS x UNION ALL SELECT 2.5 ORDER BY 1
--: double
--= [1.5]
--= [2.5]

-- literals
SELECT DECIMAL '-0.5', DECIMAL '00.5', DECIMAL '12.', DECIMAL '.5', -DECIMAL '1.5'
--: decimal(1,1), decimal(1,1), decimal(2,0), decimal(1,1), decimal(2,1)
--= ["-0.5", "0.5", "12", "0.5", "-1.5"]

-- a literal with an exponent
SELECT DECIMAL '1e2'
--! INVALID_LITERAL

-- functions that give a DOUBLE
SELECT sqrt(DECIMAL '2.25'), power(DECIMAL '1.5', 2), ln(DECIMAL '1.5'), exp(DECIMAL '1.0')
--: double, double, double, double
--= [1.5, 2.25, 0.4054651081081644, 2.718281828459045]

-- a quotient in GROUP BY and ORDER BY
SELECT x / 2 AS h, count(*) FROM (VALUES DECIMAL '1.05', DECIMAL '1.05') AS t (x) GROUP BY x / 2 ORDER BY x / 2
--: decimal(3,2), bigint
--= ["0.53", 2]

-- quotients in conditions and in arithmetic
SELECT CASE WHEN x / 2 > DECIMAL '0.5' THEN x / 2 ELSE 0 END, x / y * y, (x + y) / 2, x / (y - y + 1) FROM (VALUES (DECIMAL '1.05', DECIMAL '3.00'), (DECIMAL '0.05', DECIMAL '2.00')) AS t (x, y)
--: decimal(12,2), decimal(8,4), decimal(4,2), decimal(5,2)
--= ["0.53", "1.0500", "2.03", "1.05"]
--= ["0.00", "0.0600", "1.03", "0.05"]

-- means with a weight
SELECT g, sum(x * w) / sum(w), sum(x) / sum(w) FROM (VALUES ('a', DECIMAL '1.50', DECIMAL '2.5'), ('a', DECIMAL '2.50', DECIMAL '1.0'), ('b', DECIMAL '1.00', DECIMAL '3.0')) AS t (g, x, w) GROUP BY g ORDER BY g
--: string, decimal(38,3), decimal(38,2)
--= ["a", "1.786", "1.14"]
--= ["b", "1.000", "0.33"]
