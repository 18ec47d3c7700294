"""The service of a lake: what `millrace up` starts, and what does the same on AWS.

It polls, runs workflows and fills gaps on schedule, and can serve the page and the Athena API. On AWS, polls and runs
are functions and jobs of their own, and the rest are duties of one function.

    duties    the duties of a lake on AWS, one by one
    service   polls and runs on their schedules
    tend      the Lambda function that does a duty
    up        the service with its page and Athena endpoint, from start to stop signal
"""
