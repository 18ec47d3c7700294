"""Macros in DuckDB: JSON as Athena reads and writes it.

`x` is a text or JSON, `j` JSON, `t` a text, `p` a path, `o` paths that must lead nowhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

_DEPTH = 4  # of objects whose names are sorted, in one another; each level takes twice as long to prepare
_ASTRAL = "[\\x{10000}-\\x{10FFFF}]"
# What Athena writes otherwise than DuckDB: 1.0E7, 1.0E-4, and characters beyond the first 65,536 as escapes.
_WRITTEN_OTHERWISE = f"[0-9]{{8}}[.]|[0-9][eE][-+]?[0-9]|[^0-9]0[.]000|^0[.]000|{_ASTRAL}"
# A text up to a number that is in no string, and the number.
_NUMBER = '((?:[^"0-9-]|"(?:[^"\\\\]|\\\\.)*")*)(-?[0-9][-+.eE0-9]*)'


_TOKENS = '"(?:[^"\\\\]|\\\\.)*"|-?[0-9][-+.eE0-9]*|[^"0-9-]+'


def _sorted() -> Iterator[tuple[str, str]]:
    """JSON's text with sorted names, level by level from the inside: a macro cannot call itself."""
    has_names = "contains(CAST(j AS VARCHAR), '{\"')"
    yield (
        "athena_sorted_0(j)",
        f"CASE WHEN {has_names} THEN error('JSON of so many levels is not supported here: ' || CAST(j AS VARCHAR))"
        " ELSE CAST(j AS VARCHAR) END",
    )
    for level in range(1, _DEPTH + 1):
        yield (
            f"athena_sorted_{level}(j)",
            f"CASE WHEN NOT {has_names} THEN CAST(j AS VARCHAR) ELSE athena_json_bracket(j, '{{', '[')"
            f" || list_aggregate(list_transform(athena_json_parts(j), lambda e{level}:"
            f" athena_json_name(j, e{level}[1]) || coalesce(athena_sorted_{level - 1}(e{level}[2]), 'null')),"
            " 'string_agg', ',') || athena_json_bracket(j, '}', ']') END",
        )


JSON_MACROS = MappingProxyType(
    {
        # A text that is no JSON gives NULL; one that only ends wrongly may have given its value to Athena before.
        "athena_no_json(t, p)": (
            "CASE WHEN regexp_matches(t, '^\\s*[\\[{]') OR (p = '$' AND regexp_matches(t, '^\\s*[\"0-9tfn-]'))"
            " THEN error('Malformed JSON: ' || t) END"
        ),
        "athena_path(p)": (
            "CASE WHEN regexp_full_match(p, '[$]([.][0-9]*[A-Za-z_:][A-Za-z0-9_:]*)*') THEN p"
            " WHEN p IS NOT NULL THEN error('This JSON path is not supported here: ' || p) END"
        ),
        # The text of a scalar that `v`, JSON, is: NULL for what is none.
        "athena_plain_scalar(v)": (
            "CASE WHEN CAST(v AS VARCHAR) < '#' THEN v ->> '$' WHEN CAST(v AS VARCHAR) < ':' THEN CAST(v AS VARCHAR)"
            " WHEN CAST(v AS VARCHAR) IN ('true', 'false') THEN CAST(v AS VARCHAR) END"
        ),
        "athena_is_fraction(v)": (
            "CAST(v AS VARCHAR) BETWEEN '-' AND ':' AND regexp_matches(CAST(v AS VARCHAR), '[.eE]|^0$')"
        ),
        # Numbers become strings, which JSON keeps as they are.
        "athena_sought_number(t, p)": (
            f"regexp_replace('[' || t || ',0]', '{_NUMBER}', '\\1\"\\2\"', 'g') ->> ('$[0]' || substr(p, 2))"
        ),
        "athena_spellings(t, v)": (
            "list_distinct(list_filter(regexp_extract_all(t, '-?[0-9]+[.eE][-+.eE0-9]*'),"
            " lambda n: TRY_CAST(n AS DOUBLE) = TRY_CAST(v AS DOUBLE)))"
        ),
        # The number as the text has it: a text where all numbers of this value are written alike is the usual one.
        "athena_raw_number(t, p, v)": (
            "CASE WHEN v = '0' AND NOT contains(t, '-0') THEN v WHEN v <> '0' AND len(athena_spellings(t, v)) = 1"
            " THEN athena_spellings(t, v)[1] ELSE athena_sought_number(t, p) END"
        ),
        # A number in a path is a field of an object and an entry of a list to Athena, here one of both.
        "athena_led_nowhere(x, o)": (
            "CASE WHEN len(o) > 0 THEN CASE WHEN list_contains(json_exists(TRY_CAST(x AS JSON), o), true)"
            " THEN error('A JSON path with [1] of an object, or .1 of a list, is not supported here; use instead:"
            ' ["1"] of an object, [1] of a list\') END END'
        ),
        "athena_missing(t, p, o)": (
            "CASE WHEN TRY_CAST(t AS JSON) IS NULL THEN athena_no_json(t, p) ELSE athena_led_nowhere(t, o) END"
        ),
        "athena_scalar_of_text(t, p, o)": (
            "list_transform([json_extract(TRY_CAST(t AS JSON), p)], lambda v: CASE WHEN v IS NULL"
            " THEN athena_missing(t, p, o) WHEN athena_is_fraction(v) THEN athena_raw_number(t, p, CAST(v AS VARCHAR))"
            " ELSE athena_plain_scalar(v) END)[1]"
        ),
        # Usually the text is no number, object or list, as its first character shows.
        "athena_is_plain(t)": "(t >= ';' AND t < '[') OR (t >= '^' AND t < '{') OR t >= '~' OR t < '-'",
        "athena_scalar_of_json(j, p, o)": (
            "CASE WHEN athena_is_plain(j ->> p) THEN j ->> p ELSE list_transform([json_extract(j, p)], lambda v:"
            " CASE WHEN v IS NULL THEN athena_led_nowhere(j, o)"
            " WHEN athena_is_fraction(v) AND v <> '0' THEN athena_double(TRY_CAST(v AS DOUBLE))"
            " ELSE athena_plain_scalar(v) END)[1] END"
        ),
        "athena_scalar(x, p, o)": (
            "CASE WHEN typeof(x) = 'JSON' THEN athena_scalar_of_json(TRY_CAST(x AS JSON), p, o)"
            " ELSE athena_scalar_of_text(CAST(x AS VARCHAR), p, o) END"
        ),
        # A scalar that is cast: only a DECIMAL can have more digits than JSON keeps.
        "athena_only_scalar(j, p)": "json_value(j, p) ->> '$'",
        "athena_cast_scalar(x, p, o)": (
            "CASE WHEN typeof(x) = 'JSON' "
            " THEN coalesce(athena_only_scalar(TRY_CAST(x AS JSON), p), athena_led_nowhere(x, o))"
            " ELSE coalesce(athena_only_scalar(TRY_CAST(x AS JSON), p), athena_missing(CAST(x AS VARCHAR), p, o)) END"
        ),
        "athena_decimal_scalar(x, p, o)": (
            "CASE WHEN typeof(x) = 'JSON' "
            " THEN coalesce(athena_only_scalar(TRY_CAST(x AS JSON), p), athena_led_nowhere(x, o))"
            " ELSE athena_scalar_of_text(CAST(x AS VARCHAR), p, o) END"
        ),
        # CASE would copy each document.
        "athena_json_part(x, p, o)": (
            "coalesce(json_extract(TRY_CAST(x AS JSON), p), athena_missing(CAST(x AS VARCHAR), p, o))"
        ),
        "athena_length_of_part(x, p, o)": (
            "CASE WHEN json_type(TRY_CAST(x AS JSON), p) = 'ARRAY'"
            " THEN CAST(json_array_length(TRY_CAST(x AS JSON), p) AS BIGINT)"
            " ELSE CAST(athena_missing(CAST(x AS VARCHAR), p, o) AS BIGINT) END"
        ),
        "athena_json_string(t)": (
            f"CASE WHEN regexp_matches(t, '{_ASTRAL}') THEN array_to_string(list_transform(string_split(t, ''),"
            " lambda c: CASE WHEN unicode(c) > 65535 THEN printf('\\u%04X\\u%04X',"
            " 55296 + (unicode(c) - 65536) // 1024, 56320 + (unicode(c) - 65536) % 1024) ELSE c END), '') ELSE t END"
        ),
        "athena_json_bracket(j, o, a)": "CASE json_type(j) WHEN 'OBJECT' THEN o ELSE a END",
        "athena_json_name(j, k)": "CASE json_type(j) WHEN 'OBJECT' THEN CAST(to_json(k) AS VARCHAR) || ':' ELSE '' END",
        "athena_json_map(j)": "CAST(j AS MAP(VARCHAR, JSON))",
        "athena_json_parts(j)": (
            "CASE json_type(j) WHEN 'ARRAY' THEN list_zip(CAST(j AS VARCHAR[]), CAST(j AS JSON[]))"
            " ELSE list_sort(list_zip(map_keys(athena_json_map(j)), map_values(athena_json_map(j)))) END"
        ),
        **dict(_sorted()),
        "athena_json_token(t)": (
            "CASE WHEN regexp_matches(t, '^-?[0-9]+[.eE]') "
            " THEN regexp_replace(athena_double(TRY_CAST(t AS DOUBLE)), '^-?Infinity$', '\"\\0\"')"
            " WHEN starts_with(t, '\"') THEN athena_json_string(t) ELSE t END"
        ),
        "athena_json_tokens(t)": (
            f"list_aggregate(list_transform(regexp_extract_all(t, '{_TOKENS}'), lambda e: athena_json_token(e)),"
            " 'string_agg', '')"
        ),
        "athena_json_written(t)": (
            f"CASE WHEN regexp_matches(t, '{_WRITTEN_OTHERWISE}') THEN athena_json_tokens(t) ELSE t END"
        ),
        "athena_json(j)": "CAST(athena_json_written(CAST(j AS VARCHAR)) AS JSON)",
        "athena_sorted_json(j)": f"CAST(athena_json_written(athena_sorted_{_DEPTH}(j)) AS JSON)",
        "athena_to_json(x)": (
            "CASE WHEN typeof(x) = 'JSON' THEN TRY_CAST(x AS JSON)"
            " WHEN regexp_full_match(typeof(x), 'DECIMAL[^\\]]*') THEN TRY_CAST(CAST(x AS VARCHAR) AS JSON)"
            " WHEN regexp_matches(typeof(x), 'DECIMAL|field0|_0|TUPLE')"
            " THEN error('A DECIMAL in an array, or a row without names, as JSON is not supported here')"
            " ELSE athena_sorted_json(to_json(x)) END"
        ),
        "athena_json_array_length(x)": (
            "CASE WHEN json_type(TRY_CAST(x AS JSON)) = 'ARRAY'"
            " THEN CAST(json_array_length(TRY_CAST(x AS JSON)) AS BIGINT)"
            " WHEN TRY_CAST(x AS JSON) IS NULL AND regexp_matches(CAST(x AS VARCHAR), '^\\s*\\[.*\\]')"
            " THEN error('Malformed JSON: ' || CAST(x AS VARCHAR)) END"
        ),
        "athena_size(j)": (
            "CASE json_type(j) WHEN 'ARRAY' THEN CAST(json_array_length(j) AS BIGINT)"
            " WHEN 'OBJECT' THEN len(json_keys(j)) ELSE CASE WHEN j IS NOT NULL THEN 0 END END"
        ),
        "athena_json_size(x, p, o)": "athena_size(athena_json_part(x, p, o))",
        "athena_array_contains(x, v)": (
            "CASE WHEN json_type(TRY_CAST(x AS JSON)) = 'ARRAY'"
            " THEN list_contains(CAST(TRY_CAST(x AS JSON) AS JSON[]), to_json(v))"
            " WHEN TRY_CAST(x AS JSON) IS NULL AND regexp_matches(CAST(x AS VARCHAR), '^\\s*\\[')"
            " THEN error('Malformed JSON: ' || CAST(x AS VARCHAR)) END"
        ),
        "is_json_scalar(x)": "json_type(json(x)) NOT IN ('OBJECT', 'ARRAY')",
        # A value of JSON as a whole number: DOUBLEs are rounded; NULL for what is none.
        "athena_json_number(j)": (
            "CASE json_type(j) WHEN 'DOUBLE' THEN CAST(CAST(round(TRY_CAST(j AS DOUBLE)) AS HUGEINT) AS VARCHAR)"
            " WHEN 'BOOLEAN' THEN CASE CAST(j AS VARCHAR) WHEN 'true' THEN '1' ELSE '0' END ELSE j ->> '$' END"
        ),
        "athena_json_texts(a)": "list_transform(a, lambda e: athena_json_text(e))",
        "athena_json_numbers(a)": "list_transform(a, lambda e: athena_json_number(e))",
        "athena_no_fractions(j)": (
            "CASE WHEN regexp_matches(CAST(j AS VARCHAR), '[0-9][.eE]')"
            " THEN error('Numbers with a point inside a map or row of JSON are not supported here in a cast to a text"
            " or a whole number: ' || CAST(j AS VARCHAR)) ELSE j END"
        ),
    }
)
