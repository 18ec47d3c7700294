"""Macros in DuckDB for arrays and maps."""

from __future__ import annotations

from collections.abc import Mapping

ARRAYS: Mapping[str, str] = {
    "athena_has_null(a)": "len(list_filter(a, lambda x: x IS NULL)) > 0",
    # NaN is left out, unless there is nothing else.
    "athena_array_max(a)": (
        "CASE WHEN NOT athena_has_null(a) THEN CASE WHEN typeof(a) IN ('DOUBLE[]', 'FLOAT[]')"
        " THEN coalesce(list_aggregate(athena_without_nan(a), 'max'), list_max(a)) ELSE list_max(a) END END"
    ),
    "athena_array_min(a)": "CASE WHEN NOT athena_has_null(a) THEN list_min(a) END",
    "athena_without_nan(a)": "list_filter(a, lambda x: CAST(x AS VARCHAR) <> 'nan')",
    "athena_contains(a, v)": (
        "CASE WHEN athena_is_nan(v) THEN CASE WHEN NOT athena_has_null(a) THEN false END"
        " WHEN athena_has_null_inside(v) OR (athena_is_nested(v) AND athena_has_null_inside(a))"
        " THEN error('contains does not support arrays with elements that are null or contain null')"
        " WHEN list_contains(a, v) THEN true WHEN v IS NULL OR athena_has_null(a) THEN NULL"
        " ELSE list_contains(a, v) END"
    ),
    "athena_is_nested(x)": "typeof(x) LIKE '%]' OR typeof(x) LIKE '%)' AND typeof(x) NOT LIKE 'DECIMAL%'",
    "athena_has_null_inside(x)": "athena_is_nested(x) AND regexp_matches(CAST(x AS VARCHAR), '\\bNULL\\b')",
    "athena_distinct(a)": (
        "list_filter(a, lambda x, i: len(list_filter(list_slice(a, 1, i - 1), lambda y: y IS NOT DISTINCT FROM x)) = 0)"
    ),
    "athena_except(a, b)": (
        "CASE WHEN b IS NOT NULL THEN list_filter(athena_distinct(a), lambda x:"
        " len(list_filter(b, lambda y: y IS NOT DISTINCT FROM x)) = 0) END"
    ),
    "athena_intersect_of(a, b)": (
        "list_filter(athena_distinct(a), lambda x: len(list_filter(b, lambda y: y IS NOT DISTINCT FROM x)) > 0)"
    ),
    "athena_intersect(a, b)": (  # in the order of the longer one
        "CASE WHEN len(a) < len(b) THEN athena_intersect_of(b, a) WHEN b IS NOT NULL THEN athena_intersect_of(a, b) END"
    ),
    "athena_position(a, v)": (
        "CASE WHEN a IS NOT NULL AND v IS NOT NULL THEN CASE WHEN athena_is_nan(v) THEN 0"
        " ELSE coalesce(list_position(a, v), 0) END::BIGINT END"
    ),
    "athena_slice(a, s, n)": (
        "CASE WHEN s > 0 THEN list_slice(a, s, s + n - 1)"
        " WHEN s < 0 AND len(a) + s >= 0 THEN list_slice(a, len(a) + s + 1, len(a) + s + n) ELSE [] END"
    ),
    "athena_remove(a, e)": (
        "CASE WHEN athena_is_nan(e) THEN a WHEN e IS NOT NULL THEN list_filter(a, lambda x: x IS NULL OR x <> e) END"
    ),
    "array_union(a, b)": "athena_distinct(list_concat(a, b))",
    "arrays_overlap(a, b)": (
        "CASE WHEN list_has_any(a, b) THEN true WHEN athena_has_null(a) OR athena_has_null(b) THEN NULL"
        " ELSE list_has_any(a, b) END"
    ),
    "athena_entry(v)": "{'v': v}",
    "athena_values(l)": "list_transform(l, lambda e: e.v)",
    "athena_negatives(a)": "list_transform(a, lambda x: -x)",
    "athena_any(b)": (
        "CASE WHEN list_contains(b, true) THEN true WHEN athena_has_null(b) THEN NULL WHEN b IS NOT NULL THEN false END"
    ),
    "athena_all(b)": (
        "CASE WHEN list_contains(b, false) THEN false WHEN athena_has_null(b) THEN NULL"
        " WHEN b IS NOT NULL THEN true END"
    ),
    "athena_none(b)": "NOT athena_any(b)",
    "athena_append(a, x)": "CASE WHEN a IS NOT NULL AND x IS NOT NULL THEN list_append(a, x) END",
    "athena_prepend(x, a)": "CASE WHEN a IS NOT NULL AND x IS NOT NULL THEN list_prepend(x, a) END",
    "athena_comparable(a)": (
        "CASE WHEN athena_has_null_inside(a)"
        " THEN error('comparison not supported for arrays and rows with NULL inside') ELSE a END"
    ),
    "athena_element_at(a, k)": (
        "CASE WHEN typeof(a) NOT LIKE 'MAP(%' AND CAST(k AS VARCHAR) = '0'"
        " THEN error('SQL array indices start at 1') ELSE a[k] END"
    ),
    "athena_subscript(a, k)": (
        "CASE WHEN k BETWEEN 1 AND array_length(a) THEN a[k] WHEN a IS NULL THEN NULL"
        " WHEN k = 0 THEN error('SQL array indices start at 1')"
        " WHEN k < 0 THEN error('Array subscript is negative: ' || k) WHEN k > array_length(a)"
        " THEN error('Array subscript must be less than or equal to array length: ' || k || ' > ' || array_length(a))"
        " END"
    ),
    "athena_map_value(m, k)": (
        "CASE WHEN map_contains(m, k) THEN m[k] WHEN m IS NOT NULL AND k IS NOT NULL"
        " THEN error('Key not present in map: ' || CAST(k AS VARCHAR)) END"
    ),
    "athena_entries(n)": (
        "CASE WHEN n > 10000 THEN error('result of sequence function must not have more than 10000 entries')"
        " ELSE range(n) END"
    ),
    "athena_sequence(a, b)": (
        "list_transform(athena_entries(abs(CAST(b AS BIGINT) - a) + 1),"
        " lambda i: a + CASE WHEN a <= b THEN i ELSE -i END)"
    ),
    "athena_sequence_by(a, b, s)": (
        "CASE WHEN s = 0 THEN error('step must not be zero') WHEN (b - a) * sign(s) < 0 THEN"
        " error('sequence stop value should be greater than or equal to start value if step is greater than zero"
        " otherwise stop should be less than or equal to start')"
        " ELSE list_transform(athena_entries((b - a) // s + 1), lambda i: a + s * i) END"
    ),
    # A step of months is 30 days to `epoch`: a tenth more than 28, the shortest.
    "athena_sequence_of_times(a, b, s)": (
        "CASE WHEN s = INTERVAL 0 DAY THEN error('interval must not be zero')"
        " WHEN typeof(a) = 'DATE' AND epoch(s) % 86400 <> 0"
        " THEN error('sequence step must be a day interval if start and end values are dates')"
        " WHEN (epoch(b) - epoch(a)) * epoch(s) < 0 THEN"
        " error('sequence stop value should be greater than or equal to start value if step is greater than zero"
        " otherwise stop should be less than or equal to start')"
        " ELSE athena_at_most(list_filter(list_transform(range(least(10001,"
        " CAST((epoch(b) - epoch(a)) / epoch(s) * 1.1 AS BIGINT) + 2)),"
        " lambda i: cast_to_type(a + i * s, a)), lambda t: CASE WHEN epoch(s) > 0 THEN t <= b ELSE t >= b END)) END"
    ),
    "athena_sequence_of_days(a, b)": (
        "athena_sequence_of_times(a, b, CASE WHEN a <= b THEN INTERVAL 1 DAY ELSE INTERVAL '-1' DAY END)"
    ),
    "athena_at_most(a)": (
        "CASE WHEN len(a) > 10000 THEN error('result of sequence function must not have more than 10000 entries')"
        " ELSE a END"
    ),
    "athena_repeat(x, n)": (
        "CASE WHEN n < 0 THEN error('count argument of repeat function must be greater than or equal to 0')"
        " WHEN n > 10000 THEN error('count argument of repeat function must be less than or equal to 10000')"
        " ELSE list_transform(range(n), lambda i: x) END"
    ),
    "athena_ngrams(a, n)": (
        "CASE WHEN n < 1 THEN error('N must be positive') WHEN n >= len(a) THEN [a]"
        " ELSE list_transform(range(1, len(a) - n + 2), lambda i: list_slice(a, i, i + n - 1)) END"
    ),
    "athena_combinations(a, n)": (
        "CASE WHEN n < 0 THEN error('combination size must not be negative: ' || n)"
        " WHEN n > 5 THEN error('combination size must not exceed 5: ' || n)"
        " WHEN len(a) > 16 THEN error('combinations of more than 16 entries are not supported here')"
        " ELSE list_transform(list_filter(range(CAST(1 AS BIGINT) << len(a)), lambda m: bit_count(m) = n),"
        " lambda m: list_filter(a, lambda x, i: (m >> (i - 1)) & 1 = 1)) END"
    ),
    "athena_trim_array(a, n)": (
        "CASE WHEN n < 0 THEN error('size must not be negative: ' || n) WHEN n > len(a)"
        " THEN error('size must not exceed array cardinality ' || len(a) || ': ' || n)"
        " ELSE list_slice(a, 1, len(a) - n) END"
    ),
    "athena_array_histogram(a)": (
        "map_from_entries(list_transform(list_filter(athena_distinct(a), lambda x: x IS NOT NULL),"
        " lambda x: {'key': x, 'value': len(list_filter(a, lambda y: y = x))}))"
    ),
}

MAPS: Mapping[str, str] = {
    "athena_map_entries(m)": ("list_transform(map_entries(m), lambda e: {'field0': e.key, 'field1': e.value})"),
    "athena_map_concat(a, b)": "CASE WHEN a IS NOT NULL AND b IS NOT NULL THEN map_concat(a, b) END",
    "athena_first_of_keys(l)": (
        "map_from_entries(list_filter(l, lambda e, i:"
        " len(list_filter(list_slice(l, 1, i - 1), lambda f: f.k = e.k)) = 0))"
    ),
    "map_agg(k, v)": "athena_first_of_keys(list({'k': k, 'v': v}) FILTER (k IS NOT NULL))",
    "map_union(m)": (
        "athena_first_of_keys(list_transform(flatten(list(map_entries(m)) FILTER (m IS NOT NULL)),"
        " lambda e: {'k': e.key, 'v': e.value}))"
    ),
    "athena_by_key(l)": (
        "map_from_entries(list_transform(athena_distinct(list_transform(l, lambda e: e.k)), lambda q:"
        " {'key': q, 'value': list_transform(list_filter(l, lambda e: e.k = q), lambda e: e.v)}))"
    ),
    "multimap_agg(k, v)": "athena_by_key(list({'k': k, 'v': v}) FILTER (k IS NOT NULL))",
    "multimap_from_entries(l)": (
        "athena_by_key(list_transform(l, lambda e: {'k': struct_extract_at(e, 1), 'v': struct_extract_at(e, 2)}))"
    ),
    "athena_histogram(x)": (
        "map_from_entries(list_transform(map_entries(histogram(x)),"
        " lambda e: {'key': e.key, 'value': CAST(e.value AS BIGINT)}))"
    ),
    "athena_pairs(t, d, s)": (
        "CASE WHEN d = '' THEN error('entryDelimiter is empty') WHEN s = '' THEN error('keyValueDelimiter is empty')"
        " WHEN d = s THEN error('entryDelimiter and keyValueDelimiter must not be the same')"
        " ELSE list_transform(list_filter(string_split(t, d), lambda x, i: x <> '' OR i < len(string_split(t, d))),"
        " lambda x: CASE WHEN len(string_split(x, s)) = 2 THEN {'k': string_split(x, s)[1], 'v': string_split(x, s)[2]}"
        " ELSE error('Key-value delimiter must appear exactly once in each entry. Bad input: ''' || x || '''') END) END"
    ),
    "athena_split_to_map(t, d, s)": "map_from_entries(athena_pairs(t, d, s))",
    "split_to_multimap(t, d, s)": "athena_by_key(athena_pairs(t, d, s))",
}
