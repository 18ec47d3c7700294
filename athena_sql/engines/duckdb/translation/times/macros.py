"""Macros in DuckDB for times: zones, texts, intervals."""

from __future__ import annotations

from types import MappingProxyType

from millrace.athena_sql.engines.duckdb.translation.times.carriers import milliseconds_text
from millrace.athena_sql.engines.duckdb.translation.times.utc import NAMES_OF_UTC

TIMES = MappingProxyType(
    {
        "athena_minutes(z)": (  # of an offset such as +08:00
            "CAST(left(z, 1) || '1' AS INTEGER)"
            " * (CAST(substr(z, 2, 2) AS INTEGER) * 60 + CAST(right(z, 2) AS INTEGER))"
        ),
        "athena_zone(z)": (
            f"CASE WHEN z IN {tuple(sorted(NAMES_OF_UTC))} OR regexp_full_match(z, '[+-]00:?00') THEN 'UTC'"
            " WHEN regexp_matches(z, '^[a-z]') OR (contains(z, '/') AND z = upper(z))"
            " THEN error('A zone is supported in its own letters only, such as Asia/Tokyo: ' || z) ELSE z END"
        ),
        "athena_local(x, z)": (
            "CASE WHEN z[1] IN ('+', '-') THEN CAST(x AS TIMESTAMP) + to_minutes(athena_minutes(z))"
            " WHEN z[1] NOT IN ('+', '-') THEN timezone(z, x) END"
        ),
        "athena_instant(t, z)": (  # the first, where the clock shows a time twice
            "CASE WHEN z[1] IN ('+', '-')"
            " THEN CAST(CAST(t AS TIMESTAMP) - to_minutes(athena_minutes(z)) AS TIMESTAMPTZ)"
            " WHEN timezone(z, timezone(z, CAST(t AS TIMESTAMP)) - INTERVAL '1' HOUR) = CAST(t AS TIMESTAMP)"
            " THEN timezone(z, CAST(t AS TIMESTAMP)) - INTERVAL '1' HOUR"
            " WHEN z[1] NOT IN ('+', '-') THEN timezone(z, CAST(t AS TIMESTAMP)) END"
        ),
        "athena_offset(x, local)": "epoch_us(local - CAST(x AS TIMESTAMP)) // 60000000",
        "athena_timezone_hour(x, local)": "CAST(athena_offset(x, local) // 60 AS BIGINT)",
        "athena_timezone_minute(x, local)": "CAST(athena_offset(x, local) % 60 AS BIGINT)",
        "athena_iso_offset(x, local)": (
            "CASE WHEN athena_offset(x, local) = 0 THEN 'Z' ELSE"
            " CASE WHEN athena_offset(x, local) < 0 THEN '-' ELSE '+' END"
            " || lpad(CAST(abs(athena_offset(x, local)) // 60 AS VARCHAR), 2, '0')"
            " || ':' || lpad(CAST(abs(athena_offset(x, local)) % 60 AS VARCHAR), 2, '0') END"
        ),
        "athena_iso_zone(t)": (
            "CASE WHEN NOT regexp_matches(t, 'T.*[+-][0-9:]+$') THEN 'UTC'"
            " WHEN regexp_matches(t, '[+-]00:?(00)?$') THEN 'UTC'"
            " ELSE regexp_extract(t, '([+-][0-9]{2}):?([0-9]{2})?$', 1) || ':'"
            " || CASE WHEN regexp_extract(t, '([+-][0-9]{2}):?([0-9]{2})?$', 2) = '' THEN '00'"
            " ELSE regexp_extract(t, '([+-][0-9]{2}):?([0-9]{2})?$', 2) END END"
        ),
        "athena_iso_day(t)": (
            "CASE WHEN regexp_full_match(t, '[0-9]{4}-[0-9]{2}-[0-9]{2}') THEN CAST(t AS TIMESTAMP)"
            " WHEN regexp_full_match(t, '[0-9]{4}-[0-9]{2}') THEN CAST(t || '-01' AS TIMESTAMP)"
            " WHEN regexp_full_match(t, '[0-9]{4}') THEN CAST(t || '-01-01' AS TIMESTAMP)"
            " WHEN regexp_full_match(t, '[0-9]{4}-[0-9]{3}') THEN strptime(t, '%Y-%j')"
            " WHEN regexp_full_match(t, '[0-9]{4}-W[0-9]{2}-[1-7]') THEN strptime(t, '%G-W%V-%u')"
            " WHEN regexp_full_match(t, '[0-9]{4}-W[0-9]{2}') THEN strptime(t || '-1', '%G-W%V-%u')"
            " WHEN t IS NOT NULL THEN error('Invalid format: \"' || t || '\"') END"
        ),
        "athena_iso_time(t)": (
            "CASE WHEN regexp_full_match(t, '[0-9]{2}(:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?)?')"
            " THEN CAST(replace(t, ',', '.') || ':00:00'[1:greatest(8 - length(t), 0)] AS TIME)"
            " WHEN t = '' THEN TIME '00:00:00' ELSE error('Invalid format: \"' || t || '\"') END"
        ),
        "athena_from_iso(t)": (
            "CASE WHEN regexp_full_match(t, '[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}([.][0-9]{1,3})?(Z|[+-][0-9:]{5})?')"
            " THEN CAST(t AS TIMESTAMPTZ) ELSE athena_from_other_iso(t, regexp_extract(t,"
            " '^([^T]*)(T([0-9:.,]*)(Z|[+-][0-9]{2}:?([0-9]{2})?)?)?$', ['day', 'rest', 'time', 'zone'])) END"
        ),
        "athena_from_other_iso(t, parts)": (
            "CAST(date_trunc('millisecond', CAST(athena_iso_day(CASE WHEN parts.day = '' THEN t ELSE parts.day END)"
            " AS DATE) + athena_iso_time(parts.time)) - to_minutes(CASE WHEN athena_iso_zone(t) = 'UTC' THEN 0"
            " ELSE athena_minutes(athena_iso_zone(t)) END) AS TIMESTAMPTZ)"
        ),
        "athena_from_unix(n)": "to_timestamp(round(CAST(n AS DOUBLE), 3))",
        "athena_no_zone(x)": (
            "CASE WHEN typeof(x) = 'TIMESTAMP WITH TIME ZONE'"
            " THEN error('The zone of a time is not known here: write x AT TIME ZONE ''UTC'', or another, around it')"
            " ELSE x END"
        ),
        "athena_time_text(t, n)": (
            f"CASE WHEN n = 0 THEN strftime(t, '%Y-%m-%d %H:%M:%S') WHEN n = 3 THEN {milliseconds_text('t')}"
            " ELSE left(strftime(t, '%Y-%m-%d %H:%M:%S.%f'), CAST(n AS INTEGER) - 6) END"
        ),
        "athena_iso_text(t, n)": "replace(athena_time_text(t, n), ' ', 'T')",
        "athena_two_digits(t)": "CASE WHEN year(t) = 1969 THEN t + to_years(100) ELSE t END",
        "athena_parsed(t, f)": "strptime('|' || t || '|', '|' || f || '|')",  # blanks around the text count
        "athena_rounded(t, n)": (  # to n digits of a second
            "CASE WHEN epoch_us(t) % CAST(10 ** (6 - n) AS BIGINT) = 0 THEN t ELSE make_timestamp(CAST("
            "floor((epoch_us(t) + 10 ** (6 - n) / 2) / 10 ** (6 - n)) * 10 ** (6 - n) AS BIGINT)) END"
        ),
        "athena_day_plus(d, i)": (
            "CASE WHEN epoch_us(i) % 86400000000 <> 0"
            " THEN error('Cannot add hour, minutes or seconds to a date') ELSE CAST(d + i AS DATE) END"
        ),
        "athena_time_plus(x, i)": (
            "CASE WHEN typeof(x) = 'DATE' AND epoch_us(i) % 86400000000 <> 0"
            " THEN error('Cannot add hour, minutes or seconds to a date') ELSE cast_to_type(x + i, x) END"
        ),
        "athena_months(i)": "CAST(datepart('year', i) * 12 + datepart('month', i) AS BIGINT)",
        "athena_milliseconds(i)": "CAST(epoch_us(i) // 1000 AS BIGINT)",
        "athena_months_mul(i, n)": "to_months(CAST(trunc(CAST(athena_months(i) * n AS DOUBLE)) AS INTEGER))",
        "athena_months_div(i, n)": "to_months(CAST(trunc(athena_months(i) / CAST(n AS DOUBLE)) AS INTEGER))",
        "athena_milliseconds_mul(i, n)": (
            "to_milliseconds(CAST(trunc(CAST(athena_milliseconds(i) * n AS DOUBLE)) AS BIGINT))"
        ),
        "athena_milliseconds_div(i, n)": (
            "to_milliseconds(CAST(trunc(athena_milliseconds(i) / CAST(n AS DOUBLE)) AS BIGINT))"
        ),
        "athena_interval_year(i)": "athena_months(i) // 12",
        "athena_interval_month(i)": "athena_months(i) % 12",
        "athena_interval_day(i)": "athena_milliseconds(i) // 86400000",
        "athena_interval_hour(i)": "athena_milliseconds(i) // 3600000 % 24",
        "athena_interval_minute(i)": "athena_milliseconds(i) // 60000 % 60",
        "athena_interval_second(i)": "athena_milliseconds(i) // 1000 % 60",
        "athena_months_text(i)": (
            "CASE WHEN athena_months(i) < 0 THEN '-' ELSE '' END || abs(athena_months(i)) // 12"
            " || '-' || abs(athena_months(i)) % 12"
        ),
        "athena_seconds_text(i)": (
            "CASE WHEN epoch_us(i) < 0 THEN '-' ELSE '' END || abs(athena_milliseconds(i)) // 86400000 || ' '"
            " || strftime(make_timestamp(abs(athena_milliseconds(i)) % 86400000 * 1000), '%H:%M:%S.%g')"
        ),
        "parse_duration(t)": (
            "CASE WHEN t IS NOT NULL AND NOT regexp_full_match(t, '\\s*[0-9]+([.][0-9]+)?\\s*(ns|us|ms|s|m|h|d)\\s*')"
            " THEN error('duration is not a valid data duration string: ' || t)"
            " ELSE to_milliseconds(CAST(round(CAST(regexp_extract(t, '[0-9.]+') AS DOUBLE)"
            " * CASE regexp_extract(t, '[a-z]+') WHEN 'ns' THEN 1e-6 WHEN 'us' THEN 1e-3 WHEN 'ms' THEN 1"
            " WHEN 's' THEN 1000 WHEN 'm' THEN 60000 WHEN 'h' THEN 3600000 ELSE 86400000 END) AS BIGINT)) END"
        ),
        "athena_utc(t)": (
            "CASE WHEN athena_iso_zone(t) <> 'UTC'"
            " THEN error('An instant with an offset other than UTC is not supported here: ' || t)"
            " ELSE athena_from_iso(t) END"
        ),
        "to_iso8601(t)": (  # of a time whose digits are not known: a TIMESTAMP of a table has three
            "CASE WHEN typeof(t) = 'DATE' THEN CAST(t AS VARCHAR)"
            " ELSE strftime(CAST(t AS TIMESTAMP), '%Y-%m-%dT%H:%M:%S.%g')"
            " || CASE WHEN typeof(t) = 'TIMESTAMP WITH TIME ZONE' THEN 'Z' ELSE '' END END"
        ),
        "athena_millisecond(t)": "CAST(date_part('millisecond', t) AS BIGINT) % 1000",
        "yow(d)": "isoyear(d)",
    }
)
