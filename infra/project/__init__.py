"""A project's definitions, assembled from its files: what the runtime and the use cases are given.

Each part is read at its first use.

    composed_file        a definition file of a workflow that makes no tables
    composed_workflows   the workflows that make no tables, and why others are left out
    dashboard_files      dashboards and alerts
    dataset_files        declarations of datasets
    files                which file declares what, the project's own and the shipped ones
    project              the project: sources, tables, workflows, rules, queries, dashboards
    workflow_files       definition files of workflows, which override what is derived
    workflows            the workflows, put together from both, and why others are left out
"""
