-- Arrays, maps and rows: empty, NULL inside, out of range.

-- element_at in and out of range
SELECT element_at(a, 1), element_at(a, -1), element_at(a, 9), element_at(a, -9) FROM (VALUES ARRAY[1, 2, NULL]) AS t (a)
--: int, int, int, int
--= [1, null, null, null]

-- element_at zero
SELECT element_at(a, 0) FROM (VALUES ARRAY[1, 2]) AS t (a)
--! INVALID_FUNCTION_ARGUMENT

-- a subscript out of range
SELECT a[9] FROM (VALUES ARRAY[1, 2]) AS t (a)
--! INVALID_FUNCTION_ARGUMENT

-- a subscript
SELECT a[1] FROM (VALUES ARRAY[1, 2]) AS t (a)
--: int
--= [1]

-- contains with NULL
SELECT contains(a, 1), contains(a, 9), contains(a, NULL) FROM (VALUES ARRAY[1, NULL], ARRAY[2, 3]) AS t (a) ORDER BY 1
--: boolean, boolean, boolean
--= [false, false, null]
--= [true, null, null]
--x spark

-- cardinality of NULL and of none
SELECT cardinality(a) FROM (VALUES ARRAY[1, NULL], CAST(ARRAY[] AS ARRAY(INTEGER)), NULL) AS t (a) ORDER BY 1
--: bigint
--= [0]
--= [2]
--= [null]

-- array_max and array_min with NULL
SELECT array_max(a), array_min(a) FROM (VALUES ARRAY[1, NULL], ARRAY[1, 2], CAST(ARRAY[] AS ARRAY(INTEGER))) AS t (a) ORDER BY 1
--: int, int
--= [2, 1]
--= [null, null]
--= [null, null]

-- array_max with NaN
SELECT array_max(a), array_min(a) FROM (VALUES ARRAY[1.5, CAST('NaN' AS DOUBLE)]) AS t (a)
--: double, double
--= [1.5, 1.5]

-- array_sort with NULL and NaN
SELECT array_sort(a) FROM (VALUES ARRAY[2, NULL, 1]) AS t (a)
--: array<int>
--= ["[1, 2, null]"]

-- array_sort of texts
SELECT array_sort(a) FROM (VALUES ARRAY['b', 'B', 'é', '']) AS t (a)
--: array<string>
--= ["[, B, b, é]"]

-- array_sort of arrays
SELECT array_sort(a) FROM (VALUES ARRAY[ARRAY[2], ARRAY[1, 9], ARRAY[1]]) AS t (a)
--: array<array<int>>
--= ["[[1], [1, 9], [2]]"]

-- array_distinct keeps the order and one NULL
SELECT array_distinct(a) FROM (VALUES ARRAY[2, NULL, 1, 2, NULL]) AS t (a)
--: array<int>
--= ["[2, null, 1]"]

-- filter and transform with NULL
SELECT filter(a, x -> x > 1), transform(a, x -> x + 1), filter(a, x -> x IS NULL) FROM (VALUES ARRAY[1, 2, NULL]) AS t (a)
--: array<int>, array<int>, array<int>
--= ["[2]", "[2, 3, null]", "[null]"]

-- a lambda that takes a column
SELECT transform(a, x -> x + n) FROM (VALUES (ARRAY[1, 2], 10)) AS t (a, n)
--: array<int>
--= ["[11, 12]"]

-- a lambda whose name hides a column
SELECT transform(a, n -> n + 1), n FROM (VALUES (ARRAY[1, 2], 10)) AS t (a, n)
--: array<int>, int
--= ["[2, 3]", 10]

-- slice
SELECT slice(a, 2, 2), slice(a, -2, 2), slice(a, 9, 1) FROM (VALUES ARRAY[1, 2, 3]) AS t (a)
--: array<int>, array<int>, array<int>
--= ["[2, 3]", "[2, 3]", "[]"]

-- array_join
SELECT array_join(a, ','), array_join(a, ',', '-') FROM (VALUES ARRAY['a', NULL, 'b']) AS t (a)
--: string, string
--= ["a,b", "a,-,b"]

-- array_position and array_remove
SELECT array_position(a, 2), array_position(a, 9), array_remove(a, 2) FROM (VALUES ARRAY[1, 2, NULL, 2]) AS t (a)
--: bigint, bigint, array<int>
--= [2, 0, "[1, null]"]

-- array_union, array_intersect, array_except
SELECT array_sort(array_union(a, b)), array_sort(array_intersect(a, b)), array_sort(array_except(a, b)) FROM (VALUES (ARRAY[1, 2, NULL], ARRAY[2, NULL, 3])) AS t (a, b)
--: array<int>, array<int>, array<int>
--= ["[1, 2, 3, null]", "[2, null]", "[1]"]

-- arrays_overlap with NULL
SELECT arrays_overlap(a, b) FROM (VALUES (ARRAY[1, NULL], ARRAY[2]), (ARRAY[1], ARRAY[1]), (ARRAY[1], ARRAY[2])) AS t (a, b) ORDER BY 1
--: boolean
--= [false]
--= [true]
--= [null]

-- arrays put together
SELECT a || b, a || 9, concat(a, b) FROM (VALUES (ARRAY[1], ARRAY[2, NULL])) AS t (a, b)
--: array<int>, array<int>, array<int>
--= ["[1, 2, null]", "[1, 9]", "[1, 2, null]"]
--x spark

-- arrays compared
SELECT a = b, a < b, a <> b FROM (VALUES (ARRAY[1, 2], ARRAY[1, 3])) AS t (a, b)
--: boolean, boolean, boolean
--= [false, true, true]

-- arrays with NULL compared
SELECT ARRAY[1, NULL] = ARRAY[1, 2], ARRAY[1, NULL] = ARRAY[2, 2]
--: boolean, boolean
--= [null, false]

-- rows compared with NULL
SELECT (1, NULL) = (1, 2), (1, NULL) = (2, 2), (1, 2) = (1, 2)
--: boolean, boolean, boolean
--= [null, false, true]

-- rows in a list
SELECT (1, 2) IN ((1, 2), (3, 4)), (1, NULL) IN ((1, 2))
--: boolean, boolean
--= [true, null]

-- reduce
SELECT reduce(a, 0, (s, x) -> s + x, s -> s * 2) FROM (VALUES ARRAY[1, 2]) AS t (a)
--: int
--= [6]

-- any_match, all_match, none_match
SELECT any_match(a, x -> x > 1), all_match(a, x -> x > 0), none_match(a, x -> x > 5) FROM (VALUES ARRAY[1, 2, NULL]) AS t (a)
--: boolean, boolean, boolean
--= [true, null, null]

-- zip
SELECT zip(a, b) FROM (VALUES (ARRAY[1, 2], ARRAY['x'])) AS t (a, b)
--: array<struct<field0:int,field1:string>>
--= ["[{field0=1, field1=x}, {field0=2, field1=null}]"]

-- zip_with
SELECT zip_with(a, b, (x, y) -> x + y) FROM (VALUES (ARRAY[1, 2], ARRAY[10, 20])) AS t (a, b)
--: array<int>
--= ["[11, 22]"]

-- flatten
SELECT flatten(a) FROM (VALUES ARRAY[ARRAY[1, 2], NULL, ARRAY[3]]) AS t (a)
--: array<int>
--= ["[1, 2, 3]"]

-- sequence, up and down
SELECT sequence(1, 3), sequence(3, 1), sequence(1, 7, 3)
--: array<bigint>, array<bigint>, array<bigint>
--= ["[1, 2, 3]", "[3, 2, 1]", "[1, 4, 7]"]

-- sequence of more than 10,000 entries
SELECT cardinality(sequence(1, 10001))
--! INVALID_FUNCTION_ARGUMENT

-- sequence of days
SELECT sequence(DATE '2024-02-28', DATE '2024-03-01')
--: array<date>
--= ["[2024-02-28, 2024-02-29, 2024-03-01]"]

-- sequence of times
SELECT sequence(TIMESTAMP '2024-02-28 00:00:00', TIMESTAMP '2024-02-28 02:00:00', INTERVAL '1' HOUR)
--: array<timestamp>
--= ["[2024-02-28 00:00:00, 2024-02-28 01:00:00, 2024-02-28 02:00:00]"]

-- repeat
SELECT repeat('a', 3), repeat(1, 0)
--: array<string>, array<int>
--= ["[a, a, a]", "[]"]

-- UNNEST of NULL and of none
SELECT n, x FROM (VALUES (1, ARRAY[1, NULL]), (2, NULL), (3, CAST(ARRAY[] AS ARRAY(INTEGER)))) AS t (n, a) CROSS JOIN UNNEST(a) AS u (x) ORDER BY n, x
--: int, int
--= [1, 1]
--= [1, null]

-- LEFT JOIN UNNEST keeps rows without entries
SELECT n, x FROM (VALUES (1, ARRAY[1]), (2, NULL)) AS t (n, a) LEFT JOIN UNNEST(a) AS u (x) ON TRUE ORDER BY n
--: int, int
--= [1, 1]
--= [2, null]

-- UNNEST WITH ORDINALITY
SELECT x, o FROM UNNEST(ARRAY['a', 'b']) WITH ORDINALITY AS u (x, o) ORDER BY o
--: string, bigint
--= ["a", 1]
--= ["b", 2]

-- UNNEST of several arrays
SELECT x, y FROM UNNEST(ARRAY[1, 2], ARRAY['a']) AS u (x, y) ORDER BY x
--: int, string
--= [1, "a"]
--= [2, null]

-- UNNEST of a map
SELECT k, v FROM UNNEST(MAP(ARRAY['a', 'b'], ARRAY[1, 2])) AS u (k, v) ORDER BY k
--: string, int
--= ["a", 1]
--= ["b", 2]

-- UNNEST of rows
SELECT x, y FROM UNNEST(ARRAY[ROW(1, 'a'), ROW(2, 'b')]) AS u (x, y) ORDER BY x
--: int, string
--= [1, "a"]
--= [2, "b"]

-- a map
SELECT element_at(m, 'a'), element_at(m, 'z'), cardinality(m), map_keys(m) FROM (VALUES MAP(ARRAY['a', 'b'], ARRAY[1, NULL])) AS t (m)
--: int, int, bigint, array<string>
--= [1, null, 2, "[a, b]"]

-- a map's subscript that does not exist
SELECT m['z'] FROM (VALUES MAP(ARRAY['a'], ARRAY[1])) AS t (m)
--! INVALID_FUNCTION_ARGUMENT

-- a map with the same key twice
SELECT MAP(ARRAY['a', 'a'], ARRAY[1, 2])
--! INVALID_FUNCTION_ARGUMENT

-- map_filter, transform_values, map_concat
SELECT map_filter(m, (k, v) -> v > 1), transform_values(m, (k, v) -> v + 1), map_concat(m, MAP(ARRAY['a'], ARRAY[9])) FROM (VALUES MAP(ARRAY['a', 'b'], ARRAY[1, 2])) AS t (m)
--: map<string,int>, map<string,int>, map<string,int>
--= ["{b=2}", "{a=2, b=3}", "{a=9, b=2}"]

-- map_agg and multimap_agg
SELECT map_agg(k, v) FROM (VALUES ('a', 1), (NULL, 2)) AS t (k, v)
--: map<string,int>
--= ["{a=1}"]

-- array_agg with NULL, in order
SELECT array_agg(n ORDER BY n) FROM (VALUES 2, NULL, 1) AS t (n)
--: array<int>
--= ["[1, 2, null]"]

-- array_agg of no rows
SELECT array_agg(n) FROM (VALUES 1) AS t (n) WHERE n > 5
--: array<int>
--= [null]

-- a ROW without names
SELECT ROW(1, 'x')
--: struct<field0:int,field1:string>
--= ["{field0=1, field1=x}"]

-- a ROW with names
SELECT CAST(ROW(1, 'x') AS ROW(a INTEGER, b VARCHAR)).b
--: string
--= ["x"]

-- an array in brackets alone
SELECT [1, 2]
--: array<int>
--= ["[1, 2]"]
--x athena, duckdb

-- array_except in its order
SELECT array_except(a, ARRAY[2]), array_except(a, ARRAY[2, NULL]), array_except(a, b) FROM (VALUES (ARRAY[3, NULL, 2, 1, 3], CAST(NULL AS ARRAY(INTEGER)))) AS t (a, b)
--: array<int>, array<int>, array<int>
--= ["[3, null, 1]", "[3, 1]", null]

-- array_except and array_intersect with names of parameters
SELECT array_except(x, y), array_remove(x, i), array_intersect(y, x), array_intersect(x, NULL) FROM (VALUES (ARRAY[3, NULL, 2, 1], ARRAY[1, NULL, 3], 3)) AS t (x, y, i)
--: array<int>, array<int>, array<int>, array<int>
--= ["[2]", "[null, 2, 1]", "[3, null, 1]", null]

-- a subscript from a column
SELECT a[n] FROM (VALUES (ARRAY[1, 2], 1), (ARRAY[3, 4], 2), (NULL, 1), (ARRAY[5], NULL)) AS t (a, n) ORDER BY 1
--: int
--= [1]
--= [4]
--= [null]
--= [null]

-- a subscript zero
SELECT a[0] FROM (VALUES ARRAY[1]) AS t (a)
--! INVALID_FUNCTION_ARGUMENT

-- a negative subscript
SELECT a[-1] FROM (VALUES ARRAY[1]) AS t (a)
--! INVALID_FUNCTION_ARGUMENT

-- a subscript of a call
SELECT split('a,b', ',')[2], ARRAY[ARRAY[1, 2], ARRAY[3]][1][2]
--: string, int
--= ["b", 2]

-- a subscript out of the range of a call
SELECT split('a,b', ',')[3]
--! INVALID_FUNCTION_ARGUMENT

-- element_at zero from a column
SELECT element_at(a, n) FROM (VALUES (ARRAY[1, 2], 0)) AS t (a, n)
--! INVALID_FUNCTION_ARGUMENT

-- element_at from a column
SELECT element_at(a, n) FROM (VALUES (ARRAY[1, 2], -1), (ARRAY[3, 4], 9), (NULL, 1), (ARRAY[5], NULL)) AS t (a, n) ORDER BY 1
--: int
--= [2]
--= [null]
--= [null]
--= [null]

-- element_at of a map whose key is zero
SELECT element_at(MAP(ARRAY[0], ARRAY['x']), 0)
--: string
--= ["x"]

-- a map's subscripts
SELECT m['a'], m[k] FROM (VALUES (MAP(ARRAY['a'], ARRAY[1]), 'a'), (MAP(ARRAY['a', 'b'], ARRAY[NULL, 7]), 'b')) AS t (m, k) ORDER BY 2
--: int, int
--= [1, 1]
--= [null, 7]

-- a row's subscript
SELECT ROW(1, 'a')[2]
--: string
--= ["a"]

-- arrays of NaN
SELECT array_max(ARRAY[nan()]), array_max(ARRAY[nan(), 1.5]), array_min(ARRAY[nan(), 1.5]), contains(ARRAY[nan()], nan()), array_position(ARRAY[nan()], nan()), array_remove(ARRAY[nan(), 1.0], 1.0), ARRAY[nan()] = ARRAY[nan()]
--: double, double, double, boolean, bigint, array<double>, boolean
--= ["nan", 1.5, 1.5, false, 0, "[nan]", false]

-- arrays with NULL in a list
SELECT ARRAY[1, NULL] IN (ARRAY[1, 2]), ARRAY[1, NULL] IN (ARRAY[1, 3, 4], ARRAY[2]), ARRAY[1, 2] IN (ARRAY[1, 2], ARRAY[1, NULL])
--: boolean, boolean, boolean
--= [null, false, true]

-- arrays of arrays and of rows with NULL compared
SELECT ARRAY[ARRAY[1, NULL]] = ARRAY[ARRAY[1, 2]], ARRAY[ARRAY[1, NULL]] = ARRAY[ARRAY[2, 2]], ARRAY[(1, NULL)] = ARRAY[(1, 2)], ARRAY[1, 2] = ARRAY[1, 2, NULL], ARRAY[NULL] = ARRAY[NULL]
--: boolean, boolean, boolean, boolean, boolean
--= [null, false, null, false, null]

-- rows of arrays with NULL compared
SELECT ROW(1, ARRAY[NULL, 2]) = ROW(1, ARRAY[1, 2]), ROW(1, NULL) <> ROW(2, NULL)
--: boolean, boolean
--= [null, true]

-- columns of arrays with NULL compared
SELECT a = b, a <> b FROM (VALUES (1, ARRAY[1, NULL], ARRAY[1, 2]), (2, ARRAY[1, NULL], ARRAY[3, 2]), (3, NULL, ARRAY[1]), (4, ARRAY[1], ARRAY[1])) AS t (n, a, b) ORDER BY n
--: boolean, boolean
--= [null, null]
--= [false, true]
--= [null, null]
--= [true, false]

-- arrays with NULL in order
SELECT ARRAY[1, NULL] < ARRAY[1, 2]
--! NOT_SUPPORTED

-- arrays with NULL in another order
SELECT ARRAY[1, NULL] < ARRAY[2, 2]
--: boolean
--= [true]
--x athena, duckdb

-- rows with NULL in order
SELECT (1, NULL) < (1, 3)
--! NOT_SUPPORTED

-- arrays in order
SELECT ARRAY[1] < ARRAY[1, 2], ARRAY['b'] > ARRAY['a', 'c'], ARRAY[1] BETWEEN ARRAY[0] AND ARRAY[2]
--: boolean, boolean, boolean
--= [true, true, true]

-- maps compared
SELECT MAP(ARRAY['a', 'b'], ARRAY[1, 2]) = MAP(ARRAY['b', 'a'], ARRAY[2, 1])
--: boolean
--= [true]
--x athena, duckdb

-- contains with NULL inside
SELECT contains(ARRAY[ARRAY[1, NULL]], ARRAY[1, NULL])
--! NOT_SUPPORTED

-- rows as values
SELECT (1, 2), ARRAY[(1, 'a')], (1, (2, 3)), CASE WHEN true THEN (3, 4) END
--: struct<field0:int,field1:int>, array<struct<field0:int,field1:string>>, struct<field0:int,field1:struct<field0:int,field1:int>>, struct<field0:int,field1:int>
--= ["{field0=1, field1=2}", "[{field0=1, field1=a}]", "{field0=1, field1={field0=2, field1=3}}", "{field0=3, field1=4}"]

-- rows of VALUES
SELECT x, y FROM (VALUES ROW(1, 'a'), ROW(2, 'b')) AS t (x, y) ORDER BY x
--: int, string
--= [1, "a"]
--= [2, "b"]

-- rows counted
SELECT count(DISTINCT (a, b)), max((a, b)) FROM (VALUES (1, 2), (1, 2), (1, 3)) AS t (a, b)
--: bigint, struct<field0:int,field1:int>
--= [2, "{field0=1, field1=3}"]

-- a sequence that ends at a column
SELECT sequence(1, n) FROM (VALUES 3, 1, -1) AS t (n) ORDER BY n
--: array<bigint>
--= ["[1, 0, -1]"]
--= ["[1]"]
--= ["[1, 2, 3]"]

-- a sequence of more than 10,000 entries that ends at a column
SELECT cardinality(sequence(1, n)) FROM (VALUES 10001) AS t (n)
--! INVALID_FUNCTION_ARGUMENT

-- a sequence of 10,000 entries
SELECT cardinality(sequence(1, n, 2)), cardinality(sequence(1, 10000)) FROM (VALUES 20000) AS t (n)
--: bigint, bigint
--= [10000, 10000]

-- a sequence with a step of zero
SELECT sequence(1, 5, 0)
--! INVALID_FUNCTION_ARGUMENT

-- a sequence the wrong way
SELECT sequence(1, 5, -1)
--! INVALID_FUNCTION_ARGUMENT

-- a sequence the wrong way, to a column
SELECT sequence(1, n, -1) FROM (VALUES 5) AS t (n)
--! INVALID_FUNCTION_ARGUMENT

-- sequences with a step
SELECT sequence(5, 1, -2), sequence(1, 1, 5), sequence(-3, 3, 3), sequence(1, NULL)
--: array<bigint>, array<bigint>, array<bigint>, array<bigint>
--= ["[5, 3, 1]", "[1]", "[-3, 0, 3]", null]

-- a sequence of days, down
SELECT sequence(DATE '2024-03-01', DATE '2024-02-28')
--: array<date>
--= ["[2024-03-01, 2024-02-29, 2024-02-28]"]

-- a sequence of months from their ends
SELECT sequence(DATE '2024-01-31', DATE '2024-05-31', INTERVAL '1' MONTH)
--: array<date>
--= ["[2024-01-31, 2024-02-29, 2024-03-31, 2024-04-30, 2024-05-31]"]

-- a sequence of days with a step
SELECT sequence(DATE '2024-01-01', DATE '2024-01-10', INTERVAL '3' DAY), sequence(DATE '2024-03-01', DATE '2024-02-28', INTERVAL '-1' DAY)
--: array<date>, array<date>
--= ["[2024-01-01, 2024-01-04, 2024-01-07, 2024-01-10]", "[2024-03-01, 2024-02-29, 2024-02-28]"]

-- a sequence of days with a step of hours
SELECT sequence(DATE '2024-01-01', DATE '2024-01-10', INTERVAL '3' HOUR)
--! INVALID_FUNCTION_ARGUMENT

-- a sequence of more than 10,000 days
SELECT cardinality(sequence(DATE '1990-01-01', DATE '2024-01-10'))
--! INVALID_FUNCTION_ARGUMENT

-- a sequence of days of columns
SELECT sequence(a, b) FROM (VALUES (DATE '2024-01-01', DATE '2024-01-03')) AS t (a, b)
--: array<date>
--= ["[2024-01-01, 2024-01-02, 2024-01-03]"]

-- UNNEST of a column of maps
SELECT n, k, v FROM (VALUES (1, MAP(ARRAY['a'], ARRAY[1])), (2, NULL), (3, MAP(ARRAY['x', 'y'], ARRAY[5, NULL]))) AS t (n, m) CROSS JOIN UNNEST(m) AS u (k, v) ORDER BY n, k
--: int, string, int
--= [1, "a", 1]
--= [3, "x", 5]
--= [3, "y", null]

-- LEFT JOIN UNNEST of a column of maps
SELECT n, k, v FROM (VALUES (1, MAP(ARRAY['a'], ARRAY[1])), (2, NULL)) AS t (n, m) LEFT JOIN UNNEST(m) AS u (k, v) ON TRUE ORDER BY n, k
--: int, string, int
--= [1, "a", 1]
--= [2, null, null]

-- UNNEST of a map WITH ORDINALITY
SELECT k, v, o FROM UNNEST(MAP(ARRAY['a', 'b'], ARRAY[1, 2])) WITH ORDINALITY AS u (k, v, o) ORDER BY k
--: string, int, bigint
--= ["a", 1, 1]
--= ["b", 2, 2]

-- UNNEST of several arrays WITH ORDINALITY
SELECT x, y, o FROM UNNEST(ARRAY[1, 2], ARRAY['a']) WITH ORDINALITY AS u (x, y, o) ORDER BY o
--: int, string, bigint
--= [1, "a", 1]
--= [2, null, 2]

-- UNNEST of several columns
SELECT n, x, y FROM (VALUES (1, ARRAY[1, 2], ARRAY['a']), (2, NULL, ARRAY['z']), (3, NULL, NULL)) AS t (n, a, b) CROSS JOIN UNNEST(a, b) AS u (x, y) ORDER BY n, x
--: int, int, string
--= [1, 1, "a"]
--= [1, 2, null]
--= [2, null, "z"]

-- UNNEST of rows and an array
SELECT x, y, z FROM UNNEST(ARRAY[ROW(1, 'a'), ROW(2, 'b')], ARRAY[9]) AS u (x, y, z) ORDER BY x
--: int, string, int
--= [1, "a", 9]
--= [2, "b", null]

-- UNNEST of a column of rows with NULL
SELECT x, y FROM (VALUES ARRAY[CAST(ROW(1, 'a') AS ROW(p INTEGER, q VARCHAR)), NULL]) AS t (a) CROSS JOIN UNNEST(a) AS u (x, y) ORDER BY x
--: int, string
--= [1, "a"]
--= [null, null]

-- UNNEST of JSON as a map and as rows
SELECT k, v, y FROM (SELECT CAST(json_parse('{"a": 1, "b": 2}') AS MAP(VARCHAR, INTEGER)) AS m, CAST(json_parse('[{"x": 1, "y": "a"}]') AS ARRAY(ROW(x INTEGER, y VARCHAR))) AS a) AS t CROSS JOIN UNNEST(m) AS u (k, v) CROSS JOIN UNNEST(a) AS w (x, y) ORDER BY k
--: string, int, string
--= ["a", 1, "a"]
--= ["b", 2, "a"]

-- UNNEST of map_agg
SELECT k, v FROM (SELECT map_agg(k, v) AS m FROM (VALUES ('a', 1)) AS t (k, v)) AS t CROSS JOIN UNNEST(m) AS u (k, v)
--: string, int
--= ["a", 1]

-- UNNEST counted
SELECT count(*) FROM UNNEST(ARRAY[1, 2], ARRAY['a', 'b', 'c'])
--: bigint
--= [3]

-- UNNEST of what functions give
SELECT k, v, x, y FROM (SELECT histogram(k) AS m, zip(array_agg(k), array_agg(v)) AS z FROM (VALUES ('a', 1)) AS t (k, v)) AS t CROSS JOIN UNNEST(m) AS u (k, v) CROSS JOIN UNNEST(z) AS w (x, y)
--: string, bigint, string, int
--= ["a", 1, "a", 1]

-- UNNEST of split_to_map and of map_filter
SELECT k, v, n, m FROM UNNEST(split_to_map('a=1,b=2', ',', '=')) AS t (k, v) CROSS JOIN UNNEST(map_filter(MAP(ARRAY[1, 2], ARRAY[2, 3]), (k, v) -> v > 2)) AS u (n, m) ORDER BY k
--: string, string, int, int
--= ["a", "1", 2, 3]
--= ["b", "2", 2, 3]

-- an entry put before an array
SELECT 0 || ARRAY[1], ARRAY['a'] || 'b', a || n, n || a, a || CAST(NULL AS INTEGER) FROM (VALUES (ARRAY[1], 2), (NULL, 3)) AS t (a, n) ORDER BY 3
--: array<int>, array<string>, array<int>, array<int>, array<int>
--= ["[0, 1]", "[a, b]", "[1, 2]", "[2, 1]", null]
--= ["[0, 1]", "[a, b]", null, null, null]
--x spark

-- a function's result is of its type
SELECT cardinality(repeat('a', 3)), repeat(1, 2) = ARRAY[1, 1], url_extract_host('http://a.b') = 'a.b', map_filter(MAP(ARRAY[1, 2], ARRAY[2, 3]), (k, v) -> v > 2)[2]
--: bigint, boolean, boolean, int
--= [3, true, true, 3]

-- a map has no order
SELECT x FROM (VALUES MAP(ARRAY[1], ARRAY[2])) AS t (x) ORDER BY x
--! TYPE_MISMATCH

-- an array of maps has no order
SELECT x FROM (VALUES ARRAY[MAP(ARRAY[1], ARRAY[2])]) AS t (x) ORDER BY 1
--! TYPE_MISMATCH

-- a map before a map
SELECT x < x FROM (VALUES MAP(ARRAY[1], ARRAY[2])) AS t (x)
--! TYPE_MISMATCH

-- max of maps
SELECT max(x) FROM (VALUES MAP(ARRAY[1], ARRAY[2])) AS t (x)
--! FUNCTION_NOT_FOUND

-- the order of what is in a map
SELECT x[1] FROM (VALUES MAP(ARRAY[1], ARRAY[2]), MAP(ARRAY[1], ARRAY[1])) AS t (x) ORDER BY x[1], map_keys(x), cardinality(x)
--: int
--= [1]
--= [2]
