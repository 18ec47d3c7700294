"""Grafana's dashboards and alert rules, rendered from the definitions that the page shows.

The form is Grafana's classic dashboard JSON, of Grafana 12, for the data source `grafana-athena-datasource`.

    alerting      alert rules, and who is told of them
    annotations   what is marked on every chart: where polling had a gap
    fields        colours, units and labels of a chart's fields
    kinds         what each kind of panel is in Grafana
    layout        where panels stand, and the numbers that identify them
    model         a rendered dashboard
    parameters    how statements' parameters read in Grafana: the plugin's macros, and variables
    publishing    into a running Grafana, and what people changed there
    provisioning  files for `docker compose` and Grafana's own provisioning folder
    rendering     a dashboard's definition as a rendered dashboard
    statements    the statements of a panel in Grafana
    targets       queries and variables as Grafana's JSON has them
    variables     what readers choose from above a dashboard
"""
