-- Every row that the quality gate set aside, of all staging tables: those of the versions that readers see now.
SELECT 'staging.taxi_position' AS source_table, rule, reason, snapshot_id, row, ingested_at, run_id, dt
FROM staging.taxi_position_set_aside
UNION ALL
SELECT 'staging.rain_station' AS source_table, rule, reason, snapshot_id, row, ingested_at, run_id, dt
FROM staging.rain_station_set_aside
UNION ALL
SELECT 'staging.poll' AS source_table, rule, reason, snapshot_id, row, ingested_at, run_id, dt
FROM staging.poll_set_aside
