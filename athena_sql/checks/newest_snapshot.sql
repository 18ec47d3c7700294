-- The newest snapshot that readers see
-- :day = newest
SELECT
    max(observed_at_local) AS newest_local,
    count(*) AS snapshots,
    count(*) = 0 AS wrong
FROM prod.taxi_availability
WHERE dt = :day
