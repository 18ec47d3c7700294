"""Dashboards in Grafana: every panel on a lake with a year of history, and publishing.

What the endpoint answers to a panel's queries, as Grafana's plugin asks them, is compared with what the page shows.
A double of Grafana's HTTP API stands for a running one.

    conftest               a Grafana in which nothing is yet
    grafana_views          what Grafana sends for a panel, and what the page shows of it
    published              a Grafana, and what publishes in it
    test_panels            the panels: types, partitions, bytes, rows
    test_publish_commands  `millrace dashboards publish`, `diff` and `pull`, as they are typed
    test_publishing        what publishing makes, changes and keeps
    test_refusals          a Grafana that cannot be used, or that refuses
    year_lake              a lake with a year of rollups
"""
