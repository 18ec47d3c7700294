-- Pairs: two values of each pair of types, one or both of them NULL.

-- comparisons of INTEGERs
SELECT a = b, a <> b, a < b, a <= b, a > b, a >= b, a BETWEEN b AND a, b IN (a, a), a IS DISTINCT FROM b, a IS NOT DISTINCT FROM b, a IS NULL FROM (SELECT n, CAST(a AS INTEGER) AS a, CAST(b AS INTEGER) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean
--= [false, true, true, true, false, false, false, false, true, false, false]
--= [true, false, false, true, false, true, true, true, false, true, false]
--= [false, true, false, false, true, true, true, false, true, false, false]
--= [null, null, null, null, null, null, null, null, true, false, true]
--= [null, null, null, null, null, null, null, null, true, false, false]
--= [null, null, null, null, null, null, null, null, false, true, true]

-- the first, and a case, of INTEGERs
SELECT coalesce(a, b), nullif(a, b), if(a < b, a, b), if(a < b, a), CASE WHEN a < b THEN a ELSE b END, CASE a WHEN b THEN 'same' END FROM (SELECT n, CAST(a AS INTEGER) AS a, CAST(b AS INTEGER) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: int, int, int, int, int, string
--= [1, 1, 1, 1, 1, null]
--= [2, null, 2, null, 2, "same"]
--= [3, 3, -2, null, -2, null]
--= [1, null, 1, null, 1, null]
--= [4, 4, null, null, null, null]
--= [null, null, null, null, null, null]

-- least and greatest of INTEGERs
SELECT greatest(a, b), least(a, b), greatest(a, a), least(b, b) FROM (SELECT n, CAST(a AS INTEGER) AS a, CAST(b AS INTEGER) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: int, int, int, int
--= [2, 1, 1, 2]
--= [2, 2, 2, 2]
--= [3, -2, 3, -2]
--= [null, null, null, 1]
--= [null, null, 4, null]
--= [null, null, null, null]

-- a union of INTEGERs
SELECT a FROM (SELECT n, CAST(a AS INTEGER) AS a, CAST(b AS INTEGER) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t UNION SELECT b FROM (SELECT n, CAST(a AS INTEGER) AS a, CAST(b AS INTEGER) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY 1
--: int
--= [-2]
--= [1]
--= [2]
--= [3]
--= [4]
--= [null]

-- joins of INTEGERs
SELECT t.n, u.n, v.n FROM (SELECT n, CAST(a AS INTEGER) AS a, CAST(b AS INTEGER) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t LEFT JOIN (SELECT n, CAST(b AS INTEGER) AS b FROM (VALUES (1, '2'), (2, '2'), (3, '-2'), (4, '1'), (5, NULL), (6, NULL)) AS w (n, b)) AS u ON t.a = u.b LEFT JOIN (VALUES 1, 2) AS v (n) ON v.n = u.n ORDER BY t.n, u.n
--: int, int, int
--= [1, 4, null]
--= [2, 1, 1]
--= [2, 2, 2]
--= [3, null, null]
--= [4, null, null]
--= [5, null, null]
--= [6, null, null]

-- comparisons of a BIGINT and an INTEGER
SELECT a = b, a <> b, a < b, a <= b, a > b, a >= b, a BETWEEN b AND a, b IN (a, a), a IS DISTINCT FROM b, a IS NOT DISTINCT FROM b, a IS NULL FROM (SELECT n, CAST(a AS BIGINT) AS a, CAST(b AS INTEGER) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean
--= [false, true, true, true, false, false, false, false, true, false, false]
--= [true, false, false, true, false, true, true, true, false, true, false]
--= [false, true, false, false, true, true, true, false, true, false, false]
--= [null, null, null, null, null, null, null, null, true, false, true]
--= [null, null, null, null, null, null, null, null, true, false, false]
--= [null, null, null, null, null, null, null, null, false, true, true]

-- the first, and a case, of a BIGINT and an INTEGER
SELECT coalesce(a, b), nullif(a, b), if(a < b, a, b), if(a < b, a), CASE WHEN a < b THEN a ELSE b END, CASE a WHEN b THEN 'same' END FROM (SELECT n, CAST(a AS BIGINT) AS a, CAST(b AS INTEGER) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: bigint, bigint, bigint, bigint, bigint, string
--= [1, 1, 1, 1, 1, null]
--= [2, null, 2, null, 2, "same"]
--= [3, 3, -2, null, -2, null]
--= [1, null, 1, null, 1, null]
--= [4, 4, null, null, null, null]
--= [null, null, null, null, null, null]

-- least and greatest of a BIGINT and an INTEGER
SELECT greatest(a, b), least(a, b), greatest(a, a), least(b, b) FROM (SELECT n, CAST(a AS BIGINT) AS a, CAST(b AS INTEGER) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: bigint, bigint, bigint, int
--= [2, 1, 1, 2]
--= [2, 2, 2, 2]
--= [3, -2, 3, -2]
--= [null, null, null, 1]
--= [null, null, 4, null]
--= [null, null, null, null]

-- a union of a BIGINT and an INTEGER
SELECT a FROM (SELECT n, CAST(a AS BIGINT) AS a, CAST(b AS INTEGER) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t UNION SELECT b FROM (SELECT n, CAST(a AS BIGINT) AS a, CAST(b AS INTEGER) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY 1
--: bigint
--= [-2]
--= [1]
--= [2]
--= [3]
--= [4]
--= [null]

-- joins of a BIGINT and an INTEGER
SELECT t.n, u.n, v.n FROM (SELECT n, CAST(a AS BIGINT) AS a, CAST(b AS INTEGER) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t LEFT JOIN (SELECT n, CAST(b AS INTEGER) AS b FROM (VALUES (1, '2'), (2, '2'), (3, '-2'), (4, '1'), (5, NULL), (6, NULL)) AS w (n, b)) AS u ON t.a = u.b LEFT JOIN (VALUES 1, 2) AS v (n) ON v.n = u.n ORDER BY t.n, u.n
--: int, int, int
--= [1, 4, null]
--= [2, 1, 1]
--= [2, 2, 2]
--= [3, null, null]
--= [4, null, null]
--= [5, null, null]
--= [6, null, null]

-- comparisons of BIGINTs
SELECT a = b, a <> b, a < b, a <= b, a > b, a >= b, a BETWEEN b AND a, b IN (a, a), a IS DISTINCT FROM b, a IS NOT DISTINCT FROM b, a IS NULL FROM (SELECT n, CAST(a AS BIGINT) AS a, CAST(b AS BIGINT) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean
--= [false, true, true, true, false, false, false, false, true, false, false]
--= [true, false, false, true, false, true, true, true, false, true, false]
--= [false, true, false, false, true, true, true, false, true, false, false]
--= [null, null, null, null, null, null, null, null, true, false, true]
--= [null, null, null, null, null, null, null, null, true, false, false]
--= [null, null, null, null, null, null, null, null, false, true, true]

-- the first, and a case, of BIGINTs
SELECT coalesce(a, b), nullif(a, b), if(a < b, a, b), if(a < b, a), CASE WHEN a < b THEN a ELSE b END, CASE a WHEN b THEN 'same' END FROM (SELECT n, CAST(a AS BIGINT) AS a, CAST(b AS BIGINT) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: bigint, bigint, bigint, bigint, bigint, string
--= [1, 1, 1, 1, 1, null]
--= [2, null, 2, null, 2, "same"]
--= [3, 3, -2, null, -2, null]
--= [1, null, 1, null, 1, null]
--= [4, 4, null, null, null, null]
--= [null, null, null, null, null, null]

-- least and greatest of BIGINTs
SELECT greatest(a, b), least(a, b), greatest(a, a), least(b, b) FROM (SELECT n, CAST(a AS BIGINT) AS a, CAST(b AS BIGINT) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: bigint, bigint, bigint, bigint
--= [2, 1, 1, 2]
--= [2, 2, 2, 2]
--= [3, -2, 3, -2]
--= [null, null, null, 1]
--= [null, null, 4, null]
--= [null, null, null, null]

-- a union of BIGINTs
SELECT a FROM (SELECT n, CAST(a AS BIGINT) AS a, CAST(b AS BIGINT) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t UNION SELECT b FROM (SELECT n, CAST(a AS BIGINT) AS a, CAST(b AS BIGINT) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY 1
--: bigint
--= [-2]
--= [1]
--= [2]
--= [3]
--= [4]
--= [null]

-- joins of BIGINTs
SELECT t.n, u.n, v.n FROM (SELECT n, CAST(a AS BIGINT) AS a, CAST(b AS BIGINT) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t LEFT JOIN (SELECT n, CAST(b AS BIGINT) AS b FROM (VALUES (1, '2'), (2, '2'), (3, '-2'), (4, '1'), (5, NULL), (6, NULL)) AS w (n, b)) AS u ON t.a = u.b LEFT JOIN (VALUES 1, 2) AS v (n) ON v.n = u.n ORDER BY t.n, u.n
--: int, int, int
--= [1, 4, null]
--= [2, 1, 1]
--= [2, 2, 2]
--= [3, null, null]
--= [4, null, null]
--= [5, null, null]
--= [6, null, null]

-- comparisons of DECIMALs
SELECT a = b, a <> b, a < b, a <= b, a > b, a >= b, a BETWEEN b AND a, b IN (a, a), a IS DISTINCT FROM b, a IS NOT DISTINCT FROM b, a IS NULL FROM (SELECT n, CAST(a AS DECIMAL(9, 2)) AS a, CAST(b AS DECIMAL(9, 6)) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean
--= [false, true, true, true, false, false, false, false, true, false, false]
--= [true, false, false, true, false, true, true, true, false, true, false]
--= [false, true, false, false, true, true, true, false, true, false, false]
--= [null, null, null, null, null, null, null, null, true, false, true]
--= [null, null, null, null, null, null, null, null, true, false, false]
--= [null, null, null, null, null, null, null, null, false, true, true]

-- the first, and a case, of DECIMALs
SELECT coalesce(a, b), nullif(a, b), if(a < b, a, b), if(a < b, a), CASE WHEN a < b THEN a ELSE b END, CASE a WHEN b THEN 'same' END FROM (SELECT n, CAST(a AS DECIMAL(9, 2)) AS a, CAST(b AS DECIMAL(9, 6)) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: decimal(13,6), decimal(9,2), decimal(13,6), decimal(9,2), decimal(13,6), string
--= ["1.250000", "1.25", "1.250000", "1.25", "1.250000", null]
--= ["2.500000", null, "2.500000", null, "2.500000", "same"]
--= ["3.750000", "3.75", "-2.000000", null, "-2.000000", null]
--= ["1.000000", null, "1.000000", null, "1.000000", null]
--= ["4.000000", "4.00", null, null, null, null]
--= [null, null, null, null, null, null]

-- least and greatest of DECIMALs
SELECT greatest(a, b), least(a, b), greatest(a, a), least(b, b) FROM (SELECT n, CAST(a AS DECIMAL(9, 2)) AS a, CAST(b AS DECIMAL(9, 6)) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: decimal(13,6), decimal(13,6), decimal(9,2), decimal(9,6)
--= ["2.500000", "1.250000", "1.25", "2.500000"]
--= ["2.500000", "2.500000", "2.50", "2.500000"]
--= ["3.750000", "-2.000000", "3.75", "-2.000000"]
--= [null, null, null, "1.000000"]
--= [null, null, "4.00", null]
--= [null, null, null, null]

-- a union of DECIMALs
SELECT a FROM (SELECT n, CAST(a AS DECIMAL(9, 2)) AS a, CAST(b AS DECIMAL(9, 6)) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t UNION SELECT b FROM (SELECT n, CAST(a AS DECIMAL(9, 2)) AS a, CAST(b AS DECIMAL(9, 6)) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY 1
--: decimal(13,6)
--= ["-2.000000"]
--= ["1.000000"]
--= ["1.250000"]
--= ["2.500000"]
--= ["3.750000"]
--= ["4.000000"]
--= [null]

-- joins of DECIMALs
SELECT t.n, u.n, v.n FROM (SELECT n, CAST(a AS DECIMAL(9, 2)) AS a, CAST(b AS DECIMAL(9, 6)) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t LEFT JOIN (SELECT n, CAST(b AS DECIMAL(9, 6)) AS b FROM (VALUES (1, '2.5'), (2, '2.5'), (3, '-2'), (4, '1'), (5, NULL), (6, NULL)) AS w (n, b)) AS u ON t.a = u.b LEFT JOIN (VALUES 1, 2) AS v (n) ON v.n = u.n ORDER BY t.n, u.n
--: int, int, int
--= [1, null, null]
--= [2, 1, 1]
--= [2, 2, 2]
--= [3, null, null]
--= [4, null, null]
--= [5, null, null]
--= [6, null, null]

-- comparisons of a DECIMAL and an INTEGER
SELECT a = b, a <> b, a < b, a <= b, a > b, a >= b, a BETWEEN b AND a, b IN (a, a), a IS DISTINCT FROM b, a IS NOT DISTINCT FROM b, a IS NULL FROM (SELECT n, CAST(a AS DECIMAL(9, 2)) AS a, CAST(b AS INTEGER) AS b FROM (VALUES (1, '1.25', '2'), (2, '2', '2'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean
--= [false, true, true, true, false, false, false, false, true, false, false]
--= [true, false, false, true, false, true, true, true, false, true, false]
--= [false, true, false, false, true, true, true, false, true, false, false]
--= [null, null, null, null, null, null, null, null, true, false, true]
--= [null, null, null, null, null, null, null, null, true, false, false]
--= [null, null, null, null, null, null, null, null, false, true, true]

-- the first, and a case, of a DECIMAL and an INTEGER
SELECT coalesce(a, b), nullif(a, b), if(a < b, a, b), if(a < b, a), CASE WHEN a < b THEN a ELSE b END, CASE a WHEN b THEN 'same' END FROM (SELECT n, CAST(a AS DECIMAL(9, 2)) AS a, CAST(b AS INTEGER) AS b FROM (VALUES (1, '1.25', '2'), (2, '2', '2'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: decimal(12,2), decimal(9,2), decimal(12,2), decimal(9,2), decimal(12,2), string
--= ["1.25", "1.25", "1.25", "1.25", "1.25", null]
--= ["2.00", null, "2.00", null, "2.00", "same"]
--= ["3.75", "3.75", "-2.00", null, "-2.00", null]
--= ["1.00", null, "1.00", null, "1.00", null]
--= ["4.00", "4.00", null, null, null, null]
--= [null, null, null, null, null, null]

-- least and greatest of a DECIMAL and an INTEGER
SELECT greatest(a, b), least(a, b), greatest(a, a), least(b, b) FROM (SELECT n, CAST(a AS DECIMAL(9, 2)) AS a, CAST(b AS INTEGER) AS b FROM (VALUES (1, '1.25', '2'), (2, '2', '2'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: decimal(12,2), decimal(12,2), decimal(9,2), int
--= ["2.00", "1.25", "1.25", 2]
--= ["2.00", "2.00", "2.00", 2]
--= ["3.75", "-2.00", "3.75", -2]
--= [null, null, null, 1]
--= [null, null, "4.00", null]
--= [null, null, null, null]

-- a union of a DECIMAL and an INTEGER
SELECT a FROM (SELECT n, CAST(a AS DECIMAL(9, 2)) AS a, CAST(b AS INTEGER) AS b FROM (VALUES (1, '1.25', '2'), (2, '2', '2'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t UNION SELECT b FROM (SELECT n, CAST(a AS DECIMAL(9, 2)) AS a, CAST(b AS INTEGER) AS b FROM (VALUES (1, '1.25', '2'), (2, '2', '2'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY 1
--: decimal(12,2)
--= ["-2.00"]
--= ["1.00"]
--= ["1.25"]
--= ["2.00"]
--= ["3.75"]
--= ["4.00"]
--= [null]

-- joins of a DECIMAL and an INTEGER
SELECT t.n, u.n, v.n FROM (SELECT n, CAST(a AS DECIMAL(9, 2)) AS a, CAST(b AS INTEGER) AS b FROM (VALUES (1, '1.25', '2'), (2, '2', '2'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t LEFT JOIN (SELECT n, CAST(b AS INTEGER) AS b FROM (VALUES (1, '2'), (2, '2'), (3, '-2'), (4, '1'), (5, NULL), (6, NULL)) AS w (n, b)) AS u ON t.a = u.b LEFT JOIN (VALUES 1, 2) AS v (n) ON v.n = u.n ORDER BY t.n, u.n
--: int, int, int
--= [1, null, null]
--= [2, 1, 1]
--= [2, 2, 2]
--= [3, null, null]
--= [4, null, null]
--= [5, null, null]
--= [6, null, null]

-- comparisons of a DECIMAL and a BIGINT
SELECT a = b, a <> b, a < b, a <= b, a > b, a >= b, a BETWEEN b AND a, b IN (a, a), a IS DISTINCT FROM b, a IS NOT DISTINCT FROM b, a IS NULL FROM (SELECT n, CAST(a AS DECIMAL(9, 2)) AS a, CAST(b AS BIGINT) AS b FROM (VALUES (1, '1.25', '2'), (2, '2', '2'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean
--= [false, true, true, true, false, false, false, false, true, false, false]
--= [true, false, false, true, false, true, true, true, false, true, false]
--= [false, true, false, false, true, true, true, false, true, false, false]
--= [null, null, null, null, null, null, null, null, true, false, true]
--= [null, null, null, null, null, null, null, null, true, false, false]
--= [null, null, null, null, null, null, null, null, false, true, true]

-- the first, and a case, of a DECIMAL and a BIGINT
SELECT coalesce(a, b), nullif(a, b), if(a < b, a, b), if(a < b, a), CASE WHEN a < b THEN a ELSE b END, CASE a WHEN b THEN 'same' END FROM (SELECT n, CAST(a AS DECIMAL(9, 2)) AS a, CAST(b AS BIGINT) AS b FROM (VALUES (1, '1.25', '2'), (2, '2', '2'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: decimal(21,2), decimal(9,2), decimal(21,2), decimal(9,2), decimal(21,2), string
--= ["1.25", "1.25", "1.25", "1.25", "1.25", null]
--= ["2.00", null, "2.00", null, "2.00", "same"]
--= ["3.75", "3.75", "-2.00", null, "-2.00", null]
--= ["1.00", null, "1.00", null, "1.00", null]
--= ["4.00", "4.00", null, null, null, null]
--= [null, null, null, null, null, null]

-- least and greatest of a DECIMAL and a BIGINT
SELECT greatest(a, b), least(a, b), greatest(a, a), least(b, b) FROM (SELECT n, CAST(a AS DECIMAL(9, 2)) AS a, CAST(b AS BIGINT) AS b FROM (VALUES (1, '1.25', '2'), (2, '2', '2'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: decimal(21,2), decimal(21,2), decimal(9,2), bigint
--= ["2.00", "1.25", "1.25", 2]
--= ["2.00", "2.00", "2.00", 2]
--= ["3.75", "-2.00", "3.75", -2]
--= [null, null, null, 1]
--= [null, null, "4.00", null]
--= [null, null, null, null]

-- a union of a DECIMAL and a BIGINT
SELECT a FROM (SELECT n, CAST(a AS DECIMAL(9, 2)) AS a, CAST(b AS BIGINT) AS b FROM (VALUES (1, '1.25', '2'), (2, '2', '2'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t UNION SELECT b FROM (SELECT n, CAST(a AS DECIMAL(9, 2)) AS a, CAST(b AS BIGINT) AS b FROM (VALUES (1, '1.25', '2'), (2, '2', '2'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY 1
--: decimal(21,2)
--= ["-2.00"]
--= ["1.00"]
--= ["1.25"]
--= ["2.00"]
--= ["3.75"]
--= ["4.00"]
--= [null]

-- joins of a DECIMAL and a BIGINT
SELECT t.n, u.n, v.n FROM (SELECT n, CAST(a AS DECIMAL(9, 2)) AS a, CAST(b AS BIGINT) AS b FROM (VALUES (1, '1.25', '2'), (2, '2', '2'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t LEFT JOIN (SELECT n, CAST(b AS BIGINT) AS b FROM (VALUES (1, '2'), (2, '2'), (3, '-2'), (4, '1'), (5, NULL), (6, NULL)) AS w (n, b)) AS u ON t.a = u.b LEFT JOIN (VALUES 1, 2) AS v (n) ON v.n = u.n ORDER BY t.n, u.n
--: int, int, int
--= [1, null, null]
--= [2, 1, 1]
--= [2, 2, 2]
--= [3, null, null]
--= [4, null, null]
--= [5, null, null]
--= [6, null, null]

-- comparisons of DOUBLEs
SELECT a = b, a <> b, a < b, a <= b, a > b, a >= b, a BETWEEN b AND a, b IN (a, a), a IS DISTINCT FROM b, a IS NOT DISTINCT FROM b, a IS NULL FROM (SELECT n, CAST(a AS DOUBLE) AS a, CAST(b AS DOUBLE) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean
--= [false, true, true, true, false, false, false, false, true, false, false]
--= [true, false, false, true, false, true, true, true, false, true, false]
--= [false, true, false, false, true, true, true, false, true, false, false]
--= [null, null, null, null, null, null, null, null, true, false, true]
--= [null, null, null, null, null, null, null, null, true, false, false]
--= [null, null, null, null, null, null, null, null, false, true, true]

-- the first, and a case, of DOUBLEs
SELECT coalesce(a, b), nullif(a, b), if(a < b, a, b), if(a < b, a), CASE WHEN a < b THEN a ELSE b END, CASE a WHEN b THEN 'same' END FROM (SELECT n, CAST(a AS DOUBLE) AS a, CAST(b AS DOUBLE) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: double, double, double, double, double, string
--= [1.25, 1.25, 1.25, 1.25, 1.25, null]
--= [2.5, null, 2.5, null, 2.5, "same"]
--= [3.75, 3.75, -2.0, null, -2.0, null]
--= [1.0, null, 1.0, null, 1.0, null]
--= [4.0, 4.0, null, null, null, null]
--= [null, null, null, null, null, null]

-- least and greatest of DOUBLEs
SELECT greatest(a, b), least(a, b), greatest(a, a), least(b, b) FROM (SELECT n, CAST(a AS DOUBLE) AS a, CAST(b AS DOUBLE) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: double, double, double, double
--= [2.5, 1.25, 1.25, 2.5]
--= [2.5, 2.5, 2.5, 2.5]
--= [3.75, -2.0, 3.75, -2.0]
--= [null, null, null, 1.0]
--= [null, null, 4.0, null]
--= [null, null, null, null]

-- a union of DOUBLEs
SELECT a FROM (SELECT n, CAST(a AS DOUBLE) AS a, CAST(b AS DOUBLE) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t UNION SELECT b FROM (SELECT n, CAST(a AS DOUBLE) AS a, CAST(b AS DOUBLE) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY 1
--: double
--= [-2.0]
--= [1.0]
--= [1.25]
--= [2.5]
--= [3.75]
--= [4.0]
--= [null]

-- joins of DOUBLEs
SELECT t.n, u.n, v.n FROM (SELECT n, CAST(a AS DOUBLE) AS a, CAST(b AS DOUBLE) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t LEFT JOIN (SELECT n, CAST(b AS DOUBLE) AS b FROM (VALUES (1, '2.5'), (2, '2.5'), (3, '-2'), (4, '1'), (5, NULL), (6, NULL)) AS w (n, b)) AS u ON t.a = u.b LEFT JOIN (VALUES 1, 2) AS v (n) ON v.n = u.n ORDER BY t.n, u.n
--: int, int, int
--= [1, null, null]
--= [2, 1, 1]
--= [2, 2, 2]
--= [3, null, null]
--= [4, null, null]
--= [5, null, null]
--= [6, null, null]

-- comparisons of a DOUBLE and an INTEGER
SELECT a = b, a <> b, a < b, a <= b, a > b, a >= b, a BETWEEN b AND a, b IN (a, a), a IS DISTINCT FROM b, a IS NOT DISTINCT FROM b, a IS NULL FROM (SELECT n, CAST(a AS DOUBLE) AS a, CAST(b AS INTEGER) AS b FROM (VALUES (1, '1.25', '2'), (2, '2', '2'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean
--= [false, true, true, true, false, false, false, false, true, false, false]
--= [true, false, false, true, false, true, true, true, false, true, false]
--= [false, true, false, false, true, true, true, false, true, false, false]
--= [null, null, null, null, null, null, null, null, true, false, true]
--= [null, null, null, null, null, null, null, null, true, false, false]
--= [null, null, null, null, null, null, null, null, false, true, true]

-- the first, and a case, of a DOUBLE and an INTEGER
SELECT coalesce(a, b), nullif(a, b), if(a < b, a, b), if(a < b, a), CASE WHEN a < b THEN a ELSE b END, CASE a WHEN b THEN 'same' END FROM (SELECT n, CAST(a AS DOUBLE) AS a, CAST(b AS INTEGER) AS b FROM (VALUES (1, '1.25', '2'), (2, '2', '2'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: double, double, double, double, double, string
--= [1.25, 1.25, 1.25, 1.25, 1.25, null]
--= [2.0, null, 2.0, null, 2.0, "same"]
--= [3.75, 3.75, -2.0, null, -2.0, null]
--= [1.0, null, 1.0, null, 1.0, null]
--= [4.0, 4.0, null, null, null, null]
--= [null, null, null, null, null, null]

-- least and greatest of a DOUBLE and an INTEGER
SELECT greatest(a, b), least(a, b), greatest(a, a), least(b, b) FROM (SELECT n, CAST(a AS DOUBLE) AS a, CAST(b AS INTEGER) AS b FROM (VALUES (1, '1.25', '2'), (2, '2', '2'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: double, double, double, int
--= [2.0, 1.25, 1.25, 2]
--= [2.0, 2.0, 2.0, 2]
--= [3.75, -2.0, 3.75, -2]
--= [null, null, null, 1]
--= [null, null, 4.0, null]
--= [null, null, null, null]

-- a union of a DOUBLE and an INTEGER
SELECT a FROM (SELECT n, CAST(a AS DOUBLE) AS a, CAST(b AS INTEGER) AS b FROM (VALUES (1, '1.25', '2'), (2, '2', '2'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t UNION SELECT b FROM (SELECT n, CAST(a AS DOUBLE) AS a, CAST(b AS INTEGER) AS b FROM (VALUES (1, '1.25', '2'), (2, '2', '2'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY 1
--: double
--= [-2.0]
--= [1.0]
--= [1.25]
--= [2.0]
--= [3.75]
--= [4.0]
--= [null]

-- joins of a DOUBLE and an INTEGER
SELECT t.n, u.n, v.n FROM (SELECT n, CAST(a AS DOUBLE) AS a, CAST(b AS INTEGER) AS b FROM (VALUES (1, '1.25', '2'), (2, '2', '2'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t LEFT JOIN (SELECT n, CAST(b AS INTEGER) AS b FROM (VALUES (1, '2'), (2, '2'), (3, '-2'), (4, '1'), (5, NULL), (6, NULL)) AS w (n, b)) AS u ON t.a = u.b LEFT JOIN (VALUES 1, 2) AS v (n) ON v.n = u.n ORDER BY t.n, u.n
--: int, int, int
--= [1, null, null]
--= [2, 1, 1]
--= [2, 2, 2]
--= [3, null, null]
--= [4, null, null]
--= [5, null, null]
--= [6, null, null]

-- comparisons of a DOUBLE and a BIGINT
SELECT a = b, a <> b, a < b, a <= b, a > b, a >= b, a BETWEEN b AND a, b IN (a, a), a IS DISTINCT FROM b, a IS NOT DISTINCT FROM b, a IS NULL FROM (SELECT n, CAST(a AS DOUBLE) AS a, CAST(b AS BIGINT) AS b FROM (VALUES (1, '1.25', '2'), (2, '2', '2'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean
--= [false, true, true, true, false, false, false, false, true, false, false]
--= [true, false, false, true, false, true, true, true, false, true, false]
--= [false, true, false, false, true, true, true, false, true, false, false]
--= [null, null, null, null, null, null, null, null, true, false, true]
--= [null, null, null, null, null, null, null, null, true, false, false]
--= [null, null, null, null, null, null, null, null, false, true, true]

-- the first, and a case, of a DOUBLE and a BIGINT
SELECT coalesce(a, b), nullif(a, b), if(a < b, a, b), if(a < b, a), CASE WHEN a < b THEN a ELSE b END, CASE a WHEN b THEN 'same' END FROM (SELECT n, CAST(a AS DOUBLE) AS a, CAST(b AS BIGINT) AS b FROM (VALUES (1, '1.25', '2'), (2, '2', '2'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: double, double, double, double, double, string
--= [1.25, 1.25, 1.25, 1.25, 1.25, null]
--= [2.0, null, 2.0, null, 2.0, "same"]
--= [3.75, 3.75, -2.0, null, -2.0, null]
--= [1.0, null, 1.0, null, 1.0, null]
--= [4.0, 4.0, null, null, null, null]
--= [null, null, null, null, null, null]

-- least and greatest of a DOUBLE and a BIGINT
SELECT greatest(a, b), least(a, b), greatest(a, a), least(b, b) FROM (SELECT n, CAST(a AS DOUBLE) AS a, CAST(b AS BIGINT) AS b FROM (VALUES (1, '1.25', '2'), (2, '2', '2'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: double, double, double, bigint
--= [2.0, 1.25, 1.25, 2]
--= [2.0, 2.0, 2.0, 2]
--= [3.75, -2.0, 3.75, -2]
--= [null, null, null, 1]
--= [null, null, 4.0, null]
--= [null, null, null, null]

-- a union of a DOUBLE and a BIGINT
SELECT a FROM (SELECT n, CAST(a AS DOUBLE) AS a, CAST(b AS BIGINT) AS b FROM (VALUES (1, '1.25', '2'), (2, '2', '2'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t UNION SELECT b FROM (SELECT n, CAST(a AS DOUBLE) AS a, CAST(b AS BIGINT) AS b FROM (VALUES (1, '1.25', '2'), (2, '2', '2'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY 1
--: double
--= [-2.0]
--= [1.0]
--= [1.25]
--= [2.0]
--= [3.75]
--= [4.0]
--= [null]

-- joins of a DOUBLE and a BIGINT
SELECT t.n, u.n, v.n FROM (SELECT n, CAST(a AS DOUBLE) AS a, CAST(b AS BIGINT) AS b FROM (VALUES (1, '1.25', '2'), (2, '2', '2'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t LEFT JOIN (SELECT n, CAST(b AS BIGINT) AS b FROM (VALUES (1, '2'), (2, '2'), (3, '-2'), (4, '1'), (5, NULL), (6, NULL)) AS w (n, b)) AS u ON t.a = u.b LEFT JOIN (VALUES 1, 2) AS v (n) ON v.n = u.n ORDER BY t.n, u.n
--: int, int, int
--= [1, null, null]
--= [2, 1, 1]
--= [2, 2, 2]
--= [3, null, null]
--= [4, null, null]
--= [5, null, null]
--= [6, null, null]

-- comparisons of a DOUBLE and a DECIMAL
SELECT a = b, a <> b, a < b, a <= b, a > b, a >= b, a BETWEEN b AND a, b IN (a, a), a IS DISTINCT FROM b, a IS NOT DISTINCT FROM b, a IS NULL FROM (SELECT n, CAST(a AS DOUBLE) AS a, CAST(b AS DECIMAL(9, 2)) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean
--= [false, true, true, true, false, false, false, false, true, false, false]
--= [true, false, false, true, false, true, true, true, false, true, false]
--= [false, true, false, false, true, true, true, false, true, false, false]
--= [null, null, null, null, null, null, null, null, true, false, true]
--= [null, null, null, null, null, null, null, null, true, false, false]
--= [null, null, null, null, null, null, null, null, false, true, true]

-- the first, and a case, of a DOUBLE and a DECIMAL
SELECT coalesce(a, b), nullif(a, b), if(a < b, a, b), if(a < b, a), CASE WHEN a < b THEN a ELSE b END, CASE a WHEN b THEN 'same' END FROM (SELECT n, CAST(a AS DOUBLE) AS a, CAST(b AS DECIMAL(9, 2)) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: double, double, double, double, double, string
--= [1.25, 1.25, 1.25, 1.25, 1.25, null]
--= [2.5, null, 2.5, null, 2.5, "same"]
--= [3.75, 3.75, -2.0, null, -2.0, null]
--= [1.0, null, 1.0, null, 1.0, null]
--= [4.0, 4.0, null, null, null, null]
--= [null, null, null, null, null, null]

-- least and greatest of a DOUBLE and a DECIMAL
SELECT greatest(a, b), least(a, b), greatest(a, a), least(b, b) FROM (SELECT n, CAST(a AS DOUBLE) AS a, CAST(b AS DECIMAL(9, 2)) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: double, double, double, decimal(9,2)
--= [2.5, 1.25, 1.25, "2.50"]
--= [2.5, 2.5, 2.5, "2.50"]
--= [3.75, -2.0, 3.75, "-2.00"]
--= [null, null, null, "1.00"]
--= [null, null, 4.0, null]
--= [null, null, null, null]

-- a union of a DOUBLE and a DECIMAL
SELECT a FROM (SELECT n, CAST(a AS DOUBLE) AS a, CAST(b AS DECIMAL(9, 2)) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t UNION SELECT b FROM (SELECT n, CAST(a AS DOUBLE) AS a, CAST(b AS DECIMAL(9, 2)) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY 1
--: double
--= [-2.0]
--= [1.0]
--= [1.25]
--= [2.5]
--= [3.75]
--= [4.0]
--= [null]

-- joins of a DOUBLE and a DECIMAL
SELECT t.n, u.n, v.n FROM (SELECT n, CAST(a AS DOUBLE) AS a, CAST(b AS DECIMAL(9, 2)) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t LEFT JOIN (SELECT n, CAST(b AS DECIMAL(9, 2)) AS b FROM (VALUES (1, '2.5'), (2, '2.5'), (3, '-2'), (4, '1'), (5, NULL), (6, NULL)) AS w (n, b)) AS u ON t.a = u.b LEFT JOIN (VALUES 1, 2) AS v (n) ON v.n = u.n ORDER BY t.n, u.n
--: int, int, int
--= [1, null, null]
--= [2, 1, 1]
--= [2, 2, 2]
--= [3, null, null]
--= [4, null, null]
--= [5, null, null]
--= [6, null, null]

-- comparisons of texts
SELECT a = b, a <> b, a < b, a <= b, a > b, a >= b, a BETWEEN b AND a, b IN (a, a), a IS DISTINCT FROM b, a IS NOT DISTINCT FROM b, a IS NULL FROM (SELECT n, CAST(a AS VARCHAR) AS a, CAST(b AS VARCHAR) AS b FROM (VALUES (1, 'a', 'b'), (2, 'b', 'b'), (3, '裕', 'Z'), (4, NULL, 'a'), (5, '', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean
--= [false, true, true, true, false, false, false, false, true, false, false]
--= [true, false, false, true, false, true, true, true, false, true, false]
--= [false, true, false, false, true, true, true, false, true, false, false]
--= [null, null, null, null, null, null, null, null, true, false, true]
--= [null, null, null, null, null, null, null, null, true, false, false]
--= [null, null, null, null, null, null, null, null, false, true, true]

-- the first, and a case, of texts
SELECT coalesce(a, b), nullif(a, b), if(a < b, a, b), if(a < b, a), CASE WHEN a < b THEN a ELSE b END, CASE a WHEN b THEN 'same' END FROM (SELECT n, CAST(a AS VARCHAR) AS a, CAST(b AS VARCHAR) AS b FROM (VALUES (1, 'a', 'b'), (2, 'b', 'b'), (3, '裕', 'Z'), (4, NULL, 'a'), (5, '', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: string, string, string, string, string, string
--= ["a", "a", "a", "a", "a", null]
--= ["b", null, "b", null, "b", "same"]
--= ["裕", "裕", "Z", null, "Z", null]
--= ["a", null, "a", null, "a", null]
--= ["", "", null, null, null, null]
--= [null, null, null, null, null, null]

-- least and greatest of texts
SELECT greatest(a, b), least(a, b), greatest(a, a), least(b, b) FROM (SELECT n, CAST(a AS VARCHAR) AS a, CAST(b AS VARCHAR) AS b FROM (VALUES (1, 'a', 'b'), (2, 'b', 'b'), (3, '裕', 'Z'), (4, NULL, 'a'), (5, '', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: string, string, string, string
--= ["b", "a", "a", "b"]
--= ["b", "b", "b", "b"]
--= ["裕", "Z", "裕", "Z"]
--= [null, null, null, "a"]
--= [null, null, "", null]
--= [null, null, null, null]

-- a union of texts
SELECT a FROM (SELECT n, CAST(a AS VARCHAR) AS a, CAST(b AS VARCHAR) AS b FROM (VALUES (1, 'a', 'b'), (2, 'b', 'b'), (3, '裕', 'Z'), (4, NULL, 'a'), (5, '', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t UNION SELECT b FROM (SELECT n, CAST(a AS VARCHAR) AS a, CAST(b AS VARCHAR) AS b FROM (VALUES (1, 'a', 'b'), (2, 'b', 'b'), (3, '裕', 'Z'), (4, NULL, 'a'), (5, '', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY 1
--: string
--= [""]
--= ["Z"]
--= ["a"]
--= ["b"]
--= ["裕"]
--= [null]

-- joins of texts
SELECT t.n, u.n, v.n FROM (SELECT n, CAST(a AS VARCHAR) AS a, CAST(b AS VARCHAR) AS b FROM (VALUES (1, 'a', 'b'), (2, 'b', 'b'), (3, '裕', 'Z'), (4, NULL, 'a'), (5, '', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t LEFT JOIN (SELECT n, CAST(b AS VARCHAR) AS b FROM (VALUES (1, 'b'), (2, 'b'), (3, 'Z'), (4, 'a'), (5, NULL), (6, NULL)) AS w (n, b)) AS u ON t.a = u.b LEFT JOIN (VALUES 1, 2) AS v (n) ON v.n = u.n ORDER BY t.n, u.n
--: int, int, int
--= [1, 4, null]
--= [2, 1, 1]
--= [2, 2, 2]
--= [3, null, null]
--= [4, null, null]
--= [5, null, null]
--= [6, null, null]

-- comparisons of truth values
SELECT a = b, a <> b, a < b, a <= b, a > b, a >= b, a BETWEEN b AND a, b IN (a, a), a IS DISTINCT FROM b, a IS NOT DISTINCT FROM b, a IS NULL FROM (SELECT n, CAST(a AS BOOLEAN) AS a, CAST(b AS BOOLEAN) AS b FROM (VALUES (1, 'true', 'false'), (2, 'true', 'true'), (3, 'false', 'true'), (4, NULL, 'true'), (5, 'false', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean
--= [false, true, false, false, true, true, true, false, true, false, false]
--= [true, false, false, true, false, true, true, true, false, true, false]
--= [false, true, true, true, false, false, false, false, true, false, false]
--= [null, null, null, null, null, null, null, null, true, false, true]
--= [null, null, null, null, null, null, null, null, true, false, false]
--= [null, null, null, null, null, null, null, null, false, true, true]

-- the first, and a case, of truth values
SELECT coalesce(a, b), nullif(a, b), if(a < b, a, b), if(a < b, a), CASE WHEN a < b THEN a ELSE b END, CASE a WHEN b THEN 'same' END FROM (SELECT n, CAST(a AS BOOLEAN) AS a, CAST(b AS BOOLEAN) AS b FROM (VALUES (1, 'true', 'false'), (2, 'true', 'true'), (3, 'false', 'true'), (4, NULL, 'true'), (5, 'false', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: boolean, boolean, boolean, boolean, boolean, string
--= [true, true, false, null, false, null]
--= [true, null, true, null, true, "same"]
--= [false, false, false, false, false, null]
--= [true, null, true, null, true, null]
--= [false, false, null, null, null, null]
--= [null, null, null, null, null, null]

-- least and greatest of truth values
SELECT greatest(a, b), least(a, b), greatest(a, a), least(b, b) FROM (SELECT n, CAST(a AS BOOLEAN) AS a, CAST(b AS BOOLEAN) AS b FROM (VALUES (1, 'true', 'false'), (2, 'true', 'true'), (3, 'false', 'true'), (4, NULL, 'true'), (5, 'false', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: boolean, boolean, boolean, boolean
--= [true, false, true, false]
--= [true, true, true, true]
--= [true, false, false, true]
--= [null, null, null, true]
--= [null, null, false, null]
--= [null, null, null, null]

-- a union of truth values
SELECT a FROM (SELECT n, CAST(a AS BOOLEAN) AS a, CAST(b AS BOOLEAN) AS b FROM (VALUES (1, 'true', 'false'), (2, 'true', 'true'), (3, 'false', 'true'), (4, NULL, 'true'), (5, 'false', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t UNION SELECT b FROM (SELECT n, CAST(a AS BOOLEAN) AS a, CAST(b AS BOOLEAN) AS b FROM (VALUES (1, 'true', 'false'), (2, 'true', 'true'), (3, 'false', 'true'), (4, NULL, 'true'), (5, 'false', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY 1
--: boolean
--= [false]
--= [true]
--= [null]

-- joins of truth values
SELECT t.n, u.n, v.n FROM (SELECT n, CAST(a AS BOOLEAN) AS a, CAST(b AS BOOLEAN) AS b FROM (VALUES (1, 'true', 'false'), (2, 'true', 'true'), (3, 'false', 'true'), (4, NULL, 'true'), (5, 'false', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t LEFT JOIN (SELECT n, CAST(b AS BOOLEAN) AS b FROM (VALUES (1, 'false'), (2, 'true'), (3, 'true'), (4, 'true'), (5, NULL), (6, NULL)) AS w (n, b)) AS u ON t.a = u.b LEFT JOIN (VALUES 1, 2) AS v (n) ON v.n = u.n ORDER BY t.n, u.n
--: int, int, int
--= [1, 2, 2]
--= [1, 3, null]
--= [1, 4, null]
--= [2, 2, 2]
--= [2, 3, null]
--= [2, 4, null]
--= [3, 1, 1]
--= [4, null, null]
--= [5, 1, 1]
--= [6, null, null]

-- comparisons of dates
SELECT a = b, a <> b, a < b, a <= b, a > b, a >= b, a BETWEEN b AND a, b IN (a, a), a IS DISTINCT FROM b, a IS NOT DISTINCT FROM b, a IS NULL FROM (SELECT n, CAST(a AS DATE) AS a, CAST(b AS DATE) AS b FROM (VALUES (1, '2024-05-30', '2024-05-31'), (2, '2024-05-31', '2024-05-31'), (3, '2024-06-01', '1969-12-31'), (4, NULL, '2024-05-31'), (5, '2024-05-30', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean
--= [false, true, true, true, false, false, false, false, true, false, false]
--= [true, false, false, true, false, true, true, true, false, true, false]
--= [false, true, false, false, true, true, true, false, true, false, false]
--= [null, null, null, null, null, null, null, null, true, false, true]
--= [null, null, null, null, null, null, null, null, true, false, false]
--= [null, null, null, null, null, null, null, null, false, true, true]

-- the first, and a case, of dates
SELECT coalesce(a, b), nullif(a, b), if(a < b, a, b), if(a < b, a), CASE WHEN a < b THEN a ELSE b END, CASE a WHEN b THEN 'same' END FROM (SELECT n, CAST(a AS DATE) AS a, CAST(b AS DATE) AS b FROM (VALUES (1, '2024-05-30', '2024-05-31'), (2, '2024-05-31', '2024-05-31'), (3, '2024-06-01', '1969-12-31'), (4, NULL, '2024-05-31'), (5, '2024-05-30', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: date, date, date, date, date, string
--= ["2024-05-30", "2024-05-30", "2024-05-30", "2024-05-30", "2024-05-30", null]
--= ["2024-05-31", null, "2024-05-31", null, "2024-05-31", "same"]
--= ["2024-06-01", "2024-06-01", "1969-12-31", null, "1969-12-31", null]
--= ["2024-05-31", null, "2024-05-31", null, "2024-05-31", null]
--= ["2024-05-30", "2024-05-30", null, null, null, null]
--= [null, null, null, null, null, null]

-- least and greatest of dates
SELECT greatest(a, b), least(a, b), greatest(a, a), least(b, b) FROM (SELECT n, CAST(a AS DATE) AS a, CAST(b AS DATE) AS b FROM (VALUES (1, '2024-05-30', '2024-05-31'), (2, '2024-05-31', '2024-05-31'), (3, '2024-06-01', '1969-12-31'), (4, NULL, '2024-05-31'), (5, '2024-05-30', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: date, date, date, date
--= ["2024-05-31", "2024-05-30", "2024-05-30", "2024-05-31"]
--= ["2024-05-31", "2024-05-31", "2024-05-31", "2024-05-31"]
--= ["2024-06-01", "1969-12-31", "2024-06-01", "1969-12-31"]
--= [null, null, null, "2024-05-31"]
--= [null, null, "2024-05-30", null]
--= [null, null, null, null]

-- a union of dates
SELECT a FROM (SELECT n, CAST(a AS DATE) AS a, CAST(b AS DATE) AS b FROM (VALUES (1, '2024-05-30', '2024-05-31'), (2, '2024-05-31', '2024-05-31'), (3, '2024-06-01', '1969-12-31'), (4, NULL, '2024-05-31'), (5, '2024-05-30', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t UNION SELECT b FROM (SELECT n, CAST(a AS DATE) AS a, CAST(b AS DATE) AS b FROM (VALUES (1, '2024-05-30', '2024-05-31'), (2, '2024-05-31', '2024-05-31'), (3, '2024-06-01', '1969-12-31'), (4, NULL, '2024-05-31'), (5, '2024-05-30', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY 1
--: date
--= ["1969-12-31"]
--= ["2024-05-30"]
--= ["2024-05-31"]
--= ["2024-06-01"]
--= [null]

-- joins of dates
SELECT t.n, u.n, v.n FROM (SELECT n, CAST(a AS DATE) AS a, CAST(b AS DATE) AS b FROM (VALUES (1, '2024-05-30', '2024-05-31'), (2, '2024-05-31', '2024-05-31'), (3, '2024-06-01', '1969-12-31'), (4, NULL, '2024-05-31'), (5, '2024-05-30', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t LEFT JOIN (SELECT n, CAST(b AS DATE) AS b FROM (VALUES (1, '2024-05-31'), (2, '2024-05-31'), (3, '1969-12-31'), (4, '2024-05-31'), (5, NULL), (6, NULL)) AS w (n, b)) AS u ON t.a = u.b LEFT JOIN (VALUES 1, 2) AS v (n) ON v.n = u.n ORDER BY t.n, u.n
--: int, int, int
--= [1, null, null]
--= [2, 1, 1]
--= [2, 2, 2]
--= [2, 4, null]
--= [3, null, null]
--= [4, null, null]
--= [5, null, null]
--= [6, null, null]

-- comparisons of times
SELECT a = b, a <> b, a < b, a <= b, a > b, a >= b, a BETWEEN b AND a, b IN (a, a), a IS DISTINCT FROM b, a IS NOT DISTINCT FROM b, a IS NULL FROM (SELECT n, CAST(a AS TIMESTAMP) AS a, CAST(b AS TIMESTAMP) AS b FROM (VALUES (1, '2024-05-30 08:00:00', '2024-05-31 00:00:00'), (2, '2024-05-31 00:00:00', '2024-05-31 00:00:00'), (3, '2024-06-01 00:00:00.5', '1969-12-31 23:59:59'), (4, NULL, '2024-05-31 00:00:00'), (5, '2024-05-30 00:00:00', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean
--= [false, true, true, true, false, false, false, false, true, false, false]
--= [true, false, false, true, false, true, true, true, false, true, false]
--= [false, true, false, false, true, true, true, false, true, false, false]
--= [null, null, null, null, null, null, null, null, true, false, true]
--= [null, null, null, null, null, null, null, null, true, false, false]
--= [null, null, null, null, null, null, null, null, false, true, true]

-- the first, and a case, of times
SELECT coalesce(a, b), nullif(a, b), if(a < b, a, b), if(a < b, a), CASE WHEN a < b THEN a ELSE b END, CASE a WHEN b THEN 'same' END FROM (SELECT n, CAST(a AS TIMESTAMP) AS a, CAST(b AS TIMESTAMP) AS b FROM (VALUES (1, '2024-05-30 08:00:00', '2024-05-31 00:00:00'), (2, '2024-05-31 00:00:00', '2024-05-31 00:00:00'), (3, '2024-06-01 00:00:00.5', '1969-12-31 23:59:59'), (4, NULL, '2024-05-31 00:00:00'), (5, '2024-05-30 00:00:00', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: timestamp, timestamp, timestamp, timestamp, timestamp, string
--= ["2024-05-30 08:00:00", "2024-05-30 08:00:00", "2024-05-30 08:00:00", "2024-05-30 08:00:00", "2024-05-30 08:00:00", null]
--= ["2024-05-31 00:00:00", null, "2024-05-31 00:00:00", null, "2024-05-31 00:00:00", "same"]
--= ["2024-06-01 00:00:00.500000", "2024-06-01 00:00:00.500000", "1969-12-31 23:59:59", null, "1969-12-31 23:59:59", null]
--= ["2024-05-31 00:00:00", null, "2024-05-31 00:00:00", null, "2024-05-31 00:00:00", null]
--= ["2024-05-30 00:00:00", "2024-05-30 00:00:00", null, null, null, null]
--= [null, null, null, null, null, null]

-- least and greatest of times
SELECT greatest(a, b), least(a, b), greatest(a, a), least(b, b) FROM (SELECT n, CAST(a AS TIMESTAMP) AS a, CAST(b AS TIMESTAMP) AS b FROM (VALUES (1, '2024-05-30 08:00:00', '2024-05-31 00:00:00'), (2, '2024-05-31 00:00:00', '2024-05-31 00:00:00'), (3, '2024-06-01 00:00:00.5', '1969-12-31 23:59:59'), (4, NULL, '2024-05-31 00:00:00'), (5, '2024-05-30 00:00:00', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: timestamp, timestamp, timestamp, timestamp
--= ["2024-05-31 00:00:00", "2024-05-30 08:00:00", "2024-05-30 08:00:00", "2024-05-31 00:00:00"]
--= ["2024-05-31 00:00:00", "2024-05-31 00:00:00", "2024-05-31 00:00:00", "2024-05-31 00:00:00"]
--= ["2024-06-01 00:00:00.500000", "1969-12-31 23:59:59", "2024-06-01 00:00:00.500000", "1969-12-31 23:59:59"]
--= [null, null, null, "2024-05-31 00:00:00"]
--= [null, null, "2024-05-30 00:00:00", null]
--= [null, null, null, null]

-- a union of times
SELECT a FROM (SELECT n, CAST(a AS TIMESTAMP) AS a, CAST(b AS TIMESTAMP) AS b FROM (VALUES (1, '2024-05-30 08:00:00', '2024-05-31 00:00:00'), (2, '2024-05-31 00:00:00', '2024-05-31 00:00:00'), (3, '2024-06-01 00:00:00.5', '1969-12-31 23:59:59'), (4, NULL, '2024-05-31 00:00:00'), (5, '2024-05-30 00:00:00', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t UNION SELECT b FROM (SELECT n, CAST(a AS TIMESTAMP) AS a, CAST(b AS TIMESTAMP) AS b FROM (VALUES (1, '2024-05-30 08:00:00', '2024-05-31 00:00:00'), (2, '2024-05-31 00:00:00', '2024-05-31 00:00:00'), (3, '2024-06-01 00:00:00.5', '1969-12-31 23:59:59'), (4, NULL, '2024-05-31 00:00:00'), (5, '2024-05-30 00:00:00', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY 1
--: timestamp
--= ["1969-12-31 23:59:59"]
--= ["2024-05-30 00:00:00"]
--= ["2024-05-30 08:00:00"]
--= ["2024-05-31 00:00:00"]
--= ["2024-06-01 00:00:00.500000"]
--= [null]

-- joins of times
SELECT t.n, u.n, v.n FROM (SELECT n, CAST(a AS TIMESTAMP) AS a, CAST(b AS TIMESTAMP) AS b FROM (VALUES (1, '2024-05-30 08:00:00', '2024-05-31 00:00:00'), (2, '2024-05-31 00:00:00', '2024-05-31 00:00:00'), (3, '2024-06-01 00:00:00.5', '1969-12-31 23:59:59'), (4, NULL, '2024-05-31 00:00:00'), (5, '2024-05-30 00:00:00', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t LEFT JOIN (SELECT n, CAST(b AS TIMESTAMP) AS b FROM (VALUES (1, '2024-05-31 00:00:00'), (2, '2024-05-31 00:00:00'), (3, '1969-12-31 23:59:59'), (4, '2024-05-31 00:00:00'), (5, NULL), (6, NULL)) AS w (n, b)) AS u ON t.a = u.b LEFT JOIN (VALUES 1, 2) AS v (n) ON v.n = u.n ORDER BY t.n, u.n
--: int, int, int
--= [1, null, null]
--= [2, 1, 1]
--= [2, 2, 2]
--= [2, 4, null]
--= [3, null, null]
--= [4, null, null]
--= [5, null, null]
--= [6, null, null]

-- comparisons of a date and a time
SELECT a = b, a <> b, a < b, a <= b, a > b, a >= b, a BETWEEN b AND a, b IN (a, a), a IS DISTINCT FROM b, a IS NOT DISTINCT FROM b, a IS NULL FROM (SELECT n, CAST(a AS DATE) AS a, CAST(b AS TIMESTAMP) AS b FROM (VALUES (1, '2024-05-30', '2024-05-31 00:00:00'), (2, '2024-05-31', '2024-05-31 00:00:00'), (3, '2024-06-01', '1969-12-31 23:59:59'), (4, NULL, '2024-05-31 00:00:00'), (5, '2024-05-30', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean
--= [false, true, true, true, false, false, false, false, true, false, false]
--= [true, false, false, true, false, true, true, true, false, true, false]
--= [false, true, false, false, true, true, true, false, true, false, false]
--= [null, null, null, null, null, null, null, null, true, false, true]
--= [null, null, null, null, null, null, null, null, true, false, false]
--= [null, null, null, null, null, null, null, null, false, true, true]

-- the first, and a case, of a date and a time
SELECT coalesce(a, b), nullif(a, b), if(a < b, a, b), if(a < b, a), CASE WHEN a < b THEN a ELSE b END, CASE a WHEN b THEN 'same' END FROM (SELECT n, CAST(a AS DATE) AS a, CAST(b AS TIMESTAMP) AS b FROM (VALUES (1, '2024-05-30', '2024-05-31 00:00:00'), (2, '2024-05-31', '2024-05-31 00:00:00'), (3, '2024-06-01', '1969-12-31 23:59:59'), (4, NULL, '2024-05-31 00:00:00'), (5, '2024-05-30', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: timestamp, date, timestamp, date, timestamp, string
--= ["2024-05-30 00:00:00", "2024-05-30", "2024-05-30 00:00:00", "2024-05-30", "2024-05-30 00:00:00", null]
--= ["2024-05-31 00:00:00", null, "2024-05-31 00:00:00", null, "2024-05-31 00:00:00", "same"]
--= ["2024-06-01 00:00:00", "2024-06-01", "1969-12-31 23:59:59", null, "1969-12-31 23:59:59", null]
--= ["2024-05-31 00:00:00", null, "2024-05-31 00:00:00", null, "2024-05-31 00:00:00", null]
--= ["2024-05-30 00:00:00", "2024-05-30", null, null, null, null]
--= [null, null, null, null, null, null]

-- least and greatest of a date and a time
SELECT greatest(a, b), least(a, b), greatest(a, a), least(b, b) FROM (SELECT n, CAST(a AS DATE) AS a, CAST(b AS TIMESTAMP) AS b FROM (VALUES (1, '2024-05-30', '2024-05-31 00:00:00'), (2, '2024-05-31', '2024-05-31 00:00:00'), (3, '2024-06-01', '1969-12-31 23:59:59'), (4, NULL, '2024-05-31 00:00:00'), (5, '2024-05-30', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: timestamp, timestamp, date, timestamp
--= ["2024-05-31 00:00:00", "2024-05-30 00:00:00", "2024-05-30", "2024-05-31 00:00:00"]
--= ["2024-05-31 00:00:00", "2024-05-31 00:00:00", "2024-05-31", "2024-05-31 00:00:00"]
--= ["2024-06-01 00:00:00", "1969-12-31 23:59:59", "2024-06-01", "1969-12-31 23:59:59"]
--= [null, null, null, "2024-05-31 00:00:00"]
--= [null, null, "2024-05-30", null]
--= [null, null, null, null]

-- a union of a date and a time
SELECT a FROM (SELECT n, CAST(a AS DATE) AS a, CAST(b AS TIMESTAMP) AS b FROM (VALUES (1, '2024-05-30', '2024-05-31 00:00:00'), (2, '2024-05-31', '2024-05-31 00:00:00'), (3, '2024-06-01', '1969-12-31 23:59:59'), (4, NULL, '2024-05-31 00:00:00'), (5, '2024-05-30', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t UNION SELECT b FROM (SELECT n, CAST(a AS DATE) AS a, CAST(b AS TIMESTAMP) AS b FROM (VALUES (1, '2024-05-30', '2024-05-31 00:00:00'), (2, '2024-05-31', '2024-05-31 00:00:00'), (3, '2024-06-01', '1969-12-31 23:59:59'), (4, NULL, '2024-05-31 00:00:00'), (5, '2024-05-30', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY 1
--: timestamp
--= ["1969-12-31 23:59:59"]
--= ["2024-05-30 00:00:00"]
--= ["2024-05-31 00:00:00"]
--= ["2024-06-01 00:00:00"]
--= [null]

-- joins of a date and a time
SELECT t.n, u.n, v.n FROM (SELECT n, CAST(a AS DATE) AS a, CAST(b AS TIMESTAMP) AS b FROM (VALUES (1, '2024-05-30', '2024-05-31 00:00:00'), (2, '2024-05-31', '2024-05-31 00:00:00'), (3, '2024-06-01', '1969-12-31 23:59:59'), (4, NULL, '2024-05-31 00:00:00'), (5, '2024-05-30', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t LEFT JOIN (SELECT n, CAST(b AS TIMESTAMP) AS b FROM (VALUES (1, '2024-05-31 00:00:00'), (2, '2024-05-31 00:00:00'), (3, '1969-12-31 23:59:59'), (4, '2024-05-31 00:00:00'), (5, NULL), (6, NULL)) AS w (n, b)) AS u ON t.a = u.b LEFT JOIN (VALUES 1, 2) AS v (n) ON v.n = u.n ORDER BY t.n, u.n
--: int, int, int
--= [1, null, null]
--= [2, 1, 1]
--= [2, 2, 2]
--= [2, 4, null]
--= [3, null, null]
--= [4, null, null]
--= [5, null, null]
--= [6, null, null]

-- sums and products of INTEGERs
SELECT a + b, a - b, a * b, -a FROM (SELECT n, CAST(a AS INTEGER) AS a, CAST(b AS INTEGER) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: int, int, int, int
--= [3, -1, 2, -1]
--= [4, 0, 4, -2]
--= [1, 5, -6, -3]
--= [null, null, null, null]
--= [null, null, null, -4]
--= [null, null, null, null]

-- quotients and remainders of INTEGERs
SELECT a % b, mod(a, b), a / b FROM (SELECT n, CAST(a AS INTEGER) AS a, CAST(b AS INTEGER) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: int, int, int
--= [1, 1, 0]
--= [0, 0, 1]
--= [1, 1, -1]
--= [null, null, null]
--= [null, null, null]
--= [null, null, null]

-- sums and products of a BIGINT and an INTEGER
SELECT a + b, a - b, a * b, -a FROM (SELECT n, CAST(a AS BIGINT) AS a, CAST(b AS INTEGER) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: bigint, bigint, bigint, bigint
--= [3, -1, 2, -1]
--= [4, 0, 4, -2]
--= [1, 5, -6, -3]
--= [null, null, null, null]
--= [null, null, null, -4]
--= [null, null, null, null]

-- quotients and remainders of a BIGINT and an INTEGER
SELECT a % b, mod(a, b), a / b FROM (SELECT n, CAST(a AS BIGINT) AS a, CAST(b AS INTEGER) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: bigint, bigint, bigint
--= [1, 1, 0]
--= [0, 0, 1]
--= [1, 1, -1]
--= [null, null, null]
--= [null, null, null]
--= [null, null, null]

-- sums and products of an INTEGER and a BIGINT
SELECT a + b, a - b, a * b FROM (SELECT n, CAST(a AS INTEGER) AS a, CAST(b AS BIGINT) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: bigint, bigint, bigint
--= [3, -1, 2]
--= [4, 0, 4]
--= [1, 5, -6]
--= [null, null, null]
--= [null, null, null]
--= [null, null, null]

-- quotients and remainders of an INTEGER and a BIGINT
SELECT a % b, mod(a, b), a / b FROM (SELECT n, CAST(a AS INTEGER) AS a, CAST(b AS BIGINT) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: bigint, bigint, bigint
--= [1, 1, 0]
--= [0, 0, 1]
--= [1, 1, -1]
--= [null, null, null]
--= [null, null, null]
--= [null, null, null]

-- sums and products of BIGINTs
SELECT a + b, a - b, a * b, -a FROM (SELECT n, CAST(a AS BIGINT) AS a, CAST(b AS BIGINT) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: bigint, bigint, bigint, bigint
--= [3, -1, 2, -1]
--= [4, 0, 4, -2]
--= [1, 5, -6, -3]
--= [null, null, null, null]
--= [null, null, null, -4]
--= [null, null, null, null]

-- quotients and remainders of BIGINTs
SELECT a % b, mod(a, b), a / b FROM (SELECT n, CAST(a AS BIGINT) AS a, CAST(b AS BIGINT) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: bigint, bigint, bigint
--= [1, 1, 0]
--= [0, 0, 1]
--= [1, 1, -1]
--= [null, null, null]
--= [null, null, null]
--= [null, null, null]

-- sums and products of DECIMALs
SELECT a + b, a - b, a * b, -a FROM (SELECT n, CAST(a AS DECIMAL(9, 2)) AS a, CAST(b AS DECIMAL(9, 6)) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: decimal(14,6), decimal(14,6), decimal(18,8), decimal(9,2)
--= ["3.750000", "-1.250000", "3.12500000", "-1.25"]
--= ["5.000000", "0.000000", "6.25000000", "-2.50"]
--= ["1.750000", "5.750000", "-7.50000000", "-3.75"]
--= [null, null, null, null]
--= [null, null, null, "-4.00"]
--= [null, null, null, null]

-- quotients and remainders of DECIMALs
SELECT a % b, mod(a, b) FROM (SELECT n, CAST(a AS DECIMAL(9, 2)) AS a, CAST(b AS DECIMAL(9, 6)) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: decimal(9,6), decimal(9,6)
--= ["1.250000", "1.250000"]
--= ["0.000000", "0.000000"]
--= ["1.750000", "1.750000"]
--= [null, null]
--= [null, null]
--= [null, null]

-- sums and products of a DECIMAL and an INTEGER
SELECT a + b, a - b, a * b, -a FROM (SELECT n, CAST(a AS DECIMAL(9, 2)) AS a, CAST(b AS INTEGER) AS b FROM (VALUES (1, '1.25', '2'), (2, '2', '2'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: decimal(13,2), decimal(13,2), decimal(19,2), decimal(9,2)
--= ["3.25", "-0.75", "2.50", "-1.25"]
--= ["4.00", "0.00", "4.00", "-2.00"]
--= ["1.75", "5.75", "-7.50", "-3.75"]
--= [null, null, null, null]
--= [null, null, null, "-4.00"]
--= [null, null, null, null]

-- quotients and remainders of a DECIMAL and an INTEGER
SELECT a % b, mod(a, b) FROM (SELECT n, CAST(a AS DECIMAL(9, 2)) AS a, CAST(b AS INTEGER) AS b FROM (VALUES (1, '1.25', '2'), (2, '2', '2'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: decimal(9,2), decimal(9,2)
--= ["1.25", "1.25"]
--= ["0.00", "0.00"]
--= ["1.75", "1.75"]
--= [null, null]
--= [null, null]
--= [null, null]

-- sums and products of an INTEGER and a DECIMAL
SELECT a + b, a - b, a * b FROM (SELECT n, CAST(a AS INTEGER) AS a, CAST(b AS DECIMAL(9, 2)) AS b FROM (VALUES (1, '1', '2.5'), (2, '2', '2.0'), (3, '3', '-2.25'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: decimal(13,2), decimal(13,2), decimal(19,2)
--= ["3.50", "-1.50", "2.50"]
--= ["4.00", "0.00", "4.00"]
--= ["0.75", "5.25", "-6.75"]
--= [null, null, null]
--= [null, null, null]
--= [null, null, null]

-- quotients and remainders of an INTEGER and a DECIMAL
SELECT a % b, mod(a, b) FROM (SELECT n, CAST(a AS INTEGER) AS a, CAST(b AS DECIMAL(9, 2)) AS b FROM (VALUES (1, '1', '2.5'), (2, '2', '2.0'), (3, '3', '-2.25'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: decimal(9,2), decimal(9,2)
--= ["1.00", "1.00"]
--= ["0.00", "0.00"]
--= ["0.75", "0.75"]
--= [null, null]
--= [null, null]
--= [null, null]

-- sums and products of a DECIMAL and a BIGINT
SELECT a + b, a - b, a * b, -a FROM (SELECT n, CAST(a AS DECIMAL(9, 2)) AS a, CAST(b AS BIGINT) AS b FROM (VALUES (1, '1.25', '2'), (2, '2', '2'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: decimal(22,2), decimal(22,2), decimal(28,2), decimal(9,2)
--= ["3.25", "-0.75", "2.50", "-1.25"]
--= ["4.00", "0.00", "4.00", "-2.00"]
--= ["1.75", "5.75", "-7.50", "-3.75"]
--= [null, null, null, null]
--= [null, null, null, "-4.00"]
--= [null, null, null, null]

-- quotients and remainders of a DECIMAL and a BIGINT
SELECT a % b, mod(a, b) FROM (SELECT n, CAST(a AS DECIMAL(9, 2)) AS a, CAST(b AS BIGINT) AS b FROM (VALUES (1, '1.25', '2'), (2, '2', '2'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: decimal(9,2), decimal(9,2)
--= ["1.25", "1.25"]
--= ["0.00", "0.00"]
--= ["1.75", "1.75"]
--= [null, null]
--= [null, null]
--= [null, null]

-- sums and products of a BIGINT and a DECIMAL
SELECT a + b, a - b, a * b FROM (SELECT n, CAST(a AS BIGINT) AS a, CAST(b AS DECIMAL(9, 2)) AS b FROM (VALUES (1, '1', '2.5'), (2, '2', '2.0'), (3, '3', '-2.25'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: decimal(22,2), decimal(22,2), decimal(28,2)
--= ["3.50", "-1.50", "2.50"]
--= ["4.00", "0.00", "4.00"]
--= ["0.75", "5.25", "-6.75"]
--= [null, null, null]
--= [null, null, null]
--= [null, null, null]

-- quotients and remainders of a BIGINT and a DECIMAL
SELECT a % b, mod(a, b) FROM (SELECT n, CAST(a AS BIGINT) AS a, CAST(b AS DECIMAL(9, 2)) AS b FROM (VALUES (1, '1', '2.5'), (2, '2', '2.0'), (3, '3', '-2.25'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: decimal(9,2), decimal(9,2)
--= ["1.00", "1.00"]
--= ["0.00", "0.00"]
--= ["0.75", "0.75"]
--= [null, null]
--= [null, null]
--= [null, null]

-- sums and products of DOUBLEs
SELECT a + b, a - b, a * b, -a FROM (SELECT n, CAST(a AS DOUBLE) AS a, CAST(b AS DOUBLE) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: double, double, double, double
--= [3.75, -1.25, 3.125, -1.25]
--= [5.0, 0.0, 6.25, -2.5]
--= [1.75, 5.75, -7.5, -3.75]
--= [null, null, null, null]
--= [null, null, null, -4.0]
--= [null, null, null, null]

-- quotients and remainders of DOUBLEs
SELECT a % b, mod(a, b), a / b FROM (SELECT n, CAST(a AS DOUBLE) AS a, CAST(b AS DOUBLE) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: double, double, double
--= [1.25, 1.25, 0.5]
--= [0.0, 0.0, 1.0]
--= [1.75, 1.75, -1.875]
--= [null, null, null]
--= [null, null, null]
--= [null, null, null]

-- sums and products of a DOUBLE and an INTEGER
SELECT a + b, a - b, a * b, -a FROM (SELECT n, CAST(a AS DOUBLE) AS a, CAST(b AS INTEGER) AS b FROM (VALUES (1, '1.25', '2'), (2, '2', '2'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: double, double, double, double
--= [3.25, -0.75, 2.5, -1.25]
--= [4.0, 0.0, 4.0, -2.0]
--= [1.75, 5.75, -7.5, -3.75]
--= [null, null, null, null]
--= [null, null, null, -4.0]
--= [null, null, null, null]

-- quotients and remainders of a DOUBLE and an INTEGER
SELECT a % b, mod(a, b), a / b FROM (SELECT n, CAST(a AS DOUBLE) AS a, CAST(b AS INTEGER) AS b FROM (VALUES (1, '1.25', '2'), (2, '2', '2'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: double, double, double
--= [1.25, 1.25, 0.625]
--= [0.0, 0.0, 1.0]
--= [1.75, 1.75, -1.875]
--= [null, null, null]
--= [null, null, null]
--= [null, null, null]

-- sums and products of an INTEGER and a DOUBLE
SELECT a + b, a - b, a * b FROM (SELECT n, CAST(a AS INTEGER) AS a, CAST(b AS DOUBLE) AS b FROM (VALUES (1, '1', '2.5'), (2, '2', '2.0'), (3, '3', '-2.25'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: double, double, double
--= [3.5, -1.5, 2.5]
--= [4.0, 0.0, 4.0]
--= [0.75, 5.25, -6.75]
--= [null, null, null]
--= [null, null, null]
--= [null, null, null]

-- quotients and remainders of an INTEGER and a DOUBLE
SELECT a % b, mod(a, b), a / b FROM (SELECT n, CAST(a AS INTEGER) AS a, CAST(b AS DOUBLE) AS b FROM (VALUES (1, '1', '2.5'), (2, '2', '2.0'), (3, '3', '-2.25'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: double, double, double
--= [1.0, 1.0, 0.4]
--= [0.0, 0.0, 1.0]
--= [0.75, 0.75, -1.3333333333333333]
--= [null, null, null]
--= [null, null, null]
--= [null, null, null]

-- sums and products of a DOUBLE and a BIGINT
SELECT a + b, a - b, a * b, -a FROM (SELECT n, CAST(a AS DOUBLE) AS a, CAST(b AS BIGINT) AS b FROM (VALUES (1, '1.25', '2'), (2, '2', '2'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: double, double, double, double
--= [3.25, -0.75, 2.5, -1.25]
--= [4.0, 0.0, 4.0, -2.0]
--= [1.75, 5.75, -7.5, -3.75]
--= [null, null, null, null]
--= [null, null, null, -4.0]
--= [null, null, null, null]

-- quotients and remainders of a DOUBLE and a BIGINT
SELECT a % b, mod(a, b), a / b FROM (SELECT n, CAST(a AS DOUBLE) AS a, CAST(b AS BIGINT) AS b FROM (VALUES (1, '1.25', '2'), (2, '2', '2'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: double, double, double
--= [1.25, 1.25, 0.625]
--= [0.0, 0.0, 1.0]
--= [1.75, 1.75, -1.875]
--= [null, null, null]
--= [null, null, null]
--= [null, null, null]

-- sums and products of a BIGINT and a DOUBLE
SELECT a + b, a - b, a * b FROM (SELECT n, CAST(a AS BIGINT) AS a, CAST(b AS DOUBLE) AS b FROM (VALUES (1, '1', '2.5'), (2, '2', '2.0'), (3, '3', '-2.25'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: double, double, double
--= [3.5, -1.5, 2.5]
--= [4.0, 0.0, 4.0]
--= [0.75, 5.25, -6.75]
--= [null, null, null]
--= [null, null, null]
--= [null, null, null]

-- quotients and remainders of a BIGINT and a DOUBLE
SELECT a % b, mod(a, b), a / b FROM (SELECT n, CAST(a AS BIGINT) AS a, CAST(b AS DOUBLE) AS b FROM (VALUES (1, '1', '2.5'), (2, '2', '2.0'), (3, '3', '-2.25'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: double, double, double
--= [1.0, 1.0, 0.4]
--= [0.0, 0.0, 1.0]
--= [0.75, 0.75, -1.3333333333333333]
--= [null, null, null]
--= [null, null, null]
--= [null, null, null]

-- sums and products of a DOUBLE and a DECIMAL
SELECT a + b, a - b, a * b, -a FROM (SELECT n, CAST(a AS DOUBLE) AS a, CAST(b AS DECIMAL(9, 2)) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: double, double, double, double
--= [3.75, -1.25, 3.125, -1.25]
--= [5.0, 0.0, 6.25, -2.5]
--= [1.75, 5.75, -7.5, -3.75]
--= [null, null, null, null]
--= [null, null, null, -4.0]
--= [null, null, null, null]

-- quotients and remainders of a DOUBLE and a DECIMAL
SELECT a % b, mod(a, b), a / b FROM (SELECT n, CAST(a AS DOUBLE) AS a, CAST(b AS DECIMAL(9, 2)) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: double, double, double
--= [1.25, 1.25, 0.5]
--= [0.0, 0.0, 1.0]
--= [1.75, 1.75, -1.875]
--= [null, null, null]
--= [null, null, null]
--= [null, null, null]

-- sums and products of a DECIMAL and a DOUBLE
SELECT a + b, a - b, a * b FROM (SELECT n, CAST(a AS DECIMAL(9, 2)) AS a, CAST(b AS DOUBLE) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: double, double, double
--= [3.75, -1.25, 3.125]
--= [5.0, 0.0, 6.25]
--= [1.75, 5.75, -7.5]
--= [null, null, null]
--= [null, null, null]
--= [null, null, null]

-- quotients and remainders of a DECIMAL and a DOUBLE
SELECT a % b, mod(a, b), a / b FROM (SELECT n, CAST(a AS DECIMAL(9, 2)) AS a, CAST(b AS DOUBLE) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: double, double, double
--= [1.25, 1.25, 0.5]
--= [0.0, 0.0, 1.0]
--= [1.75, 1.75, -1.875]
--= [null, null, null]
--= [null, null, null]
--= [null, null, null]

-- concatenation of two
SELECT a || b, concat(a, b), concat(a, b, a) FROM (SELECT n, CAST(a AS VARCHAR) AS a, CAST(b AS VARCHAR) AS b FROM (VALUES (1, 'a', 'b'), (2, 'b', 'b'), (3, '裕', 'Z'), (4, NULL, 'a'), (5, '', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: string, string, string
--= ["ab", "ab", "aba"]
--= ["bb", "bb", "bbb"]
--= ["裕Z", "裕Z", "裕Z裕"]
--= [null, null, null]
--= [null, null, null]
--= [null, null, null]

-- AND and OR of columns
SELECT a AND b, a OR b, NOT a FROM (SELECT n, CAST(a AS BOOLEAN) AS a, CAST(b AS BOOLEAN) AS b FROM (VALUES (1, 'true', 'false'), (2, 'true', 'true'), (3, 'false', 'true'), (4, NULL, 'true'), (5, 'false', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: boolean, boolean, boolean
--= [false, true, false]
--= [true, true, false]
--= [false, true, true]
--= [null, true, null]
--= [false, null, true]
--= [null, null, null]

-- a time and an INTEGER of SECONDS
SELECT at + m * INTERVAL '1' SECOND, at - m * INTERVAL '1' SECOND, at + INTERVAL '1' SECOND * m FROM (SELECT n, CAST(at AS TIMESTAMP) AS at, CAST(m AS INTEGER) AS m FROM (VALUES (1, '2024-02-28 23:59:59', 3), (2, NULL, 1), (3, '1969-12-31 00:00:00', NULL), (4, '2024-05-30 00:00:00', -2)) AS v (n, at, m)) AS t ORDER BY n
--: timestamp, timestamp, timestamp
--= ["2024-02-29 00:00:02", "2024-02-28 23:59:56", "2024-02-29 00:00:02"]
--= [null, null, null]
--= [null, null, null]
--= ["2024-05-29 23:59:58", "2024-05-30 00:00:02", "2024-05-29 23:59:58"]

-- a time and a BIGINT of SECONDS
SELECT at + m * INTERVAL '1' SECOND, at - m * INTERVAL '1' SECOND, at + INTERVAL '1' SECOND * m FROM (SELECT n, CAST(at AS TIMESTAMP) AS at, CAST(m AS BIGINT) AS m FROM (VALUES (1, '2024-02-28 23:59:59', 3), (2, NULL, 1), (3, '1969-12-31 00:00:00', NULL), (4, '2024-05-30 00:00:00', -2)) AS v (n, at, m)) AS t ORDER BY n
--: timestamp, timestamp, timestamp
--= ["2024-02-29 00:00:02", "2024-02-28 23:59:56", "2024-02-29 00:00:02"]
--= [null, null, null]
--= [null, null, null]
--= ["2024-05-29 23:59:58", "2024-05-30 00:00:02", "2024-05-29 23:59:58"]

-- a time and an INTEGER of MINUTES
SELECT at + m * INTERVAL '1' MINUTE, at - m * INTERVAL '1' MINUTE, at + INTERVAL '1' MINUTE * m FROM (SELECT n, CAST(at AS TIMESTAMP) AS at, CAST(m AS INTEGER) AS m FROM (VALUES (1, '2024-02-28 23:59:59', 3), (2, NULL, 1), (3, '1969-12-31 00:00:00', NULL), (4, '2024-05-30 00:00:00', -2)) AS v (n, at, m)) AS t ORDER BY n
--: timestamp, timestamp, timestamp
--= ["2024-02-29 00:02:59", "2024-02-28 23:56:59", "2024-02-29 00:02:59"]
--= [null, null, null]
--= [null, null, null]
--= ["2024-05-29 23:58:00", "2024-05-30 00:02:00", "2024-05-29 23:58:00"]

-- a time and a BIGINT of MINUTES
SELECT at + m * INTERVAL '1' MINUTE, at - m * INTERVAL '1' MINUTE, at + INTERVAL '1' MINUTE * m FROM (SELECT n, CAST(at AS TIMESTAMP) AS at, CAST(m AS BIGINT) AS m FROM (VALUES (1, '2024-02-28 23:59:59', 3), (2, NULL, 1), (3, '1969-12-31 00:00:00', NULL), (4, '2024-05-30 00:00:00', -2)) AS v (n, at, m)) AS t ORDER BY n
--: timestamp, timestamp, timestamp
--= ["2024-02-29 00:02:59", "2024-02-28 23:56:59", "2024-02-29 00:02:59"]
--= [null, null, null]
--= [null, null, null]
--= ["2024-05-29 23:58:00", "2024-05-30 00:02:00", "2024-05-29 23:58:00"]

-- a time and an INTEGER of HOURS
SELECT at + m * INTERVAL '1' HOUR, at - m * INTERVAL '1' HOUR, at + INTERVAL '1' HOUR * m FROM (SELECT n, CAST(at AS TIMESTAMP) AS at, CAST(m AS INTEGER) AS m FROM (VALUES (1, '2024-02-28 23:59:59', 3), (2, NULL, 1), (3, '1969-12-31 00:00:00', NULL), (4, '2024-05-30 00:00:00', -2)) AS v (n, at, m)) AS t ORDER BY n
--: timestamp, timestamp, timestamp
--= ["2024-02-29 02:59:59", "2024-02-28 20:59:59", "2024-02-29 02:59:59"]
--= [null, null, null]
--= [null, null, null]
--= ["2024-05-29 22:00:00", "2024-05-30 02:00:00", "2024-05-29 22:00:00"]

-- a time and a BIGINT of HOURS
SELECT at + m * INTERVAL '1' HOUR, at - m * INTERVAL '1' HOUR, at + INTERVAL '1' HOUR * m FROM (SELECT n, CAST(at AS TIMESTAMP) AS at, CAST(m AS BIGINT) AS m FROM (VALUES (1, '2024-02-28 23:59:59', 3), (2, NULL, 1), (3, '1969-12-31 00:00:00', NULL), (4, '2024-05-30 00:00:00', -2)) AS v (n, at, m)) AS t ORDER BY n
--: timestamp, timestamp, timestamp
--= ["2024-02-29 02:59:59", "2024-02-28 20:59:59", "2024-02-29 02:59:59"]
--= [null, null, null]
--= [null, null, null]
--= ["2024-05-29 22:00:00", "2024-05-30 02:00:00", "2024-05-29 22:00:00"]

-- a time and an INTEGER of DAYS
SELECT at + m * INTERVAL '1' DAY, at - m * INTERVAL '1' DAY, at + INTERVAL '1' DAY * m FROM (SELECT n, CAST(at AS TIMESTAMP) AS at, CAST(m AS INTEGER) AS m FROM (VALUES (1, '2024-02-28 23:59:59', 3), (2, NULL, 1), (3, '1969-12-31 00:00:00', NULL), (4, '2024-05-30 00:00:00', -2)) AS v (n, at, m)) AS t ORDER BY n
--: timestamp, timestamp, timestamp
--= ["2024-03-02 23:59:59", "2024-02-25 23:59:59", "2024-03-02 23:59:59"]
--= [null, null, null]
--= [null, null, null]
--= ["2024-05-28 00:00:00", "2024-06-01 00:00:00", "2024-05-28 00:00:00"]

-- a time and a BIGINT of DAYS
SELECT at + m * INTERVAL '1' DAY, at - m * INTERVAL '1' DAY, at + INTERVAL '1' DAY * m FROM (SELECT n, CAST(at AS TIMESTAMP) AS at, CAST(m AS BIGINT) AS m FROM (VALUES (1, '2024-02-28 23:59:59', 3), (2, NULL, 1), (3, '1969-12-31 00:00:00', NULL), (4, '2024-05-30 00:00:00', -2)) AS v (n, at, m)) AS t ORDER BY n
--: timestamp, timestamp, timestamp
--= ["2024-03-02 23:59:59", "2024-02-25 23:59:59", "2024-03-02 23:59:59"]
--= [null, null, null]
--= [null, null, null]
--= ["2024-05-28 00:00:00", "2024-06-01 00:00:00", "2024-05-28 00:00:00"]
