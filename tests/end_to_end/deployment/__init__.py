"""Deployments: what the commands write.

Nothing is deployed.

    test_synth   the template and the packaged code of a stage
"""
