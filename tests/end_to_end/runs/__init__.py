"""Runs on a whole lake, and what readers see meanwhile.

Most use the small lake one folder up, whose every state is known.

    step_child             one call of the run protocol, in a process of its own
    test_audit_reads       what the audit reads, and what happens meanwhile
    test_code_of_a_run     a deployment while a run is under way
    test_dimensions        dimensions are rebuilt only when their code changes
    test_gate              the quality gate
    test_held              partitions that the gate refuses
    test_lake_below_keys   a lake below folders that are named like partitions and keys
    test_ops_tables        what versions and queries leave in ops
    test_readers           readers during runs
    test_reprocess         reprocess, its preview and kill -9
    test_resume            a resume repeats what was asked
    test_rollback          rollback, later runs and kill -9
    test_schema_drift      feeds that change their shape
    test_steps             the run protocol: kills, overtaken invocations, bounds
    test_vacuum            vacuum and kill -9
    test_without_millrace  readers without Millrace: files, lists of files, DuckDB files of views
"""
