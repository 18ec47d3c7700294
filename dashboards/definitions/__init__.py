"""What panels, dashboards and alerts are: data, without any drawing.

A panel is a statement, the meaning of its columns, and a kind of chart.

    alert   the model of an alert
    panel   the model of a panel, and of a dashboard
"""
