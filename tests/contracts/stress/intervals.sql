-- Intervals, by themselves and with times.

-- years and months
SELECT INTERVAL '35' YEAR, INTERVAL '-14' MONTH, INTERVAL '1-2' YEAR TO MONTH
--: interval year to month, interval year to month, interval year to month
--= ["35-0", "-1-2", "1-2"]

-- days and seconds
SELECT INTERVAL '1' DAY, INTERVAL '2 03:04:05.678' DAY TO SECOND, INTERVAL - '3' HOUR, INTERVAL '1.5' SECOND
--: interval day to second, interval day to second, interval day to second, interval day to second
--= ["1 00:00:00.000", "2 03:04:05.678", "-0 03:00:00.000", "0 00:00:01.500"]

-- spans
SELECT INTERVAL '10:20' HOUR TO MINUTE, INTERVAL '10' DAY TO SECOND, INTERVAL '10:20:30.5' HOUR TO SECOND, INTERVAL '20:30' MINUTE TO SECOND
--: interval day to second, interval day to second, interval day to second, interval day to second
--= ["0 10:20:00.000", "10 00:00:00.000", "0 10:20:30.500", "0 00:20:30.000"]

-- weeks
SELECT INTERVAL '1' WEEK
--! TYPE_NOT_FOUND

-- quarters
SELECT INTERVAL '1' QUARTER
--! TYPE_NOT_FOUND

-- a fraction of a day
SELECT INTERVAL '1.5' DAY
--! INVALID_LITERAL

-- no number
SELECT INTERVAL 'x' DAY
--! INVALID_LITERAL

-- products
SELECT 3 * INTERVAL '2' DAY, INTERVAL '2' DAY * 1.5, INTERVAL '3' MONTH * 2, INTERVAL '1' SECOND * 0.3335
--: interval day to second, interval day to second, interval year to month, interval day to second
--= ["6 00:00:00.000", "3 00:00:00.000", "0-6", "0 00:00:00.333"]

-- quotients
SELECT INTERVAL '2' DAY / 2, INTERVAL '1' SECOND / 3, INTERVAL '7' MONTH / 2, INTERVAL '-7' MONTH / 2
--: interval day to second, interval day to second, interval year to month, interval year to month
--= ["1 00:00:00.000", "0 00:00:00.333", "0-3", "-0-3"]

-- a quotient of intervals
SELECT INTERVAL '1' DAY / INTERVAL '1' HOUR
--! TYPE_MISMATCH

-- sums and differences
SELECT INTERVAL '2' DAY + INTERVAL '3' HOUR, INTERVAL '2' YEAR - INTERVAL '3' MONTH, -INTERVAL '1' DAY
--: interval day to second, interval year to month, interval day to second
--= ["2 03:00:00.000", "1-9", "-1 00:00:00.000"]

-- a product with a column
SELECT n * INTERVAL '1' DAY FROM (VALUES 2, NULL) AS t (n) ORDER BY n
--: interval day to second
--= ["2 00:00:00.000"]
--= [null]

-- comparisons
SELECT INTERVAL '2' DAY > INTERVAL '47' HOUR, INTERVAL '12' MONTH = INTERVAL '1' YEAR, INTERVAL '1' DAY = INTERVAL '24' HOUR
--: boolean, boolean, boolean
--= [true, true, true]

-- a comparison of both types
SELECT INTERVAL '30' DAY = INTERVAL '1' MONTH
--! TYPE_MISMATCH

-- texts of intervals
SELECT CAST(INTERVAL '2' DAY AS VARCHAR), CAST(INTERVAL '3' MONTH AS VARCHAR), CAST(INTERVAL '2' DAY - INTERVAL '2' DAY AS VARCHAR)
--: string, string, string
--= ["2 00:00:00.000", "0-3", "0 00:00:00.000"]

-- fields of intervals
SELECT extract(day FROM INTERVAL '50' HOUR), extract(hour FROM INTERVAL '50' HOUR), hour(INTERVAL '50' HOUR), extract(minute FROM INTERVAL '90' MINUTE), extract(year FROM INTERVAL '14' MONTH), month(INTERVAL '14' MONTH)
--: bigint, bigint, bigint, bigint, bigint, bigint
--= [2, 2, 2, 30, 1, 2]

-- fields of negative intervals
SELECT extract(day FROM INTERVAL '-50' HOUR), extract(hour FROM INTERVAL '-50' HOUR), extract(year FROM INTERVAL '-14' MONTH), month(INTERVAL '-14' MONTH)
--: bigint, bigint, bigint, bigint
--= [-2, -2, -1, -2]

-- aggregates of intervals
SELECT max(i), min(i), sum(i), avg(i) FROM (VALUES INTERVAL '10' DAY, INTERVAL '3' DAY) AS t (i)
--: interval day to second, interval day to second, interval day to second, interval day to second
--= ["10 00:00:00.000", "3 00:00:00.000", "13 00:00:00.000", "6 12:00:00.000"]

-- aggregates of months
SELECT sum(i), avg(i) FROM (VALUES INTERVAL '10' MONTH, INTERVAL '3' MONTH) AS t (i)
--: interval year to month, interval year to month
--= ["1-1", "0-7"]

-- order of intervals
SELECT i AS x FROM (VALUES INTERVAL '10' DAY, INTERVAL '2' DAY) AS t (i) ORDER BY x DESC
--: interval day to second
--= ["10 00:00:00.000"]
--= ["2 00:00:00.000"]

-- groups of intervals
SELECT i, count(*) FROM (VALUES INTERVAL '10' DAY, INTERVAL '240' HOUR) AS t (i) GROUP BY i
--: interval day to second, bigint
--= ["10 00:00:00.000", 2]

-- an interval in a subquery
SELECT * FROM (SELECT INTERVAL '1' DAY AS i, 1 AS n) AS t
--: interval day to second, int
--= ["1 00:00:00.000", 1]

-- a UNION of intervals
SELECT INTERVAL '1' DAY AS i UNION ALL SELECT INTERVAL '2' HOUR ORDER BY 1
--: interval day to second
--= ["0 02:00:00.000"]
--= ["1 00:00:00.000"]

-- NULLs of intervals
SELECT coalesce(NULL, INTERVAL '1' DAY), if(false, INTERVAL '1' DAY), nullif(INTERVAL '1' DAY, INTERVAL '1' DAY)
--: interval day to second, interval day to second, interval day to second
--= ["1 00:00:00.000", null, null]

-- an interval in an array
SELECT ARRAY[INTERVAL '1' DAY]
--: array<interval day to second>
--= ["[1 00:00:00.000]"]
--x athena, duckdb

-- milliseconds of a difference
SELECT to_milliseconds(a - b), to_milliseconds(INTERVAL '2' DAY) FROM (VALUES (TIMESTAMP '2024-12-31 10:00:00', TIMESTAMP '2024-12-31 09:59:58.5')) AS t (a, b)
--: bigint, bigint
--= [1500, 172800000]

-- parse_duration
SELECT parse_duration('3.5d'), parse_duration('42.8ms'), parse_duration('1h'), parse_duration('1 d')
--: interval day to second, interval day to second, interval day to second, interval day to second
--= ["3 12:00:00.000", "0 00:00:00.043", "0 01:00:00.000", "1 00:00:00.000"]

-- parse_duration of a number
SELECT parse_duration('5')
--! INVALID_FUNCTION_ARGUMENT

-- human_readable_seconds
SELECT human_readable_seconds(96), human_readable_seconds(3762.5), human_readable_seconds(56363463), human_readable_seconds(0), human_readable_seconds(59.6), human_readable_seconds(-96)
--: string, string, string, string, string, string
--= ["1 minute, 36 seconds", "1 hour, 2 minutes, 43 seconds", "93 weeks, 1 day, 8 hours, 31 minutes, 3 seconds", "0 seconds", "1 minute", "1 minute, 36 seconds"]

-- a DATE and days, months, years
SELECT INTERVAL '2' DAY + DATE '2024-01-01', DATE '2024-01-31' + INTERVAL '1' MONTH, DATE '2024-02-29' + INTERVAL '1' YEAR, DATE '2024-03-31' - INTERVAL '1' MONTH
--: date, date, date, date
--= ["2024-01-03", "2024-02-29", "2025-02-28", "2024-02-29"]

-- a DATE and hours
SELECT DATE '2024-01-01' + INTERVAL '1' HOUR
--! INVALID_FUNCTION_ARGUMENT

-- a DATE of a column and hours
SELECT d - INTERVAL '1' HOUR FROM (VALUES DATE '2024-01-01') AS t (d)
--! INVALID_FUNCTION_ARGUMENT

-- a DATE and a column's days
SELECT d + n * INTERVAL '1' DAY, month(d + INTERVAL '1' MONTH) FROM (VALUES (DATE '2024-05-30', 5)) AS t (d, n)
--: date, bigint
--= ["2024-06-04", 6]

-- a DATE and a number
SELECT DATE '2024-05-30' + 1
--! TYPE_MISMATCH

-- a DATE and a TIME
SELECT DATE '2024-05-30' + TIME '10:00:00'
--! TYPE_MISMATCH

-- differences of dates
SELECT DATE '2024-03-01' - DATE '2024-02-01', DATE '2024-02-01' - DATE '2024-03-01', DATE '2024-01-01' - TIMESTAMP '2024-01-01 10:00:00'
--: interval day to second, interval day to second, interval day to second
--= ["29 00:00:00.000", "-29 00:00:00.000", "-0 10:00:00.000"]

-- differences of columns
SELECT a - b, a - b > INTERVAL '1' DAY FROM (VALUES (TIMESTAMP '2024-03-01 10:00:00', TIMESTAMP '2024-02-01 11:00:00.123')) AS t (a, b)
--: interval day to second, boolean
--= ["28 22:59:59.877", true]

-- differences of aggregates
SELECT max(d) - min(d), max(at) - min(at) FROM (VALUES (DATE '2024-12-31', TIMESTAMP '2024-12-31 10:00:00'), (DATE '2024-12-01', TIMESTAMP '2024-12-01 00:00:00')) AS t (d, at)
--: interval day to second, interval day to second
--= ["30 00:00:00.000", "30 10:00:00.000"]

-- differences in a window
SELECT d - lag(d) OVER (ORDER BY d) FROM (VALUES DATE '2024-12-31', DATE '2024-12-01') AS t (d) ORDER BY d
--: interval day to second
--= [null]
--= ["30 00:00:00.000"]

-- differences of two sources
SELECT a.d - b.d, extract(day FROM a.d - b.d) FROM (VALUES DATE '2024-12-31') AS a (d) CROSS JOIN (VALUES DATE '2024-12-01') AS b (d)
--: interval day to second, bigint
--= ["30 00:00:00.000", 30]

-- aggregates of differences
SELECT avg(a - b), sum(a - b) FROM (VALUES (TIMESTAMP '2024-03-01 10:00:00', TIMESTAMP '2024-02-01 11:00:00')) AS t (a, b)
--: interval day to second, interval day to second
--= ["28 23:00:00.000", "28 23:00:00.000"]
--x athena, duckdb

-- a sequence of days
SELECT d FROM UNNEST(sequence(DATE '2024-05-30', DATE '2024-06-01')) AS t (d)
--: date
--= ["2024-05-30"]
--= ["2024-05-31"]
--= ["2024-06-01"]

-- a sequence of months' ends
SELECT d FROM UNNEST(sequence(DATE '2024-01-31', DATE '2024-04-30', INTERVAL '1' MONTH)) AS t (d)
--: date
--= ["2024-01-31"]
--= ["2024-02-29"]
--= ["2024-03-31"]
--= ["2024-04-30"]

-- a sequence of hours
SELECT d FROM UNNEST(sequence(TIMESTAMP '2024-05-30 00:00:00', TIMESTAMP '2024-05-30 02:00:00', INTERVAL '1' HOUR)) AS t (d)
--: timestamp
--= ["2024-05-30 00:00:00"]
--= ["2024-05-30 01:00:00"]
--= ["2024-05-30 02:00:00"]

-- a sequence of days down
SELECT sequence(DATE '2024-06-01', DATE '2024-05-30', INTERVAL '-1' DAY)
--: array<date>
--= ["[2024-06-01, 2024-05-31, 2024-05-30]"]

-- texts after intervals
SELECT CAST(date_add('day', 1, TIMESTAMP '2024-01-31 10:00:00') AS VARCHAR), CAST(TIMESTAMP '2024-01-31 10:00:00' + INTERVAL '1' DAY AS VARCHAR), CAST(TIMESTAMP '2024-01-31 10:00:00' + INTERVAL '1' MONTH AS VARCHAR)
--: string, string, string
--= ["2024-02-01 10:00:00", "2024-02-01 10:00:00.000", "2024-02-29 10:00:00"]

-- TIME and intervals
SELECT TIME '10:00:00' + INTERVAL '3' HOUR, TIME '23:00:00' + INTERVAL '3' HOUR, TIME '10:20:30' + INTERVAL '1' DAY, TIME '10:00:00' - TIME '09:00:00'
--: time, time, time, interval day to second
--= ["13:00:00.000", "02:00:00.000", "10:20:30.000", "0 01:00:00.000"]

-- TIME and months
SELECT TIME '10:20:30' + INTERVAL '1' MONTH
--! TYPE_MISMATCH
