"""Wrong variants of the template of the stage uat, also by state machines or events: one fault each, who refuses it.

They stand by the concern of the stack whose resources they have.

    access    of roles
    alerts    of alarms, rules and the dashboard
    catalog   of databases and raw tables
    duties    of the function of duties
    ingest    of the functions that poll, their schedules and the delivery stream
    lake      of the bucket, the messages about new objects and the table of state
    queries   of Athena's workgroups and statements
    machines  of state machines
    routing   of a router's rules, and how functions are invoked
    table     all of them
    workflow  of Glue's jobs, workflows and triggers
    wrong     `Wrong`, a variant: its fault, and the judges that refuse it
"""
