"""Schedules: their expressions, and which of them are switched off.

`millrace up` and EventBridge Scheduler run by the same expressions.

    dynamo        the switches on DynamoDB
    expressions   `rate()` and `cron()` expressions, as EventBridge Scheduler writes them
    names         the names of schedules, as people give them, and the duties on AWS that have one
    ports         the port of the switches
    sqlite        the switches on SQLite
"""
