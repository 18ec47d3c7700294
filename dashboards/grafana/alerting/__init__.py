"""Alerts as Grafana's alert rules, with who is told of them.

The form is that of Grafana's provisioning API ("Alerting provisioning HTTP API"), and of its provisioning files.

    contacts  who is told, and that a rule tells them
    files     the rules and the contact point as provisioning files
    rules     an alert as an alert rule
"""
