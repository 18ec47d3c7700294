"""The lake's bucket: what it holds, what runs replaced, requests; and the key that encrypts it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from millrace.infra.pricing.charges import Charge
from millrace.infra.pricing.workload import Workload
from millrace.infra.stack.deployment import BUCKET


def bucket(title: str, properties: Mapping[str, Any], workload: Workload) -> Iterator[Charge]:
    """Another bucket than the lake is charged nothing: what is in it is not known."""
    if title != BUCKET:
        return
    months, assumed = workload.assumed.months, workload.assumed
    for layer, stored in workload.stored_gb.items():
        yield Charge("s3.storage", stored, title, f"{layer}, {stored:,.2f} GB after {months:g} months")
    days = _noncurrent_days(properties)
    kept = workload.superseded_gb(days)
    yield Charge("s3.superseded", kept, title, f"what runs replaced, until its retention and {days:g} days more end")
    yield from _requests(title, workload)
    if properties.get("NotificationConfiguration", {}).get("EventBridgeConfiguration"):
        written = workload.raw_objects + workload.steps * assumed.step_puts
        yield Charge("events.custom", written, title, f"{written:,.0f} objects, of each of which S3 tells EventBridge")
    if _by_key(properties):
        callers = workload.job_runs + workload.function_calls + workload.duties + sum(workload.view.polls.values())
        why = f"{callers:,.0f} invocations and job runs, {assumed.kms_requests_per_job:g} each"
        yield Charge("kms.requests", callers * assumed.kms_requests_per_job, title, why)


def _requests(title: str, workload: Workload) -> Iterator[Charge]:
    assumed, polls = workload.assumed, sum(workload.view.polls.values())
    objects, steps, queries, duties = workload.raw_objects, workload.steps, workload.queries, workload.duties
    yield Charge("s3.writes", objects, title, f"{objects:,.0f} raw objects")
    yield Charge(
        "s3.writes", steps * assumed.step_puts, title, f"{steps:,.0f} jobs of runs, {assumed.step_puts:g} each"
    )
    yield Charge("s3.writes", duties * assumed.duty_puts, title, f"{duties:,.0f} duties, {assumed.duty_puts:g} each")
    yield Charge("s3.reads", polls * assumed.poll_gets, title, f"{polls:,.0f} polls, {assumed.poll_gets:g} each")
    yield Charge("s3.reads", duties * assumed.duty_gets, title, f"{duties:,.0f} duties, {assumed.duty_gets:g} each")
    yield Charge("s3.reads", steps * assumed.step_gets, title, f"{steps:,.0f} jobs of runs, {assumed.step_gets:g} each")
    yield Charge(
        "s3.reads", queries * assumed.query_gets, title, f"{queries:,.0f} queries, {assumed.query_gets:g} each"
    )


def _noncurrent_days(properties: Mapping[str, Any]) -> float:
    """How long the lifecycle keeps a version that is not current; for ever counts as a month."""
    rules = properties.get("LifecycleConfiguration", {}).get("Rules", [])
    days = [
        one["NoncurrentVersionExpiration"]["NoncurrentDays"] for one in rules if "NoncurrentVersionExpiration" in one
    ]
    return float(min(days, default=30))


def _by_key(properties: Mapping[str, Any]) -> bool:
    rules = properties.get("BucketEncryption", {}).get("ServerSideEncryptionConfiguration", [])
    return any(one.get("ServerSideEncryptionByDefault", {}).get("SSEAlgorithm") == "aws:kms" for one in rules)


def key(title: str, _: Mapping[str, Any], __: Workload) -> Iterator[Charge]:
    """Its rotations cost as much again, for the first two of them."""
    yield Charge("kms.keys", 1, title, "a key of the stack's own")
