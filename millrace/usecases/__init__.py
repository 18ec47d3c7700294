"""Use cases: what each command does, without any terminal.

Each module is named as its module of the command line in `millrace/cli/`.

    athena       serving the Athena API over a lake
    audit        the ledgers of a lake, and what does not add up
    definitions  what a project has, and what is wrong with it; its workflows
    demo         a simulated day through the whole pipeline
    deployment   the stack of a stage, and its place in an account
    doctor       what is wrong with a lake, and what mends it
    generate     a lake of simulated days
    notify       a test of who is told of events
    page         the page, as a file or served
    polls        polls and backfills
    quality      rule files outside of runs
    quarantine   quarantined items
    queries      queries, their files, and the checks of an operator
    runs         workflow runs, and their logs
    schedules    schedules and their switches
    status       the health of each source
    tables       tables, their columns, partitions and files; a DuckDB file of views
    verify       parity of the engines
    versions     versions, rollback, reprocess and vacuum
"""
