"""Use cases for what a project defines, without a lake.

Each module is named as its module of the command line in `millrace/cli/definitions/`.

    project     what a project has, and what is wrong with it
    workflows   workflows: listed, drawn, compiled
"""
