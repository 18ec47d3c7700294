"""A workflow as a chain of events: its schedule, and the rules that tell the router of what may have come to its end.

The router reads the workflow itself; `Graph` says what it does with it. Sources: EventBridge user guide, "Creating
Amazon EventBridge event patterns"; EventBridge Scheduler user guide, "Context attributes"; Lambda developer guide,
"Capturing records of Lambda asynchronous invocations".
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from millrace.glue_workflow.compilers.glue_triggers import glue_job_name
from millrace.glue_workflow.compilers.refusals import refuse_scripts
from millrace.glue_workflow.compilers.states import GLUE_JOB
from millrace.glue_workflow.crawl_jobs import awaited_crawls, waits_for_a_crawl
from millrace.glue_workflow.job_options import JobRuntime
from millrace.glue_workflow.refinement import Refinement
from millrace.glue_workflow.routing.eventbridge import CRAWLER_CHANGED, GLUE_JOB_CHANGED, JOB_CHANGED, SOURCE
from millrace.glue_workflow.workflow import Job, Workflow
from millrace.lake.raw_layout import RAW_LAYOUT
from millrace.schedules.expressions import UTC_ZONE

# In the place of what only a stack knows, as CloudFormation's Fn::Sub has them.
ROUTER, STAGE, JOB_FUNCTION_ARN, LAKE_BUCKET = "Router", "Stage", "JobFunctionArn", "LakeBucket"
CRAWLER_OF = "CrawlerOf"  # before the name of a dataset
OBJECT_CREATED = "Object Created"
INVOCATION_FAILED = "Lambda Function Invocation Result - Failure"
JOB_ENDED = "-job-ended"  # the end of the name of each workflow's first rule
_ENDED = ("SUCCEEDED", "FAILED", "TIMEOUT", "STOPPED")
_CRAWLED = ("Succeeded", "Failed")
_SCHEDULED = "<aws.scheduler.scheduled-time>"


@dataclass(frozen=True)
class EventRules:
    """The definition: `Schedules` as CreateSchedule takes them, `Rules` as PutRule does, each with its target, and
    `Graph`, of which the router starts each job once those before it have succeeded. `${Router}`, `${JobFunctionArn}`,
    `${LakeBucket}`, `${Stage}`, `${GlueJobOf<name>}` and `${CrawlerOf<dataset>}` stand for what a stack has.
    """

    def compile(self, workflow: Workflow) -> dict[str, Any]:
        """Raises DefinitionError for a job that no function can make."""
        refuse_scripts(workflow)
        return {
            "Schedules": list(_schedules(workflow)),
            "Rules": list(_rules(workflow)),
            "Graph": [_node(job) for job in workflow.in_order()],
        }


def _schedules(workflow: Workflow) -> Iterator[dict[str, Any]]:
    """The key is the scheduled time: a schedule that fires twice starts one run. The clock of objects looks at the
    begin of each window whether some came that are in no run yet.
    """
    if workflow.schedule:
        start = {"workflow": workflow.name, "start": {"key": _SCHEDULED}}
        yield _schedule(f"start-{workflow.name}", workflow.schedule, workflow.zone, start)
    if minutes := _minutes(workflow):
        every = f"0/{minutes}" if minutes < 60 else "0"
        looks = {"objects_of": workflow.name, "at": _SCHEDULED}
        yield _schedule(f"objects-{workflow.name}", f"cron({every} * * * ? *)", UTC_ZONE.key, looks)


def _schedule(name: str, expression: str, zone: str, event: dict[str, Any]) -> dict[str, Any]:
    return {
        "Name": name,
        "ScheduleExpression": expression,
        "ScheduleExpressionTimezone": zone,
        "Target": {"Arn": f"${{{ROUTER}}}", "Input": json.dumps(event)},
    }


def _minutes(workflow: Workflow) -> int:
    return workflow.on_objects_every_minutes if isinstance(workflow, Refinement) else 0


def _rules(workflow: Workflow) -> Iterator[dict[str, Any]]:
    """Of the stage's own events, since the stages of an account share the bus."""
    ended = {"stage": [f"${{{STAGE}}}"], "workflow": [workflow.name]}
    yield _rule(
        f"{workflow.name}{JOB_ENDED}",
        "A call of a job has come to its end.",
        {"source": [SOURCE], "detail-type": [JOB_CHANGED], "detail": ended},
    )
    given_up = {
        "requestContext": {"functionArn": [{"prefix": f"${{{JOB_FUNCTION_ARN}}}"}]},
        "requestPayload": {"workflow": [workflow.name]},
    }
    yield _rule(
        f"{workflow.name}-call-failed",
        "Lambda has given up a call of a job: its processes died, or never began.",
        {"source": ["lambda"], "detail-type": [INVOCATION_FAILED], "detail": given_up},
    )

    names = {glue_job_name(workflow, job) for job in workflow.jobs if job.runtime is JobRuntime.GLUE}
    if names:
        ended = {"jobName": [f"${{{GLUE_JOB}{name}}}" for name in sorted(names)], "state": list(_ENDED)}
        yield _rule(
            f"{workflow.name}-glue-ended",
            "A run of a job of Glue has ended.",
            {"source": ["aws.glue"], "detail-type": [GLUE_JOB_CHANGED], "detail": ended},
        )
    if crawled := awaited_crawls(workflow):
        ended = {"crawlerName": [f"${{{CRAWLER_OF}{one}}}" for one in crawled], "state": list(_CRAWLED)}
        yield _rule(
            f"{workflow.name}-crawled",
            "A crawl has ended.",
            {"source": ["aws.glue"], "detail-type": [CRAWLER_CHANGED], "detail": ended},
            Input=json.dumps({"crawl_of": workflow.name}),
        )
    if isinstance(workflow, Refinement) and _minutes(workflow):
        raw = {"bucket": {"name": [f"${{{LAKE_BUCKET}}}"]}, "object": {"key": [{"prefix": _raw(workflow)}]}}
        yield _rule(
            f"{workflow.name}-objects",
            "A raw object of the source has come.",
            {"source": ["aws.s3"], "detail-type": [OBJECT_CREATED], "detail": raw},
        )


def _raw(workflow: Refinement) -> str:
    """Where the source's raw objects are; what a run writes is elsewhere."""
    return RAW_LAYOUT.of_source(workflow.source)


def _rule(name: str, about: str, pattern: dict[str, Any], **given: str) -> dict[str, Any]:
    target = {"Id": "router", "Arn": f"${{{ROUTER}}}", **given}
    return {"Name": name, "Description": about, "EventPattern": pattern, "Targets": [target]}


def _node(job: Job) -> dict[str, Any]:
    """What the router waits for, and how it calls the job; `When` is decided by the step."""
    node: dict[str, Any] = {"Job": job.name, "Kind": job.kind, "After": list(job.after)}
    if len(job.after) > 1:
        node["Joins"] = str(job.joins)
    if job.when is not None:
        node["When"] = str(job.when)
    if waits_for_a_crawl(job):
        node["CalledBy"] = CRAWLER_CHANGED
    elif job.until is not None:
        node["CalledEverySeconds"] = job.until.every.total_seconds()
    if job.runtime is JobRuntime.GLUE:
        node["Runtime"] = str(job.runtime)
    if job.over is not None:
        node["Over"] = {"Items": f"{job.over.job}.{job.over.field}", "AtOnce": job.over.at_once}
    return node
