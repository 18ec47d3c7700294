"""Wrong variants of Glue's jobs, workflows and triggers."""

from __future__ import annotations

from tests.contracts.stack.mutations.wrong import GONE, Wrong

_P = "Properties"
_CONDITION = (_P, "Predicate", "Conditions", 0)
_JOBS = ("JobOfCrawl", "JobOfProd")
_CRAWLED = "staging, by a key of the stack's own"  # whose refinements begin with the crawler of the raw tables
_TWO = [{"LogicalOperator": "EQUALS", "JobName": {"Ref": name}, "State": "SUCCEEDED"} for name in _JOBS]

GLUE = (
    Wrong(
        "a crawl in a job's state",
        "TriggerOfCrawlOfRainfall",
        _CONDITION,
        {"LogicalOperator": "EQUALS", "CrawlerName": {"Ref": "RawCrawler"}, "State": "SUCCEEDED"},
        ("glue",),
        stage=_CRAWLED,
    ),
    Wrong(
        "a crawler with arguments",
        "StartTriggerOfRainfall",
        (_P, "Actions", 0, "Arguments"),
        {"--workflow": "rainfall"},
        ("glue",),
        stage=_CRAWLED,
    ),
    Wrong(
        "three crawlers",
        "StartTriggerOfRainfall",
        (_P, "Actions"),
        [{"CrawlerName": {"Ref": name}} for name in ("RawCrawler", "CrawlerOfFares", "CrawlerOfReportsIn")],
        ("event_ruler", "glue"),
        stage=_CRAWLED,
    ),
    Wrong(
        "a crawler that is not there",
        "StartTriggerOfRainfall",
        (_P, "Actions", 0, "CrawlerName"),
        "millrace_staging_gone",
        ("glue",),
        stage=_CRAWLED,
    ),
    Wrong("an unknown version", "JobOfCrawl", (_P, "GlueVersion"), "9.9", ("glue",)),
    Wrong(
        "an unknown worker",
        "JobOfCrawl",
        (_P, "WorkerType"),
        "G1.X",
        ("create_calls", "cfn_lint", "cdk_nag"),
        "toryas/serverless-glue#21",
    ),
    Wrong("one worker", "JobOfCrawl", (_P, "NumberOfWorkers"), 1, ("glue",)),
    Wrong(
        "workers and capacity",
        "JobOfCrawl",
        (_P, "MaxCapacity"),
        2,
        ("create_calls",),
        "boto/boto3#2644",
    ),
    Wrong(
        "a minor version of Python",
        "JobOfCrawl",
        (_P, "Command", "PythonVersion"),
        "3.13",
        ("create_calls", "cfn_lint", "cdk_nag"),
    ),
    Wrong("tried again by Glue", "JobOfCrawl", (_P, "MaxRetries"), 3, ("glue",)),
    Wrong("no schedule", "StartTriggerOfRainfall", (_P, "Schedule"), GONE, ("create_calls",)),
    Wrong("a rate", "StartTriggerOfRainfall", (_P, "Schedule"), "rate(15 minutes)", ("schedules",)),
    Wrong(
        "every sixtieth minute",
        "StartTriggerOfRainfall",
        (_P, "Schedule"),
        "cron(*/60 * * * ? *)",
        ("schedules",),
        "aws/aws-sdk-js#4212",
    ),
    Wrong(
        "no operator",
        "TriggerOfDeleteOfRainfall",
        (*_CONDITION, "LogicalOperator"),
        GONE,
        ("glue",),
        "aws/aws-cdk#34652",
    ),
    Wrong(
        "a state of EventBridge's",
        "TriggerOfDeleteOfRainfall",
        (*_CONDITION, "State"),
        "SUCCESS",
        ("create_calls", "cfn_lint", "cdk_nag"),
    ),
    Wrong(
        "no state",
        "TriggerOfDeleteOfRainfall",
        (*_CONDITION, "State"),
        GONE,
        ("glue",),
        "aws/aws-cdk#24575",
    ),
    Wrong(
        "two conditions alone",
        "TriggerOfDeleteOfRainfall",
        (_P, "Predicate"),
        {"Conditions": _TWO},
        ("create_calls",),
    ),
    Wrong(
        "or", "TriggerOfDeleteOfRainfall", (_P, "Predicate", "Logical"), "OR", ("create_calls", "cfn_lint", "cdk_nag")
    ),
    Wrong(
        "never started",
        "TriggerOfDeleteOfRainfall",
        (_P, "StartOnCreation"),
        False,
        ("glue",),
        "aws-cloudformation/cloudformation-coverage-roadmap#1474",
    ),
    Wrong(
        "it starts what it watches",
        "TriggerOfDeleteOfRainfall",
        (_P, "Actions", 0, "JobName"),
        {"Ref": "JobOfCrawl"},
        ("glue",),
        "hashicorp/terraform-provider-aws#39571",
    ),
    Wrong(
        "made at the same time",
        "TriggerOfDeleteOfRainfall",
        ("DependsOn",),
        GONE,
        ("glue",),
        "hashicorp/terraform-provider-aws#21759",
    ),
    Wrong("no time at all", "JobOfCrawl", (_P, "Timeout"), 0, ("create_calls", "cfn_lint", "cdk_nag")),
    Wrong(
        "a place that is not filled in",
        "JobOfCrawl",
        (_P, "Command", "ScriptLocation"),
        "s3://${ArtefactsBucket}/${GlueScript}",
        ("cfn_lint", "cdk_nag"),
    ),
    Wrong("a workflow without a name", "WorkflowOfRainfall", (_P, "Name"), "", ("create_calls", "cfn_lint", "cdk_nag")),
)
