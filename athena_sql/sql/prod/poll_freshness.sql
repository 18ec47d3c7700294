-- Per source and hour: what the schedule asked for, what came of it, and what is missing.
--
-- A source's window in a partition goes from its first attempt to its last. Its slots are first + k * interval; each is
-- expected in its own hour. An attempt's time is its snapshot's observed_at, else the time that was asked for; for a
-- duplicate the window lasts to the time that was asked for, so that a frozen feed shows as a gap.
--
-- Gaps go by distance: between accepted snapshots a < b there are round((b - a) / interval) - 1 missing slots, at
-- a + k * interval; so too from the window's start (k from 0) to the first snapshot, and from the last one to the
-- window's end. A distance that is off by less than half an interval makes no gap; a slot beyond the window's end by
-- such a remainder counts in its last hour. No slot lies beyond the day.
--
-- Times are whole seconds. A division goes by floor or ceil of a DOUBLE, which for numbers of this size is exact.
WITH attempts AS (
    SELECT
        source,
        dt,
        outcome,
        hour_start,
        hour_local,
        interval_seconds,
        CAST(floor(to_unixtime(coalesce(observed_at, requested_at))) AS BIGINT) AS happened,
        CAST(floor(to_unixtime(requested_at)) AS BIGINT) AS requested,
        CAST(
            floor(to_unixtime(hour_start)) - floor(to_unixtime(hour_local)) + floor(to_unixtime(CAST(dt AS TIMESTAMP)))
            AS BIGINT
        ) + 86399 AS last_second
    FROM staging.poll
    WHERE dt IN (:partitions)
),
bounds AS (
    SELECT
        source,
        dt,
        min(hour_start) AS first_hour_start,
        min(hour_local) AS first_hour_local,
        CAST(floor(to_unixtime(min(hour_start))) AS BIGINT) AS first_hour,
        min(happened) AS window_start,
        max(
            CASE WHEN outcome = 'duplicate' THEN greatest(happened, least(requested, last_second)) ELSE happened END
        ) AS window_end,
        max(last_second) AS last_second,
        greatest(max(interval_seconds), 1) AS step
    FROM attempts
    GROUP BY source, dt
),
hours AS (
    SELECT
        source,
        dt,
        first_hour_start + n * INTERVAL '1' HOUR AS hour_start,
        first_hour_local + n * INTERVAL '1' HOUR AS hour_local,
        first_hour + n * 3600 AS starts,
        first_hour + n * 3600 + 3600 AS ends,
        first_hour + n * 3600 + 3600 > window_end AS is_last,
        window_start,
        step,
        least(
            CAST(floor(CAST(2 * (window_end - window_start) + step AS DOUBLE) / (2 * step)) AS BIGINT),
            CAST(floor(CAST(last_second - window_start AS DOUBLE) / step) AS BIGINT)
        ) AS last_slot
    FROM bounds
    CROSS JOIN UNNEST(sequence(0, 24)) AS numbers (n)
    WHERE first_hour + n * 3600 <= window_end
),
counts AS (
    SELECT
        source,
        dt,
        hour_start,
        count(*) AS attempted,
        count_if(outcome = 'accepted') AS accepted,
        count_if(outcome = 'duplicate') AS duplicate,
        count_if(outcome = 'quarantined') AS quarantined,
        count_if(outcome = 'failed') AS failed
    FROM attempts
    GROUP BY source, dt, hour_start
),
snapshots AS (
    SELECT
        source,
        dt,
        happened AS after,
        lead(happened) OVER (PARTITION BY source, dt ORDER BY happened) AS before
    FROM attempts
    WHERE outcome = 'accepted'
),
-- The distances in which slots may be missing: the first and the last missing one as k in after + k * step.
distances AS (
    SELECT
        bounds.source,
        bounds.dt,
        step,
        after,
        coalesce(before, window_end) - after AS seconds,
        1 AS first_missing,
        least(
            CAST(floor(CAST(2 * (coalesce(before, window_end) - after) + step AS DOUBLE) / (2 * step)) AS BIGINT)
            - CASE WHEN before IS NULL THEN 0 ELSE 1 END,
            CAST(floor(CAST(last_second - after AS DOUBLE) / step) AS BIGINT)
        ) AS last_missing
    FROM snapshots
    INNER JOIN bounds ON bounds.source = snapshots.source AND bounds.dt = snapshots.dt
    UNION ALL
    SELECT
        bounds.source,
        bounds.dt,
        step,
        window_start AS after,
        coalesce(first_snapshot, window_end) - window_start AS seconds,
        0 AS first_missing,
        least(
            CAST(
                floor(CAST(2 * (coalesce(first_snapshot, window_end) - window_start) + step AS DOUBLE) / (2 * step))
                AS BIGINT
            ) - CASE WHEN first_snapshot IS NULL THEN 0 ELSE 1 END,
            CAST(floor(CAST(last_second - window_start AS DOUBLE) / step) AS BIGINT)
        ) AS last_missing
    FROM bounds
    LEFT JOIN (
        SELECT source, dt, min(after) AS first_snapshot FROM snapshots GROUP BY source, dt
    ) AS firsts ON firsts.source = bounds.source AND firsts.dt = bounds.dt
),
missing AS (
    SELECT
        hours.source,
        hours.dt,
        hours.hour_start,
        seconds,
        least(
            last_missing,
            CASE
                WHEN is_last THEN last_missing
                ELSE CAST(ceil(CAST(ends - after AS DOUBLE) / distances.step) AS BIGINT) - 1
            END
        )
        - greatest(first_missing, CAST(ceil(CAST(starts - after AS DOUBLE) / distances.step) AS BIGINT)) + 1 AS slots
    FROM hours
    INNER JOIN distances ON distances.source = hours.source AND distances.dt = hours.dt
    WHERE last_missing >= first_missing
),
gaps AS (
    SELECT
        source,
        dt,
        hour_start,
        sum(slots) AS gaps,
        max(CAST(floor(CAST(seconds + 30 AS DOUBLE) / 60) AS BIGINT)) AS longest_gap_minutes
    FROM missing
    WHERE slots > 0
    GROUP BY source, dt, hour_start
)
SELECT
    hours.source,
    hours.hour_start,
    hours.hour_local,
    CAST(
        greatest(
            0,
            least(
                last_slot,
                CASE
                    WHEN is_last THEN last_slot
                    ELSE CAST(ceil(CAST(ends - window_start AS DOUBLE) / step) AS BIGINT) - 1
                END
            )
            - greatest(0, CAST(ceil(CAST(starts - window_start AS DOUBLE) / step) AS BIGINT)) + 1
        ) AS INTEGER
    ) AS expected,
    CAST(coalesce(attempted, 0) AS INTEGER) AS attempted,
    CAST(coalesce(accepted, 0) AS INTEGER) AS accepted,
    CAST(coalesce(duplicate, 0) AS INTEGER) AS duplicate,
    CAST(coalesce(quarantined, 0) AS INTEGER) AS quarantined,
    CAST(coalesce(failed, 0) AS INTEGER) AS failed,
    CAST(coalesce(gaps.gaps, 0) AS INTEGER) AS gaps,
    CAST(coalesce(longest_gap_minutes, 0) AS INTEGER) AS longest_gap_minutes,
    :ingested_at AS ingested_at,
    :run_id AS run_id,
    hours.dt
FROM hours
LEFT JOIN counts
    ON counts.source = hours.source AND counts.dt = hours.dt AND counts.hour_start = hours.hour_start
LEFT JOIN gaps
    ON gaps.source = hours.source AND gaps.dt = hours.dt AND gaps.hour_start = hours.hour_start
ORDER BY hours.source, hours.hour_start
