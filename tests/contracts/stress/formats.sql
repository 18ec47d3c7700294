-- Times as texts: formats, literals, digits of a second, TIME.

-- date_format: every specifier
SELECT date_format(at, '%a|%b|%c|%d|%e|%f|%H|%h|%I|%i|%j|%k|%l|%M|%m|%p|%r|%S|%s|%T|%v|%W|%x|%Y|%y|%%') FROM (VALUES TIMESTAMP '2024-06-02 03:04:05.678', TIMESTAMP '2021-01-03 15:00:00', TIMESTAMP '0099-12-31 00:00:00') AS t (at) ORDER BY at
--: string
--= ["Thu|Dec|12|31|31|000000|00|12|12|00|365|0|12|December|12|AM|12:00:00 AM|00|00|00:00:00|53|Thursday|0099|0099|99|%"]
--= ["Sun|Jan|1|03|3|000000|15|03|03|00|003|15|3|January|01|PM|03:00:00 PM|00|00|15:00:00|53|Sunday|2020|2021|21|%"]
--= ["Sun|Jun|6|02|2|678000|03|03|03|04|154|3|3|June|06|AM|03:04:05 AM|05|05|03:04:05|22|Sunday|2024|2024|24|%"]

-- date_format: %D
SELECT date_format(at, '%D') FROM (VALUES TIMESTAMP '2024-06-02 13:04:05.678') AS t (at)
--! INVALID_FUNCTION_ARGUMENT

-- date_format: %u
SELECT date_format(at, '%u') FROM (VALUES TIMESTAMP '2024-06-02 13:04:05.678') AS t (at)
--! INVALID_FUNCTION_ARGUMENT

-- date_format: %V
SELECT date_format(at, '%V') FROM (VALUES TIMESTAMP '2024-06-02 13:04:05.678') AS t (at)
--! INVALID_FUNCTION_ARGUMENT

-- date_format: %w
SELECT date_format(at, '%w') FROM (VALUES TIMESTAMP '2024-06-02 13:04:05.678') AS t (at)
--! INVALID_FUNCTION_ARGUMENT

-- date_format: %X
SELECT date_format(at, '%X') FROM (VALUES TIMESTAMP '2024-06-02 13:04:05.678') AS t (at)
--! INVALID_FUNCTION_ARGUMENT

-- date_format: letters that are none
SELECT date_format(at, '%Q %z %n') FROM (VALUES TIMESTAMP '2024-06-02 13:04:05.678') AS t (at)
--: string
--= ["Q z n"]

-- date_format: a percent sign at the end
SELECT date_format(at, 'it''s %Y%') FROM (VALUES TIMESTAMP '2024-06-02 13:04:05.678') AS t (at)
--: string
--= ["it's 2024"]

-- date_format: an empty format
SELECT date_format(at, '') FROM (VALUES TIMESTAMP '2024-06-02 13:04:05.678') AS t (at)
--! INVALID_FUNCTION_ARGUMENT

-- date_format: a column for the format
SELECT date_format(at, f) FROM (VALUES (TIMESTAMP '2024-06-02 03:04:05', '%i')) AS t (at, f)
--: string
--= ["04"]
--x athena, duckdb, spark

-- date_format of NULL and of a DATE
SELECT date_format(CAST(NULL AS TIMESTAMP), '%Y'), date_format(DATE '2024-06-02', '%H %Y')
--: string, string
--= [null, "00 2024"]

-- date_format of a text
SELECT date_format('2024-06-02', '%Y')
--! FUNCTION_NOT_FOUND

-- date_parse: days
SELECT date_parse('2024-6-2', '%Y-%m-%d'), date_parse('24-06-02', '%y-%m-%d'), date_parse('69', '%y'), date_parse('70', '%y'), date_parse('00', '%y'), date_parse('20240602', '%Y%m%d')
--: timestamp, timestamp, timestamp, timestamp, timestamp, timestamp
--= ["2024-06-02 00:00:00", "2024-06-02 00:00:00", "2069-01-01 00:00:00", "1970-01-01 00:00:00", "2000-01-01 00:00:00", "2024-06-02 00:00:00"]

-- date_parse: what is left out
SELECT date_parse('10:20', '%H:%i'), date_parse('3', '%d'), date_parse('jun', '%b'), date_parse('June 2024', '%M %Y')
--: timestamp, timestamp, timestamp, timestamp
--= ["1970-01-01 10:20:00", "2000-01-03 00:00:00", "2000-06-01 00:00:00", "2024-06-01 00:00:00"]

-- date_parse: times
SELECT date_parse('2024-06-02 01:02:03 PM', '%Y-%m-%d %h:%i:%s %p'), date_parse('2024-06-02 12:02:03 AM', '%Y-%m-%d %r'), date_parse('2024-06-02 13:02:03', '%Y-%m-%d %T'), date_parse('12:00 AM', '%h:%i %p'), date_parse('12', '%h')
--: timestamp, timestamp, timestamp, timestamp, timestamp
--= ["2024-06-02 13:02:03", "2024-06-02 00:02:03", "2024-06-02 13:02:03", "1970-01-01 00:00:00", "1970-01-01 00:00:00"]

-- date_parse: fractions
SELECT date_parse('2024-06-02 13:02:03.5', '%Y-%m-%d %H:%i:%s.%f'), date_parse('2024-06-02 13:02:03.123456', '%Y-%m-%d %H:%i:%s.%f')
--: timestamp, timestamp
--= ["2024-06-02 13:02:03.500000", "2024-06-02 13:02:03.123000"]

-- date_parse: other text
SELECT date_parse('2024-06-02T10:20:30Z', '%Y-%m-%dT%H:%i:%sZ')
--: timestamp
--= ["2024-06-02 10:20:30"]

-- date_parse: text behind
SELECT date_parse('2024-06-02 x', '%Y-%m-%d')
--! INVALID_FUNCTION_ARGUMENT

-- date_parse: a blank before
SELECT date_parse(' 2024-06-02', '%Y-%m-%d')
--! INVALID_FUNCTION_ARGUMENT

-- date_parse: a blank behind
SELECT date_parse('2024-06-02 ', '%Y-%m-%d')
--! INVALID_FUNCTION_ARGUMENT

-- date_parse: no such day
SELECT date_parse('2024-02-30', '%Y-%m-%d')
--! INVALID_FUNCTION_ARGUMENT

-- date_parse: days of years and weeks
SELECT date_parse('2024-154', '%Y-%j'), date_parse('Sun 2024-06-02', '%a %Y-%m-%d')
--: timestamp, timestamp
--= ["2024-06-02 00:00:00", "2024-06-02 00:00:00"]
--x athena, duckdb

-- date_parse under try
SELECT try(date_parse('abc', '%Y')), try(date_parse(x, '%Y')) FROM (VALUES CAST(NULL AS VARCHAR)) AS t (x)
--: timestamp, timestamp
--= [null, null]

-- format_datetime: letters
SELECT format_datetime(at, 'yyyy yy MM M MMM MMMM dd d HH H hh h mm m ss s SSS a EEE EEEE e') FROM (VALUES TIMESTAMP '2024-06-02 13:04:05.678') AS t (at)
--: string
--= ["2024 24 06 6 Jun June 02 2 13 13 01 1 04 4 05 5 678 PM Sun Sunday 7"]

-- format_datetime: quotes
SELECT format_datetime(at, 'yyyy-MM-dd''T''HH:mm:ss'), format_datetime(at, '''it''''s'' yyyy') FROM (VALUES TIMESTAMP '2024-06-02 13:04:05.678') AS t (at)
--: string, string
--= ["2024-06-02T13:04:05", "it's 2024"]

-- format_datetime: hours from 1 to 24
SELECT format_datetime(at, 'k K kk KK') FROM (VALUES TIMESTAMP '2024-06-02 13:04:05.678') AS t (at)
--: string
--= ["13 1 13 01"]
--x athena, duckdb

-- format_datetime: tenths
SELECT format_datetime(at, 'SS') FROM (VALUES TIMESTAMP '2024-06-02 13:04:05.678') AS t (at)
--: string
--= ["67"]
--x athena, duckdb

-- format_datetime: offsets
SELECT format_datetime(TIMESTAMP '2024-05-31 23:00:00 America/New_York', 'HH Z'), format_datetime(TIMESTAMP '2024-05-31 23:00:00 Asia/Singapore', 'HH ZZ')
--: string, string
--= ["23 -0400", "23 +08:00"]
--x athena, duckdb

-- format_datetime of a DATE and NULL
SELECT format_datetime(DATE '2024-06-02', 'yyyy-MM-dd'), format_datetime(CAST(NULL AS TIMESTAMP), 'yyyy')
--: string, string
--= ["2024-06-02", null]

-- parse_datetime
SELECT parse_datetime('2024-06-02 13:04:05', 'yyyy-MM-dd HH:mm:ss'), parse_datetime('2024-06-02', 'YYYY-MM-dd'), parse_datetime('Jun 2 2024', 'MMM d yyyy'), parse_datetime('5 PM', 'h a')
--: timestamp with time zone, timestamp with time zone, timestamp with time zone, timestamp with time zone
--= ["2024-06-02 13:04:05.000 UTC", "2024-06-02 00:00:00.000 UTC", "2024-06-02 00:00:00.000 UTC", "1970-01-01 17:00:00.000 UTC"]

-- parse_datetime: a year of two digits
SELECT parse_datetime('69', 'yy')
--: timestamp with time zone
--= ["1969-01-01 00:00:00.000 UTC"]
--x athena, duckdb

-- to_iso8601 by digits
SELECT to_iso8601(TIMESTAMP '2024-05-30 08:00:00.5'), to_iso8601(DATE '2024-05-30'), to_iso8601(CAST('2024-05-30 08:00:00' AS TIMESTAMP)), to_iso8601(at) FROM (VALUES TIMESTAMP '2024-06-02 13:04:05.678') AS t (at)
--: string, string, string, string
--= ["2024-05-30T08:00:00.5", "2024-05-30", "2024-05-30T08:00:00.000", "2024-06-02T13:04:05.678"]

-- texts by digits
SELECT CAST(TIMESTAMP '2024-06-02 10:00:00' AS VARCHAR), CAST(TIMESTAMP '2024-06-02 10:00:00.5' AS VARCHAR), CAST(CAST('2024-06-02 10:00:00' AS TIMESTAMP) AS VARCHAR), CAST(at AS VARCHAR), CAST(date_trunc('day', at) AS VARCHAR) FROM (VALUES TIMESTAMP '2024-06-02 13:04:05.678') AS t (at)
--: string, string, string, string, string
--= ["2024-06-02 10:00:00", "2024-06-02 10:00:00.5", "2024-06-02 10:00:00.000", "2024-06-02 13:04:05.678", "2024-06-02 00:00:00.000"]

-- a text of more digits than three
SELECT CAST(s AS TIMESTAMP), TRY_CAST(s AS TIMESTAMP) FROM (VALUES '2024-05-30 10:00:00.123556', '2024-05-30 10:00:00.5') AS t (s) ORDER BY s
--: timestamp, timestamp
--= ["2024-05-30 10:00:00.124000", "2024-05-30 10:00:00.124000"]
--= ["2024-05-30 10:00:00.500000", "2024-05-30 10:00:00.500000"]

-- casts to fewer digits
SELECT CAST(TIMESTAMP '2024-06-02 10:00:00.1235' AS TIMESTAMP), CAST(TIMESTAMP '2024-06-02 10:00:00.6' AS TIMESTAMP(0)), CAST('1969-12-31 23:59:59.9996' AS TIMESTAMP)
--: timestamp, timestamp, timestamp
--= ["2024-06-02 10:00:00.124000", "2024-06-02 10:00:01", "1970-01-01 00:00:00"]

-- nine digits
SELECT TIMESTAMP '2024-06-02 10:00:00.123456789'
--: timestamp
--= ["2024-06-02 10:00:00.123456"]
--x athena, duckdb

-- literals of several lengths
SELECT TIMESTAMP '2024-06-02', TIMESTAMP '2024-06-02 10:00', TIMESTAMP '2024-6-2 1:2:3', DATE '2024-6-2', DATE '0999-01-01', TIMESTAMP '0999-01-01 00:00:00'
--: timestamp, timestamp, timestamp, date, date, timestamp
--= ["2024-06-02 00:00:00", "2024-06-02 10:00:00", "2024-06-02 01:02:03", "2024-06-02", "0999-01-01", "0999-01-01 00:00:00"]

-- a literal with T
SELECT TIMESTAMP '2024-06-02T10:00:00'
--! INVALID_LITERAL

-- a literal at 24 o'clock
SELECT TIMESTAMP '2024-06-02 24:00:00'
--! INVALID_LITERAL

-- a year before the first
SELECT CAST(DATE '-0001-01-01' AS VARCHAR)
--: string
--= ["-0001-01-01"]
--x athena, duckdb

-- date of a text with a time
SELECT date('2024-05-30 10:00:00')
--! INVALID_CAST_ARGUMENT

-- TIME
SELECT TIME '10:00:00', TIME '10:00:00.5', CAST('10:00:00' AS TIME), CAST('10:20' AS TIME)
--: time, time, time, time
--= ["10:00:00", "10:00:00.5", "10:00:00.000", "10:20:00.000"]

-- fields of a TIME
SELECT hour(TIME '10:20:30'), minute(TIME '10:20:30'), second(TIME '10:20:30.5'), millisecond(TIME '10:20:30.5'), extract(hour FROM TIME '10:20:30')
--: bigint, bigint, bigint, bigint, bigint
--= [10, 20, 30, 500, 10]

-- years of a TIME
SELECT year(TIME '10:20:30')
--! FUNCTION_NOT_FOUND

-- TIME, casts and comparisons
SELECT CAST(TIMESTAMP '2024-06-02 10:20:30' AS TIME), CAST(TIME '10:20:30' AS VARCHAR), TIME '10:00:00' < TIME '09:00:00', date_diff('minute', TIME '09:00:00', TIME '10:30:00')
--: time, string, boolean, bigint
--= ["10:20:30.000", "10:20:30", false, 90]

-- TIME of a column
SELECT max(t) FROM (VALUES TIME '10:20:30', TIME '11:20:30.5') AS v (t)
--: time
--= ["11:20:30.5"]

-- TIME cut to hours
SELECT date_trunc('hour', TIME '09:10:00')
--: time
--= ["09:00:00"]
--x athena, duckdb

-- TIME with a zone
SELECT TIME '10:00:00 +08:00'
--: time with time zone
--= ["10:00:00+08:00"]
--x athena, duckdb

-- date_format: capitals that are no specifiers
SELECT date_format(at, '%A|%B|%C|%E|%F|%G|%J|%K|%L|%N|%O|%P|%Q|%R|%Z') FROM (VALUES TIMESTAMP '2024-06-02 13:04:05.678') AS t (at)
--: string
--= ["A|B|C|E|F|G|J|K|L|N|O|P|Q|R|Z"]

-- date_format: small letters and signs that are no specifiers
SELECT date_format(at, '%g|%n|%o|%q|%t|%z|%-m|%-d|%%W|%%%M|%_|%1|%é|%.|%-') FROM (VALUES TIMESTAMP '2024-06-02 13:04:05.678') AS t (at)
--: string
--= ["g|n|o|q|t|z|-m|-d|%W|%June|_|1|é|.|-"]

-- date_format: a letter of another name beside its own
SELECT date_format(at, '%A %W %B %M %G %x') FROM (VALUES TIMESTAMP '2024-06-02 13:04:05.678') AS t (at)
--: string
--= ["A Sunday B June G 2024"]

-- date_format: letters as text
SELECT date_format(at, 'y %Y T M') FROM (VALUES TIMESTAMP '2024-06-02 13:04:05.678') AS t (at)
--: string
--= ["y 2024 T M"]

-- date_format: the word None
SELECT date_format(at, 'None') FROM (VALUES TIMESTAMP '2024-06-02 13:04:05.678') AS t (at)
--: string
--= ["None"]

-- date_format: %U
SELECT date_format(at, '%U') FROM (VALUES TIMESTAMP '2024-06-02 13:04:05.678') AS t (at)
--! INVALID_FUNCTION_ARGUMENT

-- date_format of more digits than three
SELECT date_format(TIMESTAMP '2024-06-02 13:04:05.123456', '%f'), date_format(TIMESTAMP '2024-06-02 13:04:05.1239', '%f'), date_format(CAST('2024-06-02 13:04:05.123456' AS TIMESTAMP(6)), '%f'), date_format(TIMESTAMP '2024-06-02 13:04:05.123456 Asia/Singapore', '%f')
--: string, string, string, string
--= ["123000", "124000", "123000", "123000"]

-- date_format of a second that is rounded up
SELECT date_format(at, '%s %f'), date_format(coalesce(at, at), '%s %f'), date_format(at + INTERVAL '1' DAY, '%s'), date_format(if(true, at), '%s'), format_datetime(at, 'ss SSS') FROM (VALUES TIMESTAMP '2024-06-02 13:04:05.9996') AS t (at)
--: string, string, string, string, string
--= ["06 000000", "06 000000", "06", "06", "06 000"]

-- date_parse: capitals that are no specifiers
SELECT date_parse('ABCEFGJKLNOPQRZ 2024', '%A%B%C%E%F%G%J%K%L%N%O%P%Q%R%Z %Y')
--: timestamp
--= ["2024-01-01 00:00:00"]

-- date_parse: small letters and signs that are no specifiers
SELECT date_parse('gnoqtz-m%W 2024%', '%g%n%o%q%t%z%-m%%W %Y%%')
--: timestamp
--= ["2024-01-01 00:00:00"]

-- date_parse: a percent sign at the end
SELECT date_parse('2024', '%Y%')
--: timestamp
--= ["2024-01-01 00:00:00"]

-- date_parse: a day of the week by a letter that is none
SELECT date_parse('Sunday 2024-06-02', '%A %Y-%m-%d')
--! INVALID_FUNCTION_ARGUMENT

-- date_parse: a day of the week
SELECT date_parse('Sunday 2024-06-02', '%W %Y-%m-%d')
--: timestamp
--= ["2024-06-02 00:00:00"]
--x athena, duckdb

-- date_parse: a year and a week
SELECT date_parse('2024 22', '%x %v')
--: timestamp
--= ["2024-05-27 00:00:00"]
--x athena, duckdb

-- date_parse: an empty format
SELECT date_parse('x', '')
--! INVALID_FUNCTION_ARGUMENT

-- date_parse: short numbers
SELECT date_parse('6/2/2024 3', '%c/%e/%Y %k'), date_parse('6/2/2024 3 PM', '%c/%e/%Y %l %p'), date_parse('5 7 9', '%S %i %I')
--: timestamp, timestamp, timestamp
--= ["2024-06-02 03:00:00", "2024-06-02 15:00:00", "1970-01-01 09:07:05"]

-- date_parse: %D
SELECT date_parse('1 2024', '%D %Y')
--! INVALID_FUNCTION_ARGUMENT

-- date_parse: %u
SELECT date_parse('1 2024', '%u %Y')
--! INVALID_FUNCTION_ARGUMENT

-- date_parse: %U
SELECT date_parse('1 2024', '%U %Y')
--! INVALID_FUNCTION_ARGUMENT

-- date_parse: %V
SELECT date_parse('1 2024', '%V %Y')
--! INVALID_FUNCTION_ARGUMENT

-- date_parse: %w
SELECT date_parse('1 2024', '%w %Y')
--! INVALID_FUNCTION_ARGUMENT

-- date_parse: %X
SELECT date_parse('1 2024', '%X %Y')
--! INVALID_FUNCTION_ARGUMENT
