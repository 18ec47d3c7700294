"""The contract of the engine; see `engines.py`.

One suite for each side of it:

    samples        what the tests write: a table of numbers, and the request for it
    test_files     the data below a lake: where it lies, damaged files, columns that a table gained
    test_reading   queries: their columns and values, and what is refused
    test_writing   writes
"""
