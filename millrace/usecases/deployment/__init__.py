"""Use cases for deployments on AWS.

Each module is named as its module of the command line in `millrace/cli/deployment/`.

    bootstrap   what deployments of a stage rest on, in its account
    cost        what a stage costs a month
    deploy      the stack in its account: deployed, compared
    destroy     a stage out of its account: the stack, or all that the stage holds
    preflight   whether the account has room for the stack
    stack       the template of a stage, and its packaged code
"""
