"""The dashboards that ship with Millrace, one file each.

A file defines a `DASHBOARD` with its panels.

    operations   polls, workflow runs and quality checks: on every project's page
    taxis        taxis and rain
"""
