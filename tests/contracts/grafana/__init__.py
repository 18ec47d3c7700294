"""Rendered dashboards and alert rules before judges, Grafana's and our own; and wrong ones refused.

Beside it is `foundation_sdk/`, a program in Go that `.ci/install_foundation_sdk` builds.

    alert_mutations    wrong alert rules, and what is said of each
    alert_rules        rules about alert rules: who is told, and what of silence
    judges             all judges of a dashboard
    layout_rules       rules about panels: their numbers, places, kinds, what they say and how they look
    mutations          wrong dashboards, and what is said of each
    outside            judges that others made: the Foundation SDK, and the words of @grafana/schema
    query_rules        rules about queries and variables
    shipped            the dashboards that are judged
    test_alerts        the judges of alert rules at work
    test_dashboards    the judges at work
    test_provisioning  files of Grafana's provisioning
"""
