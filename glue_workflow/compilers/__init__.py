"""Compilers: a workflow as an orchestrator's own definition, as plain data.

Each is pure: it knows no account and no stage. Who deploys puts names of resources in the place of its names.

    glue_triggers   a Glue workflow and its triggers
    ports           the port: from a workflow to data
"""
