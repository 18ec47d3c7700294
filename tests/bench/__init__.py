"""The bench: what Millrace costs, measured case by case beside others that do the same work.

`make bench` runs every case in a process of its own and writes the document from `template.md`.

    cases        what is measured
    dashboard    a refresh of a dashboard in Grafana, through that endpoint
    endpoint     what the local Athena endpoint adds to a query
    lake         the generated lakes that the cases work on
    page         a refresh of the served page
    profile      where the time of the create step goes
    report       from figures to medians, targets and the document
    rivals       the same work by Spark and by dlt
    test_bench   the bench on a very small day
"""
