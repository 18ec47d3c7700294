"""Deployments: what the commands write and say.

Nothing is deployed.

    documented_cost   the tables of docs/cost.md
    test_cost         what a stage costs a month
    test_synth        the template and the packaged code of a stage
"""
