"""Macros in DuckDB: functions of Athena that it lacks, or has with other answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import MappingProxyType

_NUMBER = "[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?"
_DATE = "\\s*[+-]?[0-9]+-[0-9]{1,2}-[0-9]{1,2}"
_FORMS = {
    "whole": "\\s*[+-]?[0-9]+\\s*",
    "boolean": "(?i)true|false|t|f|1|0",
    "date": f"{_DATE}\\s*",
    "time": f"{_DATE}( [0-9]{{1,2}}:[0-9]{{1,2}}(:[0-9]{{1,2}}([.][0-9]*)?)?.*)?\\s*",
    "double": f"\\s*([+-]?(NaN|Infinity)|{_NUMBER})\\s*",
    "decimal": _NUMBER,
}


def _casts_of_texts(form: str, pattern: str) -> Iterator[tuple[str, str]]:
    """Macros for casts to the types of one form; `t` is a NULL of the type.

    A text must have the form that Athena reads. What DuckDB cannot read either is left to it: its message is the better
    one. The type of `x` is known before a query runs, so one that is no text costs nothing.
    """
    read = "cast_to_type(x, t)"
    if form == "time":  # to milliseconds
        read = f"CASE WHEN length(x) > 23 THEN athena_rounded({read}, 3) ELSE {read} END"
    yield f"athena_read_{form}(x)", f"regexp_extract(x, '^({pattern})$')"
    yield (
        f"athena_text_to_{form}(x, t)",
        f"CASE WHEN regexp_full_match(x, '{pattern}') THEN {read} WHEN cast_to_type(x, t) IS NOT NULL"
        " THEN error('Could not convert string ''' || x || ''' to ' || typeof(t)) END",
    )
    rounded = "WHEN typeof(x) IN ('DOUBLE', 'FLOAT') THEN cast_to_type(round(CAST(x AS DOUBLE)), t) "
    yield (
        f"athena_to_{form}(x, t)",
        f"CASE WHEN typeof(x) = 'VARCHAR' THEN athena_text_to_{form}(CAST(x AS VARCHAR), t)"
        f" {rounded if form == 'whole' else ''}ELSE cast_to_type(x, t) END",
    )


# Functions that Athena has and DuckDB lacks, as macros, under the names that sqlglot leaves as they were written.
MACROS = MappingProxyType(
    {
        "athena_has_null(a)": "len(list_filter(a, lambda x: x IS NULL)) > 0",
        "athena_array_max(a)": "CASE WHEN NOT athena_has_null(a) THEN list_max(a) END",
        "athena_array_min(a)": "CASE WHEN NOT athena_has_null(a) THEN list_min(a) END",
        "athena_contains(a, v)": (
            "CASE WHEN list_contains(a, v) THEN true WHEN v IS NULL OR athena_has_null(a) THEN NULL"
            " ELSE list_contains(a, v) END"
        ),
        "athena_distinct(a)": (
            "list_filter(a, lambda x, i:"
            " len(list_filter(list_slice(a, 1, i - 1), lambda y: y IS NOT DISTINCT FROM x)) = 0)"
        ),
        "athena_except(a, b)": (
            "CASE WHEN b IS NOT NULL THEN list_filter(athena_distinct(a), lambda x:"
            " len(list_filter(b, lambda y: y IS NOT DISTINCT FROM x)) = 0) END"
        ),
        "athena_intersect_of(a, b)": (
            "list_filter(athena_distinct(a), lambda x: len(list_filter(b, lambda y: y IS NOT DISTINCT FROM x)) > 0)"
        ),
        "athena_intersect(a, b)": (  # in the order of the longer one
            "CASE WHEN len(a) < len(b) THEN athena_intersect_of(b, a)"
            " WHEN b IS NOT NULL THEN athena_intersect_of(a, b) END"
        ),
        "athena_position(a, v)": (
            "CASE WHEN a IS NOT NULL AND v IS NOT NULL THEN coalesce(list_position(a, v), 0)::BIGINT END"
        ),
        **{head: body for form, pattern in _FORMS.items() for head, body in _casts_of_texts(form, pattern)},
        "athena_minutes(z)": (  # of an offset such as +08:00
            "CAST(left(z, 1) || '1' AS INTEGER)"
            " * (CAST(substr(z, 2, 2) AS INTEGER) * 60 + CAST(right(z, 2) AS INTEGER))"
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
            "CASE WHEN n = 0 THEN strftime(t, '%Y-%m-%d %H:%M:%S') WHEN n = 3 THEN strftime(t, '%Y-%m-%d %H:%M:%S.%g')"
            " ELSE left(strftime(t, '%Y-%m-%d %H:%M:%S.%f'), CAST(n AS INTEGER) - 6) END"
        ),
        "athena_iso_text(t, n)": "replace(athena_time_text(t, n), ' ', 'T')",
        "athena_two_digits(t)": "CASE WHEN year(t) = 1969 THEN t + to_years(100) ELSE t END",
        "athena_parsed(t, f)": "strptime('|' || t || '|', '|' || f || '|')",  # blanks around the text count
        "athena_rounded(t, n)": (  # to n digits of a second
            "make_timestamp(CAST(floor((epoch_us(t) + 10 ** (6 - n) / 2) / 10 ** (6 - n)) * 10 ** (6 - n) AS BIGINT))"
        ),
        "athena_time_sequence(a, b, i)": (
            "CASE WHEN epoch_us(i) > 0 AND a <= b OR epoch_us(i) < 0 AND a >= b THEN generate_series(a, b, i)"
            " WHEN a IS NOT NULL AND b IS NOT NULL AND i IS NOT NULL"
            " THEN error('sequence stop value should be greater than or equal to start value if step is greater"
            " than zero otherwise stop should be less than or equal to start') END"
        ),
        "athena_month_sequence(a, b, i)": (
            "list_filter(list_transform(range(0, abs(date_diff('month', a, b)) // abs(athena_months(i)) + 1),"
            " lambda k: a + to_months(CAST(k * athena_months(i) AS INTEGER))),"
            " lambda t: CASE WHEN athena_months(i) > 0 THEN t <= b ELSE t >= b END)"
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
        "athena_millisecond(t)": "CAST(date_part('millisecond', t) AS BIGINT) % 1000",
        "athena_replace(t, a, b)": (
            "CASE WHEN a <> '' THEN replace(t, a, b) WHEN t = '' THEN b"
            " ELSE b || array_to_string(list_transform(string_split(t, ''), lambda c: c || b), '') END"
        ),
        "athena_replacement(r)": (
            "CASE WHEN contains(r, '\\') OR contains(r, '${')"
            " THEN error('This replacement is not supported here: ' || r)"
            " ELSE regexp_replace(r, '[$]([0-9])', '\\\\\\1', 'g') END"
        ),
        "athena_substr(t, s)": "CASE WHEN s = 0 OR s < -length(t) THEN left(t, 0) ELSE substr(t, s) END",
        "athena_substring(t, s, n)": (
            "CASE WHEN s = 0 OR s < -length(t) OR n <= 0 THEN left(t, 0) ELSE substr(t, s, n) END"
        ),
        "human_readable_seconds(n)": "athena_human_seconds(abs(CAST(round(n) AS BIGINT)))",
        "athena_human_seconds(n)": (
            "CASE n WHEN 0 THEN '0 seconds' ELSE array_to_string(list_filter(list_transform("
            "[(604800, 9000000000000, 'week'), (86400, 7, 'day'), (3600, 24, 'hour'), (60, 60, 'minute'),"
            " (1, 60, 'second')], lambda u: athena_counted(n // u[1] % u[2], u[3])), lambda t: t <> ''), ', ') END"
        ),
        "athena_counted(n, unit)": "CASE n WHEN 0 THEN '' WHEN 1 THEN '1 ' || unit ELSE n || ' ' || unit || 's' END",
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
        "athena_slice(a, s, n)": (
            "CASE WHEN s > 0 THEN list_slice(a, s, s + n - 1)"
            " WHEN s < 0 AND len(a) + s >= 0 THEN list_slice(a, len(a) + s + 1, len(a) + s + n) ELSE [] END"
        ),
        "athena_split(t, d, n)": (
            "CASE WHEN n IS NULL THEN NULL WHEN n < 1 THEN error('Limit must be positive')"
            " WHEN len(string_split(t, d)) > n THEN list_append(list_slice(string_split(t, d), 1, n - 1),"
            " array_to_string(list_slice(string_split(t, d), n, len(string_split(t, d))), d))"
            " ELSE string_split(t, d) END"
        ),
        "athena_split_part(t, d, n)": "CASE WHEN n <= len(string_split(t, d)) THEN split_part(t, d, n) END",
        "athena_remove(a, e)": ("CASE WHEN e IS NOT NULL THEN list_filter(a, lambda x: x IS NULL OR x <> e) END"),
        "array_union(a, b)": "athena_distinct(list_concat(a, b))",
        "arrays_overlap(a, b)": (
            "CASE WHEN list_has_any(a, b) THEN true WHEN athena_has_null(a) OR athena_has_null(b) THEN NULL"
            " ELSE list_has_any(a, b) END"
        ),
        "athena_url(t)": "replace(replace(replace(url_encode(t), '%20', '+'), '~', '%7E'), '%2A', '*')",
        "bitwise_left_shift(a, n)": "a << n",
        "bitwise_right_shift(a, n)": "a >> n",
        "codepoint(t)": "unicode(t)",
        "e()": "exp(1.0::DOUBLE)",
        "every(x)": "bool_and(x)",
        "hamming_distance(a, b)": "hamming(a, b)",
        "hypot(a, b)": "sqrt(a * a + b * b)",
        "infinity()": "'inf'::DOUBLE",
        "is_finite(x)": "isfinite(x)",
        "is_infinite(x)": "isinf(x)",
        "json_array_contains(j, v)": "json_contains(j, to_json(v))",
        "json_array_get(j, n)": "json_extract(j, '$[' || n || ']')",
        "json_size(j, p)": "json_array_length(j, p)",
        "map_agg(k, v)": "map_from_entries(list((k, v)) FILTER (k IS NOT NULL))",
        "nan()": "'nan'::DOUBLE",
        "to_iso8601(t)": (
            "CASE WHEN typeof(t) = 'DATE' THEN CAST(t AS VARCHAR)"
            " ELSE strftime(CAST(t AS TIMESTAMP), '%Y-%m-%dT%H:%M:%S.%g')"
            " || CASE WHEN typeof(t) = 'TIMESTAMP WITH TIME ZONE' THEN 'Z' ELSE '' END END"
        ),
        "width_bucket(x, low, high, n)": (
            "CAST(CASE WHEN x < low THEN 0 WHEN x >= high THEN n + 1"
            " ELSE floor((x - low) / CAST(high - low AS DOUBLE) * n) + 1 END AS BIGINT)"
        ),
        "yow(d)": "isoyear(d)",
    }
)

_BY_NAME = {head.partition("(")[0]: (head, body) for head, body in MACROS.items()}
_CALLED = re.compile(r"(\w+)\(")


def macros_of(sql: str) -> list[str]:
    """The statements that create what a statement's text calls of these, each after those that its body calls.

    A session that runs one statement is spared the others, which take longer to create than many a statement to run.
    """
    return [f"CREATE MACRO IF NOT EXISTS {head} AS {body}" for head, body in _called(sql, set())]


def all_macros() -> Iterator[tuple[str, str]]:
    """Head and body of each of these, after those that its body calls."""
    return _called(" ".join(MACROS), set())


def _called(text: str, seen: set[str]) -> Iterator[tuple[str, str]]:
    for name in sorted(set(_CALLED.findall(text.lower())) & _BY_NAME.keys() - seen):
        if name not in seen:  # by now
            head, body = _BY_NAME[name]
            seen.add(name)
            yield from _called(body, seen)
            yield head, body
