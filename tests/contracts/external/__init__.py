"""The contracts of what workflows use outside of the lake's tables.

Each adapter is one entry in its suite's ADAPTERS.

    test_crawlers    crawlers
    test_functions   functions that are called by their name
"""
