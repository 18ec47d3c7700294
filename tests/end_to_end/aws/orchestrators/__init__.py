"""The orchestrators of a workflow, each on a lake on AWS: the local runner, state machines, Glue's triggers, events.

What executes them, and the tests:

    conftest              what the tests share: a lake, and the rows of a local run
    event_chain           queues of invocations, and a bus with the template's rules
    event_driven          a router and its function of jobs, in containers
    graph_project         graphs that are no chain, and what runs them
    glue_triggers         an interpreter of a Glue workflow's triggers
    job_containers        the function of jobs, in containers
    machine.mjs           what Node runs for npm_interpreter
    moto_interpreter      moto's interpreter of state machines, with what it calls and how it waits in the test's hands
    npm_interpreter       another interpreter of state machines, aws-local-stepfunctions
    orchestrators         all of them, by one port
    state_machines        what interpreters have in common
    test_graphs           graphs are made the same on each
    test_classics         the three classics of docs/examples
    test_glue_triggers    AWS's examples of predicates
    test_packaged_graphs  the same, each task in a process of what is packaged
    test_orchestrators    one contract: the same trouble leads to the same runs, rows and messages on each
    test_state_machines   what only a state machine does: retries, calls again
    trouble               what happens to a job's calls to AWS
"""
