-- Taxis per hour: staged rows against the counts in prod
-- :day = newest
WITH staged AS (
    SELECT hour(observed_at_local) AS hour_local, count(*) AS staged_rows
    FROM staging.taxi_position
    WHERE dt = :day
    GROUP BY hour(observed_at_local)
),
counted AS (
    SELECT hour(observed_at_local) AS hour_local, count(*) AS snapshots, sum(taxis) AS taxis
    FROM prod.taxi_availability
    WHERE dt = :day
    GROUP BY hour(observed_at_local)
)
SELECT
    coalesce(staged.hour_local, counted.hour_local) AS hour_local,
    counted.snapshots,
    staged.staged_rows,
    counted.taxis,
    coalesce(staged.staged_rows, 0) <> coalesce(counted.taxis, 0) AS wrong
FROM staged
FULL OUTER JOIN counted ON counted.hour_local = staged.hour_local
ORDER BY coalesce(staged.hour_local, counted.hour_local)
