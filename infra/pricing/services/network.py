"""Endpoints of a VPC: interfaces by the hour in each zone and by what passes; gateways cost nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from millrace.errors import DefinitionError
from millrace.infra.pricing.charges import Charge
from millrace.infra.pricing.rounding import HOURS
from millrace.infra.pricing.workload import Workload

_GATEWAY, _INTERFACE = "Gateway", "Interface"


def endpoint(title: str, properties: Mapping[str, Any], workload: Workload) -> Iterator[Charge]:
    """Raises DefinitionError for one of another type, which has a price of its own."""
    kind = properties.get("VpcEndpointType", _GATEWAY)
    if kind == _GATEWAY:
        return
    if kind != _INTERFACE:
        raise DefinitionError(
            f"{title} is an endpoint of the type {kind}, which has no price here.",
            hint=f"Choose of: {_GATEWAY}, {_INTERFACE}.",
        )
    zones = len(properties.get("SubnetIds", ())) or 1
    yield Charge("vpc.endpoint_hours", zones * HOURS, title, f"{title} in {zones} zone{'s' * (zones > 1)}")
    interfaces = [
        one for one in workload.view.of_type("EC2::VPCEndpoint").values() if one.get("VpcEndpointType") == _INTERFACE
    ]
    passed = workload.job_runs * workload.assumed.endpoint_mb_per_job / 1024 / len(interfaces)
    why = f"{workload.job_runs:,.0f} job runs, {workload.assumed.endpoint_mb_per_job:g} MB each through all endpoints"
    yield Charge("vpc.endpoint_data", passed, title, why)
