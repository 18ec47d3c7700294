"""Use cases for deployments on AWS.

Each module is named as its module of the command line in `millrace/cli/deployment/`.

    stack   the template of a stage
"""
