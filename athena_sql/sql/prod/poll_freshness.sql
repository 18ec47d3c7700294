-- Per source and hour: what the schedule asked for, what came of it, and what is missing.
--
-- source string: the feed that was polled
-- hour_start timestamp: UTC
-- hour_local timestamp: the same in the source's local time
-- expected int: slots of the schedule in this hour
-- attempted int: polls
-- accepted int: polls that gave a new snapshot
-- duplicate int: polls that gave a known snapshot again
-- quarantined int: polls whose response was not plausible
-- failed int: polls without a usable response
-- gaps int: slots without a snapshot
-- longest_gap_minutes int: the longest time between snapshots with a gap in this hour, else 0
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
-- An hour is one of the source's local clock, by the offsets that ops.utc_offsets has for the source: where the offset
-- changes within an hour, each part is a row of its own, and a local day has 23, 24.5 or 25 hours. Attempts that were
-- recorded with other offsets (the source's zone was another one, or its file is gone) go by what they have themselves.
--
-- Times are whole seconds. A division goes by floor or ceil of a DOUBLE, which for numbers of this size is exact.
WITH offsets AS (
    SELECT
        source,
        CAST(floor(to_unixtime(valid_from)) AS BIGINT) AS valid_from,
        CAST(floor(to_unixtime(valid_until)) AS BIGINT) AS valid_until,
        offset_seconds
    FROM ops.utc_offsets
),
recorded AS (
    SELECT
        source,
        dt,
        outcome,
        interval_seconds,
        CAST(floor(to_unixtime(coalesce(observed_at, requested_at))) AS BIGINT) AS happened,
        CAST(floor(to_unixtime(requested_at)) AS BIGINT) AS requested,
        CAST(floor(to_unixtime(hour_local)) - floor(to_unixtime(hour_start)) AS BIGINT) AS recorded_offset
    FROM staging.poll
    WHERE dt IN (:partitions)
),
days AS (
    SELECT
        recorded.source,
        dt,
        CAST(floor(to_unixtime(CAST(dt AS TIMESTAMP))) AS BIGINT) AS midnight,
        min(recorded_offset) AS smallest,
        max(recorded_offset) AS largest,
        min(CASE WHEN offset_seconds = recorded_offset THEN 1 ELSE 0 END) = 1 AS known
    FROM recorded
    LEFT JOIN offsets
        ON offsets.source = recorded.source AND valid_from <= happened AND happened < valid_until
    GROUP BY recorded.source, dt
),
-- The parts of each local day with one offset from UTC: two on a day when clocks change, one on any other.
periods AS (
    SELECT
        days.source,
        dt,
        midnight,
        offset_seconds,
        greatest(valid_from, midnight - offset_seconds) AS starts,
        least(valid_until, midnight + 86400 - offset_seconds) AS ends
    FROM days
    INNER JOIN offsets
        ON offsets.source = days.source
        AND valid_from < midnight + 86400 - offset_seconds
        AND valid_until > midnight - offset_seconds
    WHERE known
    UNION ALL
    SELECT
        source,
        dt,
        midnight,
        largest AS offset_seconds,
        midnight - largest AS starts,
        midnight + 86400 - smallest AS ends
    FROM days
    WHERE NOT known
),
attempts AS (
    SELECT recorded.source, recorded.dt, outcome, interval_seconds, happened, requested, last_second
    FROM recorded
    INNER JOIN (
        SELECT source, dt, max(ends) - 1 AS last_second FROM periods GROUP BY source, dt
    ) AS day_ends ON day_ends.source = recorded.source AND day_ends.dt = recorded.dt
),
bounds AS (
    SELECT
        source,
        dt,
        min(happened) AS window_start,
        max(
            CASE WHEN outcome = 'duplicate' THEN greatest(happened, least(requested, last_second)) ELSE happened END
        ) AS window_end,
        max(last_second) AS last_second,
        greatest(max(interval_seconds), 1) AS step
    FROM attempts
    GROUP BY source, dt
),
-- Each hour of the local clock, and where the offset changes within an hour, each part of it. Seconds since 1970.
local_hours AS (
    SELECT
        source,
        dt,
        midnight,
        offset_seconds,
        greatest(starts, (first_hour + n) * 3600 - offset_seconds) AS starts,
        least(ends, (first_hour + n) * 3600 - offset_seconds + 3600) AS ends
    FROM (
        SELECT *, CAST(floor(CAST(starts + offset_seconds AS DOUBLE) / 3600) AS BIGINT) AS first_hour FROM periods
    ) AS numbered
    CROSS JOIN UNNEST(sequence(0, 50)) AS numbers (n)
),
hours AS (
    SELECT
        local_hours.source,
        local_hours.dt,
        CAST(local_hours.dt AS TIMESTAMP) + (starts - midnight) * INTERVAL '1' SECOND AS hour_start,
        CAST(local_hours.dt AS TIMESTAMP) + (starts - midnight + offset_seconds) * INTERVAL '1' SECOND AS hour_local,
        starts,
        ends,
        ends > window_end AS is_last,
        window_start,
        step,
        least(
            CAST(floor(CAST(2 * (window_end - window_start) + step AS DOUBLE) / (2 * step)) AS BIGINT),
            CAST(floor(CAST(last_second - window_start AS DOUBLE) / step) AS BIGINT)
        ) AS last_slot
    FROM local_hours
    INNER JOIN bounds ON bounds.source = local_hours.source AND bounds.dt = local_hours.dt
    WHERE starts < ends AND ends > window_start AND starts <= window_end
),
counts AS (
    SELECT
        hours.source,
        hours.dt,
        starts,
        count(*) AS attempted,
        count_if(outcome = 'accepted') AS accepted,
        count_if(outcome = 'duplicate') AS duplicate,
        count_if(outcome = 'quarantined') AS quarantined,
        count_if(outcome = 'failed') AS failed
    FROM attempts
    INNER JOIN hours
        ON hours.source = attempts.source AND hours.dt = attempts.dt AND starts <= happened AND happened < ends
    GROUP BY hours.source, hours.dt, starts
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
        starts,
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
        starts,
        sum(slots) AS gaps,
        max(CAST(floor(CAST(seconds + 30 AS DOUBLE) / 60) AS BIGINT)) AS longest_gap_minutes
    FROM missing
    WHERE slots > 0
    GROUP BY source, dt, starts
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
                    ELSE CAST(ceil(CAST(hours.ends - window_start AS DOUBLE) / step) AS BIGINT) - 1
                END
            )
            - greatest(0, CAST(ceil(CAST(hours.starts - window_start AS DOUBLE) / step) AS BIGINT)) + 1
        ) AS INTEGER
    ) AS expected,
    CAST(coalesce(attempted, 0) AS INTEGER) AS attempted,
    CAST(coalesce(accepted, 0) AS INTEGER) AS accepted,
    CAST(coalesce(duplicate, 0) AS INTEGER) AS duplicate,
    CAST(coalesce(quarantined, 0) AS INTEGER) AS quarantined,
    CAST(coalesce(failed, 0) AS INTEGER) AS failed,
    CAST(coalesce(gaps.gaps, 0) AS INTEGER) AS gaps,
    CAST(coalesce(longest_gap_minutes, 0) AS INTEGER) AS longest_gap_minutes,
    :loaded_at AS loaded_at,
    :run_id AS run_id,
    hours.dt
FROM hours
LEFT JOIN counts
    ON counts.source = hours.source AND counts.dt = hours.dt AND counts.starts = hours.starts
LEFT JOIN gaps
    ON gaps.source = hours.source AND gaps.dt = hours.dt AND gaps.starts = hours.starts
ORDER BY hours.source, hours.hour_start
