"""Every panel of the rendered dashboards on a lake with a year of history, as Grafana and its Athena plugin ask for it.

What the endpoint answers is compared with what the page shows.

    grafana_views   what Grafana sends for a panel, and what the page shows of it
    test_panels     the panels: types, partitions, bytes, rows
    year_lake       a lake with a year of rollups
"""
