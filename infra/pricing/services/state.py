"""The table of state: on-demand request units, the items, and their continuous backup."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from millrace.errors import DefinitionError
from millrace.infra.pricing.charges import Charge
from millrace.infra.pricing.rounding import GIGABYTE
from millrace.infra.pricing.workload import Workload
from millrace.infra.stack.deployment import STATE_TABLE


def table(title: str, properties: Mapping[str, Any], workload: Workload) -> Iterator[Charge]:
    """Another table than that of state is charged nothing. Raises DefinitionError for one with provisioned capacity."""
    if properties.get("BillingMode") != "PAY_PER_REQUEST":
        raise DefinitionError(
            f"{title} has provisioned capacity, which has no price here.", hint="Set PAY_PER_REQUEST, or take it out."
        )
    if title != STATE_TABLE:
        return
    assumed = workload.assumed
    polls, steps, duties = sum(workload.view.polls.values()), workload.steps, workload.duties
    for what, times, writes, reads in (
        ("polls", polls, assumed.poll_writes, assumed.poll_reads),
        ("jobs of runs", steps, assumed.step_writes, assumed.step_reads),
        ("events of runs", sum(workload.events.values()), assumed.router_writes, assumed.router_reads),
        ("duties", duties, assumed.duty_writes, assumed.duty_reads),
        ("queries of duties", sum(workload.duty_queries.values()), assumed.query_writes, assumed.query_reads),
        ("queries of runs", workload.run_queries, assumed.query_writes, assumed.query_reads),
    ):
        yield Charge("dynamodb.writes", times * writes, title, f"{times:,.0f} {what}, {writes:g} each")
        yield Charge("dynamodb.reads", times * reads, title, f"{times:,.0f} {what}, {reads:g} each")
    stored = steps * assumed.months * assumed.step_bytes / GIGABYTE
    why = (
        f"{steps * assumed.months:,.0f} jobs of runs in {assumed.months:g} months, {assumed.step_bytes:,.0f} bytes each"
    )
    yield Charge("dynamodb.storage", stored, title, why)
    if properties.get("PointInTimeRecoverySpecification", {}).get("PointInTimeRecoveryEnabled"):
        yield Charge("dynamodb.recovery", stored, title, why)
