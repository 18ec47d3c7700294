"""Functions that EventBridge Scheduler starts: their schedules, how they are invoked, and the queue of what failed.

Scheduler fires anywhere within a minute and at least once. What comes too late is of another minute, and what failed
waits for its next time. Sources: EventBridge Scheduler user guide, "Context attributes", "Retry policy"; Lambda
developer guide, "Asynchronous invocation".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from troposphere import AWSHelperFn, GetAtt, Ref, awslambda, scheduler, sqs

from millrace.infra.stack.access import allow, queue_by_tls, role
from millrace.infra.stack.deployment import Deployment, arn, arn_of
from millrace.infra.stack.encryption import keys, queue_encryption
from millrace.infra.stack.packaged.published import published
from millrace.infra.stack.resources import resource

_EVENT_SECONDS = 60
_TRIES_OF_SCHEDULER = 2
_FAILURE_SECONDS = 14 * 24 * 3600


@dataclass(frozen=True, slots=True)
class StartedFunction:
    """What schedules start: a version of a function, and how it is invoked."""

    version: Any
    invocation: Any

    def resources(self) -> list[Any]:
        return [self.version, self.invocation]


@dataclass(frozen=True, slots=True)
class ScheduleGroup:
    """What the schedules of one kind have in common. `title`: the logical id of the group, `name` what it is called;
    `failures`: the logical id of the queue for events that could not be sent and invocations that failed.
    """

    deployment: Deployment
    title: str
    name: str
    failures: str

    def shared(self) -> list[Any]:
        """The queue of failures and the group."""
        encryption = queue_encryption(self.deployment)
        return [
            resource(sqs.Queue, self.failures, MessageRetentionPeriod=_FAILURE_SECONDS, **encryption),
            queue_by_tls(self.failures),
            resource(scheduler.ScheduleGroup, self.title, Name=self.deployment.dashed(self.name)),
        ]

    def role(self, role_title: str, started: Any, action: str = "lambda:InvokeFunction") -> Any:
        """The role by which schedules start functions, or what `action` starts, given by their ARNs."""
        group = arn("scheduler", f"schedule-group/{self.deployment.dashed(self.name)}")
        return role(
            self.deployment,
            role_title,
            "scheduler.amazonaws.com",
            [
                allow([action], started),
                allow(["sqs:SendMessage"], arn_of(self.failures)),
                *keys(self.deployment, "sqs"),
            ],
            trusted_when={"ArnEquals": {"aws:SourceArn": group}},
        )

    def schedule(
        self,
        title: str,
        name: str,
        when: tuple[str, str],
        of: StartedFunction,
        role_title: str,
        event: Mapping[str, Any],
    ) -> Any:
        """`when`: the expression and its time zone; `of`: what it starts."""
        made = self.schedule_of(title, name, when, of.version, role_title, event)
        made.DependsOn = [of.invocation.title]  # else its first events would be invoked as Lambda does by default
        return made

    def schedule_of(
        self, title: str, name: str, when: tuple[str, str], started: Any, role_title: str, event: Mapping[str, Any]
    ) -> Any:
        """As `schedule`, of any resource that is referred to by its ARN, or of an ARN itself."""
        expression, zone = when
        return resource(
            scheduler.Schedule,
            title,
            Name=name,
            GroupName=Ref(self.title),
            State="ENABLED" if self.deployment.stage.schedules else "DISABLED",
            FlexibleTimeWindow={"Mode": "OFF"},
            ScheduleExpression=expression,
            ScheduleExpressionTimezone=zone,
            Target={
                "Arn": started if isinstance(started, AWSHelperFn) else Ref(started),
                "RoleArn": arn_of(role_title),
                "Input": json.dumps(event),
                "RetryPolicy": {
                    "MaximumEventAgeInSeconds": _EVENT_SECONDS,
                    "MaximumRetryAttempts": _TRIES_OF_SCHEDULER,
                },
                "DeadLetterConfig": {"Arn": arn_of(self.failures)},
            },
        )

    def started(self, title: str, function: Any) -> StartedFunction:
        """A packaged function by its version: invoked once for each event, and soon. `title`: the logical id of how."""
        version = published(self.deployment, function)
        invocation = resource(
            awslambda.EventInvokeConfig,
            title,
            FunctionName=Ref(function),
            Qualifier=GetAtt(version, "Version"),
            MaximumEventAgeInSeconds=_EVENT_SECONDS,
            MaximumRetryAttempts=0,
            DestinationConfig={"OnFailure": {"Destination": arn_of(self.failures)}},
        )
        return StartedFunction(version, invocation)
