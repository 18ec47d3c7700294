"""The workflow from raw to prod: its model, jobs and runs, the versions of tables, and the ledger.

Statements or a definition give the workflow; the runner executes its jobs, which make versions and flip the catalog's
pointers.

    compilers          a workflow as the definition of an orchestrator on AWS
    crawl_jobs         jobs that crawl: what, and what they wait for
    crawled_tables     the tables of datasets whose form is inferred
    derivation         workflows derived from what the statements read
    drawing            drawings of a workflow's graph
    external           what composed workflows use outside of the lake's tables: crawlers, functions
    job_kinds          the kinds of jobs, and what each needs before it
    job_options        what a job may say beside its kind: conditions, rounds, items
    job_parameters     the parameters of jobs in composed workflows, and what is wrong with them
    jobs               the function of each kind
    lake_tables        every table that SQL can name, and the data behind it
    ledger             what must balance, and the audit that counts it
    newest             the days that readers see, the newest of them, and the newest snapshot of each feed
    ops_tables         the tables in `ops` that are made from state
    pipelines          the declared tables, workflows and rules of a project, as one value
    ports              the ports, with their values: catalog, run store, leases
    quality            the quality gate: DQDL rules and their evaluation
    record_exclusion   single records taken out of raw, into quarantine
    refinement         the workflow of one source from raw to prod: its jobs, and the tables that they work on
    report_csv         a report's rows as CSV
    routing            runs that events drive: the router, and the jobs that it starts
    run                the runner, the context of a job, dry runs
    run_request        what a run was asked to do: partitions, engine, reviewer
    stores             adapters of the ports: local and AWS
    table_report       reports on tables for people: columns, partitions, sizes
    versions           versions of tables: creation, retention, rollback, reprocess, vacuum
    workflow           the workflow model: jobs, and their order
"""
