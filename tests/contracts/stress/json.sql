-- JSON: scalars, objects, numbers, texts that are no JSON.

-- json_extract_scalar of numbers
SELECT json_extract_scalar(j, '$.a') FROM (VALUES '{"a": 1}', '{"a": 1.0}', '{"a": 1.50}', '{"a": 1e3}', '{"a": -0.0}') AS t (j) ORDER BY j
--: string
--= ["-0.0"]
--= ["1.0"]
--= ["1.50"]
--= ["1e3"]
--= ["1"]

-- json_extract_scalar of large numbers and many digits
SELECT json_extract_scalar(j, '$.a') FROM (VALUES '{"a": 103.81234567890123}', '{"a": 12345678901234567890}', '{"a": 0.1234567890123456789}', '{"a": 12345678.9}') AS t (j) ORDER BY j
--: string
--= ["0.1234567890123456789"]
--= ["103.81234567890123"]
--= ["12345678.9"]
--= ["12345678901234567890"]

-- json_extract_scalar of booleans, texts and null
SELECT json_extract_scalar(j, '$.a') FROM (VALUES '{"a": true}', '{"a": "x"}', '{"a": null}', '{"a": ""}', '{}') AS t (j) ORDER BY j
--: string
--= [""]
--= ["x"]
--= [null]
--= ["true"]
--= [null]

-- json_extract_scalar of an object and of a list
SELECT json_extract_scalar(j, '$.a') FROM (VALUES '{"a": {"b": 1}}', '{"a": [1]}') AS t (j) ORDER BY j
--: string
--= [null]
--= [null]

-- json_extract_scalar of a text that is no JSON
SELECT json_extract_scalar(j, '$.a') FROM (VALUES 'no json', '', '{"a": 1', NULL) AS t (j)
--: string
--= [null]
--= [null]
--= ["1"]
--= [null]
--x athena, duckdb, spark

-- json_extract of a text that is no JSON
SELECT json_extract(j, '$.a') IS NULL FROM (VALUES 'no json', '{"a": 1') AS t (j)
--: boolean
--= [true]
--= [false]
--x athena, duckdb, spark

-- json_extract_scalar of a name with odd characters
SELECT json_extract_scalar(j, '$["a b"]'), json_extract_scalar(j, '$["a.b"]'), json_extract_scalar(j, '$.a_b') FROM (VALUES '{"a b": 1, "a.b": 2, "a_b": 3}') AS t (j)
--: string, string, string
--= ["1", "2", "3"]

-- json_extract_scalar of a list's entries
SELECT json_extract_scalar(j, '$[0]'), json_extract_scalar(j, '$[9]'), json_extract_scalar(j, '$[1].a') FROM (VALUES '[1, {"a": 2}]', '[]') AS t (j) ORDER BY j
--: string, string, string
--= ["1", null, "2"]
--= [null, null, null]

-- json_extract_scalar of a negative place
SELECT json_extract_scalar(j, '$[-1]') FROM (VALUES '[1, 2]') AS t (j)
--! INVALID_FUNCTION_ARGUMENT

-- json_extract_scalar with escapes
SELECT json_extract_scalar(j, '$.a') FROM (VALUES '{"a": "x\"y"}', '{"a": "x\ny"}', '{"a": "\u88d5"}') AS t (j) ORDER BY j
--: string
--= ["裕"]
--= ["x\"y"]
--= ["x\ny"]

-- json_extract_scalar of the root
SELECT json_extract_scalar(j, '$') FROM (VALUES '1', '"x"', 'null', '{"a": 1}') AS t (j) ORDER BY j
--: string
--= ["x"]
--= ["1"]
--= [null]
--= [null]

-- names of JSON mind their case
SELECT json_extract_scalar(j, '$.A') FROM (VALUES '{"a": 1}', '{"A": 2}') AS t (j) ORDER BY j
--: string
--= ["2"]
--= [null]

-- the same name twice
SELECT json_extract_scalar(j, '$.a') FROM (VALUES '{"a": 1, "a": 2}') AS t (j)
--: string
--= ["1"]

-- a number of JSON, cast
SELECT CAST(json_extract_scalar(j, '$.a') AS DECIMAL(9, 2)), CAST(json_extract_scalar(j, '$.a') AS DOUBLE) FROM (VALUES '{"a": 1.005}', '{"a": 2}') AS t (j) ORDER BY 1
--: decimal(9,2), double
--= ["1.01", 1.005]
--= ["2.00", 2.0]

-- a number of JSON with a point, cast to INTEGER
SELECT TRY_CAST(json_extract_scalar(j, '$.a') AS INTEGER) FROM (VALUES '{"a": 7}', '{"a": 7.0}', '{"a": "7"}', '{"a": 7.5}') AS t (j) ORDER BY j
--: int
--= [7]
--= [null]
--= [null]
--= [7]

-- an array of JSON, cast
SELECT CAST(json_extract(j, '$') AS ARRAY(BIGINT)) FROM (VALUES '[1, 2]', '[]', '[1, null]') AS t (j) ORDER BY j
--: array<bigint>
--= ["[1, 2]"]
--= ["[1, null]"]
--= ["[]"]

-- an array of JSON of texts, cast
SELECT CAST(json_extract(j, '$') AS ARRAY(VARCHAR)) FROM (VALUES '["a", null, "b"]', '[1, true]') AS t (j) ORDER BY j
--: array<string>
--= ["[a, null, b]"]
--= ["[1, true]"]

-- an array of JSON of DOUBLE, cast
SELECT element_at(CAST(json_extract(j, '$') AS ARRAY(DOUBLE)), 1) FROM (VALUES '[1]', '[1.5]', '["2.5"]') AS t (j) ORDER BY j
--: double
--= [2.5]
--= [1.5]
--= [1.0]
--x spark

-- an array of JSON that does not have the type
SELECT CAST(json_extract(j, '$') AS ARRAY(BIGINT)) FROM (VALUES '["x"]') AS t (j)
--! INVALID_CAST_ARGUMENT

-- an object of JSON, cast to MAP
SELECT element_at(CAST(json_extract(j, '$') AS MAP(VARCHAR, BIGINT)), 'a') FROM (VALUES '{"a": 1}', '{"b": 1}') AS t (j) ORDER BY j
--: bigint
--= [1]
--= [null]

-- json_parse, json_format
SELECT json_format(json_parse(j)) FROM (VALUES '{"b": 1, "a": [1, 2]}', '"x"') AS t (j) ORDER BY j
--: string
--= ["\"x\""]
--= ["{\"a\":[1,2],\"b\":1}"]

-- json_array_length and json_size
SELECT json_array_length(j), json_size(j, '$'), json_size(j, '$[0]') FROM (VALUES '[1, 2]', '[]', '{"a": 1}') AS t (j) ORDER BY j
--: bigint, bigint, bigint
--= [2, 2, 0]
--= [0, 0, null]
--= [null, 1, null]

-- json_array_contains
SELECT json_array_contains(j, 1), json_array_contains(j, 'x') FROM (VALUES '[1, "x"]', '[]') AS t (j) ORDER BY j
--: boolean, boolean
--= [true, true]
--= [false, false]

-- json_value and json_query
SELECT json_value(j, 'lax $.a'), json_query(j, 'lax $.b') FROM (VALUES '{"a": 1, "b": [1]}') AS t (j)
--: string, string
--= ["1", "[1]"]
--x athena, duckdb

-- CAST to JSON
SELECT json_format(CAST(x AS JSON)) FROM (VALUES 'a', '1') AS t (x) ORDER BY x
--: string
--= ["\"1\""]
--= ["\"a\""]

-- JSON entries unnested
SELECT json_extract_scalar(item, '$.n') AS n FROM (SELECT CAST(json_extract('[{"n": 1}, {"n": 2.50}, {}]', '$') AS ARRAY(JSON)) AS items) AS f CROSS JOIN UNNEST(items) AS t (item) ORDER BY 1
--: string
--= ["1"]
--= ["2.5"]
--= [null]

-- json_extract_scalar of numbers beside texts that look like them
SELECT json_extract_scalar(x, '$.t'), json_extract_scalar(x, '$.n') FROM (VALUES '{"t": "say 1.50, {1.5}", "n": 1.50}', '{"t": "1.50", "n": "a 2.50"}', '{"n": 1.5e+10, "t": [1.5]}', '{"t":-1.250,"n":-0}') AS t (x) ORDER BY x
--: string, string
--= [null, "1.5e+10"]
--= ["1.50", "a 2.50"]
--= ["say 1.50, {1.5}", "1.50"]
--= ["-1.250", "-0"]
--x spark

-- json_extract_scalar of one value in two spellings
SELECT json_extract_scalar(x, '$.a'), json_extract_scalar(x, '$.b') FROM (VALUES '{"a": 1.5, "b": 1.50}') AS t (x)
--: string, string
--= ["1.5", "1.50"]
--x spark

-- json_extract_scalar of JSON
SELECT json_extract_scalar(json_parse(x), '$.a'), json_extract_scalar(json_parse(x), '$.b') FROM (VALUES '{"a": 1.50, "b": 1e20}') AS t (x)
--: string, string
--= ["1.5", "1.0E20"]

-- json_extract of numbers and names
SELECT json_extract(x, '$') FROM (VALUES '{"b": 1.50, "a": [1e20, 1e-5, 12345678.9, 100]}') AS t (x)
--: json
--= ["{\"b\":1.5,\"a\":[1.0E20,1.0E-5,1.23456789E7,100]}"]

-- json_parse sorts names inside
SELECT json_parse(x) FROM (VALUES '{"b": {"d": null, "c": [{"f": 1.50, "e": 1e3}]}, "a": "x"}', '[3, {}]', 'null') AS t (x) ORDER BY x
--: json
--= ["[3,{}]"]
--= ["null"]
--= ["{\"a\":\"x\",\"b\":{\"c\":[{\"e\":1000.0,\"f\":1.5}],\"d\":null}}"]

-- json_parse of a text that is no JSON
SELECT json_parse(x) FROM (VALUES 'no json') AS t (x)
--! INVALID_FUNCTION_ARGUMENT

-- JSON of JSON is equal
SELECT json_parse(x) = json_parse('{"b":2, "a":1}'), count(*) OVER (PARTITION BY json_parse(x)) FROM (VALUES '{"a":1,"b":2}') AS t (x)
--: boolean, bigint
--= [true, 1]
--x athena, duckdb

-- JSON as a whole number and as a text
SELECT CAST(json_extract(x, '$.a') AS INTEGER), CAST(json_extract(x, '$.a') AS VARCHAR) FROM (VALUES '{"a": 2.5}', '{"a": true}', '{"a": "7"}', '{"a": null}') AS t (x) ORDER BY x
--: int, string
--= [7, "7"]
--= [3, "2.5E0"]
--= [null, null]
--= [1, "true"]

-- an object of JSON as a text
SELECT CAST(json_extract(x, '$') AS VARCHAR) FROM (VALUES '{"a": 1}') AS t (x)
--! INVALID_CAST_ARGUMENT

-- JSON as a time
SELECT CAST(json_extract(x, '$.a') AS DATE) FROM (VALUES '{"a": "2024-05-30"}') AS t (x)
--! TYPE_MISMATCH

-- an array of JSON of numbers with a point, cast
SELECT CAST(json_parse(x) AS ARRAY(BIGINT)), CAST(json_parse(x) AS ARRAY(VARCHAR)) FROM (VALUES '[1.5, "2", true, null]') AS t (x)
--: array<bigint>, array<string>
--= ["[2, 2, 1, null]", "[1.5E0, 2, true, null]"]

-- values as JSON
SELECT CAST(x AS JSON), CAST(DECIMAL '1.50' AS JSON), CAST(MAP(ARRAY['b', 'a'], ARRAY[1, 2]) AS JSON), CAST(DATE '2024-05-30' AS JSON) FROM (VALUES 1e20, 100.0, 1.5) AS t (x) ORDER BY x
--: json, json, json, json
--= ["1.5", "1.50", "{\"a\":2,\"b\":1}", "\"2024-05-30\""]
--= ["100.0", "1.50", "{\"a\":2,\"b\":1}", "\"2024-05-30\""]
--= ["1.0E20", "1.50", "{\"a\":2,\"b\":1}", "\"2024-05-30\""]

-- json_array_length and json_array_contains of what is no list
SELECT json_array_length(x), json_array_contains(x, 1), json_size(x, '$.a') FROM (VALUES '{"a": 1}', 'x', '', '1', CAST(NULL AS VARCHAR)) AS t (x) ORDER BY x
--: bigint, boolean, bigint
--= [null, null, null]
--= [null, null, null]
--= [null, null, null]
--= [null, null, 0]
--= [null, null, null]

-- json_object and json_array
SELECT json_object('a': x), json_array(x, 2) FROM (VALUES 1) AS t (x)
--: string, string
--= ["{\"a\":1}", "[1,2]"]
--x athena, duckdb

-- json_array_get
SELECT json_array_get(x, 0) FROM (VALUES '[1.50]') AS t (x)
--: json
--= ["1.50"]
--x athena, duckdb

-- a path to several values
SELECT json_extract_scalar(x, '$.a[*]') FROM (VALUES '{"a": [1]}') AS t (x)
--! INVALID_FUNCTION_ARGUMENT

-- a path in a column
SELECT json_extract_scalar(x, p) FROM (VALUES ('{"a": 1.50}', '$.a'), ('{"b": {"c": 1}}', '$.b')) AS t (x, p) ORDER BY p
--: string
--= ["1.50"]
--= [null]
--x spark

-- a path in single quotes
SELECT json_extract_scalar(x, '$[''a'']'), json_format(json_extract(x, '$[''a'']')), json_size(x, '$[''a'']') FROM (VALUES '{"a": {"b": 5}}', '[7, 8]', '{"a": [1, 2]}') AS t (x) ORDER BY x
--! INVALID_FUNCTION_ARGUMENT

-- a path without its root
SELECT json_extract_scalar(x, 'a'), json_format(json_extract(x, 'a')), json_size(x, 'a') FROM (VALUES '{"a": {"b": 5}}', '[7, 8]', '{"a": [1, 2]}') AS t (x) ORDER BY x
--! INVALID_FUNCTION_ARGUMENT

-- a path without a point
SELECT json_extract_scalar(x, '$a'), json_format(json_extract(x, '$a')), json_size(x, '$a') FROM (VALUES '{"a": {"b": 5}}', '[7, 8]', '{"a": [1, 2]}') AS t (x) ORDER BY x
--! INVALID_FUNCTION_ARGUMENT

-- a path that is empty
SELECT json_extract_scalar(x, ''), json_format(json_extract(x, '')), json_size(x, '') FROM (VALUES '{"a": {"b": 5}}', '[7, 8]', '{"a": [1, 2]}') AS t (x) ORDER BY x
--! INVALID_FUNCTION_ARGUMENT

-- a path with a blank before
SELECT json_extract_scalar(x, ' $.a'), json_format(json_extract(x, ' $.a')), json_size(x, ' $.a') FROM (VALUES '{"a": {"b": 5}}', '[7, 8]', '{"a": [1, 2]}') AS t (x) ORDER BY x
--! INVALID_FUNCTION_ARGUMENT

-- a path with a blank behind
SELECT json_extract_scalar(x, '$.a '), json_format(json_extract(x, '$.a ')), json_size(x, '$.a ') FROM (VALUES '{"a": {"b": 5}}', '[7, 8]', '{"a": [1, 2]}') AS t (x) ORDER BY x
--! INVALID_FUNCTION_ARGUMENT

-- a path with a blank inside
SELECT json_extract_scalar(x, '$.a b'), json_format(json_extract(x, '$.a b')), json_size(x, '$.a b') FROM (VALUES '{"a": {"b": 5}}', '[7, 8]', '{"a": [1, 2]}') AS t (x) ORDER BY x
--! INVALID_FUNCTION_ARGUMENT

-- a path with a hyphen
SELECT json_extract_scalar(x, '$.a-b'), json_format(json_extract(x, '$.a-b')), json_size(x, '$.a-b') FROM (VALUES '{"a": {"b": 5}}', '[7, 8]', '{"a": [1, 2]}') AS t (x) ORDER BY x
--! INVALID_FUNCTION_ARGUMENT

-- a path with a point at its end
SELECT json_extract_scalar(x, '$.a.'), json_format(json_extract(x, '$.a.')), json_size(x, '$.a.') FROM (VALUES '{"a": {"b": 5}}', '[7, 8]', '{"a": [1, 2]}') AS t (x) ORDER BY x
--! INVALID_FUNCTION_ARGUMENT

-- a path with two points
SELECT json_extract_scalar(x, '$..a'), json_format(json_extract(x, '$..a')), json_size(x, '$..a') FROM (VALUES '{"a": {"b": 5}}', '[7, 8]', '{"a": [1, 2]}') AS t (x) ORDER BY x
--! INVALID_FUNCTION_ARGUMENT

-- a path of all fields
SELECT json_extract_scalar(x, '$.*'), json_format(json_extract(x, '$.*')), json_size(x, '$.*') FROM (VALUES '{"a": {"b": 5}}', '[7, 8]', '{"a": [1, 2]}') AS t (x) ORDER BY x
--! INVALID_FUNCTION_ARGUMENT

-- a path with an escape that is none
SELECT json_extract_scalar(x, '$["a\n"]'), json_format(json_extract(x, '$["a\n"]')), json_size(x, '$["a\n"]') FROM (VALUES '{"a": {"b": 5}}', '[7, 8]', '{"a": [1, 2]}') AS t (x) ORDER BY x
--! INVALID_FUNCTION_ARGUMENT

-- a path with a quote that is not closed
SELECT json_extract_scalar(x, '$["a'), json_format(json_extract(x, '$["a')), json_size(x, '$["a') FROM (VALUES '{"a": {"b": 5}}', '[7, 8]', '{"a": [1, 2]}') AS t (x) ORDER BY x
--! INVALID_FUNCTION_ARGUMENT

-- a path with empty brackets
SELECT json_extract_scalar(x, '$[]'), json_format(json_extract(x, '$[]')), json_size(x, '$[]') FROM (VALUES '{"a": {"b": 5}}', '[7, 8]', '{"a": [1, 2]}') AS t (x) ORDER BY x
--! INVALID_FUNCTION_ARGUMENT

-- a path to a slice
SELECT json_extract_scalar(x, '$[0:1]'), json_format(json_extract(x, '$[0:1]')), json_size(x, '$[0:1]') FROM (VALUES '{"a": {"b": 5}}', '[7, 8]', '{"a": [1, 2]}') AS t (x) ORDER BY x
--! INVALID_FUNCTION_ARGUMENT

-- a path in words of SQL
SELECT json_extract_scalar(x, 'lax $.a'), json_format(json_extract(x, 'lax $.a')), json_size(x, 'lax $.a') FROM (VALUES '{"a": {"b": 5}}', '[7, 8]', '{"a": [1, 2]}') AS t (x) ORDER BY x
--! INVALID_FUNCTION_ARGUMENT

-- a path in brackets
SELECT json_extract_scalar(x, '$["a"]'), json_format(json_extract(x, '$["a"]')), json_size(x, '$["a"]') FROM (VALUES '{"a": {"b": 5}}', '[7, 8]', '{"a": [1, 2]}') AS t (x) ORDER BY x
--: string, string, bigint
--= [null, null, null]
--= [null, "[1,2]", 2]
--= [null, "{\"b\":5}", 1]

-- a path in brackets without quotes
SELECT json_extract_scalar(x, '$[a]'), json_format(json_extract(x, '$[a]')), json_size(x, '$[a]') FROM (VALUES '{"a": {"b": 5}}', '[7, 8]', '{"a": [1, 2]}') AS t (x) ORDER BY x
--: string, string, bigint
--= [null, null, null]
--= [null, "[1,2]", 2]
--= [null, "{\"b\":5}", 1]

-- a path with an empty name
SELECT json_extract_scalar(x, '$[""]'), json_format(json_extract(x, '$[""]')), json_size(x, '$[""]') FROM (VALUES '{"a": {"b": 5}}', '[7, 8]', '{"a": [1, 2]}') AS t (x) ORDER BY x
--: string, string, bigint
--= [null, null, null]
--= [null, null, null]
--= [null, null, null]
--x athena, duckdb

-- a path through a list
SELECT json_extract_scalar(x, '$.a[1]'), json_format(json_extract(x, '$.a[1]')), json_size(x, '$.a[1]') FROM (VALUES '{"a": {"b": 5}}', '[7, 8]', '{"a": [1, 2]}') AS t (x) ORDER BY x
--: string, string, bigint
--= [null, null, null]
--= ["2", "2", 0]
--= [null, null, null]

-- a path with a letter of another language
SELECT json_extract_scalar(x, '$.naïve["é"]'), json_format(json_extract(x, '$.naïve["é"]')), json_size(x, '$.naïve["é"]') FROM (VALUES '{"a": {"b": 5}}', '[7, 8]', '{"a": [1, 2]}') AS t (x) ORDER BY x
--: string, string, bigint
--= [null, null, null]
--= [null, null, null]
--= [null, null, null]

-- a path with a colon
SELECT json_extract_scalar(x, '$.a:b'), json_format(json_extract(x, '$.a:b')), json_size(x, '$.a:b') FROM (VALUES '{"a": {"b": 5}}', '[7, 8]', '{"a": [1, 2]}') AS t (x) ORDER BY x
--: string, string, bigint
--= [null, null, null]
--= [null, null, null]
--= [null, null, null]

-- a path with escapes
SELECT json_extract_scalar(x, '$["a\"b\\c"]'), json_format(json_extract(x, '$["a\"b\\c"]')), json_size(x, '$["a\"b\\c"]') FROM (VALUES '{"a": {"b": 5}}', '[7, 8]', '{"a": [1, 2]}') AS t (x) ORDER BY x
--: string, string, bigint
--= [null, null, null]
--= [null, null, null]
--= [null, null, null]

-- a number in a path: a name of an object
SELECT json_extract_scalar(x, '$.1'), json_format(json_extract(x, '$.1')), json_size(x, '$.1') FROM (VALUES '{"a": {"1": 5}, "1": 8, "01": 9}', '{"a": 1}') AS t (x) ORDER BY x
--: string, string, bigint
--= [null, null, null]
--= ["8", "8", 0]

-- a number in a path: a quoted name of an object
SELECT json_extract_scalar(x, '$.a["1"]'), json_format(json_extract(x, '$.a["1"]')), json_size(x, '$.a["1"]') FROM (VALUES '{"a": {"1": 5}, "1": 8, "01": 9}', '{"a": 1}') AS t (x) ORDER BY x
--: string, string, bigint
--= [null, null, null]
--= ["5", "5", 0]

-- a number in a path: a place in brackets of an object
SELECT json_extract_scalar(x, '$[1]'), json_format(json_extract(x, '$[1]')), json_size(x, '$[1]') FROM (VALUES '{"a": {"1": 5}, "1": 8, "01": 9}', '{"a": 1}') AS t (x) ORDER BY x
--: string, string, bigint
--= [null, null, null]
--= ["8", "8", 0]
--x athena, duckdb

-- a number in a path: a name of a list
SELECT json_extract_scalar(x, '$.1'), json_format(json_extract(x, '$.1')), json_size(x, '$.1') FROM (VALUES '[7, 8]', '[]') AS t (x) ORDER BY x
--: string, string, bigint
--= ["8", "8", 0]
--= [null, null, null]
--x athena, duckdb

-- a number in a path: a quoted name of a list
SELECT json_extract_scalar(x, '$["1"]'), json_format(json_extract(x, '$["1"]')), json_size(x, '$["1"]') FROM (VALUES '[7, 8]', '[]') AS t (x) ORDER BY x
--: string, string, bigint
--= ["8", "8", 0]
--= [null, null, null]
--x athena, duckdb

-- a number in a path: a name of a list inside
SELECT json_extract_scalar(x, '$.a.1.b'), json_format(json_extract(x, '$.a.1.b')), json_size(x, '$.a.1.b') FROM (VALUES '{"a": [7, {"b": 8}]}') AS t (x) ORDER BY x
--: string, string, bigint
--= ["8", "8", 0]
--x athena, duckdb

-- a number in a path: with zeros before
SELECT json_extract_scalar(x, '$[01]'), json_format(json_extract(x, '$[01]')), json_size(x, '$[01]') FROM (VALUES '{"a": {"1": 5}, "1": 8, "01": 9}', '{"a": 1}') AS t (x) ORDER BY x
--: string, string, bigint
--= [null, null, null]
--= ["9", "9", 0]

-- a number in a path: a place of a list with objects around
SELECT json_extract_scalar(x, '$.a[1][0]'), json_format(json_extract(x, '$.a[1][0]')), json_size(x, '$.a[1][0]') FROM (VALUES '{"a": [7, [8]]}', '{"a": []}') AS t (x) ORDER BY x
--: string, string, bigint
--= ["8", "8", 0]
--= [null, null, null]

-- a number in a path: a place of an object inside a list
SELECT json_extract_scalar(x, '$[0][1]'), json_format(json_extract(x, '$[0][1]')), json_size(x, '$[0][1]') FROM (VALUES '[{"1": 7}]') AS t (x) ORDER BY x
--: string, string, bigint
--= ["7", "7", 0]
--x athena, duckdb

-- a number in a path: JSON and casts
SELECT json_extract_scalar(json_parse(x), '$[1]'), CAST(json_extract_scalar(x, '$[1]') AS BIGINT), CAST(json_extract(x, '$[1]') AS BIGINT) FROM (VALUES '{"1": 8}') AS t (x)
--: string, bigint, bigint
--= ["8", 8, 8]
--x athena, duckdb

-- a number in a path in a column
SELECT json_extract_scalar(x, p) FROM (VALUES ('{"1": 8}', '$[1]')) AS t (x, p)
--: string
--= ["8"]
--x athena, duckdb, spark

-- a scalar at a number in a path: an object
SELECT json_extract_scalar(x, '$[1]') FROM (VALUES '{"1": 8}', '[7]') AS t (x) ORDER BY x
--: string
--= [null]
--= ["8"]
--x athena, duckdb, spark

-- a scalar at a number in a path: an object in a list
SELECT json_extract_scalar(x, '$.a[0][1]') FROM (VALUES '{"a": [{"1": 8}]}') AS t (x) ORDER BY x
--: string
--= ["8"]
--x athena, duckdb, spark

-- a part at a number in a path: an object
SELECT CAST(json_extract(x, '$[1]') AS ARRAY(BIGINT)) FROM (VALUES '{"1": [8]}', '[7]') AS t (x) ORDER BY x
--: array<bigint>
--= [null]
--= ["[8]"]
--x athena, duckdb, spark

-- a scalar at a number in a path: a list
SELECT json_extract_scalar(x, '$.a[0][1]'), json_extract_scalar(x, '$.b[1]') FROM (VALUES '{"a": [[7, 8]]}', '{"a": [], "b": {"c": 1}}') AS t (x) ORDER BY x
--: string, string
--= ["8", null]
--= [null, null]

-- a scalar at a number in a path: a name
SELECT json_extract_scalar(x, '$.1') FROM (VALUES '[7, 8]') AS t (x) ORDER BY x
--: string
--= ["8"]
--x athena, duckdb

-- a scalar at a path that is none
SELECT json_extract_scalar(x, 'a') FROM (VALUES '{"a": 8}') AS t (x) ORDER BY x
--! INVALID_FUNCTION_ARGUMENT

-- a scalar at a name in single quotes
SELECT json_extract_scalar(x, '$[''a'']') FROM (VALUES '{"a": 8}') AS t (x) ORDER BY x
--! INVALID_FUNCTION_ARGUMENT

-- a scalar at a name without quotes
SELECT json_extract_scalar(x, '$[a]["b c"]') FROM (VALUES '{"a": {"b c": 8}}') AS t (x) ORDER BY x
--: string
--= ["8"]

-- JSON has no order: neither has a list of it, by its place or by its name
SELECT x FROM (VALUES json_parse('1'), json_parse('2')) AS t (x) ORDER BY x
--! TYPE_MISMATCH

-- the order of what json_extract gives, by its place
SELECT json_extract(j, '$.a') FROM (VALUES '{"a": 2}', '{"a": 1}') AS t (j) ORDER BY 1
--! TYPE_MISMATCH

-- the order of a list of JSON
SELECT x FROM (VALUES ARRAY[json_parse('1')]) AS t (x) ORDER BY x
--! TYPE_MISMATCH

-- JSON as the order of a window
SELECT row_number() OVER (ORDER BY x) FROM (VALUES json_parse('1')) AS t (x)
--! TYPE_MISMATCH

-- JSON as the order of an aggregate
SELECT array_agg(y ORDER BY x) FROM (VALUES (json_parse('1'), 1)) AS t (x, y)
--! TYPE_MISMATCH

-- max of JSON
SELECT max(x) FROM (VALUES json_parse('1'), json_parse('2')) AS t (x)
--! FUNCTION_NOT_FOUND

-- max_by with JSON as the key
SELECT max_by(y, x) FROM (VALUES (json_parse('1'), 1)) AS t (x, y)
--! FUNCTION_NOT_FOUND

-- min_by of JSON, with a number as the key
SELECT min_by(x, y) FROM (VALUES (json_parse('1'), 1), (json_parse('2'), 2)) AS t (x, y)
--: json
--= ["1"]

-- greatest of JSON
SELECT greatest(x, x) FROM (VALUES json_parse('1'), json_parse('2')) AS t (x)
--! FUNCTION_NOT_FOUND

-- array_sort of JSON
SELECT array_sort(ARRAY[json_parse('2'), json_parse('1')])
--! FUNCTION_NOT_FOUND

-- JSON before JSON
SELECT x < x FROM (VALUES json_parse('1')) AS t (x)
--! TYPE_MISMATCH

-- JSON between JSON
SELECT x BETWEEN x AND x FROM (VALUES json_parse('1')) AS t (x)
--! TYPE_MISMATCH

-- the text of JSON has an order
SELECT json_format(x) FROM (VALUES json_parse('2'), json_parse('1')) AS t (x) ORDER BY json_format(x)
--: string
--= ["1"]
--= ["2"]

-- JSON made of DOUBLEs at the end of their range
SELECT json_format(CAST(x AS JSON)) FROM (VALUES 5e-324, 1e-323, 1e-322, 1e23) AS t (x) ORDER BY x
--: string
--= ["4.9E-324"]
--= ["9.9E-324"]
--= ["9.9E-323"]
--= ["1.0E23"]
