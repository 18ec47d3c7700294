"""The stack of a stage: one CloudFormation template, made with troposphere from the stage and a project's definitions.

Each concern has a module of its own.

    artefacts   the packaged code, as objects that the template refers to
"""
