"""Commands for deployments on AWS, as `millrace.usecases.deployment` has them.

Each is in a module named by its noun.

    bootstrap   `bootstrap`: what deployments of a stage rest on
    cost        `cost`: what a stage costs a month
    deploy      `diff`, `deploy`: the stack of a stage in its account
    destroy     `destroy`: the stack, or all that a stage holds, out of its account
    options     what they share: stage, consent, what is shown
    preflight   `preflight`: whether an account has room for a stage's stack
    promote     `promote`: to a stage what another one has
    stack       `synth`: the template of a stage
"""
