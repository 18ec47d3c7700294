"""The router on AWS: jobs are invocations of a Lambda function or runs of jobs of Glue, and tell the default bus of
their ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from millrace.glue_workflow.routing.eventbridge import BusStateChanges
from millrace.glue_workflow.routing.glue_jobs import JobsOfGlue
from millrace.glue_workflow.routing.job_calls import JobCalls
from millrace.glue_workflow.routing.lambda_jobs import LambdaJobs
from millrace.glue_workflow.routing.routed_job import RoutedJobs
from millrace.glue_workflow.routing.router import Router

if TYPE_CHECKING:
    from collections.abc import Callable

    from millrace.glue_workflow.ports import JobRecord
    from millrace.glue_workflow.routing.ports import RoutedCall
    from millrace.infra.runtime.aws_clients import AwsClients
    from millrace.infra.runtime.base import Runtime
    from millrace.settings import AwsSettings


def aws_router(runtime: Runtime, clients: AwsClients, settings: AwsSettings) -> Router:
    """The router of the stage that the settings name."""
    return Router(
        runtime.runs,
        JobCalls(runtime.items, runtime.clock),
        JobsOfGlue(
            clients.glue,
            settings.stage,
            runtime.pipelines.workflow,
            LambdaJobs(clients.client("lambda"), settings.job_function),
        ),
        BusStateChanges(clients.client("events"), settings.stage),
        runtime.execution,
        runtime.clock,
        runtime.crawlers,
    )


def aws_routed_jobs(runtime: Runtime, clients: AwsClients, step: Callable[[RoutedCall], JobRecord]) -> RoutedJobs:
    """What makes the calls that the router starts. `step`: as RoutedJobs takes it."""
    changes = BusStateChanges(clients.client("events"), clients.settings.stage)
    return RoutedJobs(JobCalls(runtime.items, runtime.clock), changes, step)
