"""Polling: from a request to a durable record, and what belongs to it over time.

Every poll ends as one durable attempt: delivered, quarantined or failed.

    attempts         the outcome of each poll, as a record of the source `polls`
    backfill         polls for past times
    failed_bodies    what failed attempts received of a body
    gaps             fills recent slots without a snapshot
    handler          one poll, from request to durable record
    history          which slots already have a snapshot, from `ops.polls`
    json_rule        what every reader of a payload reads equally, and the rejection of the rest
    kept_snapshots   snapshots kept as they came, from a dropped file or a database's rows
    payload          the parser: from bytes to a plausible snapshot, or a rejection with a code
    poll_requests    the request of a poll, and which polls are refused
    redrive          retries quarantined items, or drops them
    requested_time   the check of the time that a feed is asked for
    scheduler        the in-process scheduler
"""
