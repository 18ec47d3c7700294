-- Gaps between the snapshots of a day, the longest first
-- :day = newest
-- :minutes = 5
WITH pairs AS (
    SELECT
        observed_at_local,
        lag(observed_at_local) OVER (ORDER BY observed_at) AS before_local,
        floor(to_unixtime(observed_at)) - floor(to_unixtime(lag(observed_at) OVER (ORDER BY observed_at))) AS seconds
    FROM prod.taxi_availability
    WHERE dt = :day
)
SELECT before_local AS last_seen, observed_at_local AS seen_again, seconds / CAST(60 AS DOUBLE) AS minutes
FROM pairs
WHERE seconds > 60 * :minutes
ORDER BY minutes DESC
