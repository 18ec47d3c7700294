-- Available taxis per planning area and 5 minutes; a window without a snapshot is absent, never zero.
--
-- window_start timestamp: UTC
-- window_start_local timestamp: the same in the source's local time
-- area_id int: see prod.area
-- area string: name of the planning area whose centre is nearest (an approximation)
-- taxis decimal(9,2): mean of the snapshots' counts in the window, rounded half up
-- snapshots int: snapshots in the window
--
-- Available taxis per planning area and window of 5 minutes: the mean of the counts of the window's snapshots. Every
-- window that has a snapshot has all areas, with zeros; a window without one is absent, since a gap is no zero.
-- Positions outside the box of prod.area_cell count nowhere. The mean is rounded half up, in whole hundredths.
WITH counted AS (
    SELECT observed_at, observed_at_local, dt, area_id, count(*) AS taxis
    FROM (
        SELECT
            observed_at,
            observed_at_local,
            dt,
            CASE
                WHEN
                    longitude BETWEEN CAST('103.55' AS DECIMAL(9, 6)) AND CAST('104.15' AS DECIMAL(9, 6))
                    AND latitude BETWEEN CAST('1.13' AS DECIMAL(9, 6)) AND CAST('1.5' AS DECIMAL(9, 6))
                    THEN
                        601 * CAST(floor((latitude - CAST('1.13' AS DECIMAL(9, 6))) * 1000) AS INTEGER)
                        + CAST(floor((longitude - CAST('103.55' AS DECIMAL(9, 6))) * 1000) AS INTEGER)
            END AS cell_id
        FROM staging.taxi_position
        WHERE dt IN (:partitions)
    ) AS positions
    LEFT JOIN prod.area_cell AS cells ON cells.cell_id = positions.cell_id
    GROUP BY observed_at, observed_at_local, dt, area_id
),
windowed AS (
    SELECT
        date_trunc('minute', observed_at) - mod(minute(observed_at), 5) * INTERVAL '1' MINUTE AS window_start,
        date_trunc('minute', observed_at_local)
        - mod(minute(observed_at_local), 5) * INTERVAL '1' MINUTE AS window_start_local,
        observed_at,
        dt,
        area_id,
        taxis
    FROM counted
),
windows AS (
    SELECT window_start, window_start_local, dt, count(DISTINCT observed_at) AS snapshots
    FROM windowed
    GROUP BY window_start, window_start_local, dt
),
sums AS (
    SELECT window_start, area_id, sum(taxis) AS taxis
    FROM windowed
    GROUP BY window_start, area_id
)
SELECT
    windows.window_start,
    windows.window_start_local,
    areas.area_id,
    areas.name AS area,
    CAST(
        CAST(floor(CAST(200 * coalesce(sums.taxis, 0) + snapshots AS DOUBLE) / (2 * snapshots)) AS DECIMAL(9, 0))
        * CAST('0.01' AS DECIMAL(3, 2)) AS DECIMAL(9, 2)
    ) AS taxis,
    CAST(windows.snapshots AS INTEGER) AS snapshots,
    :loaded_at AS loaded_at,
    :run_id AS run_id,
    windows.dt
FROM windows
CROSS JOIN prod.area AS areas
LEFT JOIN sums ON sums.window_start = windows.window_start AND sums.area_id = areas.area_id
ORDER BY windows.window_start, areas.area_id
