"""Commands for deployments on AWS, as `millrace.usecases.deployment` has them.

Each is in a module named by its noun.

    cost    `cost`: what a stage costs a month
    stack   `synth`: the template of a stage
"""
