-- One row per rain station per snapshot.
--
-- observed_at timestamp: UTC; the feed's own time of the snapshot
-- observed_at_local timestamp: the same in the source's local time
-- station_id string: the feed's own name of the station
-- name string: where the station stands
-- longitude decimal(9,6): degrees east, rounded half up
-- latitude decimal(9,6): degrees north, rounded half up
-- rainfall_mm decimal(7,2): mm in the 5 minutes of the reading, rounded half up
-- snapshot_id string: the snapshot: source, observed_at and digest of the payload
-- source_object string: key of the raw object that this row came from
-- repetition int: 1 for the first row of its entity in the snapshot, in the payload's order
--
-- One row per station per snapshot: what fell there in the 5 minutes of the reading.
--
-- A reading names its station; name and place are in the payload's list of stations, of which a station that is listed
-- twice counts once. A reading of a station that is not listed keeps its row, without a place, and the rules see it. Of a
-- station that is read twice every row is here, numbered in the order of the payload: the gate sets aside all but the
-- first. A reading without a station is nobody's repetition.
--
-- Numbers are read from their text, so that they are rounded once, half up. The arrays are columns of a subquery before
-- they are unnested: in one step, the whole payload would be held for every station.
WITH snapshots AS (
    SELECT
        observed_at,
        observed_at_local,
        CAST(json_extract(payload, '$.data.readings[0].data') AS ARRAY(JSON)) AS readings,
        CAST(json_extract(payload, '$.data.stations') AS ARRAY(JSON)) AS stations,
        snapshot_id,
        source_object,
        dt
    FROM raw.rainfall.snapshots
    WHERE dt IN (:partitions)
),
places AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY snapshot_id, station_id ORDER BY name, longitude, latitude) AS listed
    FROM (
        SELECT
            snapshot_id,
            json_extract_scalar(station, '$.id') AS station_id,
            json_extract_scalar(station, '$.name') AS name,
            TRY_CAST(json_extract_scalar(station, '$.location.longitude') AS DECIMAL(9, 6)) AS longitude,
            TRY_CAST(json_extract_scalar(station, '$.location.latitude') AS DECIMAL(9, 6)) AS latitude
        FROM snapshots
        CROSS JOIN UNNEST(stations) AS listed (station)
    ) AS listings
),
measured AS (
    SELECT
        observed_at,
        observed_at_local,
        json_extract_scalar(reading, '$.stationId') AS station_id,
        TRY_CAST(json_extract_scalar(reading, '$.value') AS DECIMAL(7, 2)) AS rainfall_mm,
        snapshot_id,
        source_object,
        place,
        dt
    FROM (
        SELECT
            observed_at,
            observed_at_local,
            element_at(readings, CAST(place AS INTEGER)) AS reading,
            snapshot_id,
            source_object,
            place,
            dt
        FROM snapshots
        CROSS JOIN UNNEST(sequence(1, 1000)) AS taken (place) -- twice as many as the source calls plausible
        WHERE place <= cardinality(readings)
    ) AS listed
)
SELECT
    measured.observed_at,
    measured.observed_at_local,
    measured.station_id,
    places.name,
    places.longitude,
    places.latitude,
    measured.rainfall_mm,
    measured.snapshot_id,
    measured.source_object,
    CASE
        WHEN measured.station_id IS NULL THEN 1
        ELSE CAST(
            row_number() OVER (PARTITION BY measured.snapshot_id, measured.station_id ORDER BY measured.place) AS INTEGER
        )
    END AS repetition,
    :loaded_at AS loaded_at,
    :run_id AS run_id,
    measured.dt
FROM measured
LEFT JOIN places
    ON places.snapshot_id = measured.snapshot_id AND places.station_id = measured.station_id AND places.listed = 1
ORDER BY measured.observed_at, measured.station_id, repetition
