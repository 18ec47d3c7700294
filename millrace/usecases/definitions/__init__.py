"""Use cases for what a project defines, without a lake.

Each module is named as its module of the command line in `millrace/cli/definitions/`.

    dashboards  dashboards for Grafana: listed, rendered
    project     what a project has, and what is wrong with it
    publishing  dashboards in a running Grafana
    workflows   workflows: listed, drawn, compiled
"""
