"""Endpoints of a VPC: interfaces by the hour in each zone and by what passes; gateways cost nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from millrace.infra.pricing.charges import Charge
from millrace.infra.pricing.rounding import HOURS
from millrace.infra.pricing.workload import Workload


def endpoint(title: str, properties: Mapping[str, Any], workload: Workload) -> Iterator[Charge]:
    if properties.get("VpcEndpointType", "Gateway") == "Gateway":
        return
    zones = len(properties.get("SubnetIds", ())) or 1
    yield Charge("vpc.endpoint_hours", zones * HOURS, title, f"{title} in {zones} zone{'s' * (zones > 1)}")
    interfaces = [
        one for one in workload.view.of_type("EC2::VPCEndpoint").values() if one.get("VpcEndpointType") == "Interface"
    ]
    passed = workload.job_runs * workload.assumed.endpoint_mb_per_job / 1024 / len(interfaces)
    why = f"{workload.job_runs:,.0f} job runs, {workload.assumed.endpoint_mb_per_job:g} MB each through all endpoints"
    yield Charge("vpc.endpoint_data", passed, title, why)
