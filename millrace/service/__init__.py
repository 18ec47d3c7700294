"""The long-running service: what `millrace up` starts.

It polls, runs workflows and fills gaps on schedule, and can serve the page and the Athena API.

    service   polls and runs on their schedules
    up        the service with its page and Athena endpoint, from start to stop signal
"""
