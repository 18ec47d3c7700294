"""The rules: by the type of a resource, a function from it to what is charged for it.

Each type of the template has a rule or is on the list of what costs nothing. Another one is an error: a bill would have
it, and this sum would not. A price by the month in an overriding file (`[resource."AWS::..."]`) stands for a rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from millrace.errors import DefinitionError
from millrace.infra.pricing.charges import Charge
from millrace.infra.pricing.price_list import PriceList
from millrace.infra.pricing.services import (
    compute,
    delivery,
    jobs,
    messages,
    monitoring,
    network,
    orchestration,
    queries,
    state,
    storage,
)
from millrace.infra.pricing.workload import Workload

PriceRule = Callable[[str, Mapping[str, Any], Workload], Iterable[Charge]]  # of a logical id and its properties

RULES: Mapping[str, PriceRule] = {
    "AWS::Lambda::Function": compute.function,
    "AWS::StepFunctions::StateMachine": orchestration.state_machine,
    "AWS::Events::Rule": orchestration.rule,
    "AWS::Scheduler::Schedule": compute.schedule,
    "AWS::KinesisFirehose::DeliveryStream": delivery.stream,
    "AWS::S3::Bucket": storage.bucket,
    "AWS::KMS::Key": storage.key,
    "AWS::DynamoDB::Table": state.table,
    "AWS::Glue::Job": jobs.job,
    "AWS::Glue::Crawler": jobs.crawler,
    "AWS::Glue::Database": jobs.catalog_object,
    "AWS::Glue::Table": jobs.catalog_object,
    "AWS::Athena::WorkGroup": queries.workgroup,
    "AWS::CloudWatch::Alarm": monitoring.alarm,
    "AWS::CloudWatch::Dashboard": monitoring.dashboard,
    "AWS::Logs::LogGroup": monitoring.log_group,
    "AWS::SQS::Queue": messages.queue,
    "AWS::SNS::Topic": messages.topic,
    "AWS::SNS::Subscription": messages.subscription,
    "AWS::EC2::VPCEndpoint": network.endpoint,
}

# What costs nothing by itself, and why it does not.
FREE: Mapping[str, str] = {
    "AWS::IAM::Role": "IAM costs nothing",
    "AWS::S3::BucketPolicy": "a policy",
    "AWS::SNS::TopicPolicy": "a policy",
    "AWS::SQS::QueuePolicy": "a policy",
    "AWS::Lambda::EventInvokeConfig": "how a function is invoked, whose invocations are counted there",
    "AWS::Lambda::Permission": "a policy",
    "AWS::Lambda::Version": "its function is counted",
    "AWS::Lambda::Alias": "its function is counted",
    "AWS::Scheduler::ScheduleGroup": "schedules in it are counted by their invocations",
    "AWS::Logs::LogStream": "a part of its log group",
    "AWS::Glue::Workflow": "its jobs are counted",
    "AWS::Glue::Trigger": "the jobs that it starts are counted",
    "AWS::Glue::Connection": "how jobs reach a network",
    "AWS::Athena::PreparedStatement": "its executions are counted by the workgroup",
    "AWS::Athena::NamedQuery": "likewise",
    "AWS::EC2::SecurityGroup": "no gateway and no address",
    "AWS::EC2::SecurityGroupIngress": "a rule of a security group",
    "AWS::EC2::SecurityGroupEgress": "a rule of a security group",
}


def charges_of(workload: Workload, prices: PriceList) -> Iterator[Charge]:
    """Of all resources of the template. Raises DefinitionError for a type that has no price, and for a resource whose
    properties a rule cannot read: a template that was changed by hand may hold anything.
    """
    for title, one in workload.view.resources.items():
        kind = one["Type"]
        if kind in prices.resources:
            yield Charge(kind, 1, title, f"{title}, by a price of your own")
        elif kind in RULES:
            yield from _ruled(kind, title, one.get("Properties", {}), workload)
        elif kind not in FREE:
            raise DefinitionError(
                f"{title} is of the type {kind}, which has no price here.",
                hint=f'Give its price a month in a file, [resource."{kind}"] with usd = ..., and name it by --prices.',
            )
    yield from monitoring.own_metrics(workload)


def _ruled(kind: str, title: str, properties: Mapping[str, Any], workload: Workload) -> list[Charge]:
    try:
        return list(RULES[kind](title, properties, workload))
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise DefinitionError(
            f"{title} ({kind}) cannot be priced: {type(error).__name__}: {error}.",
            hint="Give plain values, as synth writes them: what a parameter or an import is, is not known here.",
        ) from error
