-- The first rows of the open dataset
SELECT * FROM crawled.cases LIMIT 10
