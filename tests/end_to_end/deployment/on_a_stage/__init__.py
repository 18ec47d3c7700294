"""Commands on a deployed stage: those on its data, its status, and a smoke test of its deployment.

What stands before AWS's services, and the tests:

    deployed_jobs        the Glue jobs of a deployed stage, as Glue starts them
    functions            a stand-in of AWS Lambda
    live_stage           a deployed stage, with all that data commands meet
    stage_history        what was done on a stage whose releases change, and that nothing of it is lost
    subscriptions        a stand-in of SNS, for who has confirmed
    test_data_commands   data commands on a deployed stage
    test_refusals        what is wrong with a stage, as data commands say it
    test_smoke           a stage that is tried after its deployment, and its status
    test_smoke_parts     the parts of a smoke test, on a lake in a folder
    test_upgrade         a stage with data that is upgraded, and goes back
    workgroups           what stands before the local Athena endpoint
"""
