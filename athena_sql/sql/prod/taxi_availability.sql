-- How many taxis were available, for each snapshot.
--
-- observed_at timestamp: UTC; the feed's own time of the snapshot
-- observed_at_local timestamp: the same in the source's local time
-- taxis int: available taxis
-- taxis_hundreds decimal(9,2): the same in hundreds
-- business_hours boolean: 08:00 <= local time < 20:00
-- suspect boolean: a drop to under a third of the hour before that was over within 15 minutes
-- snapshot_id string: the snapshot: source, observed_at and digest of the payload
--
-- `suspect` marks a level shift: a count that falls to under a third of the median of the hour before, and comes back to
-- a third of it or more within 15 minutes of the fall. Such a count is kept and flagged, since it was delivered so.
-- - The hour before is [observed_at - 1 hour, observed_at); there must be at least 5 snapshots in it, else nothing is
--   suspect. It ends at the partition's edge, so that a partition does not depend on which others are built with it: at
--   its start there may be too little before, at its end a count that has not come back yet is not flagged.
-- - The fall is the first snapshot after the last one that was not low by the same median; so the later snapshots of a
--   drop that lasts longer are not flagged either.
-- - The median is exact: twice the median is the sum of the two snapshots in the middle (the one, taken twice).
WITH counted AS (
    SELECT observed_at, observed_at_local, snapshot_id, dt, count(*) AS taxis
    FROM staging.taxi_position
    WHERE dt IN (:partitions)
    GROUP BY observed_at, observed_at_local, snapshot_id, dt
),
ranked AS (
    SELECT
        counted.dt,
        counted.observed_at,
        counted.taxis,
        earlier.taxis AS taxis_before,
        row_number() OVER (
            PARTITION BY counted.dt, counted.observed_at ORDER BY earlier.taxis, earlier.observed_at
        ) AS place,
        count(*) OVER (PARTITION BY counted.dt, counted.observed_at) AS snapshots
    FROM counted
    INNER JOIN counted AS earlier
        ON
            earlier.dt = counted.dt
            AND earlier.observed_at < counted.observed_at
            AND earlier.observed_at >= counted.observed_at - INTERVAL '1' HOUR
),
low AS (
    SELECT dt, observed_at, min(taxis_before) + max(taxis_before) AS twice_the_median
    FROM ranked
    WHERE snapshots >= 5 AND 2 * place BETWEEN snapshots AND snapshots + 2
    GROUP BY dt, observed_at, taxis
    HAVING 6 * taxis < min(taxis_before) + max(taxis_before)
),
normal_around AS (
    SELECT
        low.dt,
        low.observed_at,
        max(CASE WHEN near.observed_at < low.observed_at THEN near.observed_at END) AS normal_before,
        min(CASE WHEN near.observed_at > low.observed_at THEN near.observed_at END) AS normal_after
    FROM low
    INNER JOIN counted AS near
        ON
            near.dt = low.dt
            AND near.observed_at >= low.observed_at - INTERVAL '1' HOUR
            AND near.observed_at <= low.observed_at + INTERVAL '15' MINUTE
            AND 6 * near.taxis >= low.twice_the_median
    GROUP BY low.dt, low.observed_at
),
suspects AS (
    SELECT around.dt, around.observed_at
    FROM normal_around AS around
    INNER JOIN counted AS fall
        ON
            fall.dt = around.dt
            AND fall.observed_at > around.normal_before
            AND fall.observed_at <= around.observed_at
    GROUP BY around.dt, around.observed_at, around.normal_after
    HAVING around.normal_after <= min(fall.observed_at) + INTERVAL '15' MINUTE
)
SELECT
    counted.observed_at,
    counted.observed_at_local,
    CAST(counted.taxis AS INTEGER) AS taxis,
    CAST(
        CAST(counted.taxis AS DECIMAL(9, 0)) * CAST('0.01' AS DECIMAL(3, 2)) AS DECIMAL(9, 2)
    ) AS taxis_hundreds,
    hour(counted.observed_at_local) BETWEEN 8 AND 19 AS business_hours,
    suspects.observed_at IS NOT NULL AS suspect,
    counted.snapshot_id,
    :loaded_at AS loaded_at,
    :run_id AS run_id,
    counted.dt
FROM counted
LEFT JOIN suspects ON suspects.dt = counted.dt AND suspects.observed_at = counted.observed_at
ORDER BY counted.observed_at
