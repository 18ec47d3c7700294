"""Athena: what queries scan, 10 MB each at least, in the workgroup of jobs and in that of readers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from millrace.infra.pricing.charges import Charge
from millrace.infra.pricing.rounding import TERABYTE, query_bytes
from millrace.infra.pricing.workload import Workload
from millrace.infra.stack.queries import JOBS, READERS


def workgroup(title: str, properties: Mapping[str, Any], workload: Workload) -> Iterator[Charge]:
    """Another workgroup than these two is charged nothing: who queries in it is not known."""
    name, assumed = str(properties.get("Name", "")), workload.assumed
    if name.endswith(f"_{READERS}"):
        each = query_bytes(workload.scanned)
        whose = f"viewers: {assumed.viewers:g}, panels: {workload.panels}"
        why = f"{workload.queries:,.0f} queries of readers ({whose}), {each // 2**20} MB each"
        yield Charge("athena.scanned", workload.queries * each / TERABYTE, title, why)
    elif name.endswith(f"_{JOBS}"):
        each = query_bytes(0)
        why = f"{workload.run_queries:,.0f} queries of runs, {each // 2**20} MB each"
        yield Charge("athena.scanned", workload.run_queries * each / TERABYTE, title, why)
        for duty, number in workload.duty_queries.items():
            why = f"{number:,.0f} queries of duty {duty}, {each // 2**20} MB each"
            yield Charge("athena.scanned", number * each / TERABYTE, title, why)
