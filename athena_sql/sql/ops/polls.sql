-- Every attempt to poll a source, as soon as it is delivered.
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
-- Every attempt to poll a source, once (an attempt record that was delivered again is dropped), in the hour of its
-- snapshot, or of the time that was asked for when there is none. Of the delivered attempts that gave one snapshot, the
-- first is accepted and the others are duplicates; they all lie in one partition, so a predicate on dt changes nothing
-- here, and being part of every window it spares the other partitions' objects.
SELECT
    poll_id,
    source,
    requested_at,
    polled_at,
    coalesce(acceptance, recorded_outcome) AS outcome,
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
    dt
FROM (
    SELECT
        *,
        CASE
            WHEN recorded_outcome = 'delivered'
                THEN CASE
                    WHEN
                        row_number() OVER (
                            PARTITION BY dt, source, snapshot_id, recorded_outcome ORDER BY polled_at, poll_id
                        ) = 1
                        THEN 'accepted'
                    ELSE 'duplicate'
                END
        END AS acceptance
    FROM (
        SELECT
            json_extract_scalar(payload, '$.poll_id') AS poll_id,
            json_extract_scalar(payload, '$.source') AS source,
            CAST(json_extract_scalar(payload, '$.requested_at') AS TIMESTAMP) AS requested_at,
            CAST(json_extract_scalar(payload, '$.polled_at') AS TIMESTAMP) AS polled_at,
            json_extract_scalar(payload, '$.outcome') AS recorded_outcome,
            json_extract_scalar(payload, '$.snapshot_id') AS snapshot_id,
            CAST(json_extract_scalar(payload, '$.observed_at') AS TIMESTAMP) AS observed_at,
            date_trunc('hour', observed_at_local) AS hour_local,
            observed_at
            - minute(observed_at_local) * INTERVAL '1' MINUTE
            - second(observed_at_local) * INTERVAL '1' SECOND AS hour_start,
            CAST(json_extract_scalar(payload, '$.http_status') AS INTEGER) AS http_status,
            CAST(json_extract_scalar(payload, '$.tries') AS INTEGER) AS tries,
            CAST(json_extract_scalar(payload, '$.duration_ms') AS BIGINT) AS duration_ms,
            CAST(json_extract_scalar(payload, '$.bytes') AS BIGINT) AS bytes,
            CAST(json_extract_scalar(payload, '$.entities') AS INTEGER) AS entities,
            json_extract_scalar(payload, '$.reason') AS reason,
            CAST(json_extract_scalar(payload, '$.interval_seconds') AS INTEGER) AS interval_seconds,
            CAST(json_extract_scalar(payload, '$.stale_after_seconds') AS INTEGER) AS stale_after_seconds,
            source_object,
            dt
        FROM raw.polls.records
    ) AS recorded
) AS attempts
