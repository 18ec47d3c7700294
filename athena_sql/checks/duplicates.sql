-- Snapshots that readers see more than once
-- :day = newest
SELECT observed_at, count(*) AS times, TRUE AS wrong
FROM prod.taxi_availability
WHERE dt = :day
GROUP BY observed_at
HAVING count(*) > 1
ORDER BY observed_at
