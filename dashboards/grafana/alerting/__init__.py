"""Alerts as Grafana's alert rules, with who is told of them.

The form is that of Grafana's provisioning API ("Alerting provisioning HTTP API"), and of its provisioning files.

    files    the rules, the contact point and the policy as provisioning files
    rules    an alert as an alert rule
"""
