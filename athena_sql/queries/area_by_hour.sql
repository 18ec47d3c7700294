-- One planning area by hour of a day
-- :day = newest
-- :area = BEDOK
SELECT date_trunc('hour', window_start_local) AS hour_local, avg(CAST(taxis AS DOUBLE)) AS taxis_mean
FROM prod.taxi_availability_by_area
WHERE dt = :day AND area = :area
GROUP BY date_trunc('hour', window_start_local)
ORDER BY hour_local
