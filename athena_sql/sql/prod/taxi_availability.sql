-- How many taxis were available, for each snapshot.
SELECT
    observed_at,
    observed_at_local,
    CAST(taxis AS INTEGER) AS taxis,
    CAST(CAST(taxis AS DECIMAL(9, 0)) * CAST('0.01' AS DECIMAL(3, 2)) AS DECIMAL(9, 2)) AS taxis_hundreds,
    hour(observed_at_local) BETWEEN 8 AND 19 AS business_hours,
    snapshot_id,
    :ingested_at AS ingested_at,
    :run_id AS run_id,
    dt
FROM (
    SELECT observed_at, observed_at_local, snapshot_id, dt, count(*) AS taxis
    FROM staging.taxi_position
    WHERE dt IN (:partitions)
    GROUP BY observed_at, observed_at_local, snapshot_id, dt
) AS counted
ORDER BY observed_at
