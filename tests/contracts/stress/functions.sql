-- Functions of Athena's table: URLs, maps and lambdas, bytes and bits, texts.

-- URL parts
SELECT url_extract_host(u), url_extract_port(u), url_extract_protocol(u), url_extract_path(u), url_extract_query(u), url_extract_fragment(u) FROM (VALUES 'https://User@Example.com:8080/a/b?x=1&y=2#frag') AS t (u)
--: string, bigint, string, string, string, string
--= ["Example.com", 8080, "https", "/a/b", "x=1&y=2", "frag"]

-- URL parts that are not there
SELECT url_extract_host(u), url_extract_port(u), url_extract_protocol(u), url_extract_path(u), url_extract_query(u), url_extract_fragment(u) FROM (VALUES 'https://e.com', 'e.com/a', 'mailto:a@b.c', '', '?a=1', '//e.com/a', 'http:///x', NULL) AS t (u) ORDER BY u
--: string, bigint, string, string, string, string
--= ["", null, "", "", "", ""]
--= ["e.com", null, "", "/a", "", ""]
--= ["", null, "", "", "a=1", ""]
--= ["", null, "", "e.com/a", "", ""]
--= ["", null, "http", "/x", "", ""]
--= ["e.com", null, "https", "", "", ""]
--= ["", null, "mailto", "", "", ""]
--= [null, null, null, null, null, null]

-- URL parts of what is no URL
SELECT url_extract_host(u), url_extract_path(u), url_extract_protocol(u), url_extract_query(u) FROM (VALUES 'not a url', 'http://e.com/a|b', 'http://e.com/a%2', 'http://e.com/<a>', 'http://', 'http://e.com?x={a}', 'a:') AS t (u) ORDER BY u
--: string, string, string, string
--= [null, null, null, null]
--= [null, null, null, null]
--= [null, null, null, null]
--= [null, null, null, null]
--= [null, null, null, null]
--= [null, null, null, null]
--= [null, null, null, null]

-- URL parts are decoded
SELECT url_extract_path('https://e.com/a%20b'), url_extract_query('https://e.com/a?q=a%20b'), url_extract_fragment('https://e.com/a#a%20b'), url_extract_path('http://e.com/é')
--: string, string, string, string
--= ["/a b", "q=a b", "a b", "/é"]

-- URL hosts
SELECT url_extract_host(u), url_extract_port(u) FROM (VALUES 'http://user:pw@e.com:80/x', 'http://[::1]:80/a', 'http://1.2.3.4', 'http://1.2.3', 'http://123/', 'http://-e.com', 'http://e_x.com', 'http://e.com.', 'http://e.com:x', 'http://é.com', 'ftp://localhost/x', 'file:///a') AS t (u) ORDER BY u
--: string, bigint
--= ["", null]
--= ["localhost", null]
--= ["", null]
--= ["", null]
--= ["1.2.3.4", null]
--= ["123", null]
--= ["[::1]", 80]
--= ["e.com.", null]
--= ["", null]
--= ["", null]
--= ["e.com", 80]
--= ["", null]

-- URL parameters
SELECT url_extract_parameter(u, 'x'), url_extract_parameter(u, 'y') FROM (VALUES 'https://e.com/a?x=1&y=2&x=3', 'https://e.com/a?x&y=a+b%20c', 'https://e.com?x=1=2', 'https://e.com', 'no url', NULL) AS t (u) ORDER BY u
--: string, string
--= [null, null]
--= ["", "a b c"]
--= ["1", "2"]
--= ["1=2", null]
--= [null, null]
--= [null, null]

-- url_encode and url_decode
SELECT url_decode('a%20b+c'), url_encode('a b+c~*é'), url_decode('%C3%A9'), url_decode('')
--: string, string, string, string
--= ["a b c", "a+b%2Bc%7E*%C3%A9", "é", ""]

-- url_decode of half an escape
SELECT url_decode('a%2')
--! INVALID_FUNCTION_ARGUMENT

-- url_decode of no escape
SELECT url_decode('%zz')
--! INVALID_FUNCTION_ARGUMENT

-- split_to_map
SELECT split_to_map('a=1,b=2,', ',', '='), split_to_map('', ',', '='), split_to_map('a=', ',', '='), split_to_map(NULL, ',', '=')
--: map<string,string>, map<string,string>, map<string,string>, map<string,string>
--= ["{a=1, b=2}", "{}", "{a=}", null]

-- split_to_map with the same key twice
SELECT split_to_map('a=1,a=2', ',', '=')
--! INVALID_FUNCTION_ARGUMENT

-- split_to_map of an entry without a value
SELECT split_to_map('a1', ',', '=')
--! INVALID_FUNCTION_ARGUMENT

-- split_to_map of an entry with two delimiters
SELECT split_to_map('a==1', ',', '=')
--! INVALID_FUNCTION_ARGUMENT

-- split_to_multimap
SELECT split_to_multimap('a=1,a=2,b=', ',', '='), split_to_multimap('', ',', '=')
--: map<string,array<string>>, map<string,array<string>>
--= ["{a=[1, 2], b=[]}", "{}"]

-- format_number
SELECT format_number(123456), format_number(1000000), format_number(999), format_number(1234.5), format_number(-1234), format_number(0), format_number(999999), format_number(1e21), format_number(CAST(-123456789 AS BIGINT))
--: string, string, string, string, string, string, string, string, string
--= ["123K", "1M", "999", "1.23K", "-1.23K", "0", "1000K", "9223Q", "-123.46M"]

-- format_number at ties
SELECT format_number(12250), format_number(12350), format_number(1125), format_number(1135), format_number(122500), format_number(-12250), format_number(nan()), format_number(infinity())
--: string, string, string, string, string, string, string, string
--= ["12.3K", "12.3K", "1.13K", "1.14K", "123K", "-12.25K", "0", "9223Q"]

-- crc32
SELECT crc32(to_utf8('')), crc32(to_utf8('hello')), crc32(to_utf8('é')), crc32(from_hex('FF00')), crc32(NULL)
--: bigint, bigint, bigint, bigint, bigint
--= [0, 907060870, 235179326, 3539857293, null]

-- hashes
SELECT to_hex(md5(to_utf8('a'))), to_hex(sha1(to_utf8('a'))), to_hex(sha256(to_utf8('a'))), md5(to_utf8('')), sha1(NULL)
--: string, string, string, binary, binary
--= ["0CC175B9C0F1B6A831C399E269772661", "86F7E437FAA5A7FCE15D1DDCB9EAEAEA377667B8", "CA978112CA1BBDCAFAC231B39A23DC4DA786EFF8147C4E72B9807785AFEE48BB", "d4 1d 8c d9 8f 00 b2 04 e9 80 09 98 ec f8 42 7e", null]

-- a hash of a text
SELECT sha1('a')
--! FUNCTION_NOT_FOUND

-- to_hex of a text
SELECT to_hex('a')
--! FUNCTION_NOT_FOUND

-- to_base64 of a text
SELECT to_base64('a')
--! FUNCTION_NOT_FOUND

-- bytes and texts
SELECT to_hex(to_utf8('é')), from_utf8(from_hex('C3A9')), to_base64(to_utf8('hello')), from_utf8(from_base64('aGVsbG8=')), to_base64url(to_utf8('??>')), from_utf8(from_base64url('Pz8-')), to_utf8('')
--: string, string, string, string, string, string, binary
--= ["C3A9", "é", "aGVsbG8=", "hello", "Pz8-", "??>", ""]

-- bit_count
SELECT bit_count(9, 64), bit_count(-7, 64), bit_count(-7, 8), bit_count(7, 4), bit_count(0, 2), bit_count(NULL, 8)
--: bigint, bigint, bigint, bigint, bigint, bigint
--= [2, 62, 6, 3, 0, null]

-- bit_count of too large a number
SELECT bit_count(8, 4)
--! INVALID_FUNCTION_ARGUMENT

-- bit_count of one bit
SELECT bit_count(1, 1)
--! INVALID_FUNCTION_ARGUMENT

-- bitwise functions
SELECT bitwise_and(12, 10), bitwise_or(12, 10), bitwise_xor(12, 10), bitwise_not(12), bitwise_not(-1), bitwise_and(-1, NULL)
--: bigint, bigint, bigint, bigint, bigint, bigint
--= [8, 14, 6, -13, 0, null]

-- bitwise shifts
SELECT bitwise_left_shift(1, 3), bitwise_left_shift(-7, 2), bitwise_left_shift(CAST(1 AS BIGINT), 40), bitwise_left_shift(5, 64), bitwise_left_shift(CAST(7 AS SMALLINT), 15), bitwise_left_shift(CAST(5 AS BIGINT), 62)
--: int, int, bigint, int, smallint, bigint
--= [8, -28, 1099511627776, 0, -32768, 4611686018427387904]

-- bitwise shifts to the right
SELECT bitwise_right_shift(-8, 3), bitwise_right_shift(-8, 0), bitwise_right_shift(CAST(-8 AS BIGINT), 3), bitwise_right_shift_arithmetic(-8, 2), bitwise_right_shift_arithmetic(-8, 40), bitwise_right_shift(8, 2)
--: int, int, bigint, int, int, int
--= [536870911, -8, 2305843009213693951, -2, -1, 2]

-- bitwise aggregates
SELECT bitwise_and_agg(x), bitwise_or_agg(x), bitwise_xor_agg(x) FROM (VALUES 12, 10, NULL) AS t (x)
--: bigint, bigint, bigint
--= [8, 14, 6]

-- from_base and to_base
SELECT from_base('ff', 16), from_base('-101', 2), from_base('ZZ', 36), from_base('+5', 10), from_base('9223372036854775807', 10), to_base(255, 16), to_base(-5, 2), to_base(0, 2), to_base(35, 36)
--: bigint, bigint, bigint, bigint, bigint, string, string, string, string
--= [255, -5, 1295, 5, 9223372036854775807, "ff", "-101", "0", "z"]

-- from_base of no digit
SELECT from_base('8', 8)
--! INVALID_FUNCTION_ARGUMENT

-- from_base of nothing
SELECT from_base('', 10)
--! INVALID_FUNCTION_ARGUMENT

-- from_base of too large a number
SELECT from_base('9223372036854775808', 10)
--! INVALID_FUNCTION_ARGUMENT

-- to_base of too large a base
SELECT to_base(1, 37)
--! INVALID_FUNCTION_ARGUMENT

-- width_bucket
SELECT width_bucket(5.3, 0.2, 10.6, 5), width_bucket(-1.0, 0.0, 10.0, 5), width_bucket(11.0, 0.0, 10.0, 5), width_bucket(10.0, 0.0, 10.0, 5), width_bucket(5.0, 10.0, 0.0, 5)
--: bigint, bigint, bigint, bigint, bigint
--= [3, 0, 6, 6, 3]

-- width_bucket with bins
SELECT width_bucket(5.0, ARRAY[1.0, 3.0, 9.0]), width_bucket(0.0, ARRAY[1.0, 3.0]), width_bucket(3.0, ARRAY[1.0, 3.0])
--: bigint, bigint, bigint
--= [2, 0, 2]

-- width_bucket of NaN
SELECT width_bucket(nan(), 0.0, 1.0, 2)
--! INVALID_FUNCTION_ARGUMENT

-- width_bucket without width
SELECT width_bucket(1.0, 1.0, 1.0, 2)
--! INVALID_FUNCTION_ARGUMENT

-- distances of texts
SELECT levenshtein_distance('kitten', 'sitting'), levenshtein_distance('', 'é'), levenshtein_distance('日本', '日'), levenshtein_distance('', ''), hamming_distance('abc', 'abd'), hamming_distance('é', 'e'), levenshtein_distance('a', NULL)
--: bigint, bigint, bigint, bigint, bigint, bigint, bigint
--= [3, 1, 1, 0, 1, 1, null]

-- hamming_distance of other lengths
SELECT hamming_distance('abc', 'ab')
--! INVALID_FUNCTION_ARGUMENT

-- soundex
SELECT soundex('Robert'), soundex('Rupert'), soundex('Ashcraft'), soundex('Tymczak'), soundex('Pfister'), soundex('Honeyman'), soundex('Lloyd'), soundex('O''Hara'), soundex('van der'), soundex('a'), soundex(''), soundex('12')
--: string, string, string, string, string, string, string, string, string, string, string, string
--= ["R163", "R163", "A261", "T522", "P236", "H555", "L300", "O600", "V536", "A000", "", ""]

-- soundex outside ASCII
SELECT soundex('é')
--! INVALID_FUNCTION_ARGUMENT

-- codepoint and chr
SELECT codepoint('a'), codepoint('é'), chr(233), chr(128512)
--: int, int, string, string
--= [97, 233, "é", "😀"]

-- codepoint of a longer text
SELECT codepoint('ab')
--! FUNCTION_NOT_FOUND

-- normalize
SELECT normalize('schön'), normalize('e' || chr(769), NFC), length(normalize('e' || chr(769)))
--: string, string, bigint
--= ["schön", "é", 1]

-- normalize to another form
SELECT length(normalize('é', NFD))
--: bigint
--= [2]
--x athena, duckdb

-- strpos of an instance
SELECT strpos('abcabc', 'c', 2), strpos('abcabc', 'c', -1), strpos('aaa', 'aa', 2), strpos('abc', '', 2), strpos('abcabc', 'b', 3), strpos(NULL, 'a', 1)
--: bigint, bigint, bigint, bigint, bigint, bigint
--= [6, 6, 2, 1, 0, null]
--x spark

-- strpos of the instance zero
SELECT strpos('a', 'a', 0)
--! INVALID_FUNCTION_ARGUMENT

-- human_readable_seconds
SELECT human_readable_seconds(96), human_readable_seconds(3762), human_readable_seconds(56363463), human_readable_seconds(0), human_readable_seconds(1), human_readable_seconds(-96), human_readable_seconds(59.6)
--: string, string, string, string, string, string, string
--= ["1 minute, 36 seconds", "1 hour, 2 minutes, 42 seconds", "93 weeks, 1 day, 8 hours, 31 minutes, 3 seconds", "0 seconds", "1 second", "1 minute, 36 seconds", "1 minute"]

-- reverse of texts, arrays and bytes
SELECT reverse('abc'), reverse('日本'), reverse(ARRAY[1, NULL, 3]), reverse(to_utf8('abc'))
--: string, string, array<int>, binary
--= ["cba", "本日", "[3, null, 1]", "63 62 61"]

-- any_match, all_match, none_match of none
SELECT any_match(a, x -> x > 1), all_match(a, x -> x > 0), none_match(a, x -> x > 5) FROM (VALUES CAST(ARRAY[] AS ARRAY(INTEGER)), NULL, ARRAY[1], ARRAY[NULL, 9]) AS t (a) ORDER BY 1
--: boolean, boolean, boolean
--= [false, true, true]
--= [false, true, true]
--= [true, null, false]
--= [null, null, null]

-- zip of three and of NULL
SELECT zip(ARRAY[1, 2], ARRAY['x'], ARRAY[true, false, true]), zip(ARRAY[1], CAST(NULL AS ARRAY(INTEGER)))
--: array<struct<field0:int,field1:string,field2:boolean>>, array<struct<field0:int,field1:int>>
--= ["[{field0=1, field1=x, field2=true}, {field0=2, field1=null, field2=false}, {field0=null, field1=null, field2=true}]", null]

-- zip_with of other lengths
SELECT zip_with(ARRAY[1, 2], ARRAY[10], (x, y) -> x + coalesce(y, 0)), zip_with(ARRAY[1], CAST(NULL AS ARRAY(INTEGER)), (x, y) -> x)
--: array<int>, array<int>
--= ["[11, 2]", null]

-- zip_with to rows
SELECT zip_with(ARRAY[1, 2], ARRAY['a', 'b'], (x, y) -> (y, x))
--: array<struct<field0:string,field1:int>>
--= ["[{field0=a, field1=1}, {field0=b, field1=2}]"]

-- zip_with inside zip_with
SELECT zip_with(a, zip_with(a, b, (x, y) -> x + y), (x, y) -> x * y) FROM (VALUES (ARRAY[1, 2], ARRAY[10, 20])) AS t (a, b)
--: array<int>
--= ["[11, 44]"]

-- a lambda inside a lambda
SELECT transform(a, x -> reduce(b, x, (s, y) -> s + y, s -> s)), any_match(a, x -> any_match(b, y -> x * 10 = y)) FROM (VALUES (ARRAY[1, 2], ARRAY[10, 20])) AS t (a, b)
--: array<int>, boolean
--= ["[31, 32]", true]

-- map_filter
SELECT map_filter(m, (k, v) -> v > 1), map_filter(m, (k, v) -> v IS NULL), map_filter(m, (k, v) -> k = 'c') FROM (VALUES MAP(ARRAY['a', 'b', 'c'], ARRAY[1, 2, NULL]), NULL) AS t (m) ORDER BY cardinality(m)
--: map<string,int>, map<string,int>, map<string,int>
--= ["{b=2}", "{c=null}", "{c=null}"]
--= [null, null, null]

-- transform_keys and transform_values
SELECT transform_keys(m, (k, v) -> k || 'x'), transform_values(m, (k, v) -> k || CAST(v AS VARCHAR)) FROM (VALUES MAP(ARRAY['a', 'b'], ARRAY[1, 2])) AS t (m)
--: map<string,int>, map<string,string>
--= ["{ax=1, bx=2}", "{a=a1, b=b2}"]

-- transform_keys to the same key
SELECT transform_keys(m, (k, v) -> 'x') FROM (VALUES MAP(ARRAY['a', 'b'], ARRAY[1, 2])) AS t (m)
--! INVALID_FUNCTION_ARGUMENT

-- transform_keys to NULL
SELECT transform_keys(MAP(ARRAY['a'], ARRAY[1]), (k, v) -> CAST(NULL AS VARCHAR))
--! INVALID_FUNCTION_ARGUMENT

-- map_zip_with
SELECT map_zip_with(MAP(ARRAY['a'], ARRAY[1]), MAP(ARRAY['a', 'b'], ARRAY[10, 20]), (k, x, y) -> coalesce(x, 0) + y)
--: map<string,int>
--= ["{a=11, b=20}"]

-- map_concat of several and of NULL
SELECT map_concat(MAP(ARRAY['a'], ARRAY[1]), MAP(ARRAY['b'], ARRAY[2]), MAP(ARRAY['a'], ARRAY[3])), map_concat(MAP(ARRAY['a'], ARRAY[1]), NULL)
--: map<string,int>, map<string,int>
--= ["{a=3, b=2}", null]

-- map_entries and map_from_entries
SELECT map_entries(MAP(ARRAY['a', 'b'], ARRAY[1, 2])), map_from_entries(ARRAY[('a', 1), ('b', NULL)]), multimap_from_entries(ARRAY[('a', 1), ('a', 2), ('b', NULL)])
--: array<struct<field0:string,field1:int>>, map<string,int>, map<string,array<int>>
--= ["[{field0=a, field1=1}, {field0=b, field1=2}]", "{a=1, b=null}", "{a=[1, 2], b=[null]}"]

-- map_from_entries with the same key twice
SELECT map_from_entries(ARRAY[('a', 1), ('a', 2)])
--! INVALID_FUNCTION_ARGUMENT

-- map_agg of the same key twice
SELECT map_agg(k, v) FROM (VALUES ('a', 1), ('a', 3), ('b', NULL), (NULL, 5)) AS t (k, v)
--: map<string,int>
--= ["{a=1, b=null}"]

-- multimap_agg
SELECT multimap_agg(k, v) FROM (VALUES ('a', 1), ('b', NULL), ('a', 3), (NULL, 2)) AS t (k, v)
--: map<string,array<int>>
--= ["{a=[1, 3], b=[null]}"]

-- map_agg and multimap_agg of no rows
SELECT map_agg(k, v), multimap_agg(k, v) FROM (VALUES ('a', 1)) AS t (k, v) WHERE v > 9
--: map<string,int>, map<string,array<int>>
--= [null, null]

-- map_agg and multimap_agg by group
SELECT g, map_agg(k, v), multimap_agg(k, v) FROM (VALUES (1, 'a', 1), (2, 'a', 2), (1, 'b', 3)) AS t (g, k, v) GROUP BY g ORDER BY g
--: int, map<string,int>, map<string,array<int>>
--= [1, "{a=1, b=3}", "{a=[1], b=[3]}"]
--= [2, "{a=2}", "{a=[2]}"]

-- map_union
SELECT map_union(m) FROM (VALUES MAP(ARRAY['a'], ARRAY[1]), MAP(ARRAY['b'], ARRAY[2]), MAP(ARRAY['a'], ARRAY[1]), NULL) AS t (m)
--: map<string,int>
--= ["{a=1, b=2}"]

-- histogram
SELECT histogram(x) FROM (VALUES 'a', 'b', 'a', NULL) AS t (x)
--: map<string,bigint>
--= ["{a=2, b=1}"]

-- reduce of none, of NULL and to a row
SELECT reduce(CAST(ARRAY[] AS ARRAY(INTEGER)), 7, (s, x) -> s + x, s -> s), reduce(CAST(NULL AS ARRAY(INTEGER)), 0, (s, x) -> s + x, s -> coalesce(s, 5)), reduce(ARRAY[1, NULL], 0, (s, x) -> s + coalesce(x, 0), s -> s), reduce(ARRAY[1, NULL], 0, (s, x) -> s + x, s -> s)
--: int, int, int, int
--= [7, null, 1, null]

-- reduce with a row as its state
SELECT reduce(ARRAY[5, 20], CAST(ROW(0.0, 0) AS ROW(sum DOUBLE, count INTEGER)), (s, x) -> CAST(ROW(x + s.sum, s.count + 1) AS ROW(sum DOUBLE, count INTEGER)), s -> IF(s.count = 0, NULL, s.sum / s.count))
--: double
--= [12.5]

-- reduce to a text
SELECT reduce(ARRAY['a', 'b'], CAST('' AS VARCHAR), (s, x) -> s || x, s -> upper(s))
--: string
--= ["AB"]

-- ngrams
SELECT ngrams(ARRAY['a', 'b', 'c'], 2), ngrams(ARRAY['a', 'b'], 5), ngrams(ARRAY[1, 2], 1), ngrams(CAST(ARRAY[] AS ARRAY(INTEGER)), 2)
--: array<array<string>>, array<array<string>>, array<array<int>>, array<array<int>>
--= ["[[a, b], [b, c]]", "[[a, b]]", "[[1], [2]]", "[[]]"]

-- ngrams of zero
SELECT ngrams(ARRAY[1], 0)
--! INVALID_FUNCTION_ARGUMENT

-- combinations
SELECT combinations(ARRAY[1, 2, 3, 4], 2), combinations(ARRAY['a', 'b', 'c'], 3), combinations(ARRAY[1], 0), combinations(ARRAY[1, 2], 3)
--: array<array<int>>, array<array<string>>, array<array<int>>, array<array<int>>
--= ["[[1, 2], [1, 3], [2, 3], [1, 4], [2, 4], [3, 4]]", "[[a, b, c]]", "[[]]", "[]"]

-- combinations of six
SELECT combinations(ARRAY[1, 2, 3, 4, 5, 6, 7], 6)
--! INVALID_FUNCTION_ARGUMENT

-- trim_array
SELECT trim_array(ARRAY[1, 2, 3], 1), trim_array(ARRAY[1, 2], 2), trim_array(ARRAY[1], 0)
--: array<int>, array<int>, array<int>
--= ["[1, 2]", "[]", "[1]"]

-- trim_array of more than there are
SELECT trim_array(ARRAY[1, 2], 3)
--! INVALID_FUNCTION_ARGUMENT

-- array_histogram
SELECT array_histogram(ARRAY['a', NULL, 'a'])
--: map<string,bigint>
--= ["{a=2}"]

-- repeat of NULL and of an array
SELECT repeat(ARRAY[1], 2), repeat('a', NULL), repeat(CAST(NULL AS INTEGER), 2)
--: array<array<int>>, array<string>, array<int>
--= ["[[1], [1]]", null, "[null, null]"]

-- repeat of a column
SELECT repeat(x, n) FROM (VALUES ('a', 2), (NULL, 1), ('b', 0)) AS t (x, n) ORDER BY n
--: array<string>
--= ["[]"]
--= ["[null]"]
--= ["[a, a]"]

-- repeat less than zero
SELECT repeat('a', -1)
--! INVALID_FUNCTION_ARGUMENT

-- repeat of more than 10,000
SELECT cardinality(repeat(1, 10001))
--! INVALID_FUNCTION_ARGUMENT

-- random numbers
SELECT random(3) BETWEEN 0 AND 2, random(2, 4) BETWEEN 2 AND 3, rand() < 1
--: boolean, boolean, boolean
--= [true, true, true]

-- a function that Trino does not have
SELECT ends_with('abc', 'bc')
--! FUNCTION_NOT_FOUND

-- another function that Trino does not have
SELECT generate_series(1, 2)
--! FUNCTION_NOT_FOUND

-- typeof of numbers and truth values
SELECT typeof(1), typeof(1.5), typeof(true), typeof(NULL), typeof(CAST(1 AS BIGINT)), typeof(CAST(1 AS DECIMAL(9, 2))), typeof(REAL '1.5')
--: string, string, string, string, string, string, string
--= ["integer", "double", "boolean", "unknown", "bigint", "decimal(9,2)", "real"]

-- typeof of literals and casts
SELECT typeof('a'), typeof(CAST('a' AS VARCHAR(3))), typeof(CAST(1 AS VARCHAR)), typeof('a' || 'bc'), typeof(CAST('a' AS CHAR(3))), typeof(DATE '2024-01-01'), typeof(TIMESTAMP '2024-01-01 00:00:00'), typeof(TIMESTAMP '2024-01-01 00:00:00.123'), typeof(CAST('2024-01-01' AS TIMESTAMP)), typeof(INTERVAL '1' DAY), typeof(INTERVAL '1' MONTH)
--: string, string, string, string, string, string, string, string, string, string, string
--= ["varchar(1)", "varchar(3)", "varchar", "varchar", "char(3)", "date", "timestamp(0)", "timestamp(3)", "timestamp(3)", "interval day to second", "interval year to month"]

-- typeof of arrays, maps and rows
SELECT typeof(ARRAY[ARRAY[1]]), typeof(ARRAY[1.5]), typeof(ARRAY[ROW(1, 2)]), typeof(MAP(ARRAY[1], ARRAY[ARRAY[2]])), typeof(CAST(ROW(1, 2) AS ROW(a BIGINT, b DOUBLE))), typeof(ARRAY[CAST(1 AS DECIMAL(5, 2))]), typeof(X'00'), typeof(json_parse('1'))
--: string, string, string, string, string, string, string, string
--= ["array(array(integer))", "array(double)", "array(row(integer, integer))", "map(integer, array(integer))", "row(a bigint, b double)", "array(decimal(5,2))", "varbinary", "json"]

-- typeof of aggregates
SELECT typeof(count(*)), typeof(sum(x)), typeof(avg(x)), typeof(max(x)) FROM (VALUES 1) AS t (x)
--: string, string, string, string
--= ["bigint", "bigint", "double", "integer"]

-- typeof of a text that has a length
SELECT typeof(upper('abc')), typeof(x) FROM (VALUES 'a') AS t (x)
--: string, string
--= ["varchar(3)", "varchar(1)"]
--x athena, duckdb

-- wrong numbers of arguments
SELECT length('a', 'b')
--! FUNCTION_NOT_FOUND

-- coalesce of one
SELECT coalesce(1)
--! SYNTAX_ERROR

-- date of two
SELECT date('2024-01-01', 1)
--! FUNCTION_NOT_FOUND

-- random of three
SELECT random(1, 2, 3)
--! FUNCTION_NOT_FOUND

-- floor to digits
SELECT floor(1.5, 1)
--! FUNCTION_NOT_FOUND

-- ceiling to digits
SELECT ceiling(1.5, 1)
--! FUNCTION_NOT_FOUND

-- log of one
SELECT log(2)
--! FUNCTION_NOT_FOUND

-- lower of none
SELECT lower()
--! FUNCTION_NOT_FOUND

-- calls: now(1)
SELECT now(1)
--! FUNCTION_NOT_FOUND

-- calls: log10 of two
SELECT log10(1, 2)
--! FUNCTION_NOT_FOUND

-- calls: current_date with parentheses
SELECT current_date()
--! SYNTAX_ERROR

-- calls: current_timestamp with empty parentheses
SELECT current_timestamp()
--! SYNTAX_ERROR

-- calls: map_concat of one
SELECT map_concat(MAP(ARRAY[1], ARRAY[2]))
--! INVALID_FUNCTION_ARGUMENT

-- calls: zip of one
SELECT zip(ARRAY[1])
--! FUNCTION_NOT_FOUND

-- calls: zip of six
SELECT zip(ARRAY[1], ARRAY[1], ARRAY[1], ARRAY[1], ARRAY[1], ARRAY[1])
--! FUNCTION_NOT_FOUND

-- calls: count of two, DISTINCT
SELECT count(DISTINCT 1, 2)
--! FUNCTION_NOT_FOUND

-- calls: array_agg of two
SELECT array_agg(x, y) FROM (VALUES (1, 2)) AS t (x, y)
--! FUNCTION_NOT_FOUND

-- calls: row of nothing
SELECT row()
--! FUNCTION_NOT_FOUND

-- calls: position of two
SELECT position('a', 'a')
--! FUNCTION_NOT_FOUND

-- calls: substring of four
SELECT substring('abc', 1, 2, 3)
--! FUNCTION_NOT_FOUND

-- calls: chr of two
SELECT chr(65, 66)
--! FUNCTION_NOT_FOUND

-- calls: max_by of four
SELECT max_by(1, 2, 3, 4)
--! FUNCTION_NOT_FOUND

-- calls: min_by of four
SELECT min_by(1, 2, 3, 4)
--! FUNCTION_NOT_FOUND

-- calls: listagg without WITHIN GROUP
SELECT listagg('a')
--! SYNTAX_ERROR

-- calls: listagg of three
SELECT listagg('a', ',', 'x') WITHIN GROUP (ORDER BY 1)
--! SYNTAX_ERROR

-- calls: ceiling of two
SELECT ceiling(1.5, 1)
--! FUNCTION_NOT_FOUND

-- calls: a wrong call among rows of VALUES
VALUES chr(65, 66)
--! FUNCTION_NOT_FOUND

-- calls: a wrong call in WITH
WITH t AS (SELECT log10(x, 2) FROM (VALUES 1) AS v (x)) SELECT * FROM t
--! FUNCTION_NOT_FOUND

-- calls: names of functions for tables and columns
WITH second (year, month) AS (SELECT year, date FROM (VALUES (1, 2)) AS date (year, date)) SELECT sum(month), max(filter) FROM second CROSS JOIN (VALUES 3) AS sequence (filter)
--: bigint, int
--= [2, 3]

-- calls: arguments counted beside what is ordered by
SELECT array_agg(x ORDER BY x, y), count(*) FILTER (WHERE x IN (1, 2)), max_by(x, y), array_join(ARRAY[1, 2], ',', 'n'), position('b' IN 'abc'), substring('abc' FROM 2 FOR 1), trim(BOTH 'a' FROM 'aba') FROM (VALUES (1, 2)) AS t (x, y)
--: array<int>, bigint, int, string, bigint, string, string
--= ["[1]", 1, 1, "1,2", 2, "b", "b"]
