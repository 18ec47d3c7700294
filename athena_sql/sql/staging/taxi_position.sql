-- One row per taxi per snapshot. Two taxis may stand together: entities are never deduplicated within a snapshot.
-- The same snapshot_id again is dropped; of several snapshots of one time the one polled last is staged (the last of its
-- neighbours in the order of observed_at, first polled_at, snapshot_id).
-- The positions are sorted inside each snapshot, and the snapshots inside each hour, for the delta encoding. They are
-- an array of the subquery before they are unnested: in one step, the whole payload would be held for every taxi.
SELECT
    observed_at,
    observed_at_local,
    CAST(element_at(pair, 1) AS DECIMAL(9, 6)) AS longitude,
    CAST(element_at(pair, 2) AS DECIMAL(9, 6)) AS latitude,
    snapshot_id,
    source_object,
    :ingested_at AS ingested_at,
    :run_id AS run_id,
    dt
FROM (
    SELECT observed_at, observed_at_local, array_sort(coordinates) AS positions, snapshot_id, source_object, dt
    FROM (
        SELECT
            *,
            lead(observed_at) OVER (PARTITION BY dt, hour ORDER BY observed_at, polled_at, snapshot_id) AS next_observed_at
        FROM (
            SELECT
                observed_at,
                observed_at_local,
                polled_at,
                CAST(json_extract(payload, '$.features[0].geometry.coordinates') AS ARRAY(ARRAY(DOUBLE))) AS coordinates,
                snapshot_id,
                source_object,
                dt,
                hour,
                row_number() OVER (PARTITION BY dt, hour, snapshot_id ORDER BY polled_at, source_object) AS copy
            FROM raw.taxi_availability
            WHERE dt IN (:partitions)
        ) AS records
        WHERE copy = 1
    ) AS snapshots
    WHERE next_observed_at IS NULL OR next_observed_at <> observed_at
) AS staged
CROSS JOIN UNNEST(positions) AS taxi (pair)
