"""The functions that a statement may call: those of Athena (Trino) that DuckDB has, or that a macro defines here.

This is the fence's allow-list of functions; any other is `not registered`. docs/athena.md lists where results still
differ.
"""

from __future__ import annotations

from types import MappingProxyType

from sqlglot import exp

_NAMES = """
abs acos approx_distinct approx_percentile arbitrary any_value array_agg array_distinct array_except
array_intersect array_join array_max array_min array_position array_remove array_sort array_union arrays_overlap asin
atan atan2 avg bitwise_and bitwise_left_shift bitwise_not bitwise_or
bitwise_right_shift bitwise_xor bool_and bool_or cardinality cbrt ceil ceiling char_length character_length chr
coalesce codepoint concat concat_ws contains corr cos cosh count count_if covar_pop covar_samp cume_dist current_date
current_timestamp date date_add date_diff date_format date_parse date_trunc day day_of_month day_of_week day_of_year
degrees dense_rank dow doy e element_at ends_with every exp filter first_value flatten floor format_datetime
from_base64 from_hex from_iso8601_date from_iso8601_timestamp from_unixtime from_utf8 geometric_mean greatest grouping
hamming_distance histogram hour hypot if infinity is_finite is_infinite is_nan json_array_contains
json_array_get json_array_length json_extract json_extract_scalar json_format json_parse kurtosis lag
last_day_of_month last_value lead least length levenshtein_distance listagg ln log log10 log2 lower lpad ltrim map
map_agg map_entries map_from_entries map_keys map_values max max_by md5 min min_by
minute mod month nan now nth_value ntile nullif parse_datetime percent_rank pi position
pow power quarter radians rand random rank regexp_extract regexp_extract_all regexp_like regexp_replace
regexp_split regr_intercept regr_slope replace reverse round row row_number rpad rtrim second sequence
sha256 sign sin sinh skewness slice split split_part sqrt starts_with stddev stddev_pop stddev_samp strpos substr
substring sum tan tanh to_base64 to_hex to_iso8601 to_unixtime to_utf8 transform
translate trim truncate try try_cast unnest upper uuid var_pop var_samp variance week week_of_year width_bucket
year year_of_week yow
"""
NAMES = frozenset(_NAMES.split())

# Functions with syntax of their own: the parser keeps no name of theirs to look up.
SYNTAX: tuple[type[exp.Expr], ...] = (
    exp.And,
    exp.ArgMax,
    exp.ArgMin,
    exp.Array,
    exp.Case,
    exp.Cast,
    exp.Ceil,
    exp.Chr,
    exp.Coalesce,
    exp.CurrentDate,
    exp.CurrentTimestamp,
    exp.Exists,
    exp.Explode,
    exp.Extract,
    exp.Floor,
    exp.GroupConcat,
    exp.If,
    exp.Localtime,
    exp.Localtimestamp,
    exp.Map,
    exp.Not,
    exp.Nullif,
    exp.Or,
    exp.Overlay,
    exp.ParseJSON,
    exp.StrPosition,
    exp.Struct,
    exp.Substring,
    exp.Trim,
    exp.TryCast,
    exp.Unnest,
    exp.Xor,
)

# Functions that Athena has and DuckDB lacks, as macros, under the names that sqlglot leaves as they were written.
MACROS = MappingProxyType(
    {
        "array_except(a, b)": "list_filter(list_distinct(a), lambda x: NOT list_contains(b, x))",
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
        "athena_position(a, v)": (
            "CASE WHEN a IS NOT NULL AND v IS NOT NULL THEN coalesce(list_position(a, v), 0)::BIGINT END"
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
        "array_remove(a, e)": "list_filter(a, lambda x: x <> e)",
        "array_union(a, b)": "athena_distinct(list_concat(a, b))",
        "arrays_overlap(a, b)": "list_has_any(a, b)",
        "bitwise_and(a, b)": "a & b",
        "bitwise_or(a, b)": "a | b",
        "bitwise_xor(a, b)": "xor(a, b)",
        "bitwise_not(a)": "~a",
        "bitwise_left_shift(a, n)": "a << n",
        "bitwise_right_shift(a, n)": "a >> n",
        "codepoint(t)": "unicode(t)",
        "e()": "exp(1.0::DOUBLE)",
        "every(x)": "bool_and(x)",
        "from_iso8601_date(t)": "CAST(t AS DATE)",
        "from_utf8(b)": "decode(b)",
        "hamming_distance(a, b)": "hamming(a, b)",
        "hypot(a, b)": "sqrt(a * a + b * b)",
        "infinity()": "'inf'::DOUBLE",
        "is_finite(x)": "isfinite(x)",
        "is_infinite(x)": "isinf(x)",
        "is_nan(x)": "isnan(x)",
        "json_array_contains(j, v)": "json_contains(j, to_json(v))",
        "json_array_get(j, n)": "json_extract(j, '$[' || n || ']')",
        "json_size(j, p)": "json_array_length(j, p)",
        "last_day_of_month(d)": "last_day(d)",
        "map_agg(k, v)": "map_from_entries(list((k, v)) FILTER (k IS NOT NULL))",
        "nan()": "'nan'::DOUBLE",
        "to_iso8601(t)": (
            "CASE WHEN typeof(t) = 'DATE' THEN CAST(t AS VARCHAR)"
            " ELSE strftime(CAST(t AS TIMESTAMP), '%Y-%m-%dT%H:%M:%S.%g')"
            " || CASE WHEN typeof(t) = 'TIMESTAMP WITH TIME ZONE' THEN 'Z' ELSE '' END END"
        ),
        "to_utf8(t)": "encode(t)",
        "truncate(x)": "trunc(x)",
        "width_bucket(x, low, high, n)": (
            "CAST(CASE WHEN x < low THEN 0 WHEN x >= high THEN n + 1"
            " ELSE floor((x - low) / CAST(high - low AS DOUBLE) * n) + 1 END AS BIGINT)"
        ),
        "year_of_week(d)": "isoyear(d)",
        "yow(d)": "isoyear(d)",
    }
)
