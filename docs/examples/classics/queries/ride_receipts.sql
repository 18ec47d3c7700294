-- The rides of a day, a row for each part of the fare
-- :day = newest
SELECT ride_id, paid_at, driver, note, kind, CAST(cents AS BIGINT) AS cents
FROM (
    SELECT ride_id, paid_at, driver.name AS driver, note, fare.parts AS parts
    FROM crawled.reports_in
    WHERE CAST(substr(paid_at, 1, 10) AS DATE) = :day
) AS paid
CROSS JOIN UNNEST(parts) AS part (kind, cents)
ORDER BY ride_id, kind
