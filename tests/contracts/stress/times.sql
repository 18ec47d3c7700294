-- Times: zones, units, fields, ends of months.

-- hour of an instant with its own offset
SELECT hour(from_iso8601_timestamp('2024-05-30T08:00:00+08:00'))
--: bigint
--= [8]

-- day of an instant with its own offset
SELECT day(x), CAST(x AS DATE), date_trunc('day', x) FROM (SELECT from_iso8601_timestamp('2024-05-30T01:00:00+08:00') AS x) AS t
--: bigint, date, timestamp with time zone
--= [30, "2024-05-30", "2024-05-30 00:00:00.000 +08:00"]

-- an instant as a TIMESTAMP is its local time
SELECT CAST(from_iso8601_timestamp('2024-05-30T08:00:00+08:00') AS TIMESTAMP)
--: timestamp
--= ["2024-05-30 08:00:00"]

-- an instant compared with another zone's
SELECT from_iso8601_timestamp('2024-05-30T08:00:00+08:00') = from_iso8601_timestamp('2024-05-30T00:00:00Z')
--: boolean
--= [true]

-- date_format of an instant with its own offset
SELECT date_format(from_iso8601_timestamp('2024-05-30T08:00:00+08:00'), '%H:%i')
--: string
--= ["08:00"]

-- from_unixtime with a zone
SELECT hour(from_unixtime(0, 'Asia/Singapore')), CAST(from_unixtime(0, 'Asia/Singapore') AS DATE)
--: bigint, date
--= [7, "1970-01-01"]

-- from_unixtime
SELECT from_unixtime(n) FROM (VALUES 0, 1717027200) AS t (n) ORDER BY n
--: timestamp with time zone
--= ["1970-01-01 00:00:00.000 UTC"]
--= ["2024-05-30 00:00:00.000 UTC"]

-- hour of from_unixtime
SELECT hour(from_unixtime(n)) FROM (VALUES 3600) AS t (n)
--: bigint
--= [1]

-- a literal with a zone
SELECT hour(TIMESTAMP '2024-05-30 08:00:00 Asia/Singapore')
--: bigint
--= [8]

-- a literal with an offset
SELECT hour(TIMESTAMP '2024-05-30 08:00:00 +08:00')
--: bigint
--= [8]

-- a literal in UTC
SELECT TIMESTAMP '2024-05-30 08:00:00 UTC'
--: timestamp with time zone
--= ["2024-05-30 08:00:00.000 UTC"]

-- a TIMESTAMP AT TIME ZONE
SELECT CAST(TIMESTAMP '2024-05-30 08:00:00' AT TIME ZONE 'Asia/Singapore' AS VARCHAR), hour(TIMESTAMP '2024-05-30 08:00:00' AT TIME ZONE 'Asia/Singapore')
--: string, bigint
--= ["2024-05-30 16:00:00 Asia/Singapore", 16]

-- a column AT TIME ZONE
SELECT hour(at AT TIME ZONE 'Asia/Singapore'), CAST(at AT TIME ZONE 'Asia/Singapore' AS DATE) FROM (VALUES TIMESTAMP '2024-05-30 20:00:00') AS t (at)
--: bigint, date
--= [4, "2024-05-31"]

-- an instant AT TIME ZONE
SELECT hour(from_iso8601_timestamp('2024-05-30T08:00:00Z') AT TIME ZONE 'Asia/Singapore')
--: bigint
--= [16]

-- with_timezone and at_timezone
SELECT hour(with_timezone(at, 'Asia/Singapore')), to_unixtime(with_timezone(at, 'Asia/Singapore')) FROM (VALUES TIMESTAMP '2024-05-30 08:00:00') AS t (at)
--: bigint, double
--= [8, 1717027200.0]

-- date_diff counts whole units
SELECT date_diff('hour', a, b), date_diff('day', a, b), date_diff('minute', b, a) FROM (VALUES (TIMESTAMP '2024-05-30 10:59:00', TIMESTAMP '2024-05-30 11:01:00'), (TIMESTAMP '2024-05-30 23:00:00', TIMESTAMP '2024-05-31 22:00:00')) AS t (a, b) ORDER BY a
--: bigint, bigint, bigint
--= [0, 0, -2]
--= [23, 0, -1380]

-- date_diff of months
SELECT date_diff('month', a, b), date_diff('year', a, b), date_diff('week', a, b) FROM (VALUES (DATE '2024-01-31', DATE '2024-02-29'), (DATE '2024-01-15', DATE '2024-02-15')) AS t (a, b) ORDER BY a
--: bigint, bigint, bigint
--= [1, 0, 4]
--= [1, 0, 4]

-- date_add at the ends of months
SELECT date_add('month', 1, d), date_add('day', -1, d), date_add('year', 1, d) FROM (VALUES DATE '2024-01-31', DATE '2024-02-29') AS t (d) ORDER BY d
--: date, date, date
--= ["2024-02-29", "2024-01-30", "2025-01-31"]
--= ["2024-03-29", "2024-02-28", "2025-02-28"]

-- date_add of a TIMESTAMP
SELECT date_add('hour', 5, at), date_add('month', -1, at), date_add('millisecond', 5, at) FROM (VALUES TIMESTAMP '2024-03-31 20:00:00') AS t (at)
--: timestamp, timestamp, timestamp
--= ["2024-04-01 01:00:00", "2024-02-29 20:00:00", "2024-03-31 20:00:00"]

-- DATE and interval
SELECT d + INTERVAL '1' DAY, d - INTERVAL '1' MONTH FROM (VALUES DATE '2024-03-31') AS t (d)
--: date, date
--= ["2024-04-01", "2024-02-29"]

-- TIMESTAMP and interval
SELECT at + INTERVAL '1' MONTH, at - INTERVAL '90' MINUTE, at + INTERVAL '1' YEAR FROM (VALUES TIMESTAMP '2024-01-31 23:00:00') AS t (at)
--: timestamp, timestamp, timestamp
--= ["2024-02-29 23:00:00", "2024-01-31 21:30:00", "2025-01-31 23:00:00"]

-- DATE minus DATE
SELECT DATE '2024-05-30' - DATE '2024-05-29'
--: interval day to second
--= ["1 00:00:00.000"]

-- TIMESTAMP minus TIMESTAMP
SELECT TIMESTAMP '2024-05-30 08:00:00' - TIMESTAMP '2024-05-29 07:00:00'
--: interval day to second
--= ["1 01:00:00.000"]

-- an interval by itself
SELECT INTERVAL '90' MINUTE, INTERVAL '14' MONTH
--: interval day to second, interval year to month
--= ["0 01:30:00.000", "1-2"]

-- date_trunc of a DATE
SELECT date_trunc('month', d), date_trunc('week', d), date_trunc('year', d), date_trunc('quarter', d) FROM (VALUES DATE '2024-06-02') AS t (d)
--: date, date, date, date
--= ["2024-06-01", "2024-05-27", "2024-01-01", "2024-04-01"]

-- date_trunc of a TIMESTAMP
SELECT date_trunc('week', at), date_trunc('quarter', at), date_trunc('second', at), date_trunc('day', at) FROM (VALUES TIMESTAMP '2024-06-02 23:59:59.5', TIMESTAMP '1969-12-31 23:59:59') AS t (at) ORDER BY at
--: timestamp, timestamp, timestamp, timestamp
--= ["1969-12-29 00:00:00", "1969-10-01 00:00:00", "1969-12-31 23:59:59", "1969-12-31 00:00:00"]
--= ["2024-05-27 00:00:00", "2024-04-01 00:00:00", "2024-06-02 23:59:59", "2024-06-02 00:00:00"]

-- fields of a Sunday
SELECT extract(dow FROM d), day_of_week(d), dow(d), extract(DAY_OF_WEEK FROM d) FROM (VALUES DATE '2024-06-02') AS t (d)
--: bigint, bigint, bigint, bigint
--= [7, 7, 7, 7]

-- fields of the first days of a year
SELECT week(d), year(d), year_of_week(d), day_of_year(d), doy(d), extract(week FROM d), extract(yow FROM d) FROM (VALUES DATE '2021-01-03', DATE '2024-12-30') AS t (d) ORDER BY d
--: bigint, bigint, bigint, bigint, bigint, bigint, bigint
--= [53, 2021, 2020, 3, 3, 53, 2020]
--= [1, 2024, 2025, 365, 365, 1, 2025]

-- extract of other fields
SELECT extract(quarter FROM at), extract(hour FROM at), extract(minute FROM at), extract(second FROM at), extract(day FROM at), extract(month FROM at) FROM (VALUES TIMESTAMP '2024-06-02 23:59:58.5') AS t (at)
--: bigint, bigint, bigint, bigint, bigint, bigint
--= [2, 23, 59, 58, 2, 6]

-- extract of fields that Trino refuses
SELECT extract(epoch FROM at) FROM (VALUES TIMESTAMP '2024-06-02 23:59:58') AS t (at)
--! SYNTAX_ERROR

-- millisecond
SELECT millisecond(at), second(at) FROM (VALUES TIMESTAMP '2024-06-02 23:59:58.123') AS t (at)
--: bigint, bigint
--= [123, 58]

-- fields of NULL
SELECT hour(at), date_trunc('day', at) FROM (VALUES CAST(NULL AS TIMESTAMP)) AS t (at)
--: bigint, timestamp
--= [null, null]

-- to_unixtime before the epoch, with a fraction
SELECT to_unixtime(at) FROM (VALUES TIMESTAMP '1969-12-31 23:59:59.5', TIMESTAMP '2024-05-30 00:00:00') AS t (at) ORDER BY 1
--: double
--= [-0.5]
--= [1717027200.0]

-- date_format: the specifiers of a date
SELECT date_format(at, '%Y-%m-%d %a %b %c %e %j %W %M %y') FROM (VALUES TIMESTAMP '2024-06-02 03:04:05') AS t (at)
--: string
--= ["2024-06-02 Sun Jun 6 2 154 Sunday June 24"]

-- date_format: the specifiers of a time
SELECT date_format(at, '%H:%i:%s %h %I %k %l %p %r %T %f %S') FROM (VALUES TIMESTAMP '2024-06-02 13:04:05.678') AS t (at)
--: string
--= ["13:04:05 01 01 13 1 PM 01:04:05 PM 13:04:05 678000 05"]

-- date_format: weeks
SELECT date_format(at, '%v %x') FROM (VALUES TIMESTAMP '2021-01-03 00:00:00') AS t (at)
--: string
--= ["53 2020"]

-- date_format: specifiers that Trino refuses
SELECT date_format(at, '%U') FROM (VALUES TIMESTAMP '2024-06-02 13:04:05') AS t (at)
--! INVALID_FUNCTION_ARGUMENT

-- date_format of a DATE
SELECT date_format(d, '%d/%m/%Y') FROM (VALUES DATE '2024-06-02') AS t (d)
--: string
--= ["02/06/2024"]

-- date_parse
SELECT date_parse('2024-06-02 13:04', '%Y-%m-%d %H:%i'), date_parse('02/06/24', '%d/%m/%y'), date_parse('2-Jun-2024', '%e-%b-%Y')
--: timestamp, timestamp, timestamp
--= ["2024-06-02 13:04:00", "2024-06-02 00:00:00", "2024-06-02 00:00:00"]

-- format_datetime and parse_datetime
SELECT format_datetime(at, 'yyyy-MM-dd HH:mm:ss.SSS EEE') FROM (VALUES TIMESTAMP '2024-06-02 13:04:05.678') AS t (at)
--: string
--= ["2024-06-02 13:04:05.678 Sun"]

-- to_iso8601
SELECT to_iso8601(at), to_iso8601(CAST(at AS DATE)) FROM (VALUES TIMESTAMP '2024-06-02 13:04:05') AS t (at)
--: string, string
--= ["2024-06-02T13:04:05", "2024-06-02"]

-- last_day_of_month
SELECT last_day_of_month(d) FROM (VALUES DATE '2024-02-01') AS t (d)
--: date
--= ["2024-02-29"]

-- a DATE compared with a TIMESTAMP
SELECT d = at, d < at FROM (VALUES (DATE '2024-05-30', TIMESTAMP '2024-05-30 08:00:00')) AS t (d, at)
--: boolean, boolean
--= [false, true]

-- a DATE compared with a text
SELECT d = '2024-05-30' FROM (VALUES DATE '2024-05-30') AS t (d)
--! TYPE_MISMATCH

-- a TIMESTAMP in BETWEEN with texts
SELECT at BETWEEN '2024-05-29' AND '2024-05-31' FROM (VALUES TIMESTAMP '2024-05-30 08:00:00') AS t (at)
--! TYPE_MISMATCH

-- a fraction of a second is kept
SELECT at = TIMESTAMP '2024-05-30 08:00:00', at FROM (VALUES TIMESTAMP '2024-05-30 08:00:00.123') AS t (at)
--: boolean, timestamp
--= [false, "2024-05-30 08:00:00.123000"]

-- DATE of a text
SELECT date(x) FROM (VALUES '2024-05-30') AS t (x)
--: date
--= ["2024-05-30"]

-- a day that does not exist
SELECT DATE '2024-02-30'
--! INVALID_LITERAL

-- date_add of hours to a DATE
SELECT date_add('hour', 1, DATE '2024-01-31')
--! INVALID_FUNCTION_ARGUMENT

-- date_add of an unknown unit
SELECT date_add('decade', 1, DATE '2024-01-31')
--! INVALID_FUNCTION_ARGUMENT

-- date_add of a column's unit
SELECT date_add(u, 1, DATE '2024-01-31') FROM (VALUES 'day', 'month') AS t (u)
--: date
--= ["2024-02-01"]
--= ["2024-02-29"]
--x athena, duckdb

-- date_add of other units, and of NULL
SELECT date_add('quarter', 1, DATE '2023-11-30'), date_add('week', -1, DATE '2024-01-03'), date_add('DAY', 1, DATE '2024-01-31'), date_add('day', NULL, DATE '2024-01-31'), date_add('day', n, d) FROM (VALUES (2, DATE '2024-01-31')) AS t (n, d)
--: date, date, date, date, date
--= ["2024-02-29", "2023-12-27", "2024-02-01", null, "2024-02-02"]

-- date_add of a fraction
SELECT date_add('day', 1.5, DATE '2024-01-31')
--! FUNCTION_NOT_FOUND

-- date_add of milliseconds by digits
SELECT date_add('millisecond', 5, TIMESTAMP '2024-01-31 10:00:00.123'), date_add('millisecond', 5, CAST('2024-01-31 10:00:00' AS TIMESTAMP)), date_add('millisecond', 500, TIMESTAMP '2024-01-31 10:00:00')
--: timestamp, timestamp, timestamp
--= ["2024-01-31 10:00:00.128000", "2024-01-31 10:00:00.005000", "2024-01-31 10:00:01"]

-- date_diff backwards, and of all units
SELECT date_diff('day', DATE '2024-03-01', DATE '2024-02-01'), date_diff('quarter', DATE '2023-01-31', DATE '2024-02-01'), date_diff('month', DATE '2024-03-31', DATE '2024-02-29'), date_diff('year', DATE '2024-02-29', DATE '2023-02-28'), date_diff('millisecond', TIMESTAMP '2024-01-31 12:00:00.001', TIMESTAMP '2024-01-31 12:00:00.5'), date_diff('second', TIMESTAMP '2024-01-31 12:00:00.9', TIMESTAMP '2024-01-31 12:00:02.1')
--: bigint, bigint, bigint, bigint, bigint, bigint
--= [-29, 4, -1, -1, 499, 1]

-- date_diff of months with times
SELECT date_diff('month', TIMESTAMP '2024-01-31 12:00:00', TIMESTAMP '2024-02-29 11:00:00'), date_diff('month', TIMESTAMP '2024-02-29 11:00:00', TIMESTAMP '2024-01-31 12:00:00'), date_diff('year', TIMESTAMP '2024-02-29 11:00:00', TIMESTAMP '2025-02-28 12:00:00')
--: bigint, bigint, bigint
--= [0, 0, 1]

-- date_diff of a DATE and a TIMESTAMP
SELECT date_diff('day', DATE '2024-01-31', TIMESTAMP '2024-02-01 12:00:00'), date_diff('hour', TIMESTAMP '2024-01-31 12:00:00', DATE '2024-02-01')
--: bigint, bigint
--= [1, 12]

-- date_diff in hours of dates
SELECT date_diff('hour', DATE '2024-01-31', DATE '2024-02-01')
--! INVALID_FUNCTION_ARGUMENT

-- date_trunc of a DATE to hours
SELECT date_trunc('hour', DATE '2024-06-02')
--! INVALID_FUNCTION_ARGUMENT

-- date_trunc of other units
SELECT date_trunc('decade', TIMESTAMP '2024-06-02 10:00:00')
--! INVALID_FUNCTION_ARGUMENT

-- date_trunc of milliseconds
SELECT date_trunc('millisecond', TIMESTAMP '2024-06-02 10:00:00.123456'), date_trunc('WEEK', TIMESTAMP '2024-06-02 10:00:00')
--: timestamp, timestamp
--= ["2024-06-02 10:00:00.123000", "2024-05-27 00:00:00"]

-- extract of every field
SELECT extract(dow FROM d), extract(doy FROM d), extract(week FROM d), extract(yow FROM d), extract(day_of_week FROM d), extract(day_of_year FROM d), extract(year_of_week FROM d), extract(day_of_month FROM d), extract(quarter FROM d) FROM (VALUES DATE '2024-06-02', DATE '2021-01-03') AS t (d) ORDER BY d
--: bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint
--= [7, 3, 53, 2020, 7, 3, 2020, 3, 1]
--= [7, 154, 22, 2024, 7, 154, 2024, 2, 2]

-- extract of a hour of a DATE
SELECT extract(hour FROM DATE '2024-06-02')
--! TYPE_MISMATCH

-- extract of fields of other engines
SELECT extract(isodow FROM DATE '2024-06-02')
--! SYNTAX_ERROR

-- fields before the epoch
SELECT hour(TIMESTAMP '1969-12-31 23:30:00'), millisecond(TIMESTAMP '1969-12-31 23:59:59.5'), CAST(TIMESTAMP '1969-12-31 10:00:00' AS DATE), to_unixtime(DATE '2024-06-02')
--: bigint, bigint, date, double
--= [23, 500, "1969-12-31", 1717286400.0]

-- the first year
SELECT year(DATE '0001-01-01'), week(DATE '0001-01-01')
--: bigint, bigint
--= [1, 1]
