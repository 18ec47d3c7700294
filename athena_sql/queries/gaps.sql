-- Gaps between the snapshots of a day, the longest first
-- :day = newest
-- :minutes = 5
WITH pairs AS (
    SELECT observed_at_local, lag(observed_at_local) OVER (ORDER BY observed_at_local) AS before
    FROM prod.taxi_availability
    WHERE dt = :day
)
SELECT before AS last_seen, observed_at_local AS seen_again,
    (floor(to_unixtime(observed_at_local)) - floor(to_unixtime(before))) / CAST(60 AS DOUBLE) AS minutes
FROM pairs
WHERE floor(to_unixtime(observed_at_local)) - floor(to_unixtime(before)) > 60 * :minutes
ORDER BY minutes DESC
