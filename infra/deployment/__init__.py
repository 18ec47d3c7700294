"""What puts a stack into an account: CloudFormation by change sets, and what stands around it.

The use cases of `millrace.usecases.deployment` put these together.

    account          the account of a stage, and the clients that reach it
    artefacts        the bucket of packaged code, where a content is uploaded once
    between_runs     what is done between two runs: tables, a change of orchestrator
    bootstrap        the template that every deployment of a stage rests on
    bucket_contents  all versions in a bucket: counted, deleted
    changes          what a change set would do, what is lost by it, and what a service would refuse
    deployed         what a deployed stage has, as commands here meet it
    deployer         what whoever deploys may do
    drift            what of a stack others have changed
    holdings         what a stage holds besides its stack: found, removed
    names            what a stage's stacks and buckets are called
    outcomes         how a stack stands or ended, and what to do about it
    outliving        what is left when all that can be removed is gone
    permissions      what the roles of a bootstrap stack may do, by service
    releases         releases in a bucket of artefacts, and whether a stage takes one
    stacks           a stack, its change sets, and the events while one is executed
    triggers         Glue triggers, which CloudFormation makes and does not start again
    versions         versions of functions, of which the oldest are removed
"""
