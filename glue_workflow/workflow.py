"""The workflow model: a graph of jobs, and the tables that they work on. An invalid definition is refused when made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from graphlib import CycleError, TopologicalSorter

from millrace.athena_sql.tables import set_aside_name
from millrace.errors import DefinitionError, UnknownName
from millrace.glue_workflow.job_kinds import JOB_KINDS, SCRIPT
from millrace.glue_workflow.run_request import UNBOUNDED, Bounds
from millrace.lake.keys import PROD, STAGING
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


# The composition of a workflow that takes one source from raw to prod, micro-batch by micro-batch.
MICRO_BATCH = (
    Job("crawl"),
    Job("delete", after=("crawl",)),
    Job("create_parquet", after=("delete",)),
    Job("quality_check", after=("create_parquet",)),
    Job("prod", after=("quality_check",)),
)


def with_scripts(scripts: Mapping[str, str]) -> tuple[Job, ...]:
    """MICRO_BATCH with a job for each script, in this order, between the gate and `prod`; `scripts`: table by name."""
    *before, prod = MICRO_BATCH
    jobs = list(before)
    for name, table in scripts.items():
        jobs.append(Job(name, SCRIPT, after=(jobs[-1].name,), table=table))
    return (*jobs, replace(prod, after=(jobs[-1].name,)))


@dataclass(frozen=True, slots=True)
class Retention:
    """How long a version is kept after it is replaced. `target`: for the one that a rollback goes to by default."""

    replaced: timedelta
    target: timedelta

    def __post_init__(self) -> None:
        if not timedelta(0) <= self.replaced <= self.target:
            raise DefinitionError(
                f"retention: replaced versions are kept for {self.replaced}, a rollback's target for {self.target}.",
                hint="Set `replaced` to 0 or more, and `target` to `replaced` or more.",
            )


DEFAULT_RETENTION: Mapping[str, Retention] = {
    STAGING: Retention(replaced=timedelta(days=1), target=timedelta(days=7)),
    PROD: Retention(replaced=timedelta(days=7), target=timedelta(days=7)),
}


@dataclass(frozen=True)
class Workflow:
    """The refinement of one source from raw to prod.

    `staging`, `dimensions`, `prod` and `whole` are table names, each with a statement of the same name. Dimensions do
    not depend on the source's data: they are built when their statement changes. `prod` are built by date, `whole` from
    all data, in this order. `retention` is by layer, staging and prod.
    `rules` names the rule file, if there is one. `schedule` is in UTC; `bounds` are those of each run that nobody
    reviews. A partition that the quality gate refuses waits while the others are published; with `all_or_nothing`, all
    wait. `notify`: what people are told of runs, by the names of NewsOfRuns. Raises DefinitionError for other names,
    for jobs of unknown kinds, defined twice, in a cycle or without what they need before them, for `bounds` together
    with `all_or_nothing`, and for a schedule that cannot be read or never comes again.
    """

    name: str
    source: str
    schedule: str
    staging: str
    prod: tuple[str, ...]
    rules: str = ""
    dimensions: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()
    retention: Mapping[str, Retention] = field(default_factory=lambda: DEFAULT_RETENTION)
    all_or_nothing: bool = False
    bounds: Bounds = UNBOUNDED
    notify: tuple[str, ...] = (NewsOfRuns.FAILURE, NewsOfRuns.RECOVERY)
    jobs: tuple[Job, ...] = MICRO_BATCH

    def __post_init__(self) -> None:
        check_schedule(self.schedule, UTC_ZONE)
        if self.all_or_nothing and self.bounds != UNBOUNDED:
            raise DefinitionError(
                f"workflow {self.name}: it has both all_or_nothing and bounds, which publish a part of what waits.",
                hint="Leave one of them out.",
            )
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
        for job in self.jobs:
            for kind in JOB_KINDS[job.kind].needs:
                if len(self._of_kind_before(job, kind)) != 1:
                    self._refuse({job.name}, f"needs exactly one job of the kind {kind} before it")

    @property
    def tables(self) -> tuple[str, ...]:
        """Every table that this workflow, and no other, writes."""
        return (self.staging, self.set_aside, *self.dimensions, *self.prod, *self.whole)

    @property
    def set_aside(self) -> str:
        """The rows that the quality gate leaves out of `staging`."""
        return set_aside_name(self.staging)

    @property
    def refined(self) -> tuple[str, ...]:
        """The tables that statements make: all but that of the rows set aside."""
        return (self.staging, *self.dimensions, *self.prod, *self.whole)

    @property
    def partitioned(self) -> tuple[str, ...]:
        """The tables whose partitions are flipped, and rolled back, together: all that are stored by date."""
        return (self.staging, self.set_aside, *self.prod)

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

    def scripts_before(self, job: Job) -> list[Job]:
        """The jobs of the kind `script` that run before this one."""
        return self._of_kind_before(job, SCRIPT)

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
