-- Times with a zone: literals, AT TIME ZONE, offsets of texts, clocks that change.

-- fields of a text's own offset, of each row
SELECT hour(from_iso8601_timestamp(s)), day(from_iso8601_timestamp(s)), from_iso8601_timestamp(s) FROM (VALUES '2024-05-30T01:00:00+08:00', '2024-05-30T23:00:00-05:30') AS t (s) ORDER BY s
--: bigint, bigint, timestamp with time zone
--= [1, 30, "2024-05-30 01:00:00.000 +08:00"]
--= [23, 30, "2024-05-30 23:00:00.000 -05:30"]

-- texts of a text's own offset
SELECT CAST(from_iso8601_timestamp(s) AS VARCHAR), date_format(from_iso8601_timestamp(s), '%H:%i'), to_iso8601(from_iso8601_timestamp(s)) FROM (VALUES '2024-05-30T01:00:00+08:00', '2024-05-30T23:00:00Z') AS t (s) ORDER BY s
--: string, string, string
--= ["2024-05-30 01:00:00.000 +08:00", "01:00", "2024-05-30T01:00:00.000+08:00"]
--= ["2024-05-30 23:00:00.000 UTC", "23:00", "2024-05-30T23:00:00.000Z"]

-- a zone known inside a subquery
SELECT hour(x), x FROM (SELECT from_iso8601_timestamp('2024-05-30T08:00:00+08:00') AS x) AS t
--: bigint, timestamp with time zone
--= [8, "2024-05-30 08:00:00.000 +08:00"]

-- a zone known through WITH
WITH a AS (SELECT TIMESTAMP '2024-05-30 08:00:00 Asia/Singapore' AS x), b AS (SELECT x AS y FROM a) SELECT hour(y), CAST(y AS VARCHAR) FROM b
--: bigint, string
--= [8, "2024-05-30 08:00:00 Asia/Singapore"]

-- a zone known through UNION
SELECT hour(x) FROM (SELECT TIMESTAMP '2024-05-30 08:00:00 Asia/Singapore' AS x UNION ALL SELECT TIMESTAMP '2024-05-30 09:00:00 Asia/Singapore') AS t ORDER BY 1
--: bigint
--= [8]
--= [9]

-- a zone known through VALUES and an aggregate
SELECT hour(max(x)) FROM (VALUES TIMESTAMP '2024-05-30 08:00:00 Asia/Singapore', TIMESTAMP '2024-05-30 09:00:00 Asia/Singapore') AS t (x)
--: bigint
--= [9]

-- several zones in one column
SELECT hour(x) FROM (VALUES TIMESTAMP '2024-05-30 08:00:00 Asia/Singapore', TIMESTAMP '2024-05-30 00:00:00 UTC') AS t (x)
--: bigint
--= [8]
--= [0]
--x athena, duckdb

-- a star over a zone
SELECT * FROM (SELECT TIMESTAMP '2024-05-30 08:00:00 Asia/Singapore' AS x, 1 AS n) AS t
--: timestamp with time zone, int
--= ["2024-05-30 08:00:00.000 Asia/Singapore", 1]

-- a zone in an array
SELECT ARRAY[TIMESTAMP '2024-05-30 08:00:00 Asia/Singapore']
--: array<timestamp with time zone>
--= ["[2024-05-30 08:00:00.000 Asia/Singapore]"]
--x athena, duckdb

-- coalesce and if of one zone
SELECT hour(coalesce(x, TIMESTAMP '2024-05-30 08:00:00 Asia/Singapore')), hour(if(true, TIMESTAMP '2024-05-30 08:00:00 Asia/Singapore')) FROM (VALUES CAST(NULL AS TIMESTAMP WITH TIME ZONE)) AS t (x)
--: bigint, bigint
--= [8, 8]

-- forms of a day in ISO 8601
SELECT from_iso8601_timestamp('2024-05-30'), from_iso8601_timestamp('2024-05'), from_iso8601_timestamp('2024'), from_iso8601_timestamp('2024-W22-4T10:00:00Z'), from_iso8601_timestamp('2024-151')
--: timestamp with time zone, timestamp with time zone, timestamp with time zone, timestamp with time zone, timestamp with time zone
--= ["2024-05-30 00:00:00.000 UTC", "2024-05-01 00:00:00.000 UTC", "2024-01-01 00:00:00.000 UTC", "2024-05-30 10:00:00.000 UTC", "2024-05-30 00:00:00.000 UTC"]

-- forms of a time in ISO 8601
SELECT from_iso8601_timestamp('2024-05-30T10'), from_iso8601_timestamp('2024-05-30T10:20'), from_iso8601_timestamp('2024-05-30T10:20:30.123456Z'), from_iso8601_timestamp('2024-05-30T10:20:30+0800'), from_iso8601_timestamp('2024-05-30T10:20:30-08')
--: timestamp with time zone, timestamp with time zone, timestamp with time zone, timestamp with time zone, timestamp with time zone
--= ["2024-05-30 10:00:00.000 UTC", "2024-05-30 10:20:00.000 UTC", "2024-05-30 10:20:30.123 UTC", "2024-05-30 10:20:30.000 +08:00", "2024-05-30 10:20:30.000 -08:00"]

-- ISO 8601 without separators
SELECT from_iso8601_timestamp('20240530T102030Z')
--! INVALID_FUNCTION_ARGUMENT

-- ISO 8601 with a blank
SELECT from_iso8601_timestamp('2024-05-30 10:20:30')
--! INVALID_FUNCTION_ARGUMENT

-- from_iso8601_date
SELECT from_iso8601_date('2024-05-30'), from_iso8601_date('2024-W22-4'), from_iso8601_date('2024-151'), from_iso8601_date('2024-05'), from_iso8601_date('2024')
--: date, date, date, date, date
--= ["2024-05-30", "2024-05-30", "2024-05-30", "2024-05-01", "2024-01-01"]

-- from_iso8601_date of a time
SELECT from_iso8601_date('2024-05-30T10:00:00')
--! INVALID_FUNCTION_ARGUMENT

-- from_unixtime with offsets
SELECT from_unixtime(0, 8, 0), from_unixtime(0, -5, -30), hour(from_unixtime(0, 8, 30)), CAST(from_unixtime(0, 'Asia/Singapore') AS VARCHAR)
--: timestamp with time zone, timestamp with time zone, bigint, string
--= ["1970-01-01 08:00:00.000 +08:00", "1969-12-31 18:30:00.000 -05:30", 8, "1970-01-01 07:30:00.000 Asia/Singapore"]

-- from_unixtime of fractions
SELECT from_unixtime(1.5), from_unixtime(1.0005), from_unixtime(-0.5), from_unixtime(NULL)
--: timestamp with time zone, timestamp with time zone, timestamp with time zone, timestamp with time zone
--= ["1970-01-01 00:00:01.500 UTC", "1970-01-01 00:00:01.001 UTC", "1969-12-31 23:59:59.500 UTC", null]

-- from_unixtime with a column for its zone
SELECT hour(from_unixtime(n, z)), from_unixtime(n, z) FROM (VALUES (0, 'Asia/Singapore'), (0, 'America/New_York')) AS t (n, z) ORDER BY z
--: bigint, timestamp with time zone
--= [19, "1969-12-31 19:00:00.000 America/New_York"]
--= [7, "1970-01-01 07:30:00.000 Asia/Singapore"]

-- AT TIME ZONE and a column
SELECT hour(TIMESTAMP '2024-05-30 08:00:00' AT TIME ZONE z) FROM (VALUES 'Asia/Singapore') AS t (z)
--! SYNTAX_ERROR

-- at_timezone with a column for its zone
SELECT hour(at_timezone(TIMESTAMP '2024-05-30 08:00:00', z)) FROM (VALUES 'Asia/Singapore', '+02:00', 'UTC') AS t (z) ORDER BY z
--: bigint
--= [10]
--= [16]
--= [8]

-- AT TIME ZONE of a DATE
SELECT DATE '2024-05-30' AT TIME ZONE 'Asia/Singapore'
--! TYPE_MISMATCH

-- AT TIME ZONE of a text
SELECT '2024-05-30' AT TIME ZONE 'Asia/Singapore'
--! TYPE_MISMATCH

-- AT TIME ZONE and an interval
SELECT hour(at AT TIME ZONE INTERVAL '8' HOUR) FROM (VALUES TIMESTAMP '2024-05-30 20:00:00') AS t (at)
--: bigint
--= [4]

-- AT TIME ZONE of NULL
SELECT hour(CAST(NULL AS TIMESTAMP) AT TIME ZONE 'Asia/Singapore')
--: bigint
--= [null]

-- local times of a column
SELECT date_trunc('day', at AT TIME ZONE 'Asia/Singapore'), CAST(date_trunc('day', at AT TIME ZONE 'Asia/Singapore') AS TIMESTAMP), CAST(at AT TIME ZONE 'Asia/Singapore' AS TIMESTAMP), date_format(at AT TIME ZONE 'Asia/Singapore', '%Y-%m-%d %H:%i'), format_datetime(at AT TIME ZONE 'Asia/Singapore', 'HH') FROM (VALUES TIMESTAMP '2024-05-30 20:00:00') AS t (at)
--: timestamp with time zone, timestamp, timestamp, string, string
--= ["2024-05-31 00:00:00.000 Asia/Singapore", "2024-05-31 00:00:00", "2024-05-31 04:00:00", "2024-05-31 04:00", "04"]

-- groups by local days
SELECT CAST(at AT TIME ZONE 'Asia/Singapore' AS DATE) AS d, count(*) FROM (VALUES TIMESTAMP '2024-05-30 20:00:00', TIMESTAMP '2024-05-31 01:00:00') AS t (at) GROUP BY CAST(at AT TIME ZONE 'Asia/Singapore' AS DATE)
--: date, bigint
--= ["2024-05-31", 2]

-- a zoned value again AT TIME ZONE
SELECT hour(TIMESTAMP '2024-05-30 08:00:00 Asia/Singapore' AT TIME ZONE 'America/New_York'), day(TIMESTAMP '2024-05-30 08:00:00 Asia/Singapore' AT TIME ZONE 'America/New_York')
--: bigint, bigint
--= [20, 29]

-- literals with zones
SELECT TIMESTAMP '2024-05-30 08:00:00 Asia/Singapore', TIMESTAMP '2024-05-30 08:00:00.5 +08:00', TIMESTAMP '2024-05-30 08:00 -05:30'
--: timestamp with time zone, timestamp with time zone, timestamp with time zone
--= ["2024-05-30 08:00:00.000 Asia/Singapore", "2024-05-30 08:00:00.500 +08:00", "2024-05-30 08:00:00.000 -05:30"]

-- literals with zones, as texts
SELECT CAST(TIMESTAMP '2024-05-30 08:00:00 Asia/Singapore' AS VARCHAR), CAST(TIMESTAMP '2024-05-30 08:00:00.5 +08:00' AS VARCHAR), CAST(TIMESTAMP '2024-05-30 08:00:00 +00:00' AS VARCHAR), CAST(TIMESTAMP '2024-05-30 08:00:00+08:00' AS VARCHAR)
--: string, string, string, string
--= ["2024-05-30 08:00:00 Asia/Singapore", "2024-05-30 08:00:00.5 +08:00", "2024-05-30 08:00:00 UTC", "2024-05-30 08:00:00 +08:00"]

-- names of UTC, as texts
SELECT CAST(TIMESTAMP '2024-05-30 08:00:00 UTC' AS VARCHAR), CAST(TIMESTAMP '2024-05-30 08:00:00 Z' AS VARCHAR), CAST(TIMESTAMP '2024-05-30 08:00:00 GMT' AS VARCHAR), CAST(TIMESTAMP '2024-05-30 08:00:00 Etc/UTC' AS VARCHAR), CAST(TIMESTAMP '2024-05-30 08:00:00 Zulu' AS VARCHAR)
--: string, string, string, string, string
--= ["2024-05-30 08:00:00 UTC", "2024-05-30 08:00:00 UTC", "2024-05-30 08:00:00 UTC", "2024-05-30 08:00:00 UTC", "2024-05-30 08:00:00 UTC"]

-- a zone in small letters
SELECT TIMESTAMP '2024-05-30 08:00:00 asia/singapore'
--! INVALID_LITERAL

-- a zone that is none
SELECT TIMESTAMP '2024-05-30 08:00:00 Mars/Phobos'
--! INVALID_LITERAL

-- a zone that Java no longer has
SELECT TIMESTAMP '2024-05-30 08:00:00 EST'
--! INVALID_LITERAL

-- comparisons of instants
SELECT TIMESTAMP '2024-05-30 08:00:00 Asia/Singapore' = TIMESTAMP '2024-05-30 00:00:00 UTC', TIMESTAMP '2024-05-30 08:00:00 Asia/Singapore' > TIMESTAMP '2024-05-30 01:00:00', TIMESTAMP '2024-05-30 08:00:00 Asia/Singapore' = DATE '2024-05-30', TIMESTAMP '2024-05-30 08:00:00 Asia/Singapore' BETWEEN TIMESTAMP '2024-05-30 00:00:00 UTC' AND TIMESTAMP '2024-05-30 09:00:00 Asia/Singapore'
--: boolean, boolean, boolean, boolean
--= [true, false, true, true]

-- seconds and ISO 8601 of zones
SELECT to_unixtime(TIMESTAMP '2024-05-30 08:00:00 Asia/Singapore'), to_iso8601(TIMESTAMP '2024-05-30 08:00:00 Asia/Singapore'), to_iso8601(TIMESTAMP '2024-05-30 08:00:00 UTC')
--: double, string, string
--= [1717027200.0, "2024-05-30T08:00:00+08:00", "2024-05-30T08:00:00Z"]

-- truncation in a zone of half hours
SELECT date_trunc('hour', TIMESTAMP '2024-05-30 08:20:00 Asia/Kolkata'), date_trunc('day', TIMESTAMP '2024-05-30 08:20:00 Asia/Kolkata'), date_trunc('month', TIMESTAMP '2024-05-30 08:20:00 Asia/Kolkata')
--: timestamp with time zone, timestamp with time zone, timestamp with time zone
--= ["2024-05-30 08:00:00.000 Asia/Kolkata", "2024-05-30 00:00:00.000 Asia/Kolkata", "2024-05-01 00:00:00.000 Asia/Kolkata"]

-- a day added where clocks change
SELECT date_add('day', 1, TIMESTAMP '2024-03-30 12:00:00 Europe/Berlin'), TIMESTAMP '2024-03-30 12:00:00 Europe/Berlin' + INTERVAL '1' DAY, date_add('hour', 24, TIMESTAMP '2024-03-30 12:00:00 Europe/Berlin')
--: timestamp with time zone, timestamp with time zone, timestamp with time zone
--= ["2024-03-31 12:00:00.000 Europe/Berlin", "2024-03-31 13:00:00.000 Europe/Berlin", "2024-03-31 13:00:00.000 Europe/Berlin"]

-- months added in a zone
SELECT date_add('month', 1, TIMESTAMP '2024-01-31 01:00:00 Asia/Singapore'), TIMESTAMP '2024-01-31 01:00:00 Asia/Singapore' + INTERVAL '1' MONTH, TIMESTAMP '2024-03-31 01:00:00 Asia/Singapore' - INTERVAL '1' MONTH
--: timestamp with time zone, timestamp with time zone, timestamp with time zone
--= ["2024-02-29 01:00:00.000 Asia/Singapore", "2024-02-29 01:00:00.000 Asia/Singapore", "2024-02-29 01:00:00.000 Asia/Singapore"]

-- differences of zoned times
SELECT date_diff('day', TIMESTAMP '2024-05-30 23:00:00 Asia/Singapore', TIMESTAMP '2024-05-31 22:00:00 Asia/Singapore'), date_diff('hour', TIMESTAMP '2024-05-30 23:00:00 Asia/Singapore', TIMESTAMP '2024-05-30 23:00:00 UTC'), date_diff('month', TIMESTAMP '2024-05-31 01:00:00 Asia/Singapore', TIMESTAMP '2024-06-30 01:00:00 Asia/Singapore'), date_diff('day', TIMESTAMP '2024-03-30 12:00:00 Europe/Berlin', TIMESTAMP '2024-03-31 12:00:00 Europe/Berlin'), TIMESTAMP '2024-05-30 23:00:00 Asia/Singapore' - TIMESTAMP '2024-05-30 23:00:00 UTC'
--: bigint, bigint, bigint, bigint, interval day to second
--= [0, 8, 1, 1, "-0 08:00:00.000"]

-- with_timezone and at_timezone give zones
SELECT with_timezone(TIMESTAMP '2024-05-30 08:00:00', 'Asia/Singapore'), at_timezone(TIMESTAMP '2024-05-30 08:00:00 UTC', 'Asia/Singapore'), CAST(at_timezone(TIMESTAMP '2024-05-30 08:00:00 UTC', '+02:00') AS VARCHAR)
--: timestamp with time zone, timestamp with time zone, string
--= ["2024-05-30 08:00:00.000 Asia/Singapore", "2024-05-30 16:00:00.000 Asia/Singapore", "2024-05-30 10:00:00 +02:00"]

-- a time that clocks skip, with_timezone
SELECT with_timezone(TIMESTAMP '2024-03-31 02:30:00', 'Europe/Berlin')
--: timestamp with time zone
--= ["2024-03-31 03:30:00.000 Europe/Berlin"]

-- a time that clocks show twice
SELECT with_timezone(TIMESTAMP '2024-10-27 02:30:00', 'Europe/Berlin'), TIMESTAMP '2024-10-27 02:30:00 Europe/Berlin'
--: timestamp with time zone, timestamp with time zone
--= ["2024-10-27 02:30:00.000 Europe/Berlin", "2024-10-27 02:30:00.000 Europe/Berlin"]

-- a time that clocks skip, as a literal
SELECT TIMESTAMP '2024-03-31 02:30:00 Europe/Berlin'
--! INVALID_LITERAL

-- the session's zone
SELECT current_timezone(), hour(now()) = hour(current_timestamp)
--: string, boolean
--= ["UTC", true]

-- hours and minutes of offsets
SELECT timezone_hour(TIMESTAMP '2024-05-30 08:00:00 Asia/Kolkata'), timezone_minute(TIMESTAMP '2024-05-30 08:00:00 Asia/Kolkata'), extract(timezone_hour FROM TIMESTAMP '2024-05-30 08:00:00 America/St_Johns'), extract(timezone_minute FROM TIMESTAMP '2024-05-30 08:00:00 America/St_Johns')
--: bigint, bigint, bigint, bigint
--= [5, 30, -2, -30]

-- the offset of a time without a zone
SELECT extract(timezone_hour FROM TIMESTAMP '2024-05-30 08:00:00')
--! TYPE_MISMATCH

-- casts of texts with zones
SELECT CAST('2024-05-30 08:00:00 Asia/Singapore' AS TIMESTAMP WITH TIME ZONE), hour(CAST('2024-05-30 08:00:00 Asia/Singapore' AS TIMESTAMP WITH TIME ZONE)), CAST('2024-05-30 08:00:00 +08:00' AS TIMESTAMP WITH TIME ZONE), CAST('2024-05-30 08:00:00' AS TIMESTAMP WITH TIME ZONE)
--: timestamp with time zone, bigint, timestamp with time zone, timestamp with time zone
--= ["2024-05-30 08:00:00.000 Asia/Singapore", 8, "2024-05-30 08:00:00.000 +08:00", "2024-05-30 08:00:00.000 UTC"]

-- the zone of a column of texts
SELECT hour(CAST(s AS TIMESTAMP WITH TIME ZONE)) FROM (VALUES '2024-05-30 08:00:00 Asia/Singapore') AS t (s)
--: bigint
--= [8]
--x athena, duckdb

-- casts of times to zoned ones
SELECT CAST(TIMESTAMP '2024-05-30 08:00:00' AS TIMESTAMP WITH TIME ZONE), CAST(DATE '2024-05-30' AS TIMESTAMP WITH TIME ZONE)
--: timestamp with time zone, timestamp with time zone
--= ["2024-05-30 08:00:00.000 UTC", "2024-05-30 00:00:00.000 UTC"]

-- days of a zoned value
SELECT last_day_of_month(x), date(x), week(x), day_of_week(x), format_datetime(x, 'yyyy-MM-dd HH'), millisecond(x), yow(x) FROM (VALUES TIMESTAMP '2024-05-31 23:00:00.123 America/New_York') AS t (x)
--: date, date, bigint, bigint, string, bigint, bigint
--= ["2024-05-31", "2024-05-31", 22, 5, "2024-05-31 23", 123, 2024]

-- groups and order of zoned values
SELECT x, count(*) FROM (VALUES TIMESTAMP '2024-05-30 08:00:00 Asia/Singapore', TIMESTAMP '2024-05-30 07:00:00 Asia/Singapore') AS t (x) GROUP BY 1 ORDER BY 1 DESC
--: timestamp with time zone, bigint
--= ["2024-05-30 08:00:00.000 Asia/Singapore", 1]
--= ["2024-05-30 07:00:00.000 Asia/Singapore", 1]

-- parse_datetime of an offset
SELECT parse_datetime('2024-05-30 10:20 +0800', 'yyyy-MM-dd HH:mm Z')
--: timestamp with time zone
--= ["2024-05-30 10:20:00.000 +08:00"]
--x athena, duckdb

-- a CASE over a zoned value
SELECT CASE WHEN x > TIMESTAMP '2024-05-30 07:00:00 Asia/Singapore' THEN hour(x) END FROM (VALUES TIMESTAMP '2024-05-30 08:00:00 Asia/Singapore') AS t (x)
--: bigint
--= [8]

-- at_timezone gives each row its zone
SELECT at_timezone(TIMESTAMP '2024-05-30 08:00:00 UTC', z) FROM (VALUES 'Asia/Tokyo', 'UTC', '+00:00', 'GMT', '-05:30') AS t (z) ORDER BY z
--: timestamp with time zone
--= ["2024-05-30 08:00:00.000 UTC"]
--= ["2024-05-30 02:30:00.000 -05:30"]
--= ["2024-05-30 17:00:00.000 Asia/Tokyo"]
--= ["2024-05-30 08:00:00.000 UTC"]
--= ["2024-05-30 08:00:00.000 UTC"]

-- from_unixtime with names of UTC in a column
SELECT from_unixtime(0, z) FROM (VALUES '+08:00', 'Z', 'Zulu', '-00:00') AS t (z) ORDER BY z
--: timestamp with time zone
--= ["1970-01-01 08:00:00.000 +08:00"]
--= ["1970-01-01 00:00:00.000 UTC"]
--= ["1970-01-01 00:00:00.000 UTC"]
--= ["1970-01-01 00:00:00.000 UTC"]

-- a zone of a column in small letters
SELECT from_unixtime(0, z) FROM (VALUES 'asia/tokyo') AS t (z)
--! NOT_SUPPORTED

-- zones through conditions
SELECT if(n = 1, TIMESTAMP '2024-05-30 08:00:00 Asia/Singapore', TIMESTAMP '2024-05-30 09:00:00 Asia/Singapore'), coalesce(NULL, TIMESTAMP '2024-05-30 08:00:00 Asia/Singapore'), nullif(TIMESTAMP '2024-05-30 08:00:00 Asia/Singapore', TIMESTAMP '2024-05-30 09:00:00 Asia/Singapore'), greatest(TIMESTAMP '2024-05-30 08:00:00 Asia/Singapore', TIMESTAMP '2024-05-30 09:00:00 Asia/Singapore'), (SELECT TIMESTAMP '2024-05-30 08:00:00 Asia/Singapore') FROM (VALUES 1, 2) AS t (n) ORDER BY n
--: timestamp with time zone, timestamp with time zone, timestamp with time zone, timestamp with time zone, timestamp with time zone
--= ["2024-05-30 08:00:00.000 Asia/Singapore", "2024-05-30 08:00:00.000 Asia/Singapore", "2024-05-30 08:00:00.000 Asia/Singapore", "2024-05-30 09:00:00.000 Asia/Singapore", "2024-05-30 08:00:00.000 Asia/Singapore"]
--= ["2024-05-30 09:00:00.000 Asia/Singapore", "2024-05-30 08:00:00.000 Asia/Singapore", "2024-05-30 08:00:00.000 Asia/Singapore", "2024-05-30 09:00:00.000 Asia/Singapore", "2024-05-30 08:00:00.000 Asia/Singapore"]

-- zones through aggregates and windows
SELECT max(x) OVER (), lag(x) OVER (ORDER BY n), first_value(x) OVER (ORDER BY n) FROM (VALUES (TIMESTAMP '2024-05-30 08:00:00 Asia/Singapore', 1), (TIMESTAMP '2024-05-30 09:00:00 Asia/Singapore', 2)) AS t (x, n) ORDER BY n
--: timestamp with time zone, timestamp with time zone, timestamp with time zone
--= ["2024-05-30 09:00:00.000 Asia/Singapore", null, "2024-05-30 08:00:00.000 Asia/Singapore"]
--= ["2024-05-30 09:00:00.000 Asia/Singapore", "2024-05-30 08:00:00.000 Asia/Singapore", "2024-05-30 08:00:00.000 Asia/Singapore"]

-- min_by of zoned values
SELECT max(x), min_by(x, n) FROM (VALUES (TIMESTAMP '2024-05-30 08:00:00 Asia/Singapore', 1), (TIMESTAMP '2024-05-30 09:00:00 Asia/Singapore', 2)) AS t (x, n)
--: timestamp with time zone, timestamp with time zone
--= ["2024-05-30 09:00:00.000 Asia/Singapore", "2024-05-30 08:00:00.000 Asia/Singapore"]

-- distinct zoned values
SELECT DISTINCT x FROM (VALUES TIMESTAMP '2024-05-30 08:00:00 Asia/Singapore', TIMESTAMP '2024-05-30 09:00:00 Asia/Singapore', TIMESTAMP '2024-05-30 08:00:00 Asia/Singapore') AS t (x) ORDER BY x DESC
--: timestamp with time zone
--= ["2024-05-30 09:00:00.000 Asia/Singapore"]
--= ["2024-05-30 08:00:00.000 Asia/Singapore"]

-- several zones, one UNION ALL
SELECT TIMESTAMP '2024-05-30 08:00:00 Asia/Singapore' AS x UNION ALL SELECT TIMESTAMP '2024-05-30 08:00:00 UTC' UNION ALL SELECT NULL ORDER BY x
--: timestamp with time zone
--= ["2024-05-30 08:00:00.000 Asia/Singapore"]
--= ["2024-05-30 08:00:00.000 UTC"]
--= [null]

-- several zones, one UNION
SELECT count(*) FROM (SELECT TIMESTAMP '2024-05-30 08:00:00 Asia/Singapore' AS x UNION SELECT TIMESTAMP '2024-05-30 00:00:00 UTC') AS t
--: bigint
--= [1]

-- rows of a UNION of several zones
SELECT TIMESTAMP '2024-05-30 08:00:00 Asia/Singapore' AS x UNION SELECT TIMESTAMP '2024-05-30 09:00:00 Asia/Singapore' UNION SELECT TIMESTAMP '2024-05-30 02:00:00 UTC' ORDER BY x
--: timestamp with time zone
--= ["2024-05-30 08:00:00.000 Asia/Singapore"]
--= ["2024-05-30 09:00:00.000 Asia/Singapore"]
--= ["2024-05-30 02:00:00.000 UTC"]
--x athena, duckdb

-- groups by instants of several zones
SELECT from_iso8601_timestamp(s), count(*) FROM (VALUES '2024-05-30T08:00:00+08:00', '2024-05-30T00:00:00Z', '2024-05-30T09:00:00Z') AS t (s) GROUP BY 1 ORDER BY 1
--: timestamp with time zone, bigint
--= ["2024-05-30 08:00:00.000 +08:00", 2]
--= ["2024-05-30 09:00:00.000 UTC", 1]
--x athena, duckdb

-- UTC inside arrays, maps and rows
SELECT ARRAY[from_unixtime(0), NULL], MAP(ARRAY['a'], ARRAY[from_unixtime(1.5)]), ROW(from_unixtime(0), 1)
--: array<timestamp with time zone>, map<string,timestamp with time zone>, struct<field0:timestamp with time zone,field1:int>
--= ["[1970-01-01 00:00:00.000 UTC, null]", "{a=1970-01-01 00:00:01.500 UTC}", "{field0=1970-01-01 00:00:00.000 UTC, field1=1}"]

-- UTC out of an array
SELECT x FROM UNNEST(ARRAY[from_unixtime(0)]) AS t (x)
--: timestamp with time zone
--= ["1970-01-01 00:00:00.000 UTC"]

-- old times with a zone
SELECT TIMESTAMP '1500-01-01 00:00:00 UTC', TIMESTAMP '0001-01-01 00:00:00 UTC', TIMESTAMP '9999-12-31 23:59:59.999 +08:00'
--: timestamp with time zone, timestamp with time zone, timestamp with time zone
--= ["1500-01-01 00:00:00.000 UTC", "0001-01-01 00:00:00.000 UTC", "9999-12-31 23:59:59.999 +08:00"]

-- all columns of one source
SELECT t.* FROM (SELECT TIMESTAMP '2024-05-30 08:00:00 Asia/Singapore' AS x) AS t
--: timestamp with time zone
--= ["2024-05-30 08:00:00.000 Asia/Singapore"]

-- all columns of two sources, one by one
SELECT s.*, t.* FROM (SELECT TIMESTAMP '2024-05-30 08:00:00 Asia/Singapore' AS x) AS t CROSS JOIN (SELECT INTERVAL '1' DAY AS y, TIME '10:00:00' AS z) AS s
--: interval day to second, time, timestamp with time zone
--= ["1 00:00:00.000", "10:00:00", "2024-05-30 08:00:00.000 Asia/Singapore"]

-- all columns of a subquery without names
SELECT * FROM (SELECT TIMESTAMP '2024-05-30 08:00:00 Asia/Singapore', 1 + 1)
--: timestamp with time zone, int
--= ["2024-05-30 08:00:00.000 Asia/Singapore", 2]

-- VALUES with a zone
VALUES TIMESTAMP '2024-05-30 08:00:00 Asia/Singapore', NULL
--: timestamp with time zone
--= ["2024-05-30 08:00:00.000 Asia/Singapore"]
--= [null]

-- all columns, of a UNION with a zone
SELECT 1, TIMESTAMP '2024-05-30 08:00:00 Asia/Singapore' UNION ALL SELECT * FROM (VALUES (2, TIMESTAMP '2024-05-30 09:00:00')) AS t (n, x) ORDER BY 1
--: int, timestamp with time zone
--= [1, "2024-05-30 08:00:00.000 Asia/Singapore"]
--= [2, "2024-05-30 09:00:00.000 UTC"]
--x athena, duckdb

-- all columns, of a UNION with an interval
SELECT * FROM (VALUES (2, INTERVAL '2' DAY)) AS t (n, x) UNION ALL SELECT 1, INTERVAL '1' DAY ORDER BY 1
--: int, interval day to second
--= [1, "1 00:00:00.000"]
--= [2, "2 00:00:00.000"]
