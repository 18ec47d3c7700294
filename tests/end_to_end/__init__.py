"""End-to-end tests: whole paths through real processes, files and servers, one folder for each topic.

Each starts at a public door: a command, a use case, a client or a browser. What several folders share stands here.

    athena_api      the local Athena endpoint and its clients
    aws             the jobs on stand-ins of AWS
    commands        commands as their users type them
    conftest        a lake with the taxi feed at a given address, and one with three versions
    crashes         processes that are killed or stopped, and what remains
    deployment      what the commands for deployments write, and do in an account
    documents       the documents: their blocks, and the commands in them
    faulty_lakes    lakes that are missing, damaged, without their state, or read-only
    feeds           feeds from poll to prod, and their faults
    feed            a feed on loopback that answers as a test says
    grafana         dashboards in Grafana: every panel on a year of history, and publishing
    new             `millrace new`, from one response to tests that pass
    page            the page in a real browser
    project         the documents and the distributions
    runs            runs on a whole lake, and what readers see meanwhile
    small_lake      a small lake whose every state is known
    versioned_lake  a small lake with three versions of one partition
"""
