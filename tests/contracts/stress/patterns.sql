-- Patterns: LIKE and regular expressions.

-- LIKE minds case, and takes a line end
SELECT x LIKE 'a%', x LIKE 'a_c', x LIKE '%' FROM (VALUES 'abc', 'Abc', 'a' || chr(10) || 'c', '') AS t (x) ORDER BY x
--: boolean, boolean, boolean
--= [false, false, true]
--= [false, false, true]
--= [true, true, true]
--= [true, true, true]

-- LIKE with ESCAPE
SELECT x LIKE '%!%%' ESCAPE '!', x LIKE 'a!_c' ESCAPE '!' FROM (VALUES 'a%c', 'a_c', 'abc') AS t (x) ORDER BY x
--: boolean, boolean
--= [true, false]
--= [false, true]
--= [false, false]

-- LIKE and a backslash
SELECT x LIKE 'a\%', x LIKE 'a\_c' FROM (VALUES 'a\bc', 'a%', 'a_c') AS t (x) ORDER BY x
--: boolean, boolean
--= [false, false]
--= [true, true]
--= [false, false]

-- LIKE and NULL
SELECT x LIKE NULL, NULL LIKE 'a%' FROM (VALUES 'a') AS t (x)
--: boolean, boolean
--= [null, null]

-- ILIKE
SELECT x ILIKE 'A%' FROM (VALUES 'abc') AS t (x)
--! SYNTAX_ERROR

-- regexp_like finds a part
SELECT regexp_like(x, 'b'), regexp_like(x, '^b'), regexp_like(x, ''), regexp_like(x, '(?i)B') FROM (VALUES 'abc', 'bcd', '') AS t (x) ORDER BY x
--: boolean, boolean, boolean, boolean
--= [false, false, true, false]
--= [true, false, true, true]
--= [true, true, true, true]

-- regexp_like and line ends
SELECT regexp_like(x, 'a$'), regexp_like(x, '^b'), regexp_like(x, 'a.b') FROM (VALUES 'a' || chr(10) || 'b', 'a' || chr(10)) AS t (x) ORDER BY x
--: boolean, boolean, boolean
--= [true, false, false]
--= [false, false, false]

-- regexp_like with a group that is not taken, and a boundary
SELECT regexp_like(x, '\bb'), regexp_like(x, '(?:a|b)\s'), regexp_like(x, '\d{2,}') FROM (VALUES 'a b', 'ab 12') AS t (x) ORDER BY x
--: boolean, boolean, boolean
--= [true, true, false]
--= [false, true, true]

-- regexp_like looks ahead
SELECT regexp_like(x, 'a(?=b)'), regexp_like(x, '(?<!a)b') FROM (VALUES 'ab') AS t (x)
--: boolean, boolean
--= [true, false]
--x athena, duckdb

-- regexp_like with classes outside ASCII
SELECT regexp_like(x, '^\w$'), regexp_like(x, '^.$'), regexp_like(x, '\p{Lu}') FROM (VALUES 'é', '裕', 'A') AS t (x) ORDER BY x
--: boolean, boolean, boolean
--= [true, true, true]
--= [false, true, false]
--= [false, true, false]

-- regexp_like and NULL
SELECT regexp_like(x, 'a'), regexp_like('a', x) FROM (VALUES CAST(NULL AS VARCHAR)) AS t (x)
--: boolean, boolean
--= [null, null]

-- regexp_replace with a group
SELECT regexp_replace(x, '(\d+)-(\d+)', '$2-$1'), regexp_replace(x, '(\d)', '<$1>') FROM (VALUES '12-34') AS t (x)
--: string, string
--= ["34-12", "<1><2>-<3><4>"]

-- regexp_replace with the whole match, a dollar and a backslash
SELECT regexp_replace(x, 'b', '[$0]'), regexp_replace(x, 'b', '\$1'), regexp_replace(x, 'b', '\\') FROM (VALUES 'abc') AS t (x)
--: string, string, string
--= ["a[b]c", "a$1c", "a\\c"]

-- regexp_replace replaces all, and removes
SELECT regexp_replace(x, 'a', '-'), regexp_replace(x, 'a') FROM (VALUES 'banana') AS t (x)
--: string, string
--= ["b-n-n-", "bnn"]

-- regexp_replace of an empty match
SELECT regexp_replace(x, 'x*', '-') FROM (VALUES 'abc', '') AS t (x) ORDER BY x
--: string
--= ["-"]
--= ["-a-b-c-"]

-- regexp_replace by a named group
SELECT regexp_replace(x, '(?<first>a)', '${first}${first}') FROM (VALUES 'abc') AS t (x)
--: string
--= ["aabc"]

-- regexp_replace with the group in a column
SELECT regexp_replace(x, '(a)', y) FROM (VALUES ('abc', '$1$1'), ('abc', '-')) AS t (x, y) ORDER BY y
--: string
--= ["aabc"]
--= ["-bc"]

-- regexp_extract without a match, with a group
SELECT regexp_extract(x, 'z'), regexp_extract(x, '(a)(b)?', 2), regexp_extract(x, '\d+') FROM (VALUES 'abc1', 'ac', NULL) AS t (x) ORDER BY x
--: string, string, string
--= [null, "b", "1"]
--= [null, null, null]
--= [null, null, null]

-- regexp_extract_all
SELECT cardinality(regexp_extract_all(x, '\d')), element_at(regexp_extract_all(x, '(\d)(a)?', 1), 2) FROM (VALUES '1a2', 'x') AS t (x) ORDER BY x
--: bigint, string
--= [2, "2"]
--= [0, null]

-- regexp_split
SELECT cardinality(regexp_split(x, ',')), element_at(regexp_split(x, '\s+'), 2) FROM (VALUES 'a,b c', '') AS t (x) ORDER BY x
--: bigint, string
--= [1, null]
--= [2, "c"]

-- regexp_count and regexp_position
SELECT regexp_count(x, 'a'), regexp_position(x, 'b') FROM (VALUES 'banana') AS t (x)
--: bigint, int
--= [3, 1]

-- regexp_like at the end of a line, with branches
SELECT regexp_like(x, 'a$|b'), regexp_like(x, '(a$)'), regexp_like(x, '[$]'), regexp_like(x, '\$') FROM (VALUES 'a', 'a$', 'a' || chr(10)) AS t (x) ORDER BY x
--: boolean, boolean, boolean, boolean
--= [true, true, false, false]
--= [true, true, false, false]
--= [false, false, true, true]

-- regexp_like with a class inside a class
SELECT regexp_like(x, '[a-z&&[^b]]') FROM (VALUES 'b', 'c') AS t (x) ORDER BY x
--: boolean
--= [false]
--= [true]
--x athena, duckdb

-- regexp_like and the vertical tab
SELECT regexp_like(x, '\s'), regexp_like(x, '[\s]'), regexp_like(x, '\S') FROM (VALUES chr(11), chr(12), chr(160)) AS t (x) ORDER BY x
--: boolean, boolean, boolean
--= [true, true, false]
--= [true, true, false]
--= [false, false, true]

-- regexp_like line by line
SELECT regexp_like(x, '(?m)a$'), regexp_like(x, '(?m)^b') FROM (VALUES 'a' || chr(10) || 'b', 'ab') AS t (x) ORDER BY x
--: boolean, boolean
--= [true, true]
--= [false, false]

-- a boundary beside a letter outside ASCII
SELECT regexp_like(x, 'a\b') FROM (VALUES 'aé') AS t (x)
--: boolean
--= [false]
--x athena, duckdb

-- regexp_extract of one of two groups
SELECT regexp_extract(x, '(a)|(b)', 1), regexp_extract(x, '(a)|(b)', 2) FROM (VALUES 'a', 'b', '') AS t (x) ORDER BY x
--: string, string
--= [null, null]
--= ["a", null]
--= [null, "b"]

-- regexp_extract of a group that there is not
SELECT regexp_extract(x, '(b)', 2) FROM (VALUES 'abc') AS t (x)
--! INVALID_FUNCTION_ARGUMENT

-- regexp_replace by the tenth group and by none
SELECT regexp_replace(x, '(a)', '$10'), regexp_replace(x, '(a)(b)?', '$2$1') FROM (VALUES 'abc', 'ac') AS t (x) ORDER BY x
--: string, string
--= ["a0bc", "bac"]
--= ["a0c", "ac"]

-- regexp_replace with a wrong replacement
SELECT regexp_replace(x, 'b', '$x') FROM (VALUES 'abc') AS t (x)
--! INVALID_FUNCTION_ARGUMENT

-- regexp_replace with a function
SELECT regexp_replace(x, '(\w)(\w*)', g -> upper(g[1]) || lower(g[2])) FROM (VALUES 'new york') AS t (x)
--: string
--= ["New York"]
--x athena, duckdb

-- regexp_split and regexp_count at nothing
SELECT regexp_split(x, ''), regexp_count(x, '') FROM (VALUES 'abc') AS t (x)
--: array<string>, bigint
--= ["[, a, b, c, ]", 4]
--x athena, duckdb

-- regexp_position without a match, outside ASCII
SELECT regexp_position(x, 'a'), regexp_position(x, 'z') FROM (VALUES '裕a', NULL) AS t (x) ORDER BY x
--: int, int
--= [2, -1]
--= [null, null]

-- a pattern in a column
SELECT regexp_like(x, y) FROM (VALUES ('ab', 'a$'), ('ab', 'b$'), ('ab' || chr(10), 'b$')) AS t (x, y) ORDER BY x, y
--: boolean
--= [false]
--= [true]
--= [true]

-- LIKE with a wrong escape
SELECT x LIKE 'a!b' ESCAPE '!' FROM (VALUES 'a') AS t (x)
--! INVALID_FUNCTION_ARGUMENT

-- two letters that are one without case
SELECT regexp_like('groß', '(?i)ss'), regexp_like('GROSS', '(?i)ss')
--: boolean, boolean
--= [true, true]
--x athena, duckdb

-- two letters that are one without case, found
SELECT regexp_extract('STRAßE', '(?i)strasse')
--: string
--= ["STRAßE"]
--x athena, duckdb

-- a ligature without case
SELECT regexp_like('ﬁx', '(?i)fix')
--: boolean
--= [true]
--x athena, duckdb

-- two letters without case
SELECT regexp_like(x, '(?i)ss'), regexp_extract(x, '(?i)ss') FROM (VALUES 'GROSS', 'Süss', 's s', NULL) AS t (x)
--: boolean, string
--= [true, "SS"]
--= [true, "ss"]
--= [false, null]
--= [null, null]
