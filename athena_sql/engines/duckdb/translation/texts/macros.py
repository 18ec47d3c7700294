"""Macros in DuckDB: values as the texts that Athena writes for them."""

from __future__ import annotations

from types import MappingProxyType

TEXT_MACROS = MappingProxyType(
    {
        # From a text as DuckDB writes it, of a positive number. Lambdas stand for names: a macro's argument is computed
        # wherever its name stands.
        "athena_scientific(digits, n)": (
            "digits[1] || '.' || CASE WHEN length(digits) > 1 THEN substr(digits, 2) ELSE '0' END || 'E' || n"
        ),
        "athena_exponent(text)": (
            "list_transform([text], lambda t: CASE"
            " WHEN contains(t, 'e-32') AND regexp_full_match(t, '5e-324|[5-9]e-323')"  # the smallest, with two digits
            " THEN CAST(CAST(t[1] AS INTEGER) - 1 AS VARCHAR) || '.9E' || substr(t, 3) WHEN contains(t, 'e')"
            " THEN regexp_replace(regexp_replace(t, '^([0-9])e', '\\1.0e'), 'e[+]?(-?)0*', 'E\\1')"
            " WHEN starts_with(t, '0.') THEN athena_scientific(ltrim(t, '0.'), length(ltrim(t, '0.')) - length(t) + 1)"
            " ELSE athena_scientific(rtrim(replace(t, '.', ''), '0'), strpos(t, '.') - 2) END)[1]"
        ),
        "athena_no_number(x)": "CASE WHEN isnan(x) THEN 'NaN' WHEN x > 0 THEN 'Infinity' ELSE '-Infinity' END",
        "athena_signed_number(x)": "CASE WHEN x < 0 THEN '-' ELSE '' END || athena_exponent(CAST(abs(x) AS VARCHAR))",
        # In a result, in JSON and in format('%s', ...), as Java writes it: 1.0, 1.0E10, 1.5E-7.
        "athena_double(x)": (
            "CASE WHEN NOT isfinite(x) THEN athena_no_number(x)"
            " WHEN x = 0 OR abs(x) BETWEEN 1e-3 AND 9999999.999999999 THEN CAST(x AS VARCHAR)"
            " WHEN abs(x) IN (1e-323, 1e-322)"
            " THEN replace(replace(athena_signed_number(x), '1.0E-323', '9.9E-324'), '1.0E-322', '9.9E-323')"
            " ELSE athena_signed_number(x) END"
        ),
        # Whether the shortest text of a DOUBLE lies halfway to the next one, as of 1e23: a cast on Trino takes another.
        "athena_is_halfway(x)": (
            "CASE WHEN abs(x) BETWEEN 1e17 AND 1e38 THEN abs(CAST(CAST(x AS VARCHAR) AS HUGEINT) - CAST(x AS HUGEINT))"
            " = CAST(pow(2, floor(log2(abs(x))) - 53) AS HUGEINT) ELSE false END"
        ),
        # In a cast: always with an exponent.
        "athena_double_text(x)": (
            "CASE WHEN athena_is_halfway(x) THEN error('The DOUBLE ' || CAST(x AS VARCHAR)"
            " || ' as a text is not supported here; use instead: a DECIMAL') ELSE athena_number_text(x) END"
        ),
        "athena_number_text(x)": (
            "CASE WHEN NOT isfinite(x) THEN athena_no_number(x)"
            " WHEN x = 0 THEN CASE WHEN signbit(x) THEN '-0E0' ELSE '0E0' END ELSE athena_signed_number(x) END"
        ),
        "athena_real_text(x)": "athena_number_text(CAST(format('{:.6e}', x) AS DOUBLE))",  # seven digits
        "athena_json_text(j)": (
            "CASE json_type(j) WHEN 'DOUBLE' THEN athena_double_text(TRY_CAST(j AS DOUBLE)) WHEN 'NULL' THEN NULL"
            " WHEN 'OBJECT' THEN error('Cannot cast to varchar: ' || CAST(j AS VARCHAR))"
            " WHEN 'ARRAY' THEN error('Cannot cast to varchar: ' || CAST(j AS VARCHAR)) ELSE j ->> '$' END"
        ),
        "athena_text_of(x)": (
            "CASE WHEN typeof(x) = 'BLOB' THEN error('Cannot cast varbinary to varchar')"
            " WHEN typeof(x) = 'JSON' AND json_type(TRY_CAST(x AS JSON)) <> 'DOUBLE'"
            " THEN athena_json_text(TRY_CAST(x AS JSON)) WHEN typeof(x) = 'FLOAT'"
            " THEN athena_real_text(TRY_CAST(x AS DOUBLE)) ELSE athena_double_text(TRY_CAST(x AS DOUBLE)) END"
        ),
        # Of any value. `typeof` is known before a query runs: what is no DOUBLE costs nothing.
        "athena_text(x)": (
            "CASE WHEN typeof(x) IN ('DOUBLE', 'FLOAT', 'JSON', 'BLOB') THEN athena_text_of(x)"
            " ELSE CAST(x AS VARCHAR) END"
        ),
        "athena_varchar(x, n)": (
            "CASE WHEN typeof(x) = 'VARCHAR' THEN left(CAST(x AS VARCHAR), n)"
            " WHEN typeof(x) = 'JSON' THEN left(athena_text(x), n)"
            " ELSE list_transform([athena_text(x)], lambda t: CASE WHEN length(t) <= n THEN t WHEN t IS NOT NULL"
            " THEN error('Value ' || t || ' cannot be represented as varchar(' || n || ')') END)[1] END"
        ),
        "athena_try_varchar(x, n)": (
            "CASE WHEN typeof(x) = 'VARCHAR' THEN left(CAST(x AS VARCHAR), n)"
            " WHEN typeof(x) = 'JSON' THEN left(athena_text(x), n)"
            " ELSE list_transform([athena_text(x)], lambda t: CASE WHEN length(t) <= n THEN t END)[1] END"
        ),
        "athena_texts(a)": (
            "CASE WHEN typeof(a) IN ('DOUBLE[]', 'FLOAT[]') THEN list_transform(a, lambda e: athena_text(e))"
            " ELSE CAST(a AS VARCHAR[]) END"
        ),
        "athena_exact(x)": (
            "CASE WHEN regexp_matches(typeof(x), 'DOUBLE|FLOAT')"
            " THEN error('A cast of a DOUBLE inside a map or row to a text is not supported here') ELSE x END"
        ),
    }
)
