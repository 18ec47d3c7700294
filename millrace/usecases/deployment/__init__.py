"""Use cases for deployments on AWS.

Each module is named as its module of the command line in `millrace/cli/deployment/`.

    cost    what a stage costs a month
    stack   the template of a stage
"""
