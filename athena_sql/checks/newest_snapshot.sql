-- The newest snapshot that readers see
-- :day = newest
SELECT
    max_by(observed_at_local, observed_at) AS newest_local,
    count(*) AS snapshots,
    count(*) = 0 AS wrong
FROM prod.taxi_availability
WHERE dt = :day
