"""What puts Millrace together from its parts, and what deploys it.

Only commands, use cases and the service import it.

    deployment    what puts a stack into an account: change sets, and what stands around them
    entrypoints   what AWS calls: the functions and scripts
    judges        what AWS would refuse of a template
    packaging     the artefacts that AWS runs: zips of Lambda functions, wheels and scripts of Glue jobs
    preflight     whether an account has room for a stack, and lets it work
    pricing       what a deployment costs a month
    project       a project's definitions, assembled from its files
    runtime       the adapters of a lake: on one machine, or on AWS
    stack         the CloudFormation template of a stage
    stages        what a deployment is like, a file for each
"""
