-- The newest snapshot that readers see
-- :day = newest
SELECT
    '{source}' AS source,
    max(newest.observed_at + offsets.offset_seconds * INTERVAL '1' SECOND) AS newest_local,
    max(newest.snapshots) AS snapshots,
    count(newest.observed_at) = 0 AS wrong
FROM (
    SELECT max(observed_at) AS observed_at, count(DISTINCT snapshot_id) AS snapshots
    FROM {staging}
    WHERE dt BETWEEN CAST(CAST(:day AS TIMESTAMP) - {days} * INTERVAL '1' DAY AS DATE) AND :day
) AS newest
LEFT JOIN ops.utc_offsets AS offsets
    ON
        offsets.source = '{source}'
        AND offsets.valid_from <= newest.observed_at
        AND newest.observed_at < offsets.valid_until
