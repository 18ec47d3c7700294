"""Macros in DuckDB for functions of texts, of regular expressions and of URLs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

_CHARACTERS = 127  # that one byte can stand for, without zero

# A URI's parts after RFC 3986, as Java reads them: a text with another character, or half an escape, is no URI.
_URI_TEXT = r"(?:[-A-Za-z0-9_.!~*''();:@&=+$,/]|%[0-9A-Fa-f]{2}|[^\x00-\x{A0}\pZ])*"
_URI_QUERY = r"(?:[-A-Za-z0-9_.!~*''();:@&=+$,/?\[\]]|%[0-9A-Fa-f]{2}|[^\x00-\x{A0}\pZ])*"
_AUTHORITY = r"(?:[-A-Za-z0-9_.!~*''();:@&=+$,\[\]]|%[0-9A-Fa-f]{2}|[^\x00-\x{A0}\pZ])*"
_URI = (
    rf"^(?:([A-Za-z][-A-Za-z0-9+.]*):)?(?://({_AUTHORITY}))?({_URI_TEXT})(?:\?({_URI_QUERY}))?"
    rf"(?:#({_URI_QUERY}))?$"
)
_LABEL = "[A-Za-z0-9](?:[-A-Za-z0-9]*[A-Za-z0-9])?"
_LAST_LABEL = "[A-Za-z](?:[-A-Za-z0-9]*[A-Za-z0-9])?"
_HOST = rf"(?:{_LABEL}\.?|(?:{_LABEL}\.)+{_LAST_LABEL}\.?|[0-9]+(?:\.[0-9]+){{3}}|\[[0-9A-Fa-f:.]+\])"
_SERVER = rf"^(?:[^@]*@)?({_HOST})(?::([0-9]*))?$"
_PARTS = {"protocol": 1, "path": 3, "query": 4, "fragment": 5}


def _urls() -> Iterator[tuple[str, str]]:
    # A URI without slashes after its scheme has no parts but a fragment.
    yield (
        "athena_uri(u, n)",
        "CASE WHEN regexp_matches(u, '^[-A-Za-z0-9+.]*:?(//)?$') AND regexp_matches(u, ':$|//$') THEN NULL"
        " WHEN n IN (2, 3, 4) AND regexp_matches(u, '^[A-Za-z][-A-Za-z0-9+.]*:[^/]') THEN athena_uri_part(u, 6)"
        " ELSE athena_uri_part(u, n) END",
    )
    yield (
        "athena_uri_part(u, n)",
        f"CASE WHEN NOT regexp_matches(u, '{_URI}') THEN NULL WHEN n = 6 THEN ''"
        f" ELSE regexp_extract(u, '{_URI}', n) END",
    )
    for name, place in _PARTS.items():
        part = f"athena_uri(u, {place})"
        yield f"url_extract_{name}(u)", part if name == "protocol" else f"url_decode({part})"
    yield "url_extract_host(u)", f"regexp_extract(athena_uri(u, 2), '{_SERVER}', 1)"
    yield "url_extract_port(u)", f"TRY_CAST(nullif(regexp_extract(athena_uri(u, 2), '{_SERVER}', 2), '') AS BIGINT)"
    yield (
        "url_extract_parameter(u, p)",
        "athena_url_decode(list_extract(list_transform(list_filter(string_split(athena_uri(u, 4), '&'),"
        " lambda x: split_part(x, '=', 1) = p), lambda x: substr(x, length(p) + 2)), 1))",
    )
    yield "athena_url(t)", "replace(replace(replace(url_encode(t), '%20', '+'), '~', '%7E'), '%2A', '*')"
    yield "athena_url_decode(t)", "url_decode(replace(t, '+', ' '))"
    yield (
        "athena_url_decoded(t)",
        "CASE WHEN regexp_matches(t, '%([^0-9A-Fa-f]|.[^0-9A-Fa-f]|.?$)')"
        " THEN error('URLDecoder: Illegal hex characters in escape (%) pattern: ' || t) ELSE athena_url_decode(t) END",
    )


TEXTS: Mapping[str, str] = {
    "athena_replace(t, a, b)": (
        "CASE WHEN a <> '' THEN replace(t, a, b) WHEN t = '' AND a = '' THEN b WHEN a IS NULL THEN NULL"
        " ELSE b || array_to_string(list_transform(string_split(t, ''), lambda c: c || b), '') END"
    ),
    "athena_substr(t, s)": "CASE WHEN s = 0 OR abs(s) > length(t) THEN left(t, 0) ELSE substr(t, s) END",
    "athena_substring(t, s, n)": (
        "CASE WHEN n IS NULL THEN NULL WHEN s = 0 OR abs(s) > length(t) OR n <= 0 THEN left(t, 0)"
        " WHEN n > length(t) THEN substr(t, s) ELSE substr(t, s, n) END"
    ),
    "athena_split(t, d, n)": (
        "CASE WHEN n IS NULL THEN NULL WHEN n < 1 THEN error('Limit must be positive')"
        " WHEN len(string_split(t, d)) > n THEN list_append(list_slice(string_split(t, d), 1, n - 1),"
        " array_to_string(list_slice(string_split(t, d), n, len(string_split(t, d))), d))"
        " ELSE string_split(t, d) END"
    ),
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
    "human_readable_seconds(x)": ("athena_seconds_of(CAST(abs(round(x)) AS BIGINT))"),
    "athena_unit(n, name)": (
        "CASE WHEN n = 1 THEN ['1 ' || name] WHEN n > 0 THEN [n || ' ' || name || 's'] ELSE [] END"
    ),
    "athena_seconds_of(n)": (
        "CASE WHEN n = 0 THEN '0 seconds' ELSE array_to_string(list_concat(athena_unit(n // 604800, 'week'),"
        " athena_unit(n // 86400 % 7, 'day'), athena_unit(n // 3600 % 24, 'hour'), athena_unit(n // 60 % 60, 'minute'),"
        " athena_unit(n % 60, 'second')), ', ') END"
    ),
    "athena_alphabet(t)": "list_distinct(string_split(t, ''))",
    "athena_coded(t, l)": (
        "array_to_string(list_transform(string_split(t, ''), lambda c: chr(CAST(list_position(l, c) AS INTEGER))), '')"
    ),
    "athena_distance_by(a, b, l)": (
        f"CASE WHEN len(l) > {_CHARACTERS}"
        f" THEN error('texts of more than {_CHARACTERS} different characters cannot be compared here')"
        " WHEN a = '' OR b = '' THEN length(a) + length(b)"
        " ELSE levenshtein(athena_coded(a, l), athena_coded(b, l)) END"
    ),
    "athena_levenshtein(a, b)": (
        "CASE WHEN strlen(a) = length(a) AND strlen(b) = length(b) THEN levenshtein(a, b)"
        " ELSE athena_distance_by(a, b, athena_alphabet(a || b)) END"
    ),
    "hamming_distance(a, b)": (
        "CASE WHEN length(a) <> length(b)"
        " THEN error('The input strings to hamming_distance function must have the same length')"
        " ELSE len(list_filter(list_zip(string_split(a, ''), string_split(b, '')), lambda z: z[1] <> z[2])) END"
    ),
    "codepoint(t)": (
        "CASE WHEN length(t) = 1 THEN unicode(t) WHEN t IS NOT NULL"
        " THEN error('codepoint takes a text of one character, not: ' || t) END"
    ),
    "athena_soundex_codes(t)": "translate(t, 'AEIOUYBFPVCGJKQSXZDTLMNRHW', '000000111122222222334556')",
    "athena_once(c)": (
        "regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(c,"
        " '1+', '1', 'g'), '2+', '2', 'g'), '3+', '3', 'g'), '4+', '4', 'g'), '5+', '5', 'g'), '6+', '6', 'g')"
    ),
    "athena_soundex_of(t)": (
        "CASE WHEN t = '' THEN '' ELSE left(t[1] || replace(substr(athena_once(athena_soundex_codes("
        "CASE WHEN t[1] IN ('H', 'W') THEN 'A' ELSE t[1] END || substr(t, 2))), 2), '0', '') || '000', 4) END"
    ),
    "athena_soundex(t)": (
        "CASE WHEN regexp_matches(t, '[^\\x00-\\x7F]') THEN error('The character is not mapped: ' || t)"
        " ELSE athena_soundex_of(upper(regexp_replace(t, '[^A-Za-z]', '', 'g'))) END"
    ),
    "athena_places(t, s)": "list_filter(range(1, length(t) + 1), lambda i: substr(t, i, length(s)) = s)",
    "athena_strpos(t, s, n)": (
        "CASE WHEN n = 0 THEN error('''instance'' must be a positive or negative number.') WHEN s = '' THEN 1"
        " ELSE coalesce(list_extract(athena_places(t, s), n), CASE WHEN t IS NOT NULL AND s IS NOT NULL"
        " AND n IS NOT NULL THEN 0 END) END"
    ),
}

PATTERNS: Mapping[str, str] = {
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
    "athena_unfolded(t)": (
        "CASE WHEN regexp_matches(t, '[ßẞİŉǰΐΰևẖ-ẚὐ-ῼﬀ-ﬆﬓ-ﬗ]')"
        " THEN error('(?i) is not supported here for a text with a letter that is several in capitals: ' || t)"
        " ELSE t END"
    ),
    "athena_ascii_words(t)": (
        "CASE WHEN regexp_matches(t, '[^\\x00-\\x7F]')"
        " AND regexp_matches(regexp_replace(t, '[\\x00-\\x7F]', '', 'g'), '[\\pL\\pM\\p{Nd}\\p{Pc}]')"
        " THEN error('Letters outside ASCII are not supported here for a pattern with \\b: ' || t) ELSE t END"
    ),
    "athena_regexp_position(t, p)": (
        "CASE WHEN p IS NULL OR t IS NULL THEN NULL WHEN regexp_matches(t, p) THEN CAST(length("
        "regexp_extract(t, '\\A((?s:.*?))(?:' || p || ')', 1)) + 1 AS INTEGER) ELSE -1 END"
    ),
}

URLS: Mapping[str, str] = dict(_urls())
