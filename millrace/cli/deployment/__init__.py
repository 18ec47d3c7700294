"""Commands for deployments on AWS, as `millrace.usecases.deployment` has them.

Each is in a module named by its noun.

    stack   `synth`: the template of a stage
"""
