"""Glue: jobs by the second of their workers, crawls of ten minutes at least, and the catalog.

The metrics that a job's arguments ask for are CloudWatch's custom metrics, in series for each run and for all runs of
the job. Source: Glue developer guide, "Monitoring with CloudWatch metrics", which says that they add to the bill.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from millrace.errors import DefinitionError
from millrace.glue_workflow.compilers.glue_triggers import FUSED
from millrace.infra.pricing.charges import Charge
from millrace.infra.pricing.rounding import HOURS, WORKERS, crawl_seconds, job_seconds
from millrace.infra.pricing.workload import Workload
from millrace.infra.stack.dataset_crawler import crawler_id


def job(title: str, properties: Mapping[str, Any], workload: Workload) -> Iterator[Charge]:
    """Raises DefinitionError for a type of worker that has no price here."""
    kind, workers = str(properties.get("WorkerType")), _workers(properties, workload)
    if kind not in WORKERS:
        raise DefinitionError(
            f"{title} has workers of the type {kind}, which has no price here.",
            hint=f"Choose of: {', '.join(WORKERS)}.",
        )
    dpus, name = workers * WORKERS[kind], str(properties.get("Name", title))
    fused = name.endswith(f"_{FUSED}")
    for start in workload.view.job_starts(title):
        steps = workload.shape(start.about).steps if fused else 1
        seconds = job_seconds(workload.assumed.start_seconds + steps * workload.assumed.step_seconds)
        yield Charge(
            "glue.memory_dpu" if kind.startswith("R.") else "glue.dpu",
            start.times * seconds * dpus / 3600,
            title,
            f"{start.times:,.0f} runs of {name} for {start.about}, {seconds} s at {dpus:g} DPU",
        )
        requests = steps * workload.assumed.step_catalog_requests
        why = f"{start.times:,.0f} runs for {start.about}, {requests:g} each"
        yield Charge("glue.catalog_requests", start.times * requests, title, why)
    yield from _metrics(title, properties, workload)


def _workers(properties: Mapping[str, Any], workload: Workload) -> float:
    """Where Glue chooses their number, NumberOfWorkers is the most."""
    most = float(properties.get("NumberOfWorkers", 2))
    scaled = properties.get("DefaultArguments", {}).get("--enable-auto-scaling") == "true"
    return min(most, workload.assumed.scaled_workers) if scaled else most


def _metrics(title: str, properties: Mapping[str, Any], workload: Workload) -> Iterator[Charge]:
    """Billed by the hours in which a series has data."""
    given, assumed = properties.get("DefaultArguments", {}), workload.assumed
    series = assumed.job_metrics * ("--enable-metrics" in given)
    series += assumed.job_observability_metrics * ("--enable-observability-metrics" in given)
    runs = sum(start.times for start in workload.view.job_starts(title))
    if series:
        why = f"{runs:,.0f} runs of {properties.get('Name', title)} with Glue's metrics, {series:g} series each"
        yield Charge("cloudwatch.metrics", series * (runs + min(runs, HOURS)) / HOURS, title, why)


def crawler(title: str, properties: Mapping[str, Any], workload: Workload) -> Iterator[Charge]:
    crawls, dpus = workload.view.crawls(title) + _by_runs(title, workload), workload.assumed.crawler_dpus
    hours = crawls * crawl_seconds(0) / 3600 * dpus
    yield Charge("glue.crawler", hours, title, f"{crawls:,.0f} crawls of ten minutes at {dpus:g} DPU")


def _by_runs(title: str, workload: Workload) -> float:
    """The crawls that jobs of workflows start a month."""
    return sum(
        times * sum(crawler_id(dataset) == title for dataset in workload.shape(name).crawled)
        for name, times in workload.view.runs.items()
    )


def catalog_object(title: str, _: Mapping[str, Any], __: Workload) -> Iterator[Charge]:
    """A database or a table; the partitions that runs register are not counted."""
    yield Charge("glue.catalog_objects", 1, title, "databases and tables of the template")
