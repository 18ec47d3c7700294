"""The functions that a statement may call: those of Athena (Trino) that DuckDB has, or that a macro defines here.

This is the fence's allow-list of functions; any other is `not registered`. docs/athena.md lists where results still
differ.
"""

from __future__ import annotations

from sqlglot import exp

_NAMES = """
abs acos all_match any_match any_value approx_distinct approx_percentile arbitrary array_agg array_distinct
array_except array_histogram array_intersect array_join array_max array_min array_position array_remove array_sort
array_union arrays_overlap asin at_timezone atan atan2 avg bit_count bitwise_and bitwise_and_agg bitwise_left_shift
bitwise_not bitwise_or bitwise_or_agg bitwise_right_shift bitwise_right_shift_arithmetic bitwise_xor bitwise_xor_agg
bool_and bool_or cardinality cbrt ceil ceiling chr coalesce codepoint combinations concat concat_ws contains corr cos
cosh count count_if covar_pop covar_samp crc32 cume_dist current_date current_timestamp current_timezone date date_add
date_diff date_format date_parse date_trunc day day_of_month day_of_week day_of_year degrees dense_rank dow doy e
element_at every exp filter first_value flatten floor format format_datetime format_number from_base from_base64
from_base64url from_hex from_iso8601_date from_iso8601_timestamp from_unixtime from_utf8 geometric_mean greatest
grouping hamming_distance histogram hour human_readable_seconds if infinity is_finite is_infinite is_nan
json_array_contains json_array_get json_array_length json_extract json_extract_scalar json_format json_parse json_size
kurtosis lag last_day_of_month last_value lead least length levenshtein_distance listagg ln log log10 log2 lower lpad
ltrim map map_agg map_concat map_entries map_filter map_from_entries map_keys map_union map_values map_zip_with max
max_by md5 millisecond min min_by minute mod month multimap_agg multimap_from_entries nan ngrams none_match normalize
now nth_value ntile nullif parse_datetime parse_duration percent_rank pi position pow power quarter radians rand
random rank reduce regexp_count regexp_extract regexp_extract_all regexp_like regexp_position regexp_replace
regexp_split regr_intercept regr_slope repeat replace reverse round row row_number rpad rtrim second sequence sha1
sha256 sign sin sinh skewness slice soundex split split_part split_to_map split_to_multimap sqrt starts_with stddev
stddev_pop stddev_samp strpos substr substring sum tan tanh timezone_hour timezone_minute to_base to_base64
to_base64url to_hex to_iso8601 to_milliseconds to_unixtime to_utf8 transform transform_keys transform_values translate
trim trim_array truncate try try_cast typeof unnest upper url_decode url_encode url_extract_fragment url_extract_host
url_extract_parameter url_extract_path url_extract_port url_extract_protocol url_extract_query uuid var_pop var_samp
variance week week_of_year width_bucket with_timezone year year_of_week yow zip zip_with
"""
NAMES = frozenset(_NAMES.split())

# Words that the parser takes for the name of a function with syntax of its own.
KEYWORDS = frozenset(["and", "between", "case", "cast", "exists", "extract", "not", "or"])

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
    exp.ParseJSON,
    exp.StrPosition,
    exp.Struct,
    exp.Substring,
    exp.Trim,
    exp.TryCast,
    exp.Unnest,
    exp.Xor,
)
