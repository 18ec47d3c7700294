"""The workflow model: a graph of jobs, and the tables that they work on. An invalid definition is refused when made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from graphlib import CycleError, TopologicalSorter

from millrace.athena_sql.tables import set_aside_name
from millrace.errors import DefinitionError
from millrace.lake.keys import PROD, STAGING
from millrace.schedules.expressions import UTC_ZONE, check_schedule

JOB_NAMES = ("crawl", "delete", "create_parquet", "quality_check", "prod")


@dataclass(frozen=True, slots=True)
class Job:
    """A node of the graph. `name` is one of JOB_NAMES; `retries`: further attempts after a RetryLater."""

    name: str
    after: tuple[str, ...] = ()
    retries: int = 0
    timeout: timedelta = timedelta(minutes=30)
    parameters: Mapping[str, str | int | float] = field(default_factory=dict)


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
    `rules` names the rule file, if there is one. `schedule` is in UTC. A partition that the quality gate refuses waits
    while the others are published; with `all_or_nothing`, all wait. Raises DefinitionError for jobs that are unknown,
    defined twice or in a cycle, and for a schedule that cannot be read or never comes again.
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
    jobs: tuple[Job, ...] = (
        Job("crawl"),
        Job("delete", after=("crawl",)),
        Job("create_parquet", after=("delete",)),
        Job("quality_check", after=("create_parquet",)),
        Job("prod", after=("quality_check",)),
    )

    def __post_init__(self) -> None:
        check_schedule(self.schedule, UTC_ZONE)
        names = [job.name for job in self.jobs]
        self._refuse({name for name in names if names.count(name) > 1}, "is defined twice")
        self._refuse(set(names) - set(JOB_NAMES), f"is unknown; the known jobs are {', '.join(JOB_NAMES)}")
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

    def _sorted(self) -> list[str]:
        return list(TopologicalSorter({job.name: job.after for job in self.jobs}).static_order())

    def _refuse(self, jobs: set[str], why: str) -> None:
        if jobs:
            raise DefinitionError(
                f"workflow {self.name}: job {min(jobs)!r} {why}.",
                hint="Correct the jobs in the workflow's definition.",
            )
