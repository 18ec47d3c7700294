"""The run protocol: one run of a workflow, job after job, each step on record.

What jobs hand on is in the run store, so a run can be resumed.

    dry_run       the run store of a dry run: reads, and drops every write
    job_context   what a job is given, and what it returns
    recent_runs   the run store of the page: reads only the newest runs
    runner        the runner: executes a workflow in this process, under its lease
"""
