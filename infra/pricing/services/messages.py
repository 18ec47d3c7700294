"""SQS and SNS: messages about new raw objects, and alerts."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from millrace.infra.pricing.charges import Charge
from millrace.infra.pricing.template_view import referred
from millrace.infra.pricing.workload import Workload
from millrace.infra.stack.deployment import ALERTS, NEW_OBJECTS, OBJECTS_TO_CRAWL

_BATCH = 10  # messages that one request receives or deletes, at most
_DELIVERIES = {"email": "sns.emails", "email-json": "sns.emails", "http": "sns.calls", "https": "sns.calls"}


def queue(title: str, _: Mapping[str, Any], workload: Workload) -> Iterator[Charge]:
    """The queues of new objects, which are received and deleted in batches. Others are empty while all is well."""
    if title not in (NEW_OBJECTS, OBJECTS_TO_CRAWL):
        return
    objects, runs = workload.raw_objects, sum(workload.view.runs.values())
    yield Charge("sqs.requests", objects, title, f"{objects:,.0f} messages about raw objects")
    reads = 2 * math.ceil(objects / _BATCH) + runs
    yield Charge("sqs.requests", reads, title, f"{runs:,.0f} runs that receive them, and find none in the end")


def topic(title: str, _: Mapping[str, Any], workload: Workload) -> Iterator[Charge]:
    if title == ALERTS:
        yield Charge("sns.requests", workload.assumed.alerts, title, f"{workload.assumed.alerts:g} alerts")
    elif _tells_queues(title, workload):
        objects = workload.raw_objects
        yield Charge("sns.requests", objects, title, f"{objects:,.0f} messages about raw objects")


def _tells_queues(title: str, workload: Workload) -> bool:
    told = workload.view.of_type("SNS::Subscription").values()
    return any(referred(one.get("TopicArn")) == title and one.get("Protocol") == "sqs" for one in told)


def subscription(title: str, properties: Mapping[str, Any], workload: Workload) -> Iterator[Charge]:
    """Deliveries to queues and functions cost nothing."""
    key = _DELIVERIES.get(str(properties.get("Protocol")))
    if key and referred(properties.get("TopicArn")) == ALERTS:
        yield Charge(key, workload.assumed.alerts, title, f"{workload.assumed.alerts:g} alerts to {title}")
