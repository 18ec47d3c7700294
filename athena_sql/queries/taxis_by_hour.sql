-- Taxis available by hour of a day
-- :day = newest
SELECT date_trunc('hour', observed_at_local) AS hour_local, count(*) AS snapshots,
    min(taxis) AS least, avg(CAST(taxis AS DOUBLE)) AS mean, max(taxis) AS most
FROM prod.taxi_availability
WHERE dt = :day
GROUP BY date_trunc('hour', observed_at_local)
ORDER BY hour_local
