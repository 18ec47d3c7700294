"""Judges that others made.

Each but cfn-lint is installed by its `.ci/install_*`, into a folder of its own.

    asl_validator  the schema of the Amazon States Language, and how states lead to each other
    cdk_nag      the CDK's classes and validation, and rules of packs
    cfn_lint     CloudFormation's resource schemas, and rules
    checkov      rules about data that is open, unwatched or lost
    event_ruler  the library that EventBridge matches events with, and recorded events of Glue's
    installed    where a judge is, and how one is asked
    parliament   IAM's actions, with their resources and conditions
"""
