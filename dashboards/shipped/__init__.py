"""The dashboards that ship with Millrace, one file each.

A file defines a `DASHBOARD` with its panels and alerts.

    alerts       what people are told of Millrace at work; it has no panel
    health       panels of operations, over time
    operations   polls, workflow runs and quality checks: on every project's page
    taxis        taxis and rain
"""
