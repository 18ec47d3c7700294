"""The sources, and everything that polls them.

A source file declares a feed; the code here polls it and hands its responses to the delivery stream.

    health         the health of each feed from poll to poll, and the alerts about it
    http           one request to a feed, with retries inside the host's rate budget
    open_data      the files of others that anyone may read, for jobs that copy them
    origin_check   the check of a source's origin, when its file is loaded
    polling        one poll from request to durable record, the scheduler, backfill and redrive
    ports          the source contract, the result of a poll, and the ports that polling needs
    simulator      the simulated feeds, with misbehaviours, served on this machine
    source_check   what a source's file must define
    sources        one module per feed
"""
