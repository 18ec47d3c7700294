"""What a panel and a dashboard are: data, without any drawing.

A panel is a statement, the meaning of its columns, and a kind of chart.

    panel   the model of a panel, and of a dashboard
"""
