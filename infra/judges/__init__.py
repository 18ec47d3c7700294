"""What AWS would refuse of a template, found without AWS: judges that others made, as far as they are installed.

`judging` is what is asked.

    create_calls     the create calls of the API that a template's resources stand for
    documented       what the service models say in words alone
    judging          the judges, and what they object to
    references       a template with its references and functions replaced
    service_models   values before botocore's service models
"""
