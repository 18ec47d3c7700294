"""Feeds from poll to prod, and their faults.

Each feed is served on loopback, or simulated.

    keep_child               one snapshot kept, in a process of its own
    test_duties              what keeps a lake on AWS in order besides polls and runs
    test_faults              each row of the fault table in docs/faults.md
    test_implausible_times   polls for times that no snapshot can have
    test_kept_snapshots      files and extracts that are kept as they came
    test_missed_events       an event of new data that was lost
    test_plain_source        a source that no workflow refines
    test_rainfall            the second source, beside the first
    test_recorded            recorded responses
    test_standard            the standard tests of the shipped sources
"""
