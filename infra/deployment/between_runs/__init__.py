"""What a deployment does between two runs of a stage's workflows, under their leases.

    orchestrator_switch  what runs workflows is taken away
    stage_lake           the lake of a stage as a deployment reaches it
    tables               the tables that runs publish: made, and migrated to their declarations
    waiting              waiting for the end of runs

Each waits for the end of a run that is under way.
"""
