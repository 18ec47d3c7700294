"""Files for `docker compose` and for Grafana's own provisioning folder, as they are written beside the dashboards.

The module:

    files  the files by their places, for a lake in a folder or for a stage
"""
