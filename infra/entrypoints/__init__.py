"""What AWS calls: the handlers of Lambda functions, and the script of Glue jobs.

All settings come from environment variables. A module here imports at its top what its first invocation needs, since
Lambda gives a cold start more CPU, and makes nothing: the runtime and its clients are made by the first invocation,
and kept for the next ones.

    bundle           the project that is packaged beside Millrace
    glue_job         the script that Glue starts for a job of a workflow
    job              the function that makes a call of a run, on Athena
    metrics          metrics as lines of the log (CloudWatch's embedded metric format)
    node             a job of a run, for an orchestrator that neither begins nor ends runs
    poll             the function that polls a source
    protocol_calls   one call of a run, and its answer
    routed_job       the function that makes a call of a job, where events drive runs
    router           the function that drives runs by events
"""
