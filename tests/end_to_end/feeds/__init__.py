"""Feeds from poll to prod, and their faults.

Each feed is served on loopback, or simulated.

    test_faults              each row of the fault table in docs/faults.md
    test_implausible_times   polls for times that no snapshot can have
    test_missed_events       an event of new data that was lost
    test_plain_source        a source that no workflow refines
    test_rainfall            the second source, beside the first
    test_recorded            recorded responses
    test_standard            the standard tests of the shipped sources
"""
