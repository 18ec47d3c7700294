"""Lambda functions, by milliseconds and memory, and the schedules that start them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from millrace.infra.pricing.charges import Charge
from millrace.infra.pricing.rounding import gigabyte_seconds
from millrace.infra.pricing.workload import Workload

_MEMORY_MB = 128  # of a function that says nothing


def function(title: str, properties: Mapping[str, Any], workload: Workload) -> Iterator[Charge]:
    """One that no schedule of the template starts is charged nothing."""
    memory = int(properties.get("MemorySize", _MEMORY_MB))
    [architecture] = properties.get("Architectures", ["x86_64"])
    for start in workload.starts(title):
        seconds = workload.seconds_of(start.about)
        yield Charge("lambda.requests", start.times, title, f"{start.times:,.0f} of {start.about}")
        yield Charge(
            f"lambda.compute_{architecture}",
            start.times * gigabyte_seconds(seconds, memory),
            title,
            f"{start.times:,.0f} of {start.about}, {seconds:g} s at {memory} MB",
        )


def schedule(title: str, _: Mapping[str, Any], workload: Workload) -> Iterator[Charge]:
    start = workload.view.start_of(title)
    yield Charge("scheduler.invocations", start.times, title, f"{start.times:,.0f} of {start.about}")
