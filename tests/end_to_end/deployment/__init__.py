"""Deployments: what the commands write and say, and what they do in an account.

The account is one of MiniStack, on loopback.

    commands                  the real commands, on a small project in an account of the test's own
    conftest                  MiniStack, started once; accounts in it
    documented_cost           the tables of docs/cost.md
    ministack                 the process, and what stands before it: what it does not know is taken out of templates
    on_a_stage                data commands, status and smoke test of a deployed stage
    test_bootstrap            what deployments of a stage rest on
    test_cost                 what a stage costs a month
    test_deploy               a stack that is made and changed, or fails, or takes no change
    test_deploy_role          the role of a CI system, where permissions are looked at
    test_destroy              a stack that is deleted, and what outlives it
    test_destroy_everything   a stage that goes with all that it holds
    test_diff                 what would change, with nothing changed
    test_orchestrator_switch  a change of orchestrator with a run under way
    test_pipeline             the pipeline of a CI system that the documents show
    test_preflight            whether there is room in the account
    test_releases             deployed again, and to another stage
    test_synth                the template and the packaged code of a stage
    test_tables               the tables that runs publish, made and migrated
"""
