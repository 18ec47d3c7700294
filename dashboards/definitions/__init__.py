"""Definitions of the panels, each of them once: data, without any drawing.

A panel is a statement, the meaning of its columns, and a kind of chart.

    operations   the panels about polls, workflow runs and quality checks
    panel        the model of a panel
    panels       every panel of the page, in order
    taxis        the panels about taxis and rain
"""
