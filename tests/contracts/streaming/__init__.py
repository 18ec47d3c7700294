"""The contract of engines that stream rows to files, pipes and terminals.

It has a folder of its own because each engine does it in its own way, with DuckDB as the writer.

    test_export   rows in files and pipes, the first rows, plans
"""
