"""The stack of a stage: one CloudFormation template, made with troposphere from the stage and a project's definitions.

Each concern is a function from a `Deployment` to resources, in a module of its own:

    access            roles and their statements
    catalog           databases and raw tables
    crawler           the crawlers, that of the raw tables for those who expect one
    dataset_crawler   the crawlers that infer the form of datasets
    deployment        `Deployment`: stage, definitions, packaged code, and the names that follow from them
    encryption        the key that encrypts the lake, and who may use it
    grafana           the role that reads as Grafana
    ingest            functions, schedules, the delivery stream
    lake              the bucket, messages about new objects, the table of state
    limits            limits of CloudFormation and IAM
    network           what jobs need in a VPC
    observability     alerts, alarms, messages about Glue's events, a dashboard
    orchestration     what runs the workflows: Glue, or Step Functions
    packaged          the packaged code: artefacts, releases, versions of functions
    queries           Athena: workgroups, prepared statements
    resources         how resources are made, named and tagged
    tend              the function that does the duties, and their schedules
    scheduled         what starts a function by the clock, and what becomes of failures
    template          all concerns, as one template
"""
