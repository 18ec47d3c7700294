"""Alerts: the topic by which people are told, who may publish there, and everything that does."""

from __future__ import annotations

from typing import Any

from troposphere import Ref, sns

from millrace.infra.stack.access import only_by_tls
from millrace.infra.stack.deployment import ALERTS, Deployment
from millrace.infra.stack.observability.alarms import alarms
from millrace.infra.stack.observability.dashboard import dashboard
from millrace.infra.stack.observability.glue_events import rules_of_jobs
from millrace.infra.stack.resources import logical_id, resource
from millrace.infra.stages.outputs import StackOutput


def observability(deployment: Deployment) -> list[Any]:
    topic = resource(
        sns.Topic,
        ALERTS,
        TopicName=deployment.alerts_name,
        DisplayName="Millrace",
        KmsMasterKeyId=deployment.lake_key,
    )
    mails = [
        resource(
            sns.SubscriptionResource, logical_id("MailTo", mail), TopicArn=Ref(ALERTS), Protocol="email", Endpoint=mail
        )
        for mail in deployment.stage.alerts.emails
    ]
    return [topic, _policy(), *mails, *alarms(deployment), *rules_of_jobs(deployment), dashboard(deployment)]


def _policy() -> Any:
    """CloudWatch's alarms and EventBridge's rules of this account may publish."""
    statements = [
        {
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": "sns:Publish",
            "Resource": Ref(ALERTS),
            "Condition": {"StringEquals": {"aws:SourceAccount": Ref("AWS::AccountId")}},
        }
        for service in ("cloudwatch.amazonaws.com", "events.amazonaws.com")
    ]
    document = {"Version": "2012-10-17", "Statement": [*statements, only_by_tls("sns:Publish", Ref(ALERTS))]}
    return resource(sns.TopicPolicy, f"{ALERTS}Policy", Topics=[Ref(ALERTS)], PolicyDocument=document)


def alert_outputs(deployment: Deployment) -> dict[str, tuple[str, Any]]:
    return {StackOutput.ALERTS: ("Alerts of this stage.", Ref(ALERTS))}
