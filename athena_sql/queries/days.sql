-- The days in the lake: snapshots, and taxis in business hours
-- :since = 2000-01-01
SELECT dt, count(*) AS snapshots, min(taxis) AS least, max(taxis) AS most,
    avg(CASE WHEN business_hours THEN CAST(taxis AS DOUBLE) END) AS business_mean
FROM prod.taxi_availability
WHERE dt >= :since
GROUP BY dt
ORDER BY dt
