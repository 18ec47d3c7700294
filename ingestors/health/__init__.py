"""Health: how a feed is doing from poll to poll, and the alerts about it.

The health is stored, because each poll may be a process of its own.

    alerts        the monitor of all feeds: updates their health by each poll, and sends alerts
    dynamo        the health store on DynamoDB
    feed_health   the health of a feed; the port of its store, with the fake
    sqlite        the health store in the lake's state file
"""
