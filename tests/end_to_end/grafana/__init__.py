"""Dashboards in a running Grafana, which a double of its HTTP API stands for.

The tests:

    test_publishing  `millrace dashboards publish`, `diff` and `pull`
"""
