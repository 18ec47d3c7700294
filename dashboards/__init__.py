"""Dashboards: each panel is defined once as data, and shown by the page.

The page is one HTML file, or is served with the newest data and a SQL editor.

    data          rows, chart data and ad hoc queries
    definitions   the model of a panel: statement, meaning of the columns, kind of chart
    grafana       the same panels as Grafana's dashboards
    html          the page: its parts, words, styles and scripts
    serving       the page over HTTP
    shipped       the dashboards that ship with Millrace, each panel once
"""
