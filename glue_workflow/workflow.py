"""The workflow model: a graph of jobs that something starts. An invalid definition is refused when made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from graphlib import CycleError, TopologicalSorter

from millrace.errors import DefinitionError, UnknownName
from millrace.glue_workflow.job_kinds import JOB_KINDS
from millrace.glue_workflow.run_request import UNBOUNDED, Bounds
from millrace.notify.ports import NewsOfRuns
from millrace.schedules.expressions import UTC_ZONE, check_schedule


@dataclass(frozen=True, slots=True)
class Job:
    """A node of the graph. `kind` is one of JOB_KINDS, by default the one that has the job's name.

    `retries`: further attempts after a RetryLater. `parameters`: what a script is given. `table`: the one that a job of
    the kind `script` makes.
    """

    name: str
    kind: str = ""
    after: tuple[str, ...] = ()
    retries: int = 0
    timeout: timedelta = timedelta(minutes=30)
    parameters: Mapping[str, str | int | float] = field(default_factory=dict)
    table: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", self.kind or self.name)


@dataclass(frozen=True, kw_only=True)
class Workflow:
    """A graph of jobs. `schedule` is in UTC; `bounds` are those of each run that nobody reviews.

    `notify`: what people are told of runs, by the names of NewsOfRuns. Raises DefinitionError for other names, for jobs
    of unknown kinds, defined twice, in a cycle or without what they need before them, and for a schedule that cannot be
    read or never comes again.
    """

    name: str
    schedule: str
    jobs: tuple[Job, ...]
    bounds: Bounds = UNBOUNDED
    notify: tuple[str, ...] = (NewsOfRuns.FAILURE, NewsOfRuns.RECOVERY)

    def __post_init__(self) -> None:
        check_schedule(self.schedule, UTC_ZONE)
        for word in self.notify:
            if word not in list(NewsOfRuns):
                raise DefinitionError(
                    f"workflow {self.name}: notify has {word!r}.", hint=f"Choose of: {', '.join(NewsOfRuns)}."
                )
        names = [job.name for job in self.jobs]
        self._refuse({name for name in names if names.count(name) > 1}, "is defined twice")
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
        if not self.makes_tables:
            of_tables = {job.name for job in self.jobs if JOB_KINDS[job.kind].refines}
            self._refuse(of_tables, "works on the tables of a source, and this workflow makes none")
        for job in self.jobs:
            for kind in JOB_KINDS[job.kind].needs:
                if len(self._of_kind_before(job, kind)) != 1:
                    self._refuse({job.name}, f"needs exactly one job of the kind {kind} before it")

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
        """Raises UnknownName."""
        by_name = {job.name: job for job in self.jobs}
        if name not in by_name:
            raise UnknownName("job", name, by_name)
        return by_name[name]

    def before(self, job: Job, kind: str) -> Job:
        """The job of this kind, one of those that the job needs, that runs before it."""
        (found,) = self._of_kind_before(job, kind)
        return found

    def _of_kind_before(self, job: Job, kind: str) -> list[Job]:
        by_name, found, todo = {one.name: one for one in self.jobs}, dict[str, Job](), list(job.after)
        while todo:
            name = todo.pop()
            if name not in found:
                found[name] = by_name[name]
                todo += by_name[name].after
        return [one for one in found.values() if one.kind == kind]

    def _sorted(self) -> list[str]:
        return list(TopologicalSorter({job.name: job.after for job in self.jobs}).static_order())

    def _refuse(self, jobs: set[str], why: str) -> None:
        if jobs:
            raise DefinitionError(
                f"workflow {self.name}: job {min(jobs)!r} {why}.",
                hint="Correct the jobs in the workflow's definition.",
            )
