"""Macros in DuckDB: functions of Athena that it lacks, or has with other answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import MappingProxyType

from millrace.athena_sql.engines.duckdb.translation.function_macros import FUNCTIONS
from millrace.athena_sql.engines.duckdb.translation.json.macros import JSON_MACROS
from millrace.athena_sql.engines.duckdb.translation.texts.macros import TEXT_MACROS
from millrace.athena_sql.engines.duckdb.translation.times.macros import TIMES
from millrace.athena_sql.engines.duckdb.translation.type_names import MACROS as TYPE_NAMES

_NUMBER = "[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?"
_DATE = "[0-9]+-[0-9]{1,2}-[0-9]{1,2}"
_CLOCK = "([01]?[0-9]|2[0-3]):[0-9]{1,2}(:[0-9]{1,2}([.][0-9]+)?)?"
_FORMS = {
    "whole": "\\s*[+-]?[0-9]+\\s*",
    "boolean": "(?i)true|false|t|f|1|0",
    "date": f"\\s*-?{_DATE}\\s*",
    "time": f"\\s*-?{_DATE}( {_CLOCK}( ?[A-Za-z+-].*)?)?\\s*",
    "double": f"\\s*([+-]?(NaN|Infinity)|{_NUMBER})\\s*",
    "decimal": _NUMBER,
}
# Other texts that Athena reads: a pattern, and what DuckDB gets in its place.
_OTHER_FORMS = {
    "whole": (("\\s*[+-]?\\p{Nd}+\\s*", "error('Digits outside ASCII are not supported here: ' || x)"),),
    "date": ((f"\\s*[+]{_DATE}\\s*", "ltrim(x, '+ ')"),),
    "time": ((f"\\s*[+]{_DATE}( {_CLOCK}( ?[A-Za-z+-].*)?)?\\s*", "ltrim(x, '+ ')"),),
    "double": (
        (f"\\s*{_NUMBER}[dDfF]\\s*", f"regexp_extract(x, '{_NUMBER}')"),
        (
            "\\s*[+-]?0[xX][0-9a-fA-F.]+[pP].*",
            "error('A hexadecimal text as a DOUBLE is not supported here: ' || x)",
        ),
    ),
}


def _casts_of_texts(form: str, pattern: str) -> Iterator[tuple[str, str]]:
    """Macros for casts to the types of one form; `t` is a NULL of the type.

    A text must have the form that Athena reads. What DuckDB cannot read either is left to it: its message is the better
    one. The type of `x` is known before a query runs, so one that is no text costs nothing.
    """
    first = "cast_to_type(x, t)"
    if form == "time":  # to milliseconds
        first = f"CASE WHEN length(x) > 23 THEN athena_rounded({first}, 3) ELSE {first} END"
    others = [(f"WHEN regexp_full_match(x, '{other}') THEN", text) for other, text in _OTHER_FORMS.get(form, ())]
    read = " ".join(f"{when} {text}" for when, text in others)
    yield f"athena_read_{form}(x)", f"CASE WHEN regexp_full_match(x, '{pattern}') THEN x {read} END"
    read = " ".join(f"{when} cast_to_type({text}, t)" for when, text in others)
    yield (
        f"athena_text_to_{form}(x, t)",
        f"CASE WHEN regexp_full_match(x, '{pattern}') THEN {first} {read}"
        " WHEN cast_to_type(x, t) IS NOT NULL"
        " THEN error('Could not convert string ''' || x || ''' to ' || typeof(t)) END",
    )
    rounded = "WHEN typeof(x) IN ('DOUBLE', 'FLOAT') THEN cast_to_type(round(CAST(x AS DOUBLE)), t) "
    yield (
        f"athena_to_{form}(x, t)",
        f"CASE WHEN typeof(x) = 'VARCHAR' THEN athena_text_to_{form}(CAST(x AS VARCHAR), t)"
        f" {rounded if form == 'whole' else ''}ELSE cast_to_type(x, t) END",
    )


# Functions that Athena has and DuckDB lacks, as macros, under the names that sqlglot leaves as they were written.
_DEFINED = MappingProxyType(
    {
        **TEXT_MACROS,
        **JSON_MACROS,
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
        "athena_is_nan(x)": "typeof(x) IN ('DOUBLE', 'FLOAT') AND CAST(x AS VARCHAR) = 'nan'",
        "athena_is_nested(x)": "typeof(x) LIKE '%]' OR typeof(x) LIKE '%)' AND typeof(x) NOT LIKE 'DECIMAL%'",
        "athena_has_null_inside(x)": "athena_is_nested(x) AND regexp_matches(CAST(x AS VARCHAR), '\\bNULL\\b')",
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
            "CASE WHEN a IS NOT NULL AND v IS NOT NULL THEN CASE WHEN athena_is_nan(v) THEN 0"
            " ELSE coalesce(list_position(a, v), 0) END::BIGINT END"
        ),
        **FUNCTIONS,
        **TIMES,
        **TYPE_NAMES,
        **{head: body for form, pattern in _FORMS.items() for head, body in _casts_of_texts(form, pattern)},
        "athena_entry(v)": "{'v': v}",
        "athena_finite(x)": "CASE WHEN NOT isnan(x) THEN x END",
        "athena_half_up(a, b)": (
            "CASE WHEN (a < 0) <> (b < 0) THEN -((abs(a) * 2 + abs(b)) // (abs(b) * 2))"
            " ELSE (abs(a) * 2 + abs(b)) // (abs(b) * 2) END"
        ),
        "athena_infinity(y)": "CASE WHEN CAST(y AS VARCHAR) LIKE '-%' THEN '-inf'::DOUBLE ELSE 'inf'::DOUBLE END",
        "athena_kurtosis(k, n)": "CASE WHEN n >= 4 THEN coalesce(k, 'nan'::DOUBLE) END",
        "athena_millisecond(t)": "CAST(date_part('millisecond', t) AS BIGINT) % 1000",
        "athena_near_half(x, unit)": "abs(x * unit - floor(x * unit) - 0.5) <= abs(x * unit) * 5e-16",
        "athena_negatives(a)": "list_transform(a, lambda x: -x)",
        "athena_quotient(x, y)": "CASE WHEN y = 0 THEN x * athena_infinity(y) ELSE x / y END",
        "athena_real_quotient(x, y)": "CAST(athena_quotient(x, y) AS FLOAT)",
        "athena_rest(x, y)": "CASE WHEN y = 0 THEN cast_to_type('nan'::DOUBLE * x, x % y) ELSE x % y END",
        "athena_replace(t, a, b)": (
            "CASE WHEN a <> '' THEN replace(t, a, b) WHEN t = '' AND a = '' THEN b WHEN a IS NULL THEN NULL"
            " ELSE b || array_to_string(list_transform(string_split(t, ''), lambda c: c || b), '') END"
        ),
        "athena_replacement(r)": (
            "CASE WHEN regexp_matches(r, '\\\\|[$][^0-9]|[$][0-9][0-9]|[$]$')"
            " THEN error('This replacement is not supported here: ' || r)"
            " ELSE regexp_replace(r, '[$]([0-9])', '\\\\\\1', 'g') END"
        ),
        # A pattern that is not known before: only the simplest `$`.
        "athena_pattern(p)": (
            "CASE WHEN regexp_full_match(p, '[^$\\[\\\\]*[$]') THEN left(p, length(p) - 1) || '(?:\\n?\\z)'"
            " WHEN regexp_matches(p, '[$]|&&|\\[.*\\[|\\\\[bBsSZ]|[(][?][a-zA-Z-]*[Um]')"
            " THEN error('This pattern is supported as a literal only: ' || p) ELSE p END"
        ),
        "athena_matching(p)": (
            "CASE WHEN regexp_matches('', p) THEN error('A pattern that matches an empty text is not supported here: '"
            " || p) ELSE p END"
        ),
        "athena_line(t)": (
            "CASE WHEN ends_with(t, chr(10))"
            " THEN error('A text that ends with a line end is not supported here for a pattern with $: ' || t)"
            " ELSE t END"
        ),
        "athena_line_of(t, p)": "CASE WHEN contains(p, '$') THEN athena_line(t) ELSE t END",
        "athena_ascii_words(t)": (
            "CASE WHEN regexp_matches(t, '[^\\x00-\\x7F]')"
            " AND regexp_matches(regexp_replace(t, '[\\x00-\\x7F]', '', 'g'), '[\\pL\\pM\\p{Nd}\\p{Pc}]')"
            " THEN error('Letters outside ASCII are not supported here for a pattern with \\b: ' || t) ELSE t END"
        ),
        "athena_unfolded(t)": (
            "CASE WHEN regexp_matches(t, '[ßẞİŉǰΐΰևẖ-ẚὐ-ῼﬀ-ﬆﬓ-ﬗ]')"
            " THEN error('(?i) is not supported here for a text with a letter that is several in capitals: ' || t)"
            " ELSE t END"
        ),
        "athena_regexp_position(t, p)": (
            "CASE WHEN p IS NULL OR t IS NULL THEN NULL WHEN regexp_matches(t, p) THEN CAST(length("
            "regexp_extract(t, '\\A((?s:.*?))(?:' || p || ')', 1)) + 1 AS INTEGER) ELSE -1 END"
        ),
        "athena_substr(t, s)": "CASE WHEN s = 0 OR abs(s) > length(t) THEN left(t, 0) ELSE substr(t, s) END",
        "athena_substring(t, s, n)": (
            "CASE WHEN n IS NULL THEN NULL WHEN s = 0 OR abs(s) > length(t) OR n <= 0 THEN left(t, 0)"
            " WHEN n > length(t) THEN substr(t, s) ELSE substr(t, s, n) END"
        ),
        "athena_round(x, n)": ("CASE WHEN typeof(x) LIKE 'DECIMAL%' THEN round(x, n) + x * 0 ELSE round(x, n) END"),
        "athena_skewness(s, n)": (
            "CASE WHEN n >= 3 THEN coalesce(s * (n - 2) / sqrt(n * (n - 1.0::DOUBLE)), 'nan'::DOUBLE) END"
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
        "athena_total(x)": "CASE WHEN typeof(x) = 'HUGEINT' THEN CAST(x AS BIGINT) ELSE x END",
        "athena_unknown_quotient(x, y)": (
            "CASE WHEN typeof(x) LIKE 'DECIMAL%' AND typeof(y) NOT IN ('DOUBLE', 'FLOAT') OR typeof(y) LIKE 'DECIMAL%'"
            " AND typeof(x) NOT IN ('DOUBLE', 'FLOAT')"
            " THEN error('This division of DECIMALs is not supported here; use instead: CAST(x AS DECIMAL(p, s))')"
            " WHEN y = 0 AND (typeof(x) IN ('DOUBLE', 'FLOAT') OR typeof(y) IN ('DOUBLE', 'FLOAT'))"
            " THEN x * athena_infinity(y) ELSE x / y END"
        ),
        "athena_values(l)": "list_transform(l, lambda e: e.v)",
        "athena_split_all(t, d)": (
            "CASE WHEN d = '' THEN error('The delimiter may not be the empty string')"
            " WHEN d IS NOT NULL THEN string_split(t, d) END"
        ),
        "athena_split_part(t, d, n)": (
            "CASE WHEN n < 1 THEN error('Index must be greater than zero')"
            " WHEN n <= len(string_split(t, d)) THEN split_part(t, d, n) END"
        ),
        "athena_padded(n, f)": (
            "CASE WHEN n < 0 THEN error('Target length must be in the range [0..2147483647]')"
            " WHEN f = '' THEN error('Padding string must not be empty') ELSE f END"
        ),
        "athena_lpad(t, n, f)": "lpad(t, n, athena_padded(n, f))",
        "athena_rpad(t, n, f)": "rpad(t, n, athena_padded(n, f))",
        "athena_upper(t)": (  # without the large sharp s
            "CASE WHEN contains(t, 'ß')"
            " THEN array_to_string(list_transform(string_split(t, 'ß'), lambda part: upper(part)), 'ß')"
            " ELSE upper(t) END"
        ),
        "athena_remove(a, e)": (
            "CASE WHEN athena_is_nan(e) THEN a WHEN e IS NOT NULL"
            " THEN list_filter(a, lambda x: x IS NULL OR x <> e) END"
        ),
        "array_union(a, b)": "athena_distinct(list_concat(a, b))",
        "arrays_overlap(a, b)": (
            "CASE WHEN list_has_any(a, b) THEN true WHEN athena_has_null(a) OR athena_has_null(b) THEN NULL"
            " ELSE list_has_any(a, b) END"
        ),
        "athena_url(t)": "replace(replace(replace(url_encode(t), '%20', '+'), '~', '%7E'), '%2A', '*')",
        "e()": "exp(1.0::DOUBLE)",
        "infinity()": "'inf'::DOUBLE",
        "is_finite(x)": "isfinite(x)",
        "is_infinite(x)": "isinf(x)",
        "nan()": "'nan'::DOUBLE",
        "yow(d)": "isoyear(d)",
    }
)

_BY_NAME = {head.partition("(")[0]: (head, body) for head, body in _DEFINED.items()}
_CALLED = re.compile(r"(\w+)\(")


def macros_of(sql: str) -> list[str]:
    """The statements that create what a statement's text calls of these, each after those that its body calls.

    A session that runs one statement is spared the others, which take longer to create than many a statement to run.
    """
    return [f"CREATE MACRO IF NOT EXISTS {head} AS {body}" for head, body in macros_called(sql)]


def macros_called(sql: str) -> list[tuple[str, str]]:
    """Their heads and bodies."""
    return list(_called(sql, set()))


def _called(text: str, seen: set[str]) -> Iterator[tuple[str, str]]:
    for name in sorted(set(_CALLED.findall(text.lower())) & _BY_NAME.keys() - seen):
        if name not in seen:
            head, body = _BY_NAME[name]
            seen.add(name)
            yield from _called(body, seen)
            yield head, body
