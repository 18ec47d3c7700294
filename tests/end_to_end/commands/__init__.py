"""Commands as their users type them: real processes, their output and their exit status.

A topic with a folder of its own has its commands there, such as those of the page.

    test_another_feed          every command on a project with one feed of its own
    test_check                 `check`
    test_command_line          calls that are right and calls that are wrong
    test_command_line_polls    `poll`, `backfill`, `simulate` and `demo`
    test_notify_command        `notify test`
    test_python_api            the Python API, which calls what the commands call
    test_quality_commands      `quality`
    test_quarantine_commands   `quarantine` and `status` on a lake with a fault
    test_query_output          `query`: the rows in files, pipes and tables
    test_stage_option          `--stage`, of every command on a lake
    test_up                    `up`
    test_verify                `verify` and `--engine`
"""
