"""The functions of Trino's table, as SHOW FUNCTIONS of version 476 lists them, and those of its geospatial plugin.

Those that `functions.py` does not give are refused by their names, with what to write instead where there is something.
"""

from __future__ import annotations

from types import MappingProxyType

# By the numbers of arguments that they take; "2+": two or more. A part of the grammar in parentheses is one, such as
# `x FROM 1 FOR 2`.
_BY_COUNT = {
    "": """
current_date
""",
    "0": """
cume_dist current_groups current_timezone dense_rank e empty_approx_set infinity nan now percent_rank pi rank
row_number uuid
""",
    "0 1": """
count
""",
    "0 1 2": """
rand random
""",
    "0 2": """
map
""",
    "1": """
abs acos any_value approx_set arbitrary array_agg array_distinct array_histogram array_max array_min asin atan avg
bitwise_and_agg bitwise_not bitwise_or_agg bitwise_xor_agg bool_and bool_or cardinality cbrt ceil ceiling checksum chr
codepoint cos cosh count_if crc32 date day day_of_month day_of_week day_of_year degrees dow doy every exp first_value
flatten floor format_number from_base32 from_base64 from_base64url from_big_endian_32 from_big_endian_64 from_hex
from_ieee754_32 from_ieee754_64 from_iso8601_date from_iso8601_timestamp from_iso8601_timestamp_nanos
from_unixtime_nanos geometric_mean hash_counts histogram hour human_readable_seconds is_finite is_infinite
is_json_scalar is_nan json_array_length json_format json_parse kurtosis last_day_of_month last_value length ln log10
log2 lower luhn_check make_set_digest map_entries map_from_entries map_keys map_union map_values md5 merge
merge_set_digest millisecond minute month multimap_from_entries murmur3 ntile parse_data_size parse_duration
parse_presto_data_size quarter radians reverse second sha1 sha256 sha512 shuffle sign sin sinh skewness soundex
spooky_hash_v2_32 spooky_hash_v2_64 sqrt stddev stddev_pop stddev_samp sum tan tanh timezone timezone_hour
timezone_minute to_base32 to_base64 to_base64url to_big_endian_32 to_big_endian_64 to_hex to_ieee754_32 to_ieee754_64
to_iso8601 to_milliseconds to_unixtime to_utf8 typeof upper url_decode url_encode url_extract_fragment
url_extract_host url_extract_path url_extract_port url_extract_protocol url_extract_query var_pop var_samp variance
week week_of_year xxhash64 year year_of_week yow
""",
    "1 2": """
approx_distinct array_sort from_utf8 listagg ltrim max min normalize render round rtrim tdigest_agg trim truncate
word_stem
""",
    "1 2 3": """
from_unixtime lag lead qdigest_agg substring
""",
    "1 3 5": """
color
""",
    "1+": """
greatest least
""",
    "2": """
all_match any_match array_except array_intersect array_position array_remove array_union arrays_overlap at_timezone
atan2 bit_count bitwise_and bitwise_left_shift bitwise_or bitwise_right_shift bitwise_right_shift_arithmetic
bitwise_xor combinations contains contains_sequence corr cosine_distance cosine_similarity covar_pop covar_samp
date_format date_parse date_trunc dot_product element_at euclidean_distance exclude_columns filter format_datetime
from_base hamming_distance hmac_md5 hmac_sha1 hmac_sha256 hmac_sha512 intersection_cardinality jaccard_index
json_array_contains json_array_get json_extract json_extract_scalar json_size levenshtein_distance log map_agg
map_filter mod multimap_agg ngrams none_match nth_value parse_datetime pow power quantile_at_value regexp_count
regexp_like regexp_split regr_intercept regr_slope repeat starts_with t_cdf t_pdf to_base transform transform_keys
transform_values trim_array url_extract_parameter value_at_quantile values_at_quantiles with_timezone
""",
    "2 3": """
array_join max_by min_by numeric_histogram regexp_extract regexp_extract_all regexp_replace replace sequence split
strpos substr
""",
    "2 3 4": """
approx_percentile regexp_position
""",
    "2 3 4 5": """
zip
""",
    "2 4": """
bar width_bucket
""",
    "2+": """
concat concat_ws map_concat
""",
    "3": """
approx_most_frequent beta_cdf date_add date_diff inverse_beta_cdf inverse_normal_cdf lpad map_zip_with normal_cdf rgb
rpad slice split_part split_to_map split_to_multimap translate wilson_interval_lower wilson_interval_upper zip_with
""",
    "4": """
reduce reduce_agg
""",
}
_GEOSPATIAL = """
bing_tile bing_tile_at bing_tile_polygon bing_tile_quadkey bing_tile_zoom_level bing_tiles_around convex_hull_agg
from_geojson_geometry geometry_from_hadoop_shape geometry_invalid_reason geometry_nearest_points
geometry_to_bing_tiles geometry_union geometry_union_agg great_circle_distance line_interpolate_point
line_interpolate_points line_locate_point simplify_geometry spatial_partitions st_area st_asbinary st_astext
st_boundary st_buffer st_centroid st_contains st_convexhull st_coorddim st_crosses st_difference st_dimension
st_disjoint st_distance st_endpoint st_envelope st_envelopeaspts st_equals st_exteriorring st_geometries
st_geometryfromtext st_geometryn st_geometrytype st_geomfrombinary st_interiorringn st_interiorrings st_intersection
st_intersects st_isclosed st_isempty st_isring st_issimple st_isvalid st_length st_linefromtext st_linestring
st_multipoint st_numgeometries st_numinteriorring st_numpoints st_overlaps st_point st_pointn st_points st_polygon
st_relate st_startpoint st_symdifference st_touches st_union st_within st_x st_xmax st_xmin st_y st_ymax st_ymin
to_geojson_geometry to_geometry to_spherical_geography
"""
# Of the grammar, so that SHOW FUNCTIONS does not list them.
_SYNTAX = """
current_catalog current_path current_role current_schema current_time current_user json_array json_exists json_object
json_query json_table json_value localtime localtimestamp
"""
_COUNTS_OF_SYNTAX = {
    "1": "current_timestamp localtime localtimestamp position try",
    "1+": "row",
    "2": "nullif",
    "2 3": "if",
    "2+": "coalesce format",
}
TABLE = frozenset(name for names in _BY_COUNT.values() for name in names.split())
TRINO_NAMES = TABLE | frozenset(_GEOSPATIAL.split()) | frozenset(_SYNTAX.split())

_SCRIPT = "a script: jobs/NAME.py with run(context)"
_SKETCH = "approx_distinct or approx_percentile of the rows themselves"
_PANEL = "a panel of a dashboard"
_DISTANCE = "reduce(zip_with(a, b, (x, y) -> x * y), 0e0, (s, x) -> s + x, s -> s)"
_ALTERNATIVES = (
    (
        "approx_set empty_approx_set hash_counts intersection_cardinality jaccard_index make_set_digest merge"
        " merge_set_digest qdigest_agg quantile_at_value tdigest_agg value_at_quantile values_at_quantiles",
        _SKETCH,
    ),
    ("bar color render rgb", _PANEL),
    (
        "beta_cdf inverse_beta_cdf inverse_normal_cdf luhn_check normal_cdf t_cdf t_pdf wilson_interval_lower"
        " wilson_interval_upper hmac_md5 hmac_sha1 hmac_sha256 hmac_sha512",
        _SCRIPT,
    ),
    ("cosine_distance cosine_similarity dot_product euclidean_distance", _DISTANCE),
    ("approx_most_frequent numeric_histogram", "count(*), GROUP BY, ORDER BY and LIMIT"),
    ("checksum", "count(*), and sum or max of each column"),
    ("contains_sequence", "contains(ngrams(array, 2), ARRAY[a, b])"),
    ("current_catalog current_path current_role current_schema current_user", "the name itself, as a literal"),
    ("current_time localtime", "date_format(x, '%H:%i:%s') of a TIMESTAMP"),
    ("from_base32 to_base32", "from_base64 and to_base64"),
    ("from_big_endian_32 from_big_endian_64 from_ieee754_32 from_ieee754_64", "from_base(to_hex(bytes), 16)"),
    ("to_big_endian_32 to_big_endian_64 to_ieee754_32 to_ieee754_64", "to_utf8(CAST(number AS VARCHAR))"),
    ("from_iso8601_timestamp_nanos", "from_iso8601_timestamp"),
    ("from_unixtime_nanos", "from_unixtime(CAST(nanoseconds AS DOUBLE) / 1e9)"),
    ("is_json_scalar", "json_extract_scalar(text, '$') IS NOT NULL"),
    ("json_array", "CAST(ARRAY[...] AS JSON)"),
    ("json_exists", "json_extract(text, '$.path') IS NOT NULL"),
    ("json_query", "json_extract(text, '$.path')"),
    ("json_object", "CAST(MAP(ARRAY[...], ARRAY[...]) AS JSON)"),
    ("json_table", "UNNEST(CAST(json_parse(text) AS ARRAY(JSON)))"),
    ("json_value", "json_extract_scalar"),
    ("murmur3 sha512 spooky_hash_v2_32 spooky_hash_v2_64 xxhash64", "md5 or sha256"),
    ("parse_data_size parse_presto_data_size", "CASE and a number of bytes"),
    ("reduce_agg", "reduce(array_agg(x), state, (s, x) -> ..., s -> s)"),
    ("shuffle", "array_agg(x ORDER BY random())"),
    ("word_stem", "lower(word)"),
    (_GEOSPATIAL, "longitude and latitude as numbers, with sin, cos and acos, or " + _SCRIPT),
)
_BY_NAME = MappingProxyType({name: instead for names, instead in _ALTERNATIVES for name in names.split()})
_COUNTS = MappingProxyType(
    {
        name: counts
        for group in (_BY_COUNT, _COUNTS_OF_SYNTAX)
        for counts, names in group.items()
        for name in names.split()
    }
)
_OTHERWISE = "what docs/athena.md lists, or " + _SCRIPT


def instead_of(name: str) -> str:
    """What to write instead of a function of Trino's table that is not given here."""
    return _BY_NAME.get(name, _OTHERWISE)


def counts_of(name: str) -> str | None:
    """The numbers of arguments that a function takes, such as "1 2" or "2+"; "" if it has no parentheses.

    None: not known.
    """
    return _COUNTS.get(name)
