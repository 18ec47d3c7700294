-- Texts: blanks, empty texts, places from the end, characters outside ASCII.

-- substr with a negative place
SELECT substr(x, -2), substr(x, -2, 1), substr(x, -9), substr(x, -9, 3) FROM (VALUES 'abcde', 'é裕', '') AS t (x) ORDER BY x
--: string, string, string, string
--= ["", "", "", ""]
--= ["de", "d", "", ""]
--= ["é裕", "é", "", ""]

-- substr with a negative place in a column
SELECT substr(x, n) FROM (VALUES ('abcde', -2), ('abcde', -9), ('abcde', 2)) AS t (x, n) ORDER BY n
--: string
--= [""]
--= ["de"]
--= ["bcde"]

-- substr from zero
SELECT substr(x, 0), substr(x, 0, 2) FROM (VALUES 'abcde') AS t (x)
--: string, string
--= ["", ""]

-- substr past the end, and of no length
SELECT substr(x, 9), substr(x, 2, 0), substr(x, 2, -1), substr(x, 4, 9) FROM (VALUES 'abcde') AS t (x)
--: string, string, string, string
--= ["", "", "", "de"]

-- substr with NULL
SELECT substr(x, n) FROM (VALUES ('abc', NULL), (NULL, 1)) AS t (x, n)
--: string
--= [null]
--= [null]

-- replace of an empty text
SELECT replace(x, '', '-'), replace(x, 'a', ''), replace(x, 'a') FROM (VALUES 'aba', '') AS t (x) ORDER BY x
--: string, string, string
--= ["-", "", ""]
--= ["-a-b-a-", "b", "b"]

-- trim takes every white character
SELECT length(trim(x)), length(ltrim(x)), length(rtrim(x)) FROM (VALUES chr(9) || 'a' || chr(10), ' a ', chr(160) || 'a', chr(12288) || 'a') AS t (x) ORDER BY 1, 2, 3
--: bigint, bigint, bigint
--= [1, 1, 2]
--= [1, 2, 2]
--= [1, 2, 2]
--= [2, 2, 2]

-- trim of given characters
SELECT trim(BOTH 'x' FROM x), trim(LEADING 'x' FROM x), trim(TRAILING 'x' FROM x), ltrim(x, 'x') FROM (VALUES 'xxaxx') AS t (x)
--: string, string, string, string
--= ["a", "axx", "xxa", "axx"]

-- upper and lower outside ASCII
SELECT upper(x), lower(x) FROM (VALUES 'é', 'ß', 'İ', 'Σ') AS t (x) ORDER BY x
--: string, string
--= ["ß", "ß"]
--= ["É", "é"]
--= ["İ", "i"]
--= ["Σ", "σ"]

-- length counts characters
SELECT length(x), length('') FROM (VALUES '裕廊', '😀', NULL) AS t (x) ORDER BY 1
--: bigint, bigint
--= [1, 0]
--= [2, 0]
--= [null, 0]

-- reverse outside ASCII
SELECT reverse(x) FROM (VALUES '裕廊', 'a😀', '') AS t (x) ORDER BY 1
--: string
--= [""]
--= ["廊裕"]
--= ["😀a"]

-- concatenation with NULL
SELECT 'a' || x, concat('a', x), concat_ws('-', 'a', x, 'b') FROM (VALUES CAST(NULL AS VARCHAR), '') AS t (x) ORDER BY 1
--: string, string, string
--= ["a", "a", "a--b"]
--= [null, null, "a-b"]

-- concat of text and number
SELECT concat('a', n) FROM (VALUES 1) AS t (n)
--! FUNCTION_NOT_FOUND

-- text and number put together
SELECT 'a' || n FROM (VALUES 1) AS t (n)
--! FUNCTION_NOT_FOUND

-- strpos of an empty text, of none, outside ASCII
SELECT strpos(x, ''), strpos(x, 'z'), strpos(x, '廊'), strpos(x, NULL) FROM (VALUES '裕廊') AS t (x)
--: bigint, bigint, bigint, bigint
--= [1, 0, 2, null]

-- starts_with an empty text
SELECT starts_with(x, ''), starts_with(x, 'A') FROM (VALUES 'abc') AS t (x)
--: boolean, boolean
--= [true, false]

-- lpad and rpad
SELECT lpad(x, 5, 'ab'), rpad(x, 5, 'ab'), lpad(x, 2, '0'), lpad(x, 0, '0') FROM (VALUES 'xyz') AS t (x)
--: string, string, string, string
--= ["abxyz", "xyzab", "xy", ""]

-- split at nothing found, at the ends, outside ASCII
SELECT cardinality(split(x, ',')), element_at(split(x, ','), 1), element_at(split(x, ','), 2) FROM (VALUES 'a,b,', '', ',', 'a') AS t (x) ORDER BY 1, 2
--: bigint, string, string
--= [1, "", null]
--= [1, "a", null]
--= [2, "", ""]
--= [3, "a", "b"]

-- split with a limit
SELECT cardinality(split(x, ',', 2)), element_at(split(x, ',', 2), 2) FROM (VALUES 'a,b,c') AS t (x)
--: bigint, string
--= [2, "b,c"]

-- split takes a text, not a pattern
SELECT cardinality(split(x, '.')), cardinality(split(x, '|')) FROM (VALUES 'a.b|c') AS t (x)
--: bigint, bigint
--= [2, 2]

-- split_part
SELECT split_part(x, ',', 1), split_part(x, ',', 3), split_part(x, ',', 4) FROM (VALUES 'a,b,') AS t (x)
--: string, string, string
--= ["a", "", null]

-- texts in order
SELECT x FROM (VALUES 'b', 'B', 'a', '', 'é', 'z', '裕', '😀', NULL) AS t (x) ORDER BY x
--: string
--= [""]
--= ["B"]
--= ["a"]
--= ["b"]
--= ["z"]
--= ["é"]
--= ["裕"]
--= ["😀"]
--= [null]

-- texts in order, down
SELECT x FROM (VALUES 'b', 'B', 'é', '', NULL) AS t (x) ORDER BY x DESC
--: string
--= ["é"]
--= ["b"]
--= ["B"]
--= [""]
--= [null]

-- texts compared
SELECT x < 'b', x = 'A', x = 'a ', x > '' FROM (VALUES 'a', 'B', '') AS t (x) ORDER BY x
--: boolean, boolean, boolean, boolean
--= [true, false, false, false]
--= [true, false, false, true]
--= [true, false, false, true]

-- an empty text is not NULL
SELECT x IS NULL, coalesce(x, 'none'), nullif(x, '') FROM (VALUES '', NULL) AS t (x) ORDER BY 1
--: boolean, string, string
--= [false, "", null]
--= [true, "none", null]

-- chr and codepoint
SELECT chr(n), codepoint(CAST(chr(n) AS VARCHAR(1))) FROM (VALUES 97, 35029) AS t (n) ORDER BY n
--: string, int
--= ["a", 97]
--= ["裕", 35029]

-- a quote and a backslash
SELECT x, length(x) FROM (VALUES 'it''s', 'a\b', '\n', '%_') AS t (x) ORDER BY x
--: string, bigint
--= ["%_", 2]
--= ["\\n", 2]
--= ["a\\b", 3]
--= ["it's", 4]

-- greatest and least of texts
SELECT greatest(x, 'b'), least(x, 'b') FROM (VALUES 'B', 'c', NULL) AS t (x) ORDER BY x
--: string, string
--= ["b", "B"]
--= ["c", "b"]
--= [null, null]

-- translate
SELECT translate(x, 'abc', '12') FROM (VALUES 'aabbcc') AS t (x)
--: string
--= ["1122"]

-- a text as a number in a comparison
SELECT x = 7 FROM (VALUES '7') AS t (x)
--! TYPE_MISMATCH

-- UNION of a text and a number
SELECT 'a' AS x UNION ALL SELECT 1
--! TYPE_MISMATCH

-- CASE of a text and a number
SELECT CASE WHEN n = 1 THEN 'a' ELSE 1 END FROM (VALUES 1) AS t (n)
--! TYPE_MISMATCH

-- coalesce of a text and a number
SELECT coalesce(n, 'none') FROM (VALUES 1) AS t (n)
--! TYPE_MISMATCH

-- IN with a text and a number
SELECT n IN ('1', '2') FROM (VALUES 1) AS t (n)
--! TYPE_MISMATCH

-- url_encode
SELECT url_encode(x), url_decode('a%20b+c') FROM (VALUES 'a b&ü') AS t (x)
--: string, string
--= ["a+b%26%C3%BC", "a b c"]

-- levenshtein_distance and hamming_distance
SELECT levenshtein_distance(x, 'abd'), hamming_distance(x, 'abd') FROM (VALUES 'abc') AS t (x)
--: bigint, bigint
--= [1, 1]

-- to_hex, md5, sha256
SELECT to_hex(to_utf8(x)), to_hex(md5(to_utf8(x))), to_hex(sha256(to_utf8(x))) FROM (VALUES 'é') AS t (x)
--: string, string, string
--= ["C3A9", "66DDCD97CFDEABB2F6FB8A999B4BC76F", "4A99557E4033C3539DE2EB65472017CAD5F9557F7A0625A09F1C3F6E2BA69C4C"]

-- upper of a sharp s, and of a text in capitals
SELECT upper(x), lower(upper(x)) FROM (VALUES 'straße', 'abc', '') AS t (x) ORDER BY x
--: string, string
--= ["", ""]
--= ["ABC", "abc"]
--= ["STRAßE", "straße"]

-- split and split_part at nothing
SELECT split(x, '') FROM (VALUES 'abc') AS t (x)
--! INVALID_FUNCTION_ARGUMENT

-- split_part from zero
SELECT split_part(x, ',', 0) FROM (VALUES 'a,b') AS t (x)
--! INVALID_FUNCTION_ARGUMENT

-- split by NULL
SELECT split(x, y) FROM (VALUES ('a,b', ','), ('a', CAST(NULL AS VARCHAR))) AS t (x, y) ORDER BY x
--: array<string>
--= [null]
--= ["[a, b]"]

-- replace with NULL
SELECT replace(x, y, '-') FROM (VALUES ('abab', CAST(NULL AS VARCHAR)), ('abab', ''), ('', '')) AS t (x, y) ORDER BY x, y
--: string
--= ["-"]
--= ["-a-b-a-b-"]
--= [null]

-- lpad to less than nothing
SELECT lpad(x, -1, 'a') FROM (VALUES 'a') AS t (x)
--! INVALID_FUNCTION_ARGUMENT

-- substr of more than there is, in a column
SELECT substr(x, n, m) FROM (VALUES ('abcde', 2, 99), ('abcde', 9, 1), ('abcde', 2, CAST(NULL AS INTEGER))) AS t (x, n, m) ORDER BY n, m
--: string
--= ["bcde"]
--= [null]
--= [""]

-- url_decode of what is none
SELECT url_decode(x) FROM (VALUES 'a%2') AS t (x)
--! INVALID_FUNCTION_ARGUMENT

-- array_join of DOUBLE
SELECT array_join(ARRAY[1.5, x, NULL], ','), array_join(ARRAY[1.5, NULL], ',', '-') FROM (VALUES 100.0) AS t (x)
--: string, string
--= ["1.5E0,1.0E2", "1.5E0,-"]

-- concat of three with NULL
SELECT concat('a', NULL, 'b'), concat(x, 'b', x) FROM (VALUES 'a') AS t (x)
--: string, string
--= [null, "aba"]
