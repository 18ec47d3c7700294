"""What runs the workflows: `orchestrator` of a stage says which.

`workflows` is the concern; the others are its parts.

    compiled         compiled definitions, with the stack's names
    events           events: a router, and for each workflow a schedule and rules
    glue             Glue: jobs, and for each workflow a Glue workflow with its triggers
    job_function     the function that makes calls of runs on Athena
    kind_access      what jobs of composed workflows may do, by their kinds
    run_access       what whoever makes runs may do
    state_machines   Step Functions: for each workflow a state machine and its schedule
    workflows        the one that the stage names
"""
