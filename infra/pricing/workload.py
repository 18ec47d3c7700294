"""What happens in a month of a deployment: polls, records, objects, runs, queries, and what is stored of them.

How often is the template's word, how much each time the sizes', and what neither says is an assumption.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Self

from millrace.glue_workflow.job_kinds import CRAWLER
from millrace.glue_workflow.refinement import Refinement
from millrace.infra.pricing.assumptions import CostAssumptions
from millrace.infra.pricing.rounding import DAYS, GIGABYTE, HOURS
from millrace.infra.pricing.sizes import LakeSizes
from millrace.infra.pricing.template_view import EVENTS_OF, RUN_OF, CountedStart, TemplateView
from millrace.infra.stack.deployment import STREAM
from millrace.ingestors.ports import POLLS
from millrace.lake.keys import PROD, STAGING
from millrace.schedules.names import Duty

if TYPE_CHECKING:
    from millrace.glue_workflow.workflow import Workflow

_DAILY = (Duty.LISTING, Duty.AUDIT, Duty.VACUUM)
_BUFFER_SECONDS = 300  # where a template's stream says nothing


@dataclass(frozen=True, slots=True)
class WorkflowShape:
    """`source`: "" for one that makes no tables. `steps`: the number of its jobs; `staging`, `prod`: how many days a
    replaced version of them is kept. `crawled`: the datasets whose crawlers its jobs start, each time that one does.
    """

    source: str
    steps: int
    staging: float
    prod: float
    crawled: tuple[str, ...] = ()

    @classmethod
    def of(cls, flow: Workflow) -> Self:
        if not isinstance(flow, Refinement):
            crawled = tuple(str(one.parameters["dataset"]) for one in flow.jobs if one.kind == CRAWLER)
            return cls("", len(flow.jobs), 0, 0, crawled)
        kept = {layer: flow.retention[layer].replaced / timedelta(days=1) for layer in (STAGING, PROD)}
        return cls(flow.source, len(flow.jobs), kept[STAGING], kept[PROD])


@dataclass(frozen=True)
class Workload:
    """One month of a template. `flows`: the project's workflows, by name; `panels`: queries of one refresh."""

    view: TemplateView
    sizes: LakeSizes
    flows: Mapping[str, WorkflowShape]
    panels: int
    assumed: CostAssumptions

    @cached_property
    def records(self) -> dict[str, float]:
        """Records a month, by source: each poll sends its snapshot and itself as an attempt."""
        polls = self.view.polls
        total = sum(polls.values())
        return {**polls, **({POLLS: total} if total else {})}

    @cached_property
    def raw_objects(self) -> float:
        """Those that the stream writes: one for each source and interval of its buffer, if records come so often."""
        stream = self.view.of_type("KinesisFirehose::DeliveryStream").get(STREAM, {})
        hints = stream.get("ExtendedS3DestinationConfiguration", {}).get("BufferingHints", {})
        seconds = float(hints.get("IntervalInSeconds", _BUFFER_SECONDS))
        flushes = HOURS * 3600 / max(1, seconds)
        return sum(min(times, flushes) for times in self.records.values())

    @property
    def steps(self) -> float:
        """Jobs of runs a month, whether or not a Glue job does several of them."""
        return sum(times * self.shape(name).steps for name, times in self.view.runs.items())

    @property
    def job_runs(self) -> float:
        """Runs of Glue jobs a month."""
        return sum(start.times for title in self.view.of_type("Glue::Job") for start in self.view.job_starts(title))

    @property
    def function_calls(self) -> float:
        """Calls of runs that functions make a month, and what a router is told of them."""
        titles = self.view.of_type("Lambda::Function")
        starts = (start for title in titles for start in self.starts(title))
        return sum(start.times for start in starts if start.about.startswith((RUN_OF, EVENTS_OF)))

    def starts(self, function: str) -> list[CountedStart]:
        """What starts a function: the template, and of runs that a router drives, each job and the event of its end."""
        if function and function == self.view.router:
            of_runs = [CountedStart(f"{EVENTS_OF}{name}", times) for name, times in self.events.items()]
            return [*of_runs, *self.view.looks]
        found = self.view.starts(function)
        if function and function == self.view.routed_jobs:
            jobs = ((name, times * self.shape(name).steps) for name, times in self.view.routed.items())
            found += [CountedStart(f"{RUN_OF}{name}", times) for name, times in jobs]
        return found

    @property
    def events(self) -> dict[str, float]:
        """What a router is invoked with a month, by workflow: the start of a run, and the end of each of its jobs."""
        return {name: times * (1 + self.shape(name).steps) for name, times in self.view.routed.items()}

    @property
    def run_queries(self) -> float:
        """Queries of runs on Athena a month."""
        return sum(self.view.executions.values()) * self.assumed.run_queries

    @property
    def duties(self) -> float:
        return sum(self.view.duties.values())

    @property
    def duty_queries(self) -> dict[Duty, float]:
        """Queries of duties a month."""
        of_source = {Duty.AUDIT: self.assumed.audit_queries, Duty.GAPS: self.assumed.gap_queries}
        sources, times = len(self.records), self.view.duties
        return {duty: times.get(f"duty {duty}", 0) * sources * queries for duty, queries in of_source.items()}

    @property
    def queries(self) -> float:
        """Queries of readers a month."""
        assumed = self.assumed
        refreshes = assumed.viewing_hours * DAYS * 3600 / assumed.refresh_seconds
        return assumed.viewers * refreshes * self.panels

    @property
    def scanned(self) -> float:
        """Bytes that a query of a panel reads: a day of the largest prod tables."""
        return max((self._day(source) * self.sizes.of(source).prod for source in self.records), default=0)

    def seconds_of(self, about: str) -> float:
        """How long a function takes that is started for this source, duty or run."""
        if about.startswith(RUN_OF):
            return self.assumed.call_seconds
        if about.startswith(EVENTS_OF):
            return self.assumed.router_seconds
        if not about.startswith("duty "):
            return self.assumed.poll_seconds
        daily = about.removeprefix("duty ") in _DAILY
        return self.assumed.daily_duty_seconds if daily else self.assumed.duty_seconds

    def shape(self, flow: str) -> WorkflowShape:
        """Of a workflow that the project has not: one of the usual jobs."""
        return self.flows.get(flow, WorkflowShape("", 5, 1, 7))

    @property
    def stored_gb(self) -> dict[str, float]:
        """What readers see and what was polled, once the lake is full, in GB, by layer."""
        months, sizes = self.assumed.months, {one: self.sizes.of(one) for one in self.records}
        of_layer = {
            "raw": {source: size.raw for source, size in sizes.items()},
            "staging": {source: size.staging for source, size in sizes.items() if source in self._refined},
            "prod": {source: size.prod for source, size in sizes.items() if source in self._refined},
        }
        return {
            layer: sum(self.records[source] * size for source, size in of.items()) * months / GIGABYTE
            for layer, of in of_layer.items()
        }

    def superseded_gb(self, noncurrent_days: float) -> float:
        """What runs replaced and is still kept: by the workflow's retention, and as noncurrent versions after that.

        Each run that finds news writes the day anew, which by then is half full on the average.
        """
        found = 0.0
        for name, times in self.view.runs.items():
            shape = self.shape(name)
            records = self._day(shape.source)
            runs, size = min(times / DAYS, records), self.sizes.of(shape.source)
            staging = size.staging * (shape.staging + noncurrent_days)
            prod = size.prod * (shape.prod + noncurrent_days)
            found += runs * records / 2 * (staging + prod)
        return found / GIGABYTE

    @cached_property
    def _refined(self) -> set[str]:
        """The sources whose workflows run."""
        return {self.shape(name).source for name, times in self.view.runs.items() if times}

    def _day(self, source: str) -> float:
        """Records of a source a day."""
        return self.records.get(source, 0) / DAYS
