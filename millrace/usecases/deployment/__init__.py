"""Use cases for deployments on AWS.

The module of a command is named as its module of the command line in `millrace/cli/deployment/`.

    bootstrap   what deployments of a stage rest on, in its account
    cost        what a stage costs a month
    deploy      the stack in its account: deployed, compared
    destroy     a stage out of its account: the stack, or all that the stage holds
    lake        the lake of a deployed stage
    preflight   whether the account has room for the stack
    promote     releases that were packaged before: deployed again, or to another stage
    state       how a deployed stage stands
    smoke       one poll, one run and one query of a deployed stage
    stack       the template of a stage, and its packaged code
"""
