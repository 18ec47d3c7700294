"""Dashboards, and what they need, in a running Grafana: published, compared, and taken over from it.

What was published bears a mark, the digest of its content. So it is seen whether a person has changed it since.

    api      a Grafana server by its HTTP API, through grafana-client
    marks    the mark of what was published
    plans    what has to be done with each thing
    ports    a Grafana server, and the things in it
"""
