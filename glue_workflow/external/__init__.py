"""What jobs of composed workflows use outside of the lake's tables: crawlers, and functions by their name.

Each port has an adapter on AWS and one on this machine.

    begun_crawls       crawls that an orchestrator began itself, as crawlers
    crawlers           the port of crawlers
    functions          the port of functions
    glue_crawlers      crawlers of AWS Glue
    glue_run_crawls    the crawls of one run of a Glue workflow
    lambda_functions   functions of AWS Lambda
    local_crawlers     crawls of this process, which infer a dataset's form
    python_functions   functions in Python files of the project
"""
