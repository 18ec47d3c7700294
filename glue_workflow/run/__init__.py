"""The run protocol: a run is begun, makes one step for each job, and is ended; every orchestrator makes these calls.

What jobs hand on is in the run store, so that each call can be made in a process of its own, and a run can be resumed.

    begin               the first call: names the run, fixes what is wanted, once for each start
    claims              the claim of a step's invocation, under which it writes
    deadline            the timeout of a job
    dry_run             the run store of a dry run: keeps its own writes in memory
    end                 the last call: its result, stored and told
    entered_crawls      crawls that no process makes, entered in a run's record
    execution           the three calls under the lease of an orchestrator's execution
    items               the items of a job that is made for each item of a list
    job_context         what a job is given, and what it returns
    queries_under_way   ids of queries in the engine's service, ended by whoever comes next
    readiness           whose turn it is: what a job waits for, and when its branch is not taken
    recent_runs         the run store of the page: reads only the newest runs
    runner              the three calls in one process, under its lease
    step                one job of a run
    telling             what people are told of a run that has ended
    whole_step          a step that is called until its job is done, in one process
"""
