-- One row per taxi per snapshot; two taxis may stand together.
--
-- observed_at timestamp: UTC; the feed's own time of the snapshot
-- observed_at_local timestamp: the same in the source's local time
-- longitude decimal(9,6): degrees east, rounded half up
-- latitude decimal(9,6): degrees north, rounded half up
-- snapshot_id string: the snapshot: source, observed_at and digest of the payload
-- source_object string: key of the raw object that this row came from
--
-- One row per taxi per snapshot. Two taxis may stand together: entities are never deduplicated within a snapshot.
--
-- For the delta encoding, positions are sorted inside each snapshot, and snapshots inside each hour. A position is
-- sorted as one whole number, which is much cheaper than as a pair: both coordinates in millionths of a degree, rounded
-- half up, plus 10^9 each so that neither is negative: longitude * 2 * 10^9 + latitude. The way back is in whole and
-- DECIMAL numbers, which are exact. A position that is no pair of numbers within 1000 degrees is NULL in both, and the
-- quality rules see it.
--
-- The numbers are an array of the subquery before they are unnested: in one step, the whole payload would be held for
-- every taxi.
SELECT
    observed_at,
    observed_at_local,
    CAST(
        CAST(position / 2000000000 - 1000000000 AS DECIMAL(10, 0)) * DECIMAL '0.000001' AS DECIMAL(9, 6)
    ) AS longitude,
    CAST(
        CAST(mod(position, 2000000000) - 1000000000 AS DECIMAL(10, 0)) * DECIMAL '0.000001' AS DECIMAL(9, 6)
    ) AS latitude,
    snapshot_id,
    source_object,
    :loaded_at AS loaded_at,
    :run_id AS run_id,
    dt
FROM (
    SELECT
        observed_at,
        observed_at_local,
        array_sort(
            transform(
                CAST(json_extract(payload, '$.features[0].geometry.coordinates') AS ARRAY(ARRAY(DOUBLE))),
                pair -> CASE
                    WHEN abs(element_at(pair, 1)) < 999.9999 AND abs(element_at(pair, 2)) < 999.9999
                        THEN
                            CAST(floor(element_at(pair, 1) * 1000000 + 1000000000.5) AS BIGINT) * 2000000000
                            + CAST(floor(element_at(pair, 2) * 1000000 + 1000000000.5) AS BIGINT)
                END
            )
        ) AS positions,
        snapshot_id,
        source_object,
        dt
    FROM raw.taxi_availability.snapshots
    WHERE dt IN (:partitions)
) AS snapshots
CROSS JOIN UNNEST(positions) AS taxi (position)
