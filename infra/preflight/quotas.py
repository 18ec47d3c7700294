"""Quotas that a stack takes a part of. Their codes are Service Quotas' own.

Of a quota that counts things, an update takes only what the stack does not have yet. Sources: the service pages of the
AWS General Reference ("... endpoints and quotas"); Lambda API reference, GetAccountSettings; IAM API reference,
GetAccountSummary; Glue developer guide, "Quotas".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from millrace.aws.calls import translated
from millrace.errors import ServiceRefused
from millrace.infra.preflight.findings import AccountFinding, RoomVerdict
from millrace.infra.runtime.aws_clients import AwsClients

Counts = Mapping[str, int]  # of resources, by their CloudFormation type

FUNCTION, GLUE_JOB, GLUE_WORKFLOW, ROLE = (
    *("AWS::Lambda::Function", "AWS::Glue::Job"),
    *("AWS::Glue::Workflow", "AWS::IAM::Role"),
)
_SERVICE_QUOTAS = "service-quotas"


@dataclass(frozen=True, slots=True)
class CountedQuota:
    """How many things of a kind an account may have. `operation` of `service`, with what is `given`, lists them in
    `member` of its pages.
    """

    kind: str
    named: str
    service: str
    code: str
    operation: str
    member: str
    given: Mapping[str, Any] = field(default_factory=dict)


COUNTED = (
    CountedQuota(GLUE_JOB, "Glue jobs", "glue", "L-611FDDE4", "list_jobs", "JobNames"),
    CountedQuota("AWS::Glue::Trigger", "Glue triggers", "glue", "L-F1653A6D", "list_triggers", "TriggerNames"),
    CountedQuota(GLUE_WORKFLOW, "Glue workflows", "glue", "L-7DD7C33A", "list_workflows", "Workflows"),
    CountedQuota("AWS::Glue::Crawler", "Glue crawlers", "glue", "L-11FA2C1A", "list_crawlers", "CrawlerNames"),
    CountedQuota(
        *("AWS::Glue::Connection", "Glue connections", "glue", "L-4256D6D2", "get_connections", "ConnectionList"),
        {"HidePassword": True},  # with them, the caller would need the key that encrypts them
    ),
    CountedQuota("AWS::S3::Bucket", "buckets", "s3", "L-DC2B2D3D", "list_buckets", "Buckets"),
    CountedQuota("AWS::DynamoDB::Table", "DynamoDB tables", "dynamodb", "L-F98FE922", "list_tables", "TableNames"),
    CountedQuota("AWS::Events::Rule", "EventBridge rules", "events", "L-244521F2", "list_rules", "Rules"),
)
_GLUE_RUNS, _ATHENA_QUERIES = "L-5E4153CA", "L-FC5F6546"


@dataclass(frozen=True, slots=True)
class StackNeeds:
    """What a stack takes. `wanted`, `there`: resources of the template, and of the stack that is deployed."""

    wanted: Counts
    there: Counts

    def more(self, kind: str) -> int:
        return max(0, self.wanted.get(kind, 0) - self.there.get(kind, 0))

    @property
    def are_met(self) -> bool:
        """Whether the stack that is deployed has all of it already."""
        return not any(map(self.more, self.wanted))


def quota_findings(clients: AwsClients, needs: StackNeeds) -> Iterator[AccountFinding]:
    """One for each quota that the stack takes a part of; one that the caller may not read is not checked."""
    for quota in COUNTED:
        if more := needs.more(quota.kind):
            yield _found(quota.named, partial(_counted, clients, quota, more))
    if more := needs.more(ROLE):
        yield _found("IAM roles", partial(_roles, clients, more))
    if functions := needs.wanted.get(FUNCTION, 0):
        yield _found("functions at once", partial(_functions, clients, functions))
    if workflows := needs.wanted.get(GLUE_WORKFLOW, 0):
        yield _found("Glue job runs at once", partial(_glue_runs, clients, workflows))


def _found(what: str, look: Callable[[], tuple[bool, str]]) -> AccountFinding:
    try:
        has_room, about = look()
    except ServiceRefused as refused:
        return AccountFinding(what, RoomVerdict.UNKNOWN, str(refused))
    return AccountFinding(what, RoomVerdict.ENOUGH if has_room else RoomVerdict.SHORT, about)


def _counted(clients: AwsClients, quota: CountedQuota, more: int) -> tuple[bool, str]:
    client = clients.client(quota.service)
    with translated(quota.service, quota.named):
        used = sum(len(page.get(quota.member, ())) for page in _pages(client, quota))
    return _room(used, more, _allowed(clients, quota.service, quota.code))


def _pages(client: Any, quota: CountedQuota) -> Iterator[Mapping[str, Any]]:
    if client.can_paginate(quota.operation):
        yield from client.get_paginator(quota.operation).paginate(**quota.given)
        return
    given = dict(quota.given)
    while True:  # Glue has operations with a token that botocore has no paginator of
        page = getattr(client, quota.operation)(**given)
        yield page
        if not (token := page.get("NextToken")):
            return
        given["NextToken"] = token


def _room(used: int, more: int, allowed: float) -> tuple[bool, str]:
    return used + more <= allowed, f"{used:,} of {allowed:,.0f} are taken, and the stack makes {more:,} more"


def _allowed(clients: AwsClients, service: str, code: str) -> float:
    """What the account was given, or AWS's default where nobody asked for more."""
    client = clients.client(_SERVICE_QUOTAS)
    with translated("servicequotas", f"the quota {code} of {service}"):
        try:
            answer = client.get_service_quota(ServiceCode=service, QuotaCode=code)
        except client.exceptions.NoSuchResourceException:
            answer = client.get_aws_default_service_quota(ServiceCode=service, QuotaCode=code)
    return float(answer["Quota"]["Value"])


def _roles(clients: AwsClients, more: int) -> tuple[bool, str]:
    with translated("iam", "the account's numbers"):
        numbers = clients.client("iam").get_account_summary()["SummaryMap"]
    return _room(numbers["Roles"], more, numbers["RolesQuota"])


def _functions(clients: AwsClients, functions: int) -> tuple[bool, str]:
    """The clock may start all of them in one minute. A new account has 10, where the documents say 1,000."""
    with translated("lambda", "the account's limits"):
        free = clients.client("lambda").get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"]
    return (
        functions <= free,
        f"the stack may run {functions:,}, and the account lets {free:,} run that are not reserved",
    )


def _glue_runs(clients: AwsClients, workflows: int) -> tuple[bool, str]:
    allowed = _allowed(clients, "glue", _GLUE_RUNS)
    return workflows <= allowed, f"a job of each workflow: {workflows:,}, and the account lets {allowed:,.0f} run"
