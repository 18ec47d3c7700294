-- One row per attempt to poll a source: ops.polls at the time of the run.
SELECT
    poll_id,
    source,
    requested_at,
    polled_at,
    outcome,
    snapshot_id,
    observed_at,
    hour_local,
    hour_start,
    http_status,
    tries,
    duration_ms,
    bytes,
    entities,
    reason,
    interval_seconds,
    stale_after_seconds,
    source_object,
    :ingested_at AS ingested_at,
    :run_id AS run_id,
    dt
FROM ops.polls
WHERE dt IN (:partitions)
ORDER BY source, polled_at, poll_id
