"""Macros in DuckDB for numbers: arithmetic, rounding, bits, bases, and what aggregates of numbers give."""

from __future__ import annotations

from collections.abc import Mapping

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"

NUMBERS: Mapping[str, str] = {
    "athena_is_nan(x)": "typeof(x) IN ('DOUBLE', 'FLOAT') AND CAST(x AS VARCHAR) = 'nan'",
    "athena_finite(x)": "CASE WHEN NOT isnan(x) THEN x END",
    "athena_half_up(a, b)": (
        "CASE WHEN (a < 0) <> (b < 0) THEN -((abs(a) * 2 + abs(b)) // (abs(b) * 2))"
        " ELSE (abs(a) * 2 + abs(b)) // (abs(b) * 2) END"
    ),
    "athena_infinity(y)": "CASE WHEN CAST(y AS VARCHAR) LIKE '-%' THEN '-inf'::DOUBLE ELSE 'inf'::DOUBLE END",
    "athena_near_half(x, unit)": "abs(x * unit - floor(x * unit) - 0.5) <= abs(x * unit) * 5e-16",
    "athena_quotient(x, y)": "CASE WHEN y = 0 THEN x * athena_infinity(y) ELSE x / y END",
    "athena_real_quotient(x, y)": "CAST(athena_quotient(x, y) AS FLOAT)",
    "athena_rest(x, y)": "CASE WHEN y = 0 THEN cast_to_type('nan'::DOUBLE * x, x % y) ELSE x % y END",
    "athena_round(x, n)": ("CASE WHEN typeof(x) LIKE 'DECIMAL%' THEN round(x, n) + x * 0 ELSE round(x, n) END"),
    "athena_unknown_quotient(x, y)": (
        "CASE WHEN typeof(x) LIKE 'DECIMAL%' AND typeof(y) NOT IN ('DOUBLE', 'FLOAT') OR typeof(y) LIKE 'DECIMAL%'"
        " AND typeof(x) NOT IN ('DOUBLE', 'FLOAT')"
        " THEN error('This division of DECIMALs is not supported here; use instead: CAST(x AS DECIMAL(p, s))')"
        " WHEN y = 0 AND (typeof(x) IN ('DOUBLE', 'FLOAT') OR typeof(y) IN ('DOUBLE', 'FLOAT'))"
        " THEN x * athena_infinity(y) ELSE x / y END"
    ),
    "athena_total(x)": "CASE WHEN typeof(x) = 'HUGEINT' THEN CAST(x AS BIGINT) ELSE x END",
    "athena_kurtosis(k, n)": "CASE WHEN n >= 4 THEN coalesce(k, 'nan'::DOUBLE) END",
    "athena_skewness(s, n)": (
        "CASE WHEN n >= 3 THEN coalesce(s * (n - 2) / sqrt(n * (n - 1.0::DOUBLE)), 'nan'::DOUBLE) END"
    ),
    "e()": "exp(1.0::DOUBLE)",
    "infinity()": "'inf'::DOUBLE",
    "is_finite(x)": "isfinite(x)",
    "is_infinite(x)": "isinf(x)",
    "nan()": "'nan'::DOUBLE",
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
