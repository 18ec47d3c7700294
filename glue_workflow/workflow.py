"""The workflow model: a graph of jobs that something starts. An invalid definition is refused when made."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from graphlib import CycleError, TopologicalSorter
from zoneinfo import ZoneInfo

from millrace.errors import DefinitionError, UnknownName
from millrace.glue_workflow.job_kinds import JOB_KINDS
from millrace.glue_workflow.job_options import JobRuntime, Joins, MapOver, OutputCondition, Until
from millrace.glue_workflow.run_request import UNBOUNDED, Bounds
from millrace.notify.ports import NewsOfRuns
from millrace.schedules.expressions import UTC_ZONE, check_schedule

JobParameter = str | int | float | bool | tuple[str, ...]
_POLLS_EVERY = timedelta(seconds=5)  # of a job that waits for what it has started


def item_name(job: str, item: str) -> str:
    """The name of the record of one item of a job."""
    return f"{job}[{item}]"


@dataclass(frozen=True, slots=True)
class Job:
    """A node of the graph. `kind` is one of JOB_KINDS, by default the one that has the job's name.

    `after`: the jobs before it, of which it needs all, or `joins` any; `when`: a condition on the output of one of
    them. Where these say that its branch is not taken, the job is skipped, and so is what needs it. `until`: it is
    called again; `over`: it is made for each item of a list. `runtime`: what makes it on AWS; None: the orchestrator's
    own. `waits`: whether what it starts is waited for. `retries`: further attempts after a RetryLater. `parameters`:
    what its kind is given. `table`: the one that a job of the kind `script` makes.
    """

    name: str
    kind: str = ""
    after: tuple[str, ...] = ()
    retries: int = 0
    timeout: timedelta = timedelta(minutes=30)
    parameters: Mapping[str, JobParameter] = field(default_factory=dict)
    table: str = ""
    joins: Joins = Joins.ALL
    when: OutputCondition | None = None
    until: Until | None = None
    over: MapOver | None = None
    runtime: JobRuntime | None = None
    waits: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", self.kind or self.name)
        kind = JOB_KINDS.get(self.kind)
        if kind is not None and kind.polls and self.until is None:
            rounds = math.ceil(self.timeout / _POLLS_EVERY)
            object.__setattr__(self, "until", Until(_POLLS_EVERY, rounds))

    @property
    def longest(self) -> timedelta:
        """The time that it may take with what it waits for; of a job that is made for items, each of them."""
        return self.timeout + (self.until.longest if self.until is not None else timedelta())

    @property
    def asks_again(self) -> bool:
        """Whether its step may answer that it is to be called again."""
        return JOB_KINDS[self.kind].asks_again or self.until is not None or self.over is not None


@dataclass(frozen=True, kw_only=True)
class Workflow:
    """A graph of jobs. `schedule`: in `zone`; "": only something else starts it. `bounds`: of a run nobody reviews.

    `notify`: what people are told of runs, by the names of NewsOfRuns. Raises DefinitionError for other names, for jobs
    of unknown kinds, defined twice, in a cycle or without what they need before them, for what a job's kind has not,
    and for a schedule that cannot be read or never comes again.
    """

    name: str
    schedule: str
    jobs: tuple[Job, ...]
    zone: str = UTC_ZONE.key
    bounds: Bounds = UNBOUNDED
    notify: tuple[str, ...] = (NewsOfRuns.FAILURE, NewsOfRuns.RECOVERY)

    def __post_init__(self) -> None:
        if self.schedule:
            check_schedule(self.schedule, self.timezone)
        for word in self.notify:
            if word not in list(NewsOfRuns):
                raise DefinitionError(
                    f"workflow {self.name}: notify has {word!r}.", hint=f"Choose of: {', '.join(NewsOfRuns)}."
                )
        if not self.jobs:
            raise DefinitionError(f"workflow {self.name}: it has no job.", hint="Give it a section [jobs.NAME].")
        names = [job.name for job in self.jobs]
        self._refuse({name for name in names if names.count(name) > 1}, "is defined twice")
        self._refuse({name for name in names if not name.isidentifier()}, "has no name of letters, digits and _")
        unknown = {job.name for job in self.jobs if job.kind not in JOB_KINDS}
        self._refuse(unknown, f"is of an unknown kind; the known kinds are {', '.join(JOB_KINDS)}")
        required = {before for job in self.jobs for before in job.after}
        self._refuse(required - set(names), "is named by another job's `after`, but is not in the workflow")
        try:
            self._sorted()
        except CycleError as error:
            cycle = " -> ".join(error.args[1])
            raise DefinitionError(
                f"workflow {self.name}: its jobs form a cycle: {cycle}.",
                hint="Remove one of these names from an `after`.",
            ) from None
        for job in self.jobs:
            self._check_kind(job)
            self._check_place(job)

    def _check_kind(self, job: Job) -> None:
        """Raises DefinitionError for what a job's kind has not."""
        kind, one = JOB_KINDS[job.kind], {job.name}
        if not self.makes_tables and kind.refines:
            self._refuse(one, "works on the tables of a source, and this workflow makes none")
        for needed in kind.needs:
            if len(self._of_kind_before(job, needed)) != 1:
                self._refuse(one, f"needs exactly one job of the kind {needed} before it")
        if kind.refines and (job.when or job.until or job.over or job.joins is Joins.ANY):
            self._refuse(one, f"is of the kind {job.kind}, which has no when, until, over or joins")
        if job.over is not None and not kind.maps:
            self._refuse(one, f"is of the kind {job.kind}, which is not made for items (`over`)")
        if not job.waits and not kind.polls:
            self._refuse(one, f"is of the kind {job.kind}, which starts nothing that could go on without it")

    def _check_place(self, job: Job) -> None:
        """Raises DefinitionError for what the jobs before a job do not give it."""
        one = {job.name}
        if job.joins is Joins.ANY and len(job.after) < 2:
            self._refuse(one, "joins any of fewer than two jobs")
        if job.when is not None and job.when.job not in job.after:
            self._refuse(one, f"has the condition {job.when} on a job that is not in its `after`")
        if job.over is not None and job.over.job not in {before.name for before in self._before(job)}:
            self._refuse(one, f"is made over {job.over.job}.{job.over.field}, of a job that does not come before it")
        if job.over is not None and job.until is not None:
            self._refuse(one, "has both `over` and `until`")

    @property
    def timezone(self) -> ZoneInfo:
        """That of its schedule."""
        return ZoneInfo(self.zone)

    @property
    def makes_tables(self) -> bool:
        """Whether this is a Refinement."""
        return False

    @property
    def tables(self) -> tuple[str, ...]:
        """Every table that this workflow, and no other, writes: those of a Refinement."""
        return ()

    def in_order(self) -> Iterator[Job]:
        """The jobs in topological order."""
        by_name = {job.name: job for job in self.jobs}
        return (by_name[name] for name in self._sorted())

    def job(self, name: str) -> Job:
        """The job of a record, that of one item included. Raises UnknownName."""
        name, by_name = name.partition("[")[0], {job.name: job for job in self.jobs}
        if name not in by_name:
            raise UnknownName("job", name, by_name)
        return by_name[name]

    def before(self, job: Job, kind: str) -> Job:
        """The job of this kind, one of those that the job needs, that runs before it."""
        (found,) = self._of_kind_before(job, kind)
        return found

    def _of_kind_before(self, job: Job, kind: str) -> list[Job]:
        return [one for one in self._before(job) if one.kind == kind]

    def _before(self, job: Job) -> list[Job]:
        by_name, found, todo = {one.name: one for one in self.jobs}, dict[str, Job](), list(job.after)
        while todo:
            name = todo.pop()
            if name not in found:
                found[name] = by_name[name]
                todo += by_name[name].after
        return list(found.values())

    def _sorted(self) -> list[str]:
        return list(TopologicalSorter({job.name: job.after for job in self.jobs}).static_order())

    def _refuse(self, jobs: set[str], why: str) -> None:
        if jobs:
            raise DefinitionError(
                f"workflow {self.name}: job {min(jobs)!r} {why}.",
                hint="Correct the jobs in the workflow's definition.",
            )
