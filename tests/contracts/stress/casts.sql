-- Casts: from text, to text, and those that may fail.

-- text with a point to INTEGER
SELECT x, TRY_CAST(x AS INTEGER) FROM (VALUES '7.0', '7.5', '-7.9') AS t (x) ORDER BY x
--: string, int
--= ["-7.9", null]
--= ["7.0", null]
--= ["7.5", null]

-- text with an exponent to INTEGER
SELECT x, TRY_CAST(x AS INTEGER) FROM (VALUES '1e3', '1E3') AS t (x) ORDER BY x
--: string, int
--= ["1E3", null]
--= ["1e3", null]

-- text with underscores, hexadecimal digits or signs to INTEGER
SELECT x, TRY_CAST(x AS INTEGER) FROM (VALUES '1_000', '0x10', '+7', '-7', '007', '--7') AS t (x) ORDER BY x
--: string, int
--= ["+7", 7]
--= ["--7", null]
--= ["-7", -7]
--= ["007", 7]
--= ["0x10", null]
--= ["1_000", null]

-- text with blanks to INTEGER
SELECT TRY_CAST(x AS INTEGER) FROM (VALUES ' 7', '7 ', '', ' ') AS t (x) ORDER BY x
--: int
--= [null]
--= [null]
--= [7]
--= [7]

-- text to INTEGER out of range
SELECT TRY_CAST(x AS INTEGER) FROM (VALUES '2147483647', '2147483648', '-2147483648') AS t (x) ORDER BY x
--: int
--= [-2147483648]
--= [2147483647]
--= [null]

-- text to BIGINT
SELECT TRY_CAST(x AS BIGINT) FROM (VALUES '7.0', '1e3', '9223372036854775807', '9223372036854775808') AS t (x) ORDER BY x
--: bigint
--= [null]
--= [null]
--= [9223372036854775807]
--= [null]

-- text that is no INTEGER fails a CAST
SELECT CAST(x AS INTEGER) FROM (VALUES '7.0') AS t (x)
--! INVALID_CAST_ARGUMENT

-- text to BOOLEAN
SELECT x, TRY_CAST(x AS BOOLEAN) FROM (VALUES 'true', 'TRUE', 't', 'T', '1', 'false', 'f', '0') AS t (x) ORDER BY x
--: string, boolean
--= ["0", false]
--= ["1", true]
--= ["T", true]
--= ["TRUE", true]
--= ["f", false]
--= ["false", false]
--= ["t", true]
--= ["true", true]

-- other text to BOOLEAN
SELECT x, TRY_CAST(x AS BOOLEAN) FROM (VALUES 'yes', 'no', 'y', 'n', 'on', 'off', '', ' true') AS t (x) ORDER BY x
--: string, boolean
--= ["", null]
--= [" true", null]
--= ["n", null]
--= ["no", null]
--= ["off", null]
--= ["on", null]
--= ["y", null]
--= ["yes", null]

-- text to DATE
SELECT x, TRY_CAST(x AS DATE) FROM (VALUES '2024-05-30', '2024-5-3', '2024-02-30', '') AS t (x) ORDER BY x
--: string, date
--= ["", null]
--= ["2024-02-30", null]
--= ["2024-05-30", "2024-05-30"]
--= ["2024-5-3", "2024-05-03"]

-- text with slashes or a time to DATE
SELECT x, TRY_CAST(x AS DATE) FROM (VALUES '2024/05/30', '2024-05-30 01:02:03', '20240530', '2024-05-30T00:00:00') AS t (x) ORDER BY x
--: string, date
--= ["2024-05-30 01:02:03", null]
--= ["2024-05-30T00:00:00", null]
--= ["2024/05/30", null]
--= ["20240530", null]

-- text with blanks to DATE
SELECT TRY_CAST(x AS DATE) FROM (VALUES ' 2024-05-30', '2024-05-30 ') AS t (x) ORDER BY x
--: date
--= ["2024-05-30"]
--= ["2024-05-30"]

-- text to TIMESTAMP
SELECT x, TRY_CAST(x AS TIMESTAMP) FROM (VALUES '2024-05-30 01:02:03', '2024-05-30 01:02:03.5', '2024-05-30 01:02', '2024-05-30') AS t (x) ORDER BY x
--: string, timestamp
--= ["2024-05-30", "2024-05-30 00:00:00"]
--= ["2024-05-30 01:02", "2024-05-30 01:02:00"]
--= ["2024-05-30 01:02:03", "2024-05-30 01:02:03"]
--= ["2024-05-30 01:02:03.5", "2024-05-30 01:02:03.500000"]

-- text with T or Z to TIMESTAMP
SELECT x, TRY_CAST(x AS TIMESTAMP) FROM (VALUES '2024-05-30T01:02:03', '2024-05-30T01:02:03Z', '2024-05-30 01:02:03Z', '2024-05-30 01:02:03+08:00') AS t (x) ORDER BY x
--: string, timestamp
--= ["2024-05-30 01:02:03+08:00", "2024-05-30 01:02:03"]
--= ["2024-05-30 01:02:03Z", "2024-05-30 01:02:03"]
--= ["2024-05-30T01:02:03", null]
--= ["2024-05-30T01:02:03Z", null]

-- text that is no time to TIMESTAMP
SELECT TRY_CAST(x AS TIMESTAMP) FROM (VALUES '2024-05-30 25:00:00', '2024-05-30 1:2:3', '2024/05/30 01:02:03', '') AS t (x) ORDER BY x
--: timestamp
--= [null]
--= ["2024-05-30 01:02:03"]
--= [null]
--= [null]

-- text to DOUBLE
SELECT TRY_CAST(x AS DOUBLE) FROM (VALUES '1.5', '1e2', '.5', '5.', '-0', '+1.5') AS t (x) ORDER BY x
--: double
--= [1.5]
--= [-0.0]
--= [0.5]
--= [1.5]
--= [100.0]
--= [5.0]

-- text with a letter of its type to DOUBLE
SELECT x, TRY_CAST(x AS DOUBLE) FROM (VALUES '1.5d', '1.5f', '1_000.5', '0x1p3', ' 1.5 ', '') AS t (x) ORDER BY x
--: string, double
--= ["", null]
--= [" 1.5 ", 1.5]
--= ["0x1p3", 8.0]
--= ["1.5d", 1.5]
--= ["1.5f", 1.5]
--= ["1_000.5", null]
--x athena, duckdb, spark

-- text of NaN and infinity to DOUBLE
SELECT x, TRY_CAST(x AS DOUBLE) FROM (VALUES 'NaN', 'nan', 'Infinity', 'inf', '-Infinity', 'infinity') AS t (x) ORDER BY x
--: string, double
--= ["-Infinity", "-inf"]
--= ["Infinity", "inf"]
--= ["NaN", "nan"]
--= ["inf", null]
--= ["infinity", null]
--= ["nan", null]

-- text to DECIMAL
SELECT x, TRY_CAST(x AS DECIMAL(9, 2)) FROM (VALUES '1.5', '1e2', '.5', '5.', ' 1.5', '1_0', '', '12345678.5') AS t (x) ORDER BY x
--: string, decimal(9,2)
--= ["", null]
--= [" 1.5", null]
--= [".5", "0.50"]
--= ["1.5", "1.50"]
--= ["12345678.5", null]
--= ["1_0", null]
--= ["1e2", "100.00"]
--= ["5.", "5.00"]

-- DOUBLE to text
SELECT CAST(x AS VARCHAR) FROM (VALUES 1.5, 100.0, 0.001, 1e20, -0.0, CAST('NaN' AS DOUBLE), CAST('Infinity' AS DOUBLE)) AS t (x) ORDER BY x
--: string
--= ["-0E0"]
--= ["1.0E-3"]
--= ["1.5E0"]
--= ["1.0E2"]
--= ["1.0E20"]
--= ["Infinity"]
--= ["NaN"]

-- DOUBLE in a concatenation
SELECT 'x' || CAST(x AS VARCHAR) FROM (VALUES 12345678.9) AS t (x)
--: string
--= ["x1.23456789E7"]

-- TIMESTAMP to text
SELECT CAST(x AS VARCHAR) FROM (VALUES TIMESTAMP '2024-05-30 01:02:03', TIMESTAMP '2024-05-30 00:00:00') AS t (x) ORDER BY 1
--: string
--= ["2024-05-30 00:00:00"]
--= ["2024-05-30 01:02:03"]

-- DECIMAL to text
SELECT CAST(x AS VARCHAR) FROM (VALUES DECIMAL '0.50', DECIMAL '-1.00') AS t (x) ORDER BY 1
--: string
--= ["-1.00"]
--= ["0.50"]

-- BOOLEAN and DATE to text
SELECT CAST(x AS VARCHAR), CAST(DATE '2024-05-03' AS VARCHAR) FROM (VALUES TRUE, FALSE) AS t (x) ORDER BY 1
--: string, string
--= ["false", "2024-05-03"]
--= ["true", "2024-05-03"]

-- whole number to text
SELECT CAST(n AS VARCHAR) FROM (VALUES 7, -7, NULL) AS t (n) ORDER BY 1
--: string
--= ["-7"]
--= ["7"]
--= [null]

-- text to a shorter text
SELECT CAST(x AS VARCHAR(2)) FROM (VALUES 'abc', '裕廊x') AS t (x) ORDER BY 1
--: string
--= ["ab"]
--= ["裕廊"]

-- text to CHAR
SELECT CAST(x AS CHAR(3)) || '|' FROM (VALUES 'ab') AS t (x)
--: string
--= ["ab |"]
--x athena, duckdb

-- DOUBLE to INTEGER
SELECT CAST(x AS INTEGER) FROM (VALUES 0.5, 1.5, 2.5, -0.5, -1.5) AS t (x) ORDER BY x
--: int
--= [-2]
--= [-1]
--= [1]
--= [2]
--= [3]

-- DECIMAL to INTEGER
SELECT CAST(x AS INTEGER) FROM (VALUES DECIMAL '0.5', DECIMAL '1.5', DECIMAL '2.5', DECIMAL '-0.5') AS t (x) ORDER BY x
--: int
--= [-1]
--= [1]
--= [2]
--= [3]

-- DOUBLE that does not fit to INTEGER
SELECT TRY_CAST(x AS INTEGER) FROM (VALUES 1e10, CAST('NaN' AS DOUBLE), CAST('Infinity' AS DOUBLE)) AS t (x)
--: int
--= [null]
--= [null]
--= [null]

-- a whole number that does not fit
SELECT TRY_CAST(n AS TINYINT), TRY_CAST(n AS SMALLINT) FROM (VALUES 127, 128, 40000) AS t (n) ORDER BY n
--: tinyint, smallint
--= [127, 127]
--= [null, 128]
--= [null, null]

-- BOOLEAN to number and back
SELECT CAST(b AS INTEGER), CAST(0 AS BOOLEAN), CAST(2 AS BOOLEAN) FROM (VALUES TRUE) AS t (b)
--: int, boolean, boolean
--= [1, false, true]

-- TIMESTAMP to DATE
SELECT CAST(x AS DATE) FROM (VALUES TIMESTAMP '2024-05-30 23:59:59', TIMESTAMP '1969-12-31 23:59:59') AS t (x) ORDER BY 1
--: date
--= ["1969-12-31"]
--= ["2024-05-30"]

-- DATE to TIMESTAMP
SELECT CAST(x AS TIMESTAMP) FROM (VALUES DATE '2024-05-30') AS t (x)
--: timestamp
--= ["2024-05-30 00:00:00"]

-- REAL keeps seven digits
SELECT CAST(x AS REAL) = CAST('0.1' AS REAL), CAST(CAST(x AS REAL) AS DOUBLE) FROM (VALUES 0.1) AS t (x)
--: boolean, double
--= [true, 0.10000000149011612]

-- a text put together, to INTEGER
SELECT TRY_CAST(x || '.0' AS INTEGER), TRY_CAST(x || '0' AS INTEGER) FROM (VALUES '7') AS t (x)
--: int, int
--= [null, 70]

-- a text put together, to INTEGER, that has a point
SELECT CAST(x || '.0' AS INTEGER) FROM (VALUES '7') AS t (x)
--! INVALID_CAST_ARGUMENT

-- text of a window, to INTEGER
SELECT CAST(lag(x) OVER (ORDER BY x) AS INTEGER), CAST(max(x) OVER () AS INTEGER), TRY_CAST(lag(x) OVER (ORDER BY x) AS INTEGER) FROM (VALUES '7', '8') AS t (x) ORDER BY x
--: int, int, int
--= [null, 8, null]
--= [7, 8, 7]

-- text of an aggregate and of a subquery, to INTEGER
SELECT CAST(max(x) AS INTEGER), TRY_CAST(min(x) AS BIGINT), CAST((SELECT '7') AS INTEGER) FROM (VALUES '7', '8') AS t (x)
--: int, bigint, int
--= [8, 7, 7]

-- REAL to text
SELECT CAST(CAST(x AS REAL) AS VARCHAR) FROM (VALUES 0.1, 16777216.0, -0.0, 3.4e38) AS t (x) ORDER BY 1
--: string
--= ["-0E0"]
--= ["1.0E-1"]
--= ["1.677722E7"]
--= ["3.4E38"]

-- DOUBLE of an aggregate, a window and a subquery to text
SELECT CAST(avg(x) AS VARCHAR), CAST(max(x) AS VARCHAR), CAST((SELECT 1.5) AS VARCHAR) FROM (VALUES 1.5, 2.5) AS t (x)
--: string, string, string
--= ["2.0E0", "2.5E0", "1.5E0"]

-- an array of DOUBLE to texts
SELECT CAST(ARRAY[x, 2.0] AS ARRAY(VARCHAR)) FROM (VALUES 1.5) AS t (x)
--: array<string>
--= ["[1.5E0, 2.0E0]"]

-- a map of DOUBLE to texts
SELECT CAST(MAP(ARRAY['a'], ARRAY[x]) AS MAP(VARCHAR, VARCHAR)) FROM (VALUES 1.5) AS t (x)
--: map<string,string>
--= ["{a=1.5E0}"]
--x athena, duckdb

-- a number to a text that is too short
SELECT CAST(x AS VARCHAR(3)) FROM (VALUES 1234) AS t (x)
--! INVALID_CAST_ARGUMENT

-- numbers and texts to a shorter text, tried
SELECT TRY_CAST(x AS VARCHAR(2)), TRY_CAST(n AS VARCHAR(2)) FROM (VALUES ('abc', 123), ('a', 1)) AS t (x, n) ORDER BY n
--: string, string
--= ["a", "1"]
--= ["ab", null]

-- BOOLEAN to numbers
SELECT CAST(x AS DOUBLE), CAST(x AS VARCHAR), CAST(TRUE AS DOUBLE) FROM (VALUES TRUE) AS t (x)
--: double, string, double
--= [1.0, "true", 1.0]

-- text with a sign to DATE, and an hour too many
SELECT TRY_CAST(x AS DATE), TRY_CAST(x AS TIMESTAMP) FROM (VALUES '+2024-05-30', '2024-05-30 24:00:00', '2024-05-30 1:2:3.') AS t (x) ORDER BY x
--: date, timestamp
--= ["2024-05-30", "2024-05-30 00:00:00"]
--= [null, null]
--= [null, null]

-- text with a suffix to DOUBLE and REAL
SELECT TRY_CAST(x AS DOUBLE), CAST('1.5D' AS REAL) FROM (VALUES '1d', 'NaNd', '.d', '1e2f') AS t (x) ORDER BY x
--: double, float
--= [null, 1.5]
--= [1.0, 1.5]
--= [100.0, 1.5]
--= [null, 1.5]

-- the smallest DOUBLEs as texts
SELECT CAST(x AS VARCHAR) FROM (VALUES 5e-324, 1e-323, 2e-323, 4.4e-323, 5e-323, 9e-323, 1e-322, 2.5e-322, 2.2250738585072014e-308, -5e-324) AS t (x) ORDER BY x
--: string
--= ["-4.9E-324"]
--= ["4.9E-324"]
--= ["1.0E-323"]
--= ["2.0E-323"]
--= ["4.4E-323"]
--= ["4.9E-323"]
--= ["8.9E-323"]
--= ["1.0E-322"]
--= ["2.5E-322"]
--= ["2.2250738585072014E-308"]

-- the largest DOUBLEs as texts
SELECT CAST(x AS VARCHAR) FROM (VALUES 1.7976931348623157e308, -1.7976931348623157e308, 9007199254740993e0, 1e22, 123456789012345678e0) AS t (x) ORDER BY x
--: string
--= ["-1.7976931348623157E308"]
--= ["9.007199254740992E15"]
--= ["1.2345678901234568E17"]
--= ["1.0E22"]
--= ["1.7976931348623157E308"]

-- a DOUBLE whose shortest text lies halfway to the next one
SELECT CAST(x AS VARCHAR) FROM (VALUES 1e23, 8.41e21) AS t (x) ORDER BY x
--: string
--= ["8.409999999999999E21"]
--= ["9.999999999999999E22"]
--x athena, duckdb
