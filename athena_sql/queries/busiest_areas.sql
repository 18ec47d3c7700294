-- The areas with the most taxis, and their share of all taxis
-- :day = newest
-- :top = 15
WITH areas AS (
    SELECT area, avg(CAST(taxis AS DOUBLE)) AS taxis_mean
    FROM prod.taxi_availability_by_area
    WHERE dt = :day
    GROUP BY area
),
ranked AS (
    SELECT area, taxis_mean, 100 * taxis_mean / sum(taxis_mean) OVER () AS percent,
        row_number() OVER (ORDER BY taxis_mean DESC, area) AS place
    FROM areas
)
SELECT area, taxis_mean, percent
FROM ranked
WHERE place <= :top
ORDER BY place
