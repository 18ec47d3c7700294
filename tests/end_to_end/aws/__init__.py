"""Whole jobs on stand-ins of AWS: moto's services and the double of Firehose.

The same jobs run on the Athena engine and on Spark; prod must have the rows of a local run.

    aws_jobs               the jobs in this process and in further ones, and what they leave
    aws_lake               a lake on the stand-ins
    classics               the project of docs/examples/classics
    conftest               the feeds
    orchestrators          a workflow by each orchestrator
    packaged               what is packaged, started alone
    permissions            the roles of the stack, beside all that needs them
    test_athena_frames     DataFrames through awswrangler
    test_aws_scripts       tables that scripts make in plain Python, on Athena
    test_aws_spark_kills   processes that are killed while Spark writes to S3
    test_aws_whole_job     poll to prod on Athena and on Spark
    test_classics_on_aws   the three classics, with crawlers of Glue and statements of Athena
    test_datasets_on_aws   a dataset, read by the table that a crawler makes of it
    test_job_queries       queries of two processes, within what the stage says
    test_shared_budget     functions that poll one host, within its budget together
    test_state_on_aws      the catalog in Glue and the run state in DynamoDB, the lake in a folder
    workflows_child        a process that runs workflows
"""
