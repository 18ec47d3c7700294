-- How much rain fell in the 5 minutes of each snapshot; without a snapshot there is no row, never a zero.
--
-- observed_at timestamp: UTC; the feed's own time of the snapshot
-- observed_at_local timestamp: the same in the source's local time
-- rainfall_mm_mean decimal(9,3): mean over the stations, in mm, rounded half up
-- rainfall_mm_max decimal(7,2): where it fell most, in mm
-- stations int: stations with a reading
-- stations_with_rain int: those that measured more than nothing
-- snapshot_id string: the snapshot: source, observed_at and digest of the payload
--
-- How much rain fell in the 5 minutes of each snapshot: over all stations, and where it fell most.
-- A snapshot without a reading is absent, never zero. The mean is rounded half up, in whole thousandths.
WITH fallen AS (
    SELECT
        observed_at,
        observed_at_local,
        snapshot_id,
        dt,
        CAST(floor(sum(rainfall_mm) * 100) AS BIGINT) AS hundredths,
        max(rainfall_mm) AS rainfall_mm_max,
        count(*) AS stations,
        count_if(rainfall_mm > 0) AS stations_with_rain
    FROM staging.rain_station
    WHERE dt IN (:partitions) AND rainfall_mm IS NOT NULL
    GROUP BY observed_at, observed_at_local, snapshot_id, dt
)
SELECT
    observed_at,
    observed_at_local,
    CAST(
        CAST(floor(CAST(20 * hundredths + stations AS DOUBLE) / (2 * stations)) AS DECIMAL(12, 0))
        * CAST('0.001' AS DECIMAL(4, 3)) AS DECIMAL(9, 3)
    ) AS rainfall_mm_mean,
    rainfall_mm_max,
    CAST(stations AS INTEGER) AS stations,
    CAST(stations_with_rain AS INTEGER) AS stations_with_rain,
    snapshot_id,
    :loaded_at AS loaded_at,
    :run_id AS run_id,
    dt
FROM fallen
ORDER BY observed_at
