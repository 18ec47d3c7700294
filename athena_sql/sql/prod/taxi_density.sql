-- Available taxis per 15 minutes and cell of 0.01 degrees; what had no taxi, or no snapshot, is absent.
--
-- window_start timestamp: UTC
-- window_start_local timestamp: the same in the source's local time
-- east int: longitude of the cell's west edge, in hundredths of a degree
-- north int: latitude of the cell's south edge, in hundredths of a degree
-- taxis decimal(9,2): mean of the snapshots' counts in the window, rounded half up
-- snapshots int: snapshots in the window
--
-- A rollup for maps, so that they read no positions: the mean of the counts of the window's snapshots, those without a
-- taxi in the cell included. The mean is rounded half up, in whole hundredths.
WITH windowed AS (
    SELECT
        date_trunc('minute', observed_at) - mod(minute(observed_at), 15) * INTERVAL '1' MINUTE AS window_start,
        date_trunc('minute', observed_at_local)
        - mod(minute(observed_at_local), 15) * INTERVAL '1' MINUTE AS window_start_local,
        observed_at,
        CAST(floor(longitude * 100) AS INTEGER) AS east,
        CAST(floor(latitude * 100) AS INTEGER) AS north,
        dt
    FROM staging.taxi_position
    WHERE dt IN (:partitions)
),
counted AS (
    SELECT window_start, window_start_local, observed_at, east, north, dt, count(*) AS taxis
    FROM windowed
    GROUP BY window_start, window_start_local, observed_at, east, north, dt
),
windows AS (
    SELECT window_start, window_start_local, dt, count(DISTINCT observed_at) AS snapshots
    FROM counted
    GROUP BY window_start, window_start_local, dt
),
sums AS (
    SELECT window_start, window_start_local, dt, east, north, sum(taxis) AS taxis
    FROM counted
    WHERE east IS NOT NULL AND north IS NOT NULL
    GROUP BY window_start, window_start_local, dt, east, north
)
SELECT
    windows.window_start,
    windows.window_start_local,
    sums.east,
    sums.north,
    CAST(
        CAST(floor(CAST(200 * sums.taxis + snapshots AS DOUBLE) / (2 * snapshots)) AS DECIMAL(9, 0))
        * CAST('0.01' AS DECIMAL(3, 2)) AS DECIMAL(9, 2)
    ) AS taxis,
    CAST(windows.snapshots AS INTEGER) AS snapshots,
    :loaded_at AS loaded_at,
    :run_id AS run_id,
    windows.dt
FROM windows
INNER JOIN sums
    ON
        sums.window_start = windows.window_start
        AND sums.window_start_local = windows.window_start_local
        AND sums.dt = windows.dt
ORDER BY windows.window_start, sums.north, sums.east
