"""What is packaged for AWS, unpacked alone in a folder and started, in processes of its own.

What starts it, and the tests:

    deaths                 when a process dies, and who does its work again
    functions              the packaged functions, unpacked and started
    glue_jobs              the script of Glue jobs with its wheels, started
    test_own_roles         the packaged poll and a run, each under its own role
    test_packaged_classics  the report of docs/examples/classics, by the packaged function of jobs
    test_packaged_glue     the script of Glue jobs, with the zip of wheels
    test_packaged_jobs     the packaged function of the jobs: each call of a run in a process of its own
    test_packaged_kills    the packaged functions, killed before any call that changes something
    test_packaged_poll     the packaged function that polls, in Lambda's runtime
    test_packaged_project  a project outside the checkout, polled and refined by the packaged functions
    test_packaged_tend     the packaged function of the duties
"""
