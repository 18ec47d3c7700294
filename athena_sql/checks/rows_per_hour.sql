-- Rows per hour: staged and set aside, against the entities that the polls counted
-- :day = newest
WITH staged AS (
    SELECT snapshot_id, observed_at, count(*) AS staged_rows
    FROM {staging}
    WHERE dt = :day
    GROUP BY snapshot_id, observed_at
),
aside AS (
    SELECT snapshot_id, count(*) AS set_aside
    FROM {staging}_set_aside
    WHERE dt = :day
    GROUP BY snapshot_id
),
polled AS (
    SELECT snapshot_id, max(entities) AS entities
    FROM staging.poll
    WHERE dt = :day AND source = '{source}' AND snapshot_id IS NOT NULL
    GROUP BY snapshot_id
),
counted AS (
    SELECT
        hour(staged.observed_at + offsets.offset_seconds * INTERVAL '1' SECOND) AS hour_local,
        staged.staged_rows,
        coalesce(aside.set_aside, 0) AS set_aside,
        polled.entities
    FROM staged
    LEFT JOIN aside ON aside.snapshot_id = staged.snapshot_id
    LEFT JOIN polled ON polled.snapshot_id = staged.snapshot_id
    LEFT JOIN ops.utc_offsets AS offsets
        ON
            offsets.source = '{source}'
            AND offsets.valid_from <= staged.observed_at
            AND staged.observed_at < offsets.valid_until
)
SELECT
    '{source}' AS source,
    hour_local,
    count(*) AS snapshots,
    sum(staged_rows) AS staged_rows,
    sum(set_aside) AS set_aside,
    sum(entities) AS entities,
    sum(CASE WHEN entities <> staged_rows + set_aside THEN 1 ELSE 0 END) > 0 AS wrong
FROM counted
GROUP BY hour_local
ORDER BY hour_local
