"""Dashboards in Grafana: every panel on a lake with a year of history, and publishing.

What the endpoint answers to a panel's queries, as Grafana's plugin asks them, is compared with what the page shows.
A double of Grafana's HTTP API stands for a running one.

    grafana_views    what Grafana sends for a panel, and what the page shows of it
    test_panels      the panels: types, partitions, bytes, rows
    test_publishing  `millrace dashboards publish`, `diff` and `pull`
    year_lake        a lake with a year of rollups
"""
