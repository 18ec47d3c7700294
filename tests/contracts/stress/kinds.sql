-- Kinds: values of each type, some of them NULL, in what takes any type.

-- extremes and counts of an INTEGER
SELECT count(a), count(DISTINCT a), min(a), max(a), min(b), max(b) FROM (SELECT n, CAST(a AS INTEGER) AS a, CAST(b AS INTEGER) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t
--: bigint, bigint, int, int, int, int
--= [4, 4, 1, 4, -2, 2]

-- the value at an extreme of an INTEGER
SELECT max_by(n, a), min_by(n, a), max_by(a, n), min_by(b, n) FROM (SELECT n, CAST(a AS INTEGER) AS a, CAST(b AS INTEGER) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t WHERE n <> 2
--: int, int, int, int
--= [5, 1, null, 2]

-- groups of an INTEGER
SELECT b, count(*), max(n) FROM (SELECT n, CAST(a AS INTEGER) AS a, CAST(b AS INTEGER) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t GROUP BY b ORDER BY b
--: int, bigint, int
--= [-2, 1, 3]
--= [1, 1, 4]
--= [2, 2, 2]
--= [null, 2, 6]

-- distinct values of an INTEGER
SELECT DISTINCT b FROM (SELECT n, CAST(a AS INTEGER) AS a, CAST(b AS INTEGER) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY b DESC
--: int
--= [2]
--= [1]
--= [-2]
--= [null]

-- sets of an INTEGER
SELECT a FROM (SELECT n, CAST(a AS INTEGER) AS a, CAST(b AS INTEGER) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t INTERSECT SELECT b FROM (SELECT n, CAST(a AS INTEGER) AS a, CAST(b AS INTEGER) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY 1
--: int
--= [1]
--= [2]
--= [null]

-- one set without another of an INTEGER
SELECT a FROM (SELECT n, CAST(a AS INTEGER) AS a, CAST(b AS INTEGER) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t EXCEPT SELECT b FROM (SELECT n, CAST(a AS INTEGER) AS a, CAST(b AS INTEGER) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY 1
--: int
--= [3]
--= [4]

-- an order of an INTEGER
SELECT n FROM (SELECT n, CAST(a AS INTEGER) AS a, CAST(b AS INTEGER) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY b NULLS FIRST, n
--: int
--= [5]
--= [6]
--= [3]
--= [4]
--= [1]
--= [2]

-- a list with a subquery of an INTEGER
SELECT n FROM (SELECT n, CAST(a AS INTEGER) AS a, CAST(b AS INTEGER) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t WHERE b IN (SELECT a FROM (SELECT n, CAST(a AS INTEGER) AS a, CAST(b AS INTEGER) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t WHERE a IS NOT NULL) ORDER BY n
--: int
--= [1]
--= [2]
--= [4]

-- neighbours of an INTEGER
SELECT lag(a) OVER (ORDER BY n), lead(a) OVER (ORDER BY n), lag(a, 2) OVER (ORDER BY n), lead(a, 1, b) OVER (ORDER BY n) FROM (SELECT n, CAST(a AS INTEGER) AS a, CAST(b AS INTEGER) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: int, int, int, int
--= [null, 2, null, 2]
--= [1, 3, null, 3]
--= [2, null, 1, null]
--= [3, 4, 2, 4]
--= [null, null, 3, null]
--= [4, null, null, null]

-- ranks in partitions of an INTEGER
SELECT row_number() OVER (PARTITION BY b ORDER BY n), rank() OVER (ORDER BY b), dense_rank() OVER (ORDER BY b DESC) FROM (SELECT n, CAST(a AS INTEGER) AS a, CAST(b AS INTEGER) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: bigint, bigint, bigint
--= [1, 3, 1]
--= [2, 3, 1]
--= [1, 1, 3]
--= [1, 2, 2]
--= [1, 5, 4]
--= [2, 5, 4]

-- running extremes of an INTEGER
SELECT min(a) OVER (ORDER BY n), max(a) OVER (PARTITION BY b), count(a) OVER (ORDER BY n), max_by(a, n) OVER (ORDER BY n) FROM (SELECT n, CAST(a AS INTEGER) AS a, CAST(b AS INTEGER) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: int, int, bigint, int
--= [1, 2, 1, 1]
--= [1, 2, 2, 2]
--= [1, 3, 3, 3]
--= [1, null, 3, null]
--= [1, 4, 4, 4]
--= [1, 4, 4, null]

-- an array of an INTEGER
SELECT element_at(ARRAY[a, b], 2), cardinality(ARRAY[a, b]), element_at(ARRAY[b, NULL], n), x IS NULL FROM (SELECT n, CAST(a AS INTEGER) AS a, CAST(b AS INTEGER) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t CROSS JOIN UNNEST(ARRAY[a, b]) AS u (x) WHERE n < 4 ORDER BY n, x
--: int, bigint, int, boolean
--= [2, 2, 2, false]
--= [2, 2, 2, false]
--= [2, 2, null, false]
--= [2, 2, null, false]
--= [-2, 2, null, false]
--= [-2, 2, null, false]

-- what an array holds of an INTEGER
SELECT contains(ARRAY[a, b], a), array_max(ARRAY[a, b]), array_min(ARRAY[b]), element_at(array_sort(ARRAY[b, a]), 1) FROM (SELECT n, CAST(a AS INTEGER) AS a, CAST(b AS INTEGER) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: boolean, int, int, int
--= [true, 2, 2, 1]
--= [true, 2, 2, 2]
--= [true, 3, -2, -2]
--= [null, null, 1, 1]
--= [true, null, null, 4]
--= [null, null, null, null]

-- an array of an INTEGER, entry by entry
SELECT cardinality(filter(ARRAY[a, b], x -> x IS NOT NULL)), element_at(transform(ARRAY[a, b], x -> coalesce(x, b)), 1), cardinality(CAST(NULL AS ARRAY(INTEGER))) FROM (SELECT n, CAST(a AS INTEGER) AS a, CAST(b AS INTEGER) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: bigint, int, bigint
--= [2, 1, null]
--= [2, 2, null]
--= [2, 3, null]
--= [1, 1, null]
--= [1, 4, null]
--= [0, null, null]

-- sum and mean of an INTEGER
SELECT sum(a), sum(b), avg(a) FROM (SELECT n, CAST(a AS INTEGER) AS a, CAST(b AS INTEGER) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t
--: bigint, bigint, double
--= [10, 3, 2.5]

-- sum and mean of an INTEGER in groups
SELECT b > 1, sum(a), avg(a) FROM (SELECT n, CAST(a AS INTEGER) AS a, CAST(b AS INTEGER) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t GROUP BY b > 1 ORDER BY 1
--: boolean, bigint, double
--= [false, 3, 3.0]
--= [true, 3, 1.5]
--= [null, 4, 4.0]

-- running sums of an INTEGER
SELECT sum(a) OVER (ORDER BY n), sum(b) OVER (PARTITION BY a ORDER BY n), avg(a) OVER (ORDER BY n) FROM (SELECT n, CAST(a AS INTEGER) AS a, CAST(b AS INTEGER) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: bigint, bigint, double
--= [1, 2, 1.0]
--= [3, 2, 1.5]
--= [6, -2, 2.0]
--= [6, 1, 2.0]
--= [10, null, 2.5]
--= [10, 1, 2.5]

-- absolute and rounded of an INTEGER
SELECT abs(b), -b, round(a) FROM (SELECT n, CAST(a AS INTEGER) AS a, CAST(b AS INTEGER) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: int, int, int
--= [2, -2, 1]
--= [2, -2, 2]
--= [2, 2, 3]
--= [1, -1, null]
--= [null, null, 4]
--= [null, null, null]

-- numbers of an INTEGER that are NULL alone
SELECT sum(a), min(a), count(a), max_by(n, a), avg(a) FROM (SELECT n, CAST(a AS INTEGER) AS a, CAST(b AS INTEGER) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t WHERE a IS NULL
--: bigint, int, bigint, int, double
--= [null, null, 0, null, null]

-- aggregates of an INTEGER with FILTER
SELECT count(a) FILTER (WHERE n > 2), max(a) FILTER (WHERE n > 9), min(b) FILTER (WHERE a IS NOT NULL), sum(a) FILTER (WHERE n > 1) FROM (SELECT n, CAST(a AS INTEGER) AS a, CAST(b AS INTEGER) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t
--: bigint, int, int, bigint
--= [2, null, -2, 9]

-- extremes and counts of a BIGINT
SELECT count(a), count(DISTINCT a), min(a), max(a), min(b), max(b) FROM (SELECT n, CAST(a AS BIGINT) AS a, CAST(b AS BIGINT) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t
--: bigint, bigint, bigint, bigint, bigint, bigint
--= [4, 4, 1, 4, -2, 2]

-- the value at an extreme of a BIGINT
SELECT max_by(n, a), min_by(n, a), max_by(a, n), min_by(b, n) FROM (SELECT n, CAST(a AS BIGINT) AS a, CAST(b AS BIGINT) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t WHERE n <> 2
--: int, int, bigint, bigint
--= [5, 1, null, 2]

-- groups of a BIGINT
SELECT b, count(*), max(n) FROM (SELECT n, CAST(a AS BIGINT) AS a, CAST(b AS BIGINT) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t GROUP BY b ORDER BY b
--: bigint, bigint, int
--= [-2, 1, 3]
--= [1, 1, 4]
--= [2, 2, 2]
--= [null, 2, 6]

-- distinct values of a BIGINT
SELECT DISTINCT b FROM (SELECT n, CAST(a AS BIGINT) AS a, CAST(b AS BIGINT) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY b DESC
--: bigint
--= [2]
--= [1]
--= [-2]
--= [null]

-- sets of a BIGINT
SELECT a FROM (SELECT n, CAST(a AS BIGINT) AS a, CAST(b AS BIGINT) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t INTERSECT SELECT b FROM (SELECT n, CAST(a AS BIGINT) AS a, CAST(b AS BIGINT) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY 1
--: bigint
--= [1]
--= [2]
--= [null]

-- one set without another of a BIGINT
SELECT a FROM (SELECT n, CAST(a AS BIGINT) AS a, CAST(b AS BIGINT) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t EXCEPT SELECT b FROM (SELECT n, CAST(a AS BIGINT) AS a, CAST(b AS BIGINT) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY 1
--: bigint
--= [3]
--= [4]

-- an order of a BIGINT
SELECT n FROM (SELECT n, CAST(a AS BIGINT) AS a, CAST(b AS BIGINT) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY b NULLS FIRST, n
--: int
--= [5]
--= [6]
--= [3]
--= [4]
--= [1]
--= [2]

-- a list with a subquery of a BIGINT
SELECT n FROM (SELECT n, CAST(a AS BIGINT) AS a, CAST(b AS BIGINT) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t WHERE b IN (SELECT a FROM (SELECT n, CAST(a AS BIGINT) AS a, CAST(b AS BIGINT) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t WHERE a IS NOT NULL) ORDER BY n
--: int
--= [1]
--= [2]
--= [4]

-- neighbours of a BIGINT
SELECT lag(a) OVER (ORDER BY n), lead(a) OVER (ORDER BY n), lag(a, 2) OVER (ORDER BY n), lead(a, 1, b) OVER (ORDER BY n) FROM (SELECT n, CAST(a AS BIGINT) AS a, CAST(b AS BIGINT) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: bigint, bigint, bigint, bigint
--= [null, 2, null, 2]
--= [1, 3, null, 3]
--= [2, null, 1, null]
--= [3, 4, 2, 4]
--= [null, null, 3, null]
--= [4, null, null, null]

-- ranks in partitions of a BIGINT
SELECT row_number() OVER (PARTITION BY b ORDER BY n), rank() OVER (ORDER BY b), dense_rank() OVER (ORDER BY b DESC) FROM (SELECT n, CAST(a AS BIGINT) AS a, CAST(b AS BIGINT) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: bigint, bigint, bigint
--= [1, 3, 1]
--= [2, 3, 1]
--= [1, 1, 3]
--= [1, 2, 2]
--= [1, 5, 4]
--= [2, 5, 4]

-- running extremes of a BIGINT
SELECT min(a) OVER (ORDER BY n), max(a) OVER (PARTITION BY b), count(a) OVER (ORDER BY n), max_by(a, n) OVER (ORDER BY n) FROM (SELECT n, CAST(a AS BIGINT) AS a, CAST(b AS BIGINT) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: bigint, bigint, bigint, bigint
--= [1, 2, 1, 1]
--= [1, 2, 2, 2]
--= [1, 3, 3, 3]
--= [1, null, 3, null]
--= [1, 4, 4, 4]
--= [1, 4, 4, null]

-- an array of a BIGINT
SELECT element_at(ARRAY[a, b], 2), cardinality(ARRAY[a, b]), element_at(ARRAY[b, NULL], n), x IS NULL FROM (SELECT n, CAST(a AS BIGINT) AS a, CAST(b AS BIGINT) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t CROSS JOIN UNNEST(ARRAY[a, b]) AS u (x) WHERE n < 4 ORDER BY n, x
--: bigint, bigint, bigint, boolean
--= [2, 2, 2, false]
--= [2, 2, 2, false]
--= [2, 2, null, false]
--= [2, 2, null, false]
--= [-2, 2, null, false]
--= [-2, 2, null, false]

-- what an array holds of a BIGINT
SELECT contains(ARRAY[a, b], a), array_max(ARRAY[a, b]), array_min(ARRAY[b]), element_at(array_sort(ARRAY[b, a]), 1) FROM (SELECT n, CAST(a AS BIGINT) AS a, CAST(b AS BIGINT) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: boolean, bigint, bigint, bigint
--= [true, 2, 2, 1]
--= [true, 2, 2, 2]
--= [true, 3, -2, -2]
--= [null, null, 1, 1]
--= [true, null, null, 4]
--= [null, null, null, null]

-- an array of a BIGINT, entry by entry
SELECT cardinality(filter(ARRAY[a, b], x -> x IS NOT NULL)), element_at(transform(ARRAY[a, b], x -> coalesce(x, b)), 1), cardinality(CAST(NULL AS ARRAY(BIGINT))) FROM (SELECT n, CAST(a AS BIGINT) AS a, CAST(b AS BIGINT) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: bigint, bigint, bigint
--= [2, 1, null]
--= [2, 2, null]
--= [2, 3, null]
--= [1, 1, null]
--= [1, 4, null]
--= [0, null, null]

-- sum and mean of a BIGINT
SELECT sum(a), sum(b), avg(a) FROM (SELECT n, CAST(a AS BIGINT) AS a, CAST(b AS BIGINT) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t
--: bigint, bigint, double
--= [10, 3, 2.5]

-- sum and mean of a BIGINT in groups
SELECT b > 1, sum(a), avg(a) FROM (SELECT n, CAST(a AS BIGINT) AS a, CAST(b AS BIGINT) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t GROUP BY b > 1 ORDER BY 1
--: boolean, bigint, double
--= [false, 3, 3.0]
--= [true, 3, 1.5]
--= [null, 4, 4.0]

-- running sums of a BIGINT
SELECT sum(a) OVER (ORDER BY n), sum(b) OVER (PARTITION BY a ORDER BY n), avg(a) OVER (ORDER BY n) FROM (SELECT n, CAST(a AS BIGINT) AS a, CAST(b AS BIGINT) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: bigint, bigint, double
--= [1, 2, 1.0]
--= [3, 2, 1.5]
--= [6, -2, 2.0]
--= [6, 1, 2.0]
--= [10, null, 2.5]
--= [10, 1, 2.5]

-- absolute and rounded of a BIGINT
SELECT abs(b), -b, round(a) FROM (SELECT n, CAST(a AS BIGINT) AS a, CAST(b AS BIGINT) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: bigint, bigint, bigint
--= [2, -2, 1]
--= [2, -2, 2]
--= [2, 2, 3]
--= [1, -1, null]
--= [null, null, 4]
--= [null, null, null]

-- numbers of a BIGINT that are NULL alone
SELECT sum(a), min(a), count(a), max_by(n, a), avg(a) FROM (SELECT n, CAST(a AS BIGINT) AS a, CAST(b AS BIGINT) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t WHERE a IS NULL
--: bigint, bigint, bigint, int, double
--= [null, null, 0, null, null]

-- aggregates of a BIGINT with FILTER
SELECT count(a) FILTER (WHERE n > 2), max(a) FILTER (WHERE n > 9), min(b) FILTER (WHERE a IS NOT NULL), sum(a) FILTER (WHERE n > 1) FROM (SELECT n, CAST(a AS BIGINT) AS a, CAST(b AS BIGINT) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t
--: bigint, bigint, bigint, bigint
--= [2, null, -2, 9]

-- extremes and counts of a DECIMAL
SELECT count(a), count(DISTINCT a), min(a), max(a), min(b), max(b) FROM (SELECT n, CAST(a AS DECIMAL(9, 2)) AS a, CAST(b AS DECIMAL(9, 2)) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t
--: bigint, bigint, decimal(9,2), decimal(9,2), decimal(9,2), decimal(9,2)
--= [4, 4, "1.25", "4.00", "-2.00", "2.50"]

-- the value at an extreme of a DECIMAL
SELECT max_by(n, a), min_by(n, a), max_by(a, n), min_by(b, n) FROM (SELECT n, CAST(a AS DECIMAL(9, 2)) AS a, CAST(b AS DECIMAL(9, 2)) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t WHERE n <> 2
--: int, int, decimal(9,2), decimal(9,2)
--= [5, 1, null, "2.50"]

-- groups of a DECIMAL
SELECT b, count(*), max(n) FROM (SELECT n, CAST(a AS DECIMAL(9, 2)) AS a, CAST(b AS DECIMAL(9, 2)) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t GROUP BY b ORDER BY b
--: decimal(9,2), bigint, int
--= ["-2.00", 1, 3]
--= ["1.00", 1, 4]
--= ["2.50", 2, 2]
--= [null, 2, 6]

-- distinct values of a DECIMAL
SELECT DISTINCT b FROM (SELECT n, CAST(a AS DECIMAL(9, 2)) AS a, CAST(b AS DECIMAL(9, 2)) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY b DESC
--: decimal(9,2)
--= ["2.50"]
--= ["1.00"]
--= ["-2.00"]
--= [null]

-- sets of a DECIMAL
SELECT a FROM (SELECT n, CAST(a AS DECIMAL(9, 2)) AS a, CAST(b AS DECIMAL(9, 2)) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t INTERSECT SELECT b FROM (SELECT n, CAST(a AS DECIMAL(9, 2)) AS a, CAST(b AS DECIMAL(9, 2)) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY 1
--: decimal(9,2)
--= ["2.50"]
--= [null]

-- one set without another of a DECIMAL
SELECT a FROM (SELECT n, CAST(a AS DECIMAL(9, 2)) AS a, CAST(b AS DECIMAL(9, 2)) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t EXCEPT SELECT b FROM (SELECT n, CAST(a AS DECIMAL(9, 2)) AS a, CAST(b AS DECIMAL(9, 2)) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY 1
--: decimal(9,2)
--= ["1.25"]
--= ["3.75"]
--= ["4.00"]

-- an order of a DECIMAL
SELECT n FROM (SELECT n, CAST(a AS DECIMAL(9, 2)) AS a, CAST(b AS DECIMAL(9, 2)) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY b NULLS FIRST, n
--: int
--= [5]
--= [6]
--= [3]
--= [4]
--= [1]
--= [2]

-- a list with a subquery of a DECIMAL
SELECT n FROM (SELECT n, CAST(a AS DECIMAL(9, 2)) AS a, CAST(b AS DECIMAL(9, 2)) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t WHERE b IN (SELECT a FROM (SELECT n, CAST(a AS DECIMAL(9, 2)) AS a, CAST(b AS DECIMAL(9, 2)) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t WHERE a IS NOT NULL) ORDER BY n
--: int
--= [1]
--= [2]

-- neighbours of a DECIMAL
SELECT lag(a) OVER (ORDER BY n), lead(a) OVER (ORDER BY n), lag(a, 2) OVER (ORDER BY n), lead(a, 1, b) OVER (ORDER BY n) FROM (SELECT n, CAST(a AS DECIMAL(9, 2)) AS a, CAST(b AS DECIMAL(9, 2)) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: decimal(9,2), decimal(9,2), decimal(9,2), decimal(9,2)
--= [null, "2.50", null, "2.50"]
--= ["1.25", "3.75", null, "3.75"]
--= ["2.50", null, "1.25", null]
--= ["3.75", "4.00", "2.50", "4.00"]
--= [null, null, "3.75", null]
--= ["4.00", null, null, null]

-- ranks in partitions of a DECIMAL
SELECT row_number() OVER (PARTITION BY b ORDER BY n), rank() OVER (ORDER BY b), dense_rank() OVER (ORDER BY b DESC) FROM (SELECT n, CAST(a AS DECIMAL(9, 2)) AS a, CAST(b AS DECIMAL(9, 2)) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: bigint, bigint, bigint
--= [1, 3, 1]
--= [2, 3, 1]
--= [1, 1, 3]
--= [1, 2, 2]
--= [1, 5, 4]
--= [2, 5, 4]

-- running extremes of a DECIMAL
SELECT min(a) OVER (ORDER BY n), max(a) OVER (PARTITION BY b), count(a) OVER (ORDER BY n), max_by(a, n) OVER (ORDER BY n) FROM (SELECT n, CAST(a AS DECIMAL(9, 2)) AS a, CAST(b AS DECIMAL(9, 2)) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: decimal(9,2), decimal(9,2), bigint, decimal(9,2)
--= ["1.25", "2.50", 1, "1.25"]
--= ["1.25", "2.50", 2, "2.50"]
--= ["1.25", "3.75", 3, "3.75"]
--= ["1.25", null, 3, null]
--= ["1.25", "4.00", 4, "4.00"]
--= ["1.25", "4.00", 4, null]

-- an array of a DECIMAL
SELECT element_at(ARRAY[a, b], 2), cardinality(ARRAY[a, b]), element_at(ARRAY[b, NULL], n), x IS NULL FROM (SELECT n, CAST(a AS DECIMAL(9, 2)) AS a, CAST(b AS DECIMAL(9, 2)) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t CROSS JOIN UNNEST(ARRAY[a, b]) AS u (x) WHERE n < 4 ORDER BY n, x
--: decimal(9,2), bigint, decimal(9,2), boolean
--= ["2.50", 2, "2.50", false]
--= ["2.50", 2, "2.50", false]
--= ["2.50", 2, null, false]
--= ["2.50", 2, null, false]
--= ["-2.00", 2, null, false]
--= ["-2.00", 2, null, false]

-- what an array holds of a DECIMAL
SELECT contains(ARRAY[a, b], a), array_max(ARRAY[a, b]), array_min(ARRAY[b]), element_at(array_sort(ARRAY[b, a]), 1) FROM (SELECT n, CAST(a AS DECIMAL(9, 2)) AS a, CAST(b AS DECIMAL(9, 2)) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: boolean, decimal(9,2), decimal(9,2), decimal(9,2)
--= [true, "2.50", "2.50", "1.25"]
--= [true, "2.50", "2.50", "2.50"]
--= [true, "3.75", "-2.00", "-2.00"]
--= [null, null, "1.00", "1.00"]
--= [true, null, null, "4.00"]
--= [null, null, null, null]

-- an array of a DECIMAL, entry by entry
SELECT cardinality(filter(ARRAY[a, b], x -> x IS NOT NULL)), element_at(transform(ARRAY[a, b], x -> coalesce(x, b)), 1), cardinality(CAST(NULL AS ARRAY(DECIMAL(9, 2)))) FROM (SELECT n, CAST(a AS DECIMAL(9, 2)) AS a, CAST(b AS DECIMAL(9, 2)) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: bigint, decimal(9,2), bigint
--= [2, "1.25", null]
--= [2, "2.50", null]
--= [2, "3.75", null]
--= [1, "1.00", null]
--= [1, "4.00", null]
--= [0, null, null]

-- sum and mean of a DECIMAL
SELECT sum(a), sum(b) FROM (SELECT n, CAST(a AS DECIMAL(9, 2)) AS a, CAST(b AS DECIMAL(9, 2)) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t
--: decimal(38,2), decimal(38,2)
--= ["11.50", "4.00"]

-- sum and mean of a DECIMAL in groups
SELECT b > 1, sum(a) FROM (SELECT n, CAST(a AS DECIMAL(9, 2)) AS a, CAST(b AS DECIMAL(9, 2)) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t GROUP BY b > 1 ORDER BY 1
--: boolean, decimal(38,2)
--= [false, "3.75"]
--= [true, "3.75"]
--= [null, "4.00"]

-- running sums of a DECIMAL
SELECT sum(a) OVER (ORDER BY n), sum(b) OVER (PARTITION BY a ORDER BY n) FROM (SELECT n, CAST(a AS DECIMAL(9, 2)) AS a, CAST(b AS DECIMAL(9, 2)) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: decimal(38,2), decimal(38,2)
--= ["1.25", "2.50"]
--= ["3.75", "2.50"]
--= ["7.50", "-2.00"]
--= ["7.50", "1.00"]
--= ["11.50", null]
--= ["11.50", "1.00"]

-- absolute and rounded of a DECIMAL
SELECT abs(b), -b, floor(a), ceil(a), round(a), round(a, 1) FROM (SELECT n, CAST(a AS DECIMAL(9, 2)) AS a, CAST(b AS DECIMAL(9, 2)) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: decimal(9,2), decimal(9,2), decimal(8,0), decimal(8,0), decimal(8,0), decimal(10,2)
--= ["2.50", "-2.50", "1", "2", "1", "1.30"]
--= ["2.50", "-2.50", "2", "3", "3", "2.50"]
--= ["2.00", "2.00", "3", "4", "4", "3.80"]
--= ["1.00", "-1.00", null, null, null, null]
--= [null, null, "4", "4", "4", "4.00"]
--= [null, null, null, null, null, null]

-- numbers of a DECIMAL that are NULL alone
SELECT sum(a), min(a), count(a), max_by(n, a) FROM (SELECT n, CAST(a AS DECIMAL(9, 2)) AS a, CAST(b AS DECIMAL(9, 2)) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t WHERE a IS NULL
--: decimal(38,2), decimal(9,2), bigint, int
--= [null, null, 0, null]

-- aggregates of a DECIMAL with FILTER
SELECT count(a) FILTER (WHERE n > 2), max(a) FILTER (WHERE n > 9), min(b) FILTER (WHERE a IS NOT NULL), sum(a) FILTER (WHERE n > 1) FROM (SELECT n, CAST(a AS DECIMAL(9, 2)) AS a, CAST(b AS DECIMAL(9, 2)) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t
--: bigint, decimal(9,2), decimal(9,2), decimal(38,2)
--= [2, null, "-2.00", "10.25"]

-- extremes and counts of a DOUBLE
SELECT count(a), count(DISTINCT a), min(a), max(a), min(b), max(b) FROM (SELECT n, CAST(a AS DOUBLE) AS a, CAST(b AS DOUBLE) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t
--: bigint, bigint, double, double, double, double
--= [4, 4, 1.25, 4.0, -2.0, 2.5]

-- the value at an extreme of a DOUBLE
SELECT max_by(n, a), min_by(n, a), max_by(a, n), min_by(b, n) FROM (SELECT n, CAST(a AS DOUBLE) AS a, CAST(b AS DOUBLE) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t WHERE n <> 2
--: int, int, double, double
--= [5, 1, null, 2.5]

-- groups of a DOUBLE
SELECT b, count(*), max(n) FROM (SELECT n, CAST(a AS DOUBLE) AS a, CAST(b AS DOUBLE) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t GROUP BY b ORDER BY b
--: double, bigint, int
--= [-2.0, 1, 3]
--= [1.0, 1, 4]
--= [2.5, 2, 2]
--= [null, 2, 6]

-- distinct values of a DOUBLE
SELECT DISTINCT b FROM (SELECT n, CAST(a AS DOUBLE) AS a, CAST(b AS DOUBLE) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY b DESC
--: double
--= [2.5]
--= [1.0]
--= [-2.0]
--= [null]

-- sets of a DOUBLE
SELECT a FROM (SELECT n, CAST(a AS DOUBLE) AS a, CAST(b AS DOUBLE) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t INTERSECT SELECT b FROM (SELECT n, CAST(a AS DOUBLE) AS a, CAST(b AS DOUBLE) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY 1
--: double
--= [2.5]
--= [null]

-- one set without another of a DOUBLE
SELECT a FROM (SELECT n, CAST(a AS DOUBLE) AS a, CAST(b AS DOUBLE) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t EXCEPT SELECT b FROM (SELECT n, CAST(a AS DOUBLE) AS a, CAST(b AS DOUBLE) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY 1
--: double
--= [1.25]
--= [3.75]
--= [4.0]

-- an order of a DOUBLE
SELECT n FROM (SELECT n, CAST(a AS DOUBLE) AS a, CAST(b AS DOUBLE) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY b NULLS FIRST, n
--: int
--= [5]
--= [6]
--= [3]
--= [4]
--= [1]
--= [2]

-- a list with a subquery of a DOUBLE
SELECT n FROM (SELECT n, CAST(a AS DOUBLE) AS a, CAST(b AS DOUBLE) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t WHERE b IN (SELECT a FROM (SELECT n, CAST(a AS DOUBLE) AS a, CAST(b AS DOUBLE) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t WHERE a IS NOT NULL) ORDER BY n
--: int
--= [1]
--= [2]

-- neighbours of a DOUBLE
SELECT lag(a) OVER (ORDER BY n), lead(a) OVER (ORDER BY n), lag(a, 2) OVER (ORDER BY n), lead(a, 1, b) OVER (ORDER BY n) FROM (SELECT n, CAST(a AS DOUBLE) AS a, CAST(b AS DOUBLE) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: double, double, double, double
--= [null, 2.5, null, 2.5]
--= [1.25, 3.75, null, 3.75]
--= [2.5, null, 1.25, null]
--= [3.75, 4.0, 2.5, 4.0]
--= [null, null, 3.75, null]
--= [4.0, null, null, null]

-- ranks in partitions of a DOUBLE
SELECT row_number() OVER (PARTITION BY b ORDER BY n), rank() OVER (ORDER BY b), dense_rank() OVER (ORDER BY b DESC) FROM (SELECT n, CAST(a AS DOUBLE) AS a, CAST(b AS DOUBLE) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: bigint, bigint, bigint
--= [1, 3, 1]
--= [2, 3, 1]
--= [1, 1, 3]
--= [1, 2, 2]
--= [1, 5, 4]
--= [2, 5, 4]

-- running extremes of a DOUBLE
SELECT min(a) OVER (ORDER BY n), max(a) OVER (PARTITION BY b), count(a) OVER (ORDER BY n), max_by(a, n) OVER (ORDER BY n) FROM (SELECT n, CAST(a AS DOUBLE) AS a, CAST(b AS DOUBLE) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: double, double, bigint, double
--= [1.25, 2.5, 1, 1.25]
--= [1.25, 2.5, 2, 2.5]
--= [1.25, 3.75, 3, 3.75]
--= [1.25, null, 3, null]
--= [1.25, 4.0, 4, 4.0]
--= [1.25, 4.0, 4, null]

-- an array of a DOUBLE
SELECT element_at(ARRAY[a, b], 2), cardinality(ARRAY[a, b]), element_at(ARRAY[b, NULL], n), x IS NULL FROM (SELECT n, CAST(a AS DOUBLE) AS a, CAST(b AS DOUBLE) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t CROSS JOIN UNNEST(ARRAY[a, b]) AS u (x) WHERE n < 4 ORDER BY n, x
--: double, bigint, double, boolean
--= [2.5, 2, 2.5, false]
--= [2.5, 2, 2.5, false]
--= [2.5, 2, null, false]
--= [2.5, 2, null, false]
--= [-2.0, 2, null, false]
--= [-2.0, 2, null, false]

-- what an array holds of a DOUBLE
SELECT contains(ARRAY[a, b], a), array_max(ARRAY[a, b]), array_min(ARRAY[b]), element_at(array_sort(ARRAY[b, a]), 1) FROM (SELECT n, CAST(a AS DOUBLE) AS a, CAST(b AS DOUBLE) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: boolean, double, double, double
--= [true, 2.5, 2.5, 1.25]
--= [true, 2.5, 2.5, 2.5]
--= [true, 3.75, -2.0, -2.0]
--= [null, null, 1.0, 1.0]
--= [true, null, null, 4.0]
--= [null, null, null, null]

-- an array of a DOUBLE, entry by entry
SELECT cardinality(filter(ARRAY[a, b], x -> x IS NOT NULL)), element_at(transform(ARRAY[a, b], x -> coalesce(x, b)), 1), cardinality(CAST(NULL AS ARRAY(DOUBLE))) FROM (SELECT n, CAST(a AS DOUBLE) AS a, CAST(b AS DOUBLE) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: bigint, double, bigint
--= [2, 1.25, null]
--= [2, 2.5, null]
--= [2, 3.75, null]
--= [1, 1.0, null]
--= [1, 4.0, null]
--= [0, null, null]

-- sum and mean of a DOUBLE
SELECT sum(a), sum(b), avg(a) FROM (SELECT n, CAST(a AS DOUBLE) AS a, CAST(b AS DOUBLE) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t
--: double, double, double
--= [11.5, 4.0, 2.875]

-- sum and mean of a DOUBLE in groups
SELECT b > 1, sum(a), avg(a) FROM (SELECT n, CAST(a AS DOUBLE) AS a, CAST(b AS DOUBLE) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t GROUP BY b > 1 ORDER BY 1
--: boolean, double, double
--= [false, 3.75, 3.75]
--= [true, 3.75, 1.875]
--= [null, 4.0, 4.0]

-- running sums of a DOUBLE
SELECT sum(a) OVER (ORDER BY n), sum(b) OVER (PARTITION BY a ORDER BY n), avg(a) OVER (ORDER BY n) FROM (SELECT n, CAST(a AS DOUBLE) AS a, CAST(b AS DOUBLE) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: double, double, double
--= [1.25, 2.5, 1.25]
--= [3.75, 2.5, 1.875]
--= [7.5, -2.0, 2.5]
--= [7.5, 1.0, 2.5]
--= [11.5, null, 2.875]
--= [11.5, 1.0, 2.875]

-- absolute and rounded of a DOUBLE
SELECT abs(b), -b, floor(a), ceil(a), round(a), sqrt(a) FROM (SELECT n, CAST(a AS DOUBLE) AS a, CAST(b AS DOUBLE) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: double, double, double, double, double, double
--= [2.5, -2.5, 1.0, 2.0, 1.0, 1.118033988749895]
--= [2.5, -2.5, 2.0, 3.0, 3.0, 1.5811388300841898]
--= [2.0, 2.0, 3.0, 4.0, 4.0, 1.9364916731037085]
--= [1.0, -1.0, null, null, null, null]
--= [null, null, 4.0, 4.0, 4.0, 2.0]
--= [null, null, null, null, null, null]

-- numbers of a DOUBLE that are NULL alone
SELECT sum(a), min(a), count(a), max_by(n, a), avg(a) FROM (SELECT n, CAST(a AS DOUBLE) AS a, CAST(b AS DOUBLE) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t WHERE a IS NULL
--: double, double, bigint, int, double
--= [null, null, 0, null, null]

-- aggregates of a DOUBLE with FILTER
SELECT count(a) FILTER (WHERE n > 2), max(a) FILTER (WHERE n > 9), min(b) FILTER (WHERE a IS NOT NULL), sum(a) FILTER (WHERE n > 1) FROM (SELECT n, CAST(a AS DOUBLE) AS a, CAST(b AS DOUBLE) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t
--: bigint, double, double, double
--= [2, null, -2.0, 10.25]

-- extremes and counts of a text
SELECT count(a), count(DISTINCT a), min(a), max(a), min(b), max(b) FROM (SELECT n, CAST(a AS VARCHAR) AS a, CAST(b AS VARCHAR) AS b FROM (VALUES (1, 'a', 'b'), (2, 'b', 'b'), (3, '裕', 'Z'), (4, NULL, 'a'), (5, '', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t
--: bigint, bigint, string, string, string, string
--= [4, 4, "", "裕", "Z", "b"]

-- the value at an extreme of a text
SELECT max_by(n, a), min_by(n, a), max_by(a, n), min_by(b, n) FROM (SELECT n, CAST(a AS VARCHAR) AS a, CAST(b AS VARCHAR) AS b FROM (VALUES (1, 'a', 'b'), (2, 'b', 'b'), (3, '裕', 'Z'), (4, NULL, 'a'), (5, '', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t WHERE n <> 2
--: int, int, string, string
--= [3, 5, null, "b"]

-- groups of a text
SELECT b, count(*), max(n) FROM (SELECT n, CAST(a AS VARCHAR) AS a, CAST(b AS VARCHAR) AS b FROM (VALUES (1, 'a', 'b'), (2, 'b', 'b'), (3, '裕', 'Z'), (4, NULL, 'a'), (5, '', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t GROUP BY b ORDER BY b
--: string, bigint, int
--= ["Z", 1, 3]
--= ["a", 1, 4]
--= ["b", 2, 2]
--= [null, 2, 6]

-- distinct values of a text
SELECT DISTINCT b FROM (SELECT n, CAST(a AS VARCHAR) AS a, CAST(b AS VARCHAR) AS b FROM (VALUES (1, 'a', 'b'), (2, 'b', 'b'), (3, '裕', 'Z'), (4, NULL, 'a'), (5, '', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY b DESC
--: string
--= ["b"]
--= ["a"]
--= ["Z"]
--= [null]

-- sets of a text
SELECT a FROM (SELECT n, CAST(a AS VARCHAR) AS a, CAST(b AS VARCHAR) AS b FROM (VALUES (1, 'a', 'b'), (2, 'b', 'b'), (3, '裕', 'Z'), (4, NULL, 'a'), (5, '', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t INTERSECT SELECT b FROM (SELECT n, CAST(a AS VARCHAR) AS a, CAST(b AS VARCHAR) AS b FROM (VALUES (1, 'a', 'b'), (2, 'b', 'b'), (3, '裕', 'Z'), (4, NULL, 'a'), (5, '', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY 1
--: string
--= ["a"]
--= ["b"]
--= [null]

-- one set without another of a text
SELECT a FROM (SELECT n, CAST(a AS VARCHAR) AS a, CAST(b AS VARCHAR) AS b FROM (VALUES (1, 'a', 'b'), (2, 'b', 'b'), (3, '裕', 'Z'), (4, NULL, 'a'), (5, '', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t EXCEPT SELECT b FROM (SELECT n, CAST(a AS VARCHAR) AS a, CAST(b AS VARCHAR) AS b FROM (VALUES (1, 'a', 'b'), (2, 'b', 'b'), (3, '裕', 'Z'), (4, NULL, 'a'), (5, '', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY 1
--: string
--= [""]
--= ["裕"]

-- an order of a text
SELECT n FROM (SELECT n, CAST(a AS VARCHAR) AS a, CAST(b AS VARCHAR) AS b FROM (VALUES (1, 'a', 'b'), (2, 'b', 'b'), (3, '裕', 'Z'), (4, NULL, 'a'), (5, '', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY b NULLS FIRST, n
--: int
--= [5]
--= [6]
--= [3]
--= [4]
--= [1]
--= [2]

-- a list with a subquery of a text
SELECT n FROM (SELECT n, CAST(a AS VARCHAR) AS a, CAST(b AS VARCHAR) AS b FROM (VALUES (1, 'a', 'b'), (2, 'b', 'b'), (3, '裕', 'Z'), (4, NULL, 'a'), (5, '', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t WHERE b IN (SELECT a FROM (SELECT n, CAST(a AS VARCHAR) AS a, CAST(b AS VARCHAR) AS b FROM (VALUES (1, 'a', 'b'), (2, 'b', 'b'), (3, '裕', 'Z'), (4, NULL, 'a'), (5, '', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t WHERE a IS NOT NULL) ORDER BY n
--: int
--= [1]
--= [2]
--= [4]

-- neighbours of a text
SELECT lag(a) OVER (ORDER BY n), lead(a) OVER (ORDER BY n), lag(a, 2) OVER (ORDER BY n), lead(a, 1, b) OVER (ORDER BY n) FROM (SELECT n, CAST(a AS VARCHAR) AS a, CAST(b AS VARCHAR) AS b FROM (VALUES (1, 'a', 'b'), (2, 'b', 'b'), (3, '裕', 'Z'), (4, NULL, 'a'), (5, '', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: string, string, string, string
--= [null, "b", null, "b"]
--= ["a", "裕", null, "裕"]
--= ["b", null, "a", null]
--= ["裕", "", "b", ""]
--= [null, null, "裕", null]
--= ["", null, null, null]

-- ranks in partitions of a text
SELECT row_number() OVER (PARTITION BY b ORDER BY n), rank() OVER (ORDER BY b), dense_rank() OVER (ORDER BY b DESC) FROM (SELECT n, CAST(a AS VARCHAR) AS a, CAST(b AS VARCHAR) AS b FROM (VALUES (1, 'a', 'b'), (2, 'b', 'b'), (3, '裕', 'Z'), (4, NULL, 'a'), (5, '', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: bigint, bigint, bigint
--= [1, 3, 1]
--= [2, 3, 1]
--= [1, 1, 3]
--= [1, 2, 2]
--= [1, 5, 4]
--= [2, 5, 4]

-- running extremes of a text
SELECT min(a) OVER (ORDER BY n), max(a) OVER (PARTITION BY b), count(a) OVER (ORDER BY n), max_by(a, n) OVER (ORDER BY n) FROM (SELECT n, CAST(a AS VARCHAR) AS a, CAST(b AS VARCHAR) AS b FROM (VALUES (1, 'a', 'b'), (2, 'b', 'b'), (3, '裕', 'Z'), (4, NULL, 'a'), (5, '', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: string, string, bigint, string
--= ["a", "b", 1, "a"]
--= ["a", "b", 2, "b"]
--= ["a", "裕", 3, "裕"]
--= ["a", null, 3, null]
--= ["", "", 4, ""]
--= ["", "", 4, null]

-- an array of a text
SELECT element_at(ARRAY[a, b], 2), cardinality(ARRAY[a, b]), element_at(ARRAY[b, NULL], n), x IS NULL FROM (SELECT n, CAST(a AS VARCHAR) AS a, CAST(b AS VARCHAR) AS b FROM (VALUES (1, 'a', 'b'), (2, 'b', 'b'), (3, '裕', 'Z'), (4, NULL, 'a'), (5, '', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t CROSS JOIN UNNEST(ARRAY[a, b]) AS u (x) WHERE n < 4 ORDER BY n, x
--: string, bigint, string, boolean
--= ["b", 2, "b", false]
--= ["b", 2, "b", false]
--= ["b", 2, null, false]
--= ["b", 2, null, false]
--= ["Z", 2, null, false]
--= ["Z", 2, null, false]

-- what an array holds of a text
SELECT contains(ARRAY[a, b], a), array_max(ARRAY[a, b]), array_min(ARRAY[b]), element_at(array_sort(ARRAY[b, a]), 1) FROM (SELECT n, CAST(a AS VARCHAR) AS a, CAST(b AS VARCHAR) AS b FROM (VALUES (1, 'a', 'b'), (2, 'b', 'b'), (3, '裕', 'Z'), (4, NULL, 'a'), (5, '', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: boolean, string, string, string
--= [true, "b", "b", "a"]
--= [true, "b", "b", "b"]
--= [true, "裕", "Z", "Z"]
--= [null, null, "a", "a"]
--= [true, null, null, ""]
--= [null, null, null, null]

-- an array of a text, entry by entry
SELECT cardinality(filter(ARRAY[a, b], x -> x IS NOT NULL)), element_at(transform(ARRAY[a, b], x -> coalesce(x, b)), 1), cardinality(CAST(NULL AS ARRAY(VARCHAR))) FROM (SELECT n, CAST(a AS VARCHAR) AS a, CAST(b AS VARCHAR) AS b FROM (VALUES (1, 'a', 'b'), (2, 'b', 'b'), (3, '裕', 'Z'), (4, NULL, 'a'), (5, '', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: bigint, string, bigint
--= [2, "a", null]
--= [2, "b", null]
--= [2, "裕", null]
--= [1, "a", null]
--= [1, "", null]
--= [0, null, null]

-- aggregates of a text with FILTER
SELECT count(a) FILTER (WHERE n > 2), max(a) FILTER (WHERE n > 9), min(b) FILTER (WHERE a IS NOT NULL) FROM (SELECT n, CAST(a AS VARCHAR) AS a, CAST(b AS VARCHAR) AS b FROM (VALUES (1, 'a', 'b'), (2, 'b', 'b'), (3, '裕', 'Z'), (4, NULL, 'a'), (5, '', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t
--: bigint, string, string
--= [2, null, "Z"]

-- extremes and counts of a truth value
SELECT count(a), count(DISTINCT a), min(a), max(a), min(b), max(b) FROM (SELECT n, CAST(a AS BOOLEAN) AS a, CAST(b AS BOOLEAN) AS b FROM (VALUES (1, 'true', 'false'), (2, 'true', 'true'), (3, 'false', 'true'), (4, NULL, 'true'), (5, 'false', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t
--: bigint, bigint, boolean, boolean, boolean, boolean
--= [4, 2, false, true, false, true]

-- groups of a truth value
SELECT b, count(*), max(n) FROM (SELECT n, CAST(a AS BOOLEAN) AS a, CAST(b AS BOOLEAN) AS b FROM (VALUES (1, 'true', 'false'), (2, 'true', 'true'), (3, 'false', 'true'), (4, NULL, 'true'), (5, 'false', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t GROUP BY b ORDER BY b
--: boolean, bigint, int
--= [false, 1, 1]
--= [true, 3, 4]
--= [null, 2, 6]

-- distinct values of a truth value
SELECT DISTINCT b FROM (SELECT n, CAST(a AS BOOLEAN) AS a, CAST(b AS BOOLEAN) AS b FROM (VALUES (1, 'true', 'false'), (2, 'true', 'true'), (3, 'false', 'true'), (4, NULL, 'true'), (5, 'false', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY b DESC
--: boolean
--= [true]
--= [false]
--= [null]

-- sets of a truth value
SELECT a FROM (SELECT n, CAST(a AS BOOLEAN) AS a, CAST(b AS BOOLEAN) AS b FROM (VALUES (1, 'true', 'false'), (2, 'true', 'true'), (3, 'false', 'true'), (4, NULL, 'true'), (5, 'false', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t INTERSECT SELECT b FROM (SELECT n, CAST(a AS BOOLEAN) AS a, CAST(b AS BOOLEAN) AS b FROM (VALUES (1, 'true', 'false'), (2, 'true', 'true'), (3, 'false', 'true'), (4, NULL, 'true'), (5, 'false', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY 1
--: boolean
--= [false]
--= [true]
--= [null]

-- one set without another of a truth value
SELECT a FROM (SELECT n, CAST(a AS BOOLEAN) AS a, CAST(b AS BOOLEAN) AS b FROM (VALUES (1, 'true', 'false'), (2, 'true', 'true'), (3, 'false', 'true'), (4, NULL, 'true'), (5, 'false', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t EXCEPT SELECT b FROM (SELECT n, CAST(a AS BOOLEAN) AS a, CAST(b AS BOOLEAN) AS b FROM (VALUES (1, 'true', 'false'), (2, 'true', 'true'), (3, 'false', 'true'), (4, NULL, 'true'), (5, 'false', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY 1
--: boolean

-- an order of a truth value
SELECT n FROM (SELECT n, CAST(a AS BOOLEAN) AS a, CAST(b AS BOOLEAN) AS b FROM (VALUES (1, 'true', 'false'), (2, 'true', 'true'), (3, 'false', 'true'), (4, NULL, 'true'), (5, 'false', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY b NULLS FIRST, n
--: int
--= [5]
--= [6]
--= [1]
--= [2]
--= [3]
--= [4]

-- a list with a subquery of a truth value
SELECT n FROM (SELECT n, CAST(a AS BOOLEAN) AS a, CAST(b AS BOOLEAN) AS b FROM (VALUES (1, 'true', 'false'), (2, 'true', 'true'), (3, 'false', 'true'), (4, NULL, 'true'), (5, 'false', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t WHERE b IN (SELECT a FROM (SELECT n, CAST(a AS BOOLEAN) AS a, CAST(b AS BOOLEAN) AS b FROM (VALUES (1, 'true', 'false'), (2, 'true', 'true'), (3, 'false', 'true'), (4, NULL, 'true'), (5, 'false', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t WHERE a IS NOT NULL) ORDER BY n
--: int
--= [1]
--= [2]
--= [3]
--= [4]

-- neighbours of a truth value
SELECT lag(a) OVER (ORDER BY n), lead(a) OVER (ORDER BY n), lag(a, 2) OVER (ORDER BY n), lead(a, 1, b) OVER (ORDER BY n) FROM (SELECT n, CAST(a AS BOOLEAN) AS a, CAST(b AS BOOLEAN) AS b FROM (VALUES (1, 'true', 'false'), (2, 'true', 'true'), (3, 'false', 'true'), (4, NULL, 'true'), (5, 'false', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: boolean, boolean, boolean, boolean
--= [null, true, null, true]
--= [true, false, null, false]
--= [true, null, true, null]
--= [false, false, true, false]
--= [null, null, false, null]
--= [false, null, null, null]

-- ranks in partitions of a truth value
SELECT row_number() OVER (PARTITION BY b ORDER BY n), rank() OVER (ORDER BY b), dense_rank() OVER (ORDER BY b DESC) FROM (SELECT n, CAST(a AS BOOLEAN) AS a, CAST(b AS BOOLEAN) AS b FROM (VALUES (1, 'true', 'false'), (2, 'true', 'true'), (3, 'false', 'true'), (4, NULL, 'true'), (5, 'false', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: bigint, bigint, bigint
--= [1, 1, 2]
--= [1, 2, 1]
--= [2, 2, 1]
--= [3, 2, 1]
--= [1, 5, 3]
--= [2, 5, 3]

-- running extremes of a truth value
SELECT min(a) OVER (ORDER BY n), max(a) OVER (PARTITION BY b), count(a) OVER (ORDER BY n), max_by(a, n) OVER (ORDER BY n) FROM (SELECT n, CAST(a AS BOOLEAN) AS a, CAST(b AS BOOLEAN) AS b FROM (VALUES (1, 'true', 'false'), (2, 'true', 'true'), (3, 'false', 'true'), (4, NULL, 'true'), (5, 'false', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: boolean, boolean, bigint, boolean
--= [true, true, 1, true]
--= [true, true, 2, true]
--= [false, true, 3, false]
--= [false, true, 3, null]
--= [false, false, 4, false]
--= [false, false, 4, null]

-- an array of a truth value
SELECT element_at(ARRAY[a, b], 2), cardinality(ARRAY[a, b]), element_at(ARRAY[b, NULL], n), x IS NULL FROM (SELECT n, CAST(a AS BOOLEAN) AS a, CAST(b AS BOOLEAN) AS b FROM (VALUES (1, 'true', 'false'), (2, 'true', 'true'), (3, 'false', 'true'), (4, NULL, 'true'), (5, 'false', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t CROSS JOIN UNNEST(ARRAY[a, b]) AS u (x) WHERE n < 4 ORDER BY n, x
--: boolean, bigint, boolean, boolean
--= [false, 2, false, false]
--= [false, 2, false, false]
--= [true, 2, null, false]
--= [true, 2, null, false]
--= [true, 2, null, false]
--= [true, 2, null, false]

-- what an array holds of a truth value
SELECT contains(ARRAY[a, b], a), array_max(ARRAY[a, b]), array_min(ARRAY[b]), element_at(array_sort(ARRAY[b, a]), 1) FROM (SELECT n, CAST(a AS BOOLEAN) AS a, CAST(b AS BOOLEAN) AS b FROM (VALUES (1, 'true', 'false'), (2, 'true', 'true'), (3, 'false', 'true'), (4, NULL, 'true'), (5, 'false', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: boolean, boolean, boolean, boolean
--= [true, true, false, false]
--= [true, true, true, true]
--= [true, true, true, false]
--= [null, null, true, true]
--= [true, null, null, false]
--= [null, null, null, null]

-- an array of a truth value, entry by entry
SELECT cardinality(filter(ARRAY[a, b], x -> x IS NOT NULL)), element_at(transform(ARRAY[a, b], x -> coalesce(x, b)), 1), cardinality(CAST(NULL AS ARRAY(BOOLEAN))) FROM (SELECT n, CAST(a AS BOOLEAN) AS a, CAST(b AS BOOLEAN) AS b FROM (VALUES (1, 'true', 'false'), (2, 'true', 'true'), (3, 'false', 'true'), (4, NULL, 'true'), (5, 'false', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: bigint, boolean, bigint
--= [2, true, null]
--= [2, true, null]
--= [2, false, null]
--= [1, true, null]
--= [1, false, null]
--= [0, null, null]

-- all, any and how many
SELECT bool_and(a), bool_or(a), count_if(a), bool_and(b) FILTER (WHERE a), bool_or(b) FILTER (WHERE b IS NULL) FROM (SELECT n, CAST(a AS BOOLEAN) AS a, CAST(b AS BOOLEAN) AS b FROM (VALUES (1, 'true', 'false'), (2, 'true', 'true'), (3, 'false', 'true'), (4, NULL, 'true'), (5, 'false', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t
--: boolean, boolean, bigint, boolean, boolean
--= [false, true, 2, false, null]

-- all, any and how many of each
SELECT b, bool_and(a), bool_or(a), count_if(a) FROM (SELECT n, CAST(a AS BOOLEAN) AS a, CAST(b AS BOOLEAN) AS b FROM (VALUES (1, 'true', 'false'), (2, 'true', 'true'), (3, 'false', 'true'), (4, NULL, 'true'), (5, 'false', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t GROUP BY b ORDER BY b
--: boolean, boolean, boolean, bigint
--= [false, true, true, 1]
--= [true, false, true, 1]
--= [null, false, false, 0]

-- running all, any and how many
SELECT bool_and(a) OVER (ORDER BY n), bool_or(a) OVER (ORDER BY n), count_if(a) OVER (ORDER BY n) FROM (SELECT n, CAST(a AS BOOLEAN) AS a, CAST(b AS BOOLEAN) AS b FROM (VALUES (1, 'true', 'false'), (2, 'true', 'true'), (3, 'false', 'true'), (4, NULL, 'true'), (5, 'false', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: boolean, boolean, bigint
--= [true, true, 1]
--= [true, true, 2]
--= [false, true, 2]
--= [false, true, 2]
--= [false, true, 2]
--= [false, true, 2]

-- extremes and counts of a date
SELECT count(a), count(DISTINCT a), min(a), max(a), min(b), max(b) FROM (SELECT n, CAST(a AS DATE) AS a, CAST(b AS DATE) AS b FROM (VALUES (1, '2024-05-30', '2024-05-31'), (2, '2024-05-31', '2024-05-31'), (3, '2024-06-01', '1969-12-31'), (4, NULL, '2024-05-31'), (5, '2024-05-30', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t
--: bigint, bigint, date, date, date, date
--= [4, 3, "2024-05-30", "2024-06-01", "1969-12-31", "2024-05-31"]

-- groups of a date
SELECT b, count(*), max(n) FROM (SELECT n, CAST(a AS DATE) AS a, CAST(b AS DATE) AS b FROM (VALUES (1, '2024-05-30', '2024-05-31'), (2, '2024-05-31', '2024-05-31'), (3, '2024-06-01', '1969-12-31'), (4, NULL, '2024-05-31'), (5, '2024-05-30', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t GROUP BY b ORDER BY b
--: date, bigint, int
--= ["1969-12-31", 1, 3]
--= ["2024-05-31", 3, 4]
--= [null, 2, 6]

-- distinct values of a date
SELECT DISTINCT b FROM (SELECT n, CAST(a AS DATE) AS a, CAST(b AS DATE) AS b FROM (VALUES (1, '2024-05-30', '2024-05-31'), (2, '2024-05-31', '2024-05-31'), (3, '2024-06-01', '1969-12-31'), (4, NULL, '2024-05-31'), (5, '2024-05-30', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY b DESC
--: date
--= ["2024-05-31"]
--= ["1969-12-31"]
--= [null]

-- sets of a date
SELECT a FROM (SELECT n, CAST(a AS DATE) AS a, CAST(b AS DATE) AS b FROM (VALUES (1, '2024-05-30', '2024-05-31'), (2, '2024-05-31', '2024-05-31'), (3, '2024-06-01', '1969-12-31'), (4, NULL, '2024-05-31'), (5, '2024-05-30', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t INTERSECT SELECT b FROM (SELECT n, CAST(a AS DATE) AS a, CAST(b AS DATE) AS b FROM (VALUES (1, '2024-05-30', '2024-05-31'), (2, '2024-05-31', '2024-05-31'), (3, '2024-06-01', '1969-12-31'), (4, NULL, '2024-05-31'), (5, '2024-05-30', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY 1
--: date
--= ["2024-05-31"]
--= [null]

-- one set without another of a date
SELECT a FROM (SELECT n, CAST(a AS DATE) AS a, CAST(b AS DATE) AS b FROM (VALUES (1, '2024-05-30', '2024-05-31'), (2, '2024-05-31', '2024-05-31'), (3, '2024-06-01', '1969-12-31'), (4, NULL, '2024-05-31'), (5, '2024-05-30', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t EXCEPT SELECT b FROM (SELECT n, CAST(a AS DATE) AS a, CAST(b AS DATE) AS b FROM (VALUES (1, '2024-05-30', '2024-05-31'), (2, '2024-05-31', '2024-05-31'), (3, '2024-06-01', '1969-12-31'), (4, NULL, '2024-05-31'), (5, '2024-05-30', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY 1
--: date
--= ["2024-05-30"]
--= ["2024-06-01"]

-- an order of a date
SELECT n FROM (SELECT n, CAST(a AS DATE) AS a, CAST(b AS DATE) AS b FROM (VALUES (1, '2024-05-30', '2024-05-31'), (2, '2024-05-31', '2024-05-31'), (3, '2024-06-01', '1969-12-31'), (4, NULL, '2024-05-31'), (5, '2024-05-30', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY b NULLS FIRST, n
--: int
--= [5]
--= [6]
--= [3]
--= [1]
--= [2]
--= [4]

-- a list with a subquery of a date
SELECT n FROM (SELECT n, CAST(a AS DATE) AS a, CAST(b AS DATE) AS b FROM (VALUES (1, '2024-05-30', '2024-05-31'), (2, '2024-05-31', '2024-05-31'), (3, '2024-06-01', '1969-12-31'), (4, NULL, '2024-05-31'), (5, '2024-05-30', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t WHERE b IN (SELECT a FROM (SELECT n, CAST(a AS DATE) AS a, CAST(b AS DATE) AS b FROM (VALUES (1, '2024-05-30', '2024-05-31'), (2, '2024-05-31', '2024-05-31'), (3, '2024-06-01', '1969-12-31'), (4, NULL, '2024-05-31'), (5, '2024-05-30', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t WHERE a IS NOT NULL) ORDER BY n
--: int
--= [1]
--= [2]
--= [4]

-- neighbours of a date
SELECT lag(a) OVER (ORDER BY n), lead(a) OVER (ORDER BY n), lag(a, 2) OVER (ORDER BY n), lead(a, 1, b) OVER (ORDER BY n) FROM (SELECT n, CAST(a AS DATE) AS a, CAST(b AS DATE) AS b FROM (VALUES (1, '2024-05-30', '2024-05-31'), (2, '2024-05-31', '2024-05-31'), (3, '2024-06-01', '1969-12-31'), (4, NULL, '2024-05-31'), (5, '2024-05-30', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: date, date, date, date
--= [null, "2024-05-31", null, "2024-05-31"]
--= ["2024-05-30", "2024-06-01", null, "2024-06-01"]
--= ["2024-05-31", null, "2024-05-30", null]
--= ["2024-06-01", "2024-05-30", "2024-05-31", "2024-05-30"]
--= [null, null, "2024-06-01", null]
--= ["2024-05-30", null, null, null]

-- ranks in partitions of a date
SELECT row_number() OVER (PARTITION BY b ORDER BY n), rank() OVER (ORDER BY b), dense_rank() OVER (ORDER BY b DESC) FROM (SELECT n, CAST(a AS DATE) AS a, CAST(b AS DATE) AS b FROM (VALUES (1, '2024-05-30', '2024-05-31'), (2, '2024-05-31', '2024-05-31'), (3, '2024-06-01', '1969-12-31'), (4, NULL, '2024-05-31'), (5, '2024-05-30', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: bigint, bigint, bigint
--= [1, 2, 1]
--= [2, 2, 1]
--= [1, 1, 2]
--= [3, 2, 1]
--= [1, 5, 3]
--= [2, 5, 3]

-- running extremes of a date
SELECT min(a) OVER (ORDER BY n), max(a) OVER (PARTITION BY b), count(a) OVER (ORDER BY n), max_by(a, n) OVER (ORDER BY n) FROM (SELECT n, CAST(a AS DATE) AS a, CAST(b AS DATE) AS b FROM (VALUES (1, '2024-05-30', '2024-05-31'), (2, '2024-05-31', '2024-05-31'), (3, '2024-06-01', '1969-12-31'), (4, NULL, '2024-05-31'), (5, '2024-05-30', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: date, date, bigint, date
--= ["2024-05-30", "2024-05-31", 1, "2024-05-30"]
--= ["2024-05-30", "2024-05-31", 2, "2024-05-31"]
--= ["2024-05-30", "2024-06-01", 3, "2024-06-01"]
--= ["2024-05-30", "2024-05-31", 3, null]
--= ["2024-05-30", "2024-05-30", 4, "2024-05-30"]
--= ["2024-05-30", "2024-05-30", 4, null]

-- an array of a date
SELECT element_at(ARRAY[a, b], 2), cardinality(ARRAY[a, b]), element_at(ARRAY[b, NULL], n), x IS NULL FROM (SELECT n, CAST(a AS DATE) AS a, CAST(b AS DATE) AS b FROM (VALUES (1, '2024-05-30', '2024-05-31'), (2, '2024-05-31', '2024-05-31'), (3, '2024-06-01', '1969-12-31'), (4, NULL, '2024-05-31'), (5, '2024-05-30', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t CROSS JOIN UNNEST(ARRAY[a, b]) AS u (x) WHERE n < 4 ORDER BY n, x
--: date, bigint, date, boolean
--= ["2024-05-31", 2, "2024-05-31", false]
--= ["2024-05-31", 2, "2024-05-31", false]
--= ["2024-05-31", 2, null, false]
--= ["2024-05-31", 2, null, false]
--= ["1969-12-31", 2, null, false]
--= ["1969-12-31", 2, null, false]

-- what an array holds of a date
SELECT contains(ARRAY[a, b], a), array_max(ARRAY[a, b]), array_min(ARRAY[b]), element_at(array_sort(ARRAY[b, a]), 1) FROM (SELECT n, CAST(a AS DATE) AS a, CAST(b AS DATE) AS b FROM (VALUES (1, '2024-05-30', '2024-05-31'), (2, '2024-05-31', '2024-05-31'), (3, '2024-06-01', '1969-12-31'), (4, NULL, '2024-05-31'), (5, '2024-05-30', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: boolean, date, date, date
--= [true, "2024-05-31", "2024-05-31", "2024-05-30"]
--= [true, "2024-05-31", "2024-05-31", "2024-05-31"]
--= [true, "2024-06-01", "1969-12-31", "1969-12-31"]
--= [null, null, "2024-05-31", "2024-05-31"]
--= [true, null, null, "2024-05-30"]
--= [null, null, null, null]

-- an array of a date, entry by entry
SELECT cardinality(filter(ARRAY[a, b], x -> x IS NOT NULL)), element_at(transform(ARRAY[a, b], x -> coalesce(x, b)), 1), cardinality(CAST(NULL AS ARRAY(DATE))) FROM (SELECT n, CAST(a AS DATE) AS a, CAST(b AS DATE) AS b FROM (VALUES (1, '2024-05-30', '2024-05-31'), (2, '2024-05-31', '2024-05-31'), (3, '2024-06-01', '1969-12-31'), (4, NULL, '2024-05-31'), (5, '2024-05-30', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: bigint, date, bigint
--= [2, "2024-05-30", null]
--= [2, "2024-05-31", null]
--= [2, "2024-06-01", null]
--= [1, "2024-05-31", null]
--= [1, "2024-05-30", null]
--= [0, null, null]

-- aggregates of a date with FILTER
SELECT count(a) FILTER (WHERE n > 2), max(a) FILTER (WHERE n > 9), min(b) FILTER (WHERE a IS NOT NULL) FROM (SELECT n, CAST(a AS DATE) AS a, CAST(b AS DATE) AS b FROM (VALUES (1, '2024-05-30', '2024-05-31'), (2, '2024-05-31', '2024-05-31'), (3, '2024-06-01', '1969-12-31'), (4, NULL, '2024-05-31'), (5, '2024-05-30', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t
--: bigint, date, date
--= [2, null, "1969-12-31"]

-- extremes and counts of a time
SELECT count(a), count(DISTINCT a), min(a), max(a), min(b), max(b) FROM (SELECT n, CAST(a AS TIMESTAMP) AS a, CAST(b AS TIMESTAMP) AS b FROM (VALUES (1, '2024-05-30 08:00:00', '2024-05-31 00:00:00'), (2, '2024-05-31 00:00:00', '2024-05-31 00:00:00'), (3, '2024-06-01 00:00:00.5', '1969-12-31 23:59:59'), (4, NULL, '2024-05-31 00:00:00'), (5, '2024-05-30 00:00:00', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t
--: bigint, bigint, timestamp, timestamp, timestamp, timestamp
--= [4, 4, "2024-05-30 00:00:00", "2024-06-01 00:00:00.500000", "1969-12-31 23:59:59", "2024-05-31 00:00:00"]

-- the value at an extreme of a time
SELECT max_by(n, a), min_by(n, a), max_by(a, n), min_by(b, n) FROM (SELECT n, CAST(a AS TIMESTAMP) AS a, CAST(b AS TIMESTAMP) AS b FROM (VALUES (1, '2024-05-30 08:00:00', '2024-05-31 00:00:00'), (2, '2024-05-31 00:00:00', '2024-05-31 00:00:00'), (3, '2024-06-01 00:00:00.5', '1969-12-31 23:59:59'), (4, NULL, '2024-05-31 00:00:00'), (5, '2024-05-30 00:00:00', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t WHERE n <> 2
--: int, int, timestamp, timestamp
--= [3, 5, null, "2024-05-31 00:00:00"]

-- groups of a time
SELECT b, count(*), max(n) FROM (SELECT n, CAST(a AS TIMESTAMP) AS a, CAST(b AS TIMESTAMP) AS b FROM (VALUES (1, '2024-05-30 08:00:00', '2024-05-31 00:00:00'), (2, '2024-05-31 00:00:00', '2024-05-31 00:00:00'), (3, '2024-06-01 00:00:00.5', '1969-12-31 23:59:59'), (4, NULL, '2024-05-31 00:00:00'), (5, '2024-05-30 00:00:00', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t GROUP BY b ORDER BY b
--: timestamp, bigint, int
--= ["1969-12-31 23:59:59", 1, 3]
--= ["2024-05-31 00:00:00", 3, 4]
--= [null, 2, 6]

-- distinct values of a time
SELECT DISTINCT b FROM (SELECT n, CAST(a AS TIMESTAMP) AS a, CAST(b AS TIMESTAMP) AS b FROM (VALUES (1, '2024-05-30 08:00:00', '2024-05-31 00:00:00'), (2, '2024-05-31 00:00:00', '2024-05-31 00:00:00'), (3, '2024-06-01 00:00:00.5', '1969-12-31 23:59:59'), (4, NULL, '2024-05-31 00:00:00'), (5, '2024-05-30 00:00:00', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY b DESC
--: timestamp
--= ["2024-05-31 00:00:00"]
--= ["1969-12-31 23:59:59"]
--= [null]

-- sets of a time
SELECT a FROM (SELECT n, CAST(a AS TIMESTAMP) AS a, CAST(b AS TIMESTAMP) AS b FROM (VALUES (1, '2024-05-30 08:00:00', '2024-05-31 00:00:00'), (2, '2024-05-31 00:00:00', '2024-05-31 00:00:00'), (3, '2024-06-01 00:00:00.5', '1969-12-31 23:59:59'), (4, NULL, '2024-05-31 00:00:00'), (5, '2024-05-30 00:00:00', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t INTERSECT SELECT b FROM (SELECT n, CAST(a AS TIMESTAMP) AS a, CAST(b AS TIMESTAMP) AS b FROM (VALUES (1, '2024-05-30 08:00:00', '2024-05-31 00:00:00'), (2, '2024-05-31 00:00:00', '2024-05-31 00:00:00'), (3, '2024-06-01 00:00:00.5', '1969-12-31 23:59:59'), (4, NULL, '2024-05-31 00:00:00'), (5, '2024-05-30 00:00:00', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY 1
--: timestamp
--= ["2024-05-31 00:00:00"]
--= [null]

-- one set without another of a time
SELECT a FROM (SELECT n, CAST(a AS TIMESTAMP) AS a, CAST(b AS TIMESTAMP) AS b FROM (VALUES (1, '2024-05-30 08:00:00', '2024-05-31 00:00:00'), (2, '2024-05-31 00:00:00', '2024-05-31 00:00:00'), (3, '2024-06-01 00:00:00.5', '1969-12-31 23:59:59'), (4, NULL, '2024-05-31 00:00:00'), (5, '2024-05-30 00:00:00', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t EXCEPT SELECT b FROM (SELECT n, CAST(a AS TIMESTAMP) AS a, CAST(b AS TIMESTAMP) AS b FROM (VALUES (1, '2024-05-30 08:00:00', '2024-05-31 00:00:00'), (2, '2024-05-31 00:00:00', '2024-05-31 00:00:00'), (3, '2024-06-01 00:00:00.5', '1969-12-31 23:59:59'), (4, NULL, '2024-05-31 00:00:00'), (5, '2024-05-30 00:00:00', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY 1
--: timestamp
--= ["2024-05-30 00:00:00"]
--= ["2024-05-30 08:00:00"]
--= ["2024-06-01 00:00:00.500000"]

-- an order of a time
SELECT n FROM (SELECT n, CAST(a AS TIMESTAMP) AS a, CAST(b AS TIMESTAMP) AS b FROM (VALUES (1, '2024-05-30 08:00:00', '2024-05-31 00:00:00'), (2, '2024-05-31 00:00:00', '2024-05-31 00:00:00'), (3, '2024-06-01 00:00:00.5', '1969-12-31 23:59:59'), (4, NULL, '2024-05-31 00:00:00'), (5, '2024-05-30 00:00:00', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY b NULLS FIRST, n
--: int
--= [5]
--= [6]
--= [3]
--= [1]
--= [2]
--= [4]

-- a list with a subquery of a time
SELECT n FROM (SELECT n, CAST(a AS TIMESTAMP) AS a, CAST(b AS TIMESTAMP) AS b FROM (VALUES (1, '2024-05-30 08:00:00', '2024-05-31 00:00:00'), (2, '2024-05-31 00:00:00', '2024-05-31 00:00:00'), (3, '2024-06-01 00:00:00.5', '1969-12-31 23:59:59'), (4, NULL, '2024-05-31 00:00:00'), (5, '2024-05-30 00:00:00', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t WHERE b IN (SELECT a FROM (SELECT n, CAST(a AS TIMESTAMP) AS a, CAST(b AS TIMESTAMP) AS b FROM (VALUES (1, '2024-05-30 08:00:00', '2024-05-31 00:00:00'), (2, '2024-05-31 00:00:00', '2024-05-31 00:00:00'), (3, '2024-06-01 00:00:00.5', '1969-12-31 23:59:59'), (4, NULL, '2024-05-31 00:00:00'), (5, '2024-05-30 00:00:00', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t WHERE a IS NOT NULL) ORDER BY n
--: int
--= [1]
--= [2]
--= [4]

-- neighbours of a time
SELECT lag(a) OVER (ORDER BY n), lead(a) OVER (ORDER BY n), lag(a, 2) OVER (ORDER BY n), lead(a, 1, b) OVER (ORDER BY n) FROM (SELECT n, CAST(a AS TIMESTAMP) AS a, CAST(b AS TIMESTAMP) AS b FROM (VALUES (1, '2024-05-30 08:00:00', '2024-05-31 00:00:00'), (2, '2024-05-31 00:00:00', '2024-05-31 00:00:00'), (3, '2024-06-01 00:00:00.5', '1969-12-31 23:59:59'), (4, NULL, '2024-05-31 00:00:00'), (5, '2024-05-30 00:00:00', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: timestamp, timestamp, timestamp, timestamp
--= [null, "2024-05-31 00:00:00", null, "2024-05-31 00:00:00"]
--= ["2024-05-30 08:00:00", "2024-06-01 00:00:00.500000", null, "2024-06-01 00:00:00.500000"]
--= ["2024-05-31 00:00:00", null, "2024-05-30 08:00:00", null]
--= ["2024-06-01 00:00:00.500000", "2024-05-30 00:00:00", "2024-05-31 00:00:00", "2024-05-30 00:00:00"]
--= [null, null, "2024-06-01 00:00:00.500000", null]
--= ["2024-05-30 00:00:00", null, null, null]

-- ranks in partitions of a time
SELECT row_number() OVER (PARTITION BY b ORDER BY n), rank() OVER (ORDER BY b), dense_rank() OVER (ORDER BY b DESC) FROM (SELECT n, CAST(a AS TIMESTAMP) AS a, CAST(b AS TIMESTAMP) AS b FROM (VALUES (1, '2024-05-30 08:00:00', '2024-05-31 00:00:00'), (2, '2024-05-31 00:00:00', '2024-05-31 00:00:00'), (3, '2024-06-01 00:00:00.5', '1969-12-31 23:59:59'), (4, NULL, '2024-05-31 00:00:00'), (5, '2024-05-30 00:00:00', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: bigint, bigint, bigint
--= [1, 2, 1]
--= [2, 2, 1]
--= [1, 1, 2]
--= [3, 2, 1]
--= [1, 5, 3]
--= [2, 5, 3]

-- running extremes of a time
SELECT min(a) OVER (ORDER BY n), max(a) OVER (PARTITION BY b), count(a) OVER (ORDER BY n), max_by(a, n) OVER (ORDER BY n) FROM (SELECT n, CAST(a AS TIMESTAMP) AS a, CAST(b AS TIMESTAMP) AS b FROM (VALUES (1, '2024-05-30 08:00:00', '2024-05-31 00:00:00'), (2, '2024-05-31 00:00:00', '2024-05-31 00:00:00'), (3, '2024-06-01 00:00:00.5', '1969-12-31 23:59:59'), (4, NULL, '2024-05-31 00:00:00'), (5, '2024-05-30 00:00:00', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: timestamp, timestamp, bigint, timestamp
--= ["2024-05-30 08:00:00", "2024-05-31 00:00:00", 1, "2024-05-30 08:00:00"]
--= ["2024-05-30 08:00:00", "2024-05-31 00:00:00", 2, "2024-05-31 00:00:00"]
--= ["2024-05-30 08:00:00", "2024-06-01 00:00:00.500000", 3, "2024-06-01 00:00:00.500000"]
--= ["2024-05-30 08:00:00", "2024-05-31 00:00:00", 3, null]
--= ["2024-05-30 00:00:00", "2024-05-30 00:00:00", 4, "2024-05-30 00:00:00"]
--= ["2024-05-30 00:00:00", "2024-05-30 00:00:00", 4, null]

-- an array of a time
SELECT element_at(ARRAY[a, b], 2), cardinality(ARRAY[a, b]), element_at(ARRAY[b, NULL], n), x IS NULL FROM (SELECT n, CAST(a AS TIMESTAMP) AS a, CAST(b AS TIMESTAMP) AS b FROM (VALUES (1, '2024-05-30 08:00:00', '2024-05-31 00:00:00'), (2, '2024-05-31 00:00:00', '2024-05-31 00:00:00'), (3, '2024-06-01 00:00:00.5', '1969-12-31 23:59:59'), (4, NULL, '2024-05-31 00:00:00'), (5, '2024-05-30 00:00:00', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t CROSS JOIN UNNEST(ARRAY[a, b]) AS u (x) WHERE n < 4 ORDER BY n, x
--: timestamp, bigint, timestamp, boolean
--= ["2024-05-31 00:00:00", 2, "2024-05-31 00:00:00", false]
--= ["2024-05-31 00:00:00", 2, "2024-05-31 00:00:00", false]
--= ["2024-05-31 00:00:00", 2, null, false]
--= ["2024-05-31 00:00:00", 2, null, false]
--= ["1969-12-31 23:59:59", 2, null, false]
--= ["1969-12-31 23:59:59", 2, null, false]

-- what an array holds of a time
SELECT contains(ARRAY[a, b], a), array_max(ARRAY[a, b]), array_min(ARRAY[b]), element_at(array_sort(ARRAY[b, a]), 1) FROM (SELECT n, CAST(a AS TIMESTAMP) AS a, CAST(b AS TIMESTAMP) AS b FROM (VALUES (1, '2024-05-30 08:00:00', '2024-05-31 00:00:00'), (2, '2024-05-31 00:00:00', '2024-05-31 00:00:00'), (3, '2024-06-01 00:00:00.5', '1969-12-31 23:59:59'), (4, NULL, '2024-05-31 00:00:00'), (5, '2024-05-30 00:00:00', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: boolean, timestamp, timestamp, timestamp
--= [true, "2024-05-31 00:00:00", "2024-05-31 00:00:00", "2024-05-30 08:00:00"]
--= [true, "2024-05-31 00:00:00", "2024-05-31 00:00:00", "2024-05-31 00:00:00"]
--= [true, "2024-06-01 00:00:00.500000", "1969-12-31 23:59:59", "1969-12-31 23:59:59"]
--= [null, null, "2024-05-31 00:00:00", "2024-05-31 00:00:00"]
--= [true, null, null, "2024-05-30 00:00:00"]
--= [null, null, null, null]

-- an array of a time, entry by entry
SELECT cardinality(filter(ARRAY[a, b], x -> x IS NOT NULL)), element_at(transform(ARRAY[a, b], x -> coalesce(x, b)), 1), cardinality(CAST(NULL AS ARRAY(TIMESTAMP))) FROM (SELECT n, CAST(a AS TIMESTAMP) AS a, CAST(b AS TIMESTAMP) AS b FROM (VALUES (1, '2024-05-30 08:00:00', '2024-05-31 00:00:00'), (2, '2024-05-31 00:00:00', '2024-05-31 00:00:00'), (3, '2024-06-01 00:00:00.5', '1969-12-31 23:59:59'), (4, NULL, '2024-05-31 00:00:00'), (5, '2024-05-30 00:00:00', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: bigint, timestamp, bigint
--= [2, "2024-05-30 08:00:00", null]
--= [2, "2024-05-31 00:00:00", null]
--= [2, "2024-06-01 00:00:00.500000", null]
--= [1, "2024-05-31 00:00:00", null]
--= [1, "2024-05-30 00:00:00", null]
--= [0, null, null]

-- aggregates of a time with FILTER
SELECT count(a) FILTER (WHERE n > 2), max(a) FILTER (WHERE n > 9), min(b) FILTER (WHERE a IS NOT NULL) FROM (SELECT n, CAST(a AS TIMESTAMP) AS a, CAST(b AS TIMESTAMP) AS b FROM (VALUES (1, '2024-05-30 08:00:00', '2024-05-31 00:00:00'), (2, '2024-05-31 00:00:00', '2024-05-31 00:00:00'), (3, '2024-06-01 00:00:00.5', '1969-12-31 23:59:59'), (4, NULL, '2024-05-31 00:00:00'), (5, '2024-05-30 00:00:00', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t
--: bigint, timestamp, timestamp
--= [2, null, "1969-12-31 23:59:59"]

-- functions of a text
SELECT lower(a), upper(a), trim(a), reverse(a), length(a) FROM (VALUES (1, 'a.b', '.', 1), (2, NULL, 'a', 2), (3, 'Ab裕', NULL, 3), (4, 'abc', 'b', NULL), (5, '', 'a', 1)) AS t (n, a, b, m) ORDER BY n
--: string, string, string, string, bigint
--= ["a.b", "A.B", "a.b", "b.a", 3]
--= [null, null, null, null, null]
--= ["ab裕", "AB裕", "Ab裕", "裕bA", 3]
--= ["abc", "ABC", "abc", "cba", 3]
--= ["", "", "", "", 0]

-- functions of two texts
SELECT strpos(a, b), starts_with(a, b), a LIKE b, a LIKE '%b' FROM (VALUES (1, 'a.b', '.', 1), (2, NULL, 'a', 2), (3, 'Ab裕', NULL, 3), (4, 'abc', 'b', NULL), (5, '', 'a', 1)) AS t (n, a, b, m) ORDER BY n
--: bigint, boolean, boolean, boolean
--= [2, false, false, true]
--= [null, null, null, null]
--= [null, null, null, false]
--= [2, false, false, false]
--= [0, false, false, false]

-- LIKE with ESCAPE
SELECT a LIKE '%!%' ESCAPE '!' , a LIKE '_!_%' ESCAPE '!' FROM (VALUES (1, 'a_b', '.', 1), (2, NULL, 'a', 2), (3, 'Ab裕', NULL, 3), (4, 'abc', 'b', NULL), (5, '', 'a', 1)) AS t (n, a, b, m) ORDER BY n
--: boolean, boolean
--= [false, true]
--= [null, null]
--= [false, false]
--= [false, false]
--= [false, false]

-- parts of a text
SELECT substr(a, m), substr(a, 2, m), substr(a, m, 1), lpad(a, 4, '0'), replace(a, 'b', '-') FROM (VALUES (1, 'a.b', '.', 1), (2, NULL, 'a', 2), (3, 'Ab裕', NULL, 3), (4, 'abc', 'b', NULL), (5, '', 'a', 1)) AS t (n, a, b, m) ORDER BY n
--: string, string, string, string, string
--= ["a.b", ".", "a", "0a.b", "a.-"]
--= [null, null, null, null, null]
--= ["裕", "b裕", "裕", "0Ab裕", "A-裕"]
--= [null, null, null, "0abc", "a-c"]
--= ["", "", "", "0000", ""]

-- parts of a text by a BIGINT
SELECT substr(a, m), substr(a, 2, m), substr(a, m, m), substr(a, strpos(a, '.') + 1) FROM (SELECT n, a, b, CAST(m AS BIGINT) AS m FROM (VALUES (1, 'a.b', '.', 1), (2, NULL, 'a', 2), (3, 'Ab裕', NULL, 3), (4, 'abc', 'b', NULL), (5, '', 'a', 1)) AS t (n, a, b, m)) AS t ORDER BY n
--: string, string, string, string
--= ["a.b", ".", "a", "b"]
--= [null, null, null, null]
--= ["裕", "b裕", "裕", "Ab裕"]
--= [null, null, null, "abc"]
--= ["", "", "", ""]

-- a replacement from a column
SELECT replace(a, 'b', b), lpad(a, 4, '0') FROM (VALUES (1, 'a.b', '.', 1), (2, NULL, 'a', 2), (3, 'Ab裕', NULL, 3), (4, 'abc', 'b', NULL), (5, '', 'a', 1)) AS t (n, a, b, m) ORDER BY n
--: string, string
--= ["a..", "0a.b"]
--= [null, null]
--= [null, "0Ab裕"]
--= ["abc", "0abc"]
--= ["", "0000"]

-- a split text of a column
SELECT element_at(split(a, '.'), m), cardinality(split(a, b)) FROM (VALUES (1, 'a.b', '.', 1), (2, NULL, 'a', 2), (3, 'Ab裕', NULL, 3), (4, 'abc', 'b', NULL), (5, '', 'a', 1)) AS t (n, a, b, m) WHERE n <> 5 ORDER BY n
--: string, bigint
--= ["a", 2]
--= [null, null]
--= [null, null]
--= [null, 2]

-- patterns in a column
SELECT regexp_like(a, '^[a-z.]+$'), regexp_replace(a, '[.b]', '-'), regexp_replace(a, 'a') FROM (VALUES (1, 'a.b', '.', 1), (2, NULL, 'a', 2), (3, 'Ab裕', NULL, 3), (4, 'abc', 'b', NULL), (5, '', 'a', 1)) AS t (n, a, b, m) ORDER BY n
--: boolean, string, string
--= [true, "a--", ".b"]
--= [null, null, null]
--= [false, "A-裕", "Ab裕"]
--= [true, "a-c", "bc"]
--= [false, "", ""]

-- fields of a time
SELECT year(at), quarter(at), month(at), day(at), day_of_week(at), hour(at), minute(at), second(at), to_unixtime(at) FROM (SELECT n, CAST(a AS TIMESTAMP) AS at, CAST(CAST(a AS TIMESTAMP) AS DATE) AS day FROM (VALUES (1, '2024-02-29 23:59:59'), (2, NULL), (3, '1969-12-31 00:00:00'), (4, '2024-12-30 12:30:00')) AS v (n, a)) AS t ORDER BY n
--: bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint, double
--= [2024, 1, 2, 29, 4, 23, 59, 59, 1709251199.0]
--= [null, null, null, null, null, null, null, null, null]
--= [1969, 4, 12, 31, 3, 0, 0, 0, -86400.0]
--= [2024, 4, 12, 30, 1, 12, 30, 0, 1735561800.0]

-- fields of a date
SELECT year(day), quarter(day), month(day), day(day), day_of_week(day) FROM (SELECT n, CAST(a AS TIMESTAMP) AS at, CAST(CAST(a AS TIMESTAMP) AS DATE) AS day FROM (VALUES (1, '2024-02-29 23:59:59'), (2, NULL), (3, '1969-12-31 00:00:00'), (4, '2024-12-30 12:30:00')) AS v (n, a)) AS t ORDER BY n
--: bigint, bigint, bigint, bigint, bigint
--= [2024, 1, 2, 29, 4]
--= [null, null, null, null, null]
--= [1969, 4, 12, 31, 3]
--= [2024, 4, 12, 30, 1]

-- seconds of a date
SELECT to_unixtime(CAST(day AS TIMESTAMP)) FROM (SELECT n, CAST(a AS TIMESTAMP) AS at, CAST(CAST(a AS TIMESTAMP) AS DATE) AS day FROM (VALUES (1, '2024-02-29 23:59:59'), (2, NULL), (3, '1969-12-31 00:00:00'), (4, '2024-12-30 12:30:00')) AS v (n, a)) AS t ORDER BY n
--: double
--= [1709164800.0]
--= [null]
--= [-86400.0]
--= [1735516800.0]

-- units of a time
SELECT date_trunc('minute', at), date_trunc('hour', at), date_trunc('day', at), date_trunc('week', at), date_trunc('month', at), date_trunc('year', at) FROM (SELECT n, CAST(a AS TIMESTAMP) AS at, CAST(CAST(a AS TIMESTAMP) AS DATE) AS day FROM (VALUES (1, '2024-02-29 23:59:59'), (2, NULL), (3, '1969-12-31 00:00:00'), (4, '2024-12-30 12:30:00')) AS v (n, a)) AS t ORDER BY n
--: timestamp, timestamp, timestamp, timestamp, timestamp, timestamp
--= ["2024-02-29 23:59:00", "2024-02-29 23:00:00", "2024-02-29 00:00:00", "2024-02-26 00:00:00", "2024-02-01 00:00:00", "2024-01-01 00:00:00"]
--= [null, null, null, null, null, null]
--= ["1969-12-31 00:00:00", "1969-12-31 00:00:00", "1969-12-31 00:00:00", "1969-12-29 00:00:00", "1969-12-01 00:00:00", "1969-01-01 00:00:00"]
--= ["2024-12-30 12:30:00", "2024-12-30 12:00:00", "2024-12-30 00:00:00", "2024-12-30 00:00:00", "2024-12-01 00:00:00", "2024-01-01 00:00:00"]

-- a time as text by a format
SELECT date_format(at, '%Y-%m-%d %H:%i:%s'), date_format(day, '%d %b %Y') FROM (SELECT n, CAST(a AS TIMESTAMP) AS at, CAST(CAST(a AS TIMESTAMP) AS DATE) AS day FROM (VALUES (1, '2024-02-29 23:59:59'), (2, NULL), (3, '1969-12-31 00:00:00'), (4, '2024-12-30 12:30:00')) AS v (n, a)) AS t ORDER BY n
--: string, string
--= ["2024-02-29 23:59:59", "29 Feb 2024"]
--= [null, null]
--= ["1969-12-31 00:00:00", "31 Dec 1969"]
--= ["2024-12-30 12:30:00", "30 Dec 2024"]

-- casts of a time and a date
SELECT CAST(at AS DATE), CAST(day AS TIMESTAMP), CAST(day AS VARCHAR), TRY_CAST(at AS DATE), CAST(at AS TIMESTAMP), CAST(day AS DATE) FROM (SELECT n, CAST(a AS TIMESTAMP) AS at, CAST(CAST(a AS TIMESTAMP) AS DATE) AS day FROM (VALUES (1, '2024-02-29 23:59:59'), (2, NULL), (3, '1969-12-31 00:00:00'), (4, '2024-12-30 12:30:00')) AS v (n, a)) AS t ORDER BY n
--: date, timestamp, string, date, timestamp, date
--= ["2024-02-29", "2024-02-29 00:00:00", "2024-02-29", "2024-02-29", "2024-02-29 23:59:59", "2024-02-29"]
--= [null, null, null, null, null, null]
--= ["1969-12-31", "1969-12-31 00:00:00", "1969-12-31", "1969-12-31", "1969-12-31 00:00:00", "1969-12-31"]
--= ["2024-12-30", "2024-12-30 00:00:00", "2024-12-30", "2024-12-30", "2024-12-30 12:30:00", "2024-12-30"]

-- casts of an INTEGER to numbers and text
SELECT CAST(i AS DOUBLE), CAST(i AS DECIMAL(12, 3)), CAST(i AS VARCHAR), CAST(i AS INTEGER), CAST(i AS BIGINT) FROM (SELECT n, CAST(a AS INTEGER) AS i, CAST(a AS BIGINT) AS g, CAST(a AS DECIMAL(9, 2)) AS d, CAST(a AS DOUBLE) AS f, a AS s FROM (VALUES (1, '7'), (2, NULL), (3, '-12'), (4, '0')) AS v (n, a)) AS t ORDER BY n
--: double, decimal(12,3), string, int, bigint
--= [7.0, "7.000", "7", 7, 7]
--= [null, null, null, null, null]
--= [-12.0, "-12.000", "-12", -12, -12]
--= [0.0, "0.000", "0", 0, 0]

-- casts of an INTEGER that may fail
SELECT TRY_CAST(i AS DOUBLE), TRY_CAST(i AS DECIMAL(12, 3)), TRY_CAST(i AS INTEGER), TRY_CAST(i AS BIGINT) FROM (SELECT n, CAST(a AS INTEGER) AS i, CAST(a AS BIGINT) AS g, CAST(a AS DECIMAL(9, 2)) AS d, CAST(a AS DOUBLE) AS f, a AS s FROM (VALUES (1, '7'), (2, NULL), (3, '-12'), (4, '0')) AS v (n, a)) AS t ORDER BY n
--: double, decimal(12,3), int, bigint
--= [7.0, "7.000", 7, 7]
--= [null, null, null, null]
--= [-12.0, "-12.000", -12, -12]
--= [0.0, "0.000", 0, 0]

-- casts of an INTEGER to a truth value and back
SELECT CAST(i AS BOOLEAN) FROM (SELECT n, CAST(a AS INTEGER) AS i, CAST(a AS BIGINT) AS g, CAST(a AS DECIMAL(9, 2)) AS d, CAST(a AS DOUBLE) AS f, a AS s FROM (VALUES (1, '7'), (2, NULL), (3, '-12'), (4, '0')) AS v (n, a)) AS t ORDER BY n
--: boolean
--= [true]
--= [null]
--= [true]
--= [false]

-- casts of a BIGINT to numbers and text
SELECT CAST(g AS DOUBLE), CAST(g AS DECIMAL(12, 3)), CAST(g AS VARCHAR), CAST(g AS INTEGER), CAST(g AS BIGINT) FROM (SELECT n, CAST(a AS INTEGER) AS i, CAST(a AS BIGINT) AS g, CAST(a AS DECIMAL(9, 2)) AS d, CAST(a AS DOUBLE) AS f, a AS s FROM (VALUES (1, '7'), (2, NULL), (3, '-12'), (4, '0')) AS v (n, a)) AS t ORDER BY n
--: double, decimal(12,3), string, int, bigint
--= [7.0, "7.000", "7", 7, 7]
--= [null, null, null, null, null]
--= [-12.0, "-12.000", "-12", -12, -12]
--= [0.0, "0.000", "0", 0, 0]

-- casts of a BIGINT that may fail
SELECT TRY_CAST(g AS DOUBLE), TRY_CAST(g AS DECIMAL(12, 3)), TRY_CAST(g AS INTEGER), TRY_CAST(g AS BIGINT) FROM (SELECT n, CAST(a AS INTEGER) AS i, CAST(a AS BIGINT) AS g, CAST(a AS DECIMAL(9, 2)) AS d, CAST(a AS DOUBLE) AS f, a AS s FROM (VALUES (1, '7'), (2, NULL), (3, '-12'), (4, '0')) AS v (n, a)) AS t ORDER BY n
--: double, decimal(12,3), int, bigint
--= [7.0, "7.000", 7, 7]
--= [null, null, null, null]
--= [-12.0, "-12.000", -12, -12]
--= [0.0, "0.000", 0, 0]

-- casts of a BIGINT to a truth value and back
SELECT CAST(g AS BOOLEAN) FROM (SELECT n, CAST(a AS INTEGER) AS i, CAST(a AS BIGINT) AS g, CAST(a AS DECIMAL(9, 2)) AS d, CAST(a AS DOUBLE) AS f, a AS s FROM (VALUES (1, '7'), (2, NULL), (3, '-12'), (4, '0')) AS v (n, a)) AS t ORDER BY n
--: boolean
--= [true]
--= [null]
--= [true]
--= [false]

-- casts of a DECIMAL to numbers and text
SELECT CAST(d AS DOUBLE), CAST(d AS DECIMAL(12, 3)), CAST(d AS VARCHAR), CAST(floor(d) AS INTEGER), CAST(floor(d) AS BIGINT) FROM (SELECT n, CAST(a AS INTEGER) AS i, CAST(a AS BIGINT) AS g, CAST(a AS DECIMAL(9, 2)) AS d, CAST(a AS DOUBLE) AS f, a AS s FROM (VALUES (1, '7'), (2, NULL), (3, '-12'), (4, '0')) AS v (n, a)) AS t ORDER BY n
--: double, decimal(12,3), string, int, bigint
--= [7.0, "7.000", "7.00", 7, 7]
--= [null, null, null, null, null]
--= [-12.0, "-12.000", "-12.00", -12, -12]
--= [0.0, "0.000", "0.00", 0, 0]

-- casts of a DECIMAL that may fail
SELECT TRY_CAST(d AS DOUBLE), TRY_CAST(d AS DECIMAL(12, 3)) FROM (SELECT n, CAST(a AS INTEGER) AS i, CAST(a AS BIGINT) AS g, CAST(a AS DECIMAL(9, 2)) AS d, CAST(a AS DOUBLE) AS f, a AS s FROM (VALUES (1, '7'), (2, NULL), (3, '-12'), (4, '0')) AS v (n, a)) AS t ORDER BY n
--: double, decimal(12,3)
--= [7.0, "7.000"]
--= [null, null]
--= [-12.0, "-12.000"]
--= [0.0, "0.000"]

-- casts of a DECIMAL to a truth value and back
SELECT CAST(d AS BOOLEAN) FROM (SELECT n, CAST(a AS INTEGER) AS i, CAST(a AS BIGINT) AS g, CAST(a AS DECIMAL(9, 2)) AS d, CAST(a AS DOUBLE) AS f, a AS s FROM (VALUES (1, '7'), (2, NULL), (3, '-12'), (4, '0')) AS v (n, a)) AS t ORDER BY n
--: boolean
--= [true]
--= [null]
--= [true]
--= [false]

-- casts of a DOUBLE to numbers and text
SELECT CAST(f AS DOUBLE), CAST(f AS DECIMAL(12, 3)), CAST(floor(f) AS INTEGER), CAST(floor(f) AS BIGINT) FROM (SELECT n, CAST(a AS INTEGER) AS i, CAST(a AS BIGINT) AS g, CAST(a AS DECIMAL(9, 2)) AS d, CAST(a AS DOUBLE) AS f, a AS s FROM (VALUES (1, '7'), (2, NULL), (3, '-12'), (4, '0')) AS v (n, a)) AS t ORDER BY n
--: double, decimal(12,3), int, bigint
--= [7.0, "7.000", 7, 7]
--= [null, null, null, null]
--= [-12.0, "-12.000", -12, -12]
--= [0.0, "0.000", 0, 0]

-- casts of a DOUBLE that may fail
SELECT TRY_CAST(f AS DOUBLE), TRY_CAST(f AS DECIMAL(12, 3)) FROM (SELECT n, CAST(a AS INTEGER) AS i, CAST(a AS BIGINT) AS g, CAST(a AS DECIMAL(9, 2)) AS d, CAST(a AS DOUBLE) AS f, a AS s FROM (VALUES (1, '7'), (2, NULL), (3, '-12'), (4, '0')) AS v (n, a)) AS t ORDER BY n
--: double, decimal(12,3)
--= [7.0, "7.000"]
--= [null, null]
--= [-12.0, "-12.000"]
--= [0.0, "0.000"]

-- casts of a DOUBLE to a truth value and back
SELECT CAST(f AS BOOLEAN) FROM (SELECT n, CAST(a AS INTEGER) AS i, CAST(a AS BIGINT) AS g, CAST(a AS DECIMAL(9, 2)) AS d, CAST(a AS DOUBLE) AS f, a AS s FROM (VALUES (1, '7'), (2, NULL), (3, '-12'), (4, '0')) AS v (n, a)) AS t ORDER BY n
--: boolean
--= [true]
--= [null]
--= [true]
--= [false]

-- casts of a text to numbers and text
SELECT CAST(s AS DOUBLE), CAST(s AS DECIMAL(12, 3)), CAST(s AS VARCHAR), CAST(s AS INTEGER), CAST(s AS BIGINT) FROM (SELECT n, CAST(a AS INTEGER) AS i, CAST(a AS BIGINT) AS g, CAST(a AS DECIMAL(9, 2)) AS d, CAST(a AS DOUBLE) AS f, a AS s FROM (VALUES (1, '7'), (2, NULL), (3, '-12'), (4, '0')) AS v (n, a)) AS t ORDER BY n
--: double, decimal(12,3), string, int, bigint
--= [7.0, "7.000", "7", 7, 7]
--= [null, null, null, null, null]
--= [-12.0, "-12.000", "-12", -12, -12]
--= [0.0, "0.000", "0", 0, 0]

-- casts of a text that may fail
SELECT TRY_CAST(s AS DOUBLE), TRY_CAST(s AS DECIMAL(12, 3)), TRY_CAST(s AS INTEGER), TRY_CAST(s AS BIGINT) FROM (SELECT n, CAST(a AS INTEGER) AS i, CAST(a AS BIGINT) AS g, CAST(a AS DECIMAL(9, 2)) AS d, CAST(a AS DOUBLE) AS f, a AS s FROM (VALUES (1, '7'), (2, NULL), (3, '-12'), (4, '0')) AS v (n, a)) AS t ORDER BY n
--: double, decimal(12,3), int, bigint
--= [7.0, "7.000", 7, 7]
--= [null, null, null, null]
--= [-12.0, "-12.000", -12, -12]
--= [0.0, "0.000", 0, 0]

-- casts of a truth value
SELECT CAST(a AS VARCHAR), CAST(a AS INTEGER), CAST(a AS BIGINT), CAST(a AS DOUBLE), CAST(a AS BOOLEAN) FROM (SELECT n, CAST(a AS BOOLEAN) AS a, CAST(b AS BOOLEAN) AS b FROM (VALUES (1, 'true', 'false'), (2, 'true', 'true'), (3, 'false', 'true'), (4, NULL, 'true'), (5, 'false', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: string, int, bigint, double, boolean
--= ["true", 1, 1, 1.0, true]
--= ["true", 1, 1, 1.0, true]
--= ["false", 0, 0, 0.0, false]
--= [null, null, null, null, null]
--= ["false", 0, 0, 0.0, false]
--= [null, null, null, null, null]

-- casts of a text to times and truth values
SELECT CAST(s AS TIMESTAMP), CAST(CAST(s AS TIMESTAMP) AS DATE), TRY_CAST(s AS DATE), TRY_CAST(s AS TIMESTAMP), TRY_CAST(s AS BOOLEAN), CAST(s AS VARCHAR) FROM (VALUES (1, '2024-05-30 08:00:00'), (2, NULL)) AS t (n, s) ORDER BY n
--: timestamp, date, date, timestamp, boolean, string
--= ["2024-05-30 08:00:00", "2024-05-30", null, "2024-05-30 08:00:00", null, "2024-05-30 08:00:00"]
--= [null, null, null, null, null, null]

-- casts of a text to a date and a truth value
SELECT CAST(s AS DATE), CAST(b AS BOOLEAN) FROM (VALUES (1, '2024-05-30', 'true'), (2, NULL, NULL), (3, '1969-12-31', 'false')) AS t (n, s, b) ORDER BY n
--: date, boolean
--= ["2024-05-30", true]
--= [null, null]
--= ["1969-12-31", false]

-- parts of JSON, and of no JSON
SELECT json_extract_scalar(j, '$.a'), json_extract_scalar(json_extract(j, '$.b'), '$.c'), json_extract_scalar(j, '$.l[1]'), cardinality(CAST(json_extract(j, '$.l') AS ARRAY(JSON))) FROM (VALUES (1, '{"a": 1, "b": {"c": null}, "l": [1, "x"]}'), (2, NULL), (3, '{}')) AS t (n, j) ORDER BY n
--: string, string, string, bigint
--= ["1", null, "x", 2]
--= [null, null, null, null]
--= [null, null, null, null]

-- an array of BIGINT out of JSON
SELECT n, x, cardinality(l), element_at(l, 2) FROM (SELECT n, CAST(json_extract(j, '$.l') AS ARRAY(BIGINT)) AS l FROM (VALUES (1, '{"l": [1, null, 2]}'), (2, NULL), (3, '{}'), (4, '{"l": []}')) AS t (n, j)) AS t CROSS JOIN UNNEST(l) AS u (x) ORDER BY n, x
--: int, bigint, bigint, bigint
--= [1, 1, 3, null]
--= [1, 2, 3, null]
--= [1, null, 3, null]

-- an array of DOUBLE out of JSON
SELECT n, x, cardinality(l), element_at(l, 2) FROM (SELECT n, CAST(json_extract(j, '$.l') AS ARRAY(DOUBLE)) AS l FROM (VALUES (1, '{"l": [1, null, 2]}'), (2, NULL), (3, '{}'), (4, '{"l": []}')) AS t (n, j)) AS t CROSS JOIN UNNEST(l) AS u (x) ORDER BY n, x
--: int, double, bigint, double
--= [1, 1.0, 3, null]
--= [1, 2.0, 3, null]
--= [1, null, 3, null]

-- an array of VARCHAR out of JSON
SELECT n, x, cardinality(l), element_at(l, 2) FROM (SELECT n, CAST(json_extract(j, '$.l') AS ARRAY(VARCHAR)) AS l FROM (VALUES (1, '{"l": ["x", null]}'), (2, NULL), (3, '{}'), (4, '{"l": []}')) AS t (n, j)) AS t CROSS JOIN UNNEST(l) AS u (x) ORDER BY n, x
--: int, string, bigint, string
--= [1, "x", 2, null]
--= [1, null, 2, null]

-- an array of INTEGER out of JSON
SELECT n, x, cardinality(l), element_at(l, 2) FROM (SELECT n, CAST(json_extract(j, '$.l') AS ARRAY(INTEGER)) AS l FROM (VALUES (1, '{"l": [1, null, 2]}'), (2, NULL), (3, '{}'), (4, '{"l": []}')) AS t (n, j)) AS t CROSS JOIN UNNEST(l) AS u (x) ORDER BY n, x
--: int, int, bigint, int
--= [1, 1, 3, null]
--= [1, 2, 3, null]
--= [1, null, 3, null]

-- an array of BOOLEAN out of JSON
SELECT n, x, cardinality(l), element_at(l, 2) FROM (SELECT n, CAST(json_extract(j, '$.l') AS ARRAY(BOOLEAN)) AS l FROM (VALUES (1, '{"l": [true, null]}'), (2, NULL), (3, '{}'), (4, '{"l": []}')) AS t (n, j)) AS t CROSS JOIN UNNEST(l) AS u (x) ORDER BY n, x
--: int, boolean, bigint, boolean
--= [1, true, 2, null]
--= [1, null, 2, null]

-- arrays of arrays out of JSON, with NULL
SELECT n, element_at(p, 1), element_at(p, 2), cardinality(p), cardinality(l), cardinality(transform(l, q -> element_at(q, 1))), cardinality(filter(l, q -> cardinality(q) > 1)) FROM (SELECT n, CAST(json_extract(j, '$.l') AS ARRAY(ARRAY(DOUBLE))) AS l FROM (VALUES (1, '{"l": [[1.5, 2], [3], null]}'), (2, NULL)) AS t (n, j)) AS t CROSS JOIN UNNEST(l) AS u (p) ORDER BY n, 2
--: int, double, double, bigint, bigint, bigint, bigint
--= [1, 1.5, 2.0, 2, 3, 3, 1]
--= [1, 3.0, null, 1, 3, 3, 1]
--= [1, null, null, null, 3, 3, 1]

-- digits of a DECIMAL
SELECT round(a, 1), round(a, 0), round(a, -1) FROM (SELECT n, CAST(a AS DECIMAL(9, 2)) AS a, CAST(b AS DECIMAL(9, 2)) AS b FROM (VALUES (1, '1.25', '2.5'), (2, '2.5', '2.5'), (3, '3.75', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: decimal(10,2), decimal(10,2), decimal(10,2)
--= ["1.30", "1.00", "0.00"]
--= ["2.50", "3.00", "0.00"]
--= ["3.80", "4.00", "0.00"]
--= [null, null, null]
--= ["4.00", "4.00", "0.00"]
--= [null, null, null]

-- trim of given characters from a column
SELECT trim(BOTH 'x' FROM a), trim(BOTH b FROM a) FROM (VALUES (1, 'xax', 'x'), (2, NULL, 'x'), (3, 'xa', NULL)) AS t (n, a, b) ORDER BY n
--: string, string
--= ["a", "a"]
--= [null, null]
--= ["a", null]

-- the value at an extreme of a truth value
SELECT max_by(n, a), min_by(n, a), max_by(a, n), min_by(b, n) FROM (SELECT n, CAST(a AS BOOLEAN) AS a, CAST(b AS BOOLEAN) AS b FROM (VALUES (1, 'true', 'false'), (2, 'true', 'true'), (3, 'false', 'true'), (4, NULL, 'true'), (5, 'false', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t WHERE n NOT IN (2, 5)
--: int, int, boolean, boolean
--= [1, 3, null, false]

-- the value at an extreme of a date
SELECT max_by(n, a), min_by(n, a), max_by(a, n), min_by(b, n) FROM (SELECT n, CAST(a AS DATE) AS a, CAST(b AS DATE) AS b FROM (VALUES (1, '2024-05-30', '2024-05-31'), (2, '2024-05-31', '2024-05-31'), (3, '2024-06-01', '1969-12-31'), (4, NULL, '2024-05-31'), (5, '2024-05-30', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t WHERE n NOT IN (2, 5)
--: int, int, date, date
--= [3, 1, null, "2024-05-31"]

-- a character by its number
SELECT chr(65), chr(10), chr(255), chr(NULL) FROM (VALUES 1) AS t (m)
--: string, string, string, string
--= ["A", "\n", "ÿ", null]

-- entries of JSON by their place
SELECT json_extract_scalar(element_at(l, m), '$.a'), cardinality(filter(l, x -> json_extract_scalar(x, '$.a') IS NOT NULL)), cardinality(transform(l, x -> json_extract_scalar(x, '$.a'))) FROM (SELECT n, m, CAST(json_extract(j, '$.l') AS ARRAY(JSON)) AS l FROM (VALUES (1, 1, '{"l": [{"a": 1}, {"b": 2}]}'), (2, 2, '{"l": [{"a": 1}, {"b": 2}]}'), (3, 9, '{"l": []}'), (4, NULL, '{"l": [{"a": 1}]}'), (5, 1, NULL)) AS t (n, m, j)) AS t ORDER BY n
--: string, bigint, bigint
--= ["1", 1, 2]
--= [null, 1, 2]
--= [null, 0, 0]
--= [null, 1, 1]
--= [null, null, null]

-- an entry of an array by its place
SELECT element_at(ARRAY[10, 20, NULL], m), element_at(ARRAY[DOUBLE '1.5', NULL], m), element_at(ARRAY['x', NULL], m), element_at(ARRAY[CAST(1 AS BIGINT)], m), element_at(ARRAY[DATE '2024-05-30', NULL], m), element_at(ARRAY[TIMESTAMP '2024-05-30 00:00:00', NULL], m), element_at(ARRAY[TRUE, NULL], m) FROM (VALUES 1, 2, 9, -1, NULL) AS t (m) ORDER BY m
--: int, double, string, bigint, date, timestamp, boolean
--= [null, null, null, 1, null, null, null]
--= [10, 1.5, "x", 1, "2024-05-30", "2024-05-30 00:00:00", true]
--= [20, null, null, null, null, null, null]
--= [null, null, null, null, null, null, null]
--= [null, null, null, null, null, null, null]

-- a sequence, with a step
SELECT s.n, s.n / 2, sum(t.n), max(s.n) FROM UNNEST(sequence(1, 3)) AS s (n) CROSS JOIN UNNEST(sequence(0, 10, 5)) AS t (n) GROUP BY s.n ORDER BY 1, 2
--: bigint, bigint, bigint, bigint
--= [1, 0, 15, 1]
--= [2, 1, 15, 2]
--= [3, 1, 15, 3]

-- places of neighbours
SELECT lag(a, 2) OVER (ORDER BY n), lead(a, 1, b) OVER (ORDER BY n) FROM (SELECT n, CAST(a AS INTEGER) AS a, CAST(b AS INTEGER) AS b FROM (VALUES (1, '1', '2'), (2, '2', '2'), (3, '3', '-2'), (4, NULL, '1'), (5, '4', NULL), (6, NULL, NULL)) AS v (n, a, b)) AS t ORDER BY n
--: int, int
--= [null, 2]
--= [null, 3]
--= [1, null]
--= [2, 4]
--= [3, null]
--= [null, null]

-- the character of a large number in a column
SELECT chr(m) FROM (VALUES 65, 10, NULL, 35029) AS t (m) ORDER BY m
--: string
--= ["\n"]
--= ["A"]
--= ["裕"]
--= [null]

-- values at the extremes of an INTEGER
SELECT max_by(i, i), min_by(i, i), max_by(g, i), min_by(g, i), max_by(d, i), min_by(d, i), max_by(f, i), min_by(f, i), max_by(s, i), min_by(s, i), max_by(b, i), min_by(b, i), max_by(y, i), min_by(y, i), max_by(z, i), min_by(z, i) FROM (SELECT n, CAST(a AS INTEGER) AS i, CAST(a AS BIGINT) AS g, CAST(a AS DECIMAL(9, 2)) AS d, CAST(a AS DOUBLE) AS f, a AS s, a = '2' AS b, CAST(t AS DATE) AS y, CAST(t AS TIMESTAMP) AS z FROM (VALUES (1, '1', '2024-05-31'), (2, NULL, NULL), (3, '2', '2024-05-30')) AS v (n, a, t)) AS t
--: int, int, bigint, bigint, decimal(9,2), decimal(9,2), double, double, string, string, boolean, boolean, date, date, timestamp, timestamp
--= [2, 1, 2, 1, "2.00", "1.00", 2.0, 1.0, "2", "1", true, false, "2024-05-30", "2024-05-31", "2024-05-30 00:00:00", "2024-05-31 00:00:00"]

-- values at the extremes of a BIGINT
SELECT max_by(i, g), min_by(i, g), max_by(g, g), min_by(g, g), max_by(d, g), min_by(d, g), max_by(f, g), min_by(f, g), max_by(s, g), min_by(s, g), max_by(b, g), min_by(b, g), max_by(y, g), min_by(y, g), max_by(z, g), min_by(z, g) FROM (SELECT n, CAST(a AS INTEGER) AS i, CAST(a AS BIGINT) AS g, CAST(a AS DECIMAL(9, 2)) AS d, CAST(a AS DOUBLE) AS f, a AS s, a = '2' AS b, CAST(t AS DATE) AS y, CAST(t AS TIMESTAMP) AS z FROM (VALUES (1, '1', '2024-05-31'), (2, NULL, NULL), (3, '2', '2024-05-30')) AS v (n, a, t)) AS t
--: int, int, bigint, bigint, decimal(9,2), decimal(9,2), double, double, string, string, boolean, boolean, date, date, timestamp, timestamp
--= [2, 1, 2, 1, "2.00", "1.00", 2.0, 1.0, "2", "1", true, false, "2024-05-30", "2024-05-31", "2024-05-30 00:00:00", "2024-05-31 00:00:00"]

-- values at the extremes of a DECIMAL
SELECT max_by(i, d), min_by(i, d), max_by(g, d), min_by(g, d), max_by(d, d), min_by(d, d), max_by(f, d), min_by(f, d), max_by(s, d), min_by(s, d), max_by(b, d), min_by(b, d), max_by(y, d), min_by(y, d), max_by(z, d), min_by(z, d) FROM (SELECT n, CAST(a AS INTEGER) AS i, CAST(a AS BIGINT) AS g, CAST(a AS DECIMAL(9, 2)) AS d, CAST(a AS DOUBLE) AS f, a AS s, a = '2' AS b, CAST(t AS DATE) AS y, CAST(t AS TIMESTAMP) AS z FROM (VALUES (1, '1', '2024-05-31'), (2, NULL, NULL), (3, '2', '2024-05-30')) AS v (n, a, t)) AS t
--: int, int, bigint, bigint, decimal(9,2), decimal(9,2), double, double, string, string, boolean, boolean, date, date, timestamp, timestamp
--= [2, 1, 2, 1, "2.00", "1.00", 2.0, 1.0, "2", "1", true, false, "2024-05-30", "2024-05-31", "2024-05-30 00:00:00", "2024-05-31 00:00:00"]

-- values at the extremes of a DOUBLE
SELECT max_by(i, f), min_by(i, f), max_by(g, f), min_by(g, f), max_by(d, f), min_by(d, f), max_by(f, f), min_by(f, f), max_by(s, f), min_by(s, f), max_by(b, f), min_by(b, f), max_by(y, f), min_by(y, f), max_by(z, f), min_by(z, f) FROM (SELECT n, CAST(a AS INTEGER) AS i, CAST(a AS BIGINT) AS g, CAST(a AS DECIMAL(9, 2)) AS d, CAST(a AS DOUBLE) AS f, a AS s, a = '2' AS b, CAST(t AS DATE) AS y, CAST(t AS TIMESTAMP) AS z FROM (VALUES (1, '1', '2024-05-31'), (2, NULL, NULL), (3, '2', '2024-05-30')) AS v (n, a, t)) AS t
--: int, int, bigint, bigint, decimal(9,2), decimal(9,2), double, double, string, string, boolean, boolean, date, date, timestamp, timestamp
--= [2, 1, 2, 1, "2.00", "1.00", 2.0, 1.0, "2", "1", true, false, "2024-05-30", "2024-05-31", "2024-05-30 00:00:00", "2024-05-31 00:00:00"]

-- values at the extremes of a text
SELECT max_by(i, s), min_by(i, s), max_by(g, s), min_by(g, s), max_by(d, s), min_by(d, s), max_by(f, s), min_by(f, s), max_by(s, s), min_by(s, s), max_by(b, s), min_by(b, s), max_by(y, s), min_by(y, s), max_by(z, s), min_by(z, s) FROM (SELECT n, CAST(a AS INTEGER) AS i, CAST(a AS BIGINT) AS g, CAST(a AS DECIMAL(9, 2)) AS d, CAST(a AS DOUBLE) AS f, a AS s, a = '2' AS b, CAST(t AS DATE) AS y, CAST(t AS TIMESTAMP) AS z FROM (VALUES (1, '1', '2024-05-31'), (2, NULL, NULL), (3, '2', '2024-05-30')) AS v (n, a, t)) AS t
--: int, int, bigint, bigint, decimal(9,2), decimal(9,2), double, double, string, string, boolean, boolean, date, date, timestamp, timestamp
--= [2, 1, 2, 1, "2.00", "1.00", 2.0, 1.0, "2", "1", true, false, "2024-05-30", "2024-05-31", "2024-05-30 00:00:00", "2024-05-31 00:00:00"]

-- values at the extremes of a truth value
SELECT max_by(i, b), min_by(i, b), max_by(g, b), min_by(g, b), max_by(d, b), min_by(d, b), max_by(f, b), min_by(f, b), max_by(s, b), min_by(s, b), max_by(b, b), min_by(b, b), max_by(y, b), min_by(y, b), max_by(z, b), min_by(z, b) FROM (SELECT n, CAST(a AS INTEGER) AS i, CAST(a AS BIGINT) AS g, CAST(a AS DECIMAL(9, 2)) AS d, CAST(a AS DOUBLE) AS f, a AS s, a = '2' AS b, CAST(t AS DATE) AS y, CAST(t AS TIMESTAMP) AS z FROM (VALUES (1, '1', '2024-05-31'), (2, NULL, NULL), (3, '2', '2024-05-30')) AS v (n, a, t)) AS t
--: int, int, bigint, bigint, decimal(9,2), decimal(9,2), double, double, string, string, boolean, boolean, date, date, timestamp, timestamp
--= [2, 1, 2, 1, "2.00", "1.00", 2.0, 1.0, "2", "1", true, false, "2024-05-30", "2024-05-31", "2024-05-30 00:00:00", "2024-05-31 00:00:00"]

-- values at the extremes of a date
SELECT max_by(i, y), min_by(i, y), max_by(g, y), min_by(g, y), max_by(d, y), min_by(d, y), max_by(f, y), min_by(f, y), max_by(s, y), min_by(s, y), max_by(b, y), min_by(b, y), max_by(y, y), min_by(y, y), max_by(z, y), min_by(z, y) FROM (SELECT n, CAST(a AS INTEGER) AS i, CAST(a AS BIGINT) AS g, CAST(a AS DECIMAL(9, 2)) AS d, CAST(a AS DOUBLE) AS f, a AS s, a = '2' AS b, CAST(t AS DATE) AS y, CAST(t AS TIMESTAMP) AS z FROM (VALUES (1, '1', '2024-05-31'), (2, NULL, NULL), (3, '2', '2024-05-30')) AS v (n, a, t)) AS t
--: int, int, bigint, bigint, decimal(9,2), decimal(9,2), double, double, string, string, boolean, boolean, date, date, timestamp, timestamp
--= [1, 2, 1, 2, "1.00", "2.00", 1.0, 2.0, "1", "2", false, true, "2024-05-31", "2024-05-30", "2024-05-31 00:00:00", "2024-05-30 00:00:00"]

-- values at the extremes of a time
SELECT max_by(i, z), min_by(i, z), max_by(g, z), min_by(g, z), max_by(d, z), min_by(d, z), max_by(f, z), min_by(f, z), max_by(s, z), min_by(s, z), max_by(b, z), min_by(b, z), max_by(y, z), min_by(y, z), max_by(z, z), min_by(z, z) FROM (SELECT n, CAST(a AS INTEGER) AS i, CAST(a AS BIGINT) AS g, CAST(a AS DECIMAL(9, 2)) AS d, CAST(a AS DOUBLE) AS f, a AS s, a = '2' AS b, CAST(t AS DATE) AS y, CAST(t AS TIMESTAMP) AS z FROM (VALUES (1, '1', '2024-05-31'), (2, NULL, NULL), (3, '2', '2024-05-30')) AS v (n, a, t)) AS t
--: int, int, bigint, bigint, decimal(9,2), decimal(9,2), double, double, string, string, boolean, boolean, date, date, timestamp, timestamp
--= [1, 2, 1, 2, "1.00", "2.00", 1.0, 2.0, "1", "2", false, true, "2024-05-31", "2024-05-30", "2024-05-31 00:00:00", "2024-05-30 00:00:00"]

-- values at the extremes of nothing
SELECT max_by(i, i), max_by(g, g), max_by(d, d), max_by(f, f), max_by(s, s), max_by(b, b), max_by(y, y), max_by(z, z) FROM (SELECT n, CAST(a AS INTEGER) AS i, CAST(a AS BIGINT) AS g, CAST(a AS DECIMAL(9, 2)) AS d, CAST(a AS DOUBLE) AS f, a AS s, a = '2' AS b, CAST(t AS DATE) AS y, CAST(t AS TIMESTAMP) AS z FROM (VALUES (1, '1', '2024-05-31'), (2, NULL, NULL), (3, '2', '2024-05-30')) AS v (n, a, t)) AS t WHERE i IS NULL
--: int, bigint, decimal(9,2), double, string, boolean, date, timestamp
--= [null, null, null, null, null, null, null, null]

-- running values at the extreme of an INTEGER
SELECT max_by(i, i) OVER (ORDER BY n), max_by(g, i) OVER (ORDER BY n), max_by(d, i) OVER (ORDER BY n), max_by(f, i) OVER (ORDER BY n), max_by(s, i) OVER (ORDER BY n), max_by(b, i) OVER (ORDER BY n), max_by(y, i) OVER (ORDER BY n), max_by(z, i) OVER (ORDER BY n) FROM (SELECT n, CAST(a AS INTEGER) AS i, CAST(a AS BIGINT) AS g, CAST(a AS DECIMAL(9, 2)) AS d, CAST(a AS DOUBLE) AS f, a AS s, a = '2' AS b, CAST(t AS DATE) AS y, CAST(t AS TIMESTAMP) AS z FROM (VALUES (1, '1', '2024-05-31'), (2, NULL, NULL), (3, '2', '2024-05-30')) AS v (n, a, t)) AS t ORDER BY n
--: int, bigint, decimal(9,2), double, string, boolean, date, timestamp
--= [1, 1, "1.00", 1.0, "1", false, "2024-05-31", "2024-05-31 00:00:00"]
--= [1, 1, "1.00", 1.0, "1", false, "2024-05-31", "2024-05-31 00:00:00"]
--= [2, 2, "2.00", 2.0, "2", true, "2024-05-30", "2024-05-30 00:00:00"]

-- running values at the extreme of a BIGINT
SELECT max_by(i, g) OVER (ORDER BY n), max_by(g, g) OVER (ORDER BY n), max_by(d, g) OVER (ORDER BY n), max_by(f, g) OVER (ORDER BY n), max_by(s, g) OVER (ORDER BY n), max_by(b, g) OVER (ORDER BY n), max_by(y, g) OVER (ORDER BY n), max_by(z, g) OVER (ORDER BY n) FROM (SELECT n, CAST(a AS INTEGER) AS i, CAST(a AS BIGINT) AS g, CAST(a AS DECIMAL(9, 2)) AS d, CAST(a AS DOUBLE) AS f, a AS s, a = '2' AS b, CAST(t AS DATE) AS y, CAST(t AS TIMESTAMP) AS z FROM (VALUES (1, '1', '2024-05-31'), (2, NULL, NULL), (3, '2', '2024-05-30')) AS v (n, a, t)) AS t ORDER BY n
--: int, bigint, decimal(9,2), double, string, boolean, date, timestamp
--= [1, 1, "1.00", 1.0, "1", false, "2024-05-31", "2024-05-31 00:00:00"]
--= [1, 1, "1.00", 1.0, "1", false, "2024-05-31", "2024-05-31 00:00:00"]
--= [2, 2, "2.00", 2.0, "2", true, "2024-05-30", "2024-05-30 00:00:00"]

-- running values at the extreme of a DECIMAL
SELECT max_by(i, d) OVER (ORDER BY n), max_by(g, d) OVER (ORDER BY n), max_by(d, d) OVER (ORDER BY n), max_by(f, d) OVER (ORDER BY n), max_by(s, d) OVER (ORDER BY n), max_by(b, d) OVER (ORDER BY n), max_by(y, d) OVER (ORDER BY n), max_by(z, d) OVER (ORDER BY n) FROM (SELECT n, CAST(a AS INTEGER) AS i, CAST(a AS BIGINT) AS g, CAST(a AS DECIMAL(9, 2)) AS d, CAST(a AS DOUBLE) AS f, a AS s, a = '2' AS b, CAST(t AS DATE) AS y, CAST(t AS TIMESTAMP) AS z FROM (VALUES (1, '1', '2024-05-31'), (2, NULL, NULL), (3, '2', '2024-05-30')) AS v (n, a, t)) AS t ORDER BY n
--: int, bigint, decimal(9,2), double, string, boolean, date, timestamp
--= [1, 1, "1.00", 1.0, "1", false, "2024-05-31", "2024-05-31 00:00:00"]
--= [1, 1, "1.00", 1.0, "1", false, "2024-05-31", "2024-05-31 00:00:00"]
--= [2, 2, "2.00", 2.0, "2", true, "2024-05-30", "2024-05-30 00:00:00"]

-- running values at the extreme of a DOUBLE
SELECT max_by(i, f) OVER (ORDER BY n), max_by(g, f) OVER (ORDER BY n), max_by(d, f) OVER (ORDER BY n), max_by(f, f) OVER (ORDER BY n), max_by(s, f) OVER (ORDER BY n), max_by(b, f) OVER (ORDER BY n), max_by(y, f) OVER (ORDER BY n), max_by(z, f) OVER (ORDER BY n) FROM (SELECT n, CAST(a AS INTEGER) AS i, CAST(a AS BIGINT) AS g, CAST(a AS DECIMAL(9, 2)) AS d, CAST(a AS DOUBLE) AS f, a AS s, a = '2' AS b, CAST(t AS DATE) AS y, CAST(t AS TIMESTAMP) AS z FROM (VALUES (1, '1', '2024-05-31'), (2, NULL, NULL), (3, '2', '2024-05-30')) AS v (n, a, t)) AS t ORDER BY n
--: int, bigint, decimal(9,2), double, string, boolean, date, timestamp
--= [1, 1, "1.00", 1.0, "1", false, "2024-05-31", "2024-05-31 00:00:00"]
--= [1, 1, "1.00", 1.0, "1", false, "2024-05-31", "2024-05-31 00:00:00"]
--= [2, 2, "2.00", 2.0, "2", true, "2024-05-30", "2024-05-30 00:00:00"]

-- running values at the extreme of a text
SELECT max_by(i, s) OVER (ORDER BY n), max_by(g, s) OVER (ORDER BY n), max_by(d, s) OVER (ORDER BY n), max_by(f, s) OVER (ORDER BY n), max_by(s, s) OVER (ORDER BY n), max_by(b, s) OVER (ORDER BY n), max_by(y, s) OVER (ORDER BY n), max_by(z, s) OVER (ORDER BY n) FROM (SELECT n, CAST(a AS INTEGER) AS i, CAST(a AS BIGINT) AS g, CAST(a AS DECIMAL(9, 2)) AS d, CAST(a AS DOUBLE) AS f, a AS s, a = '2' AS b, CAST(t AS DATE) AS y, CAST(t AS TIMESTAMP) AS z FROM (VALUES (1, '1', '2024-05-31'), (2, NULL, NULL), (3, '2', '2024-05-30')) AS v (n, a, t)) AS t ORDER BY n
--: int, bigint, decimal(9,2), double, string, boolean, date, timestamp
--= [1, 1, "1.00", 1.0, "1", false, "2024-05-31", "2024-05-31 00:00:00"]
--= [1, 1, "1.00", 1.0, "1", false, "2024-05-31", "2024-05-31 00:00:00"]
--= [2, 2, "2.00", 2.0, "2", true, "2024-05-30", "2024-05-30 00:00:00"]

-- running values at the extreme of a truth value
SELECT max_by(i, b) OVER (ORDER BY n), max_by(g, b) OVER (ORDER BY n), max_by(d, b) OVER (ORDER BY n), max_by(f, b) OVER (ORDER BY n), max_by(s, b) OVER (ORDER BY n), max_by(b, b) OVER (ORDER BY n), max_by(y, b) OVER (ORDER BY n), max_by(z, b) OVER (ORDER BY n) FROM (SELECT n, CAST(a AS INTEGER) AS i, CAST(a AS BIGINT) AS g, CAST(a AS DECIMAL(9, 2)) AS d, CAST(a AS DOUBLE) AS f, a AS s, a = '2' AS b, CAST(t AS DATE) AS y, CAST(t AS TIMESTAMP) AS z FROM (VALUES (1, '1', '2024-05-31'), (2, NULL, NULL), (3, '2', '2024-05-30')) AS v (n, a, t)) AS t ORDER BY n
--: int, bigint, decimal(9,2), double, string, boolean, date, timestamp
--= [1, 1, "1.00", 1.0, "1", false, "2024-05-31", "2024-05-31 00:00:00"]
--= [1, 1, "1.00", 1.0, "1", false, "2024-05-31", "2024-05-31 00:00:00"]
--= [2, 2, "2.00", 2.0, "2", true, "2024-05-30", "2024-05-30 00:00:00"]

-- running values at the extreme of a date
SELECT max_by(i, y) OVER (ORDER BY n), max_by(g, y) OVER (ORDER BY n), max_by(d, y) OVER (ORDER BY n), max_by(f, y) OVER (ORDER BY n), max_by(s, y) OVER (ORDER BY n), max_by(b, y) OVER (ORDER BY n), max_by(y, y) OVER (ORDER BY n), max_by(z, y) OVER (ORDER BY n) FROM (SELECT n, CAST(a AS INTEGER) AS i, CAST(a AS BIGINT) AS g, CAST(a AS DECIMAL(9, 2)) AS d, CAST(a AS DOUBLE) AS f, a AS s, a = '2' AS b, CAST(t AS DATE) AS y, CAST(t AS TIMESTAMP) AS z FROM (VALUES (1, '1', '2024-05-31'), (2, NULL, NULL), (3, '2', '2024-05-30')) AS v (n, a, t)) AS t ORDER BY n
--: int, bigint, decimal(9,2), double, string, boolean, date, timestamp
--= [1, 1, "1.00", 1.0, "1", false, "2024-05-31", "2024-05-31 00:00:00"]
--= [1, 1, "1.00", 1.0, "1", false, "2024-05-31", "2024-05-31 00:00:00"]
--= [1, 1, "1.00", 1.0, "1", false, "2024-05-31", "2024-05-31 00:00:00"]

-- running values at the extreme of a time
SELECT max_by(i, z) OVER (ORDER BY n), max_by(g, z) OVER (ORDER BY n), max_by(d, z) OVER (ORDER BY n), max_by(f, z) OVER (ORDER BY n), max_by(s, z) OVER (ORDER BY n), max_by(b, z) OVER (ORDER BY n), max_by(y, z) OVER (ORDER BY n), max_by(z, z) OVER (ORDER BY n) FROM (SELECT n, CAST(a AS INTEGER) AS i, CAST(a AS BIGINT) AS g, CAST(a AS DECIMAL(9, 2)) AS d, CAST(a AS DOUBLE) AS f, a AS s, a = '2' AS b, CAST(t AS DATE) AS y, CAST(t AS TIMESTAMP) AS z FROM (VALUES (1, '1', '2024-05-31'), (2, NULL, NULL), (3, '2', '2024-05-30')) AS v (n, a, t)) AS t ORDER BY n
--: int, bigint, decimal(9,2), double, string, boolean, date, timestamp
--= [1, 1, "1.00", 1.0, "1", false, "2024-05-31", "2024-05-31 00:00:00"]
--= [1, 1, "1.00", 1.0, "1", false, "2024-05-31", "2024-05-31 00:00:00"]
--= [1, 1, "1.00", 1.0, "1", false, "2024-05-31", "2024-05-31 00:00:00"]

-- an entry of an array by a BIGINT
SELECT element_at(ARRAY[10, 20, NULL], m), element_at(ARRAY[DOUBLE '1.5', NULL], m), element_at(ARRAY['x', NULL], m), element_at(ARRAY[CAST(1 AS BIGINT)], m), element_at(ARRAY[DATE '2024-05-30', NULL], m), element_at(ARRAY[TIMESTAMP '2024-05-30 00:00:00', NULL], m), element_at(ARRAY[TRUE, NULL], m), element_at(ARRAY[DECIMAL '1.5', NULL], m) FROM (SELECT CAST(n AS BIGINT) AS m FROM (VALUES 1, 2, 9, -1, NULL) AS v (n)) AS t ORDER BY m
--: int, double, string, bigint, date, timestamp, boolean, decimal(2,1)
--= [null, null, null, 1, null, null, null, null]
--= [10, 1.5, "x", 1, "2024-05-30", "2024-05-30 00:00:00", true, "1.5"]
--= [20, null, null, null, null, null, null, null]
--= [null, null, null, null, null, null, null, null]
--= [null, null, null, null, null, null, null, null]

-- an entry of an array by a number of a sequence
SELECT n, element_at(l, n), element_at(split('a,b', ','), n) FROM (SELECT ARRAY[CAST(7 AS BIGINT), NULL] AS l) AS t CROSS JOIN UNNEST(sequence(1, 3)) AS u (n) ORDER BY n
--: bigint, bigint, string
--= [1, 7, "a"]
--= [2, null, "b"]
--= [3, null, null]

-- entries of arrays of JSON and of arrays by a BIGINT
SELECT json_extract_scalar(element_at(l, m), '$.a'), element_at(element_at(p, m), m) FROM (SELECT CAST(m AS BIGINT) AS m, CAST(json_extract(j, '$.l') AS ARRAY(JSON)) AS l, CAST(json_extract(j, '$.p') AS ARRAY(ARRAY(DOUBLE))) AS p FROM (VALUES (1, '{"l": [{"a": 1}], "p": [[1.5]]}'), (2, '{"l": [{"a": 1}], "p": [null, [1.5, 2]]}'), (NULL, '{"l": [], "p": []}'), (1, NULL)) AS v (m, j)) AS t ORDER BY m, 1
--: string, double
--= ["1", 1.5]
--= [null, null]
--= [null, 2.0]
--= [null, null]

-- an entry of an array of arrays, in a column
SELECT element_at(element_at(ARRAY[ARRAY[1, 2], NULL, ARRAY[3]], n), 1), cardinality(ARRAY[ARRAY[1], NULL]) FROM (VALUES 1, 2, 3, NULL) AS t (n) ORDER BY n
--: int, bigint
--= [1, 2]
--= [null, 2]
--= [3, 2]
--= [null, 2]

-- neighbours by a place, with a value for those that are missing
SELECT lag(g, 1, g) OVER (ORDER BY n), lead(g, 2) OVER (ORDER BY n), lag(d, 1, d) OVER (ORDER BY n), lag(f, 1, f) OVER (ORDER BY n), lag(y, 1, y) OVER (ORDER BY n), lag(z, 1, z) OVER (ORDER BY n), lag(b, 1, b) OVER (ORDER BY n), lead(d, 2) OVER (ORDER BY n), lead(f, 2) OVER (ORDER BY n), lead(s, 2) OVER (ORDER BY n), lead(y, 2) OVER (ORDER BY n), lead(z, 2) OVER (ORDER BY n), lead(b, 2) OVER (ORDER BY n) FROM (SELECT n, CAST(a AS INTEGER) AS i, CAST(a AS BIGINT) AS g, CAST(a AS DECIMAL(9, 2)) AS d, CAST(a AS DOUBLE) AS f, a AS s, a = '2' AS b, CAST(t AS DATE) AS y, CAST(t AS TIMESTAMP) AS z FROM (VALUES (1, '1', '2024-05-31'), (2, NULL, NULL), (3, '2', '2024-05-30')) AS v (n, a, t)) AS t ORDER BY n
--: bigint, bigint, decimal(9,2), double, date, timestamp, boolean, decimal(9,2), double, string, date, timestamp, boolean
--= [1, 2, "1.00", 1.0, "2024-05-31", "2024-05-31 00:00:00", false, "2.00", 2.0, "2", "2024-05-30", "2024-05-30 00:00:00", true]
--= [1, null, "1.00", 1.0, "2024-05-31", "2024-05-31 00:00:00", false, null, null, null, null, null, null]
--= [null, null, null, null, null, null, null, null, null, null, null, null, null]

-- neighbours with a zero for those that are missing
SELECT lag(g, 1, 0) OVER (ORDER BY n), lead(g, 1, 0) OVER (ORDER BY n), lag(d, 1, 0) OVER (ORDER BY n), lead(d, 1, 0) OVER (ORDER BY n), lag(f, 1, 0) OVER (ORDER BY n), lead(f, 1, 0) OVER (ORDER BY n), lag(i, 1, g) OVER (ORDER BY n), lag(i, 1, i) OVER (ORDER BY n), lead(i, 1, i) OVER (ORDER BY n) FROM (SELECT n, CAST(a AS INTEGER) AS i, CAST(a AS BIGINT) AS g, CAST(a AS DECIMAL(9, 2)) AS d, CAST(a AS DOUBLE) AS f, a AS s, a = '2' AS b, CAST(t AS DATE) AS y, CAST(t AS TIMESTAMP) AS z FROM (VALUES (1, '1', '2024-05-31'), (2, NULL, NULL), (3, '2', '2024-05-30')) AS v (n, a, t)) AS t ORDER BY n
--: bigint, bigint, decimal(12,2), decimal(12,2), double, double, bigint, int, int
--= [0, null, "0.00", null, 0.0, null, 1, 1, null]
--= [1, 2, "1.00", "2.00", 1.0, 2.0, 1, 1, 2]
--= [null, 0, null, "0.00", null, 0.0, null, null, 2]

-- nullif of two types
SELECT nullif(i, d), nullif(g, d), nullif(g, f), nullif(i, f), nullif(d, f), nullif(f, d), nullif(g, i), nullif(i, g) FROM (SELECT n, CAST(a AS INTEGER) AS i, CAST(a AS BIGINT) AS g, CAST(a AS DECIMAL(9, 2)) AS d, CAST(a AS DOUBLE) AS f, a AS s, a = '2' AS b, CAST(t AS DATE) AS y, CAST(t AS TIMESTAMP) AS z FROM (VALUES (1, '1', '2024-05-31'), (2, NULL, NULL), (3, '2', '2024-05-30')) AS v (n, a, t)) AS t ORDER BY n
--: int, bigint, bigint, int, decimal(9,2), double, bigint, int
--= [null, null, null, null, null, null, null, null]
--= [null, null, null, null, null, null, null, null]
--= [null, null, null, null, null, null, null, null]

-- nullif of a time and a date
SELECT nullif(z, y), nullif(y, z) FROM (SELECT n, CAST(a AS INTEGER) AS i, CAST(a AS BIGINT) AS g, CAST(a AS DECIMAL(9, 2)) AS d, CAST(a AS DOUBLE) AS f, a AS s, a = '2' AS b, CAST(t AS DATE) AS y, CAST(t AS TIMESTAMP) AS z FROM (VALUES (1, '1', '2024-05-31'), (2, NULL, NULL), (3, '2', '2024-05-30')) AS v (n, a, t)) AS t ORDER BY n
--: timestamp, date
--= [null, null]
--= [null, null]
--= [null, null]

-- an interval before a time
SELECT INTERVAL '1' DAY + z, INTERVAL '90' MINUTE + z FROM (SELECT n, CAST(a AS INTEGER) AS i, CAST(a AS BIGINT) AS g, CAST(a AS DECIMAL(9, 2)) AS d, CAST(a AS DOUBLE) AS f, a AS s, a = '2' AS b, CAST(t AS DATE) AS y, CAST(t AS TIMESTAMP) AS z FROM (VALUES (1, '1', '2024-05-31'), (2, NULL, NULL), (3, '2', '2024-05-30')) AS v (n, a, t)) AS t ORDER BY n
--: timestamp, timestamp
--= ["2024-06-01 00:00:00", "2024-05-31 01:30:00"]
--= [null, null]
--= ["2024-05-31 00:00:00", "2024-05-30 01:30:00"]

-- casts that may fail, to text
SELECT TRY_CAST(i AS VARCHAR), TRY_CAST(g AS VARCHAR), TRY_CAST(d AS VARCHAR), TRY_CAST(y AS VARCHAR), TRY_CAST(b AS VARCHAR), TRY_CAST(s AS VARCHAR) FROM (SELECT n, CAST(a AS INTEGER) AS i, CAST(a AS BIGINT) AS g, CAST(a AS DECIMAL(9, 2)) AS d, CAST(a AS DOUBLE) AS f, a AS s, a = '2' AS b, CAST(t AS DATE) AS y, CAST(t AS TIMESTAMP) AS z FROM (VALUES (1, '1', '2024-05-31'), (2, NULL, NULL), (3, '2', '2024-05-30')) AS v (n, a, t)) AS t ORDER BY n
--: string, string, string, string, string, string
--= ["1", "1", "1.00", "2024-05-31", "false", "1"]
--= [null, null, null, null, null, null]
--= ["2", "2", "2.00", "2024-05-30", "true", "2"]

-- casts that may fail, of times and truth values
SELECT TRY_CAST(y AS TIMESTAMP), TRY_CAST(y AS DATE), TRY_CAST(z AS TIMESTAMP), TRY_CAST(b AS INTEGER), TRY_CAST(b AS BIGINT), TRY_CAST(b AS BOOLEAN), TRY_CAST(i AS BOOLEAN), TRY_CAST(g AS BOOLEAN) FROM (SELECT n, CAST(a AS INTEGER) AS i, CAST(a AS BIGINT) AS g, CAST(a AS DECIMAL(9, 2)) AS d, CAST(a AS DOUBLE) AS f, a AS s, a = '2' AS b, CAST(t AS DATE) AS y, CAST(t AS TIMESTAMP) AS z FROM (VALUES (1, '1', '2024-05-31'), (2, NULL, NULL), (3, '2', '2024-05-30')) AS v (n, a, t)) AS t ORDER BY n
--: timestamp, date, timestamp, int, bigint, boolean, boolean, boolean
--= ["2024-05-31 00:00:00", "2024-05-31", "2024-05-31 00:00:00", 0, 0, false, true, true]
--= [null, null, null, null, null, null, null, null]
--= ["2024-05-30 00:00:00", "2024-05-30", "2024-05-30 00:00:00", 1, 1, true, true, true]

-- NULL of each type
SELECT CAST(NULL AS INTEGER), CAST(NULL AS BIGINT), CAST(NULL AS DOUBLE), CAST(NULL AS DECIMAL(9, 2)), CAST(NULL AS VARCHAR), CAST(NULL AS BOOLEAN), CAST(NULL AS DATE), CAST(NULL AS TIMESTAMP)
--: int, bigint, double, decimal(9,2), string, boolean, date, timestamp
--= [null, null, null, null, null, null, null, null]

-- an array of numbers of two types
SELECT element_at(ARRAY[i, f], 1), element_at(ARRAY[g, i], 1), element_at(ARRAY[d, f], 2), array_max(ARRAY[i, d]) FROM (SELECT n, CAST(a AS INTEGER) AS i, CAST(a AS BIGINT) AS g, CAST(a AS DECIMAL(9, 2)) AS d, CAST(a AS DOUBLE) AS f, a AS s, a = '2' AS b, CAST(t AS DATE) AS y, CAST(t AS TIMESTAMP) AS z FROM (VALUES (1, '1', '2024-05-31'), (2, NULL, NULL), (3, '2', '2024-05-30')) AS v (n, a, t)) AS t ORDER BY n
--: double, bigint, double, decimal(12,2)
--= [1.0, 1, 1.0, "1.00"]
--= [null, null, null, null]
--= [2.0, 2, 2.0, "2.00"]

-- contains, of numbers of two types
SELECT contains(ARRAY[f], i), contains(ARRAY[d], i), contains(ARRAY[f], d), contains(ARRAY[g], i), contains(ARRAY[i], g), contains(ARRAY[f], g), contains(ARRAY[d], g) FROM (SELECT n, CAST(a AS INTEGER) AS i, CAST(a AS BIGINT) AS g, CAST(a AS DECIMAL(9, 2)) AS d, CAST(a AS DOUBLE) AS f, a AS s, a = '2' AS b, CAST(t AS DATE) AS y, CAST(t AS TIMESTAMP) AS z FROM (VALUES (1, '1', '2024-05-31'), (2, NULL, NULL), (3, '2', '2024-05-30')) AS v (n, a, t)) AS t ORDER BY n
--: boolean, boolean, boolean, boolean, boolean, boolean, boolean
--= [true, true, true, true, true, true, true]
--= [null, null, null, null, null, null, null]
--= [true, true, true, true, true, true, true]

-- JSON and arrays that are NULL
SELECT json_extract(j, '$.a') IS NULL, l IS NULL, m IS NULL, o IS NULL, json_extract(json_extract(j, '$.a'), '$.c') IS NULL FROM (SELECT n, j, CAST(json_extract(j, '$.l') AS ARRAY(VARCHAR)) AS l, CAST(json_extract(j, '$.m') AS ARRAY(DOUBLE)) AS m, CAST(json_extract(j, '$.l') AS ARRAY(JSON)) AS o FROM (VALUES (1, '{"l": ["x"], "m": [1.5, null], "a": {"b": [1]}}'), (2, NULL), (3, '{"l": []}')) AS v (n, j)) AS t ORDER BY n
--: boolean, boolean, boolean, boolean, boolean
--= [false, false, false, false, true]
--= [true, true, true, true, true]
--= [true, false, true, false, true]

-- the array that is not NULL
SELECT cardinality(coalesce(l, ARRAY['y', 'z'])), cardinality(coalesce(m, CAST(ARRAY[] AS ARRAY(DOUBLE)))), cardinality(if(n = 1, l)), cardinality(CASE WHEN n = 3 THEN ARRAY['q'] ELSE l END) FROM (SELECT n, j, CAST(json_extract(j, '$.l') AS ARRAY(VARCHAR)) AS l, CAST(json_extract(j, '$.m') AS ARRAY(DOUBLE)) AS m, CAST(json_extract(j, '$.l') AS ARRAY(JSON)) AS o FROM (VALUES (1, '{"l": ["x"], "m": [1.5, null], "a": {"b": [1]}}'), (2, NULL), (3, '{"l": []}')) AS v (n, j)) AS t ORDER BY n
--: bigint, bigint, bigint, bigint
--= [1, 2, 1, 1]
--= [2, 0, null, null]
--= [0, 0, null, 1]

-- how many arrays
SELECT count(l), count(m) FROM (SELECT n, j, CAST(json_extract(j, '$.l') AS ARRAY(VARCHAR)) AS l, CAST(json_extract(j, '$.m') AS ARRAY(DOUBLE)) AS m, CAST(json_extract(j, '$.l') AS ARRAY(JSON)) AS o FROM (VALUES (1, '{"l": ["x"], "m": [1.5, null], "a": {"b": [1]}}'), (2, NULL), (3, '{"l": []}')) AS v (n, j)) AS t
--: bigint, bigint
--= [2, 1]

-- JSON in JSON
SELECT json_extract_scalar(json_extract(json_extract(j, '$.a'), '$.b'), '$[0]') FROM (SELECT n, j, CAST(json_extract(j, '$.l') AS ARRAY(VARCHAR)) AS l, CAST(json_extract(j, '$.m') AS ARRAY(DOUBLE)) AS m, CAST(json_extract(j, '$.l') AS ARRAY(JSON)) AS o FROM (VALUES (1, '{"l": ["x"], "m": [1.5, null], "a": {"b": [1]}}'), (2, NULL), (3, '{"l": []}')) AS v (n, j)) AS t ORDER BY n
--: string
--= ["1"]
--= [null]
--= [null]

-- an unnested split text
SELECT n, x FROM (VALUES (1, 'a,b'), (2, NULL), (3, '')) AS t (n, s) CROSS JOIN UNNEST(split(s, ',')) AS u (x) ORDER BY n, x
--: int, string
--= [1, "a"]
--= [1, "b"]
--= [3, ""]

-- an order within partitions of every type
SELECT row_number() OVER (PARTITION BY i ORDER BY n DESC), row_number() OVER (PARTITION BY g ORDER BY n DESC), row_number() OVER (PARTITION BY d ORDER BY n DESC), row_number() OVER (PARTITION BY f ORDER BY n DESC), row_number() OVER (PARTITION BY s ORDER BY n DESC), row_number() OVER (PARTITION BY b ORDER BY n DESC), row_number() OVER (PARTITION BY y ORDER BY n DESC), row_number() OVER (PARTITION BY z ORDER BY n DESC), sum(f) OVER (PARTITION BY s ORDER BY y ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW), count(*) OVER (PARTITION BY b) FROM (SELECT n, CAST(a AS INTEGER) AS i, CAST(a AS BIGINT) AS g, CAST(a AS DECIMAL(9, 2)) AS d, CAST(a AS DOUBLE) AS f, a AS s, a = '2' AS b, CAST(t AS DATE) AS y, CAST(t AS TIMESTAMP) AS z FROM (VALUES (1, '1', '2024-05-31'), (2, NULL, NULL), (3, '2', '2024-05-30')) AS v (n, a, t)) AS t ORDER BY n
--: bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint, double, bigint
--= [1, 1, 1, 1, 1, 1, 1, 1, 1.0, 1]
--= [1, 1, 1, 1, 1, 1, 1, 1, null, 1]
--= [1, 1, 1, 1, 1, 1, 1, 1, 2.0, 1]

-- floor and ceil of a quotient
SELECT floor(f / 2), ceil(f / 2), round(f / 2), floor(d), CAST(floor(f / 2) AS BIGINT), abs(f), abs(d), sqrt(abs(f)), sqrt(i), sqrt(g), sqrt(d) FROM (SELECT n, CAST(a AS INTEGER) AS i, CAST(a AS BIGINT) AS g, CAST(a AS DECIMAL(9, 2)) AS d, CAST(a AS DOUBLE) AS f, a AS s, a = '2' AS b, CAST(t AS DATE) AS y, CAST(t AS TIMESTAMP) AS z FROM (VALUES (1, '1', '2024-05-31'), (2, NULL, NULL), (3, '2', '2024-05-30')) AS v (n, a, t)) AS t ORDER BY n
--: double, double, double, decimal(8,0), bigint, double, decimal(9,2), double, double, double, double
--= [0.0, 1.0, 1.0, "1", 0, 1.0, "1.00", 1.0, 1.0, 1.0, 1.0]
--= [null, null, null, null, null, null, null, null, null, null, null]
--= [1.0, 1.0, 1.0, "2", 1, 2.0, "2.00", 1.4142135623730951, 1.4142135623730951, 1.4142135623730951, 1.4142135623730951]

-- arrays of an array that is NULL
SELECT element_at(element_at(ARRAY[a, b], n), 1), element_at(element_at(array_sort(ARRAY[b, b]), 1), 2), cardinality(ARRAY[a, b]), cardinality(filter(ARRAY[a, b], x -> x IS NOT NULL)) FROM (SELECT n, CAST(json_extract(j, '$') AS ARRAY(INTEGER)) AS a, CAST(json_extract('[3, 4]', '$') AS ARRAY(INTEGER)) AS b FROM (VALUES (1, '[1, 2]'), (2, NULL)) AS v (n, j)) AS t ORDER BY n
--: int, int, bigint, bigint
--= [1, 4, 2, 2]
--= [3, 4, 2, 1]

-- neighbours with a value of another type
SELECT lag(i, 1, f) OVER (ORDER BY n), lag(g, 1, f) OVER (ORDER BY n), lead(i, 2) OVER (ORDER BY n), lead(i, 1, g) OVER (ORDER BY n), lag(s, 1, s) OVER (ORDER BY n), lead(s, 1, s) OVER (ORDER BY n), lead(f, 1, f) OVER (ORDER BY n), lead(d, 1, d) OVER (ORDER BY n) FROM (SELECT n, CAST(a AS INTEGER) AS i, CAST(a AS BIGINT) AS g, CAST(a AS DECIMAL(9, 2)) AS d, CAST(a AS DOUBLE) AS f, a AS s, a = '2' AS b, CAST(t AS DATE) AS y, CAST(t AS TIMESTAMP) AS z FROM (VALUES (1, '1', '2024-05-31'), (2, NULL, NULL), (3, '2', '2024-05-30')) AS v (n, a, t)) AS t ORDER BY n
--: double, double, int, bigint, string, string, double, decimal(9,2)
--= [1.0, 1.0, 2, null, "1", null, null, null]
--= [1.0, 1.0, null, 2, "1", "2", 2.0, "2.00"]
--= [null, null, null, 2, null, "2", 2.0, "2.00"]

-- whole numbers rounded to digits
SELECT round(i, 0), round(g, 0), round(i, -1), round(g, -1) FROM (SELECT n, CAST(a AS INTEGER) AS i, CAST(a AS BIGINT) AS g, CAST(a AS DECIMAL(9, 2)) AS d, CAST(a AS DOUBLE) AS f, a AS s, a = '2' AS b, CAST(t AS DATE) AS y, CAST(t AS TIMESTAMP) AS z FROM (VALUES (1, '1', '2024-05-31'), (2, NULL, NULL), (3, '2', '2024-05-30')) AS v (n, a, t)) AS t ORDER BY n
--: int, bigint, int, bigint
--= [1, 1, 0, 0]
--= [null, null, null, null]
--= [2, 2, 0, 0]

-- numbers of three types
SELECT coalesce(d, i, f), greatest(d, i, f), least(d, g, f), CASE n WHEN 1 THEN d WHEN 2 THEN i ELSE f END, f IN (d, i), i IN (d, f), f BETWEEN d AND i, d BETWEEN i AND f, element_at(ARRAY[d, i, f], 1) FROM (SELECT n, CAST(a AS INTEGER) AS i, CAST(a AS BIGINT) AS g, CAST(a AS DECIMAL(9, 2)) AS d, CAST(a AS DOUBLE) AS f, a AS s, a = '2' AS b, CAST(t AS DATE) AS y, CAST(t AS TIMESTAMP) AS z FROM (VALUES (1, '1', '2024-05-31'), (2, NULL, NULL), (3, '2', '2024-05-30')) AS v (n, a, t)) AS t ORDER BY n
--: double, double, double, double, boolean, boolean, boolean, boolean, double
--= [1.0, 1.0, 1.0, 1.0, true, true, true, true, 1.0]
--= [null, null, null, null, null, null, null, null, null]
--= [2.0, 2.0, 2.0, 2.0, true, true, true, true, 2.0]

-- replace without a replacement
SELECT replace(a, 'b') FROM (VALUES (1, 'abcb'), (2, NULL), (3, '')) AS t (n, a) ORDER BY n
--: string
--= ["ac"]
--= [null]
--= [""]

-- arrays of numbers that are NULL
SELECT i IS NULL, g IS NULL, p IS NULL, cardinality(coalesce(i, ARRAY[1])), cardinality(coalesce(g, i)), cardinality(if(n = 1, i)), cardinality(if(n = 1, g)), cardinality(if(n = 1, p)), cardinality(CASE WHEN n > 1 THEN i ELSE ARRAY[2] END), cardinality(coalesce(p, p)) FROM (SELECT n, CAST(json_extract(j, '$.i') AS ARRAY(INTEGER)) AS i, CAST(json_extract(j, '$.i') AS ARRAY(BIGINT)) AS g, CAST(json_extract(j, '$.p') AS ARRAY(ARRAY(DOUBLE))) AS p FROM (VALUES (1, '{"i": [1, null], "p": [[1.5], null]}'), (2, NULL), (3, '{}')) AS v (n, j)) AS t ORDER BY n
--: boolean, boolean, boolean, bigint, bigint, bigint, bigint, bigint, bigint, bigint
--= [false, false, false, 2, 2, 2, 2, 2, 1, 2]
--= [true, true, true, 1, null, null, null, null, null, null]
--= [true, true, true, 1, null, null, null, null, null, null]

-- arrays of whole numbers, counted
SELECT count(i), count(g), count(p) FROM (SELECT n, CAST(json_extract(j, '$.i') AS ARRAY(INTEGER)) AS i, CAST(json_extract(j, '$.i') AS ARRAY(BIGINT)) AS g, CAST(json_extract(j, '$.p') AS ARRAY(ARRAY(DOUBLE))) AS p FROM (VALUES (1, '{"i": [1, null], "p": [[1.5], null]}'), (2, NULL), (3, '{}')) AS v (n, j)) AS t
--: bigint, bigint, bigint
--= [1, 1, 1]

-- an array cast to another
SELECT element_at(CAST(i AS ARRAY(DOUBLE)), 1), element_at(CAST(g AS ARRAY(DOUBLE)), 1), element_at(CAST(i AS ARRAY(BIGINT)), 1) FROM (SELECT n, CAST(json_extract(j, '$.i') AS ARRAY(INTEGER)) AS i, CAST(json_extract(j, '$.i') AS ARRAY(BIGINT)) AS g, CAST(json_extract(j, '$.p') AS ARRAY(ARRAY(DOUBLE))) AS p FROM (VALUES (1, '{"i": [1, null], "p": [[1.5], null]}'), (2, NULL), (3, '{}')) AS v (n, j)) AS t ORDER BY n
--: double, double, bigint
--= [1.0, 1.0, 1]
--= [null, null, null]
--= [null, null, null]

-- arrays of an empty list
SELECT cardinality(CAST(ARRAY[] AS ARRAY(VARCHAR))), cardinality(CAST(ARRAY[] AS ARRAY(DOUBLE))), cardinality(CAST(ARRAY[] AS ARRAY(BIGINT)))
--: bigint, bigint, bigint
--= [0, 0, 0]

-- a remainder with a sign, by a function and a sign
SELECT mod(i, 2), i % 2, mod(g, 2), mod(f, 2), mod(-i, 2), -f, -(-g) FROM (SELECT n, CAST(a AS INTEGER) AS i, CAST(a AS BIGINT) AS g, CAST(a AS DECIMAL(9, 2)) AS d, CAST(a AS DOUBLE) AS f, a AS s, a = '2' AS b, CAST(t AS DATE) AS y, CAST(t AS TIMESTAMP) AS z FROM (VALUES (1, '1', '2024-05-31'), (2, NULL, NULL), (3, '2', '2024-05-30')) AS v (n, a, t)) AS t ORDER BY n
--: int, int, bigint, double, int, double, bigint
--= [1, 1, 1, 1.0, -1, -1.0, 1]
--= [null, null, null, null, null, null, null]
--= [0, 0, 0, 0.0, 0, -2.0, 2]
