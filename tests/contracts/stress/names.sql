-- Names: aliases that hide columns, and where an alias is known.

-- ORDER BY takes the alias that hides a column, in an expression too
SELECT -id AS id FROM (VALUES 1, 3, 2) AS t (id) ORDER BY id + 0
--: int
--= [-3]
--= [-2]
--= [-1]

-- ORDER BY takes the alias that hides a column
SELECT -id AS id FROM (VALUES 1, 3, 2) AS t (id) ORDER BY id
--: int
--= [-3]
--= [-2]
--= [-1]

-- ORDER BY a qualified name takes the column
SELECT -id AS id FROM (VALUES 1, 3, 2) AS t (id) ORDER BY t.id
--: int
--= [-1]
--= [-2]
--= [-3]

-- ORDER BY a function of an alias
SELECT 'x' || name AS name, n FROM (VALUES ('b', 1), ('a', 2), ('c', 3)) AS t (name, n) ORDER BY upper(name), n
--: string, int
--= ["xa", 2]
--= ["xb", 1]
--= ["xc", 3]

-- ORDER BY an aggregate of a column that an alias hides
SELECT name, sum(n) AS n FROM (VALUES ('b', 1), ('a', 2), ('a', 3)) AS t (name, n) GROUP BY name ORDER BY sum(n)
--! COLUMN_NOT_FOUND

-- GROUP BY takes the column, not the alias that hides it
SELECT length(name) AS name, count(*) AS n FROM (VALUES 'a', 'b', 'cc') AS t (name) GROUP BY name ORDER BY 1, 2
--: bigint, bigint
--= [1, 1]
--= [1, 1]
--= [2, 1]

-- GROUP BY an alias
SELECT length(name) AS size, count(*) AS n FROM (VALUES 'a', 'b', 'cc') AS t (name) GROUP BY size ORDER BY 1
--! COLUMN_NOT_FOUND

-- HAVING an alias
SELECT name, count(*) AS n FROM (VALUES 'a', 'a', 'b') AS t (name) GROUP BY name HAVING n > 1 ORDER BY 1
--! COLUMN_NOT_FOUND

-- HAVING takes the column that an alias hides
SELECT name, sum(n) AS n FROM (VALUES ('a', 1), ('a', 2), ('b', 5)) AS t (name, n) GROUP BY name HAVING sum(n) > 4 ORDER BY 1
--: string, bigint
--= ["b", 5]

-- WHERE an alias
SELECT n + 1 AS m FROM (VALUES 1, 2) AS t (n) WHERE m > 2 ORDER BY 1
--! COLUMN_NOT_FOUND

-- WHERE takes the column that an alias hides
SELECT -n AS n FROM (VALUES 1, 2) AS t (n) WHERE n > 1 ORDER BY 1
--: int
--= [-2]

-- an alias used in the same select list
SELECT n + 1 AS m, m + 1 AS k FROM (VALUES 1) AS t (n)
--! COLUMN_NOT_FOUND

-- the select list takes the column that an alias hides
SELECT -n AS n, n AS m FROM (VALUES 1, 2) AS t (n) ORDER BY m
--: int, int
--= [-1, 1]
--= [-2, 2]

-- names of columns do not mind their case
SELECT N, "n" AS m FROM (VALUES 1) AS t (n)
--: int, int
--= [1, 1]

-- a name of WITH hides one outside it
WITH t AS (SELECT 1 AS n) SELECT n FROM (WITH t AS (SELECT 2 AS n) SELECT n FROM t) AS u
--: int
--= [2]
--x spark

-- columns without a name
SELECT 1, n, n + 1, count(*) OVER () FROM (VALUES 7) AS t (n)
--: int, int, int, bigint
--= [1, 7, 8, 1]

-- DISTINCT and ORDER BY the alias
SELECT DISTINCT -n AS n FROM (VALUES 1, 2, 2) AS t (n) ORDER BY n
--: int
--= [-2]
--= [-1]

-- a window over a column that an alias hides
SELECT -n AS n, row_number() OVER (ORDER BY n) AS place FROM (VALUES 1, 2, 3) AS t (n) ORDER BY place
--: int, bigint
--= [-1, 1]
--= [-2, 2]
--= [-3, 3]
