"""Lakes that are missing, damaged, without their state, or read-only.

Commands name the fault and what to do about it, and lose nothing.

    test_broken_lakes         missing and broken lakes: exit status 2, and nothing is created
    test_lost_state           lost state and damaged files: reported, refused and rebuilt
    test_read_only_lake       a read-only file system
    test_unreadable_records   records that no engine can read
"""
