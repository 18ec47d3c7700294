"""The examination: all that a stack needs of an account, looked at one after the other."""

from __future__ import annotations

from collections.abc import Iterator

from millrace.infra.preflight.findings import AccountFinding
from millrace.infra.preflight.lake_formation import lake_formation_finding
from millrace.infra.preflight.quotas import StackNeeds, quota_findings
from millrace.infra.runtime.aws_clients import AwsClients


def examined(clients: AwsClients, stage: str, needs: StackNeeds) -> Iterator[AccountFinding]:
    """Raises what a call to AWS raises, but for what this caller may not read: that is not checked."""
    yield from quota_findings(clients, needs)
    yield lake_formation_finding(clients, stage)
