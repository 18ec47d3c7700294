-- Snapshots that readers see more than once
-- :day = newest
SELECT '{source}' AS source, observed_at, count(DISTINCT snapshot_id) AS times, TRUE AS wrong
FROM {staging}
WHERE dt = :day
GROUP BY observed_at
HAVING count(DISTINCT snapshot_id) > 1
ORDER BY observed_at
