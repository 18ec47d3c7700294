"""Commands for what a project defines, as `millrace.usecases.definitions` has them; none of them needs a lake.

Each is in a module named by its noun.

    dashboards  `dashboards list`, `render`, `publish`, `diff`, `pull`: dashboards for Grafana
    project     `new project`, `new source`; `list`, `validate`: what a project has, and whether it is right
    workflows   `workflows list`, `show`, `compile`
"""
