"""Macros in DuckDB for functions of Athena's table that DuckDB lacks: URLs, arrays and maps, hashes, bits, texts."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_CHARACTERS = 127  # that one byte can stand for, without zero
_CRC_POLYNOMIAL = 0xEDB88320


def _crc_of(byte: int) -> int:
    for _ in range(8):
        byte = (byte >> 1) ^ (_CRC_POLYNOMIAL if byte & 1 else 0)
    return byte


_CRC_TABLE = ", ".join(str(_crc_of(byte)) for byte in range(256))

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
    yield "athena_url_decode(t)", "url_decode(replace(t, '+', ' '))"
    yield (
        "athena_url_decoded(t)",
        "CASE WHEN regexp_matches(t, '%([^0-9A-Fa-f]|.[^0-9A-Fa-f]|.?$)')"
        " THEN error('URLDecoder: Illegal hex characters in escape (%) pattern: ' || t) ELSE athena_url_decode(t) END",
    )


_ARRAYS = {
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

_MAPS = {
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

_BYTES = {
    "athena_bytes(b)": (
        "CASE WHEN typeof(b) IN ('BLOB', '\"NULL\"') THEN CAST(b AS BLOB)"
        " ELSE error('A varbinary is needed, such as to_utf8(text), not: ' || lower(typeof(b))) END"
    ),
    "athena_hex(b)": "hex(athena_bytes(b))",
    "athena_sha1(b)": "unhex(sha1(athena_bytes(b)))",
    "athena_sha256(b)": "unhex(sha256(athena_bytes(b)))",
    "athena_md5(b)": "unhex(md5(athena_bytes(b)))",
    "athena_base64(b)": "to_base64(athena_bytes(b))",
    "to_base64url(b)": "replace(replace(to_base64(athena_bytes(b)), '+', '-'), '/', '_')",
    "from_base64url(t)": "from_base64(replace(replace(t, '-', '+'), '_', '/'))",
    "athena_byte_values(b)": (
        "list_transform(range(octet_length(b)), lambda i: CAST('0x' || substr(hex(b), 2 * i + 1, 2) AS BIGINT))"
    ),
    "athena_reverse_bytes(b)": (
        "unhex(array_to_string(list_transform(range(octet_length(b), 0, -1), lambda i: substr(hex(b), 2 * i - 1, 2)),"
        " ''))"
    ),
    "crc32(b)": (
        "xor(list_reduce(athena_byte_values(athena_bytes(b)), lambda c, x:"
        f" xor(c >> 8, ([{_CRC_TABLE}]::BIGINT[])[(xor(c, x) & 255) + 1]), 4294967295::BIGINT), 4294967295)"
    ),
    "athena_from_utf8(b)": (
        "coalesce(TRY(decode(CAST(b AS BLOB))), CASE WHEN athena_bytes(b) IS NOT NULL"
        " THEN error('from_utf8 of bytes that are not UTF-8 is not supported here') END)"
    ),
}

_NUMBERS = {
    "athena_bit_count(x, n)": (
        "CASE WHEN n NOT BETWEEN 2 AND 64"
        " THEN error('Bits specified in bit_count must be between 2 and 64, got ' || n)"
        " WHEN n < 64 AND (x >= (CAST(1 AS HUGEINT) << (n - 1)) OR x < -(CAST(1 AS HUGEINT) << (n - 1)))"
        " THEN error('Number must be representable with the bits specified. ' || x || ' can not be represented with '"
        " || n || ' bits') WHEN n = 64 THEN CAST(bit_count(CAST(x AS BIGINT)) AS BIGINT)"
        " ELSE CAST(bit_count(CAST(x AS BIGINT) & ((CAST(1 AS BIGINT) << CAST(n AS INTEGER)) - 1)) AS BIGINT) END"
    ),
    "athena_width(x)": (
        "CASE typeof(x) WHEN 'TINYINT' THEN 8 WHEN 'SMALLINT' THEN 16 WHEN 'BIGINT' THEN 64 ELSE 32 END"
    ),
    "athena_unsigned(h, w)": "CASE WHEN h < 0 THEN h + (CAST(1 AS HUGEINT) << w) ELSE CAST(h AS HUGEINT) END",
    "athena_signed(h, w)": (
        "CASE WHEN h >= (CAST(1 AS HUGEINT) << (w - 1)) THEN h - (CAST(1 AS HUGEINT) << w) ELSE h END"
    ),
    "bitwise_left_shift(a, n)": (
        "cast_to_type(CASE WHEN n >= athena_width(a) THEN 0 ELSE athena_signed((athena_unsigned(a, athena_width(a))"
        " & ((CAST(1 AS HUGEINT) << greatest(athena_width(a) - CAST(n AS INTEGER), 0)) - 1))"
        " << least(CAST(n AS INTEGER), 63), athena_width(a)) END, a + a)"
    ),
    "bitwise_right_shift(a, n)": (
        "cast_to_type(CASE WHEN n = 0 THEN a WHEN n >= athena_width(a) THEN 0"
        " ELSE athena_unsigned(a, athena_width(a)) >> CAST(n AS INTEGER) END, a + a)"
    ),
    "bitwise_right_shift_arithmetic(a, n)": (
        "cast_to_type(CASE WHEN n >= athena_width(a) THEN CASE WHEN a < 0 THEN -1 ELSE 0 END"
        " ELSE a >> CAST(n AS INTEGER) END, a + a)"
    ),
    "athena_digit(c, r, t)": (
        f"CASE WHEN strpos('{_DIGITS}', c) BETWEEN 1 AND r THEN strpos('{_DIGITS}', c) - 1"
        " ELSE error('Not a valid base-' || r || ' number: ' || t) END"
    ),
    "athena_radix(r)": "CASE WHEN r BETWEEN 2 AND 36 THEN r ELSE error('Radix must be between 2 and 36') END",
    "athena_from_base(t, r)": (
        "CASE WHEN regexp_matches(t, '^[+-]?$') THEN error('Not a valid base-' || r || ' number: ' || t)"
        " ELSE CAST(CASE WHEN t[1] = '-' THEN -1 ELSE 1 END * list_reduce(string_split(lower(regexp_replace(t, '^[+-]',"
        " '')), ''), lambda n, c: n * athena_radix(r) + athena_digit(c, r, t), CAST(0 AS HUGEINT)) AS BIGINT) END"
    ),
    "athena_to_base(n, r)": (
        "CASE WHEN n = CAST('-9223372036854775808' AS BIGINT)"
        " THEN error('to_base of this number is not supported here')"
        " WHEN n < 0 THEN '-' || lower(to_base(CAST(-n AS BIGINT), athena_radix(r)))"
        " ELSE lower(to_base(CAST(n AS BIGINT), athena_radix(r))) END"
    ),
    "athena_whole(x)": (
        "CASE WHEN isnan(x) THEN 0 WHEN x >= 9223372036854775807 THEN 9223372036854775807"
        " WHEN x <= -9223372036854775808 THEN CAST('-9223372036854775808' AS BIGINT)"
        " ELSE CAST(trunc(x) AS BIGINT) END"
    ),
    "athena_short(x)": (
        "regexp_replace(CAST(CAST(athena_shortened(x, CASE WHEN x < 10 THEN 2 WHEN x < 100 THEN 1 ELSE 0 END)"
        " AS DECIMAL(18, 2)) AS VARCHAR), '[.]?0+$', '')"
    ),
    # Only eighths can be ties: of the value itself, not of its shortest text.
    "athena_shortened(x, d)": (
        "CASE WHEN x * 8 = floor(x * 8) THEN round(x, d) ELSE CAST(format('{:.{}f}', x, d) AS DOUBLE) END"
    ),
    "athena_short_number(n)": (
        "CASE WHEN abs(n::HUGEINT) >= 1000000000000000 THEN athena_short(n / 1000000000000000::DOUBLE) || 'Q'"
        " WHEN abs(n::HUGEINT) >= 1000000000000 THEN athena_short(n / 1000000000000::DOUBLE) || 'T'"
        " WHEN abs(n::HUGEINT) >= 1000000000 THEN athena_short(n / 1000000000::DOUBLE) || 'B'"
        " WHEN abs(n::HUGEINT) >= 1000000 THEN athena_short(n / 1000000::DOUBLE) || 'M'"
        " WHEN abs(n::HUGEINT) >= 1000 THEN athena_short(n / 1000::DOUBLE) || 'K' ELSE CAST(n AS VARCHAR) END"
    ),
    "format_number(x)": "athena_short_number(athena_whole(CAST(x AS DOUBLE)))",
    "athena_random(a, b)": (
        "CASE WHEN a < b THEN cast_to_type(a + floor(random() * (b - a)), b) ELSE error('bound must be positive') END"
    ),
    "athena_bucket(x, low, high, n)": (
        "CAST(CASE WHEN n <= 0 THEN error('bucketCount must be greater than 0')"
        " WHEN isnan(CAST(x AS DOUBLE)) THEN error('operand must not be NaN')"
        " WHEN NOT (isfinite(CAST(low AS DOUBLE)) AND isfinite(CAST(high AS DOUBLE)))"
        " THEN error('first bound must be finite') WHEN low = high THEN error('bounds cannot equal each other')"
        " WHEN low > high THEN n + 1 - athena_bucket_up(x, high, low, n)"
        " ELSE athena_bucket_up(x, low, high, n) END AS BIGINT)"
    ),
    "athena_bucket_up(x, low, high, n)": (
        "CASE WHEN x < low THEN 0 WHEN x >= high THEN n + 1"
        " ELSE floor((x - low) / CAST(high - low AS DOUBLE) * n) + 1 END"
    ),
    "athena_bucket_of(x, bins)": (
        "CAST(CASE WHEN len(bins) = 0 THEN error('Bins cannot be an empty array')"
        " WHEN isnan(CAST(x AS DOUBLE)) THEN error('Operand cannot be NaN')"
        " ELSE len(list_filter(bins, lambda y: y <= x)) END AS BIGINT)"
    ),
}

_TEXTS = {
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

FUNCTIONS = MappingProxyType({**dict(_urls()), **_ARRAYS, **_MAPS, **_BYTES, **_NUMBERS, **_TEXTS})
