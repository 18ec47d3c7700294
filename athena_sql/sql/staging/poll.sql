-- One row per attempt to poll a source.
--
-- poll_id string: the attempt
-- source string: the feed that was polled
-- requested_at timestamp: UTC; the time that was asked for
-- polled_at timestamp: UTC; when the attempt ended
-- outcome string: accepted, duplicate, quarantined or failed: the two columns below in one
-- recorded_outcome string: delivered, quarantined or failed, as the attempt's record has it
-- acceptance string: accepted or duplicate; null when no snapshot was delivered
-- snapshot_id string: the snapshot that it gave, if it gave one
-- observed_at timestamp: UTC; the feed's own time of that snapshot
-- hour_local timestamp: start of the local hour that the attempt is counted in
-- hour_start timestamp: UTC; the same instant
-- http_status int: of the last try; null when no response came
-- tries int: requests sent, with retries
-- duration_ms bigint: of the whole attempt
-- bytes bigint: of the response's body
-- entities int: in the payload
-- reason string: why it was quarantined or failed; else empty
-- interval_seconds int: of the source's schedule
-- stale_after_seconds int: age at which the source counts as stale
-- source_object string: key of the raw object that this row came from
--
-- One row per attempt to poll a source: ops.polls at the time of the run.
SELECT
    poll_id,
    source,
    requested_at,
    polled_at,
    outcome,
    recorded_outcome,
    acceptance,
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
    :loaded_at AS loaded_at,
    :run_id AS run_id,
    dt
FROM ops.polls
WHERE dt IN (:partitions)
ORDER BY source, polled_at, poll_id
